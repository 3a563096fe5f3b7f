# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo.fields import Domain
from odoo.tools import format_date

from ..common.constants import BILLED_READS
from ..rules import ends_in_domain, month_of
from .months import last_day
from .section import guarded

#: Months on a chart.
MONTHS = 12


class Charts:
    """Charts of a company's last twelve months.

    :param month: date, first day of the last of them
    """

    def __init__(self, company, month):
        self.env = company.env
        self.company = company
        self.months = [month - relativedelta(months=back) for back in reversed(range(MONTHS))]

    def build(self, with_cost):
        """:return: [{"key", "title", "type", "stacked", "months", "labels", "datasets", "currency_id"}], the props of
        ``XppsChart``, the months that its labels stand for, and False or the currency of its amounts; a chart that
        cannot be made is left out
        """
        methods = (self._earnings, self._pages) if with_cost else (self._pages,)
        found = [guarded(self.env, method) for method in methods]
        return [chart for chart, failed in found if not failed]

    def _chart(self, key, title, datasets, stacked=False, currency_id=False):
        return {
            "key": key,
            "title": title,
            "type": "bar",
            "stacked": stacked,
            "months": [month.isoformat() for month in self.months],
            "labels": [format_date(self.env, month, date_format="MMM y") for month in self.months],
            "datasets": datasets,
            "currency_id": currency_id,
        }

    def _domain(self, field_name):
        return (
            Domain("company_id", "=", self.company.id)
            & Domain(field_name, ">=", self.months[0])
            & Domain(field_name, "<=", last_day(self.months[-1]))
        )

    def _earnings(self):
        report, currency = self.env["xpps.profitability.report"], self.company.currency_id
        names = ("revenue", "cost", "margin", "cost_unknown_count")
        # As of a pivot, which the report makes of sums.
        (groups,) = report._read_grouping_sets(
            self._domain("date"), [["date:month"]], [f"{name}:sum" for name in names]
        )
        sums = {month: dict(zip(names, amounts, strict=True)) for month, *amounts in groups}
        labels = {
            "revenue": self.env._("Revenue"),
            "cost": self.env._("Xerox's Cost"),
            "margin": self.env._("Margin"),
        }
        datasets = [
            {"label": label, "data": [self._earned(sums.get(month, {}), name) for month in self.months]}
            for name, label in labels.items()
        ]
        title = self.env._("Revenue, Xerox's Cost and Margin (%s)", currency.name)
        return self._chart("earnings", title, datasets if sums else [], currency_id=currency.id)

    def _earned(self, sums, name):
        """:return: None, a gap, for a margin that is unknown because some of the cost is"""
        if name == "margin" and sums.get("cost_unknown_count"):
            return None
        return self.company.currency_id.round(sums.get(name) or 0)

    def _pages(self):
        reads = self.env["xpps.meter.read"]
        pages = defaultdict(int)
        # Those of the last month may end in the one after it.
        ends = ends_in_domain("period_end", self.months[0], last_day(self.months[-1] + relativedelta(months=1)))
        for output_type, first, last, number in reads._read_group(
            Domain("company_id", "=", self.company.id) & ends & Domain(BILLED_READS),
            ["output_type", "period_start:day", "period_end:day"],
            ["pages:sum"],
        ):
            if month_of(first, last) in self.months:
                pages[output_type, month_of(first, last)] += number
        datasets = [
            {"label": label, "data": [pages.get((output_type, month), 0) for month in self.months]}
            for output_type, label in reads._fields["output_type"]._description_selection(self.env)
            if any(found == output_type for found, _month in pages)
        ]
        return self._chart("pages", self.env._("Pages by Output Type"), datasets, stacked=True)
