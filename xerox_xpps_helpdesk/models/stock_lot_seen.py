# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from functools import partial

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.xerox_xpps.billing_file import OUTPUT_TYPES

from ..groups import HELPDESK_GROUP

#: What tickets show of a device: what and where it is, whose it is, and its reads. Nothing that has a cost or a price.
SEEN = {
    "id",
    "display_name",
    "name",
    "company_id",
    "product_id",
    "is_xpps_device",
    "xpps_serial_key",
    "xpps_partner_id",
    "xpps_subscription_id",
    "xpps_location",
    "xpps_asset_number",
    "xpps_contact_id",
    "xpps_ip_address",
    "xpps_mac_address",
    "xpps_install_date",
    "xpps_removal_date",
    "xpps_state",
    "xpps_ticket_count",
    "xpps_open_ticket_count",
    "xpps_last_read_date",
    *(f"xpps_{output_type}_last_read" for output_type in OUTPUT_TYPES),
    *(f"xpps_{output_type}_last_overage" for output_type in OUTPUT_TYPES),
}


class StockLot(models.Model):
    """Whoever handles tickets sees the devices of the company, without a right to stock or to XPPS.

    No access rule says so, as a lot tells what it cost: only the fields above are read, by whoever has no other right
    to lots. Those who have one keep it as it is.
    """

    _inherit = "stock.lot"

    @api.model
    def _xpps_seen_for_tickets(self):
        """Whether the user may see lots for no other reason than to handle tickets."""
        if self.env.su or not self.env.user.has_group(HELPDESK_GROUP):
            return False
        return not self.env["ir.model.access"].check(self._name, "read", raise_exception=False)

    @api.model
    def _xpps_seen_domain(self):
        return Domain("is_xpps_device", "=", True) & Domain("company_id", "in", self.env.companies.ids)

    def _check_access(self, operation):
        if operation != "read" or not self._xpps_seen_for_tickets():
            return super()._check_access(operation)
        # Which lots are devices of the company is no secret, and decides here what is read at all.
        seen = self.sudo().filtered_domain(self._xpps_seen_domain())
        forbidden = self - seen
        if not forbidden:
            return None
        return forbidden, partial(self.env["ir.model.access"]._make_access_error, self._name, operation)

    @api.model
    def _has_field_access(self, field, operation):
        if field.name not in SEEN and self._xpps_seen_for_tickets():
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not bypass_access and self._xpps_seen_for_tickets():
            domain = Domain(domain) & self._xpps_seen_domain()
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)
