# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...billing_file import OUTPUT_TYPES, to_decimal
from ...common.constants import CLICK_DIGITS, OVERAGE_CYCLE_SELECTION
from ...common.formats import period_text
from ...common.window_actions import open_form, open_records
from ...rating import FLAT, GRADUATED, VOLUME, PlanPrices, Rollover, Tier
from ...rules import OverageTerms, overlap, plan_in_force

DAY = timedelta(days=1)
#: The output types of a plan as ranges that the database compares: a bit of ``type_mask`` each.
TYPE_RANGES = ", ".join(
    f"CASE WHEN type_mask & {1 << bit} > 0 THEN int4range({bit}, {bit + 1}) ELSE 'empty' END"
    for bit in range(len(OUTPUT_TYPES))
)
NO_OVERLAP = (
    "EXCLUDE USING gist (int4range({owner}, {owner}, '[]') WITH &&, daterange(date_from, date_to, '[]') WITH &&, "
    "int4multirange(" + TYPE_RANGES + ") WITH &&) WHERE (active AND scope {scope} 'customer')"
)


class XppsPagePlan(models.Model):
    """What an agreement includes, charges and carries over, whatever Xerox includes and bills: a version of it.

    Devices under a plan have Xerox's overage as cost only. Their reads are rated together, cycle by cycle; see
    ``xpps.page.rating``. Other terms are another version, from a day on.
    """

    _name = "xpps.page.plan"
    _description = "XPPS Page Plan"
    _inherit = ["mail.thread", "xpps.guard"]
    _order = "subscription_id, name, date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    subscription_id = fields.Many2one(
        "sale.subscription",
        string="Agreement",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain=[("is_xpps", "=", True)],
        help="What the plan charges is billed on this agreement. The plan of a master agreement is copied with it.",
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, precompute=True, index=True)
    currency_id = fields.Many2one(related="subscription_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        precompute=True,
        index=True,
    )
    is_master = fields.Boolean(related="subscription_id.is_xpps_master")
    scope = fields.Selection(
        [
            ("device", "Each device by itself"),
            ("agreement", "All devices of the agreement together"),
            ("customer", "All devices of the customer together"),
        ],
        required=True,
        default="agreement",
        tracking=True,
        help="Whose pages are rated together. Agreements of the customer that have a plan of their own for an output "
        "type are not in the customer's.",
    )
    date_from = fields.Date(string="From", tracking=True, help="First day. If empty, from the beginning.")
    date_to = fields.Date(string="Until", tracking=True, help="Last day. If empty, the plan has no end.")
    group_id = fields.Many2one(
        "xpps.page.group",
        string="Page Group",
        required=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="The output types that the plan is about, and as how many pages a page of each counts.",
    )
    type_mask = fields.Integer(compute="_compute_type_mask", store=True, precompute=True)
    product_id = fields.Many2one(
        "product.product",
        string="Material Code",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain=[("xpps_role", "=", "material_code")],
        tracking=True,
        help="What the customer reads on the invoice, with its taxes and account.",
    )
    cycle = fields.Selection(
        OVERAGE_CYCLE_SELECTION,
        string="Rating Cycle",
        default="1",
        required=True,
        tracking=True,
        help="How often pages are rated.",
    )
    cycle_anchor = fields.Date(
        string="Cycles Counted From",
        help="A day on which a cycle begins. If it is empty, cycles are those of the calendar: quarters begin in "
        "January, April, July and October.",
    )
    included_method = fields.Selection(
        [("fixed", "A fixed number"), ("device", "For each active device"), ("model", "By printer model")],
        string="Included",
        required=True,
        default="fixed",
        tracking=True,
    )
    included_pages = fields.Integer(
        tracking=True,
        help="Pages that a cycle includes: in all, for each active device, or for each device without a model below.",
    )
    model_ids = fields.One2many("xpps.page.plan.model", "plan_id", string="Included by Model", copy=True)
    prorate = fields.Boolean(
        string="By Days",
        default=True,
        tracking=True,
        help="Where the plan, the agreement or a device begins or ends within a cycle, included pages and minimum "
        "count by days. Otherwise, they count in full.",
    )
    tier_mode = fields.Selection(
        [
            (FLAT, "One price"),
            (GRADUATED, "Each page by its tier"),
            (VOLUME, "All pages by the tier that they reach"),
        ],
        string="Pricing",
        required=True,
        default=FLAT,
        tracking=True,
    )
    unit_price = fields.Float(
        digits=CLICK_DIGITS, min_display_digits=2, tracking=True, help="Of a page above those that are included."
    )
    tier_ids = fields.One2many("xpps.page.plan.tier", "plan_id", string="Tiers", copy=True)
    minimum_pages = fields.Integer(
        tracking=True,
        help="Pages that the customer commits to print in a cycle, included ones among them. Those that are lacking "
        "are billed on a line of their own.",
    )
    unders_price = fields.Float(
        string="Price of Lacking Pages",
        digits=CLICK_DIGITS,
        min_display_digits=2,
        tracking=True,
        help="Of a page that is lacking to the minimum.",
    )
    minimum_amount = fields.Monetary(tracking=True, help="What the plan charges in a cycle at least. 0 is no minimum.")
    maximum_amount = fields.Monetary(tracking=True, help="What the plan charges in a cycle at most. 0 is no maximum.")
    rollover_months = fields.Integer(
        string="Carried Over (Months)",
        tracking=True,
        help="For how many months included pages that are left may be used. 0: they expire with their cycle.",
    )
    rollover_cap = fields.Integer(
        string="Carried Over at Most", tracking=True, help="Pages that are carried over at most. 0 is without limit."
    )
    rating_ids = fields.One2many("xpps.page.rating", "plan_id", string="Ratings", readonly=True)
    rating_count = fields.Integer(compute="_compute_rating_count")

    _dates_ordered = models.Constraint("CHECK (date_from <= date_to)", "A page plan cannot end before it begins.")
    _not_negative = models.Constraint(
        "CHECK (included_pages >= 0 AND unit_price >= 0 AND minimum_pages >= 0 AND unders_price >= 0 "
        "AND minimum_amount >= 0 AND maximum_amount >= 0 AND rollover_months >= 0 AND rollover_cap >= 0)",
        "Pages, prices and amounts of a page plan cannot be below 0.",
    )
    _agreement_excl = models.Constraint(
        NO_OVERLAP.format(owner="subscription_id", scope="<>"),
        "An agreement can have only one page plan for an output type on a day. End the other version first.",
    )
    _customer_excl = models.Constraint(
        NO_OVERLAP.format(owner="partner_id", scope="="),
        "A customer can have only one page plan for an output type on a day. End the other version first.",
    )

    @api.depends("subscription_id.partner_id")
    def _compute_partner_id(self):
        for plan in self:
            plan.partner_id = plan.subscription_id.partner_id.commercial_partner_id

    @api.depends(*(f"group_id.{output_type}_weight" for output_type in OUTPUT_TYPES))
    def _compute_type_mask(self):
        for plan in self:
            weights = plan.group_id._weights() if plan.group_id else {}
            plan.type_mask = sum(1 << bit for bit, name in enumerate(OUTPUT_TYPES) if name in weights)

    @api.depends("name", "date_from", "date_to")
    def _compute_display_name(self):
        for plan in self:
            period = period_text(self.env, plan.date_from, plan.date_to)
            plan.display_name = f"{plan.name} ({period})" if period else plan.name

    def _compute_rating_count(self):
        counts = dict(self.env["xpps.page.rating"]._read_group([("plan_id", "in", self.ids)], ["plan_id"], ["__count"]))
        for plan in self:
            plan.rating_count = counts.get(plan, 0)

    @api.constrains("scope", "subscription_id")
    def _check_customer(self):
        for plan in self:
            if plan.scope == "customer" and plan.is_master:
                raise ValidationError(
                    self.env._(
                        "Plan “%s” is of a master agreement, which has no customer: it can be of each device or of the "
                        "agreement.",
                        plan.name,
                    )
                )

    @api.constrains("tier_mode", "tier_ids", "unit_price")
    def _check_tiers(self):
        for plan in self:
            first = [tier.from_pages for tier in plan.tier_ids.sorted("from_pages")]
            if plan.tier_mode != FLAT and (not first or first[0]):
                raise ValidationError(self.env._("The first tier of plan “%s” has to begin with 0 pages.", plan.name))

    @api.constrains("minimum_amount", "maximum_amount")
    def _check_amounts(self):
        for plan in self:
            if plan.maximum_amount and plan.maximum_amount < plan.minimum_amount:
                raise ValidationError(
                    self.env._("The maximum amount of plan “%s” is below its minimum amount.", plan.name)
                )

    @api.constrains("rollover_months", "cycle")
    def _check_rollover(self):
        for plan in self:
            if plan.rollover_months % int(plan.cycle):
                raise ValidationError(
                    self.env._(
                        "Plan “%(plan)s” is rated every %(cycle)s months: pages are carried over for a multiple of "
                        "them.",
                        plan=plan.name,
                        cycle=plan.cycle,
                    )
                )

    # Terms, as the kernel takes them

    def _terms(self):
        """When the cycles of the plan are.

        :return: rules.OverageTerms, from the first day on which both the plan and its agreement run to the last one
        """
        self.ensure_one()
        agreement = self.subscription_id
        since = max(filter(None, (self.date_from, agreement.date_start)), default=None)
        end = min(filter(None, (self.date_to, agreement.date, agreement.xpps_closed_on)), default=None)
        return OverageTerms(int(self.cycle), self.cycle_anchor, since, end)

    def _agreement_runs_in(self, first, last):
        """Whether the agreement that the plan charges runs in a period: a customer's others may go on without it."""
        agreement = self.subscription_id
        end = min(filter(None, (agreement.date, agreement.xpps_closed_on)), default=None)
        return overlap(agreement.date_start, end, first, last)

    def _long_cycle_end(self, period_end):
        """:return: the last day of the cycle that a period counts towards, or None where months are rated alone"""
        if self.cycle == "1":
            return None
        cycle = self._terms().last_cycle(period_end)
        return cycle and cycle[1]

    def _rollover(self):
        self.ensure_one()
        return Rollover(self.rollover_months // int(self.cycle), self.rollover_cap or None)

    def _prices(self, day):
        """:return: rating.PlanPrices of the cycle that ends on a day"""
        self.ensure_one()
        tiers = (Tier(0, to_decimal(self._price_on("unit_price", day))),)
        if self.tier_mode != FLAT:
            tiers = tuple(
                Tier(tier.from_pages, to_decimal(tier._price_on("unit_price", day)))
                for tier in self.tier_ids.sorted("from_pages")
            )
        minimum = self._price_on("minimum_amount", day)
        return PlanPrices(
            tiers,
            self.tier_mode,
            to_decimal(self._price_on("unders_price", day)),
            to_decimal(minimum) if minimum else None,
            to_decimal(self.maximum_amount) if self.maximum_amount else None,
        )

    def _price_on(self, name, day):
        """What a price of the plan is on a day.

        :param name: of its field
        """
        self.ensure_one()
        return self[name]

    def _included_by_model(self):
        """:return: {product.template id: included pages}"""
        self.ensure_one()
        if self.included_method != "model":
            return {}
        return {model.product_tmpl_id.id: model.included_pages for model in self.model_ids}

    @api.model
    def _covering(self, agreements, period_start, period_end):
        """Which plans rate the pages that are read of agreements in a period.

        :return: {sale.subscription id: {output type: xpps.page.plan}}, agreements without a plan left out
        """
        # Whoever imports follows the company's settings without a right to read them.
        companies = agreements.company_id.sudo().filtered("xpps_page_plans")
        if not companies:
            return {}
        customers = agreements.partner_id.commercial_partner_id
        plans = self.search(
            [
                ("company_id", "in", companies.ids),
                ("is_master", "=", False),
                "|",
                ("subscription_id", "in", agreements.ids),
                "&",
                ("scope", "=", "customer"),
                ("partner_id", "in", customers.ids),
            ]
        )
        by_agreement = plans.filtered(lambda plan: plan.scope != "customer").grouped("subscription_id")
        by_customer = plans.filtered(lambda plan: plan.scope == "customer").grouped(
            lambda plan: (plan.company_id, plan.partner_id)
        )
        covering = {}
        for agreement in agreements if plans else ():
            candidates = by_agreement.get(agreement, self.browse()) | by_customer.get(
                (agreement.company_id, agreement.partner_id.commercial_partner_id), self.browse()
            )
            found = {}
            for output_type in OUTPUT_TYPES:
                spans = [
                    (plan.scope, plan.date_from, plan.date_to, plan)
                    for plan in candidates
                    if output_type in plan.group_id._weights() and plan._agreement_runs_in(period_start, period_end)
                ]
                if plan := plan_in_force(spans, period_start, period_end):
                    found[output_type] = plan
            if found:
                covering[agreement.id] = found
        return covering

    def _agreements(self):
        """:return: {xpps.page.plan: sale.subscription, those whose devices are under it}, with one query"""
        agreements = self.env["sale.subscription"]
        pooled = self.filtered(lambda plan: plan.scope == "customer")
        by_customer = {}
        if pooled:
            by_customer = agreements.search(
                [
                    ("is_xpps", "=", True),
                    ("is_xpps_master", "=", False),
                    ("company_id", "in", pooled.company_id.ids),
                    ("partner_id.commercial_partner_id", "in", pooled.partner_id.ids),
                ]
            ).grouped(lambda agreement: (agreement.company_id, agreement.partner_id.commercial_partner_id))
        return {
            plan: by_customer.get((plan.company_id, plan.partner_id), agreements)
            if plan.scope == "customer"
            else plan.subscription_id
            for plan in self
        }

    def _own_spans(self):
        """When agreements of a customer have plans of their own, which go before the customer's.

        :return: {sale.subscription id: {output type: [(first day, last day)]}}, with one query
        """
        pooled = self._agreements() if "customer" in self.mapped("scope") else {}
        agreements = self.env["sale.subscription"].union(*pooled.values())
        spans = defaultdict(lambda: defaultdict(list))
        for plan in self.search([("subscription_id", "in", agreements.ids), ("scope", "!=", "customer")]):
            for output_type in plan.group_id._weights():
                span = (plan.date_from or date.min, plan.date_to or date.max)
                spans[plan.subscription_id.id][output_type].append(span)
        return spans

    # Versions

    def action_new_version(self):
        """Make a version that begins with the cycle after the last imported one, and end this one the day before."""
        self.ensure_one()
        self.check_access("write")
        if self.date_to:
            raise UserError(
                self.env._(
                    "Plan “%(plan)s” ends already. Make the new version of its last one.", plan=self.display_name
                )
            )
        first = self._next_start()
        self.date_to = first - DAY
        # The database compares the new version with what it has.
        self.flush_recordset(["date_to"])
        return open_form(self._make_version(first))

    def _make_version(self, first):
        return self.copy(self._prepare_version(first))

    def _prepare_version(self, first):
        """:return: values of the version that begins on a day, where they are other ones than now"""
        return {"date_from": first, "date_to": False}

    def _next_start(self):
        """The first day of the cycle after the last one that pages were imported of."""
        last = self._last_read_days().get(self) or self.date_from
        if not last:
            return fields.Date.context_today(self) + relativedelta(day=1, months=1)
        cycle = self._terms().cycle(last)
        return (cycle[1] if cycle else last) + DAY

    def _last_read_days(self):
        """:return: {xpps.page.plan: last day of the last period that its pages were read of}"""
        # Whether a plan was used does not depend on what the user may see.
        groups = (
            self.env["xpps.meter.read"]
            .sudo()
            ._read_group(
                [("page_plan_id", "in", self.ids), ("superseded_by_id", "=", False)],
                ["page_plan_id"],
                ["period_end:max"],
            )
        )
        return {plan.with_env(self.env): day for plan, day in groups}

    # Rating

    def action_open_ratings(self):
        return open_records(self, "xerox_xpps.action_xpps_page_rating", [("plan_id", "in", self.ids)])

    def _prepare_copy(self):
        """:return: values of the same plan on another agreement, from the beginning, or None of one that ended"""
        self.ensure_one()
        if self.date_to:
            return None
        values = self.with_context(active_test=False).copy_data()[0]
        values = {name: value for name, value in values.items() if name != "subscription_id"}
        return Command.create(values | {"date_from": False})
