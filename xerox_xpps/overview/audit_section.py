# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.fields import Domain

from .about_month import files_of_month
from .section import Section


class AuditSection(Section):
    """Whether Xerox bills what is to be expected: the flagged rows of ``xpps.vendor.report``, bill and disputes."""

    key = "audit"

    def label(self):
        return self.env._("Check of Xerox's Bill")

    def methods(self):
        return self._differences, self._vendor_bill, self._disputes

    def _differences(self):
        domain = self.of_company & Domain("billing_file_id", "in", self._files().ids) & Domain("flag", "!=", False)
        action = self._open("xerox_xpps.action_xpps_vendor_report", "xpps.vendor.report", domain)
        return self._count("differences", self.env._("Differences with Xerox"), action, "warning", amount="difference")

    def _files(self):
        return files_of_month(self.company, self.month, [("state", "=", "imported")])

    def _vendor_bill(self):
        env = self.env
        files = self._files()
        states = dict(files._fields["vendor_bill_state"]._description_selection(env))
        found = set(files.mapped("vendor_bill_state"))
        worst = next((state for state in ("different", "none", "equal") if state in found), None)
        amounts = {}
        for file in files.filtered(lambda file: file.vendor_bill_state == "different"):
            amounts[file.currency_id] = amounts.get(file.currency_id, 0) + file.vendor_bill_difference
        return self._figure(
            "vendor_bill",
            env._("Vendor Bill"),
            len(files),
            states[worst] if worst else "–",
            detail=env._("Difference: %s", self._amounts(amounts)) if amounts else "",
            look={"different": "danger", "none": "warning", "equal": "success"}.get(worst, ""),
            action=self._open("xerox_xpps.action_xpps_billing_file", "xpps.billing.file", [("id", "in", files.ids)]),
        )

    def _disputes(self):
        domain = self.of_company & Domain("state", "in", ("draft", "sent"))
        action = self._open("xerox_xpps.action_xpps_dispute", "xpps.dispute", domain)
        return self._count("disputes", self.env._("Open Disputes"), action, "warning", amount="open_amount")
