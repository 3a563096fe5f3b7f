# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..billing_file import AUTOTASK_XML, XmlLayout


class XppsFileFormat(models.Model):
    """Where a billing file keeps which value.

    Xerox publishes no layout of its export, so the layout is data: element paths, and a schema that the file is
    validated with.
    """

    _name = "xpps.file.format"
    _description = "XPPS Billing File Format"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Leave empty to use the format in all companies.")
    invoice_path = fields.Char(
        required=True, help="Path of the element with the invoice's own values, such as /XPPSBillingDetails/Invoice."
    )
    device_path = fields.Char(
        required=True, help="Path of the element that is repeated for each device, such as /XPPSBillingDetails/Device."
    )
    schema_xml = fields.Text(
        string="XML Schema", help="Optional. A file that breaks the schema is refused, naming line and element."
    )
    field_ids = fields.One2many("xpps.file.format.field", "format_id", string="Fields", copy=True)

    @api.constrains("invoice_path", "device_path", "schema_xml", "field_ids")
    def _check_layout(self):
        for file_format in self:
            try:
                file_format._layout()
            except ValueError as error:
                raise ValidationError(
                    self.env._("Format “%(name)s” cannot be used: %(error)s.", name=file_format.name, error=error)
                ) from error

    def _layout(self):
        """:return: billing_file.XmlLayout
        :raises ValueError: when a path or field cannot be
        """
        self.ensure_one()
        return XmlLayout(
            invoice_path=self.invoice_path,
            device_path=self.device_path,
            invoice_fields={field.name: field.path for field in self.field_ids if field.part == "invoice"},
            device_fields={field.name: field.path for field in self.field_ids if field.part == "device"},
            xsd=self.schema_xml.encode() if self.schema_xml else None,
        )

    @api.model
    def _default_format(self, company):
        file_format = self.search([("company_id", "in", [False, company.id])], limit=1)
        if not file_format:
            raise UserError(
                self.env._("No billing file format is active. Activate one under XPPS ▸ Configuration ▸ File Formats.")
            )
        return file_format

    @api.model
    def _load_autotask_xml(self):
        """Fill the shipped format from the layout that the reader knows."""
        values = [
            {"part": part, "name": name, "path": path}
            for part, layout_fields in (
                ("invoice", AUTOTASK_XML.invoice_fields),
                ("device", AUTOTASK_XML.device_fields),
            )
            for name, path in layout_fields.items()
        ]
        file_format = self.create(
            {
                "name": "Xerox PageConnect/XPPS Billing Details (XML)",
                "invoice_path": AUTOTASK_XML.invoice_path,
                "device_path": AUTOTASK_XML.device_path,
                "schema_xml": AUTOTASK_XML.xsd.decode(),
                "field_ids": [Command.create(field_values) for field_values in values],
            }
        )
        self.env["ir.model.data"].create(
            {
                "module": "xerox_xpps",
                "name": "format_autotask_xml",
                "model": self._name,
                "res_id": file_format.id,
                "noupdate": True,
            }
        )
