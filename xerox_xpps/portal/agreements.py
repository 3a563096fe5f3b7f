# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Agreements and their terms: what the customer pays, and never what Xerox bills for it."""

from odoo.fields import Domain
from odoo.tools import format_date

from ..billing_file import to_decimal
from ..common.formats import amount_text, period_text
from ..common.plural import plural
from ..common.today import company_today
from ..documents import ReportFormat
from ..rating import FLAT
from ..rules import overlap
from .pages import AgreementPage, AgreementRow, Fact, PlanTerms, PriceRow

#: {filter: types of stages}. A draft is no agreement yet.
AGREEMENT_STATES = {
    "all": ("pre", "in_progress", "post"),
    "running": ("pre", "in_progress"),
    "ended": ("post",),
}


def agreements_domain(env, state="all"):
    """Of the agreements that are the user's own; colleagues may read more, but not as theirs.

    :param state: one of AGREEMENT_STATES
    """
    # Stages are nobody's secret, but portal users have no right to them.
    in_state = Domain("stage_id", "any!", [("type", "in", AGREEMENT_STATES[state])])
    return env.user._xpps_portal_agreement_domain() & in_state


def agreement_rows(agreements):
    """:param agreements: those that the user may read
    :return: [AgreementRow]
    """
    env = agreements.env
    # Names of customers, stages and numbers of devices of agreements that the user may read.
    known = agreements.sudo()
    counts = dict(
        env["stock.lot"]._read_group(
            [
                ("is_xpps_device", "=", True),
                ("xpps_state", "=", "active"),
                ("xpps_subscription_id", "in", agreements.ids),
            ],
            ["xpps_subscription_id"],
            ["__count"],
        )
    )
    counts = {agreement.id: count for agreement, count in counts.items()}
    return [
        AgreementRow(
            id=agreement.id,
            number=agreement._xpps_number(),
            place=agreement.partner_id.display_name,
            period=_period(agreement),
            state=_state(agreement),
            is_running=agreement.stage_type != "post",
            devices=counts.get(agreement.id, 0),
        )
        for agreement in known
    ]


def _period(agreement):
    end = min(filter(None, (agreement.date, agreement.xpps_closed_on)), default=None)
    return period_text(agreement.env, agreement.date_start, end)


def _state(agreement):
    env = agreement.env
    if agreement.stage_type == "post":
        return env._("Ended")
    if agreement.stage_type == "in_progress":
        return env._("Paused") if agreement.is_paused else env._("Running")
    return env._("Not started")


