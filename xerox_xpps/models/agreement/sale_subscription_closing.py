# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...common.today import company_today
from .sale_subscription_schedule import CLOSING, DAY


class SaleSubscription(models.Model):
    """What is left to bill of an agreement that is closed, and what is not billed of it."""

    _inherit = "sale.subscription"

    def close_subscription(self, close_reason_id=False):
        if not self._xpps_ours():
            return super().close_subscription(close_reason_id)
        # Upstream clears the date first.
        closing = self.with_context(xpps_closing=CLOSING)
        return super(SaleSubscription, closing).close_subscription(close_reason_id)

    def _xpps_settle_closing(self, next_date):
        """Keep the next invoice date of a closed agreement if something recurring is left to bill, else clear it.

        A term that is over is billed to its end. Otherwise what is billed depends on the company's settings: devices
        are billed up to the last day where parts of months are; a company that bills by runs bills what was due. What
        is not billed is kept with the agreement.
        """
        self.ensure_one()
        today = company_today(self.company_id)
        end = min(self.date or today, today)
        lines = self.sale_subscription_line_ids
        # What never ran has no day on which it was closed, and nothing to bill.
        if not next_date or not lines or not self.xpps_closed_on:
            self._xpps_set_schedule({"recurring_next_date": False})
            return
        self._xpps_release_orders_left()
        planned, over = self.date, bool(self.date and self.date <= today)
        self._xpps_set_schedule({"recurring_next_date": next_date, "date": end})
        if not over:
            self._xpps_waive_closing(end)
        self._xpps_reschedule()
        if not self.recurring_next_date:
            changes = self._xpps_changes_due()
            self._xpps_set_schedule({"recurring_next_date": changes} if changes else {"date": planned})

    def _xpps_waive_closing(self, end):
        """What is not billed of an agreement that is closed before its time."""
        lines = self.sale_subscription_line_ids
        cycle = self._xpps_cycle()
        # Of the period that is not due yet, what does not follow devices was paid for in advance.
        period = cycle.period(end)
        border = period[0] if self.xpps_base_timing == "arrears" else period[1] + DAY
        if not self._xpps_counts_days():
            if not self.company_id._xpps_bills_by_run_only():
                border = self._xpps_recurring_period()[0]
            waived = lines
        else:
            waived = lines.filtered(lambda line: not line._xpps_is_base())
        self._xpps_waive(
            [
                {
                    "subscription_id": self.id,
                    "subscription_line_id": line.id,
                    "kind": "closing",
                    "date_from": border,
                    "reason": self.env._("It was closed."),
                }
                for line in waived
            ]
        )

    def manual_invoice(self):
        """Whoever invoices a closed agreement by hand bills what was not to be billed of it."""
        if self._xpps_ours() and self.stage_type == "post" and not self.recurring_next_date:
            self._check_may_bill("account.move")
            self._xpps_bill_closing()
        return super().manual_invoice()

    def _xpps_bill_closing(self):
        last = self._xpps_last_day()
        closing = self._xpps_waivers().filtered(lambda waiver: waiver._is_open())
        spans = [(waiver.date_from, last) for waiver in closing if last and waiver.date_from <= last]
        if spans:
            for waiver in closing:
                waiver.date_from = max(waiver.date_from, last + DAY)
            lines = self.sale_subscription_line_ids
            lines._xpps_give_back(dict.fromkeys(lines, spans))

    def _xpps_changes_due(self):
        """When a closed agreement gets back what it paid in advance for days after its end, False if it does not."""
        last = self._xpps_last_day()
        if self.xpps_base_timing != "advance" or not last:
            return False
        changes = self.sale_subscription_line_ids._xpps_base_changes()
        return self._xpps_cycle().period(last)[1] + DAY if any(changes.values()) else False
