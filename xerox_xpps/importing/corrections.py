# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a correction file changes: reads that replace earlier ones, and the differences as charges.

Nothing that was billed is overwritten. What the new read says more or less than stands charged so far becomes a charge
at the price that the customer was charged before.
"""

from dataclasses import replace

from ..billing_file import to_decimal
from .findings import PlannedRead
from .scope import plain


class CorrectionPlan:
    """Corrections of single meters; reads and charges go to ``plan``, a ``charges.ChargePlan``."""

    def __init__(self, scope, plan):
        self.scope = scope
        self.env = scope.env
        self.plan = plan

    def plan_meter(self, index, record, device, agreement, meter, prior, base):
        """Plan what the meter changes in comparison with ``prior``, the read that stands so far.

        What agrees with the earlier read in every value makes nothing, and so does what the record does not state.

        :param agreement: AgreementFacts, for a read whose own agreement does not exist any more
        """
        if prior.subscription_id:
            # Whoever had the device then has it billed now, wherever it is today.
            agreement = self.scope.lookups.agreements[prior.subscription_id.id]
            base = base | {"subscription_id": agreement.id, "partner_id": prior.partner_id.id or None}
        meter = self._completed(meter, prior)
        read = PlannedRead(index, base, self.plan.prepare_read(meter), supersedes=prior.id)
        if not self._differs(read.values, prior):
            return
        self.plan.reads.append(read)
        charges = self.scope.lookups.prior_charges.get(prior.id)
        if charges:
            self._plan_difference(read, record, device, meter, prior, charges)
        elif meter.overage and meter.overage != prior.overage:
            # Charges that were deleted stay so as long as Xerox does not bill another number of pages.
            self.plan.plan_charge(read, record, device, agreement, meter)

    def _completed(self, meter, prior):
        """The meter, with what the record does not state as it was: an element that is absent corrects nothing."""
        earlier = {
            "previous": prior.previous_read,
            "current": prior.current_read,
            "included": prior.included,
            "overage": prior.overage,
        }
        if prior.currency_id == self.scope.currency:
            earlier["unit_cost"] = to_decimal(prior.unit_cost)
        return replace(meter, **{name: value for name, value in earlier.items() if getattr(meter, name) is None})

    def _differs(self, values, prior):
        fields = ("read_date", "previous_read", "current_read", "included", "overage", "estimated")
        return (
            any((values[name] or False) != prior[name] for name in fields)
            or values["currency_id"] != prior.currency_id.id
            or values["unit_cost"] != to_decimal(prior.unit_cost)
        )

    def _plan_difference(self, read, record, device, meter, prior, charges):
        pages = meter.overage or 0
        if pages == prior.overage and self._costs_the_same(meter, prior):
            return
        live = charges.filtered(lambda charge: charge.state != "rejected")
        moved = self._cost_pairs(charges)
        counted = live - moved
        # Not by the reads: what was rejected, or corrected by hand, may be older than the read that is replaced.
        standing = sum(counted.mapped("quantity"))
        # The first charge says what the customer pays; the last one what the pages cost so far, which earlier
        # corrections may have changed.
        first = (counted or charges - moved or charges)[0]
        last = live.filtered(lambda charge: charge.quantity > 0)[-1:] or first
        old_cost, new_cost = last.unit_cost, self._new_cost(last, meter)
        if pages and to_decimal(old_cost) != to_decimal(new_cost):
            self._note_cost(read.index, record, first, new_cost)
        # A rejection stands as long as Xerox does not bill another number of pages.
        delta = pages - standing if pages != prior.overage else 0
        if delta:
            name = self._in_language(first)._(
                "%(material)s – correction: %(new)s instead of %(old)s pages",
                material=self._material_name(first),
                new=pages,
                old=standing,
            )
            self._charge(read, device, meter, first, name, delta, new_cost if delta > 0 else old_cost)
        # Pages that stay charged, but whose cost Xerox changed: the customer's price is not concerned.
        kept = min(standing, pages)
        if kept > 0 and to_decimal(old_cost) != to_decimal(new_cost):
            name = self.env._(
                "%(material)s – correction of Xerox's unit cost: %(new)s instead of %(old)s",
                material=self._material_name(first),
                new=plain(new_cost),
                old=plain(old_cost),
            )
            self._charge(read, device, meter, first, name, -kept, old_cost, billable=False)
            self._charge(read, device, meter, first, name, kept, new_cost, billable=False)

    def _cost_pairs(self, charges):
        """The charges that only moved pages from one unit cost to another: the last two of their read."""
        pairs = charges.browse()
        for same in charges.grouped("meter_read_id").values():
            pair = same[-2:]
            if len(pair) == 2 and not sum(pair.mapped("quantity")):
                pairs |= pair
        return pairs

    def _costs_the_same(self, meter, read):
        """Whether Xerox bills a page as it did in an earlier read."""
        return read.currency_id == self.scope.currency and (meter.unit_cost or 0) == to_decimal(read.unit_cost)

    def _new_cost(self, last, meter):
        """The unit cost in the agreement's currency. Another day's rate is no correction of Xerox's price."""
        if self._costs_the_same(meter, last.meter_read_id):
            return last.unit_cost
        return self.plan.unit_cost(last.currency_id, meter)

    def _note_cost(self, index, record, first, unit_cost):
        agreement = self.scope.lookups.agreements[first.subscription_id.id]
        default = self.scope.pricing.default(agreement.record, first.product_id)
        self.plan.note_cost(index, record, agreement, first.product_id, default, unit_cost)

    def _charge(self, read, device, meter, first, name, quantity, unit_cost, billable=True):
        """Charge a difference where, and at the price at which, the pages were charged first."""
        charge = self.plan.prepare_charge(
            device,
            self.scope.lookups.agreements[first.subscription_id.id],
            first.product_id,
            meter,
            name=name,
            quantity=quantity,
            unit_cost=unit_cost,
            unit_price=first.unit_price,
            billable=billable and first.billable,
        )
        read.charges += (charge,)

    def _in_language(self, charge):
        return charge.with_context(lang=charge.partner_id.lang or self.env.lang).env

    def _material_name(self, charge):
        return charge.product_id.with_env(self._in_language(charge)).display_name
