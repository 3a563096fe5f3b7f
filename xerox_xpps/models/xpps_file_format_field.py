# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..billing_file import DEVICE_FIELDS, INVOICE_FIELDS


class XppsFileFormatField(models.Model):
    """The path of one canonical field."""

    _name = "xpps.file.format.field"
    _description = "XPPS Billing File Format Field"
    _order = "format_id, part desc, id"

    format_id = fields.Many2one("xpps.file.format", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="format_id.company_id", store=True, index=True)
    part = fields.Selection([("invoice", "Invoice"), ("device", "Device")], required=True, default="device")
    name = fields.Char(string="Field", required=True, help="The addon's name of the value, such as mono_overage.")
    path = fields.Char(required=True, help="Path of the element below the invoice or device element.")

    _name_uniq = models.Constraint("UNIQUE (format_id, part, name)", "A format names each field once.")

    @api.constrains("part", "name")
    def _check_name(self):
        known = {"invoice": INVOICE_FIELDS, "device": DEVICE_FIELDS}
        for field in self:
            if field.name not in known[field.part]:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is no field of the %(part)s. The fields are: %(known)s.",
                        name=field.name,
                        part=field.part,
                        known=", ".join(known[field.part]),
                    )
                )
