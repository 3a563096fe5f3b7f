# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SaleSubscription(models.Model):
    """A master agreement is copied to customers, so it needs none itself. All other subscriptions have one."""

    _inherit = "sale.subscription"

    partner_id = fields.Many2one(required=False)
    pricelist_id = fields.Many2one(default=lambda self: self._default_xpps_pricelist())

    template_id = fields.Many2one(default=lambda self: self._default_xpps_template())

    def _default_xpps_template(self):
        """The one for drafts that a billing run posts, or the only one that bills each month."""
        if not self.env.context.get("default_is_xpps"):
            return False
        monthly = self.env["sale.subscription.template"].search(
            [
                ("recurring_rule_type", "=", "months"),
                ("recurring_interval", "=", 1),
                ("recurring_rule_boundary", "=", "unlimited"),
            ]
        )
        drafts = monthly.filtered(lambda template: template.invoicing_mode == "draft")
        return drafts[:1] or monthly[:1]

    def _default_xpps_pricelist(self):
        """For agreements; Odoo chooses again by the customer."""
        is_xpps = self.env.context.get("default_is_xpps")
        return self._xpps_company_pricelist(self.env.company) if is_xpps else False

    @api.onchange("partner_id")
    def onchange_partner_id(self):
        """Odoo takes the customer's pricelist, and none where there is no customer."""
        result = super().onchange_partner_id()
        if self.is_xpps and not self.pricelist_id:
            self.pricelist_id = self._xpps_company_pricelist(self.company_id)
        return result

    @api.model
    def _xpps_company_pricelist(self, company):
        """:return: the first pricelist in the company's currency that the company uses"""
        domain = [
            # Whoever works in a branch need not have access to the companies above it.
            ("company_id", "in", [False, *company.sudo().parent_ids.ids]),
            ("currency_id", "=", company.currency_id.id),
        ]
        return self.env["product.pricelist"].search(domain, limit=1)

    # A company is always stated, so that this is asked of each new subscription, too.
    @api.constrains("partner_id", "is_xpps", "is_xpps_master", "company_id")
    def _check_xpps_customer(self):
        for subscription in self:
            if not subscription.partner_id and not (subscription.is_xpps and subscription.is_xpps_master):
                raise ValidationError(
                    self.env._(
                        "Choose a customer for %s. Only a master agreement can do without one.",
                        subscription.display_name or self.env._("the subscription"),
                    )
                )
