# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..common.listing import enumeration
from ..common.window_actions import open_dialog, open_form
from ..models.setup.xpps_options_row import CODE_FIELDS, SHOWN_MODELS, STATE_FIELDS


class XppsImportWizard(models.TransientModel):
    """Upload a billing file, look at its problems, complete the material codes of its models, and import it."""

    _name = "xpps.import.wizard"
    _description = "XPPS Billing File Import"
    _inherit = ["xpps.upload.wizard"]

    file_data = fields.Binary(string="Billing File")
    file_name = fields.Char()
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    kind = fields.Selection(
        selection=lambda self: self.env["xpps.billing.file"]._fields["kind"]._description_selection(self.env),
        required=True,
        default="regular",
    )
    billing_file_id = fields.Many2one("xpps.billing.file", string="Checked File", readonly=True)
    replaces_id = fields.Many2one(
        "xpps.billing.file", string="In Place Of", readonly=True, help="The faulty draft that the upload corrects."
    )
    format_id = fields.Many2one(related="billing_file_id.format_id")
    currency_id = fields.Many2one(related="billing_file_id.currency_id")
    invoice_number = fields.Char(related="billing_file_id.name")
    invoice_date = fields.Date(related="billing_file_id.invoice_date")
    period_start = fields.Date(related="billing_file_id.period_start")
    period_end = fields.Date(related="billing_file_id.period_end")
    device_count = fields.Integer(related="billing_file_id.device_count")
    amount_total = fields.Monetary(related="billing_file_id.amount_total")
    error_count = fields.Integer(related="billing_file_id.error_count")
    warning_count = fields.Integer(related="billing_file_id.warning_count")
    error_text = fields.Char(related="billing_file_id.error_text")
    warning_text = fields.Char(related="billing_file_id.warning_text")
    can_import = fields.Boolean(related="billing_file_id.can_import")
    is_unusable = fields.Boolean(related="billing_file_id.is_unusable")
    check_queued = fields.Boolean(related="billing_file_id.check_queued")
    progress = fields.Float(related="billing_file_id.progress")
    device_create_count = fields.Integer(related="billing_file_id.device_create_count")
    device_assign_count = fields.Integer(related="billing_file_id.device_assign_count")
    issue_ids = fields.One2many(related="billing_file_id.issue_ids")
    summary_ids = fields.One2many(related="billing_file_id.summary_ids")
    left_out_text = fields.Text(related="billing_file_id.left_out_text")
    cost_change_ids = fields.One2many(related="billing_file_id.cost_change_ids")
    mapping_ids = fields.One2many("xpps.import.wizard.mapping", "wizard_id", string="Material Codes")

    @api.onchange("file_data", "file_name", "company_id", "kind")
    def _onchange_file(self):
        """Another file needs another check. Until then the material codes of all models are shown."""
        shown = self.mapping_ids.company_id == self._grid_company() and not self.billing_file_id
        self.billing_file_id = False
        if not shown:
            self.mapping_ids = [Command.clear(), *map(Command.create, self._mapping_values())]

    def action_check(self):
        """Keep the file as a draft, check it, and show the wizard again with what was found."""
        self.ensure_one()
        self._check_file()
        return self._reopen()

    def action_recheck(self):
        """Check the stored file again, after a fix, and show the material codes as they are now."""
        self.ensure_one()
        self.billing_file_id.action_check()
        return self.action_show()

    def action_show(self):
        """Show what the last check found, and the material codes as they are now."""
        self.ensure_one()
        self._load_mappings()
        return self._reopen()

    def action_create_missing_codes(self):
        """Create the material codes that the models on the tab lack, and check the file again if there is one."""
        self.ensure_one()
        self._store_mappings()
        rows = self.env["xpps.options.row"].union(*self._grid_rows().values())
        rows._create_missing_codes()
        if self.billing_file_id and not self.check_queued:
            self.billing_file_id.action_check()
        return self.action_show()

    def action_stop(self):
        """Take a large file out of the queue again; it stays a draft."""
        self.ensure_one()
        if self.billing_file_id.check_queued:
            self.billing_file_id.action_cancel()
        return self._reopen()

    def action_close(self):
        """Close the wizard. A draft with nothing to import is not left behind."""
        self.ensure_one()
        self._unusable_drafts().unlink()
        return {"type": "ir.actions.act_window_close"}

    def action_discard(self):
        """Close the wizard and delete the draft of the file.

        :raises UserError: when the file is imported, or waits for it
        """
        self.ensure_one()
        file = self.billing_file_id
        if file:
            file._lock()
            file.unlink()
        return {"type": "ir.actions.act_window_close"}

    def unlink(self):
        """What was left open goes in the end, and so does a draft with nothing to import."""
        drafts = self._unusable_drafts()
        result = super().unlink()
        drafts.exists().unlink()
        return result

    def _unusable_drafts(self):
        """:return: the drafts of these wizards with nothing to import that nobody works on, or is asked to"""
        drafts = self.filtered(lambda wizard: not wizard.replaces_id).billing_file_id.filtered("is_unusable")
        if not drafts:
            return drafts
        # Whoever makes a format of a draft keeps it.
        wizards = self.env["xpps.file.format.wizard"].sudo().search([("billing_file_id", "in", drafts.ids)])
        # Whom an activity is for, and whether the user may see it, does not matter.
        waiting = drafts.sudo().filtered("activity_ids")
        return drafts - wizards.billing_file_id - waiting

    def action_create_devices(self):
        self._store_mappings()
        return self._file_in_context().action_create_devices()

    def action_assign_devices(self):
        self._store_mappings()
        return self._file_in_context().action_assign_devices()

    def action_open_issues(self):
        """The issues as a list to search and group."""
        self.ensure_one()
        return self.billing_file_id.action_open_issues()

    def _file_in_context(self):
        """The checked file, whose fixes come back to this wizard; see ``_from_context``."""
        self.ensure_one()
        return self.billing_file_id.with_context(xpps_import_wizard_id=self.id)

    @api.model
    def _from_context(self):
        """The wizard that a fix was started in, or none."""
        return self.browse(self.env.context.get("xpps_import_wizard_id")).exists()

    def action_new_format(self):
        """Make a file format from the file, to read it with."""
        self.ensure_one()
        if not self.billing_file_id:
            self._check_file()
        return self.billing_file_id.action_new_format()

    def action_import(self):
        """Import the file and open it."""
        file = self._file_to_import()
        file.action_import()
        return open_form(file)

    def action_import_and_approve(self):
        """Import the file, approve its charges, and open it."""
        file = self._file_to_import()
        return file._import_and_approve(open_form(file))

    def _file_to_import(self):
        self.ensure_one()
        if not self.billing_file_id:
            # The import checks by itself.
            self._keep_file()
        self._store_mappings()
        return self.billing_file_id

    def _check_file(self):
        self._keep_file()
        self.billing_file_id.action_check()
        self._load_mappings()

    def _keep_file(self):
        """Keep what was uploaded as a draft."""
        # A file without content has a name and no data; the check says so.
        if not self.file_data and not self.file_name:
            raise UserError(self.env._("Select the billing file first."))
        self._store_mappings()
        data = base64.b64decode(self.with_context(bin_size=False).file_data or b"")
        if self.replaces_id:
            self.replaces_id._replace_upload(data, self.file_name or "")
            self.billing_file_id = self.replaces_id
        else:
            files = self.env["xpps.billing.file"].with_company(self.company_id)
            self.billing_file_id = files._create_from_upload(data, self.file_name or "", self.company_id, self.kind)

    def _load_mappings(self):
        """Show the material codes as they are now."""
        self.mapping_ids.unlink()
        self.env["xpps.import.wizard.mapping"].create(
            [{"wizard_id": self.id, **values} for values in self._mapping_values()]
        )

    def _grid_company(self):
        # Where a user has one company only, a new form does not tell it.
        return self.company_id or self.env.company

    def _mapping_values(self):
        """Values of the rows of the *Options* tab: of all models of the company, and once there is a file, of its.

        :return: [dict]
        """
        rows = self.env["xpps.options.row"]
        if self.billing_file_id:
            templates = self.billing_file_id.line_ids.device_id.product_id.product_tmpl_id
            models_of = rows._of_models(templates.sorted("name"), self._grid_company())
        else:
            models_of = rows._of_company(self._grid_company())._models()
        return [self.mapping_ids._prepare_from(row, templates) for row, templates in models_of.items()]

    def _grid_rows(self):
        """:return: {row of this tab: the xpps.options.row that it shows}"""
        rows = self.env["xpps.options.row"]._of_company(self._grid_company()) if self.mapping_ids else ()
        by_owner = {row.product_tmpl_id or row.price_level_id: row for row in rows}
        grid = {row: by_owner.get(row.product_tmpl_id or row.price_level_id) for row in self.mapping_ids}
        return {row: shown for row, shown in grid.items() if shown}

    def _store_mappings(self):
        rows = self.env["xpps.options.row"]
        rows._store_codes(
            {shown: {name: row[name].id for name in CODE_FIELDS} for row, shown in self._grid_rows().items()}
        )

    def _reopen(self):
        return open_dialog(self, self.env._("Import Billing File"))


