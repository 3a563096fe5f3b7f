# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Base fees in the preview of files that are not imported yet, which was made without them."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    # Of the sound records; a correction says what a fee is, not by how much it differs.
    cr.execute(
        SQL(
            """
            SELECT summary.id, SUM(line.base_price_cost)
              FROM xpps_billing_file_summary summary
              JOIN xpps_billing_file file ON file.id = summary.billing_file_id AND file.kind = 'regular'
              JOIN xpps_billing_file_line line
                ON line.billing_file_id = file.id AND line.subscription_id = summary.subscription_id
             WHERE line.state IN ('draft', 'held')
               AND NOT EXISTS (
                   SELECT FROM xpps_billing_file_issue issue WHERE issue.line_id = line.id AND issue.severity = 'error')
          GROUP BY summary.id
            """
        )
    )
    for summary_id, fees in cr.fetchall():
        summary = env["xpps.billing.file.summary"].browse(summary_id)
        file = summary.billing_file_id
        summary.base_cost = file.currency_id._convert(
            float(fees), summary.currency_id, file.company_id, file.invoice_date or file.period_end
        )
