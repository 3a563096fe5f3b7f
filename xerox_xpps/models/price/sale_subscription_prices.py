# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ...common.constants import USER_GROUP
from ...common.today import company_today
from .priced_items import BasePrices, PagePrices
from .priced_plans import plan_kinds


class SaleSubscription(models.Model):
    """Prices of agreements that rise.

    ``_xpps_priced_items`` gives the prices of a day, of all kinds that ``_xpps_priced_kinds`` lists. What bills them
    asks the same rule, ``rules.price_on``: base prices by ``_xpps_price_on`` of the service, prices per page by
    ``importing.ChargePricing``, those of page plans by ``_price_on`` of the plan.
    """

    _inherit = "sale.subscription"

    xpps_price_rule_ids = fields.One2many(
        "xpps.price.rule", "subscription_id", string="Escalator", groups=USER_GROUP, copy=False
    )
    xpps_price_change_ids = fields.One2many(
        "xpps.price.change", "subscription_id", string="Price Increases", readonly=True, groups=USER_GROUP
    )
    xpps_price_version_ids = fields.One2many(
        "xpps.price.version", "subscription_id", string="Dated Prices", readonly=True, groups=USER_GROUP
    )
    xpps_has_escalators = fields.Boolean(compute="_compute_xpps_has_escalators")

    @api.depends("company_id")
    def _compute_xpps_has_escalators(self):
        for agreement in self:
            # Whoever looks at agreements follows the company's settings without a right to read them.
            agreement.xpps_has_escalators = agreement.company_id.sudo().xpps_escalators

    # What has a price

    @api.model
    def _xpps_priced_kinds(self):
        """:return: [PricedKind]"""
        return [BasePrices(), PagePrices(), *plan_kinds()]

    @api.model
    def _xpps_priced_kind(self, name):
        return next(kind for kind in self._xpps_priced_kinds() if kind.kind == name)

    def _xpps_priced_items(self, day):
        """The prices of agreements on a day. Called as superuser.

        :return: {sale.subscription: [PricedItem]}
        """
        found = defaultdict(list)
        for kind in self._xpps_priced_kinds():
            for agreement, items in kind.items(self, day).items():
                found[agreement] += items
        return found

    # What is billed

    def _xpps_first_unbilled_days(self):
        """The days after all that invoices and orders bill, drafts among them: services and pages.

        Called as superuser.

        :return: {sale.subscription: day}, without those of which nothing is billed
        """
        ends = {self.browse(id_): last for id_, last in self._xpps_billed_until().items()}
        charged = self.env["sale.subscription.charge"]._read_group(
            [("subscription_id", "in", self.ids), ("invoice_status", "=", "invoiced"), ("period_end", "!=", False)],
            ["subscription_id"],
            ["period_end:max"],
        )
        for agreement, last in charged:
            ends[agreement] = max(last, ends.get(agreement, last))
        return {agreement: last + timedelta(days=1) for agreement, last in ends.items()}

    def _xpps_uses(self):
        uses = super()._xpps_uses()
        # What customers were told does not depend on what the user may see.
        told = (
            self.env["xpps.price.change"]
            .sudo()
            .search_count([("subscription_id", "=", self.id), ("state", "in", ("notified", "applied"))], limit=1)
        )
        return [*uses, self.env._("price increases")] if told else uses

    # Copies

    def _xpps_take_prices(self):
        """Have agreements say the prices whose day has come, which the night would do."""
        # Prices count for whoever looks.
        versions = (
            self.env["xpps.price.version"]
            .sudo()
            .search([("subscription_id", "in", self.ids), ("in_force", "=", False)])
        )
        versions.filtered(lambda version: version.date_from <= company_today(version.company_id))._take_effect()

    def copy_data(self, default=None):
        self._xpps_ours()._xpps_take_prices()
        return super().copy_data(default)

    def copy(self, default=None):
        given = "xpps_price_rule_ids" in (default or {})
        if given:
            # Who states another escalator, or none, sets one up.
            self.env["xpps.price.rule"].check_access("create")
        copies = super().copy(default)
        if not given:
            for source, copy in zip(self, copies, strict=True):
                source._xpps_copy_rule(copy)
        return copies

    def _xpps_copy_rule(self, copies):
        """Copies have the escalator of their source, and the prices of their day: no increases nor dated prices."""
        self.ensure_one()
        # Whoever copies an agreement need not be allowed to set up escalators.
        source = self.sudo()
        if source.is_xpps and source.xpps_has_escalators:
            source.xpps_price_rule_ids._copy_to(copies.sudo().filtered("is_xpps"))
