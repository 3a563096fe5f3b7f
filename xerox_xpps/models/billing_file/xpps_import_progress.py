# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL


class XppsImportProgress(models.Model):
    """How far the check or import of a billing file in the background is, and how often it was tried.

    The work itself is one transaction, of which nobody sees anything before it ends. So its progress is written
    by transactions of its own, into a table that the work does not touch.
    """

    _name = "xpps.import.progress"
    _description = "XPPS Import Progress"
    _inherit = ["xpps.guard"]
    _rec_name = "billing_file_id"
    _check_company_auto = True

    billing_file_id = fields.Many2one("xpps.billing.file", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    percent = fields.Float(aggregator="max")
    tries = fields.Integer(help="How often the work has been started since the file was queued.", aggregator="max")

    _file_uniq = models.Constraint("UNIQUE (billing_file_id)", "A billing file can have only one progress record.")

    @api.model
    def _start(self, file):
        """Note that work on the file begins, at once and whatever becomes of it.

        :return: how often work on it began since it was queued
        """
        return self._upsert(file, 0, SQL("progress.tries + 1"))

    @api.model
    def _report(self, file, share):
        """Publish the progress of a file at once; ``share`` is 0 to 1."""
        self._upsert(file, share, SQL("progress.tries"))

    def _upsert(self, file, share, tries):
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO %s AS progress (billing_file_id, company_id, percent, tries) VALUES (%s, %s, %s, 1)
                    ON CONFLICT (billing_file_id) DO UPDATE SET percent = EXCLUDED.percent, tries = %s
                    RETURNING tries
                    """,
                    SQL.identifier(self._table),
                    file.id,
                    file.company_id.id,
                    round(100 * share, 1),
                    tries,
                )
            )
            return cr.fetchone()[0]

    @api.model
    def _tries(self, files):
        """:return: {xpps.billing.file: how often work on it began since it was queued}"""
        groups = self._read_group([("billing_file_id", "in", files.ids)], ["billing_file_id"], ["tries:max"])
        return dict(groups)
