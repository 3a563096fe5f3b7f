# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...reports.health.catalog import KIND_SELECTION


class XppsHealthSnooze(models.Model):
    """A finding of the health list that is put off until a day, with the reason. The program keeps it."""

    _name = "xpps.health.snooze"
    _description = "XPPS Health Finding Snoozed"
    _inherit = ["xpps.guard"]
    _order = "date_until desc, id desc"
    _rec_name = "reason"

    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="cascade")
    kind = fields.Selection(KIND_SELECTION, required=True, readonly=True)
    res_id = fields.Integer(string="Record", required=True, readonly=True, aggregator=False)
    date_until = fields.Date(string="Until", required=True, readonly=True)
    reason = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Snoozed By", readonly=True, ondelete="set null")

    _finding_uniq = models.UniqueIndex(
        "(kind, res_id, COALESCE(company_id, 0))", "Somebody else has just snoozed this. Look at the list again."
    )

    @api.model
    def _of(self, rows):
        """:param rows: xpps.health
        :return: what is kept of these findings, also of days that have passed
        """
        keys = {(row.kind, row.res_id, row.company_id) for row in rows}
        found = self.search([("kind", "in", rows.mapped("kind")), ("res_id", "in", rows.mapped("res_id"))])
        return found.filtered(lambda snooze: (snooze.kind, snooze.res_id, snooze.company_id) in keys)

    @api.model
    def _keep(self, rows, date_until, reason):
        """Put findings off, in place of what was said of them before.

        :param rows: xpps.health
        """
        # Who sees the list decides; what is kept nobody else writes.
        snoozes = self.sudo()
        snoozes._of(rows).unlink()
        snoozes.create(
            [
                {
                    "company_id": row.company_id.id,
                    "kind": row.kind,
                    "res_id": row.res_id,
                    "date_until": date_until,
                    "reason": reason,
                    "user_id": self.env.uid,
                }
                for row in rows
            ]
        )
        rows.invalidate_model()
