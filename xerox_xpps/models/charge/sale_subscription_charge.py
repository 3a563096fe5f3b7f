# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...common.constants import BILLING_GROUP, CLICK_DIGITS, OUTPUT_TYPE_SELECTION
from ...importing import CORRECTION, COST_CORRECTION, CYCLE, PAGES, PLAN, PLAN_AMOUNT, UNDERS


class SaleSubscriptionCharge(models.Model):
    """Pages of one output type that an agreement's customer is charged for.

    What they cost and earn, their approval, their correction and their invoice are in the files beside this one.
    """

    _name = "sale.subscription.charge"
    _description = "XPPS Contract Charge"
    _inherit = ["xpps.guard"]
    _order = "period_end desc, subscription_id, device_id, output_type, id"
    _check_company_auto = True

    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, index=True, ondelete="restrict", check_company=True
    )
    partner_id = fields.Many2one(
        related="subscription_id.partner_id", store=True, precompute=True, string="Customer", index=True
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_from_subscription", store=True, precompute=True, required=True
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_from_subscription", store=True, precompute=True, required=True
    )
    product_id = fields.Many2one(
        "product.product",
        string="Material Code",
        required=True,
        domain=[("xpps_role", "=", "material_code")],
        ondelete="restrict",
        check_company=True,
    )
    device_id = fields.Many2one(
        "stock.lot",
        domain=[("is_xpps_device", "=", True)],
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    output_type = fields.Selection(OUTPUT_TYPE_SELECTION)
    meter_read_id = fields.Many2one(
        "xpps.meter.read", index="btree_not_null", ondelete="restrict", readonly=True, copy=False
    )
    billing_file_id = fields.Many2one(
        "xpps.billing.file", index="btree_not_null", ondelete="restrict", readonly=True, copy=False
    )
    is_manual = fields.Boolean(
        string="Entered Manually",
        compute="_compute_is_manual",
        store=True,
        precompute=True,
        help="The charge was not created by a billing file.",
    )
    kind = fields.Selection(
        [
            (PAGES, "Pages"),
            (CORRECTION, "Corrected Pages"),
            (COST_CORRECTION, "Corrected Cost"),
            (CYCLE, "Pages of a Cycle"),
            (PLAN, "Pages of a Plan"),
            (UNDERS, "Pages Lacking to a Plan's Minimum"),
            (PLAN_AMOUNT, "Minimum or Maximum Amount of a Plan"),
        ],
        default=PAGES,
        readonly=True,
        copy=False,
        help="Pages as first billed, pages that a correction file charged or reversed, pages that it moved from one "
        "unit cost to another, what a cycle that is rated as a whole charges, or what a page plan does.",
    )
    period_start = fields.Date()
    period_end = fields.Date()
    name = fields.Char(string="Description", required=True)
    quantity = fields.Integer(string="Pages")
    unit_cost = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, aggregator="avg", groups=BILLING_GROUP)
    unit_price = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, aggregator="avg")
    billable = fields.Boolean(default=True, help="A charge that is not billable is never invoiced.")

    @api.depends("billing_file_id", "meter_read_id")
    def _compute_is_manual(self):
        for charge in self:
            charge.is_manual = not charge.billing_file_id and not charge.meter_read_id

    @api.depends("subscription_id")
    def _compute_from_subscription(self):
        for charge in self:
            charge.company_id = charge.subscription_id.company_id
            charge.currency_id = charge.subscription_id.currency_id

    @api.onchange("product_id")
    def _onchange_product_id(self):
        if self.product_id:
            self.name = self.product_id.with_context(lang=self.subscription_id.partner_id.lang).display_name

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        self._check_not_invoiced()
        self._check_deletable()
        self._check_never_billed()
        # An order must not bill what is gone; whoever may delete a charge needs no rights on orders for that.
        self.sudo()._release_from_orders()

    def _check_deletable(self):
        """Only the undo of an import deletes what it made, and nobody what was approved."""
        if self.env.su:
            return
        for charge in self:
            names = {"charge": charge.name, "device": charge.device_id.name or "–"}
            if not charge.is_manual:
                raise UserError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s was created by a billing file and cannot be "
                        "deleted. Reject it if it should not be billed, or have the import undone.",
                        **names,
                    )
                )
            if charge.state == "approved":
                raise UserError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s is approved and cannot be deleted. Reject it if it "
                        "should not be billed.",
                        **names,
                    )
                )
