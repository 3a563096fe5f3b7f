# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsDeviceAddWizardRow(models.TransientModel):
    _name = "xpps.device.add.wizard.row"
    _description = "Add Devices: Device"
    _inherit = ["xpps.reference.guard"]
    _order = "sequence, id"

    wizard_id = fields.Many2one("xpps.device.add.wizard", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer()
    source_line = fields.Integer(string="Line", readonly=True, aggregator=False, help="Line of the entered text.")
    text = fields.Char(readonly=True, trim=False, help="The line as it was entered.")
    serial = fields.Char(string="Serial Number", readonly=True)
    location = fields.Char(string="Place", readonly=True)
    asset_number = fields.Char(readonly=True)
    lot_id = fields.Many2one("stock.lot", string="Known Device", readonly=True, ondelete="cascade")
    state = fields.Selection([("ok", "New"), ("exists", "Known"), ("bad", "Not added")], readonly=True, required=True)
    message = fields.Text(string="Explanation", readonly=True)

    def action_open_device(self):
        """Show the known device in a tab of its own: an action in this one would lose the list."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/odoo/xpps-devices/{self.lot_id.id}", "target": "new"}

    def _prepare_device(self):
        """:return: values of ``stock.lot``: of a new device, or those that change on a known one"""
        self.ensure_one()
        wizard = self.wizard_id
        device = self.lot_id
        typed = {"xpps_location": self.location, "xpps_asset_number": self.asset_number}
        given = {name: value for name, value in typed.items() if value}
        service = {"xpps_subscription_line_id": wizard.subscription_line_id.id}
        if device.xpps_state == "active" and device.xpps_subscription_id == wizard.subscription_id:
            return given | service
        former = device.xpps_partner_id.commercial_partner_id
        if former and former != wizard.commercial_partner_id:
            # Where it stood at its former customer, and how that one called it, is no more.
            given = {name: value or False for name, value in typed.items()}
        values = (
            given
            | service
            | {
                "xpps_partner_id": wizard.partner_id.id,
                "xpps_subscription_id": wizard.subscription_id.id,
                "xpps_install_date": wizard.install_date,
            }
        )
        if not device:
            return values | {"name": self.serial, "product_id": wizard.product_id.id}
        return values | {"xpps_removal_date": False}
