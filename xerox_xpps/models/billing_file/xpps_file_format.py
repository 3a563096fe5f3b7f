# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.gc import disabling_gc

from ...billing_file import (
    AUTOTASK_XML,
    ERROR,
    Issue,
    ReadResult,
    TableLayout,
    XmlLayout,
    extension_of,
    find_layout,
    read,
)
from ...billing_file.fields import REQUIRED_INVOICE_FIELDS
from ...billing_file.xml_schema import SchemaError, schema_for
from .xpps_file_options import DELIMITERS


class XppsFileFormat(models.Model):
    """Where a billing file keeps which value, and how it writes it.

    Xerox publishes no layout of its export, so the layout is data. A file is read with the format that its content
    fits (``_pick_format``).
    """

    _name = "xpps.file.format"
    _inherit = ["xpps.file.options", "xpps.guard"]
    _description = "XPPS Billing File Format"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Leave empty to use the format in all companies.")
    schema_xml = fields.Text(
        string="XML Schema",
        help="Optional. A file that does not follow the schema is refused; the message names the line and the element.",
    )
    field_ids = fields.One2many("xpps.file.format.field", "format_id", string="Fields", copy=True)
    invoice_field_ids = fields.One2many(
        "xpps.file.format.field", "format_id", string="Invoice Fields", domain=[("part", "=", "invoice")]
    )
    device_field_ids = fields.One2many(
        "xpps.file.format.field", "format_id", string="Device Fields", domain=[("part", "=", "device")]
    )

    @api.constrains(
        "file_type",
        "invoice_path",
        "device_path",
        "schema_xml",
        "delimiter",
        "encoding",
        "decimal_mark",
        "date_format",
        "date_pattern",
        "actual_words",
        "estimated_words",
        "mono_words",
        "color_words",
        "mono_color1_words",
        "clr_lvl12_words",
        "clr_lvl3_words",
        "field_ids",
        "invoice_field_ids",
        "device_field_ids",
    )
    def _check_layout(self):
        for file_format in self:
            file_format._layout()

    def _layout(self):
        """:return: billing_file.XmlLayout or billing_file.TableLayout
        :raises ValidationError: when the format cannot be used, saying why
        """
        self.ensure_one()
        invoice_fields, device_fields = self._paths("invoice"), self._paths("device")
        self._check_mandatory(invoice_fields, device_fields)
        if self.file_type == "csv" and DELIMITERS[self.delimiter] == self.decimal_mark:
            raise ValidationError(
                self.env._(
                    "Format “%s” uses the comma both between columns and in amounts, so an amount would be split into "
                    "two columns. Change one of the two.",
                    self.name,
                )
            )
        try:
            if self.file_type == "xml":
                return self._xml_layout(invoice_fields, device_fields)
            return TableLayout(
                self.file_type,
                invoice_fields=invoice_fields,
                device_fields=device_fields,
                sheet=(self.sheet or "").strip() or None,
                delimiter=DELIMITERS[self.delimiter],
                encoding=self.encoding,
                date_format=self._strptime_format(),
                decimal_mark=self.decimal_mark,
                read_types=self._read_types(),
                meter_types=self._meter_types(),
            )
        except ValueError as error:
            raise ValidationError(
                self.env._("Format “%(name)s” cannot be used: %(error)s.", name=self.name, error=error)
            ) from error

    def _xml_layout(self, invoice_fields, device_fields):
        if not self.invoice_path or not self.device_path:
            raise ValidationError(
                self.env._(
                    "Format “%s” needs the path of the invoice element and that of the device element.", self.name
                )
            )
        xsd = self.schema_xml.encode() if self.schema_xml else None
        if xsd:
            try:
                schema_for(xsd)
            except SchemaError as error:
                raise ValidationError(
                    self.env._(
                        "The XML schema of format “%(name)s” cannot be used: %(error)s.", name=self.name, error=error
                    )
                ) from error
        return XmlLayout(
            invoice_path="/" + self.invoice_path.strip().strip("/"),
            device_path="/" + self.device_path.strip().strip("/"),
            invoice_fields={name: path.strip("/") for name, path in invoice_fields.items()},
            device_fields={name: path.strip("/") for name, path in device_fields.items()},
            xsd=xsd,
            date_format=self._strptime_format(),
            decimal_mark=self.decimal_mark,
            read_types=self._read_types(),
        )

    def _paths(self, part):
        return {field.name: field.path.strip() for field in self.field_ids if field.part == part and field.path}

    @api.model
    def _mandatory(self):
        """:return: [(part, name)] of the fields that a format has to name

        Without number and period of the invoice, a file could be imported twice. One without currency is in the
        company's.
        """
        return [("invoice", name) for name in REQUIRED_INVOICE_FIELDS if name != "currency"] + [("device", "serial")]

    def _check_mandatory(self, invoice_fields, device_fields):
        mapped = {"invoice": invoice_fields, "device": device_fields}
        labels = self.field_ids._labels()
        missing = [labels[name] for part, name in self._mandatory() if name not in mapped[part]]
        if missing:
            raise ValidationError(
                self.env._(
                    "Format “%(name)s” does not define where the file has: %(missing)s.",
                    name=self.name,
                    missing=", ".join(missing),
                )
            )

    # Which format reads a file

    @api.model
    def _pick_format(self, data, file_name, company, asked=None):
        """The format that a file is read with.

        :param bytes data: the file
        :param asked: the format for files of its type, whatever fits
        :return: the active format of the company, or of all companies, that fits the content best; the first one of
            the file's type when none fits; an empty recordset when there is none of that type
        """
        if asked and asked.active and asked.file_type == self._file_type(file_name):
            return asked
        # Whoever works in a branch need not have access to the companies above it.
        formats = self.search(
            [
                ("company_id", "in", [False, *company.sudo().parent_ids.ids]),
                ("file_type", "=", self._file_type(file_name)),
            ]
        ).sorted(lambda file_format: not file_format.company_id)
        if not formats:
            return formats
        index = find_layout(data, file_name, [file_format._layout() for file_format in formats])
        return formats[index or 0]

    @api.model
    def _read_file(self, data, file_name, company, credits=False, asked=None):
        """Read a file with the format that its content fits.

        :param credits: whether it may take pages back, as a correction
        :param asked: see _pick_format
        :return: (the format, billing_file.ReadResult); the format is empty when there is none of the file's type
        """
        file_format = self._pick_format(data, file_name, company, asked)
        if file_format:
            # It makes objects by the hundred thousand and no cycles: to look for some takes up to half of its time.
            with disabling_gc():
                return file_format, read(data, file_name, file_format._layout(), credits=credits)
        if not self._knows_type(file_name):
            return file_format, read(data, file_name)
        message = self.env._(
            "No format for .%s files is active. Activate one under XPPS ▸ Configuration ▸ File Formats, or make one "
            "there with “New Format from Sample”.",
            self._file_type(file_name),
        )
        return file_format, ReadResult(None, (Issue(ERROR, "file_type", message),))

    @api.model
    def _file_type(self, file_name):
        return extension_of(file_name)[1:]

    @api.model
    def _knows_type(self, file_name):
        """Whether there can be a format for files of this name."""
        return self._file_type(file_name) in dict(self._fields["file_type"].selection)

    # Formats of the addon

    @api.model
    def _load_shipped(self):
        """Make the shipped formats, from the layout that the reader knows, as far as they are not there."""
        mapping = [
            Command.create({"part": part, "name": name, "path": path})
            for part, layout_fields in (
                ("invoice", AUTOTASK_XML.invoice_fields),
                ("device", AUTOTASK_XML.device_fields),
            )
            for name, path in layout_fields.items()
        ]
        values = {
            "xml": {
                "invoice_path": AUTOTASK_XML.invoice_path,
                "device_path": AUTOTASK_XML.device_path,
                "schema_xml": AUTOTASK_XML.xsd.decode(),
            },
            "csv": {},
            "xlsx": {},
        }
        xml_ids = {
            "xml": "xerox_xpps.format_autotask_xml",
            "csv": "xerox_xpps.format_csv",
            "xlsx": "xerox_xpps.format_xlsx",
        }
        self._load_records(
            [
                {
                    "xml_id": xml_id,
                    "noupdate": True,
                    "values": {
                        "name": f"Xerox PageConnect/XPPS Billing Details ({file_type.upper()})",
                        "file_type": file_type,
                        "field_ids": mapping,
                        **values[file_type],
                    },
                }
                for file_type, xml_id in xml_ids.items()
            ],
            update=True,
        )
