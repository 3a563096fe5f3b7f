# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import INVOICE_DETAIL_SELECTION

PERCENT_DIGITS = (7, 4)


class XppsAgreementPayer(models.Model):
    """Somebody who pays a part of what an agreement bills, or whose invoices of it have a reference of their own.

    Shares of a role are 0 for all payers, or 100 percent together. A row without a partner is about the invoice address
    of the agreement, whoever that is.
    """

    _name = "xpps.agreement.payer"
    _description = "XPPS Payer of an Agreement"
    _inherit = ["xpps.guard"]
    _order = "sequence, id"
    _check_company_auto = True

    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, precompute=True)
    sequence = fields.Integer(default=10)
    partner_id = fields.Many2one(
        "res.partner",
        string="Payer",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Who gets an invoice. If it is empty, the row is about the invoice address of the agreement.",
    )
    invoice_partner_id = fields.Many2one(
        "res.partner", string="Invoices To", compute="_compute_invoice_partner_id", compute_sudo=True
    )
    base_percent = fields.Float(
        string="Base (%)",
        digits=PERCENT_DIGITS,
        min_display_digits=2,
        help="What the payer pays of the base prices of devices.",
    )
    overage_percent = fields.Float(
        string="Overage (%)",
        digits=PERCENT_DIGITS,
        min_display_digits=2,
        help="What the payer pays of the charges for pages.",
    )
    unders_percent = fields.Float(
        string="Unders (%)",
        digits=PERCENT_DIGITS,
        min_display_digits=2,
        help="What the payer pays of pages that are lacking to the minimum of a page plan. If no payer has a share, "
        "they are paid like overage.",
    )
    customer_reference = fields.Char(
        copy=False, help="The payer's purchase order. It is printed on the payer's invoices as the reference."
    )
    invoice_detail = fields.Selection(
        INVOICE_DETAIL_SELECTION, help="How the payer's invoices list charges. If it is empty, as the agreement says."
    )
    has_annex = fields.Boolean(
        string="Device Usage", default=True, help="The payer's invoices have the annex “Device Usage”."
    )

    _percents_check = models.Constraint(
        "CHECK (base_percent >= 0 AND overage_percent >= 0 AND unders_percent >= 0)",
        "The share of a payer cannot be negative.",
    )

    @api.depends("partner_id", "subscription_id.partner_invoice_id", "subscription_id.partner_id")
    def _compute_invoice_partner_id(self):
        for payer in self:
            payer.invoice_partner_id = payer._xpps_partner()

    @api.depends("partner_id", "subscription_id")
    def _compute_display_name(self):
        for payer in self:
            payer.display_name = payer._xpps_partner().display_name or self.env._("Invoice address")

    @api.model_create_multi
    def create(self, vals_list):
        default = self.env.context.get("default_subscription_id")
        ids = {vals.get("subscription_id", default) for vals in vals_list}
        with self.env["sale.subscription"].browse(filter(None, ids))._xpps_changing_payers():
            return super().create(vals_list)

    def write(self, vals):
        with (self.subscription_id | self.subscription_id.browse(vals.get("subscription_id")))._xpps_changing_payers():
            return super().write(vals)

    def unlink(self):
        with self.subscription_id._xpps_changing_payers():
            return super().unlink()

    def _xpps_partner(self):
        """Who gets the invoice."""
        self.ensure_one()
        return self.partner_id or self.subscription_id._xpps_payer()
