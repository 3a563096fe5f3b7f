# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules about agreements: those that run today, but for days of the past and prices."""

from odoo.tools import SQL

from ...common.constants import BASE_ROLES
from ...rules import RUN_FIELDS, runs_in_period_sql
from .catalog import finding

#: What the rules read.
DEPENDS = {
    "product.product": ["product_tmpl_id"],
    "product.template": ["xpps_role"],
    "sale.subscription": [
        "active",
        "company_id",
        "is_paused",
        "is_xpps",
        "is_xpps_master",
        "partner_id",
        "recurring_next_date",
        *RUN_FIELDS,
    ],
    "sale.subscription.charge.default": [
        "billable",
        "company_id",
        "markup_percent",
        "price_method",
        "product_id",
        "subscription_id",
    ],
    "sale.subscription.line": ["product_id", "product_uom_qty", "sale_subscription_id", "xpps_devices_line_id"],
    "sale.subscription.stage": ["type"],
    "stock.lot": ["is_xpps_device", "xpps_state", "xpps_subscription_id", "xpps_subscription_line_id"],
    "xpps.base.waiver": ["date_to", "kind", "subscription_id"],
}

AGREEMENT = {"subscription_id": SQL("agreement.id"), "partner_id": SQL("agreement.partner_id")}


def rules(today):
    """:param today: a date
    :return: [SQL]
    """
    running = _running(today)
    return [
        _no_device(running),
        _no_service(running),
        _overdue(running, today),
        _quantity(running),
        _gap(),
        _cost_plus_zero(),
    ]


def _running(today):
    return SQL(
        """
        SELECT agreement.*
          FROM sale_subscription agreement
          JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id
         WHERE agreement.is_xpps AND agreement.is_xpps_master IS NOT TRUE AND agreement.active AND %s
        """,
        runs_in_period_sql(today, today),
    )


def _has_devices():
    return SQL(
        """
        EXISTS (
            SELECT
              FROM stock_lot device
             WHERE device.xpps_subscription_id = agreement.id AND device.is_xpps_device
               AND device.xpps_state = 'active'
        )
        """
    )


def _base_lines():
    """Recurring services with the role of a base price."""
    return SQL(
        """
        SELECT line.id, line.sale_subscription_id, line.xpps_devices_line_id, line.product_uom_qty,
               product.product_tmpl_id, template.xpps_role AS role
          FROM sale_subscription_line line
          JOIN product_product product ON product.id = line.product_id
          JOIN product_template template ON template.id = product.product_tmpl_id
         WHERE template.xpps_role = ANY(%s)
        """,
        list(BASE_ROLES),
    )


def _no_device(running):
    source = SQL("FROM (%s) agreement WHERE NOT %s", running, _has_devices())
    return finding("agreement_no_device", SQL("agreement.company_id"), SQL("agreement.id"), source, **AGREEMENT)


def _no_service(running):
    source = SQL(
        "FROM (%s) agreement WHERE NOT EXISTS (SELECT FROM (%s) base WHERE base.sale_subscription_id = agreement.id)",
        running,
        _base_lines(),
    )
    return finding("agreement_no_service", SQL("agreement.company_id"), SQL("agreement.id"), source, **AGREEMENT)


def _overdue(running, today):
    source = SQL(
        "FROM (%s) agreement WHERE agreement.recurring_next_date < %s AND agreement.is_paused IS NOT TRUE",
        running,
        today,
    )
    return finding(
        "agreement_overdue",
        SQL("agreement.company_id"),
        SQL("agreement.id"),
        source,
        since=SQL("agreement.recurring_next_date"),
        **AGREEMENT,
    )


def _quantity(running):
    """As ``sale.subscription.line._xpps_counted_line``: a supply fee counts the devices of the only service fee."""
    source = SQL(
        """
          FROM (%(running)s) agreement
          JOIN (%(lines)s) base ON base.sale_subscription_id = agreement.id
     LEFT JOIN (
            SELECT sale_subscription_id, MIN(id) AS id
              FROM (%(lines)s) fee
             WHERE role = 'base_service'
          GROUP BY sale_subscription_id
            HAVING COUNT(*) = 1
               ) only_service
            ON only_service.sale_subscription_id = agreement.id AND base.role = 'base_supply'
           AND NOT EXISTS (SELECT FROM stock_lot device WHERE device.xpps_subscription_line_id = base.id)
     LEFT JOIN (
            SELECT xpps_subscription_line_id AS line_id, COUNT(*) AS number
              FROM stock_lot
             WHERE is_xpps_device AND xpps_state = 'active'
          GROUP BY xpps_subscription_line_id
               ) devices ON devices.line_id = COALESCE(base.xpps_devices_line_id, only_service.id, base.id)
         WHERE %(has_devices)s AND base.product_uom_qty <> COALESCE(devices.number, 0)
        """,
        running=running,
        lines=_base_lines(),
        has_devices=_has_devices(),
    )
    return finding(
        "base_quantity",
        SQL("agreement.company_id"),
        SQL("base.id"),
        source,
        product_tmpl_id=SQL("base.product_tmpl_id"),
        billed=SQL("base.product_uom_qty"),
        counted=SQL("COALESCE(devices.number, 0)"),
        **AGREEMENT,
    )


def _gap():
    source = SQL(
        """
          FROM sale_subscription agreement
          JOIN (
            SELECT subscription_id, MAX(date_to) AS date_to
              FROM xpps_base_waiver
             WHERE kind = 'gap'
          GROUP BY subscription_id
               ) gap ON gap.subscription_id = agreement.id
         WHERE agreement.is_xpps
        """
    )
    return finding(
        "base_gap", SQL("agreement.company_id"), SQL("agreement.id"), source, since=SQL("gap.date_to"), **AGREEMENT
    )


def _cost_plus_zero():
    """Of agreements that are not closed; a master, too, as it is copied."""
    source = SQL(
        """
          FROM sale_subscription_charge_default own
          JOIN sale_subscription agreement ON agreement.id = own.subscription_id
          JOIN product_product code ON code.id = own.product_id
     LEFT JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id
         WHERE own.price_method = 'cost_plus' AND COALESCE(own.markup_percent, 0) = 0 AND own.billable
           AND agreement.is_xpps AND agreement.active AND stage.type IS DISTINCT FROM 'post'
        """
    )
    return finding(
        "cost_plus_zero",
        SQL("own.company_id"),
        SQL("own.id"),
        source,
        product_tmpl_id=SQL("code.product_tmpl_id"),
        **AGREEMENT,
    )
