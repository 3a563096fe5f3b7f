# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...billing_file import to_decimal
from ...common.constants import BILLING_GROUP
from ...common.formats import percent_text
from ...common.listing import enumeration
from ...common.plural import plural
from ...rules import below_floor, below_floor_sql

#: How many charges a warning names.
MAX_LISTED = 3


class SaleSubscriptionCharge(models.Model):
    """Charges that are sold below the company's margin floor."""

    _inherit = "sale.subscription.charge"

    margin_low = fields.Boolean(
        string="Below the Margin Floor",
        compute="_compute_margin_low",
        search="_search_margin_low",
        groups=BILLING_GROUP,
        help="The margin, in percent of the price before taxes, is below the company's floor. Pages that are not "
        "billed or that are reversed do not count.",
    )

    @api.depends(
        "quantity",
        "unit_cost",
        "unit_price_untaxed",
        "billable",
        "state",
        "cost_unknown",
        "company_id.xpps_margin_floor_percent",
    )
    def _compute_margin_low(self):
        for charge in self:
            price, cost = to_decimal(charge.unit_price_untaxed), to_decimal(charge.unit_cost)
            floor = to_decimal(charge.company_id.xpps_margin_floor_percent)
            sold = charge.billable and charge.quantity > 0 and charge.state != "rejected"
            charge.margin_low = sold and not charge.cost_unknown and below_floor(price, cost, floor)

    @api.model
    def _search_margin_low(self, operator, value):
        self._xpps_check_searchable("margin_low")
        if operator != "in":
            return NotImplemented
        self._flush_margin()
        low = Domain.custom(
            to_sql=lambda model, alias, query: self._margin_low_sql(alias),
            predicate=lambda charge: charge.margin_low,
        )
        return Domain.OR([low] * (True in value) + [~low] * (False in value))

    @api.model
    def _flush_margin(self):
        self.flush_model(["quantity", "unit_cost", "unit_price_untaxed", "billable", "state", "cost_unknown"])
        self.env["res.company"].flush_model(["xpps_margin_floor_percent"])

    @api.model
    def _margin_low_sql(self, alias):
        """The condition of ``_compute_margin_low`` on a row of the charges' table, never NULL."""
        charge = SQL.identifier(alias)
        low = below_floor_sql(
            SQL("COALESCE(%s.unit_price_untaxed, 0)", charge),
            SQL("COALESCE(%s.unit_cost, 0)", charge),
            SQL(
                "(SELECT floor.xpps_margin_floor_percent FROM res_company AS floor WHERE floor.id = %s.company_id)",
                charge,
            ),
        )
        return SQL(
            "COALESCE(%(charge)s.billable AND %(charge)s.quantity > 0 AND %(charge)s.state <> 'rejected' "
            "AND %(charge)s.cost_unknown IS NOT TRUE AND %(low)s, FALSE)",
            charge=charge,
            low=low,
        )

    def _warn_of_low_margin(self):
        """:return: a notification of the charges below the margin floor, or None when there are none"""
        if not self:
            return None
        self._flush_margin()
        rows = self.env.execute_query(
            SQL(
                "SELECT count(*) OVER (), id FROM %s WHERE id = ANY(%s) AND %s ORDER BY margin_percent, id LIMIT %s",
                SQL.identifier(self._table),
                self.ids,
                self._margin_low_sql(self._table),
                MAX_LISTED,
            )
        )
        if not rows:
            return None
        count, charges = rows[0][0], self.browse(id_ for _count, id_ in rows)
        listed = [
            self.env._(
                "device %(device)s on %(agreement)s: %(margin)s instead of %(floor)s",
                device=charge.device_id.name or "–",
                agreement=charge.subscription_id.display_name,
                margin=percent_text(self.env, charge.margin_percent),
                floor=percent_text(self.env, charge.company_id.xpps_margin_floor_percent),
            )
            for charge in charges
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": plural(
                    count,
                    self.env._("1 charge was approved below the margin floor"),
                    self.env._("%s charges were approved below the margin floor", count),
                ),
                "message": enumeration(self.env, listed, MAX_LISTED, count, separator="; ") + ".",
                # The list behind it shows what is approved by now.
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
