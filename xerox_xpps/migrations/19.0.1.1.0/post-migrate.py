# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the program says of records since then, said of those that were there before."""

from odoo.tools import SQL

#: Which wizard mends what a check found of a device.
FIXES = {
    "create": ["device_unknown"],
    "assign": ["device_no_subscription", "device_no_service", "customer_mismatch"],
}


def migrate(cr, version):
    # Annexes that were sent before they had versions are the first of their invoices.
    cr.execute(
        SQL(
            """
            UPDATE ir_attachment SET xpps_annex_version = 1
             WHERE res_model = 'account.move' AND res_field IN ('xpps_usage_pdf_file', 'xpps_usage_xlsx_file')
               AND COALESCE(xpps_annex_version, 0) = 0
            """
        )
    )
    for fix, codes in FIXES.items():
        cr.execute(
            SQL(
                """
                UPDATE xpps_billing_file_line SET device_fix = %s
                 WHERE id IN (SELECT line_id FROM xpps_billing_file_issue WHERE code = ANY(%s))
                """,
                fix,
                codes,
            )
        )
    cr.execute(
        SQL("UPDATE mail_alias SET alias_contact = 'xpps_senders' WHERE id IN (SELECT xpps_alias_id FROM res_company)")
    )
