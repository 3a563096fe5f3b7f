# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Amounts of charges that are not invoiced yet, before taxes where the price of a page includes one.

And taxes of services: they are those that product and fiscal position give, unless somebody chose others.
Who chose what was not kept. So where they differ, the agreement says so, and who means them to stay enters them again.
"""

from odoo import SUPERUSER_ID, api

from odoo.addons.xerox_xpps.common.taxes import BillingTaxes


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    agreements = env["sale.subscription"].search([("is_xpps", "=", True), ("stage_id.type", "=", "in_progress")])
    for company, mine in agreements.grouped("company_id").items():
        taxes = BillingTaxes(company)
        if taxes.any_included:
            charges = env["sale.subscription.charge"].search(
                [("company_id", "=", company.id), ("invoice_status", "!=", "invoiced")]
            )
            charges._recompute_taxed_amounts(taxes)
        _say_differences(mine.with_company(company), taxes)


def _say_differences(agreements, taxes):
    for agreement in agreements:
        lines = agreement.sale_subscription_line_ids.filtered("product_id")
        different = lines.filtered(lambda line: line._xpps_stored_taxes() != line._xpps_taxes_in_force(taxes))
        if different:
            agreement.message_post(body=_text(agreement.env, different))


def _text(env, lines):
    return env._(
        "Taxes of %(services)s differ from those of the product and fiscal position, which the next invoice has. If "
        "they are to stay, enter them again on the line.",
        services=", ".join(lines.mapped("product_id.display_name")),
    )
