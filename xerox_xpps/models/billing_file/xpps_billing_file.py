# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
import time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...common.constants import MANAGER_GROUP
from ...common.listing import bullets
from ...common.locking import lock_or_refuse
from ...common.plural import plural
from ...common.window_actions import open_invoices, open_records
from ...importing import CheckWriter, ImportUndo, ImportWriter, check_file

#: What a client brings when it makes a file.
BROUGHT_FIELDS = {"attachment_id", "file_name", "company_id", "kind"}
#: How many problems a refusal spells out; all of them stand on the file.
MAX_LISTED = 20


class XppsBillingFile(models.Model):
    """Xerox's monthly Billing Details File.

    ``action_check`` reads the attachment, writes its device records as lines, lists its problems and shows what
    would be charged. ``action_import`` checks again and makes meter reads and charges of it, in one transaction. Of a
    large file both are left to a cron. ``action_cancel`` takes all of it back.

    Where the company holds faulty records back, an imported file stays open until none of its records is held.
    """

    _name = "xpps.billing.file"
    _description = "XPPS Billing Details File"
    _inherit = ["mail.thread", "mail.activity.mixin", "xpps.background.work", "xpps.guard"]
    _order = "invoice_date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Xerox Invoice", readonly=True, help="Number of Xerox's invoice.", tracking=True)
    file_name = fields.Char(required=True, readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", required=True, readonly=True, index=True, ondelete="restrict", copy=False
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
    partner_number = fields.Char(
        string="Xerox Partner Number", readonly=True, help="Xerox's number of the partner that the file is for."
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_total = fields.Monetary(
        string="Xerox Total", readonly=True, help="What Xerox bills with this file: the sum of its device records."
    )
    control_total = fields.Monetary(readonly=True, help="The total that the file itself states; 0 if it states none.")
    device_count = fields.Integer(string="Devices", readonly=True)
    control_count = fields.Integer(
        readonly=True,
        help="The number of devices that the file itself states; 0 if it states none.",
    )
    kind = fields.Selection(
        [("regular", "Regular"), ("correction", "Correction")],
        required=True,
        default="regular",
        tracking=True,
        help="A regular file bills each device once in a period. A correction may include devices that have already "
        "been billed: its differences become new charges, which may be negative. Output types that it does not "
        "include are not changed.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("queued", "Queued"), ("imported", "Imported"), ("cancelled", "Cancelled")],
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
    summary_ids = fields.One2many("xpps.billing.file.summary", "billing_file_id", string="Preview", readonly=True)
    cost_change_ids = fields.One2many(
        "xpps.billing.file.cost.change", "billing_file_id", string="Unit Cost Changes", readonly=True
    )
    line_digest = fields.Char(readonly=True, help="SHA-256 of the lines that are not imported, as last saved.")
    queued_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    progress = fields.Float(
        compute="_compute_progress", help="Progress of a check or import in the background, in percent."
    )
    error_count = fields.Integer(compute="_compute_issue_counts", store=True, string="Errors")
    warning_count = fields.Integer(compute="_compute_issue_counts", store=True, string="Warnings")
    line_count = fields.Integer(compute="_compute_related_counts")
    held_count = fields.Integer(
        compute="_compute_held_count", search="_search_held_count", string="Held Records", help="Records not imported."
    )
    error_text = fields.Char(compute="_compute_count_texts")
    warning_text = fields.Char(compute="_compute_count_texts")
    held_text = fields.Char(compute="_compute_count_texts")
    is_open = fields.Boolean(compute="_compute_is_open", help="Some records can still be imported.")
    can_import = fields.Boolean(compute="_compute_is_open")
    is_blocked = fields.Boolean(
        readonly=True, copy=False, help="The last check found nothing that could be imported if the rest is held back."
    )
    is_unusable = fields.Boolean(
        compute="_compute_is_unusable",
        store=True,
        help="A draft with nothing to import: it cannot be read, or it has already been imported.",
    )
    meter_read_count = fields.Integer(compute="_compute_related_counts")
    charge_count = fields.Integer(compute="_compute_related_counts")
    charge_draft_count = fields.Integer(compute="_compute_related_counts")
    subscription_count = fields.Integer(compute="_compute_related_counts")
    invoice_count = fields.Integer(compute="_compute_related_counts")
    device_create_count = fields.Integer(compute="_compute_device_fix_counts")
    device_assign_count = fields.Integer(compute="_compute_device_fix_counts")

    _checksum_uniq = models.UniqueIndex(
        "(company_id, checksum) WHERE state = 'imported'", "This billing file has already been imported."
    )

    @api.depends("attachment_id")
    def _compute_checksum(self):
        for file in self:
            file.checksum = hashlib.sha256(file.attachment_id.raw or b"").hexdigest()

    @api.depends("issue_ids.severity", "issue_ids.problem_count")
    def _compute_issue_counts(self):
        counts = {
            (file.id, severity): count
            for file, severity, count in self.env["xpps.billing.file.issue"]._read_group(
                [("billing_file_id", "in", self.ids)], ["billing_file_id", "severity"], ["problem_count:sum"]
            )
        }
        for file in self:
            file.error_count = counts.get((file.id, "error"), 0)
            file.warning_count = counts.get((file.id, "warning"), 0)

    @api.depends("line_ids", "meter_read_ids", "charge_ids")
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
            file.invoice_count = self.env["account.move"].search_count(file._invoice_domain())

    @api.depends("line_ids.state")
    def _compute_held_count(self):
        counts = dict(
            self.env["xpps.billing.file.line"]._read_group(
                [("billing_file_id", "in", self.ids), ("state", "=", "held")], ["billing_file_id"], ["__count"]
            )
        )
        for file in self:
            file.held_count = counts.get(file, 0)

    @api.depends("error_count", "warning_count", "held_count")
    def _compute_count_texts(self):
        for file in self:
            errors, warnings = file.error_count, file.warning_count
            file.error_text = plural(
                errors, self.env._("1 error was found."), self.env._("%s errors were found.", errors)
            )
            file.warning_text = plural(
                warnings,
                self.env._("Review the warning first."),
                self.env._("Review the %s warnings first.", warnings),
            )
            file.held_text = self._say_held(file.held_count)

    @api.model
    def _say_held(self, count):
        return plural(
            count,
            self.env._("1 device record is held back until it is fixed."),
            self.env._("%s device records are held back until they are fixed.", count),
        )

    @api.depends("state", "error_count", "line_digest", "check_queued", "is_blocked", "company_id.xpps_quarantine")
    def _compute_is_open(self):
        for file in self:
            file.is_open = file.state == "draft" or (file.state == "imported" and file.held_count > 0)
            sound = not file.error_count or (file.company_id.xpps_quarantine and not file.is_blocked)
            file.can_import = file.is_open and sound and bool(file.line_digest) and not file.check_queued

    @api.depends("state", "error_count", "issue_ids.code", "issue_ids.severity")
    def _compute_is_unusable(self):
        codes = {}
        drafts = self.filtered(lambda file: file.state == "draft" and file.error_count)
        for file, code in self.env["xpps.billing.file.issue"]._read_group(
            [("billing_file_id", "in", drafts.ids), ("severity", "=", "error")], ["billing_file_id", "code"]
        ):
            codes.setdefault(file.id, set()).add(code)
        read = self.env["xpps.billing.file.line"]._read_group(
            [("billing_file_id", "in", list(codes))], ["billing_file_id"]
        )
        unread = codes.keys() - {file.id for (file,) in read}
        for file in self:
            file.is_unusable = file.id in unread or "file_duplicate" in codes.get(file.id, ())

    @api.model
    def _search_held_count(self, operator, value):
        """Only whether there are any: ``("held_count", ">", 0)``."""
        if operator != ">" or value:
            return NotImplemented
        return [("line_ids.state", "=", "held")]

    def _compute_progress(self):
        progress = dict(
            self.env["xpps.import.progress"]._read_group(
                [("billing_file_id", "in", self.ids)], ["billing_file_id"], ["percent:max"]
            )
        )
        for file in self:
            waits = file.state == "queued" or file.check_queued
            file.progress = progress.get(file, 0.0) if waits else 100.0 * (file.state == "imported")

    def _imported_sequences(self):
        """:return: the records of the file that are imported or left out, as a set of their ``sequence``"""
        self.ensure_one()
        if self.state != "imported":
            return set()
        groups = self.env["xpps.billing.file.line"]._read_group(
            [("billing_file_id", "=", self.id), ("state", "!=", "held")], ["sequence"]
        )
        return {sequence for (sequence,) in groups}

    def _billed_subscriptions(self):
        groups = self.env["xpps.billing.file.line"]._read_group(
            [("billing_file_id", "in", self.ids), ("subscription_id", "!=", False)], ["subscription_id"]
        )
        return self.env["sale.subscription"].union(*(subscription for (subscription,) in groups))

    @api.depends("line_ids.device_fix")
    def _compute_device_fix_counts(self):
        """How many records each of the two wizards of ``_action_fix_devices`` has to offer."""
        counts = {
            (file, fix): count
            for file, fix, count in self.env["xpps.billing.file.line"]._read_group(
                [("billing_file_id", "in", self.ids), ("device_fix", "!=", False)],
                ["billing_file_id", "device_fix"],
                ["__count"],
            )
        }
        for file in self:
            file.device_create_count = counts.get((file, "create"), 0)
            file.device_assign_count = counts.get((file, "assign"), 0)

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
            draft.kind = kind
            # The user may check the draft under another name; see write.
            draft.sudo().file_name = file_name
            return draft
        self.check_access("create")
        # The user brings a file; which attachment keeps it, and of which company it is, nobody says by hand.
        draft = self.sudo().create(
            {
                "file_name": file_name,
                "attachment_id": self._create_attachment(data, file_name, company).id,
                "company_id": company.id,
                # Until the file says what Xerox bills in; a list without currencies has no sum.
                "currency_id": company.currency_id.id,
                "kind": kind,
            }
        )
        draft.attachment_id.res_id = draft.id
        draft = draft.with_env(self.env)
        draft.check_access("create")
        return draft

    @api.model_create_multi
    def create(self, vals_list):
        """A client brings a file that it has just uploaded; what stands in it nobody says by hand."""
        if self.env.su:
            return super().create(vals_list)
        self.check_access("create")
        for vals in vals_list:
            for name in vals.keys() - BROUGHT_FIELDS:
                self._check_field_access(self._fields[name], "write")
            if not vals.get("attachment_id"):
                raise UserError(self.env._("A billing file is created by uploading the file from Xerox."))
            self.env["ir.attachment"].browse(vals["attachment_id"])._xpps_check_uploaded()
        self._xpps_check_references(vals_list)
        # These fields are the program's from now on, and so is the attachment.
        files = super(XppsBillingFile, self.sudo()).create(vals_list)
        for file in files:
            file.attachment_id._xpps_bind(file)
        files = files.with_env(self.env)
        files.check_access("create")
        return files

    def write(self, vals):
        if "kind" in vals:
            changed = self.filtered(lambda file: file.kind != vals["kind"])
            if any(file.state != "draft" for file in changed):
                raise UserError(self.env._("The kind of a billing file can only be changed while it is a draft."))
            # What the last check said does not hold for the other kind: it has to be checked again.
            changed.sudo().line_digest = False
        return super().write(vals)

    def _content(self):
        """:return: the file, in bytes, as it was uploaded; empty when it is lost

        :raises UserError: when it is another one
        """
        self.ensure_one()
        # Whoever may see the billing file may see what stands in it.
        attachment = self.sudo().attachment_id
        data = attachment.raw or b""
        # The file itself need not be kept in the cache until the end of the transaction.
        attachment.invalidate_recordset(["raw"])
        if data and hashlib.sha256(data).hexdigest() != self.checksum:
            raise UserError(
                self.env._(
                    "The stored content of billing file %s differs from the uploaded file (SHA-256), so it cannot be "
                    "used. Upload Xerox's file again, and inform your administrator.",
                    self.display_name,
                )
            )
        return data

    def _asked_format(self):
        """:return: the format that files of its type are to be read with, whatever fits; empty where nobody says so"""
        return self.env["xpps.file.format"]

    def _attachment_error(self):
        return AccessError(
            self.env._(
                "The content of billing file %s cannot be changed. If Xerox sent a corrected file, import that file "
                "instead.",
                self.display_name,
            )
        )

    @api.model
    def _create_attachment(self, data, file_name, company):
        # Nobody but the program makes, changes or deletes the attachment of a billing file.
        attachments = self.env["ir.attachment"].sudo().with_context(xpps_not_indexed=True)
        return attachments.create({"name": file_name, "raw": data, "res_model": self._name, "company_id": company.id})

    def copy(self, default=None):
        if "attachment_id" not in (default or {}):
            raise UserError(
                self.env._(
                    "Billing file %s cannot be duplicated. Import the file itself again; to bill what Xerox corrected, "
                    "import the corrected file.",
                    self[:1].display_name,
                )
            )
        return super().copy(default)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        for file in self:
            if file.state in ("queued", "imported"):
                raise UserError(
                    self.env._(
                        "Billing file %s has been imported or is waiting to be imported. Undo the import first.",
                        file.display_name,
                    )
                )

    # Checking

    def action_check(self):
        """Read the files anew and list their problems; nothing but the file, its lines and issues is written.

        A large file is queued; a cron checks it.
        """
        self.check_access("write")
        for file in self:
            if not file.is_open:
                raise UserError(self.env._("Billing file %s is no longer a draft.", file.display_name))
            if file._is_large():
                file._queue_check()
            else:
                file._check_now()
        return True

    def _check_now(self, progress=None):
        """Check one file at once, whatever its size.

        :param progress: called with the share that is done, 0 to 1
        """
        self.ensure_one()
        self._lock()
        check = self._check(progress)
        # Only checks and imports say what is in a file; see write.
        blocked = not check.can_import(holds_faulty=True)
        self.sudo().write({**check.header, "check_queued": False, "is_blocked": blocked})
        CheckWriter(self, check).save()

    def _lock(self):
        """Keep everybody else from importing or undoing the file at the same time.

        What was seen of the file before still holds: so look at its state first, and do not keep others from what
        they may do with it.

        :raises UserError: when somebody is at it
        """
        lock_or_refuse(
            self,
            self.env._(
                "Billing file %s is being checked, imported or undone by someone else right now, or has just been. "
                "Reload it before you continue.",
                ", ".join(self.mapped("display_name")),
            ),
        )

    def _check(self, progress=None, imports=False):
        """Check the file against the database, writing nothing.

        :param imports: whether what is found is imported
        :return: importing.CheckResult
        """
        self.ensure_one()
        return check_file(self.with_company(self.company_id), progress, imports)

    # Importing

    def action_import(self):
        """Import the files, or raise a UserError that lists what stands against it.

        A large file is queued; a cron imports it, and says what stands against it. A check that waits for the cron is
        done with then: the import checks by itself.
        """
        self.check_access("write")
        for file in self:
            if file.state == "queued":
                raise UserError(self.env._("Billing file %s is already waiting to be imported.", file.display_name))
            if file.state == "draft" and file._is_large():
                file._queue()
            else:
                file._import()
        return True

    def _import(self, progress=None):
        """Import one file at once, whatever its size, all or nothing.

        The check runs again in this very transaction, so that what is imported is what was checked. Where the
        company holds faulty records back, it is all or nothing of the sound ones.

        :param progress: called with the share that is done, 0 to 1
        :raises UserError: with the list of what stands against it
        """
        self.ensure_one()
        if self.state != "queued" and not self.is_open:
            raise UserError(self.env._("Billing file %s is no longer a draft.", self.display_name))
        self._lock()
        started = time.monotonic()
        check = self._check(imports=True)
        self._refuse(check)
        # First of all, so that of two imports of one file the later one is told so by the database.
        first = self.state != "imported"
        if first:
            self.sudo().write({**check.header, "state": "imported", "check_queued": False})
            self.flush_recordset()
        charges = ImportWriter(self, check, progress).save()
        held = self.held_count
        body = self.env._(
            "Import finished. Devices: %(devices)s. Meter reads: %(reads)s. Charges: %(charges)s.",
            devices=len(check.lines) - held,
            reads=len(check.reads),
            charges=len(charges),
        )
        if held:
            body += " " + self._say_held(held)
        else:
            # Whoever was to look after a file that came by e-mail need not do so any more.
            self.activity_feedback(["mail.mail_activity_data_todo"])
        self.message_post(body=body)
        self._log_import(check, len(charges), started)

    def _refuse(self, check):
        """:raises UserError: when errors keep the file, or all of its records, from being imported"""
        if not check.can_import(self.company_id.xpps_quarantine):
            raise UserError(self._refusal(check))

    def _refusal(self, check):
        errors = [issue.message for issue in check.errors[:MAX_LISTED]]
        listed = bullets(self.env, errors, MAX_LISTED, check.error_count)
        if check.error_count > MAX_LISTED:
            listed += " " + self.env._("Check the file to see them.")
        return self.env._(
            "Billing file %(file)s cannot be imported until these errors are fixed:\n%(errors)s",
            file=self.display_name,
            errors=listed,
        )

    # Undoing

    def action_cancel(self):
        """Take the files out of the queue, undo their import, or give up a draft.

        :raises UserError: when a charge of an import is invoiced, or a later import corrects it
        """
        self.check_access("write")
        for file in self:
            if file.state == "cancelled":
                raise UserError(self.env._("Billing file %s is already cancelled.", file.display_name))
            file._lock()
            if file.check_queued:
                # See below.
                file.sudo().check_queued = False
                continue
            if file.state == "imported":
                if not self.env.user.has_group(MANAGER_GROUP) and not self.env.su:
                    raise AccessError(self.env._("Only an XPPS administrator can undo an import."))
                # Whether somebody is at a charge does not depend on what the user may see.
                file.sudo().charge_ids._lock()
                undo = ImportUndo(file)
                undo.check()
                undo.run()
            # Nobody sets the state but by what is done here; see write.
            file.sudo().state = "draft" if file.state == "queued" else "cancelled"
        return True

    def action_draft(self):
        """Take up a cancelled file again: it can be checked and imported."""
        self.check_access("write")
        for file in self.filtered(lambda file: file.state == "cancelled"):
            file._lock()
            # See action_cancel.
            file.sudo().state = "draft"
            file.action_check()
        return True

    def action_new_format(self):
        """Make a file format from the file, to read it with."""
        self.check_access("read")
        return self.env["xpps.file.format.wizard"]._open_for_file(self)

    def _invoice_domain(self):
        return [("invoice_line_ids.xpps_charge_ids.billing_file_id", "in", self.ids)]

    def _action_open(self, action_xmlid, field_name="billing_file_id", context=None):
        self.check_access("read")
        return open_records(self, action_xmlid, [(field_name, "in", self.ids)], context)

    def action_open_lines(self):
        return self._action_open("xerox_xpps.action_xpps_billing_file_line")

    def action_open_issues(self):
        return self._action_open("xerox_xpps.action_xpps_billing_file_issue")

    def action_open_meter_reads(self):
        return self._action_open("xerox_xpps.action_xpps_meter_read")

    def action_open_charges(self):
        return self._action_open("xerox_xpps.action_sale_subscription_charge")

    def action_open_subscriptions(self):
        self.check_access("read")
        agreements = self._billed_subscriptions()
        return open_records(self, "xerox_xpps.action_xpps_agreement", [("id", "in", agreements.ids)])

    def action_open_invoices(self):
        self.check_access("read")
        return open_invoices(self, self._invoice_domain())

    def action_open_vendor_report(self):
        """What Xerox bills with the files, against what was to be expected: the differences first."""
        return self._action_open("xerox_xpps.action_xpps_vendor_report", context={"search_default_differences": 1})

    # Mending

    def _replace_upload(self, data, file_name):
        """Take a corrected file in place of a faulty draft. The faulty one stays attached to the draft's messages."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("Billing file %s is no longer a draft.", self.display_name))
        if hashlib.sha256(data).hexdigest() == self.checksum and file_name == self.file_name:
            return
        faulty = self.attachment_id
        attachment = self._create_attachment(data, file_name, self.company_id)
        attachment.res_id = self.id
        # What the faulty file said goes with it; the check reads it anew.
        read = ("name", "invoice_date", "period_start", "period_end", "partner_number", "device_count", "amount_total")
        values = dict.fromkeys((*read, "line_digest"), False) | {"currency_id": self.company_id.currency_id.id}
        # The user gives the file, not what stands in it; see write.
        self.sudo().write(values | {"attachment_id": attachment.id, "file_name": file_name})
        self.message_post(
            body=self.env._("“%(new)s” replaces “%(old)s”.", new=file_name, old=faulty.name),
            attachment_ids=faulty.ids,
        )

    def action_create_devices(self):
        """Open the wizard that creates all devices that the files name and nobody knows."""
        return self._action_fix_devices("xpps.device.create.wizard")

    def action_assign_devices(self):
        """Open the wizard that gives all devices of the file customer, agreement and service."""
        return self._action_fix_devices("xpps.device.assign.wizard")

    def _action_fix_devices(self, wizard_model, first=None):
        """Open a wizard on the devices of this file that have one of its problems.

        :param first: the xpps.billing.file.line to show first
        """
        self.ensure_one()
        self.check_access("write")
        wizard = self.env[wizard_model].with_company(self.company_id)._create_for(self, first)
        return wizard._open()
