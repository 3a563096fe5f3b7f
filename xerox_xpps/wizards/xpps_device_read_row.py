# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models

from ..common.constants import OUTPUT_TYPE_SELECTION


class XppsDeviceReadRow(models.AbstractModel):
    """What a counter of a device showed when it was taken away."""

    _name = "xpps.device.read.row"
    _description = "XPPS: Counter of a Device"
    _order = "id"

    output_type = fields.Selection(OUTPUT_TYPE_SELECTION, required=True)
    last_read = fields.Integer(readonly=True, aggregator=False)
    closing_read = fields.Integer(aggregator=False, help="What the counter showed when the device was taken away.")

    @api.model
    def _prepare_commands(self, device):
        """A row for each output type that the device ever had, proposing its last read."""
        reads = self.env["stock.lot"]._xpps_last_reads(device.ids)
        return [
            Command.create({"output_type": output_type, "last_read": counter, "closing_read": counter})
            for (_device_id, output_type), (_day, counter, *_billed) in sorted(reads.items())
        ]

    def _warnings(self):
        labels = dict(self._fields["output_type"]._description_selection(self.env))
        return [
            self.env._(
                "The closing read of %(type)s, %(closing)s, is below the last read, %(last)s.",
                type=labels[row.output_type],
                closing=row.closing_read,
                last=row.last_read,
            )
            for row in self
            if row.closing_read < row.last_read
        ]
