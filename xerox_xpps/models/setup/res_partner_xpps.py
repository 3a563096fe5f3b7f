# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.constants import USER_GROUP
from ...common.plural import plural
from ...common.window_actions import open_records


class ResPartner(models.Model):
    """The button and the tab *XPPS* of a customer: agreements and devices, those of its addresses among them."""

    _inherit = "res.partner"

    xpps_agreement_ids = fields.Many2many(
        "sale.subscription", string="XPPS Agreements", compute="_compute_xpps_fleet", groups=USER_GROUP
    )
    xpps_fleet_ids = fields.Many2many(
        "stock.lot",
        string="XPPS Devices of All Addresses",
        compute="_compute_xpps_fleet",
        groups=USER_GROUP,
        help="Devices of the customer and of its addresses, removed ones among them.",
    )
    xpps_fleet_text = fields.Char(
        string="XPPS Agreements and Devices", compute="_compute_xpps_fleet", groups=USER_GROUP
    )

    def _compute_xpps_fleet(self):
        """Of one customer at a time, as a form shows it."""
        for partner in self:
            agreements = self.env["sale.subscription"].search(partner._xpps_agreement_domain())
            devices = self.env["stock.lot"].search(partner._xpps_device_domain())
            partner.xpps_agreement_ids = agreements
            partner.xpps_fleet_ids = devices
            partner.xpps_fleet_text = self.env._(
                "%(agreements)s · %(devices)s",
                agreements=plural(
                    len(agreements), self.env._("1 agreement"), self.env._("%s agreements", len(agreements))
                ),
                devices=plural(len(devices), self.env._("1 device"), self.env._("%s devices", len(devices))),
            )

    def _xpps_agreement_domain(self):
        return [("is_xpps", "=", True), ("is_xpps_master", "=", False), *self._xpps_domain("partner_id")]

    def _xpps_device_domain(self):
        return [("is_xpps_device", "=", True), *self._xpps_domain("xpps_partner_id")]

    def action_open_xpps(self):
        """Open the devices of the customer; its agreements where there are no devices yet."""
        self.ensure_one()
        if self.xpps_fleet_ids or not self.xpps_agreement_ids:
            return self.action_open_xpps_devices()
        return open_records(
            self, "xerox_xpps.action_xpps_agreement", self._xpps_agreement_domain(), {"default_is_xpps": True}
        )

    def action_open_xpps_files(self):
        """The billing files that bill devices of the customer."""
        self.ensure_one()
        domain = [("line_ids", "any", self._xpps_domain("partner_id"))]
        return open_records(self, "xerox_xpps.action_xpps_billing_file", domain)

    def action_open_xpps_vendor_report(self):
        """What Xerox bills of the customer's devices, with the differences first."""
        self.ensure_one()
        domain = self._xpps_domain("partner_id")
        return open_records(self, "xerox_xpps.action_xpps_vendor_report", domain, {"search_default_differences": 1})
