# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules import ip_address, mac_address

#: How addresses of a device are kept: {field: rule}.
ADDRESSES = {"xpps_ip_address": ip_address, "xpps_mac_address": mac_address}


class StockLot(models.Model):
    """Whom to ask about a device, how it is reached in the customer's network, and how long it is serviced."""

    _inherit = "stock.lot"

    xpps_contact_id = fields.Many2one(
        "res.partner",
        string="Contact",
        compute="_compute_xpps_contact_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="xpps_partner_id and [('commercial_partner_id', 'any', [('id', 'parent_of', xpps_partner_id)])] "
        "or [('id', '=', False)]",
        help="Whom to ask about the device at its customer.",
    )
    xpps_ip_address = fields.Char(string="IP Address", copy=False)
    xpps_mac_address = fields.Char(string="MAC Address", copy=False, index="btree_not_null")
    xpps_lease_number = fields.Char(
        string="Lease Number",
        copy=False,
        groups="base.group_user",
        help="Number of the lease that the device is financed by. Customers do not see it.",
    )
    xpps_end_of_service = fields.Date(
        string="End of Service", copy=False, tracking=True, help="Last day on which the device is serviced."
    )

    @api.depends("xpps_partner_id")
    def _compute_xpps_contact_id(self):
        """A contact stays as long as the device is at its company."""
        for lot in self:
            lot.xpps_contact_id = lot.xpps_contact_id if lot._xpps_has_contact() else False

    def _xpps_has_contact(self):
        self.ensure_one()
        return self.xpps_contact_id._xpps_is_of(self.xpps_partner_id)

    @api.constrains("xpps_contact_id", "xpps_partner_id")
    def _check_xpps_contact(self):
        # Whose contact it is does not depend on what the user may see.
        for lot in self.sudo():
            if lot.xpps_contact_id and not lot._xpps_has_contact():
                raise ValidationError(
                    self.env._(
                        "%(contact)s is no contact of %(customer)s, the customer of device %(serial)s.",
                        contact=lot.xpps_contact_id.display_name,
                        customer=lot.xpps_partner_id.display_name or self.env._("nobody"),
                        serial=lot.name,
                    )
                )

    @api.constrains(*ADDRESSES)
    def _check_xpps_addresses(self):
        for lot in self:
            if lot.xpps_ip_address and ip_address(lot.xpps_ip_address) != lot.xpps_ip_address:
                raise ValidationError(
                    self.env._(
                        "Device %(serial)s: “%(text)s” is not an IP address. Enter it like 192.168.1.20.",
                        serial=lot.name,
                        text=lot.xpps_ip_address[:100],
                    )
                )
            if lot.xpps_mac_address and mac_address(lot.xpps_mac_address) != lot.xpps_mac_address:
                raise ValidationError(
                    self.env._(
                        "Device %(serial)s: “%(text)s” is not a MAC address. Enter its 12 digits like "
                        "9C:93:4E:00:A1:B2.",
                        serial=lot.name,
                        text=lot.xpps_mac_address[:100],
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._xpps_with_addresses(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._xpps_with_addresses(vals))

    @api.model
    def _xpps_with_addresses(self, vals):
        """Addresses in the form in which they are kept. What is none stays as it is, and is refused."""
        written = {name: vals[name] for name in ADDRESSES if isinstance(vals.get(name), str)}
        return vals | {name: ADDRESSES[name](text) or text for name, text in written.items()}
