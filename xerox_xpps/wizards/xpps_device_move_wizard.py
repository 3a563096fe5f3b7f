# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .xpps_device_fix_wizard import AGREEMENT_DOMAIN, SERVICE_DOMAIN


class XppsDeviceMoveWizard(models.TransientModel):
    """Give devices to another customer, agreement, service or place from a day on; also such that were removed."""

    _name = "xpps.device.move.wizard"
    _inherit = ["xpps.device.change.many.wizard", "xpps.reference.guard"]
    _description = "Move Devices"

    date = fields.Date(string="From", help="First day at the new place.")
    partner_id = fields.Many2one("res.partner", string="Customer")
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", required=True, domain=AGREEMENT_DOMAIN)
    subscription_line_id = fields.Many2one(
        "sale.subscription.line",
        string="Base Price Service",
        compute="_compute_subscription_line_id",
        store=True,
        readonly=False,
        domain=SERVICE_DOMAIN,
        help="The service or bundle of the agreement that bills the devices' monthly base price.",
    )
    location = fields.Char(
        string="Place",
        help="New location of the devices. If empty, each device keeps its place as long as its customer stays the "
        "same.",
    )

    @api.depends("subscription_id")
    def _compute_subscription_line_id(self):
        for wizard in self:
            if wizard.subscription_line_id.sale_subscription_id != wizard.subscription_id:
                wizard.subscription_line_id = wizard.subscription_id._xpps_base_service()

    @api.depends("date", "device_ids")
    def _compute_warning(self):
        return super()._compute_warning()

    def _warnings(self):
        return self._invoiced_warnings(self.device_ids._origin, self.date)

    @api.onchange("subscription_id")
    def _onchange_subscription_id(self):
        if self.subscription_id and not self.partner_id:
            self.partner_id = self.subscription_id.partner_id

    def action_apply(self):
        """Move the devices."""
        self.ensure_one()
        devices = self.device_ids
        devices.check_access("write")
        self._check_devices(devices)
        customer = self.partner_id or self.subscription_id.partner_id
        if not self.subscription_line_id:
            raise UserError(
                self.env._(
                    "Choose the service of agreement %s that bills the base price of the devices.",
                    self.subscription_id.display_name,
                )
            )
        self._check_first_day(devices, self.date)
        self._check_not_billed(devices, self.date)
        before = {device: self._holder(device) for device in devices}
        former = {device: device.xpps_partner_id.commercial_partner_id for device in devices}
        devices._xpps_assign_from(
            self.date,
            {
                device: {
                    "partner_id": customer.id,
                    "subscription_id": self.subscription_id.id,
                    "subscription_line_id": self.subscription_line_id.id,
                    "location": self.location or (device.xpps_partner_id == customer and device.xpps_location),
                }
                for device in devices
            },
        )
        # Where they were in the network of another customer is no more.
        theirs = devices.filtered(lambda device: former[device] and former[device] != customer.commercial_partner_id)
        theirs.xpps_ip_address = False
        for device in devices:
            device.message_post(
                body=self.env._(
                    "Moved from %(old)s to %(new)s on %(date)s.",
                    old=before[device],
                    new=self._holder(device),
                    date=format_date(self.env, self.date),
                )
            )
        return {"type": "ir.actions.act_window_close"}
