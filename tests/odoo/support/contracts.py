# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rate cards: what Xerox has agreed to bill."""

from odoo import Command

#: {model: (scope, field of the line)}
SCOPES = {
    "stock.lot": ("device", "device_id"),
    "sale.subscription": ("agreement", "subscription_id"),
    "product.template": ("model", "product_tmpl_id"),
    "xpps.price.level": ("price_level", "price_level_id"),
}


def agreed(place, component, unit_cost=None, included=None):
    """Values of a rate card's lines: what is agreed for a device, an agreement, a model or a price level."""
    if place._name == "product.product":
        place = place.product_tmpl_id
    scope, field = SCOPES[place._name]
    base = {"scope": scope, field: place.id, "component": component}
    lines = []
    if unit_cost is not None:
        lines.append({**base, "measure": "unit_cost", "unit_cost": unit_cost})
    if included is not None:
        lines.append({**base, "measure": "included", "included": included})
    return lines


class Contracts:
    """For cases with ``Records``."""

    @classmethod
    def _card(cls, *rates, state="active", **values):
        """A rate card of the company.

        :param rates: what ``agreed`` gives
        """
        card = cls.env["xpps.rate.card"].create(
            {
                "name": "Price Letter",
                "company_id": cls.env.company.id,
                "currency_id": cls.usd.id,
                "line_ids": [Command.create(line) for lines in rates for line in lines],
                **values,
            }
        )
        card.state = state
        return card
