# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..models.billing_file.xpps_file_format_field import DEVICE_LABELS, INVOICE_LABELS, PART_SELECTION

#: Canonical fields of both parts, as “part.name”.
TARGET_SELECTION = [
    *((f"device.{name}", label) for name, label in DEVICE_LABELS.items() if name != "total"),
    ("device.total", "Total of the Device"),
    *((f"invoice.{name}", label) for name, label in INVOICE_LABELS.items() if name != "total"),
    ("invoice.total", "Total of the Invoice"),
]


class XppsFileFormatWizardColumn(models.TransientModel):
    """A column or element that a sample file has, and the canonical field that it is."""

    _name = "xpps.file.format.wizard.column"
    _description = "Column or Element of a Sample Billing File"
    _inherit = ["xpps.reference.guard"]
    _order = "wizard_id, sequence, id"

    wizard_id = fields.Many2one("xpps.file.format.wizard", required=True, ondelete="cascade")
    sequence = fields.Integer()
    part = fields.Selection(PART_SELECTION, help="Empty when the column may be of the invoice or of the device.")
    path = fields.Char(string="Found in the File", required=True)
    samples = fields.Char(string="Sample Values")
    target = fields.Selection(TARGET_SELECTION, string="Is the Field")
    available_targets = fields.Json(compute="_compute_available_targets")

    @api.depends("part")
    def _compute_available_targets(self):
        for column in self:
            column.available_targets = [
                target for target, _label in TARGET_SELECTION if target.startswith(column.part or "")
            ]

    @api.model
    def _target_labels(self):
        """:return: {target: label in the user's language}"""
        return dict(self._fields["target"]._description_selection(self.env))

    def _prepare_field(self):
        """:return: values of the format's field"""
        self.ensure_one()
        part, name = self.target.split(".")
        return {"part": part, "name": name, "path": self.path}
