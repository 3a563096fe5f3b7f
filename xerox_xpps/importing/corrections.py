# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a correction file changes: reads that replace earlier ones, and the differences as charges.

Nothing that was billed is overwritten. What the new read says more or less than stands charged so far becomes a charge
at the price that the customer was charged before. Only where the agreement's price follows Xerox's cost does a
corrected cost change it: the pages that stay are taken back at the old price and charged at the new one.
"""

from dataclasses import replace

from ..billing_file import to_decimal
from ..common.plural import plural
from ..rules import stated_allowance
from .charges import PageCost, covered, provisional
from .difference import CORRECTION, Charged, PageTerms, differences, standing
from .issues import PlannedRead, price_text
from .pricing import price_for_cost


class CorrectionPlan:
    """Corrections of single meters; reads and charges go to ``plan``, a ``charges.ChargePlan``."""

    def __init__(self, context, plan):
        self.context = context
        self.env = context.env
        self.plan = plan

    def plan_meter(self, check, agreement, meter, prior, base):
        """Plan what the meter changes in comparison with ``prior``, the read that stands so far.

        What agrees with the earlier read in every value makes nothing, and so does what the record does not state.

        :param agreement: AgreementSnapshot, for a read whose own agreement does not exist any more
        """
        if prior.subscription_id:
            # Whoever had the device then has it billed now, wherever it is today.
            agreement = self.context.lookups.agreements[prior.subscription_id.id]
            base = base | {"subscription_id": agreement.id, "partner_id": prior.partner_id.id or None}
        # So does the cycle that it counts towards, whatever the agreement's terms are today.
        base = base | {"cycle_start": prior.cycle_start or None, "cycle_end": prior.cycle_end or None}
        meter = self._completed(meter, prior)
        balance = self.plan.balance(check.device, meter, agreement, base)
        values = self.plan.prepare_read(check.device, agreement, meter, balance, prior.page_plan_id.id or None)
        read = PlannedRead(check.index, base, values, supersedes=prior.id)
        if not self._differs(read.values, prior):
            return
        self.plan.reads.append(read)
        charges = self.context.lookups.prior_charges.get(prior.id)
        if charges:
            self._plan_difference(read, check, meter, prior, charges)
        elif self._adds_pages(meter, read, prior):
            # Charges that were deleted stay so as long as Xerox does not bill another number of pages.
            self.plan.plan_charge(read, check, agreement, meter)
        # What was to be expected of the month does not change with what Xerox says later.
        read.expected_unit_cost = self._expected_unit_cost(prior)

    def _adds_pages(self, meter, read, prior):
        return (meter.overage and meter.overage != prior.overage) or (read.cycle_balance or 0) > max(
            prior.cycle_balance, 0
        )

    def _expected_unit_cost(self, prior):
        """None when nothing was expected, or in another currency. The ORM reads the column's NULL as 0."""
        return (prior.expected_unit_cost or None) if prior.currency_id == self.context.currency else None

    def _completed(self, meter, prior):
        """The meter, with what the record does not state as it was: an element that is absent corrects nothing."""
        # The ORM reads the NULL of what was not stated as 0. Of a meter with a counter the start is known.
        current = prior.current_read or None
        earlier = {
            "previous": prior.previous_read if current else prior.previous_read or None,
            "current": current,
            "included": stated_allowance(prior.included, prior.included_stated),
            "overage": prior.overage,
        }
        if prior.currency_id == self.context.currency:
            stated = prior.unit_cost or (prior.overage and not prior.cost_unknown)
            earlier["unit_cost"] = to_decimal(prior.unit_cost) if stated else None
        return replace(meter, **{name: value for name, value in earlier.items() if getattr(meter, name) is None})

    def _differs(self, values, prior):
        fields = ("read_date", "previous_read", "current_read", "included", "overage", "estimated")
        return (
            any((values[name] or False) != prior[name] for name in fields)
            or values["currency_id"] != prior.currency_id.id
            or values["unit_cost"] != to_decimal(prior.unit_cost)
            or values["cost_unknown"] != prior.cost_unknown
        )

    def _plan_difference(self, read, check, meter, prior, charges):
        """:param charges: those that the earlier reads of the meter led to, the oldest first"""
        pages = meter.overage or 0
        if pages == prior.overage and self._costs_the_same(meter, prior):
            return
        stands = standing([self._charged(charge) for charge in charges])
        first = charges[stands.first]
        agreement = self.context.lookups.agreements[first.subscription_id.id]
        if first.currency_id != agreement.currency:
            self._report_other_currency(check, agreement, meter, first)
            return
        last = charges[stands.last]
        old_cost, new_cost = self._page_cost(last), self._new_cost(last, meter)
        old = PageTerms(to_decimal(old_cost.unit_cost), stands.unit_price)
        new = old._replace(unit_cost=to_decimal(new_cost.unit_cost))
        if pages and old.unit_cost != new.unit_cost:
            default = self.context.pricing.default(agreement.record, first.product_id)
            self.plan.note_cost(check, agreement, first.product_id, new_cost.unit_cost)
            if (first.billable or first.is_provisional) and default and default.price_method == "cost_plus":
                taxes = self.context.pricing.taxes.price_terms(agreement.record, first.product_id)
                price = price_for_cost(taxes, new_cost.unit_cost, default.markup_percent)
                new = new._replace(unit_price=price)
                if not new.unit_price:
                    self.plan.report_missing_price(check, agreement, first.product_id, meter, default.markup_percent)
                    return
        for difference in differences(stands.pages, prior.overage, pages, old, new):
            charge = self.plan.prepare_charge(
                check.device,
                agreement,
                first.product_id,
                meter,
                new_cost if difference.is_new else old_cost,
                kind=difference.kind,
                name=self._name(first, difference, stands.pages, pages, old, new),
                quantity=difference.pages,
                unit_price=float((new if difference.is_new else old).unit_price),
                billable=difference.moves_price and first.billable,
            )
            read.charges += (charge | self._prepare_cycle(first),)

    def _prepare_cycle(self, first):
        """What corrects a charge waits as long as that, or counts towards the same cycle."""
        if first.page_plan_id:
            return covered(first.page_plan_id.id, first.bill_after or None)
        if first.is_provisional:
            return provisional(first.cycle_start, first.bill_after)
        return {"bill_after": first.bill_after or None}

    def _charged(self, charge):
        """A charge as the rule of corrections looks at it."""
        return Charged(
            kind=charge.kind,
            read_id=charge.meter_read_id.id,
            pages=charge.quantity,
            unit_price=to_decimal(charge.unit_price),
            billable=charge.billable,
            is_rejected=charge.state == "rejected",
        )

    def _report_other_currency(self, check, agreement, meter, first):
        check.add(
            "price_missing",
            lambda: self.env._(
                "Line %(line)s: the %(type)s pages of device %(serial)s were charged in %(old)s, but agreement "
                "%(agreement)s is now billed in %(new)s. Give it a pricelist in %(old)s until the correction is "
                "invoiced, or leave the record out and charge the difference manually.",
                old=first.currency_id.name,
                agreement=agreement.record.display_name,
                new=agreement.currency.name,
                **check.place_of(meter),
            ),
            fix=agreement.record,
            output_type=meter.output_type,
        )

    def _name(self, first, difference, old_pages, new_pages, old, new):
        """What the customer is billed names pages or prices. What Xerox charges is for the reseller's eyes."""
        material = self._material_name(first)
        if difference.kind == CORRECTION:
            env, values = self._in_language(first), {"material": material, "new": new_pages, "old": old_pages}
            return plural(
                old_pages,
                env._("%(material)s – correction: %(new)s instead of 1 page", **values),
                env._("%(material)s – correction: %(new)s instead of %(old)s pages", **values),
            )
        if difference.moves_price:
            env = self._in_language(first)
            return env._(
                "%(material)s – correction of the price: %(new)s instead of %(old)s",
                material=material,
                new=price_text(env, new.unit_price),
                old=price_text(env, old.unit_price),
            )
        return self.env._(
            "%(material)s – correction of Xerox's unit cost: %(new)s instead of %(old)s",
            material=material,
            new=price_text(self.env, new.unit_cost),
            old=price_text(self.env, old.unit_cost),
        )

    def _page_cost(self, charge):
        """:return: the PageCost of a charge"""
        return PageCost(
            charge.unit_cost,
            charge.xerox_unit_cost,
            charge.xerox_currency_id.id or None,
            charge.xerox_currency_id.decimal_places,
            charge.cost_unknown,
        )

    def _costs_the_same(self, meter, read):
        """Whether Xerox bills a page as it did in an earlier read."""
        return read.currency_id == self.context.currency and (meter.unit_cost or 0) == to_decimal(read.unit_cost)

    def _new_cost(self, last, meter):
        """:return: PageCost. Another day's rate is no correction of Xerox's price."""
        if self._costs_the_same(meter, last.meter_read_id):
            return self._page_cost(last)
        return self.plan.page_cost(last.currency_id, meter)

    def _in_language(self, charge):
        return charge.with_context(lang=charge.partner_id.lang or self.env.lang).env

    def _material_name(self, charge):
        return charge.product_id.with_env(self._in_language(charge)).display_name
