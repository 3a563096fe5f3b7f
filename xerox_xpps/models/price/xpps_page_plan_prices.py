# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules import price_on

#: {field of a plan: kind of its price}
KINDS = {"unit_price": "plan_page", "unders_price": "plan_unders", "minimum_amount": "plan_minimum"}


class XppsPagePlan(models.Model):
    """Prices of page plans that rise: a cycle has those of its last day."""

    _inherit = "xpps.page.plan"

    xpps_price_version_ids = fields.One2many(
        "xpps.price.version", "page_plan_id", string="Dated Prices", readonly=True, copy=False
    )

    def _price_on(self, name, day):
        own = super()._price_on(name, day)
        return self._dated_price(name, self.id, own, day)

    def _dated_price(self, name, record_id, own, day):
        """:param name: of the kind, or of the field of the plan"""
        kind = KINDS.get(name, name)
        # Prices count for whoever looks.
        versions = self.sudo().xpps_price_version_ids.filtered(
            lambda version: version.active and version.item_key == f"{kind}:{record_id}"
        )
        dated = price_on(versions._xpps_steps(self.currency_id), day)
        return own if dated is None else dated

    def _price_name(self, kind):
        """What has a price, in the language of the environment."""
        material = self.product_id.display_name
        if kind == "plan_unders":
            return self.env._("%s – pages lacking to the minimum", material)
        if kind == "plan_minimum":
            return self.env._("%s – minimum amount", material)
        return material

    def _prepare_version(self, first):
        """A new version has the prices of its first day; those of later days are its own from then on."""
        names = ("unit_price", "unders_price", "minimum_amount")
        return super()._prepare_version(first) | {name: self._price_on(name, first) for name in names}

    def _make_version(self, first):
        tiers = {tier.from_pages: tier._price_on("unit_price", first) for tier in self.tier_ids}
        version = super()._make_version(first)
        for tier in version.tier_ids:
            tier.unit_price = tiers[tier.from_pages]
        # Dated prices are the program's to write.
        for dated in self.sudo().xpps_price_version_ids.filtered(lambda dated: dated.date_from > first):
            tier = version.tier_ids.filtered(
                lambda tier, dated=dated: tier.from_pages == dated.page_plan_tier_id.from_pages
            )
            record = tier if dated.page_plan_tier_id else version
            dated.write(
                {
                    "page_plan_id": version.id,
                    "page_plan_tier_id": tier.id if dated.page_plan_tier_id else False,
                    "item_key": f"{dated.kind}:{record.id}",
                }
            )
        return version
