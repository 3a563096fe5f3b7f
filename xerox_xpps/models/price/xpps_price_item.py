# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

#: What has a price on an agreement. What adds a kind adds a ``PricedKind`` to ``sale.subscription``, too.
KINDS = [
    ("base", "Base Price"),
    ("page", "Price per Page"),
    ("plan_page", "Page of a Plan"),
    ("plan_tier", "Tier of a Plan"),
    ("plan_unders", "Lacking Page of a Plan"),
    ("plan_minimum", "Minimum Amount of a Plan"),
]


class XppsPriceItem(models.AbstractModel):
    """What a price of an agreement is for: a service, a material code, or a page plan.

    ``item_key`` names it the same way wherever it is mentioned. The name stays when a service is gone.
    """

    _name = "xpps.price.item"
    _description = "XPPS Priced Item"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    item_key = fields.Char(required=True, readonly=True, index=True)
    name = fields.Char(
        string="Item", required=True, readonly=True, help="What the price is for, as named at that time."
    )
    subscription_line_id = fields.Many2one(
        "sale.subscription.line", string="Service", readonly=True, ondelete="set null", index="btree_not_null"
    )
    product_id = fields.Many2one(
        "product.product", string="Material Code", readonly=True, ondelete="restrict", index="btree_not_null"
    )

    page_plan_id = fields.Many2one("xpps.page.plan", readonly=True, ondelete="set null", index="btree_not_null")
    page_plan_tier_id = fields.Many2one(
        "xpps.page.plan.tier", string="Tier", readonly=True, ondelete="set null", index="btree_not_null"
    )

    def _item_values(self):
        """What names the item elsewhere."""
        self.ensure_one()
        names = (
            "kind",
            "item_key",
            "name",
            "subscription_line_id",
            "product_id",
            "page_plan_id",
            "page_plan_tier_id",
        )
        return {name: self._fields[name].convert_to_write(self[name], self) for name in names}

    def _customer_name(self):
        """As the customer reads it, in the language of the environment."""
        self.ensure_one()
        if self.page_plan_id:
            # See below.
            record = (self.page_plan_tier_id or self.page_plan_id).sudo()
            return record.with_env(self.sudo().env)._price_name(self.kind)
        # Whoever writes to the customer need not see products.
        product = (self.product_id or self.subscription_line_id.product_id).sudo()
        return product.with_env(self.sudo().env).display_name or self.name
