# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo.fields import Domain

from ..common.constants import BASE_ROLES
from .months import last_day, month_preparation, share_of_month
from .section import Section

SUMS = ("revenue", "cost", "margin", "uninvoiced", "cost_unknown_count")
#: Years after which a base price of the month is due at the latest.
LONGEST = 5


class ResultSection(Section):
    """What the month earns, in the company's currency: the sums of ``xpps.profitability.report``."""

    key = "result"

    def label(self):
        return self.env._("Earnings")

    def methods(self):
        return self._revenue, self._cost, self._margin, self._expected_margin, self._uninvoiced

    def _revenue(self):
        return self._amount("revenue", self.env._("Revenue"), self.env._("XPPS items of posted invoices."))

    def _cost(self):
        return self._amount("cost", self.env._("Xerox's Cost"), self._unknown_text())

    def _unknown_text(self):
        """That some of the month's cost is unknown, if it is."""
        if not self._is_unknown(self.month):
            return ""
        return self.env._("The cost of some pages is unknown.")

    def _uninvoiced(self):
        return self._amount(
            "uninvoiced", self.env._("Not Yet Invoiced"), self.env._("Charges without a posted invoice.")
        )

    def _margin(self):
        margin, revenue = self._sum("margin"), self._sum("revenue")
        before, earlier = self._sum("margin", self._earlier()), self._month_name(self._earlier())
        look = "danger" if margin < 0 else "success" if margin > 0 else ""
        label, detail = self.env._("Margin"), ""
        if self._is_unknown(self.month):
            return self._unknown_margin(label)
        if self._expected_revenue() is not None:
            # Of a month that is not invoiced yet it says nothing.
            label, look = self.env._("Margin of Posted Invoices"), ""
        elif revenue:
            label = self.env._("Margin (%s)", self._percent(margin / revenue))
        if not self._is_unknown(self._earlier()):
            change = self._money(margin - before, signed=True)
            detail = self.env._("%(change)s compared with %(month)s", change=change, month=earlier)
        return self._amount("margin", label, detail, look)

    def _expected_margin(self):
        """What the margin will be once all of the month is posted; None when it is, or nobody knows the cost."""
        revenue = self._expected_revenue()
        if revenue is None:
            return None
        margin = self.company.currency_id.round(revenue - self._sum("cost"))
        label = self.env._("Expected Margin")
        if revenue:
            label = self.env._("Expected Margin (%s)", self._percent(margin / revenue))
        detail = self.env._("With %s to be invoiced or posted.", self._money(revenue - self._sum("revenue")))
        look = "danger" if margin < 0 else "success" if margin > 0 else ""
        return self._figure("expected_margin", label, margin, self._money(margin), detail, look, self._open_month())

    def _unknown_margin(self, label):
        """The rows behind it are those without a cost."""
        domain = self._of_months(self.month) & Domain("cost_unknown_count", ">", 0)
        return self._figure("margin", label, None, "–", self._unknown_text(), "warning", self._open_rows(domain))

    def _amount(self, key, label, detail="", look=""):
        value = self._sum(key)
        return self._figure(key, label, value, self._money(value), detail if value else "", look, self._open_month())

    def _open_month(self):
        return self._open_rows(self._of_months(self.month))

    def _expected_revenue(self):
        """:return: posted revenue of the month, and what is to come; None when nothing is, or the cost is not known"""
        if self._expected is None:
            has_cost = self._sum("cost") and not self._is_unknown(self.month)
            coming = self._sum("uninvoiced") + self._draft_base_prices() + self._due_base_prices()
            is_open = has_cost and not self.company.currency_id.is_zero(coming)
            self._expected = (self._sum("revenue") + coming if is_open else None,)
        return self._expected[0]

    def _draft_base_prices(self):
        """Those of the month on drafts, credit notes negative; the charges on drafts count as not invoiced."""
        domain = (
            self.of_company
            & Domain("xpps_period_start", "<=", last_day(self.month))
            & Domain("xpps_period_end", ">=", self.month)
            & Domain("parent_state", "=", "draft")
            & Domain("xpps_subscription_line_id", "!=", False)
            & Domain("product_id.xpps_role", "in", BASE_ROLES)
        )
        groups = self.env["account.move.line"]._read_group(
            domain, ["xpps_period_start:day", "xpps_period_end:day"], ["balance:sum"]
        )
        return -sum(balance * share_of_month(first, last, self.month) for first, last, balance in groups)

    def _due_base_prices(self):
        """Those of the month that no invoice bills yet, however long it takes until they are due."""
        company = self.company
        preparation = month_preparation(company, self.month, last_day(self.month) + relativedelta(years=LONGEST))
        return sum(
            currency._convert(amount, company.currency_id, company, self.today)
            * share_of_month(first, last, self.month)
            for (currency, first, last), amount in preparation.base_prices().items()
        )

    def _open_rows(self, domain):
        return self._open("xerox_xpps.action_xpps_profitability_report", "xpps.profitability.report", domain)

    def _is_unknown(self, month):
        """Whether some of a month's cost is unknown, and so its margin."""
        return bool(self._sum("cost_unknown_count", month))

    def _earlier(self):
        return self.month - relativedelta(months=1)

    def _of_months(self, first):
        """Domain from a month to the shown one."""
        return self.of_company & Domain("date", ">=", first) & Domain("date", "<=", last_day(self.month))

    def _sum(self, name, month=None):
        if self._sums is None:
            # As of a pivot, which the report makes of sums.
            (rows,) = self.env["xpps.profitability.report"]._read_grouping_sets(
                self._of_months(self._earlier()), [["date:month"]], [f"{name}:sum" for name in SUMS]
            )
            self._sums = {date: dict(zip(SUMS, values, strict=True)) for date, *values in rows}
        value = self._sums.get(month or self.month, {}).get(name) or 0.0
        return self.company.currency_id.round(value)

    #: See ``_expected_revenue``, in a tuple.
    _expected = None
    #: {month: {name: sum}} of the shown month and the one before, with one query.
    _sums = None