class AgreementBuilder:
    """The terms of one agreement, as they are today.

    :param agreement: one that the user may read, or that a link gives: as superuser, in the user's language. Services,
        prices and plans are nobody's to read who is a customer, but they are what was agreed with that customer.
    """

    def __init__(self, agreement):
        self.agreement = agreement
        self.env = agreement.env
        self.today = company_today(agreement.company_id)
        self.currency = agreement.currency_id
        self.format = ReportFormat(self.env, self.currency.decimal_places)

    def build(self):
        """:return: AgreementPage"""
        agreement = self.agreement
        plans = self._plans()
        return AgreementPage(
            id=agreement.id,
            number=agreement._xpps_number(),
            state=_state(agreement),
            is_running=agreement.stage_type != "post",
            facts=self._facts(),
            services=[self._service(line) for line in agreement.sale_subscription_line_ids],
            pages=self._page_prices(),
            plans=[self._plan(plan) for plan in plans],
            devices=self.env["stock.lot"].search_count(
                [("xpps_subscription_id", "=", agreement.id), ("xpps_state", "=", "active")]
            ),
        )

    def _facts(self):
        agreement, env = self.agreement, self.env
        timings, cycles = (
            dict(agreement._fields[name]._description_selection(env))
            for name in ("xpps_base_timing", "xpps_overage_cycle")
        )
        facts = [
            (env._("Customer"), agreement.partner_id.display_name),
            (env._("Your Reference"), agreement.xpps_customer_reference),
            (env._("Start"), format_date(env, agreement.date_start)),
            (env._("End"), format_date(env, agreement.xpps_closed_on or agreement.date)),
            (env._("Invoiced By"), agreement.company_id.name),
            (env._("Currency"), self.currency.name),
            (env._("Base Prices"), timings.get(agreement.xpps_base_timing)),
            (env._("Pages Billed"), cycles.get(agreement.xpps_overage_cycle)),
        ]
        return [Fact(label, value) for label, value in facts if value]

    def _service(self, line):
        by_devices = line.xpps_qty_from_devices
        quantity = self.format.quantity(to_decimal(line.product_uom_qty))
        if by_devices:
            count = round(line.product_uom_qty)
            quantity = plural(count, self.env._("1 device"), self.env._("%s devices", count))
        return PriceRow(
            name=line.product_id.name or line.name,
            quantity=quantity,
            price=self._price(line._xpps_price_on(self.today)),
        )

    def _page_prices(self):
        """Of the material codes that the agreement uses."""
        items = self.agreement._xpps_priced_items(self.today)[self.agreement]
        return [self._page_price(item) for item in items if item.kind == "page"]

    def _page_price(self, item):
        if item.left_out == "not_billable":
            return PriceRow(item.name, note=self.env._("Not billed"))
        if item.left_out in (None, "fixed"):
            return PriceRow(item.name, price=self._price(item.price))
        # A price that follows Xerox's cost would tell it.
        return PriceRow(item.name, note=self.env._("As agreed"))

    def _plans(self):
        return self.agreement.page_plan_ids.filtered(
            lambda plan: overlap(plan.date_from, plan.date_to, self.today, self.today)
        )

    def _plan(self, plan):
        env, fmt = self.env, self.format
        cycles = dict(plan._fields["cycle"]._description_selection(env))
        scopes = dict(plan._fields["scope"]._description_selection(env))
        names = env["xpps.output.name"]._by_output_type(plan.company_id)
        facts = [
            (env._("Output Types"), ", ".join(names[name] for name in plan.group_id._weights())),
            (env._("Rating Cycle"), cycles[plan.cycle]),
            (env._("Whose Pages"), scopes[plan.scope]),
            (env._("Included Pages"), self._included(plan)),
            (env._("Minimum Pages"), plan.minimum_pages and fmt.pages(plan.minimum_pages)),
            (env._("Carried Over (Months)"), plan.rollover_months and fmt.pages(plan.rollover_months)),
            (env._("Minimum Amount"), self._amount(plan._price_on("minimum_amount", self.today))),
            (env._("Maximum Amount"), self._amount(plan.maximum_amount)),
        ]
        prices = []
        if plan.tier_mode == FLAT:
            prices.append(
                PriceRow(env._("Each page above the included ones"), price=self._price(self._day_price(plan)))
            )
        for tier in plan.tier_ids.sorted("from_pages") if plan.tier_mode != FLAT else ():
            name = env._("From %s pages above the included ones", fmt.pages(tier.from_pages))
            prices.append(PriceRow(name, price=self._price(self._day_price(tier))))
        if plan.minimum_pages:
            lacking = plan._price_on("unders_price", self.today)
            prices.append(PriceRow(env._("Each page that is lacking to the minimum"), price=self._price(lacking)))
        return PlanTerms(plan.name, [Fact(label, value) for label, value in facts if value], prices)

    def _day_price(self, record):
        return record._price_on("unit_price", self.today)

    def _included(self, plan):
        pages = self.format.pages(plan.included_pages)
        if plan.included_method == "device":
            return self.env._("%s for each device", pages)
        if plan.included_method == "model":
            of_models = [
                f"{model.product_tmpl_id.name}: {self.format.pages(model.included_pages)}" for model in plan.model_ids
            ]
            return ", ".join([*of_models, self.env._("other models: %s", pages)])
        return pages

    def _price(self, price):
        """With as many decimals as it has, and the currency."""
        return f"{self.format.price(to_decimal(price))} {self.currency.name}"

    def _amount(self, amount):
        return amount and amount_text(self.env, amount, self.currency)
