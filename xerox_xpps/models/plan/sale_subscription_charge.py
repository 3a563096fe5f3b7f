# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class SaleSubscriptionCharge(models.Model):
    """Charges of page plans: what a cycle charges the customer, and what Xerox charges for pages under a plan.

    The latter are not billable, and nobody has to approve them.
    """

    _inherit = "sale.subscription.charge"

    page_rating_id = fields.Many2one(
        "xpps.page.rating", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    page_plan_id = fields.Many2one(
        "xpps.page.plan",
        string="Covered By",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The pages are covered by this plan: the customer pays what the plan charges, not what Xerox bills.",
    )

    @api.depends("page_rating_id")
    def _compute_is_manual(self):
        result = super()._compute_is_manual()
        self.filtered("page_rating_id").is_manual = False
        return result

    @api.depends("page_rating_id", "page_plan_id")
    def _compute_bill_after(self):
        result = super()._compute_bill_after()
        for charge in self:
            # What several months come to is looked at with the last of them, where nothing has it wait for longer.
            if charge.page_plan_id and not charge.bill_after:
                charge.bill_after = charge.page_plan_id._long_cycle_end(charge.period_end)
            elif charge.page_rating_id and not charge.bill_after and charge.page_rating_id.plan_id.cycle != "1":
                charge.bill_after = charge.period_end
        return result

    def _set_state(self, state, reason=None):
        rejected = self.filtered(lambda charge: "rejected" in (state, charge.state)).page_rating_id
        result = super()._set_state(state, reason)
        # Whoever approves charges moves the shares of devices with them.
        rejected.sudo()._share_out()
        return result

    def write(self, vals):
        result = super().write(vals)
        if not {"quantity", "unit_price", "billable"}.isdisjoint(vals):
            # See _set_state.
            self.sudo().page_rating_id._share_out()
        return result

    def _part_rest(self, billable, reason):
        result = super()._part_rest(billable, reason)
        # What is written off is no longer charged; it is asked of the charges as superuser.
        self.page_rating_id._share_out()
        return result

    def _prepare_rest(self, billable, pages):
        return super()._prepare_rest(billable, pages) | {"page_rating_id": self.page_rating_id.id}
