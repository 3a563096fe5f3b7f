# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.fields import Domain

from .about_month import of_month
from .invoice_months import invoices_of
from .months import agreements_to_invoice
from .section import Section


class InvoiceSection(Section):
    """Which agreements are invoiced for the month, and which are not yet."""

    key = "invoices"

    def __init__(self, *args):
        super().__init__(*args)
        runs, live = self.env["xpps.billing.run"], self.of_company & Domain("state", "!=", "cancelled")
        self.runs = runs.search(live & of_month(runs, live, self.month))

    def label(self):
        return self.env._("Customer Invoices")

    def methods(self):
        return self._ready, self._held_back, self._failed, self._drafts, self._posted

    def _ready(self):
        """What the billing run found; without a run, what one would find, complete or not."""
        if self.runs:
            return self._run_lines("ready", self.env._("Agreements Ready"), "ready", "info")
        agreements = agreements_to_invoice(self.company, self.month, self.today)
        action = self._open("xerox_xpps.action_xpps_agreement", "sale.subscription", [("id", "in", agreements.ids)])
        return self._figure(
            "ready",
            self.env._("Agreements to Invoice"),
            len(agreements),
            detail=self.env._("A billing run shows which of them are complete.") if agreements else "",
            look="info" if agreements else "",
            action=action,
        )

    def _held_back(self):
        return self._run_lines("held_back", self.env._("Agreements Held Back"), "held", "warning")

    def _failed(self):
        return self._run_lines("failed", self.env._("Failed Agreements"), "failed", "danger")

    def _run_lines(self, key, label, state, look):
        if not self.runs:
            return None
        domain = [("run_id", "in", self.runs.ids), ("state", "=", state)]
        action = self._open("xerox_xpps.action_xpps_billing_run_line", "xpps.billing.run.line", domain)
        return self._count(key, label, action, look, amount="amount_total", currency="subscription_id.currency_id")

    def _drafts(self):
        return self._invoices("drafts", self.env._("Draft Invoices"), "draft", "warning")

    def _posted(self):
        return self._invoices("posted", self.env._("Posted Invoices"), "posted", "success")

    def _invoices(self, key, label, state, look):
        action = self._open(
            "account.action_move_out_invoice_type",
            "account.move",
            invoices_of(self.month, state, self.company),
            # Without it, Odoo's list has no customers and no invoice dates.
            default_move_type="out_invoice",
        )
        figure = self._count(key, label, action, look, amount="amount_untaxed_in_currency_signed")
        if figure["value"]:
            figure["detail"] = self.env._("%s before taxes", figure["detail"])
        return figure
