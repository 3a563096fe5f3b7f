# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from functools import cached_property

from dateutil.relativedelta import relativedelta

from odoo.fields import Domain

from .about_month import files_of_month
from .section import Section

SAVINGS = "xpps.savings.report"
#: Months up to the shown one in which savings are added up.
MONTHS = 12


class AuditSection(Section):
    """Whether Xerox bills what is to be expected: the flagged rows of ``xpps.vendor.report``, bill and disputes, and
    what a year's overbilling came to.
    """

    key = "audit"

    def label(self):
        return self.env._("Check of Xerox's Bill")

    def methods(self):
        return (
            self._differences,
            self._vendor_bill,
            self._disputes,
            self._over_billed,
            self._disputed,
            self._credited,
        )

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

    def _over_billed(self):
        open_claims = self._saved("not_claimed")
        return self._saving(
            "over_billed",
            self.env._("Overbilled in 12 Months"),
            self.env._("Not claimed: %s", self._money(open_claims)) if open_claims else "",
            "warning" if open_claims else "",
        )

    def _disputed(self):
        return self._saving("disputed_amount", self.env._("Disputed in 12 Months"))

    def _credited(self):
        look = "success" if self._saved("credited_amount") > 0 else ""
        return self._saving("credited_amount", self.env._("Credited in 12 Months"), look=look)

    def _saving(self, name, label, detail="", look=""):
        value = self._saved(name)
        action = self._open("xerox_xpps.action_xpps_savings_report", SAVINGS, self._year() & Domain(name, "!=", 0))
        return self._figure(name, label, value, self._money(value), detail, look, action)

    def _saved(self, name):
        return self.company.currency_id.round(self._savings[name] or 0.0)

    @cached_property
    def _savings(self):
        """What the months up to the shown one come to: {name: sum}, with one query."""
        names = ("over_billed", "not_claimed", "disputed_amount", "credited_amount")
        (sums,) = self.env[SAVINGS]._read_group(self._year(), [], [f"{measure}:sum" for measure in names])
        return dict(zip(names, sums, strict=True))

    def _year(self):
        first = self.month - relativedelta(months=MONTHS - 1)
        return self.of_company & Domain("month", ">=", first) & Domain("month", "<=", self.month)
