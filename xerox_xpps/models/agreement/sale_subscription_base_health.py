# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL, format_date

from ...common.constants import USER_GROUP
from ...common.formats import period_text
from ...rules import billed_twice_sql


class SaleSubscription(models.Model):
    """What is wrong with the days of an agreement: nobody bills them and nobody knows why, or two invoices do."""

    _inherit = "sale.subscription"

    xpps_base_notice = fields.Text(
        string="Base Prices to Look At",
        compute="_compute_xpps_base_notice",
        groups=USER_GROUP,
        help="Days on which the agreement ran and that no invoice bills, and days that two invoices bill.",
    )
    xpps_has_base_gap = fields.Boolean(compute="_compute_xpps_base_notice", groups=USER_GROUP)

    def _compute_xpps_base_notice(self):
        ours = self._xpps_ours()
        gaps, doubles = ours._xpps_gaps(), ours._xpps_double_days()
        for agreement in self:
            waivers = gaps.get(agreement.id)
            texts = [agreement._xpps_gap_text(waivers)] if waivers else []
            texts += [agreement._xpps_double_text(*double) for double in doubles.get(agreement.id, ())]
            agreement.xpps_base_notice = "\n".join(texts) or False
            agreement.xpps_has_base_gap = bool(waivers)

    def _xpps_gaps(self):
        """:return: {sale.subscription id: xpps.base.waiver} of days that are not billed for no known reason"""
        # What is wrong does not depend on what the user may see of it.
        waivers = self.env["xpps.base.waiver"].sudo()
        found = waivers.search([("subscription_id", "in", self.ids), ("kind", "=", "gap")])
        return {agreement.id: same for agreement, same in found.grouped("subscription_id").items()}

    def _xpps_gap_text(self, waivers):
        periods = sorted({(waiver.date_from or self.date_start, waiver.date_to) for waiver in waivers})
        return self.env._(
            "Runs since %(start)s; no base price is billed for %(periods)s.",
            start=format_date(self.env, self.date_start),
            periods=", ".join(period_text(self.env, *period) for period in periods),
        )

    def _xpps_double_days(self):
        """Days of recurring services that two live invoice lines bill.

        :return: {sale.subscription id: [(line, first day, last day, account.move, account.move)]}
        """
        lines = self.sale_subscription_line_ids
        doubles = defaultdict(list)
        if not lines:
            return doubles
        lines._xpps_flush_covering()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT service_id, first_day, last_day, move_id, other_move_id
                  FROM (%s) twice
                 WHERE service_id = ANY(%s)
              ORDER BY 1, 2, 3
                """,
                billed_twice_sql(),
                lines.ids,
            )
        )
        # As above.
        moves = self.env["account.move"].sudo()
        for line_id, first, last, one, two in rows:
            line = lines.browse(line_id)
            doubles[line.sale_subscription_id.id].append((line, first, last, moves.browse(one), moves.browse(two)))
        return doubles

    def _xpps_double_text(self, line, first, last, one, two):
        return self.env._(
            "“%(service)s” of %(period)s is billed twice, by %(one)s and %(two)s.",
            service=line.product_id.display_name or line.name,
            period=period_text(self.env, first, last),
            one=one.display_name,
            two=two.display_name,
        )

    def action_xpps_bill_gaps(self):
        """Bill the days that nobody bills and nobody knows why: the next invoice date goes back to the first one."""
        self._xpps_check_may_bill_waived()
        for agreement in self:
            waivers = agreement._xpps_gaps().get(agreement.id)
            if waivers:
                agreement._xpps_bill_waived(waivers)
        return True
