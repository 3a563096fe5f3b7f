# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...common.constants import CLICK_DIGITS
from ...common.today import company_today
from ...rules import PriceStep

_logger = logging.getLogger(__name__)

#: How far the day of a company may be ahead of that of the server.
ZONES = timedelta(days=1)
#: Agreements of a transaction of the scheduled action.
BATCH = 50


class XppsPriceVersion(models.Model):
    """The price of something from a day on; see ``rules.dated_price``.

    The program alone writes it, when an increase is applied. On its day the price goes to the service or contract
    default, which is then *in force* there, and what that said until then stays here as ``own_price``: 0 where the
    pricelist had the price. One that was taken back is archived, and counts for nothing.
    """

    _name = "xpps.price.version"
    _description = "XPPS Dated Price"
    _inherit = ["xpps.price.item", "xpps.guard"]
    _order = "date_from desc, kind, name, id desc"
    _check_company_auto = True

    active = fields.Boolean(default=True, readonly=True)
    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, precompute=True, index=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, readonly=True, help="That of the agreement when the price was applied."
    )
    change_id = fields.Many2one(
        "xpps.price.change",
        string="Price Increase",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    date_from = fields.Date(
        string="From",
        required=True,
        readonly=True,
        help="The first day of the price. Pages are priced by the last day of their period, base prices by the first.",
    )
    old_price = fields.Float(string="Until Then", digits=CLICK_DIGITS, min_display_digits=2, readonly=True)
    price = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, required=True, readonly=True)
    in_force = fields.Boolean(readonly=True, index=True, help="Its day has come: the agreement itself has the price.")
    own_price = fields.Float(digits=CLICK_DIGITS, readonly=True)

    _day_uniq = models.UniqueIndex(
        "(subscription_id, item_key, date_from) WHERE active",
        "There is a price from this day on already.",
    )

    @api.depends("name", "date_from")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(item)s from %(day)s", item=version.name, day=fields.Date.to_string(version.date_from)
            )

    def write(self, vals):
        self.check_access("write")
        if self and not self.env.su:
            raise UserError(self.env._("Dated prices cannot be edited. Take the price increase back instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Dated prices cannot be deleted. Take the price increase back instead."))

    # What a price is on a day

    def _xpps_steps(self, currency):
        """Those of one item in a currency: an agreement that is billed in another one has other prices.

        :return: [rules.PriceStep]
        """
        return [
            PriceStep(version.date_from, version.price, version.own_price, version.in_force)
            for version in self
            if version.currency_id == currency
        ]

    @api.model
    def _page_steps(self, agreements):
        """The dated prices per page, with one query.

        :return: {(sale.subscription id, product.product id): [rules.PriceStep]}
        """
        versions = self.search([("subscription_id", "in", agreements.ids), ("kind", "=", "page")])
        groups = versions.grouped(lambda version: (version.subscription_id.id, version.product_id.id))
        return {key: same._xpps_steps(same.subscription_id.currency_id) for key, same in groups.items()}

    @api.model
    def _history(self, agreements):
        """How prices rose so far, with one query.

        :return: {(sale.subscription id, item key): [(first day of a price, price until then)]}
        """
        found = defaultdict(list)
        for version in self.search([("subscription_id", "in", agreements.ids)]):
            if version.currency_id == version.subscription_id.currency_id:
                found[version.subscription_id.id, version.item_key].append((version.date_from, version.old_price))
        return found

    # Its day

    @api.model
    def _cron_take_effect(self):
        """Every day: have agreements say the prices whose day has come."""
        coming = self.search([("in_force", "=", False), ("date_from", "<=", fields.Date.today() + ZONES)])
        today = {company: company_today(company) for company in coming.company_id}
        due = coming.filtered(lambda version: version.date_from <= today[version.company_id])
        agreements = due.grouped("subscription_id")
        self._has_time(remaining=len(agreements))
        for number, (agreement, versions) in enumerate(agreements.items(), start=1):
            try:
                with self.env.cr.savepoint():
                    versions._take_effect()
            except Exception:
                # What is billed does not depend on it, and one agreement does not keep the others waiting.
                _logger.exception("XPPS: the new prices of agreement %s could not be entered on it.", agreement.id)
            if number % BATCH == 0 and not self._has_time(BATCH):
                return
        self._has_time(len(agreements) % BATCH)

    @api.model
    def _has_time(self, processed=0, remaining=None):
        """Keep what the scheduled action has done so far. Any other call is one transaction.

        :return: whether there is time for more
        """
        if not self.env.context.get("cron_id"):
            return True
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining) > 0

    def _take_effect(self):
        """Have the agreements say prices whose day has come, the oldest first. Called as superuser."""
        for version in self.sorted(lambda version: (version.date_from, version.id)):
            # What writes the first price has the others of its agreement take effect.
            if version.in_force:
                continue
            version.in_force = True
            kind = version.subscription_id._xpps_priced_kind(version.kind)
            version.own_price = kind.take_effect(version, version.change_id._reason())

    def _give_back(self):
        """Have the agreements say the prices of before. Called as superuser."""
        for version in self.filtered("in_force"):
            kind = version.subscription_id._xpps_priced_kind(version.kind)
            kind.give_back(version, version.change_id._reason())
        self.active = False
