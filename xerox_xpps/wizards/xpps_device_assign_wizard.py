# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..common.plural import plural


class XppsDeviceAssignWizard(models.TransientModel):
    """Give devices of a billing file the customer, agreement and service that bill them."""

    _name = "xpps.device.assign.wizard"
    _inherit = ["xpps.device.fix.wizard", "xpps.reference.guard"]
    _description = "Assign Devices"

    _mended_by = "assign"

    row_ids = fields.One2many("xpps.device.assign.wizard.row", "wizard_id", string="Devices")
    differing_count = fields.Integer(compute="_compute_row_counts")

    @api.depends("row_ids.missing")
    def _compute_row_counts(self):
        result = super()._compute_row_counts()
        for wizard in self:
            wizard.differing_count = len(wizard.row_ids.filtered("customer_differs"))
        return result

    @api.model
    def _check_rights(self):
        self._check_lot_access("write")

    @api.model
    def _prepare_rows(self, lines):
        rows = {}
        for line in lines.filtered("device_id"):
            device = line.device_id
            agreement = device.xpps_subscription_id
            rows.setdefault(
                device,
                {
                    "source_line": line.source_line,
                    "serial": device.name,
                    "device_id": device.id,
                    "partner_id": device.xpps_partner_id.id,
                    "subscription_id": agreement.id,
                    "subscription_line_id": (device.xpps_subscription_line_id or agreement._xpps_base_service()).id,
                },
            )
        return list(rows.values())

    def _say_rows(self, count):
        return plural(
            count,
            self.env._("1 device of the file cannot be billed yet."),
            self.env._("%s devices of the file cannot be billed yet.", count),
        )

    def _apply(self, rows):
        """Write the devices, those that get the same values together."""
        self._make_devices(self.company_id, [(row.device_id, row._prepare_device()) for row in rows])
        return plural(
            len(rows),
            self.env._("1 device was assigned."),
            self.env._("%s devices were assigned.", len(rows)),
        )


class XppsDeviceAssignWizardRow(models.TransientModel):
    _name = "xpps.device.assign.wizard.row"
    _inherit = ["xpps.device.fix.row", "xpps.reference.guard"]
    _description = "Assign Devices: Device"

    wizard_id = fields.Many2one("xpps.device.assign.wizard", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    device_id = fields.Many2one("stock.lot", required=True, readonly=True, ondelete="cascade")
    product_id = fields.Many2one(related="device_id.product_id", string="Printer Model")
