# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # Copied: a credit note concerns the agreement and period of what it credits. Upstream is about to take the
    # names without the prefix.
    xpps_subscription_id = fields.Many2one(
        "sale.subscription",
        string="XPPS Agreement",
        index="btree_not_null",
        readonly=True,
        groups="xerox_xpps.group_xpps_user",
        help="The agreement that this line bills.",
    )
    xpps_subscription_line_id = fields.Many2one(
        "sale.subscription.line",
        string="XPPS Service",
        index="btree_not_null",
        readonly=True,
        groups="xerox_xpps.group_xpps_user",
        help="The recurring service of the agreement that this line bills.",
    )
    xpps_period_start = fields.Date(string="XPPS Period Start", readonly=True)
    xpps_period_end = fields.Date(string="XPPS Period End", readonly=True)
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

    def _xpps_agreement(self):
        """The agreement that the line bills, or none. Reads charges: to be called in sudo."""
        self.ensure_one()
        # Lines of invoices that were made before lines knew their agreement: the invoice does.
        return self.xpps_subscription_id or self.xpps_charge_ids.subscription_id[:1] or self.move_id.subscription_id

    def _is_xpps_item(self):
        """Whether the line bills charges or a service with an XPPS role. To be called in sudo, as above."""
        self.ensure_one()
        if self.display_type != "product":
            return False
        return bool(self.xpps_charge_ids or (self.product_id.xpps_role and self._xpps_agreement().is_xpps))

    def _check_may_bill_charges(self):
        """Only the invoicing of agreements says which charges a line bills; nobody does so by hand."""
        if not self.env.su:
            raise AccessError(self.env._("The charges of an invoice line are set by invoicing their agreement."))
