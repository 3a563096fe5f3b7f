# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import fields, models
from odoo.tools import format_date

from ...common.constants import BILLED_READS, USER_GROUP
from .usage_months import UsageMonths, pages_by_month


class XppsUsage(models.AbstractModel):
    """What devices print, by the reads that Xerox billed: of a device, an agreement or a customer.

    A month has the reads of the periods that are about it. The last one is the last with a read: of a device that is
    gone its last year is shown, and not an empty one.
    """

    _name = "xpps.usage"
    _description = "XPPS Usage"

    #: The field of a meter read that names the record.
    _xpps_usage_field = None

    xpps_usage_chart = fields.Json(
        string="Pages a Month",
        compute="_compute_xpps_usage",
        groups=USER_GROUP,
        help="What the client's XppsChart draws.",
    )
    xpps_usage = fields.Json(
        string="Usage by Output Type",
        compute="_compute_xpps_usage",
        groups=USER_GROUP,
        help="month: name of the last one; devices: number of active ones, null on a device; rows: one per output "
        "type, then their total, with label, last_read and read_date (null but on a device), average (pages a month), "
        "pages and included of the last month, and percent (share of the allowance, null where there is none).",
    )
    xpps_average_pages = fields.Integer(
        string="Average Pages a Month",
        compute="_compute_xpps_usage",
        groups=USER_GROUP,
        help="Average of the last twelve months in which the meter was read.",
    )
    xpps_allowance_percent = fields.Float(
        string="Share of the Allowance",
        digits=(16, 1),
        compute="_compute_xpps_usage",
        groups=USER_GROUP,
        help="Pages of the last month in percent of the included pages. Output types without included pages do not "
        "count.",
    )

    def _compute_xpps_usage(self):
        pages = self._xpps_usage_pages()
        last_reads = self._xpps_usage_last_reads()
        devices = self._xpps_usage_devices()
        labels = dict(self.env["xpps.meter.read"]._fields["output_type"]._description_selection(self.env))
        # Dates are formatted slowly, and many devices are read in the same few months.
        month_labels = {}
        for record in self:
            record_id = record._origin.id
            usage = UsageMonths(pages.get(record_id, {}))
            for month in usage.shown:
                if month not in month_labels:
                    month_labels[month] = format_date(self.env, month, date_format="MMM yyyy")
            rows = []
            # A file may state zeros for what the device does not have.
            types = [
                name for name in usage.types if usage.is_used(name) or last_reads.get((record_id, name), (None, 0))[1]
            ]
            for name in types:
                read_date, counter, *_rest = last_reads.get((record_id, name), (None, None))
                rows.append(self._xpps_usage_row(usage, labels[name], [name], counter, read_date))
            if rows:
                rows.append(self._xpps_usage_row(usage, self.env._("All"), usage.types))
            record.xpps_average_pages = usage.average(usage.types)
            record.xpps_allowance_percent = usage.last_month(usage.types)[2] or 0.0
            record.xpps_usage = {
                "month": month_labels.get(usage.last),
                "devices": devices.get(record_id),
                "rows": rows,
            }
            record.xpps_usage_chart = {
                "type": "bar",
                "stacked": True,
                "labels": [month_labels[month] for month in usage.shown],
                "datasets": [{"label": labels[name], "data": usage.series(name)} for name in types],
                "emptyText": self.env._("No pages yet: each imported billing file adds those of its period."),
            }

    def _xpps_usage_row(self, usage, label, types, counter=None, read_date=None):
        pages, included, percent = usage.last_month(types)
        return {
            "label": label,
            "last_read": counter,
            "read_date": format_date(self.env, read_date) or None,
            "average": usage.average(types),
            "pages": pages,
            "included": included,
            "percent": percent,
        }

    def _xpps_usage_pages(self):
        """:return: {id: {first day of the month: {output type: (pages, included pages)}}}, with one query"""
        field = self._xpps_usage_field
        groups = self.env["xpps.meter.read"]._read_group(
            [*BILLED_READS, (field, "in", self.ids)],
            [field, "period_start:day", "period_end:day", "output_type"],
            ["pages:sum", "included:sum"],
        )
        found = defaultdict(list)
        for record, *group in groups:
            found[record.id].append(group)
        return {record_id: pages_by_month(of_record) for record_id, of_record in found.items()}

    def _xpps_usage_devices(self):
        """:return: {id: number of active devices}, empty where that makes no sense"""
        return {}

    def _xpps_usage_last_reads(self):
        """:return: {(id, output type): (date, counter, …)}, empty where that makes no sense"""
        return {}
