# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...common.constants import USER_GROUP
from ...rules import price_on


class SaleSubscriptionLine(models.Model):
    """Base prices of a day. A period is billed at the price of its first day, whole."""

    _inherit = "sale.subscription.line"

    xpps_fixed_until = fields.Date(
        string="Price Fixed Until", help="Increases that take effect until this day leave the price as it is."
    )
    xpps_price_version_ids = fields.One2many(
        "xpps.price.version", "subscription_line_id", string="Dated Prices", readonly=True, groups=USER_GROUP
    )

    def _xpps_dated_price(self, day):
        """:return: the price of a day, None where it is what stands on the service"""
        self.ensure_one()
        # Whoever bills the agreement need not see what its prices were.
        versions = self.sudo().xpps_price_version_ids
        return price_on(versions._xpps_steps(self.currency_id), day) if versions else None

    def _xpps_price_on(self, day):
        """:return: the price of a day"""
        price = self._xpps_dated_price(day)
        return self.price_unit if price is None else price

    def write(self, vals):
        if "price_unit" in vals:
            # What is typed comes after the increases whose day has come.
            self._xpps_of_agreements().sale_subscription_id._xpps_take_prices()
        return super().write(vals)

    def _xpps_replace_by(self, new):
        """:raises UserError: when the service has a price from a day on that the other one would not have"""
        # What the service costs does not depend on what the user may see.
        coming = self.sudo().xpps_price_version_ids.filtered(lambda version: not version.in_force)
        if coming:
            raise UserError(
                self.env._(
                    "“%(service)s” has another price from %(day)s on, which “%(other)s” would not have. Take the price "
                    "increase back first, or replace the service after that day.",
                    service=self.product_id.display_name or self.name,
                    other=new.product_id.display_name or new.name,
                    day=format_date(self.env, min(coming.mapped("date_from"))),
                )
            )
        return super()._xpps_replace_by(new)
