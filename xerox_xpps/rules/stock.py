# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Devices that wait in stock: nobody has them, they lie in a place of the company, and nothing need bill them."""

from odoo.fields import Domain
from odoo.tools import SQL

#: Kinds of stock locations that are the company's own.
OWN_USAGES = ("internal", "transit")


def in_stock_domain() -> Domain:
    """Of ``stock.lot``."""
    nobodys = Domain("xpps_partner_id", "=", False) & Domain("xpps_subscription_id", "=", False)
    return nobodys & Domain("location_id.usage", "in", OWN_USAGES)


def in_stock_sql(partner: SQL, agreement: SQL, usage: SQL) -> SQL:
    """As ``in_stock_domain``, of a device's customer, its agreement and the usage of its stock location."""
    return SQL(
        "(%s IS NULL AND %s IS NULL AND COALESCE(%s = ANY(%s), FALSE))", partner, agreement, usage, list(OWN_USAGES)
    )