class XppsImportWizardMapping(models.TransientModel):
    """A row of the wizard's Options tab: the material codes of one printer model or price level."""

    _name = "xpps.import.wizard.mapping"
    _description = "XPPS Billing File Import: Material Codes"
    _inherit = ["xpps.options.cells", "xpps.reference.guard"]

    wizard_id = fields.Many2one("xpps.import.wizard", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True)
    name = fields.Char(string="Printer Models", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", string="Printer Model", readonly=True)
    price_level_id = fields.Many2one("xpps.price.level", readonly=True)

    @api.model
    def _prepare_from(self, row, templates):
        """:param row: xpps.options.row
        :param templates: the product.template that it is for, as far as they are to be named
        """
        return {
            "company_id": row.company_id.id,
            "product_tmpl_id": row.product_tmpl_id.id,
            "price_level_id": row.price_level_id.id,
            "name": self._label(row, templates),
            **{name: row[name].id for name in CODE_FIELDS},
            **{name: row[name] for name in STATE_FIELDS},
        }

    @api.model
    def _label(self, row, templates):
        """The printer models that a row is for: “A4 Color: VersaLink C405, VersaLink C505”."""
        if row.product_tmpl_id:
            return row.product_tmpl_id.name
        names = enumeration(self.env, templates.mapped("name"), SHOWN_MODELS)
        return f"{row.price_level_id.name}: {names}" if names else row.price_level_id.name
