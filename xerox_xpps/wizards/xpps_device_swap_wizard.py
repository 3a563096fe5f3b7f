# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..billing_file import serial_key
from ..common.window_actions import open_form

FROM_DEVICE = "_compute_from_device"


class XppsDeviceSwapWizard(models.TransientModel):
    """Put a new device in the place of another one, for the same customer, agreement and service.

    The old one's last day is the day before the new one's first day. Both may be in the billing file of that period,
    and both are charged then.
    """

    _name = "xpps.device.swap.wizard"
    _inherit = ["xpps.device.change.wizard", "xpps.reference.guard"]
    _description = "Swap Device"

    device_id = fields.Many2one("stock.lot", string="Old Device", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(related="device_id.xpps_partner_id")
    subscription_id = fields.Many2one(related="device_id.xpps_subscription_id")
    subscription_line_id = fields.Many2one(related="device_id.xpps_subscription_line_id")
    date = fields.Date(string="Swapped On", help="First day of the new device; the day before is the last of the old.")
    serial = fields.Char(string="New Serial Number", required=True)
    product_id = fields.Many2one(
        "product.product",
        string="Printer Model",
        required=True,
        domain=[("is_xpps_printer", "=", True)],
        compute=FROM_DEVICE,
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
    )
    location = fields.Char(string="Place", compute=FROM_DEVICE, store=True, readonly=False, precompute=True)
    asset_number = fields.Char(compute=FROM_DEVICE, store=True, readonly=False, precompute=True)
    read_ids = fields.One2many(
        "xpps.device.swap.wizard.read",
        "wizard_id",
        string="Counters",
        compute="_compute_read_ids",
        store=True,
        readonly=False,
    )

    @api.depends("device_id")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.device_id.company_id

    @api.depends("device_id")
    def _compute_from_device(self):
        """The new device takes the place of the old one, and most are of the same model."""
        for wizard in self:
            device = wizard.device_id
            wizard.product_id = device.product_id
            wizard.location = device.xpps_location
            wizard.asset_number = device.xpps_asset_number

    @api.depends("device_id")
    def _compute_read_ids(self):
        for wizard in self:
            wizard.read_ids = [Command.clear(), *wizard.read_ids._prepare_commands(wizard.device_id._origin)]

    @api.depends("date", "device_id", "read_ids.closing_read")
    def _compute_warning(self):
        return super()._compute_warning()

    def _warnings(self):
        return self._billed_warnings(self.device_id, self.date) + self.read_ids._warnings()

    @api.onchange("serial")
    def _onchange_serial(self):
        """An existing device knows its model."""
        existing = self._existing_device()
        if existing:
            self.product_id = existing.product_id

    def _existing_device(self):
        """The device, or the plain serial number of the model, that is in the database already."""
        lots = self.env["stock.lot"].search(
            [
                ("xpps_serial_key", "=", serial_key(self.serial or "")),
                ("xpps_serial_key", "!=", False),
                ("company_id", "in", [False, self.company_id.id]),
            ]
        )
        plain = lots.filtered(lambda lot: lot.product_id == self.product_id)
        return (lots.filtered("is_xpps_device") or plain)[:1]

    def action_apply(self):
        """Swap the devices. :return: an action that opens the new one"""
        self.ensure_one()
        old = self.device_id
        old.check_access("write")
        self._check_devices(old)
        if old.xpps_state == "removed":
            raise UserError(self.env._("Device %s has already been removed.", old.name))
        self._check_first_day(old, self.date, day_before=True)
        new = self._existing_device()
        if new:
            self._check_free(new)
        values = old._xpps_prepare_assignment() | {"location": self.location, "replaces_id": old.id}
        last_day = self.date - timedelta(days=1)
        old.xpps_removal_date = last_day
        new = self._install(new, values)
        reads = self.env["xpps.meter.read"]
        reads._note("closing", old, last_day, {row.output_type: row.closing_read for row in self.read_ids})
        reads._note("opening", new, self.date, {row.output_type: row.opening_read for row in self.read_ids})
        date = format_date(self.env, self.date)
        link = Markup(self.env._("Replaced by %(device)s on %(date)s."))
        old.message_post(body=link % {"device": self._link(new), "date": date})
        link = Markup(self.env._("Installed in place of %(device)s on %(date)s."))
        new.message_post(body=link % {"device": self._link(old), "date": date})
        return open_form(new, views=[(self.env.ref("xerox_xpps.view_xpps_device_form").id, "form")])

    def _link(self, device):
        """A link to a device's own form: that of a chatter's usual link is the one of Inventory."""
        return Markup('<a href="/odoo/xpps-devices/%s">%s</a>') % (device.id, device.name)

    def _check_free(self, device):
        """:raises UserError: when an existing device cannot be the new one"""
        if device == self.device_id:
            raise UserError(
                self.env._("%s is the serial number of the old device. Enter that of the new one.", device.name)
            )
        used = device.xpps_partner_id or device.xpps_subscription_id
        if device.xpps_state == "active" and used:
            raise UserError(
                self.env._(
                    "Device %(serial)s is in use at %(customer)s. Remove it there first, or check the serial number.",
                    serial=device.name,
                    customer=self._holder(device),
                )
            )
        if device.product_id != self.product_id:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s is known as a %(model)s. Choose that model, or check the serial number.",
                    serial=device.name,
                    model=device.product_id.display_name,
                )
            )
        self._check_first_day(device, self.date)
        self._check_not_billed(device, self.date)

    def _install(self, device, values):
        """Have the new device, an existing one or none yet, take the place. :return: the device"""
        asset = {"xpps_asset_number": self.asset_number, "is_xpps_device": True, "company_id": self.company_id.id}
        if device:
            device.write(asset)
        else:
            device = device.create({"name": self.serial.strip(), "product_id": self.product_id.id} | asset)
        device._xpps_assign_from(self.date, {device: values})
        # Who is asked and where it is in the network belong to the place; all else is the old device's own.
        old = self.device_id
        device.write({"xpps_contact_id": old.xpps_contact_id.id, "xpps_ip_address": old.xpps_ip_address})
        return device


class XppsDeviceSwapWizardRead(models.TransientModel):
    _name = "xpps.device.swap.wizard.read"
    _inherit = ["xpps.device.read.row", "xpps.reference.guard"]
    _description = "Swap Device: Counter"

    wizard_id = fields.Many2one("xpps.device.swap.wizard", required=True, index=True, ondelete="cascade")
    opening_read = fields.Integer(aggregator=False, help="Counter of the new device when it was installed.")
