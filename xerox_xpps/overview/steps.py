# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The way through the month, from Xerox's file to Xerox's bill, and where billing is on it."""

from ..common.formats import month_text
from ..common.plural import plural
from ..common.window_actions import open_form
from .months import last_day


class Steps:
    """:param sections: {key: Section} of the month
    :param figures: {key: figure}, see Section
    """

    def __init__(self, sections, figures):
        self.file_section, self.invoice_section = sections["file"], sections["invoices"]
        self.figures = figures
        self.env = self.file_section.env
        self.company = self.file_section.company
        self.month = self.file_section.month
        self.files = self.file_section.files()

    def build(self):
        """:return: [{"key", "label", "state", "hint", "button", "action"}]; ``state`` is "done", "current" (the first
        that is not done, with hint, button and action) or "todo", which all are that come after it
        """
        steps, found = [], False
        for key, label, method in (
            ("upload", self.env._("Upload Xerox's file"), self._upload),
            ("import", self.env._("Fix errors and import"), self._import),
            ("approve", self.env._("Approve charges"), self._approve),
            ("invoice", self.env._("Create invoices"), self._invoice),
            ("post", self.env._("Post invoices"), self._post),
            ("check", self.env._("Check Xerox's bill"), self._check),
        ):
            todo = not found and method()
            state = "todo" if found else "current" if todo else "done"
            step = {"key": key, "label": label, "state": state}
            if state == "current":
                step |= todo
            found = found or bool(todo)
            steps.append(step)
        return steps

    def _todo(self, hint, button, action):
        return {"hint": hint, "button": button, "action": action}

    def _value(self, key):
        """0 also for a figure that could not be computed, or is not there."""
        return self.figures.get(key, {}).get("value") or 0

    def _month_name(self):
        return month_text(self.env, self.month)

    def _in_state(self, *states):
        return self.files.filtered(lambda file: file.state in states)

    def _upload(self):
        if self.files:
            return None
        context = {"default_company_id": self.company.id}
        return self._todo(
            self.env._(
                "Download Xerox's billing file for %s from the partner portal and import it.", self._month_name()
            ),
            self.env._("Import Billing File"),
            {"xmlid": "xerox_xpps.action_xpps_import_wizard", "context": context},
        )

    def _import(self):
        if not self.files:
            return self._todo("", "", None)
        waiting = self._in_state("draft", "queued") or self.files.filtered("held_count")
        if not waiting:
            return None
        file = waiting[0]
        if file.state == "queued":
            hint = self.env._("The file is being imported in the background.")
        elif file.check_queued:
            hint = self.env._("The file is being checked in the background.")
        elif file.state == "draft" and not file.line_digest:
            hint = self.env._("The file has not been checked yet.")
        elif file.state == "draft" and file.warning_count and not file.error_count:
            hint = plural(
                file.warning_count,
                self.env._("The file can be imported. Review its warning first."),
                self.env._("The file can be imported. Review its %s warnings first.", file.warning_count),
            )
        elif file.state == "draft" and not file.error_count:
            hint = self.env._("The file has no errors and can be imported.")
        elif file.state == "draft":
            hint = plural(
                file.error_count,
                self.env._("1 error prevents the import. Press Fix beside it to correct it."),
                self.env._(
                    "%s errors prevent the import. Press Fix beside each of them to correct it.", file.error_count
                ),
            )
        else:
            hint = plural(
                file.held_count,
                self.env._("1 device record is held back until it is fixed."),
                self.env._("%s device records are held back until they are fixed.", file.held_count),
            )
        return self._todo(hint, self.env._("Open the File"), self._form(file))

    def _approve(self):
        count = self._value("to_approve")
        if self._in_state("imported") and not count:
            return None
        return self._todo(
            plural(
                count,
                self.env._("1 charge is waiting for approval. It is invoiced once it is approved."),
                self.env._("%s charges are waiting for approval. They are invoiced once they are approved.", count),
            ),
            self.env._("Review Charges"),
            self.figures["to_approve"]["action"],
        )

    def _invoice(self):
        env, run = self.env, self.invoice_section.runs[:1]
        waiting = self._value("ready") + self._value("held_back") + self._value("failed") + self._value("to_approve")
        begun = self._value("drafts") or self._value("posted")
        if not waiting and (begun or self._in_state("imported")):
            return None
        if run:
            counts = {"ready": self._value("ready"), "held": self._value("held_back") + self._value("failed")}
            hint = plural(
                counts["ready"],
                env._("1 agreement is ready to be invoiced. Held back: %(held)s.", **counts),
                env._("%(ready)s agreements are ready to be invoiced. Held back: %(held)s.", **counts),
            )
            return self._todo(hint, env._("Open the Billing Run"), self._form(run))
        due = self._value("ready")
        hint = plural(
            due,
            env._("1 agreement is due or has charges to invoice."),
            env._("%s agreements are due or have charges to invoice.", due),
        )
        return self._todo(hint, env._("New Billing Run"), self._new_run())

    def _post(self):
        run, drafts = self.invoice_section.runs[:1], self._value("drafts")
        if not drafts and not self._invoice():
            return None
        if run.draft_move_count:
            button, action = self.env._("Open the Billing Run"), self._form(run)
        else:
            button, action = self.env._("Review Drafts"), self.figures["drafts"]["action"]
        hint = plural(
            drafts,
            self.env._("1 draft invoice is waiting to be posted."),
            self.env._("%s draft invoices are waiting to be posted.", drafts),
        )
        return self._todo(hint, button, action)

    def _check(self):
        imported = self._in_state("imported")
        waiting = imported.filtered(lambda file: file.vendor_bill_state != "equal")
        if imported and not waiting:
            return None
        hint = self.env._("Enter Xerox's bill or draft it from the file, and check that its total matches the file.")
        if "different" in waiting.mapped("vendor_bill_state"):
            hint = self.env._("The total of Xerox's bill does not match the file.")
        return self._todo(hint, self.env._("Open the File"), self._form(waiting[:1]))

    def _form(self, record):
        return open_form(record, name=record.display_name)

    def _new_run(self):
        periods = self.files.filtered(lambda file: file.state == "imported" and file.period_start and file.period_end)
        start = min(periods.mapped("period_start"), default=self.month)
        end = max(periods.mapped("period_end"), default=last_day(self.month))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Billing Run"),
            "res_model": "xpps.billing.run",
            "views": [[False, "form"]],
            "context": {
                "default_company_id": self.company.id,
                "default_period_start": start.isoformat(),
                "default_period_end": end.isoformat(),
            },
        }
