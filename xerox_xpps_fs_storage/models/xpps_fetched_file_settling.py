# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html


class XppsFetchedFile(models.Model):
    """What becomes of a file that was fetched, after its check: it is imported, or somebody is told of it."""

    _inherit = "xpps.fetched.file"

    def _settle(self):
        """Act on what the check of a file found, once it is checked."""
        self.ensure_one()
        source = self.source_id._as_responsible()
        file = source.env["xpps.billing.file"].browse(self.billing_file_id.id)
        if file.check_queued:
            return
        self.is_pending = False
        if file.state != "draft":
            return
        obstacle = self.problem
        wanted = source.import_by_itself
        if not obstacle and self._may_import(file, wanted):
            try:
                with self.env.cr.savepoint():
                    file.action_import()
                return
            except UserError as error:
                obstacle = str(error)
                file._log_as_odoobot(plaintext2html(obstacle))
        if wanted != "never":
            self.env["xpps.webhook"]._notify("file_failed", file)
        if obstacle or file.error_count or wanted != "never":
            self._tell(file, obstacle)

    def _may_import(self, file, wanted):
        sound = file.can_import and not file.error_count
        return sound and (wanted == "without_errors" or (wanted == "without_warnings" and not file.warning_count))

    def _give_up(self, problem):
        """What became of a file in the background, or of its import, is for a person to look at."""
        for fetched in self:
            fetched.write({"is_pending": False, "problem": problem})
            source = fetched.source_id._as_responsible()
            fetched._tell(source.env["xpps.billing.file"].browse(fetched.billing_file_id.id), problem)

    def _tell(self, file, obstacle):
        responsible = self.source_id._responsible()
        if responsible and file:
            # In the name of the program, as whatever arrives by itself.
            file.with_user(self.env.ref("base.user_root")).activity_schedule(
                "mail.mail_activity_data_todo",
                summary=file._prepare_arrival_summary(obstacle),
                user_id=responsible.id,
            )
