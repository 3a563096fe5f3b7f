# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the meters of a device record to meter reads and charges, as values."""

from decimal import Decimal
from typing import NamedTuple

from odoo.tools import format_date

from ..billing_file import round_half_up, to_decimal
from ..common.formats import months_text, percent_text
from ..common.plural import plural
from ..rating import CycleRead, balance
from ..rules import (
    below_floor,
    charge_amounts,
    cost_is_unknown,
    counted_reads,
    margin_percent,
    page_amount,
    printed_pages,
)
from .difference import PAGES
from .expectations import contract_meter, expected_meter, known_start, last_included, last_unit_cost
from .issues import CostChange, PlannedRead, pages_text, price_text
from .snapshots import PlanSnapshot


class PageCost(NamedTuple):
    """What a page costs: in the agreement's currency, and in the one in which Xerox bills it. Six decimals each.

    ``is_unknown``: nobody stated it. That is not 0, though the columns have 0.
    """

    unit_cost: float
    xerox_unit_cost: float
    xerox_currency_id: int | None
    xerox_places: int
    is_unknown: bool = False


class ChargePlan:
    """Meter reads and charges of a file, in the order of its records.

    ``reads`` are the PlannedReads so far. In a correction the meters that were read before are left to
    ``corrections.CorrectionPlan``.
    """

    def __init__(self, context):
        self.context = context
        self.env = context.env
        self.reads = []
        self._noted_costs = []
        self._names = {}

    def plan_meter(self, check, agreement, meter, base):
        """Plan the read of a meter and, for pages above the allowance, their charge.

        :param agreement: AgreementSnapshot
        :param base: what ``prepare_read_base`` gave for the record
        """
        device = check.device
        noted = self.context.lookups.manual_reads.at_end.get((device.id, meter.output_type))
        charged = check.to_charge(meter)
        plan = agreement.plans.get(meter.output_type)
        if plan and base["cycle_start"]:
            base = base | {"cycle_start": None, "cycle_end": None}
        balance_ = self.balance(device, charged, agreement, base)
        values = self.prepare_read(device, agreement, meter, balance_, plan.id if plan else None)
        read = PlannedRead(check.index, base, values, supersedes=noted)
        read.expected_unit_cost = last_unit_cost(self.context.lookups, device.id, meter, self.context.currency)
        self.reads.append(read)
        if charged.overage or (read.cycle_balance or 0) > 0:
            self.plan_charge(read, check, agreement, charged)

    def plan_charge(self, read, check, agreement, meter):
        """Charge the overage on today's terms of the agreement, or say why it cannot be.

        Of a cycle that is rated as a whole this is a provisional charge, of no pages where only the allowance by days
        is used up.
        """
        if read.page_plan_id:
            self._plan_covered(read, check, agreement, meter)
            return
        product = self._material(check, meter)
        if not product:
            return
        terms = self.context.pricing.terms(agreement.record, product, meter.overage or 1)
        self._expect_default(read, agreement, product)
        cost = self.page_cost(agreement.currency, meter)
        if not meter.overage:
            cost = cost._replace(is_unknown=False)
        price = terms.price(cost.unit_cost)
        if terms.billable and terms.unrated:
            self._report_missing_rate(check, agreement, meter, terms.unrated)
            return
        if terms.billable and not price:
            self.report_missing_price(check, agreement, product, meter, terms.markup_percent)
            return
        if cost.is_unknown:
            self._report_missing_cost(check, meter)
        elif terms.billable:
            self._check_margin(check, agreement, meter, terms.untaxed(price), cost.unit_cost)
        if meter.overage and not cost.is_unknown:
            self.note_cost(check, agreement, product, cost.unit_cost)
        charge = self.prepare_charge(
            check.device,
            agreement,
            product,
            meter,
            cost,
            kind=PAGES,
            name=self.material_name(product, agreement),
            quantity=meter.overage or 0,
            unit_price=float(price),
            billable=terms.billable and not read.base["cycle_start"],
        )
        read.charges += (charge | self._prepare_cycle(read, agreement, terms.billable, charge["name"]),)

    def _plan_covered(self, read, check, agreement, meter):
        """Keep what Xerox bills for pages under a page plan: the customer pays what the plan charges."""
        plan = agreement.plans.get(meter.output_type) or self._earlier_plan(read.page_plan_id)
        product = self.context.lookups.materials[check.device.template].get(meter.output_type) or plan.product
        self._expect_default(read, agreement, product)
        cost = self.page_cost(agreement.currency, meter)
        if cost.is_unknown:
            self._report_missing_cost(check, meter)
        elif self.context.pricing.default(agreement.record, product):
            self.note_cost(check, agreement, product, cost.unit_cost)
        charge = self.prepare_charge(
            check.device,
            agreement,
            product,
            meter,
            cost,
            kind=PAGES,
            # No customer reads it: what is covered is on no invoice.
            name=self.env._(
                "Covered by %(plan)s – %(material)s",
                plan=plan.name,
                material=self.material_name(product, agreement),
            ),
            quantity=meter.overage or 0,
            unit_price=0.0,
            billable=False,
        )
        read.charges += (charge | covered(plan.id, plan.cycle_end),)

    def _earlier_plan(self, plan_id):
        """The plan that a corrected read was rated by, where the agreement has another one by now."""
        plan = self.env["xpps.page.plan"].browse(plan_id)
        return PlanSnapshot(plan.id, plan.name, plan.product_id, plan._long_cycle_end(self.context.period_end))

    def _prepare_cycle(self, read, agreement, billable, material):
        """When a charge is billed, and whether it is provisional. What no customer pays is of no cycle."""
        if not read.base["cycle_start"]:
            return {"bill_after": agreement.cycle[1]} if agreement.cycle else {}
        if not billable:
            return {}
        first, last = read.base["cycle_start"], read.base["cycle_end"]
        cycle = months_text(self.env, first, last)
        # No customer reads it: what is provisional is on no invoice.
        name = self.env._("Counts towards %(cycle)s – %(material)s", material=material, cycle=cycle)
        return provisional(first, last) | {"name": name}

    def _report_missing_rate(self, check, agreement, meter, currency):
        day = format_date(self.env, self.context.pricing.date)
        check.add(
            "currency_rate_missing",
            lambda: self.env._(
                "Line %(line)s: the %(type)s pages of device %(serial)s have a price that is converted for agreement "
                "%(agreement)s, but %(currency)s has no exchange rate of %(day)s or before. Enter the rate, or give "
                "the agreement a price of its own.",
                agreement=agreement.record.display_name,
                currency=currency.name,
                day=day,
                **check.place_of(meter),
            ),
            fix=currency,
            output_type=meter.output_type,
        )

    def report_missing_price(self, check, agreement, product, meter, markup_percent=None):
        """:param markup_percent: where the price follows Xerox's cost"""
        check.add(
            "price_missing",
            lambda: self._say_missing_price(check, agreement, product, meter, markup_percent),
            fix=product,
            output_type=meter.output_type,
        )

    def _say_missing_price(self, check, agreement, product, meter, markup_percent):
        place = check.place_of(meter) | {
            "material": product.display_name,
            "agreement": agreement.record.display_name,
        }
        if markup_percent is None:
            return self.env._(
                "Line %(line)s: %(material)s has no price for the %(type)s pages of device %(serial)s. Give the "
                "material code a sales price, or agreement %(agreement)s a price of its own.",
                **place,
            )
        return self.env._(
            "Line %(line)s: agreement %(agreement)s sells %(material)s at Xerox's cost plus %(markup)s, but the "
            "file states no unit cost for the %(type)s pages of device %(serial)s. Have the file corrected, or give "
            "the agreement a fixed price.",
            markup=percent_text(self.env, markup_percent),
            **place,
        )

    def _report_missing_cost(self, check, meter):
        values = check.place_of(meter) | {"pages": pages_text(self.env, meter.overage)}
        check.add(
            "unit_cost_missing",
            lambda: plural(
                meter.overage,
                self.env._(
                    "Line %(line)s: Xerox does not state what the %(type)s page of device %(serial)s above the "
                    "allowance costs. Its cost and margin are unknown until a correction states it.",
                    **values,
                ),
                self.env._(
                    "Line %(line)s: Xerox does not state what a %(type)s page of device %(serial)s costs. Cost and "
                    "margin of %(pages)s pages are unknown until a correction states it.",
                    **values,
                ),
            ),
            fix=check.device.record,
            output_type=meter.output_type,
        )

    def _material(self, check, meter):
        template = check.device.template
        product = self.context.lookups.materials[template].get(meter.output_type)
        if not product:
            check.add(
                "mapping_missing",
                lambda: self.env._(
                    "Line %(line)s: neither model %(model)s of device %(serial)s nor its price level has a material "
                    "code for %(type)s. Pages to bill: %(pages)s.",
                    pages=meter.overage,
                    model=template.display_name,
                    **check.place_of(meter),
                ),
                fix=template,
                output_type=meter.output_type,
            )
        return product

    def _check_margin(self, check, agreement, meter, price, unit_cost):
        """Is the price without taxes below Xerox's, or the margin on it below the company's floor?"""
        cost = to_decimal(unit_cost)
        floor = self.context.margin_floor
        if not below_floor(price, cost, floor):
            return
        check.add(
            "margin_low",
            lambda: self.env._(
                "Line %(line)s: the %(type)s pages of device %(serial)s are sold at %(price)s and cost %(cost)s: the "
                "margin of %(margin)s is below the floor of %(floor)s.",
                price=price_text(self.env, price),
                cost=price_text(self.env, cost),
                margin=percent_text(self.env, margin_percent(price, cost)),
                floor=percent_text(self.env, floor),
                **check.place_of(meter),
            ),
            fix=agreement.record,
            output_type=meter.output_type,
        )

    # Unit costs

    def _expect_default(self, read, agreement, product):
        """The agreement's unit cost says what to expect, where it is in Xerox's currency and not a later month's."""
        known = self.context.pricing.known_cost(agreement.record, product)
        if not known or agreement.currency != self.context.currency:
            return
        if agreement.id not in self.context.lookups.billed_later:
            read.expected_unit_cost = known

    def page_cost(self, to_currency, meter):
        """:return: the PageCost of a meter on an agreement of that currency"""
        cost = meter.unit_cost or Decimal(0)
        currency = self.context.currency
        xerox = unit_cost = float(round_half_up(cost, 6))
        if currency and currency != to_currency:
            rate = self.context.pricing.rate(
                currency,
                to_currency,
                self.context.company,
                self.context.rate_day,
            )
            unit_cost = float(round_half_up(cost * Decimal(repr(rate)), 6))
        return PageCost(unit_cost, xerox, currency.id or None, self.context.places, meter.unit_cost is None)

    def note_cost(self, check, agreement, product, unit_cost):
        """Remember a unit cost that the agreement's default does not have yet."""
        if agreement.id in self.context.lookups.billed_later:
            # What Xerox billed in an older period says nothing about today's cost.
            return
        known = self.context.pricing.known_cost(agreement.record, product)
        if known is not None and to_decimal(known) == to_decimal(unit_cost):
            return
        default = self.context.pricing.default(agreement.record, product)
        self._noted_costs.append((check, agreement.record, product, default, unit_cost))

    def cost_changes(self):
        """Unit costs that change with the sound records of the file, one an agreement and material code.

        Devices of one agreement may differ; the default takes the cost of the last one.

        :return: [CostChange]
        """
        changes = {}
        for check, subscription, product, default, unit_cost in self._noted_costs:
            if check.index in self.context.findings.faulty:
                continue
            change = changes.get((subscription, product))
            if change:
                change.new_cost = unit_cost
                change.device_count += 1
            else:
                changes[subscription, product] = CostChange(
                    subscription, product, default, unit_cost, 1, check.record.source_line, check.record.serial
                )
        return list(changes.values())

    # Values

    def material_name(self, product, agreement):
        """The material code as the customer reads it."""
        key = (product, agreement.lang)
        if key not in self._names:
            self._names[key] = product.with_context(lang=key[1]).display_name
        return self._names[key]

    def prepare_charge_base(self):
        """What all charges of a file share."""
        return {
            "company_id": self.context.company.id,
            "billing_file_id": self.context.file.id,
            "is_manual": False,
            "period_start": self.context.period_start,
            "period_end": self.context.period_end,
            "state": "draft",
            "invoice_status": "no",
            "cycle_start": None,
            "bill_after": None,
            "is_provisional": False,
            "page_plan_id": None,
        }

    def no_cost(self):
        """What Xerox bills stands on the months of a cycle: :return: the PageCost of its own charge"""
        return PageCost(0.0, 0.0, self.context.currency.id or None, self.context.places)

    def prepare_charge(self, device, agreement, product, meter, cost, *, kind, name, quantity, unit_price, billable):
        """Values of one ``sale.subscription.charge``, those that it computes included.

        :param PageCost cost: of its pages
        :param kind: one of those of ``difference``
        """
        pricing, untaxed, untaxed_price = self.context.pricing, None, unit_price
        if pricing.taxes.any_included:
            taxes = pricing.taxes.terms(agreement.record, product)
            untaxed = taxes.untaxed_amount(unit_price, quantity, agreement.currency)
            untaxed_price = taxes.untaxed_price(unit_price)
        return {
            "subscription_id": agreement.id,
            "partner_id": agreement.partner_id,
            "currency_id": agreement.currency.id,
            "product_id": product.id,
            "device_id": device.id,
            "output_type": meter.output_type,
            "kind": kind,
            "name": name,
            "quantity": quantity,
            "unit_cost": cost.unit_cost,
            "unit_price": unit_price,
            "unit_price_untaxed": untaxed_price,
            "billable": billable,
            "cost_unknown": cost.is_unknown,
            **charge_amounts(
                agreement.places,
                quantity,
                cost.unit_cost,
                unit_price,
                billable,
                agreement.rounding,
                untaxed,
                cost.is_unknown,
            ),
            "xerox_currency_id": cost.xerox_currency_id,
            "xerox_unit_cost": cost.xerox_unit_cost,
            "xerox_cost": float(page_amount(cost.xerox_places, quantity, cost.xerox_unit_cost)),
        }

    def prepare_read_base(self, check):
        """What the reads of a device record have in common."""
        line = check.line
        agreement = self.context.lookups.agreements[line["subscription_id"]]
        cycle_start, cycle_end = agreement.cycle if agreement.reconciled else (None, None)
        return {
            "device_id": check.device.id,
            "company_id": self.context.company.id,
            "partner_id": line["partner_id"],
            "subscription_id": line["subscription_id"],
            "period_start": self.context.period_start,
            "period_end": self.context.period_end,
            "read_date": check.record.read_date,
            "currency_id": self.context.currency.id or None,
            "estimated": check.record.estimated,
            "billing_file_id": self.context.file.id,
            "origin": "file",
            "xerox_customer_number": line["xerox_customer_number"],
            "xerox_agreement_number": line["xerox_agreement_number"],
            "cycle_start": cycle_start,
            "cycle_end": cycle_end,
        }

    def balance(self, device, meter, agreement, base):
        """How many pages count towards the cycle of a read, or, below 0, are left for it; None where it is of none."""
        if not base["cycle_start"]:
            return None
        start = known_start(self.context.lookups, device.id, meter.output_type)
        previous, current = counted_reads(meter.previous, meter.current, start)
        printed = None if previous is None or current is None else printed_pages(previous, current)
        read = CycleRead(printed, meter.included or 0, meter.overage or 0)
        return balance(read, agreement.running_days, agreement.days)

    def prepare_read(self, device, agreement, meter, cycle_balance=None, page_plan_id=None):
        """What a read has of its own, in the order of ``METER_VALUES``."""
        overage = meter.overage or 0
        start = known_start(self.context.lookups, device.id, meter.output_type)
        previous, current = counted_reads(meter.previous, meter.current, start)
        terms = self.context.contract_rates.of(device, agreement.id)
        contract_unit_cost, contract_included = contract_meter(terms, meter)
        return (
            meter.output_type,
            previous,
            current,
            0 if previous is None or current is None else printed_pages(previous, current),
            meter.included or 0,
            overage,
            meter.unit_cost or 0,
            self.context.round(meter.cost_unrounded) if overage else 0,
            cost_is_unknown(overage, meter.unit_cost),
            *expected_meter(self.context.lookups, device.id, meter, contract_included),
            meter.included is not None,
            contract_unit_cost,
            contract_included,
            last_included(self.context.lookups, device.id, meter),
            page_plan_id,
            cycle_balance,
        )


def provisional(cycle_start, cycle_end):
    """What a month's charge says that counts towards a cycle.

    Nobody approves or invoices it, and it has no amount: that is on the cycle's charge.
    """
    return {
        "cycle_start": cycle_start,
        "bill_after": cycle_end,
        "is_provisional": True,
        "state": "approved",
        "price_subtotal": 0.0,
    }


def covered(page_plan_id, cycle_end):
    """What a charge says of pages under a page plan: nobody approves or invoices it, it is a cost."""
    return {"page_plan_id": page_plan_id, "state": "approved", "bill_after": cycle_end}
