# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _index(self, bin_data, file_type, checksum=None):
        """Leave billing files alone: what somebody sent is neither opened nor copied to the database to be searched."""
        if self.env.context.get("xpps_not_indexed"):
            return None
        return super()._index(bin_data, file_type, checksum=checksum)
