# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.tools import format_date


class XppsDeviceRemoveWizard(models.TransientModel):
    """Take devices away from their customers, with their last day and, for a single one, its closing reads."""

    _name = "xpps.device.remove.wizard"
    _inherit = ["xpps.device.change.many.wizard", "xpps.reference.guard"]
    _description = "Remove Devices"

    device_count = fields.Integer(compute="_compute_device_count")
    date = fields.Date(string="Last Day", help="Last day on which the devices were at their customers.")
    reason = fields.Char(help="It is recorded in the history of each device.")
    with_reads = fields.Boolean(string="Note Closing Reads", help="The counters of the device when it was removed.")
    read_ids = fields.One2many(
        "xpps.device.remove.wizard.read",
        "wizard_id",
        string="Closing Reads",
        compute="_compute_read_ids",
        store=True,
        readonly=False,
    )

    @api.depends("device_ids")
    def _compute_device_count(self):
        for wizard in self:
            wizard.device_count = len(wizard.device_ids)

    @api.depends("device_ids")
    def _compute_read_ids(self):
        for wizard in self:
            device = wizard.device_ids._origin
            wizard.read_ids = [
                Command.clear(),
                *(wizard.read_ids._prepare_commands(device) if len(device) == 1 else ()),
            ]

    @api.depends("date", "device_ids", "with_reads", "read_ids.closing_read")
    def _compute_warning(self):
        return super()._compute_warning()

    def _warnings(self):
        devices, date = self.device_ids._origin, self.date and fields.Date.add(self.date, days=1)
        billed = self._billed_warnings(devices, date) + self._invoiced_warnings(devices, date)
        return billed + (self.read_ids._warnings() if self.with_reads else [])

    def action_apply(self):
        """Remove the devices."""
        self.ensure_one()
        devices = self.device_ids
        devices.check_access("write")
        self._check_devices(devices)
        self._check_first_day(devices, self.date)
        devices.write({"xpps_removal_date": self.date})
        if self.with_reads and len(devices) == 1:
            counters = {row.output_type: row.closing_read for row in self.read_ids}
            self.env["xpps.meter.read"]._note("closing", devices, self.date, counters)
        for device in devices:
            values = {"date": format_date(self.env, self.date), "reason": self.reason}
            device.message_post(
                body=self.env._("Removed. The last day was %(date)s. %(reason)s", **values)
                if self.reason
                else self.env._("Removed. The last day was %(date)s.", **values)
            )
        return {"type": "ir.actions.act_window_close"}


class XppsDeviceRemoveWizardRead(models.TransientModel):
    _name = "xpps.device.remove.wizard.read"
    _inherit = ["xpps.device.read.row", "xpps.reference.guard"]
    _description = "Remove Devices: Counter"

    wizard_id = fields.Many2one("xpps.device.remove.wizard", required=True, index=True, ondelete="cascade")
