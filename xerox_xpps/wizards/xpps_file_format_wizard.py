# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import os.path

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..billing_file import OUTPUT_TYPES, inspect, read
from ..common.window_actions import open_dialog, open_form
from ..importing import issue_text
from ..models.billing_file.xpps_file_format_field import DEVICE_LABELS, INVOICE_LABELS, PART_SELECTION
from ..models.billing_file.xpps_file_options import DELIMITERS, ENCODINGS, ISO_DATE, OTHER_DATE
from .format_preview import FormatPreview

COMMON_OPTIONS = ("file_type", "decimal_mark", "date_format", "actual_words", "estimated_words")
METER_WORDS = tuple(f"{output_type}_words" for output_type in OUTPUT_TYPES)
OPTIONS = {
    "xml": ("invoice_path", "device_path"),
    "csv": ("delimiter", "encoding", *METER_WORDS),
    "xlsx": METER_WORDS,
}

#: Canonical fields of both parts, as “part.name”.
TARGET_SELECTION = [
    *((f"device.{name}", label) for name, label in DEVICE_LABELS.items() if name != "total"),
    ("device.total", "Total of the Device"),
    *((f"invoice.{name}", label) for name, label in INVOICE_LABELS.items() if name != "total"),
    ("invoice.total", "Total of the Invoice"),
]


