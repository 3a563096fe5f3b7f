# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.constants import BILLED_READS, INVOICE_MODE_SELECTION, USER_GROUP
from ...common.window_actions import open_records
from ..device.usage_months import pages_by_month


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "xpps.usage", "xpps.guard"]

    xpps_customer_number = fields.Char(
        string="Xerox Customer Number", index="btree_not_null", help="Xerox's number of this customer."
    )
    xpps_reference_required = fields.Boolean(
        string="XPPS Reference Required",
        help="The customer pays no invoice without a reference: agreements are billed once they have one.",
    )
    xpps_invoice_mode = fields.Selection(
        INVOICE_MODE_SELECTION,
        string="XPPS Invoicing",
        help="How new PageConnect/XPPS agreements of this customer are invoiced.",
    )
    xpps_device_ids = fields.One2many(
        "stock.lot", "xpps_partner_id", string="XPPS Devices", readonly=True, groups=USER_GROUP
    )
    xpps_device_count = fields.Integer(compute="_compute_xpps_counts", groups=USER_GROUP)
    xpps_meter_read_count = fields.Integer(compute="_compute_xpps_counts", groups=USER_GROUP)
    xpps_charge_count = fields.Integer(compute="_compute_xpps_counts", groups=USER_GROUP)

    def _xpps_domain(self, field_name):
        """Records of the partner and of its addresses: devices often stand at a site of the customer."""
        return [(field_name, "child_of", self.ids)]

    def _xpps_asks_reference(self):
        """Whether one of them pays no invoice without a reference."""
        return any((self | self.commercial_partner_id).mapped("xpps_reference_required"))

    def _xpps_is_of(self, customer):
        """Whether a contact is one of a customer: of the same company, or of one whose site or subsidiary it is."""
        ours = self.commercial_partner_id
        while customer and customer != ours:
            customer = customer.parent_id
        return bool(customer)

    def _compute_xpps_counts(self):
        devices = self.env["stock.lot"]
        reads = self.env["xpps.meter.read"]
        charges = self.env["sale.subscription.charge"]
        for partner in self:
            partner.xpps_device_count = devices.search_count(partner._xpps_device_domain())
            partner.xpps_meter_read_count = reads.search_count(partner._xpps_domain("partner_id"))
            partner.xpps_charge_count = charges.search_count(partner._xpps_domain("partner_id"))

    def _xpps_usage_pages(self):
        """As for the counts, with a query a partner: what a site prints is its customer's, too."""
        reads = self.env["xpps.meter.read"]
        return {
            partner._origin.id: pages_by_month(
                reads._read_group(
                    [*BILLED_READS, *partner._xpps_domain("partner_id")],
                    ["period_start:day", "period_end:day", "output_type"],
                    ["pages:sum", "included:sum"],
                )
            )
            for partner in self
        }

    def _xpps_usage_devices(self):
        devices = self.env["stock.lot"]
        active = [("is_xpps_device", "=", True), ("xpps_state", "=", "active")]
        return {
            partner._origin.id: devices.search_count([*active, *partner._xpps_domain("xpps_partner_id")])
            for partner in self
        }

    def action_open_xpps_devices(self):
        self.ensure_one()
        return open_records(
            self,
            "xerox_xpps.action_xpps_device",
            self._xpps_device_domain(),
            {"default_is_xpps_device": True, "default_xpps_partner_id": self.id},
        )

    def action_open_xpps_meter_reads(self):
        self.ensure_one()
        return open_records(self, "xerox_xpps.action_xpps_meter_read", self._xpps_domain("partner_id"))

    def action_open_xpps_charges(self):
        self.ensure_one()
        return open_records(self, "xerox_xpps.action_sale_subscription_charge", self._xpps_domain("partner_id"))

    def action_open_xpps_profitability(self):
        """What the customer's agreements earn, by agreement."""
        self.ensure_one()
        return open_records(
            self,
            "xerox_xpps.action_xpps_profitability_report",
            [("partner_id", "=", self.commercial_partner_id.id)],
            {"pivot_row_groupby": ["subscription_id"], "search_default_last_months": 1},
        )
