# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...common.formats import period_text
from ...rules import bills_days_sql, other_share_sql, overlap_sql


class AccountMoveLine(models.Model):
    """Days of recurring services on invoices: they are free again when their line is gone.

    What is billed stays so when it is credited, until somebody has it billed again: then the credited line says that it
    bills no days any more, and its credit note must stand.
    """

    _inherit = "account.move.line"

    xpps_given_back = fields.Boolean(
        string="XPPS Billed Again",
        readonly=True,
        copy=False,
        help="The line was credited, and what it billed of a recurring service is billed by another one.",
    )

    # Bill Again

    def _xpps_bill_elsewhere(self):
        """Other lines bill what these did, which were credited; the caller acts as superuser."""
        lines = self.filtered(lambda line: line.xpps_subscription_line_id and not line.xpps_given_back)
        if not lines:
            return
        lines._xpps_write_plainly({"xpps_given_back": True})
        self._xpps_free(lines._xpps_billed_spans())

    def _xpps_is_credited(self):
        """Whether posted credit notes take all of the line back; called as superuser.

        Lines of an invoice that make up for devices of the same period are taken back together.
        """
        self.ensure_one()
        credits = self.move_id.reversal_move_ids.filtered(lambda move: move.state == "posted").invoice_line_ids
        credits = self._xpps_of_same_days(credits)
        if not credits:
            return False
        billed = sum(self._xpps_of_same_days(self.move_id.invoice_line_ids).mapped("price_subtotal"))
        credited = sum(credits.mapped("price_subtotal"))
        # What is taken back of a credit is less than 0, too.
        sign = -1 if billed < 0 else 1
        return self.currency_id.compare_amounts(sign * credited, sign * billed) >= 0

    def _xpps_of_same_days(self, lines):
        """Those of some lines that bill the same days of the same service, or make up for devices in them."""
        self.ensure_one()
        return lines.filtered(
            lambda line: (
                line.xpps_subscription_line_id == self.xpps_subscription_line_id
                and line.xpps_period_start == self.xpps_period_start
                and line.xpps_period_end == self.xpps_period_end
                and line.xpps_base_adjustment == self.xpps_base_adjustment
            )
        )

    # Shares of several payers

    def _xpps_shares_of_days(self):
        """The lines that bill the other shares of the days that these do; called as superuser."""
        others = self._xpps_other_shares()
        return others.filtered(
            lambda other: (
                other.xpps_subscription_line_id
                and any(line._xpps_of_same_days(other) and line.xpps_share_key == other.xpps_share_key for line in self)
            )
        )

    # Days on two lines

    def _xpps_days_of_others(self):
        """:return: [(account.move.line, account.move.line)] of these lines, and others that bill the same days"""
        lines = self.filtered(lambda line: line.xpps_subscription_line_id and not line.xpps_base_adjustment)
        if not lines:
            return []
        self.env["sale.subscription.line"]._xpps_flush_covering()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mine.id, line.id
                  FROM account_move_line mine
                  JOIN account_move_line line
                    ON line.xpps_subscription_line_id = mine.xpps_subscription_line_id AND line.move_id <> mine.move_id
                   AND line.xpps_base_adjustment IS NOT TRUE AND %(shared)s
                   AND NOT %(other_share)s
                  JOIN account_move move ON move.id = line.move_id
                 WHERE mine.id = ANY(%(ids)s) AND %(billing)s
              ORDER BY mine.id, line.id
                """,
                ids=lines.ids,
                billing=bills_days_sql(),
                other_share=other_share_sql("mine", "line"),
                shared=overlap_sql(
                    SQL("mine.xpps_period_start"),
                    SQL("mine.xpps_period_end"),
                    SQL("line.xpps_period_start"),
                    SQL("line.xpps_period_end"),
                ),
            )
        )
        return [(self.browse(mine), self.browse(other)) for mine, other in rows]

    def _xpps_check_days_free(self):
        """:raises UserError: when other invoices bill the days of these lines"""
        # What was billed does not depend on what the user may see.
        for line, other in self.sudo()._xpps_days_of_others():
            raise UserError(
                self.env._(
                    "%(move)s cannot be used again: “%(service)s” of %(period)s is billed by %(other)s. Delete the "
                    "line from one of them first.",
                    move=line.move_id.display_name,
                    service=line.xpps_subscription_line_id.product_id.display_name or line.name,
                    period=period_text(self.env, line.xpps_period_start, line.xpps_period_end),
                    other=other.move_id.display_name,
                )
            )
