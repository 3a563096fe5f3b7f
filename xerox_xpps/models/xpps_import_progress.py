# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL


class XppsImportProgress(models.Model):
    """How far the background import of a billing file is.

    The import itself is one transaction, of which nobody sees anything before it ends. So its progress is written
    by transactions of its own, into a table that the import does not touch.
    """

    _name = "xpps.import.progress"
    _description = "XPPS Import Progress"
    _rec_name = "billing_file_id"
    _check_company_auto = True

    billing_file_id = fields.Many2one("xpps.billing.file", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    percent = fields.Float(aggregator="max")

    _file_uniq = models.Constraint("UNIQUE (billing_file_id)", "A billing file has one progress.")

    @api.model
    def _report(self, file, share):
        """Publish the progress of a file at once; ``share`` is 0 to 1."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO %s (billing_file_id, company_id, percent) VALUES (%s, %s, %s)
                    ON CONFLICT (billing_file_id) DO UPDATE SET percent = EXCLUDED.percent
                    """,
                    SQL.identifier(self._table),
                    file.id,
                    file.company_id.id,
                    round(100 * share, 1),
                )
            )