class XppsFileFormatWizard(models.TransientModel):
    """Make a file format from a sample: find what the file has, say which of it is what, and try it.

    ``action_read_sample`` → ``action_dry_run`` → ``action_create_format``. Nothing but the wizard itself is stored
    before the last step.
    """

    _name = "xpps.file.format.wizard"
    _inherit = ["xpps.file.options", "xpps.upload.wizard"]
    _description = "New XPPS Billing File Format from Sample"

    step = fields.Selection(
        [("sample", "Sample"), ("fields", "Fields"), ("dry_run", "Dry Run")], required=True, default="sample"
    )
    file_data = fields.Binary(string="Sample File")
    file_name = fields.Char()
    billing_file_id = fields.Many2one("xpps.billing.file", string="For the Billing File", readonly=True)
    name = fields.Char(string="Name of the Format")
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Leave empty to use the format in all companies.",
    )
    place_ids = fields.One2many("xpps.file.format.wizard.place", "wizard_id")
    invoice_place_id = fields.Many2one("xpps.file.format.wizard.place", string="Element of the Invoice")
    device_place_id = fields.Many2one("xpps.file.format.wizard.place", string="Element of a Device")
    sheet_place_id = fields.Many2one("xpps.file.format.wizard.place", string="Sheet of the Devices")
    invoice_path = fields.Char(related="invoice_place_id.name", string="Path of the Invoice")
    device_path = fields.Char(related="device_place_id.name", string="Path of a Device")
    sheet = fields.Char(related="sheet_place_id.name", string="Name of the Sheet")
    column_ids = fields.One2many("xpps.file.format.wizard.column", "wizard_id", string="Columns")
    to_do = fields.Text(compute="_compute_to_do")
    has_meter_rows = fields.Boolean(compute="_compute_to_do", help="The table has a row for each meter.")
    preview = fields.Html(readonly=True)
    error_count = fields.Integer(readonly=True)

    @api.depends("column_ids.target")
    def _compute_to_do(self):
        for wizard in self:
            wizard.to_do = wizard._find_to_do()
            wizard.has_meter_rows = "device.meter_type" in wizard.column_ids.mapped("target")

    def _find_to_do(self):
        """:return: what is left to assign, in the user's words; empty when nothing is"""
        labels = self.column_ids._target_labels()
        by_target = self.column_ids.filtered("target").grouped("target")
        mandatory = [".".join(field) for field in self.env["xpps.file.format"]._mandatory()]
        missing = [labels[target] for target in mandatory if target not in by_target]
        sentences = []
        if missing:
            sentences.append(self.env._("Still to be assigned in the list: %s.", ", ".join(missing)))
        sentences += [
            self.env._(
                "%(field)s is assigned more than once: %(columns)s. Keep one.",
                field=labels[target],
                columns=", ".join(columns.mapped("path")),
            )
            for target, columns in by_target.items()
            if len(columns) > 1
        ]
        return "\n".join(sentences)

    # Steps

    @api.model
    def _open_for_file(self, billing_file):
        """Start with a billing file, which is checked again with the new format in the end.

        :return: the action that shows the wizard
        """
        billing_file.ensure_one()
        wizard = self.create(
            {
                "billing_file_id": billing_file.id,
                "file_name": billing_file.file_name,
                "company_id": billing_file.company_id.id,
            }
        )
        return wizard.action_read_sample()

    def action_read_sample(self):
        """Look into the sample, and show what is in it."""
        self.check_access("write")
        self.ensure_one()
        if not self.file_name:
            raise UserError(self.env._("Select a sample file first."))
        found = self._inspect()
        if not found.columns:
            raise UserError(
                self.env._(
                    "No format can be made from “%(file)s”: %(problems)s",
                    file=self.file_name,
                    problems=self._problems(found),
                )
            )
        self._load(found)
        return self._reopen()

    def action_back(self):
        """One step back."""
        self.check_access("write")
        self.ensure_one()
        self.step = "fields" if self.step == "dry_run" else "sample"
        return self._reopen()

    def action_dry_run(self):
        """Read the sample as the format would, and show what comes of it."""
        self.check_access("write")
        self.ensure_one()
        self._check_assigned()
        layout = self.env["xpps.file.format"].new(self._prepare_format())._layout()
        result = read(self._data(), self.file_name, layout, credits=True)
        preview = FormatPreview(self.env, result, self.company_id or self.env.company)
        self.write(
            {
                "step": "dry_run",
                "preview": self.env["ir.qweb"]._render("xerox_xpps.file_format_preview", preview.values()),
                "error_count": preview.error_count,
            }
        )
        return self._reopen()

    def action_create_format(self):
        """Create the format, and open it, or the billing file that it was made for, checked again."""
        self.check_access("write")
        self.ensure_one()
        self._check_assigned()
        record = self.env["xpps.file.format"].create(self._prepare_format())
        if self.billing_file_id.state == "draft":
            record = self.billing_file_id
            record.action_check()
        return open_form(record)

    def _reopen(self):
        return open_dialog(self, self.env._("New Format from Sample"), wide=True)

    # What the sample has

    def _data(self):
        if self.billing_file_id:
            return self.billing_file_id.attachment_id.raw or b""
        return base64.b64decode(self.with_context(bin_size=False).file_data or b"")

    def _inspect(self, **choices):
        return inspect(self._data(), self.file_name or "", **choices)

    def _load(self, found):
        """Take over what was found: the options, the places to choose from, and the columns of the likeliest."""
        self.place_ids.unlink()
        self.write(self._prepare_options(found))
        places = self.place_ids.create(self._prepare_places(found)).grouped("kind")
        none = self.place_ids.browse()
        self.invoice_place_id = places.get("invoice", none)[:1]
        self.device_place_id = places.get("device", none)[:1]
        self.sheet_place_id = places.get("sheet", none)[:1]
        self.column_ids = self._prepare_columns(found)

    def _prepare_options(self, found):
        delimiters = {character: name for name, character in DELIMITERS.items()}
        return {
            "step": "fields",
            "file_type": found.file_type,
            "name": self.name or f"{os.path.splitext(self.file_name)[0]} ({found.file_type.upper()})",
            "delimiter": delimiters.get(found.delimiter, "comma"),
            "encoding": ENCODINGS.get(found.encoding, "utf-8"),
            "decimal_mark": found.decimal_mark,
            **self._prepare_date_format(found.date_format),
        }

    def _prepare_date_format(self, date_format):
        """:param date_format: as ``strptime`` takes it, or None for ISO 8601"""
        key = date_format or ISO_DATE
        if key in dict(self._fields["date_format"].selection):
            return {"date_format": key, "date_pattern": False}
        return {"date_format": OTHER_DATE, "date_pattern": date_format}

    def _prepare_places(self, found):
        """The likeliest first."""
        sheets = sorted(found.sheets, key=lambda name: name != found.sheet)
        places = {"invoice": found.invoice_paths, "device": found.record_paths, "sheet": sheets}
        return [
            {"wizard_id": self.id, "sequence": sequence, "kind": kind, "name": name}
            for kind, names in places.items()
            for sequence, name in enumerate(names)
        ]

    def _prepare_columns(self, found):
        """Commands that list what stands at the chosen places; what the user assigned stays assigned."""
        columns = found.columns
        if found.file_type == "xml":
            columns = [
                *found.leaves.get(self.invoice_path, ()),
                *found.leaves.get(self.device_path, ()),
            ]
        assigned = {(column.part, column.path): column.target for column in self.column_ids if column.target}
        commands = [Command.clear()]
        for sequence, column in enumerate(columns):
            # A column of a table may be of the invoice or of the device, whatever its name suggests.
            part = column.part if found.file_type == "xml" else False
            suggestion = f"{column.part}.{column.suggestion}" if column.suggestion else False
            commands.append(
                Command.create(
                    {
                        "sequence": sequence,
                        "part": part,
                        "path": column.name,
                        "samples": " · ".join(column.samples),
                        "target": assigned.get((part, column.name), suggestion),
                    }
                )
            )
        return commands

    @api.onchange("file_data")
    def _onchange_file(self):
        self.name = False

    @api.onchange("invoice_place_id", "device_place_id", "sheet_place_id", "delimiter", "encoding")
    def _onchange_choices(self):
        """List what the sample has when it is read as chosen."""
        choices = {
            "csv": {"delimiter": DELIMITERS.get(self.delimiter), "encoding": self.encoding},
            "xlsx": {"sheet": self.sheet},
        }
        if self.step != "fields":
            return None
        found = self._inspect(**choices.get(self.file_type, {}))
        self.column_ids = self._prepare_columns(found)
        if found.columns:
            return None
        return {"warning": {"title": self.env._("Nothing found"), "message": self._problems(found)}}

    def _problems(self, found):
        return "\n".join(issue_text(self.env, issue) for issue in found.issues)

    # The format

    def _check_assigned(self):
        if not self.column_ids:
            raise UserError(self.env._("Select a sample file first."))
        to_do = self._find_to_do()
        if to_do:
            raise UserError(to_do)

    def _prepare_format(self):
        """Values of ``create``; what does not go with the type of the file is left at its default."""
        options = [*COMMON_OPTIONS, *OPTIONS[self.file_type]]
        # The only sheet may have the name of its month.
        if len(self.place_ids.filtered(lambda place: place.kind == "sheet")) > 1:
            options.append("sheet")
        if self.date_format == OTHER_DATE:
            options.append("date_pattern")
        columns = self.column_ids.filtered("target")
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "sequence": self._first_sequence(),
            "field_ids": [Command.create(column._prepare_field()) for column in columns],
            **{name: self[name] for name in options},
        }

    def _first_sequence(self):
        """Before all others, so that it reads the sample also where another format fits it as well."""
        return self.env["xpps.file.format"].search([], limit=1).sequence - 1


class XppsFileFormatWizardColumn(models.TransientModel):
    """A column or element that a sample file has, and the canonical field that it is."""

    _name = "xpps.file.format.wizard.column"
    _description = "Column or Element of a Sample Billing File"
    _inherit = ["xpps.reference.guard"]
    _order = "wizard_id, sequence, id"

    wizard_id = fields.Many2one("xpps.file.format.wizard", required=True, ondelete="cascade")
    sequence = fields.Integer()
    part = fields.Selection(PART_SELECTION, help="Empty if the column can belong to the invoice or to the device.")
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


class XppsFileFormatWizardPlace(models.TransientModel):
    """A part of a sample file to choose from: an element of its XML, or a sheet of its workbook."""

    _name = "xpps.file.format.wizard.place"
    _description = "Element or Sheet of a Sample Billing File"
    _inherit = ["xpps.reference.guard"]
    _order = "wizard_id, sequence, id"

    wizard_id = fields.Many2one("xpps.file.format.wizard", required=True, ondelete="cascade")
    sequence = fields.Integer()
    kind = fields.Selection([("invoice", "Invoice"), ("device", "Device"), ("sheet", "Sheet")], required=True)
    name = fields.Char(required=True)
