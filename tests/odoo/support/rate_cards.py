# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How tests make rate cards."""

from odoo import Command

from .common import XppsCase


def rate_card(company, lines, active=True, **values):
    """A card of a company with these lines.

    :param lines: [values of xpps.rate.card.line], scope and measure as far as they do not follow
    """
    card = company.env["xpps.rate.card"].create(
        {
            "name": "Price agreement",
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "line_ids": [Command.create(line) for line in lines],
            **values,
        }
    )
    if active:
        card.action_activate()
    return card


class RateCardCase(XppsCase):
    """``level`` is the price level of ``model``, whose device is SN-1."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.printer.product_tmpl_id
        cls.model.xpps_model_number = "T-1"
        cls.level = cls.env["xpps.price.level"].create({"name": "XPPS A4 color"})
        cls.agreement.xpps_agreement_number = "XA-1"

    @classmethod
    def _rate(cls, owner=None, component="mono", unit_cost=0.0042, **values):
        """The values of a line: by default what a Mono page of the device costs."""
        owner = cls.device if owner is None else owner
        name = {
            "stock.lot": "device_id",
            "sale.subscription": "subscription_id",
            "product.template": "product_tmpl_id",
            "xpps.price.level": "price_level_id",
        }[owner._name]
        if "included" not in values:
            values["unit_cost"] = unit_cost
        return {name: owner.id, "component": component, **values}

    @classmethod
    def _card(cls, *lines, active=False, company=None, **values):
        return rate_card(company or cls.company, lines, active, **values)

    def assertLines(self, card, *expected):
        """:param expected: (item, component, unit cost or included pages) of each line, in any order"""
        found = [
            (line.item, line.component, line.included if line.measure == "included" else round(line.unit_cost, 6))
            for line in card.line_ids
        ]
        self.assertEqual(sorted(found), sorted(expected))
