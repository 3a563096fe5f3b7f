# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What day it is."""

from odoo import fields


def company_today(company):
    """Today in the zone of a company, whoever looks: that of the company's partner, else the user's.

    Periods, due dates and closings of an agreement go by the day of its company, for crons, runs and wizards alike.

    :param company: res.company, one or none
    """
    return company_day(company)


def company_day(company, moment=None):
    """The day that a moment falls on; see ``company_today``.

    :param moment: in UTC, as the ORM gives it; empty for now
    """
    # Whoever works in a company need not read its partner.
    zone = company.sudo().partner_id.tz
    return fields.Date.context_today(company.with_context(tz=zone) if zone else company, moment or None)
