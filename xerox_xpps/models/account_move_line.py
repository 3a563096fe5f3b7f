# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # Not copied: a duplicated invoice or a credit note bills no charge.
    xpps_charge_ids = fields.Many2many(
        "sale.subscription.charge",
        "xpps_charge_invoice_line_rel",
        "invoice_line_id",
        "charge_id",
        string="XPPS Charges",
        copy=False,
        groups="xerox_xpps.group_xpps_user",
        help="The approved charges that this line bills.",
    )
