# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsDeviceCreateWizardRow(models.TransientModel):
    _name = "xpps.device.create.wizard.row"
    _inherit = ["xpps.device.fix.row", "xpps.reference.guard"]
    _description = "Create Devices: Device"

    _needed = ("product_id", "subscription_id", "subscription_line_id")

    wizard_id = fields.Many2one("xpps.device.create.wizard", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    xerox_model = fields.Char(readonly=True)
    xerox_customer = fields.Char(readonly=True)
    product_id = fields.Many2one("product.product", string="Printer Model")
    location = fields.Char(string="Place")
    install_date = fields.Date(string="Installed On")

    def _prepare_device(self):
        return super()._prepare_device() | {
            "xpps_location": self.location,
            "xpps_install_date": self.install_date,
        }
