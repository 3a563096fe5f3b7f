# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, models
from odoo.exceptions import AccessError


class XppsDeviceMaker(models.AbstractModel):
    """What the wizards share that make or change many devices at once."""

    _name = "xpps.device.maker"
    _description = "XPPS: Create Devices"

    @api.model
    def _check_lot_access(self, operation):
        if not self.env["stock.lot"].has_access(operation):
            raise AccessError(
                self.env._("You are not allowed to create or change devices. Ask an XPPS administrator to fix this.")
            )

    @api.model
    def _known_lots(self, company, keys):
        """What a company knows of serial numbers, with one query.

        :param keys: as ``billing_file.serial_key`` makes them
        :return: ({key: device}, {(key, product): plain lot}); the same number may be in stock for several products
        """
        lots = (
            self.env["stock.lot"]
            .with_company(company)
            .search([("xpps_serial_key", "in", list(keys)), ("company_id", "in", [False, company.id])])
        )
        devices = {lot.xpps_serial_key: lot for lot in lots if lot.is_xpps_device}
        plain = {(lot.xpps_serial_key, lot.product_id): lot for lot in lots if not lot.is_xpps_device}
        return devices, plain

    @api.model
    def _make_devices(self, company, prepared):
        """Create devices with one ``create``; a lot that is there already becomes the device, or is changed.

        :param prepared: [(stock.lot, values)]; an empty stock.lot where there is none, its values then with ``name``
            and ``product_id``
        """
        lots = self.env["stock.lot"].with_company(company)
        device = {"is_xpps_device": True, "company_id": company.id}
        lots.create([device | values for lot, values in prepared if not lot])
        alike = defaultdict(lots.browse)
        for lot, values in prepared:
            if lot:
                alike[tuple((values if lot.is_xpps_device else device | values).items())] |= lot
        for values, group in alike.items():
            group.with_company(company).write(dict(values))
