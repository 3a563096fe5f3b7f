# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..common.constants import USER_GROUP

#: Labels of a sheet: rows and columns of A4 sheets with labels of 70 × 37 mm.
ROWS, COLUMNS = 8, 3


class ReportDeviceLabel(models.AbstractModel):
    _name = "report.xerox_xpps.report_device_label"
    _description = "Labels of Devices"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the PDF: sheets of labels, in the order of the list. A device gets its code with its first label.

        :raises UserError: when none of the lots is a device
        """
        if not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("Only XPPS users can print the labels of devices."))
        lots = self.env["stock.lot"].browse(docids)
        lots.check_access("read")
        devices = lots.filtered("is_xpps_device")
        if not devices:
            raise UserError(self.env._("Choose XPPS devices to print labels for."))
        # Whether a device has a code is nobody's to read.
        devices.filtered(lambda device: not device.sudo().xpps_label_key)._xpps_make_label_tokens()
        rows = [devices[first : first + COLUMNS] for first in range(0, len(devices), COLUMNS)]
        return {
            "doc_ids": devices.ids,
            "doc_model": "stock.lot",
            "docs": devices,
            "sheets": [rows[first : first + ROWS] for first in range(0, len(rows), ROWS)],
        }
