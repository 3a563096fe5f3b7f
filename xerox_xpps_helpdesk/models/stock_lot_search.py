# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain

from odoo.addons.xerox_xpps.billing_file import serial_key

#: How somebody looks for a device who types, or scans, a text.
TYPED = ("like", "ilike")


class StockLot(models.Model):
    """A device is found by its serial number, however that is written, by its asset number, and by its model."""

    _inherit = "stock.lot"

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        key = serial_key(value) if operator in TYPED and isinstance(value, str) else ""
        if not key:
            return domain
        named = Domain("xpps_serial_key", operator, key) | Domain("xpps_asset_number", operator, value.strip())
        if self.env["product.product"].has_access("read"):
            named |= Domain("product_id.name", operator, value.strip())
        return Domain(domain) | (Domain("is_xpps_device", "=", True) & named)

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """The device whose whole serial number was typed comes first: a scanner's Enter takes the first one."""
        found = super().name_search(name, domain, operator, limit)
        key = serial_key(name) if operator in TYPED and isinstance(name, str) else ""
        if not key:
            return found
        whole = Domain("is_xpps_device", "=", True) & Domain("xpps_serial_key", "=", key)
        exact = self.search_fetch(Domain(domain or Domain.TRUE) & whole, ["display_name"])
        # As for the others, whose names are read so.
        first = [(device.id, device.display_name) for device in exact.sudo()]
        return [*first, *(pair for pair in found if pair[0] not in exact.ids)][:limit]
