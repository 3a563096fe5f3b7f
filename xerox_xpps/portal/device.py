# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One device: what is known of it, what it printed, and where it was, as far as its customer had it."""

from odoo.fields import Domain
from odoo.tools import format_date

from ..common.formats import month_text, period_text
from ..documents import ReportFormat
from .devices import place_of
from .pages import Allowance, DevicePage, Fact, PlaceRow, ReadRow
from .usage import MONTHS, month_chart, month_rows, months_of, output_names, read_groups

#: Reads on a page of them.
READS = 24


class DeviceBuilder:
    """:param device: stock.lot that the user may read"""

    def __init__(self, device):
        self.env = device.env
        self.device = device
        # Names of the model, the site and the agreement of a device that the user sees.
        self.known = device.sudo()
        self.names = output_names(self.env, self.known.company_id)
        self.format = ReportFormat(self.env, 0)
        # Who had the device before is another customer's matter, also for whoever may read all.
        customer = self.known.xpps_partner_id.commercial_partner_id
        self.own = Domain("device_id", "=", device.id) & Domain("partner_id", "child_of", customer.id)
        self.live = self.own & Domain("superseded_by_id", "=", False)

    def read_count(self):
        return self.env["xpps.meter.read"].search_count(self.live)

    def build(self, offset=0):
        """:param offset: of the reads that are shown
        :return: DevicePage
        """
        groups = read_groups(self.env, self.own)
        usage = months_of(groups)
        months = usage.shown[-MONTHS:]
        return DevicePage(
            id=self.device.id,
            serial=self.device.name,
            model=self.known.product_id.name or "",
            is_removed=self.device.xpps_state == "removed",
            takes_reads=self.device._xpps_takes_reads(),
            facts=self._facts(),
            allowance=self._allowance(usage),
            plans=self._plans(),
            output_types=[self.names[name] for name in usage.types],
            months=month_rows(self.env, usage, months),
            chart=month_chart(self.env, self.names, usage, months),
            reads=self._reads(offset),
            places=self._places(),
        )

    def _facts(self):
        device, env = self.known, self.env
        agreement = device.xpps_subscription_id
        agreement_url = ""
        if env["sale.subscription"].search_count(
            env.user._xpps_portal_agreement_domain() & Domain("id", "=", agreement.id), limit=1
        ):
            agreement_url = agreement.access_url
        facts = [
            Fact(env._("Place"), place_of(device)),
            Fact(env._("Asset Number"), device.xpps_asset_number or ""),
            Fact(env._("Agreement"), agreement._xpps_number() or "", agreement_url),
            Fact(env._("Installed On"), format_date(env, device.xpps_install_date) or ""),
            Fact(env._("Removed On"), format_date(env, device.xpps_removal_date) or ""),
        ]
        return [fact for fact in facts if fact.value]

    def _allowance(self, usage):
        """Of the output types that include pages, together."""
        pages, included, percent = usage.last_month(usage.types)
        if percent is None:
            return None
        limited = round(percent * included / 100)
        return Allowance(month_text(self.env, usage.last), limited, included)

    def _plans(self):
        """Names of the page plans that the pages of the last month counted towards."""
        last = self.env["xpps.meter.read"].search(
            self.live & Domain("origin", "=", "file"), order="period_end desc, id", limit=1
        )
        if not last:
            return []
        same = self.env["xpps.meter.read"].search(
            self.live & Domain("origin", "=", "file") & Domain("period_end", "=", last.period_end)
        )
        # What a plan is called stands on the annex.
        return sorted(set(same.sudo().page_plan_id.mapped("name")))

    def _reads(self, offset):
        reads = self.env["xpps.meter.read"].search(
            self.live, order="period_end desc, output_type, id desc", offset=offset, limit=READS
        )
        # See read_groups.
        planned = set(reads.sudo().filtered("page_plan_id").ids)
        return [self._read(read, read.id in planned) for read in reads]

    def _read(self, read, is_planned):
        pages = self.format.pages
        counts = read.origin == "file"
        has_allowance = counts and read.included_stated and not is_planned
        return ReadRow(
            day=format_date(self.env, read.read_date or read.period_end),
            period=period_text(self.env, read.period_start, read.period_end) if counts else "",
            output_type=self.names[read.output_type],
            kind=self._kind(read),
            previous=pages(read.previous_read) if counts else "",
            current=pages(read.current_read),
            pages=pages(read.pages) if counts else "",
            included=pages(read.included) if has_allowance else "",
        )

    def _kind(self, read):
        if read.origin == "file":
            return self.env._("Estimated") if read.estimated else self.env._("Actual")
        return dict(read._fields["origin"]._description_selection(self.env))[read.origin]

    def _places(self):
        rows = self.env["xpps.device.assignment"].search(self.own)
        # See above.
        return [
            PlaceRow(
                period=period_text(self.env, row.date_from, row.date_to) or self.env._("always"),
                place=", ".join(filter(None, (row.location, row.partner_id.name))),
                agreement=row.subscription_id._xpps_number() or "",
            )
            for row in rows.sudo()
        ]
