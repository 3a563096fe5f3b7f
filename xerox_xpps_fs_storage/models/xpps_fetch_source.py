# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.xerox_xpps.common.constants import BILLING_GROUP
from odoo.addons.xerox_xpps.common.plural import plural
from odoo.addons.xerox_xpps.common.window_actions import open_records, say_done

from ..rules import is_host_key, is_inside
from .fs_storage import SFTP, WEB


class XppsFetchSource(models.Model):
    """A folder, here or on a server, from which billing files are fetched.

    A file becomes a draft, as one that somebody uploads, and is imported by itself where the source says so. What was
    fetched is remembered (``xpps.fetched.file``), so that a file that stays where it is is not fetched again.
    """

    _name = "xpps.fetch.source"
    _description = "XPPS File Source"
    _inherit = ["mail.thread", "mail.activity.mixin", "xpps.guard"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, tracking=True
    )
    storage_id = fields.Many2one(
        "fs.storage",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        help="Where the files are: a folder of this server (file), an SFTP server, S3, WebDAV or a web server. Only "
        "administrators of Odoo make storages and choose them, as they have the password in them.",
    )
    path = fields.Char(
        string="Folder",
        tracking=True,
        help="The folder in the storage; empty for the storage's own. Files in folders below it are not fetched.",
    )
    pattern = fields.Char(
        required=True,
        default="*.xml, *.csv, *.xlsx",
        tracking=True,
        help="Names of the files that are fetched: * stands for any characters, and a comma is between patterns. "
        "Names that end in .part, .tmp or ~ are never fetched, as somebody still writes these files.",
    )
    format_id = fields.Many2one(
        "xpps.file.format",
        string="File Format",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Files of its type are read with this format. If it is empty, the format is found by what is in a file.",
    )
    afterwards = fields.Selection(
        [("keep", "Keep"), ("move", "Move"), ("delete", "Delete")],
        required=True,
        default="keep",
        tracking=True,
        help="What becomes of a file in its folder when it is fetched. It is moved or deleted only when its draft is "
        "stored. A web server's files stay there.",
    )
    move_path = fields.Char(
        string="Moved To",
        default="processed",
        tracking=True,
        help="The folder below that of the files to which they are moved.",
    )
    due_day = fields.Integer(
        string="Due on Day",
        tracking=True,
        help="The day of the month on which the last month's file is due; in a shorter month, its last day. If no file "
        "has come by then, whether fetched, uploaded or sent, the responsible user gets an activity on the next day. "
        "0 for none.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        tracking=True,
        default=lambda self: self.env.user,
        help="Who gets the activities, and in whose name files are fetched and imported.",
    )
    import_by_itself = fields.Selection(
        [
            ("never", "Never"),
            ("without_warnings", "Without errors and warnings"),
            ("without_errors", "Without errors"),
        ],
        string="Import by Itself",
        required=True,
        default="never",
        tracking=True,
        help="Whether files are imported when their check finds nothing wrong.",
    )
    is_sftp = fields.Boolean(compute="_compute_kind")
    is_web = fields.Boolean(compute="_compute_kind")
    host_key = fields.Char(
        tracking=True,
        help="What proves that the SFTP server is the right one: its public key (as in a known_hosts file, with or "
        "without the host), or the key's SHA256 fingerprint. A server with another key is refused. Press Test to see "
        "the server's.",
    )
    seen_host_key = fields.Char(
        readonly=True, copy=False, help="The public key with which the server answered when it was tested."
    )
    seen_fingerprint = fields.Char(compute="_compute_seen_fingerprint")
    state = fields.Selection(
        [("new", "Not Fetched Yet"), ("done", "Working"), ("failed", "Failed")],
        string="Last Run",
        readonly=True,
        copy=False,
        required=True,
        default="new",
        index=True,
        help="Whether everything could be fetched when the files were fetched last.",
    )
    last_run = fields.Datetime(string="Last Run On", readonly=True, copy=False)
    problem = fields.Text(readonly=True, copy=False, help="What could not be fetched in the last run, and why.")
    reminded_due = fields.Date(readonly=True, copy=False, help="The due day for which a missing file was asked for.")
    file_ids = fields.One2many("xpps.fetched.file", "source_id", string="Fetched Files", readonly=True)
    file_count = fields.Integer(compute="_compute_file_count")

    _due_day_in_month = models.Constraint("CHECK(due_day BETWEEN 0 AND 31)", "A due day is one from 1 to 31, or 0.")

    @api.depends("storage_id")
    def _compute_kind(self):
        for source in self:
            # Who may not see a storage sees of it what goes into its form.
            protocol = source.sudo().storage_id.protocol
            source.is_sftp = protocol in SFTP
            source.is_web = protocol in WEB

    @api.depends("file_ids")
    def _compute_file_count(self):
        counts = dict(
            self.env["xpps.fetched.file"]._read_group([("source_id", "in", self.ids)], ["source_id"], ["__count"])
        )
        for source in self:
            source.file_count = counts.get(source, 0)

    @api.constrains("path", "afterwards", "move_path", "pattern")
    def _check_paths(self):
        for source in self:
            if not is_inside(source.path or ""):
                raise ValidationError(
                    source.env._(
                        "The folder of %s has to lie in its storage: without “..”, and without a slash at its start.",
                        source.name,
                    )
                )
            target = (source.move_path or "").strip().strip("/")
            if source.afterwards == "move" and (not target or not is_inside(source.move_path)):
                raise ValidationError(
                    source.env._("%s needs a folder to move files to, below the one they are in.", source.name)
                )
            if not source.pattern.replace(",", "").strip():
                raise ValidationError(source.env._("%s needs a pattern of names, as *.xml.", source.name))

    @api.constrains("storage_id", "afterwards")
    def _check_storage(self):
        for source in self:
            # What is wrong with a storage, whoever sets the source up is told.
            storage = source.storage_id.sudo()
            obstacle = storage._xpps_obstacle()
            if obstacle:
                raise ValidationError(obstacle)
            if storage.protocol in WEB and source.afterwards != "keep":
                raise ValidationError(
                    source.env._("Files of a web server stay there: %s cannot move or delete them.", source.name)
                )

    @api.constrains("host_key")
    def _check_host_key(self):
        for source in self:
            if source.host_key and not is_host_key(source.host_key):
                raise ValidationError(
                    source.env._("The host key of %s is neither a public key nor a SHA256 fingerprint.", source.name)
                )

    @api.constrains("user_id", "company_id")
    def _check_user(self):
        for source in self:
            # Whoever sets the source up need not read other users' companies.
            user, company = source.user_id.sudo(), source.company_id
            if user and not company._xpps_has_right(user, BILLING_GROUP):
                raise ValidationError(
                    source.env._(
                        "%(user)s cannot be responsible for %(origin)s. The responsible user needs access to "
                        "%(company)s and the right “Xerox XPPS / Billing”.",
                        user=user.name,
                        origin=source.name,
                        company=company.sudo().name,
                    )
                )

    def copy_data(self, default=None):
        return [
            vals | {"name": self.env._("%s (copy)", source.name)} if "name" not in (default or {}) else vals
            for source, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _responsible(self):
        """:return: who looks after the files, if he still may; else who looks after the company's; or nobody"""
        self.ensure_one()
        company = self.company_id
        users = self.env["res.users"]
        chosen = users.search([("id", "in", self.user_id.ids), *company._domain_xpps_group(BILLING_GROUP)])
        return chosen or company._xpps_file_responsible()

    def _as_responsible(self):
        """:return: the source as who looks after its files sees it; without anybody, as OdooBot does"""
        user = self._responsible() or self.env.ref("base.user_root")
        source = self.with_user(user).with_context(allowed_company_ids=self.company_id.ids)
        return source.with_context(lang=user.lang or self.env.lang, tz=user.tz)

    def action_fetch(self):
        """Have the files fetched now, in the background, whoever of the billing users asks for it."""
        self.check_access("read")
        # Billing users do not read scheduled actions.
        cron = self.env.ref("xerox_xpps_fs_storage.ir_cron_fetch").sudo()
        if not cron.active:
            raise UserError(
                self.env._("Files are not fetched: the scheduled action is switched off. Ask your administrator.")
            )
        cron._trigger()
        return say_done(
            plural(
                len(self),
                self.env._("The files of the source are being fetched in the background."),
                self.env._("The files of the sources are being fetched in the background."),
            )
        )

    def action_open_files(self):
        return open_records(self, "xerox_xpps_fs_storage.action_xpps_fetched_file", [("source_id", "in", self.ids)])
