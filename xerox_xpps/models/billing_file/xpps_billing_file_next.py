# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...common.window_actions import open_form


class XppsBillingFile(models.Model):
    """From a file to the billing run of its period, in few clicks."""

    _inherit = "xpps.billing.file"

    approve_when_imported = fields.Boolean(
        readonly=True, copy=False, help="The charges are approved as soon as the file is imported."
    )
    billing_run_id = fields.Many2one(
        "xpps.billing.run",
        compute="_compute_billing_run_id",
        help="The newest billing run whose period includes that of the file.",
    )

    @api.depends("company_id", "period_start", "period_end", "state")
    def _compute_billing_run_id(self):
        dated = self.filtered(lambda file: file.period_start and file.period_end)
        (self - dated).billing_run_id = False
        if not dated:
            return
        runs = self.env["xpps.billing.run"].search(
            [
                ("company_id", "in", dated.company_id.ids),
                ("state", "!=", "cancelled"),
                ("period_start", "<=", max(dated.mapped("period_start"))),
                ("period_end", ">=", min(dated.mapped("period_end"))),
            ],
            order="id desc",
        )
        for file in dated:
            file.billing_run_id = runs.filtered(lambda run, file=file: run._includes(file))[:1]

    def action_import(self):
        approve = bool(self.env.context.get("xpps_approve_imported"))
        self.check_access("write")
        changed = self.filtered(lambda file: file.approve_when_imported != approve)
        if changed:
            changed._lock()
            # Nobody says by hand what becomes of the file in the background; see write.
            changed.sudo().approve_when_imported = approve
        return super().action_import()

    def action_import_and_approve(self):
        """Import the files and approve all of their charges. Of a large file both are left to the cron.

        :return: the notification of what was approved, or True where all of the files wait for the cron
        :raises UserError: as ``action_import``
        """
        return self._import_and_approve()

    def _import_and_approve(self, following=None):
        """:param following: the action that is run besides, whatever is said; see ``say_done``"""
        self.check_access("write")
        before = self._charges_in("approved")
        self.with_context(xpps_approve_imported=True).action_import()
        imported = self.filtered(lambda file: file.state == "imported")
        if not imported:
            return following or True
        return (imported._charges_in("approved") - before)._say_approved(imported, following)

    def _import(self, progress=None):
        result = super()._import(progress)
        if self.approve_when_imported:
            # See action_import.
            self.sudo().approve_when_imported = False
            self._waiting_charges().action_approve()
        return result

    def action_approve_charges(self):
        """Approve all charges of the files that wait for approval, and say what they come to."""
        self.check_access("write")
        return self._waiting_charges()._approve_and_say()

    def _waiting_charges(self):
        return self._charges_in("draft")

    def _charges_in(self, state):
        return self.env["sale.subscription.charge"].search([("billing_file_id", "in", self.ids), ("state", "=", state)])

    def action_create_billing_run(self):
        """Open the billing run of the file's period, which has looked for the agreements that it bills.

        One that is there already is used again; what it has posted is left as it is.
        """
        self.ensure_one()
        self.check_access("read")
        if self.state != "imported":
            raise UserError(self.env._("Import billing file %s first.", self.display_name))
        run = self.billing_run_id
        if not run:
            values = {"company_id": self.company_id.id}
            if self.period_start and self.period_end:
                values |= {"period_start": self.period_start, "period_end": self.period_end}
            run = self.env["xpps.billing.run"].with_company(self.company_id).create(values)
        if run.state in ("draft", "done"):
            run.action_prepare()
        return open_form(run, name=run.display_name)
