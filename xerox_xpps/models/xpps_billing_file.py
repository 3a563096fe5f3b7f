# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError

from ..importing.check import BillingFileCheck

#: How many problems a refusal spells out; all of them stand on the file.
MAX_LISTED = 20


class XppsBillingFile(models.Model):
    """Xerox's monthly Billing Details File.

    ``action_check`` reads the attachment, writes its device records as lines and lists every problem.
    ``action_import`` checks again and makes meter reads and charges of it, in one transaction.
    """

    _name = "xpps.billing.file"
    _description = "XPPS Billing Details File"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "invoice_date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Xerox Invoice", readonly=True, help="Number of Xerox's invoice.", tracking=True)
    file_name = fields.Char(required=True, readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", required=True, readonly=True, ondelete="restrict", copy=False
    )
    file_data = fields.Binary(related="attachment_id.datas", string="Billing File")
    checksum = fields.Char(compute="_compute_checksum", store=True, help="SHA-256 of the file.")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, default=lambda self: self.env.company
    )
    format_id = fields.Many2one("xpps.file.format", readonly=True, check_company=True)
    invoice_date = fields.Date(readonly=True, tracking=True)
    period_start = fields.Date(readonly=True)
    period_end = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_total = fields.Monetary(
        string="Xerox Total", readonly=True, help="What Xerox bills with this file: the sum of its device records."
    )
    device_count = fields.Integer(string="Devices", readonly=True)
    kind = fields.Selection(
        [("regular", "Regular")],
        required=True,
        readonly=True,
        default="regular",
        help="A regular file bills each device once in a period.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("imported", "Imported")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
    )
    line_ids = fields.One2many("xpps.billing.file.line", "billing_file_id", string="Device Records", readonly=True)
    issue_ids = fields.One2many("xpps.billing.file.issue", "billing_file_id", string="Issues", readonly=True)
    meter_read_ids = fields.One2many("xpps.meter.read", "billing_file_id", string="Meter Reads", readonly=True)
    charge_ids = fields.One2many("sale.subscription.charge", "billing_file_id", string="Charges", readonly=True)
    error_count = fields.Integer(compute="_compute_issue_counts", store=True, string="Errors")
    warning_count = fields.Integer(compute="_compute_issue_counts", store=True, string="Warnings")
    line_count = fields.Integer(compute="_compute_related_counts")
    meter_read_count = fields.Integer(compute="_compute_related_counts")
    charge_count = fields.Integer(compute="_compute_related_counts")
    charge_draft_count = fields.Integer(compute="_compute_related_counts")
    subscription_count = fields.Integer(compute="_compute_related_counts")
    invoice_count = fields.Integer(compute="_compute_related_counts")

    _checksum_uniq = models.UniqueIndex(
        "(company_id, checksum) WHERE state = 'imported'", "This billing file was imported already."
    )
    _invoice_uniq = models.UniqueIndex(
        "(company_id, name) WHERE state = 'imported'", "This Xerox invoice was imported already."
    )

    @api.depends("attachment_id")
    def _compute_checksum(self):
        for file in self:
            file.checksum = hashlib.sha256(file.attachment_id.raw or b"").hexdigest()

    @api.depends("issue_ids.severity")
    def _compute_issue_counts(self):
        counts = {
            (file.id, severity): count
            for file, severity, count in self.env["xpps.billing.file.issue"]._read_group(
                [("billing_file_id", "in", self.ids)], ["billing_file_id", "severity"], ["__count"]
            )
        }
        for file in self:
            file.error_count = counts.get((file.id, "error"), 0)
            file.warning_count = counts.get((file.id, "warning"), 0)

    def _compute_related_counts(self):
        def count(model, domain=()):
            groups = self.env[model]._read_group(
                [("billing_file_id", "in", self.ids), *domain], ["billing_file_id"], ["__count"]
            )
            return {file.id: number for file, number in groups}

        lines = count("xpps.billing.file.line")
        reads = count("xpps.meter.read")
        charges = count("sale.subscription.charge")
        drafts = count("sale.subscription.charge", [("state", "=", "draft")])
        for file in self:
            file.line_count = lines.get(file.id, 0)
            file.meter_read_count = reads.get(file.id, 0)
            file.charge_count = charges.get(file.id, 0)
            file.charge_draft_count = drafts.get(file.id, 0)
            file.subscription_count = len(file._billed_subscriptions())
            file.invoice_count = len(file.charge_ids.invoice_line_ids.move_id)

    def _billed_subscriptions(self):
        groups = self.env["xpps.billing.file.line"]._read_group(
            [("billing_file_id", "in", self.ids), ("subscription_id", "!=", False)], ["subscription_id"]
        )
        return self.env["sale.subscription"].union(*(subscription for (subscription,) in groups))

    @api.depends("name", "file_name")
    def _compute_display_name(self):
        for file in self:
            file.display_name = file.name or file.file_name

    @api.model
    def _create_from_upload(self, data, file_name, company, kind="regular"):
        """Keep an uploaded file, unchanged, as a draft.

        A draft of the same content is taken up again, so that a second look at a file leaves no twin.

        :param bytes data: the file
        :return: the draft, not checked yet
        """
        checksum = hashlib.sha256(data).hexdigest()
        draft = self.search(
            [("checksum", "=", checksum), ("company_id", "=", company.id), ("state", "=", "draft")], limit=1
        )
        if draft:
            draft.write({"file_name": file_name, "kind": kind})
            return draft
        attachment = self.env["ir.attachment"].create(
            {"name": file_name, "raw": data, "res_model": self._name, "company_id": company.id}
        )
        draft = self.create(
            {"file_name": file_name, "attachment_id": attachment.id, "company_id": company.id, "kind": kind}
        )
        attachment.res_id = draft.id
        return draft

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        for file in self:
            if file.state == "imported":
                raise UserError(self.env._("Billing file %s is imported; its charges depend on it.", file.display_name))

    def action_check(self):
        """Read the file anew and list all its problems; nothing but the file, its lines and issues is written."""
        self.check_access("write")
        for file in self:
            if file.state != "draft":
                raise UserError(self.env._("Billing file %s is not a draft any more.", file.display_name))
            check = file._check()
            file.write(check.header)
            file._store_check(check)
        return True

    def action_import(self):
        """Import the files, or raise a UserError that lists what stands against it."""
        self.check_access("write")
        for file in self:
            file._import()
        return True

    def _check(self):
        """Check the file against the database, writing nothing.

        :return: importing.check.BillingFileCheck, run
        """
        self.ensure_one()
        return BillingFileCheck(self.with_company(self.company_id)).run()

    def _store_check(self, check):
        """Replace lines and issues by those of a check."""
        self.ensure_one()
        # Lines and issues are evidence: nobody has the right to write them, only the check does.
        file = self.sudo()
        file.issue_ids.unlink()
        file.line_ids.unlink()
        lines = file.line_ids.create(check.line_values)
        file.issue_ids.create(check.prepare_issues(lines))

    def _import(self):
        """Import one file at once, whatever its size, all or nothing.

        The check runs again in this very transaction, so that what is imported is what was checked.
        """
        self.ensure_one()
        try:
            self.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._("Billing file %s is being imported by someone else right now.", self.display_name)
            ) from error
        if self.state != "draft":
            raise UserError(self.env._("Billing file %s is not a draft any more.", self.display_name))
        check = self._check()
        if check.errors:
            raise UserError(self._refusal(check))
        # First of all, so that of two imports of one file the later one is told so by the database.
        self.write({**check.header, "state": "imported"})
        self.flush_recordset()
        for values in check.line_values:
            values["billed_period_end"] = check.header["period_end"]
        self._store_check(check)
        # Meter reads are evidence, too: nobody has the right to write them, only the import does.
        reads = self.env["xpps.meter.read"].sudo().create(check.read_values)
        for values, index in zip(check.charge_values, check.charge_read_index, strict=True):
            values["meter_read_id"] = reads[index].id
        self.env["sale.subscription.charge"].create(check.charge_values)
        self._update_charge_defaults(check)
        self.message_post(
            body=self.env._(
                "Imported: %(devices)s devices, %(reads)s meter reads, %(charges)s charges.",
                devices=len(check.line_values),
                reads=len(reads),
                charges=len(check.charge_values),
            )
        )

    def _update_charge_defaults(self, check):
        """Bring the agreements' unit costs up to date with what Xerox bills now."""
        defaults = self.env["sale.subscription.charge.default"]
        defaults.create([change.create_values() for change in check.cost_changes if not change.default])
        for change in check.cost_changes:
            if change.default:
                change.default.unit_cost = change.new_cost

    def _refusal(self, check):
        errors = [issue.message for issue in check.errors]
        listed = "\n".join(f"• {message}" for message in errors[:MAX_LISTED])
        more = len(errors) - MAX_LISTED
        if more > 0:
            listed += "\n" + self.env._("… and %s more. Check the file to see all of them.", more)
        return self.env._(
            "Billing file %(file)s cannot be imported while these errors stand:\n%(errors)s",
            file=self.display_name,
            errors=listed,
        )

    def action_new_format(self):
        """Make a file format from the file, to read it with."""
        self.check_access("read")
        return self.env["xpps.file.format.wizard"]._open_for_file(self)

    def action_approve_charges(self):
        """Approve all charges of the files that wait for approval."""
        return self.charge_ids.filtered(lambda charge: charge.state == "draft").action_approve()

    def _action_open(self, action_xmlid, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(action_xmlid)
        action["domain"] = domain
        action["context"] = {}
        return action

    def action_open_lines(self):
        return self._action_open("xerox_xpps.action_xpps_billing_file_line", [("billing_file_id", "in", self.ids)])

    def action_open_issues(self):
        return self._action_open("xerox_xpps.action_xpps_billing_file_issue", [("billing_file_id", "in", self.ids)])

    def action_open_meter_reads(self):
        return self._action_open("xerox_xpps.action_xpps_meter_read", [("billing_file_id", "in", self.ids)])

    def action_open_charges(self):
        return self._action_open("xerox_xpps.action_sale_subscription_charge", [("billing_file_id", "in", self.ids)])

    def action_open_subscriptions(self):
        return self._action_open("xerox_xpps.action_xpps_agreement", [("id", "in", self._billed_subscriptions().ids)])

    def action_open_invoices(self):
        moves = self.charge_ids.invoice_line_ids.move_id
        return self._action_open("account.action_move_out_invoice_type", [("id", "in", moves.ids)])
