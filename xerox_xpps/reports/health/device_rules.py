# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules about active devices."""

from odoo.tools import SQL

from ...rules import in_stock_sql
from .catalog import finding

#: What the rules read.
DEPENDS = {
    "res.partner": ["commercial_partner_id"],
    "sale.subscription": ["partner_id"],
    "sale.subscription.line": ["sale_subscription_id"],
    "stock.location": ["usage"],
    "stock.lot": [
        "company_id",
        "is_xpps_device",
        "location_id",
        "product_id",
        "xpps_end_of_service",
        "xpps_partner_id",
        "xpps_state",
        "xpps_subscription_id",
        "xpps_subscription_line_id",
    ],
}


def rules(today):
    """:return: [SQL]"""
    on_agreement = SQL("device.xpps_subscription_id IS NOT NULL")
    in_stock = in_stock_sql(SQL("device.xpps_partner_id"), SQL("device.xpps_subscription_id"), SQL("place.usage"))
    return [
        _devices("device_no_agreement", SQL("device.xpps_subscription_id IS NULL AND NOT %s", in_stock)),
        _devices("device_no_service", SQL("%s AND device.xpps_subscription_line_id IS NULL", on_agreement)),
        _devices("device_no_customer", SQL("%s AND device.xpps_partner_id IS NULL", on_agreement)),
        _devices(
            "device_foreign",
            SQL(
                "(service.sale_subscription_id <> device.xpps_subscription_id"
                " OR customer.commercial_partner_id <> payer.commercial_partner_id)"
            ),
        ),
        _devices(
            "device_service_ended",
            SQL("%s AND device.xpps_end_of_service < %s", on_agreement, today),
            since=SQL("device.xpps_end_of_service"),
        ),
    ]


def _devices(kind, condition, **columns):
    return finding(
        kind,
        SQL("device.company_id"),
        SQL("device.id"),
        SQL(
            """
              FROM stock_lot device
              JOIN product_product product ON product.id = device.product_id
         LEFT JOIN sale_subscription agreement ON agreement.id = device.xpps_subscription_id
         LEFT JOIN sale_subscription_line service ON service.id = device.xpps_subscription_line_id
         LEFT JOIN res_partner customer ON customer.id = device.xpps_partner_id
         LEFT JOIN res_partner payer ON payer.id = agreement.partner_id
         LEFT JOIN stock_location place ON place.id = device.location_id
             WHERE device.is_xpps_device AND device.xpps_state = 'active' AND %s
            """,
            condition,
        ),
        device_id=SQL("device.id"),
        product_tmpl_id=SQL("product.product_tmpl_id"),
        subscription_id=SQL("device.xpps_subscription_id"),
        partner_id=SQL("COALESCE(device.xpps_partner_id, agreement.partner_id)"),
        **columns,
    )
