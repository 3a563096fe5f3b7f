# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..billing_file import OUTPUT_TYPES, to_decimal
from ..common.constants import CLICK_DIGITS, OVERAGE_CYCLE_SELECTION
from ..common.formats import amount_text, decimal_text
from ..common.plural import plural
from ..rating import EACH, FLAT, GRADUATED, SHARED, TOGETHER, VOLUME, OwnPages, PlanPrices, Rollover, Tier
from ..reports.back_test import Terms


class XppsBackTestTerms(models.TransientModel):
    """A set of terms that a back-test compares: the base price, the pages, or both; what it leaves is as it is."""

    _name = "xpps.back.test.terms"
    _description = "Terms of a Back-Test"
    _inherit = ["xpps.reference.guard"]
    _order = "sequence, id"

    wizard_id = fields.Many2one("xpps.back.test.wizard", required=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    base_method = fields.Selection(
        [("current", "As it is"), ("agreement", "For the agreement"), ("device", "For each device")],
        string="Base Price",
        required=True,
        default="agreement",
        help="As it is: what the schedule bills for the agreement's services. Else a price a month, by days where the "
        "agreement or a device begins or ends within it.",
    )
    base_price = fields.Monetary(string="Base Price a Month")
    pages_method = fields.Selection(
        [("current", "As they are"), ("own", "By these terms")],
        string="Pages",
        required=True,
        default="own",
        help="As they are: Xerox's overage at the agreement's prices, in its cycles, or its page plan.",
    )
    group_id = fields.Many2one(
        "xpps.page.group",
        string="Page Group",
        help="The output types that these terms are about, and as how many pages each counts; others stay as they are. "
        "If it is empty, each page of any type counts as one.",
    )
    share = fields.Selection(
        [
            (TOGETHER, "A fixed number for the agreement"),
            (SHARED, "For each device, shared by all"),
            (EACH, "For each device by itself"),
        ],
        string="Included",
        required=True,
        default=TOGETHER,
        help="Where each device is rated by itself, minimum, tiers and amounts are of each device, too.",
    )
    included_pages = fields.Integer(help="Pages that a cycle includes.")
    tier_mode = fields.Selection(
        [
            (FLAT, "One price"),
            (GRADUATED, "Each page by its tier"),
            (VOLUME, "All pages by the tier that they reach"),
        ],
        string="Pricing",
        required=True,
        default=FLAT,
    )
    unit_price = fields.Float(
        string="Page Price",
        digits=CLICK_DIGITS,
        min_display_digits=2,
        help="Of a page above those that are included.",
    )
    tier_ids = fields.One2many("xpps.back.test.tier", "terms_id", string="Tiers")
    cycle = fields.Selection(
        OVERAGE_CYCLE_SELECTION,
        string="Rating Cycle",
        required=True,
        default="1",
        help="How often pages are rated, counted from the first month. What is left of the last cycle counts by days.",
    )
    minimum_pages = fields.Integer(help="Pages that are paid for in a cycle at least, included ones among them.")
    unders_price = fields.Float(
        string="Price of Lacking Pages",
        digits=CLICK_DIGITS,
        min_display_digits=2,
        help="Of a page that is lacking to the minimum.",
    )
    minimum_amount = fields.Monetary(help="What pages come to in a cycle at least. 0 is no minimum.")
    maximum_amount = fields.Monetary(help="What pages come to in a cycle at most. 0 is no maximum.")
    rollover_months = fields.Integer(
        string="Carried Over (Months)", help="For how many months included pages that are left may be used."
    )
    rollover_cap = fields.Integer(
        string="Carried Over at Most", help="Pages that are carried over at most. 0 is without limit."
    )
    description = fields.Char(compute="_compute_description")

    _not_negative = models.Constraint(
        "CHECK (base_price >= 0 AND included_pages >= 0 AND unit_price >= 0 AND minimum_pages >= 0 "
        "AND unders_price >= 0 AND minimum_amount >= 0 AND maximum_amount >= 0 AND rollover_months >= 0 "
        "AND rollover_cap >= 0)",
        "Pages, prices and months of terms cannot be below 0.",
    )

    @api.constrains(
        "pages_method", "tier_mode", "tier_ids", "cycle", "rollover_months", "minimum_amount", "maximum_amount"
    )
    def _check_terms(self):
        for terms in self.filtered(lambda terms: terms.pages_method == "own"):
            first = min(terms.tier_ids.mapped("from_pages"), default=None)
            if terms.tier_mode != FLAT and first != 0:
                raise ValidationError(self.env._("The first tier of “%s” has to begin with 0 pages.", terms.name))
            if terms.rollover_months % int(terms.cycle):
                raise ValidationError(
                    self.env._(
                        "“%(terms)s” is rated every %(cycle)s months: pages are carried over for a multiple of them.",
                        terms=terms.name,
                        cycle=terms.cycle,
                    )
                )
            if terms.maximum_amount and terms.maximum_amount < terms.minimum_amount:
                raise ValidationError(self.env._("The maximum amount of “%s” is below its minimum amount.", terms.name))

    @api.depends(
        "base_method", "base_price", "pages_method", "share", "included_pages", "tier_mode", "unit_price", "cycle"
    )
    def _compute_description(self):
        for terms in self:
            terms.description = " · ".join([terms._say_base(), terms._say_pages()])

    def _say_base(self):
        if self.base_method == "current":
            return self.env._("Base price as it is")
        price = amount_text(self.env, self.base_price, self.currency_id or self.env.company.currency_id)
        if self.base_method == "device":
            return self.env._("%s a month for each device", price)
        return self.env._("%s a month", price)

    def _say_pages(self):
        if self.pages_method == "current":
            return self.env._("Pages as they are")
        values = {
            "pages": decimal_text(self.env, Decimal(self.included_pages), 0),
            "price": decimal_text(self.env, to_decimal(self.unit_price), 2),
        }
        if self.tier_mode != FLAT:
            return plural(
                self.included_pages,
                self.env._("1 page included, others by tiers"),
                self.env._("%(pages)s pages included, others by tiers", **values),
            )
        return plural(
            self.included_pages,
            self.env._("1 page included, others at %(price)s", **values),
            self.env._("%(pages)s pages included, others at %(price)s", **values),
        )

    def _terms(self):
        """:return: reports.back_test.Terms"""
        self.ensure_one()
        own_base = self.base_method != "current"
        return Terms(
            self.name,
            self.description,
            to_decimal(self.base_price) if own_base else None,
            self.base_method == "device",
            self._own_pages() if self.pages_method == "own" else None,
        )

    def _own_pages(self):
        tiers = (Tier(0, to_decimal(self.unit_price)),)
        if self.tier_mode != FLAT:
            tiers = tuple(
                Tier(tier.from_pages, to_decimal(tier.unit_price)) for tier in self.tier_ids.sorted("from_pages")
            )
        return OwnPages(
            weights=self.group_id._weights() if self.group_id else dict.fromkeys(OUTPUT_TYPES, Decimal(1)),
            prices=PlanPrices(
                tiers,
                self.tier_mode,
                to_decimal(self.unders_price),
                to_decimal(self.minimum_amount) if self.minimum_amount else None,
                to_decimal(self.maximum_amount) if self.maximum_amount else None,
            ),
            included=self.included_pages,
            share=self.share,
            minimum=self.minimum_pages,
            months=int(self.cycle),
            rollover=Rollover(self.rollover_months // int(self.cycle), self.rollover_cap or None),
        )


class XppsBackTestTier(models.TransientModel):
    """From how many pages above the included ones on a page has another price."""

    _name = "xpps.back.test.tier"
    _description = "Tier of a Back-Test"
    _inherit = ["xpps.reference.guard"]
    _order = "from_pages, id"

    terms_id = fields.Many2one("xpps.back.test.terms", required=True, ondelete="cascade")
    from_pages = fields.Integer(help="The first tier begins with 0 pages.")
    unit_price = fields.Float(digits=CLICK_DIGITS, min_display_digits=2)

    _from_uniq = models.Constraint("UNIQUE (terms_id, from_pages)", "Each tier begins with another number of pages.")
    _not_negative = models.Constraint(
        "CHECK (from_pages >= 0 AND unit_price >= 0)", "Pages and prices of a tier cannot be below 0."
    )
