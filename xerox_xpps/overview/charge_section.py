# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.fields import Domain

from ..common.constants import BILLING_GROUP
from ..rules import reached_domain
from .about_month import of_month
from .section import Section


class ChargeSection(Section):
    """What the month's overage comes to, before it is invoiced: what customers pay, no cost."""

    key = "charges"

    def label(self):
        return self.env._("Overage Charges")

    def methods(self):
        return self._to_approve, self._to_invoice, self._waiting, self._invoiced, self._unrated

    def _to_approve(self):
        return self._charges("to_approve", self.env._("To Approve"), Domain("state", "=", "draft"), "warning")

    def _to_invoice(self):
        domain = Domain("invoice_status", "=", "to_invoice") & reached_domain("bill_after", self.today)
        return self._charges("to_invoice", self.env._("Approved, to Invoice"), domain, "info")

    def _waiting(self):
        # Whoever looks at charges follows the company's settings without a right to read them.
        if not self.company.sudo().xpps_overage_cycles:
            return None
        domain = Domain("invoice_status", "=", "to_invoice") & Domain("bill_after", ">", self.today)
        return self._charges("waiting", self.env._("Approved, Waiting for Their Cycle"), domain, "")

    def _invoiced(self):
        return self._charges("invoiced", self.env._("On Invoices"), Domain("invoice_status", "=", "invoiced"), "")

    def _unrated(self):
        """As of now, whatever the month: cycles that are over, and that nobody is charged for until reads come."""
        # See _waiting.
        if not self.company.sudo().xpps_page_plans or not self.env.user.has_group(BILLING_GROUP):
            return None
        domain = self.of_company & Domain("state", "=", "waiting")
        action = self._open("xerox_xpps.action_xpps_page_rating", "xpps.page.rating", domain, search_default_waiting=1)
        return self._count("unrated", self.env._("Page Plans That Lack Reads"), action, "warning")

    def _charges(self, key, label, domain, look):
        """Charges of the month, and those without a period: they may be of any."""
        charges = self.env["sale.subscription.charge"]
        of_period = of_month(charges, self.of_company & domain, self.month) | Domain("period_end", "=", False)
        action = self._open(
            "xerox_xpps.action_sale_subscription_charge",
            "sale.subscription.charge",
            self.of_company & of_period & domain,
        )
        return self._count(key, label, action, look, amount="price_subtotal")
