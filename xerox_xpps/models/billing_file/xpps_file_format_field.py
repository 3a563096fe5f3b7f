# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...billing_file import DEVICE_FIELDS, INVOICE_FIELDS
from ...common.constants import OUTPUT_TYPE_SELECTION

PART_SELECTION = [("invoice", "Invoice"), ("device", "Device")]

INVOICE_LABELS = {
    "number": "Invoice Number",
    "date": "Invoice Date",
    "period_start": "Period Start",
    "period_end": "Period End",
    "partner_number": "Partner Number",
    "currency": "Currency",
    "device_count": "Number of Devices",
    "total": "Total",
}
DEVICE_LABELS = {
    "serial": "Serial Number",
    "model": "Model",
    "model_number": "Model Number",
    "customer_number": "Customer Number",
    "customer_name": "Customer Name",
    "agreement_number": "Agreement Number",
    "location": "Location",
    "base_price": "Monthly Base Price",
    "base_service": "Base Service Fee",
    "base_supply": "Base Supply Fee",
    "read_date": "Read Date",
    "estimated": "Read Type",
    **{
        f"{output_type}_{name}": f"{output_label} {label}"
        for output_type, output_label in OUTPUT_TYPE_SELECTION
        for name, label in (
            ("previous", "Previous Read"),
            ("current", "Current Read"),
            ("included", "Included Pages"),
            ("overage", "Overage Pages"),
            ("unit_cost", "Unit Cost"),
        )
    },
    "meter_type": "Meter: Output Type",
    "meter_previous": "Meter: Previous Read",
    "meter_current": "Meter: Current Read",
    "meter_included": "Meter: Included Pages",
    "meter_overage": "Meter: Overage Pages",
    "meter_unit_cost": "Meter: Unit Cost",
    "total": "Total",
}


class XppsFileFormatField(models.Model):
    """The place of one canonical field: a path below the invoice or device element, or the title of a column."""

    _name = "xpps.file.format.field"
    _description = "XPPS Billing File Format Field"
    _inherit = ["xpps.guard"]
    _order = "format_id, part desc, id"

    format_id = fields.Many2one("xpps.file.format", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="format_id.company_id", store=True, index=True)
    part = fields.Selection(PART_SELECTION, required=True, default="device")
    name = fields.Selection(list((INVOICE_LABELS | DEVICE_LABELS).items()), string="Field", required=True)
    path = fields.Char(
        string="Path or Column",
        required=True,
        help="XML: path below the invoice or device element, such as SerialNumber or Fees/Service; of an attribute, "
        "@serial; of one of several elements, Meter[@type='Mono']/Over. CSV and XLSX: the title of the column. Fields "
        "that begin with “Meter” are for tables with a row for each meter.",
    )

    _name_uniq = models.Constraint("UNIQUE (format_id, part, name)", "A format can contain each field only once.")

    @api.model
    def _labels(self):
        """:return: {name: label in the user's language}"""
        return dict(self._fields["name"]._description_selection(self.env))

    @api.constrains("part", "name")
    def _check_name(self):
        known = {"invoice": INVOICE_FIELDS, "device": DEVICE_FIELDS}
        labels = self._labels()
        parts = dict(self._fields["part"]._description_selection(self.env))
        for field in self:
            if field.name not in known[field.part]:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is not a field of the %(part)s. The fields are: %(known)s.",
                        name=labels[field.name],
                        part=parts[field.part],
                        known=", ".join(labels[name] for name in known[field.part]),
                    )
                )
