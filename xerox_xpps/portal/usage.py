# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Pages month by month, of what the user may see."""

from collections import defaultdict
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo.fields import Domain
from odoo.tools import format_date

from ..billing_file import OUTPUT_TYPES
from ..common.constants import BILLED_READS
from ..common.formats import month_text
from ..models.device.usage_months import UsageMonths, pages_by_month
from ..rules import month_of
from .chart import bar_chart
from .pages import UsageLine, UsageMonth, UsagePage

#: Months that pages and graphs show, unless a year is asked for.
MONTHS = 12
#: A year's downloads and sums count the months that its reads are about, and these may end in the next one.
SLACK = relativedelta(months=1)


def output_names(env, company=None):
    """:return: {output type: how customers read it}"""
    # What an output type is called is printed on invoices.
    return env["xpps.output.name"].sudo()._by_output_type(company or env.company)


def read_groups(env, domain, by=()):
    """Pages of the reads that the user may see, with one query.

    :param by: fields to group by, before the rest
    :return: [(*by, first day, last day, output type, pages, included pages or None under a page plan)]
    """
    reads = env["xpps.meter.read"]
    reads.browse().check_access("read")
    mine = reads._search(Domain(BILLED_READS) & Domain(domain))
    # Which reads they are is decided by the user's rights; that a page plan is about one is not the user's to read, but
    # what Xerox includes is not what the customer has of a plan.
    groups = reads.sudo()._read_group(
        [("id", "in", mine)],
        [*by, "period_start:day", "period_end:day", "output_type", "page_plan_id"],
        ["pages:sum", "included:sum"],
    )
    return [(*known, pages, None if plan else included) for *known, plan, pages, included in groups]


def months_of(groups):
    """:return: UsageMonths"""
    return UsageMonths(pages_by_month((*group, pages, included or 0) for *group, pages, included in groups))


def month_rows(env, usage, months):
    """:return: [UsageMonth] of some months, the newest first"""
    rows = []
    for month in reversed(months):
        pages = [usage._of(month, name)[0] for name in usage.types]
        included = sum(usage._of(month, name)[1] for name in usage.types)
        rows.append(UsageMonth(month_text(env, month), pages, included or None))
    return rows


def month_chart(env, names, usage, months):
    shown = usage.shown
    labels = [format_date(env, month, date_format="MMM") for month in months]
    series = {}
    for name in usage.types:
        pages = dict(zip(shown, usage.series(name), strict=True))
        series[names[name]] = [pages.get(month, usage._of(month, name)[0]) for month in months]
    return bar_chart(labels, series)


class UsageBuilder:
    """Usage by month of all devices that the user sees.

    :param year: a number, or None for the last twelve months
    """

    def __init__(self, env, domain=Domain.TRUE, year=None):
        self.env = env
        self.names = output_names(env)
        self.domain = Domain(domain)
        self.year = year

    def years(self):
        """:return: the years that have reads, the last one first"""
        found = self.env["xpps.meter.read"]._read_group(
            Domain(BILLED_READS) & self.domain, [], ["period_end:min", "period_end:max"]
        )
        first, last = found[0]
        return list(range(last.year, first.year - 1, -1)) if first else []

    def _period(self):
        """Domain of the reads that may be about the months that are shown, and a test for one of these months."""
        if self.year:
            first, last = date(self.year, 1, 1), date(self.year, 12, 31)
            ends = Domain("period_end", ">=", first) & Domain("period_end", "<=", last + SLACK)
            return ends, lambda month: month.year == self.year
        newest = self.env["xpps.meter.read"]._read_group(Domain(BILLED_READS) & self.domain, [], ["period_end:max"])[0][
            0
        ]
        if not newest:
            return Domain.FALSE, lambda month: False
        first = newest.replace(day=1) - relativedelta(months=MONTHS)
        return Domain("period_end", ">=", first), lambda month: month > first

    def build(self):
        """:return: UsagePage"""
        ends, is_shown = self._period()
        groups = [group for group in read_groups(self.env, self.domain & ends) if is_shown(month_of(*group[:2]))]
        usage = months_of(groups)
        months = usage.shown
        names = [self.names[name] for name in usage.types]
        rows = month_rows(self.env, usage, months)
        return UsagePage(names, rows, month_chart(self.env, self.names, usage, months))

    def lines(self):
        """What the downloads have: each device by itself.

        :return: [UsageLine], by month, device and output type
        """
        ends, is_shown = self._period()
        found = defaultdict(lambda: [0, 0, False])
        for device, first, last, output_type, pages, included in read_groups(
            self.env, self.domain & ends, ["device_id"]
        ):
            month = month_of(first, last)
            if is_shown(month):
                figures = found[month, device.id, output_type]
                figures[0] += pages
                figures[1] += included or 0
                figures[2] |= included is None
        # A read that the user sees names its device, also where that has gone elsewhere since.
        devices = self.env["stock.lot"].sudo().browse({device_id for _month, device_id, _type in found})
        devices.fetch(["name", "product_id", "xpps_asset_number", "xpps_location", "xpps_partner_id"])
        mine = set(devices.with_env(self.env)._filtered_access("read").ids)
        known = {device.id: self._known(device, device.id in mine) for device in devices}
        order = {name: index for index, name in enumerate(OUTPUT_TYPES)}
        rows = sorted(found.items(), key=lambda item: (item[0][0], known[item[0][1]][0], order[item[0][2]]))
        return [
            UsageLine(month, *known[device_id], self.names[output_type], pages, None if planned else included)
            for (month, device_id, output_type), (pages, included, planned) in rows
        ]

    def _known(self, device, is_mine):
        """Serial number, model, asset number and place; of a device that somebody else has now only the first two."""
        model = device.product_id.name or ""
        if not is_mine:
            return device.name, model, "", ""
        return device.name, model, device.xpps_asset_number or "", device.xpps_location or ""
