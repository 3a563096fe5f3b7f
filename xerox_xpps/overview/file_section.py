# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..common.plural import plural
from .about_month import files_of_month
from .months import last_day
from .section import Section

FILES = "xpps.billing.file"


class FileSection(Section):
    """Xerox's billing file of the month, and what of it is to be fixed."""

    key = "file"

    def label(self):
        return self.env._("Xerox's File")

    def methods(self):
        return self._file, self._errors, self._warnings, self._held

    def _of_files(self, field="id"):
        return self.of_company & Domain(field, "in", self.files().ids)

    def files(self):
        """Files that cover the month, and drafts that state no period: they may be of any. None that cannot be used."""
        if self._files is None:
            live = Domain("state", "!=", "cancelled") & Domain("is_unusable", "=", False)
            unread = self.of_company & live & Domain("period_end", "=", False)
            self._files = files_of_month(self.company, self.month, live) | self.env[FILES].search(unread)
            self._files = self._files.sorted()
        return self._files

    #: Found once.
    _files = None

    def _file(self):
        env, files = self.env, self.files()
        found = set(files.mapped("state"))
        state = next((state for state in ("draft", "queued", "imported") if state in found), None)
        if state:
            states = dict(env[FILES]._fields["state"]._description_selection(env))
            formatted = plural(len(files), states[state], env._("%s files", len(files)))
            look = {"imported": "success", "queued": "info"}.get(state, "warning")
        else:
            formatted = env._("Not received yet")
            look = "warning" if last_day(self.month) < self.today else ""
        details = [
            self._describe(
                file,
                invoice=file.display_name,
                devices=formatLang(env, file.device_count, digits=0),
                total=self._money(file.amount_total, file.currency_id),
            )
            for file in files
        ]
        action = self._open("xerox_xpps.action_xpps_billing_file", FILES, self._of_files())
        label = env._("Billing Details File")
        return self._figure("file", label, len(files), formatted, "\n".join(details), look, action)

    def _describe(self, file, **values):
        return plural(
            file.device_count,
            self.env._("%(invoice)s: 1 device, %(total)s", **values),
            self.env._("%(invoice)s: %(devices)s devices, %(total)s", **values),
        )

    def _errors(self):
        return self._issues("errors", self.env._("Errors to Fix"), "error", "danger")

    def _warnings(self):
        return self._issues("warnings", self.env._("Warnings"), "warning", "warning")

    def _issues(self, key, label, severity, look):
        domain = self._of_files("billing_file_id") & Domain("severity", "=", severity)
        action = self._open("xerox_xpps.action_xpps_billing_file_issue", "xpps.billing.file.issue", domain)
        return self._count(key, label, action, look)

    def _held(self):
        domain = self._of_files("billing_file_id") & Domain("state", "=", "held")
        action = self._open("xerox_xpps.action_xpps_billing_file_line", "xpps.billing.file.line", domain)
        return self._count("held", self.env._("Records Held Back"), action, "warning")
