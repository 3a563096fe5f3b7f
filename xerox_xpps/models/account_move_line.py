# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "xpps.billed.item"]

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

    @api.model_create_multi
    def create(self, vals_list):
        if any("xpps_charge_ids" in vals for vals in vals_list):
            self._check_may_bill_charges()
        return super().create(vals_list)

    def write(self, vals):
        if "xpps_charge_ids" in vals:
            self._check_may_bill_charges()
        return super().write(vals)

    def _check_may_bill_charges(self):
        """Only the invoicing of agreements says which charges a line bills; nobody does so by hand."""
        if not self.env.su:
            raise AccessError(self.env._("The charges of an invoice line are set by invoicing their agreement."))
