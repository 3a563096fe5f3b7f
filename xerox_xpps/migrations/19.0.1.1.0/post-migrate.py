# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Annexes that were sent before they had versions are the first of their invoices."""

from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(
        SQL(
            """
            UPDATE ir_attachment SET xpps_annex_version = 1
             WHERE res_model = 'account.move' AND res_field IN ('xpps_usage_pdf_file', 'xpps_usage_xlsx_file')
               AND COALESCE(xpps_annex_version, 0) = 0
            """
        )
    )
