# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class StockLot(models.Model):
    """New serial numbers of printer models become devices by themselves, where their company wants that.

    However they are made: received, produced, entered or imported. Whoever says of one whether it is a device is asked
    first, and nothing keeps the serial number itself from being made.
    """

    _inherit = "stock.lot"

    @api.model_create_multi
    def create(self, vals_list):
        lots = super().create([self._xpps_with_company(vals) for vals in vals_list])
        unsaid = [lot.id for lot, vals in zip(lots, vals_list, strict=True) if "is_xpps_device" not in vals]
        # Whoever receives printers need have no right to devices.
        self.sudo().browse(unsaid)._xpps_become_devices()
        return lots

    @api.model
    def _xpps_with_company(self, vals):
        """The serial number of a device to be belongs to the company that makes it, where nobody says another one.

        Without a company Odoo would compare it with those of all companies, and refuse what one of them has as well.
        """
        if "is_xpps_device" in vals or vals.get("company_id"):
            return vals
        product = self.env["product.product"].browse(
            vals.get("product_id") or self.env.context.get("default_product_id")
        )
        # See create.
        if product.sudo().company_id or not product._xpps_makes_devices(self.env.company):
            return vals
        return vals | {"company_id": self.env.company.id}

    def _xpps_become_devices(self):
        """Make devices of those that can be; of two writings of one serial number one is the device."""
        lots = self.filtered(
            lambda lot: (
                not lot.is_xpps_device
                and lot.xpps_serial_key
                and lot.product_id._xpps_makes_devices(lot.company_id or self.env.company)
            )
        )
        for company, of_company in lots.grouped(lambda lot: lot.company_id or self.env.company).items():
            known = of_company._xpps_known_devices(company)
            first = {lot.xpps_serial_key: lot for lot in reversed(of_company)}
            devices = self.browse(lot.id for key, lot in first.items() if key not in known)
            # They are new as a whole: that they are active is no change.
            devices.with_context(tracking_disable=True).write({"is_xpps_device": True, "company_id": company.id})
            (of_company - devices)._xpps_log_twins(first | known)

    def _xpps_known_devices(self, company):
        """:return: {serial key: device of the company that has one of these}"""
        devices = self.search(
            [
                ("is_xpps_device", "=", True),
                ("company_id", "=", company.id),
                ("xpps_serial_key", "in", self.mapped("xpps_serial_key")),
            ]
        )
        return {device.xpps_serial_key: device for device in devices}

    def _xpps_log_twins(self, devices):
        """Say of serial numbers why they are no devices.

        :param devices: {serial key: the device that has it}
        """
        if self:
            self._message_log_batch(
                {
                    lot.id: self.env._(
                        "Not made an XPPS device, as “%(serial)s” of %(model)s already is the device with this serial "
                        "number.",
                        serial=devices[lot.xpps_serial_key].name,
                        model=devices[lot.xpps_serial_key].product_id.display_name,
                    )
                    for lot in self
                }
            )

    @api.onchange("product_id")
    def _onchange_product_id_xpps(self):
        """Show on the form of a serial number what would become of it, so that it can be said otherwise."""
        if not self._origin and not self.env.context.get("default_is_xpps_device"):
            self.is_xpps_device = self.product_id._xpps_makes_devices(self.company_id or self.env.company)
