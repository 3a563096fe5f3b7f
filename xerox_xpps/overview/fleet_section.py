# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo.fields import Domain

from ..common.constants import BILLED_READS
from .about_month import of_month
from .section import Section


class FleetSection(Section):
    """The devices, and what they printed in the month."""

    key = "fleet"

    def label(self):
        return self.env._("Devices")

    def methods(self):
        return self._devices, self._agreements, self._pages, self._attention, self._usage_alerts

    def _devices(self):
        domain = [*self.of_company, ("is_xpps_device", "=", True), ("xpps_state", "=", "active")]
        action = self._open("xerox_xpps.action_xpps_device", "stock.lot", domain)
        return self._count("devices", self.env._("Active Devices"), action)

    def _agreements(self):
        domain = [
            *self.of_company,
            ("is_xpps", "=", True),
            ("is_xpps_master", "=", False),
            ("stage_id.type", "=", "in_progress"),
        ]
        action = self._open("xerox_xpps.action_xpps_agreement", "sale.subscription", domain)
        return self._count("agreements", self.env._("Running Agreements"), action)

    def _pages(self):
        earlier = self.month - relativedelta(months=1)
        pages, before = self._sum_pages(self.month), self._sum_pages(earlier)
        detail = ""
        if pages and before:
            detail = self.env._(
                "%(percent)s compared with %(month)s",
                percent=self._percent((pages - before) / before, signed=True),
                month=self._month_name(earlier),
            )
        action = self._open("xerox_xpps.action_xpps_meter_read", "xpps.meter.read", self._reads(self.month))
        return self._figure("pages", self.env._("Pages Printed"), pages, detail=detail, action=action)

    def _sum_pages(self, month):
        ((pages,),) = self.env["xpps.meter.read"]._read_group(self._reads(month), [], ["pages:sum"])
        return pages or 0

    def _reads(self, month):
        billed = self.of_company & Domain(BILLED_READS)
        return billed & of_month(self.env["xpps.meter.read"], billed, month)

    def _attention(self):
        """As of now, whatever the month: a row for each device and reason."""
        action = self._open("xerox_xpps.action_xpps_device_attention", "xpps.device.attention", self.of_company)
        return self._count("attention", self.env._("To Review"), action, "warning")

    def _usage_alerts(self):
        """As of now, where rules tell of anything."""
        if not self.env["xpps.usage.alert.rule"].search_count(self.of_company, limit=1):
            return None
        domain = self.of_company & Domain("state", "=", "reached") & Domain("is_handled", "=", False)
        action = self._open("xerox_xpps.action_xpps_usage_alert", "xpps.usage.alert", domain)
        return self._count("usage_alerts", self.env._("Usage Alerts"), action, "warning")
