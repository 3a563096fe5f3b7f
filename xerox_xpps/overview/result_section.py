# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo.fields import Domain

from .months import last_day
from .section import Section

AMOUNTS = ("revenue", "cost", "margin", "uninvoiced")


class ResultSection(Section):
    """What the month earns, in the company's currency: the sums of ``xpps.profitability.report``."""

    key = "result"

    def label(self):
        return self.env._("Earnings")

    def methods(self):
        return self._revenue, self._cost, self._margin, self._uninvoiced

    def _revenue(self):
        return self._amount("revenue", self.env._("Revenue"), self.env._("XPPS items of posted invoices."))

    def _cost(self):
        return self._amount("cost", self.env._("Xerox's Cost"))

    def _uninvoiced(self):
        return self._amount(
            "uninvoiced", self.env._("Not Yet Invoiced"), self.env._("Charges without a posted invoice.")
        )

    def _margin(self):
        margin, revenue = self._sum("margin"), self._sum("revenue")
        before, earlier = self._sum("margin", self._earlier()), self._month_name(self._earlier())
        label = self.env._("Margin")
        if revenue:
            label = self.env._("Margin (%s)", self._percent(margin / revenue))
        change = self._money(margin - before, signed=True)
        detail = self.env._("%(change)s compared with %(month)s", change=change, month=earlier)
        return self._amount("margin", label, detail, "danger" if margin < 0 else "success" if margin > 0 else "")

    def _amount(self, key, label, detail="", look=""):
        value = self._sum(key)
        action = self._open(
            "xerox_xpps.action_xpps_profitability_report", "xpps.profitability.report", self._of_months(self.month)
        )
        return self._figure(key, label, value, self._money(value), detail if value else "", look, action)

    def _earlier(self):
        return self.month - relativedelta(months=1)

    def _of_months(self, first):
        """Domain from a month to the shown one."""
        return self.of_company & Domain("date", ">=", first) & Domain("date", "<=", last_day(self.month))

    def _sum(self, name, month=None):
        if self._sums is None:
            # As of a pivot, which the report makes of sums.
            (rows,) = self.env["xpps.profitability.report"]._read_grouping_sets(
                self._of_months(self._earlier()), [["date:month"]], [f"{amount}:sum" for amount in AMOUNTS]
            )
            self._sums = {date: dict(zip(AMOUNTS, amounts, strict=True)) for date, *amounts in rows}
        value = self._sums.get(month or self.month, {}).get(name) or 0.0
        return self.company.currency_id.round(value)

    #: {month: {name: sum}} of the shown month and the one before, with one query.
    _sums = None
