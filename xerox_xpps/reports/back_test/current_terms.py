# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What was read, by the terms as they are: as an import charges it, and as an invoice bills it.

Each line of an invoice is rounded once. Where an agreement has a line for each material code, these are added up
first. What somebody changed or rejected by hand counts as it was read.
"""

from collections import defaultdict
from decimal import Decimal

from ...billing_file import to_decimal
from ...importing import ChargePricing, PlanRater
from ...rating import CycleRead, at_use, balance, cycle_pages, half_up
from ...rules import line_amount, month_of


class CurrentTerms:
    """:param reads: BackTestReads"""

    def __init__(self, reads):
        self.reads = reads
        self.env = reads.env
        self.by_id = {agreement.id: agreement for agreement in reads.agreements}
        templates = self.env["product.template"].browse({row.template_id for row in reads.reads})
        materials = self.env["xpps.material.mapping"]._material_by_template(templates, reads.company)
        self._materials = {template.id: found for template, found in materials.items()}
        self._pricings = {}
        self._rater = self._load_plans()
        #: Reads whose pages have no price, and the ids of agreements of which a cycle is not charged in the months.
        self.unpriced, self.pending = set(), set()

    def _load_plans(self):
        """:return: the PlanRater of the plans that the agreements have or are under, or None"""
        ids = {row.plan_id for row in self.reads.reads if row.plan_id}
        # Whoever may see the agreement may see what it charges; see PlanRater.
        plans = self.env["xpps.page.plan"].sudo().with_context(active_test=False)
        plans = plans.search(["|", ("id", "in", list(ids)), ("subscription_id", "in", self.reads.agreements.ids)])
        if not plans:
            return None
        rater = PlanRater(self.env, dict.fromkeys(plans, self.reads.first))
        rater.load()
        return rater

    def pages(self, use, without=frozenset()):
        """What pages come to.

        :param use: as many times the pages that were read
        :param without: output types that other terms rate
        :return: {(sale.subscription id, month): Decimal}
        """
        lines = defaultdict(list)
        cycles = defaultdict(list)
        for row in self.reads.reads:
            if row.plan_id or row.read.output_type in without:
                continue
            read = at_use(row.read, use)
            if row.cycle:
                cycles[row.subscription_id, read.device_id, read.output_type, row.cycle].append((row, read))
            elif read.overage and row.month in self.reads.months:
                self._add_line(lines, row, row.month, read.overage, read)
        for (agreement_id, _device, _type, cycle), months in cycles.items():
            month = month_of(*cycle)
            if month in self.reads.months:
                self._add_cycle(lines, month, months)
            else:
                self.pending.add(agreement_id)
        amounts = defaultdict(Decimal)
        for key, same in lines.items():
            amounts[key] += self._amount(self.by_id[key[0]], same)
        self._add_plans(amounts, use, without)
        return amounts

    def _add_cycle(self, lines, month, months):
        """Add what a cycle that is rated as a whole charges, at the price of its last month with pages.

        :param months: [(AgreementRead, MonthRead)], the last one last
        """
        balances = [
            balance(CycleRead(read.printed, read.included, read.overage), row.running_days, row.days)
            for row, read in months
        ]
        pages = cycle_pages(balances)
        priced = [found for found, count in zip(months, balances, strict=True) if found[1].overage or count > 0]
        if pages and priced:
            row, read = priced[-1]
            self._add_line(lines, row, month, pages, read)

    def _add_line(self, lines, row, month, pages, read):
        """Add the charge of pages, if the customer pays them.

        :param lines: {(sale.subscription id, month): [(pages, price, product, TaxTerms)]}
        """
        agreement = self.by_id[row.subscription_id]
        product = self._materials[row.template_id].get(read.output_type)
        if not product:
            self.unpriced.add(row)
            return
        terms = self._pricing(row.period_end).terms(agreement, product, read.overage or 1)
        if not terms.billable:
            return
        price = terms.price(float(read.unit_cost or 0))
        if not price or terms.unrated:
            self.unpriced.add(row)
            return
        lines[agreement.id, month].append((pages, price, product, terms.taxes))

    def _pricing(self, day):
        if day not in self._pricings:
            self._pricings[day] = ChargePricing(self.reads.agreements, day, self.reads.company)
        return self._pricings[day]

    def _amount(self, agreement, lines):
        """What lines come to on an invoice, before taxes."""
        if agreement.xpps_invoice_detail == "material":
            pages = defaultdict(int)
            for count, price, product, taxes in lines:
                pages[price, product, taxes] += count
            lines = [(count, *terms) for terms, count in pages.items()]
        currency = agreement.currency_id
        total = Decimal(0)
        for count, price, _product, taxes in lines:
            untaxed = taxes.untaxed_amount(float(price), count, currency)
            if untaxed is None:
                total += line_amount(currency.decimal_places, count, price, currency.rounding)
            else:
                total += to_decimal(untaxed)
        return total

    def _add_plans(self, amounts, use, without):
        """Add what page plans charge in the months in which their cycles end."""
        if not self._rater:
            return

        def change(read):
            left_out = without if read.subscription_id in self.by_id else ()
            pages = {name: half_up(count * use) for name, count in read.pages.items() if name not in left_out}
            return read._replace(pages=pages) if pages or not read.pages else None

        for cycle in self._rater.rate(change):
            key = cycle.plan.subscription_id.id, month_of(cycle.first, cycle.last)
            if key[0] not in self.by_id:
                continue
            if key[1] in self.reads.months and cycle.state == "rated":
                amounts[key] += cycle.amount
            elif cycle.pages and cycle.first <= self.reads.last:
                self.pending.add(key[0])
