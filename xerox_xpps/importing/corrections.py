# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a correction file changes: reads that replace earlier ones, and the differences as charges.

Nothing that was billed is overwritten. The pages that stand charged so far are those of the read that is replaced,
less what was rejected of them; what the new read says more or less becomes a charge at the price that the customer
was charged before.
"""

from ..billing_file import to_decimal
from .findings import PlannedRead
from .scope import plain


class CorrectionPlan:
    """Corrections of single meters; reads and charges go to ``plan``, a ``charges.ChargePlan``."""

    def __init__(self, scope, plan):
        self.scope = scope
        self.env = scope.env
        self.plan = plan

    def plan_meter(self, index, record, device, meter, prior):
        """Plan what the meter changes in comparison with ``prior``, the read that stands so far.

        What agrees with the earlier read in every value makes nothing.
        """
        subscription = prior.subscription_id
        values = self.plan.prepare_read(record, device, subscription, meter)
        # Whoever had the device then has it billed now, wherever it is today.
        values["partner_id"] = prior.partner_id.id
        if not self._differs(values, prior):
            return
        # The period is the corrected read's: the two of one period may differ by a border day.
        read = PlannedRead(index, values, supersedes=prior.id)
        self.plan.reads.append(read)
        charges = self.scope.lookups.prior_charges.get((device.id, meter.output_type))
        if charges:
            self._plan_difference(read, device, meter, prior, charges)
        else:
            self.plan.plan_charge(read, record, device, subscription, meter, meter.overage)

    def _differs(self, values, prior):
        fields = ("read_date", "previous_read", "current_read", "included", "overage", "estimated")
        return (
            any((values[name] or False) != prior[name] for name in fields)
            or values["currency_id"] != prior.currency_id.id
            or values["unit_cost"] != to_decimal(prior.unit_cost)
        )

    def _plan_difference(self, read, device, meter, prior, charges):
        rejected = charges.filtered(lambda charge: charge.state == "rejected")
        standing = prior.overage - sum(rejected.mapped("quantity"))
        pages = meter.overage or 0
        last = (charges - rejected)[-1:] or charges[-1]
        old_cost, new_cost = last.unit_cost, self._new_cost(last, meter, prior)
        # A rejection stands as long as Xerox does not bill another number of pages.
        delta = pages - standing if pages != prior.overage else 0
        if delta:
            name = self._in_language(last)._(
                "%(material)s – correction: %(new)s instead of %(old)s pages",
                material=self._material_name(last),
                new=pages,
                old=standing,
            )
            self._charge(read, device, meter, last, name, delta, new_cost if delta > 0 else old_cost)
        # Pages that stay charged, but whose cost Xerox changed: the customer's price is not concerned.
        kept = min(standing, pages)
        if kept > 0 and to_decimal(old_cost) != to_decimal(new_cost):
            name = self.env._(
                "%(material)s – correction of Xerox's unit cost: %(new)s instead of %(old)s",
                material=self._material_name(last),
                new=plain(new_cost),
                old=plain(old_cost),
            )
            self._charge(read, device, meter, last, name, -kept, old_cost, billable=False)
            self._charge(read, device, meter, last, name, kept, new_cost, billable=False)

    def _new_cost(self, last, meter, prior):
        """The unit cost in the agreement's currency. Another day's rate is no correction of Xerox's price."""
        same = prior.currency_id == self.scope.currency and (meter.unit_cost or 0) == to_decimal(prior.unit_cost)
        return last.unit_cost if same else self.plan.unit_cost(last.subscription_id, meter)

    def _charge(self, read, device, meter, last, name, quantity, unit_cost, billable=True):
        read.charges.append(
            self.plan.prepare_charge(
                device,
                last.subscription_id,
                last.product_id,
                meter,
                name=name,
                quantity=quantity,
                unit_cost=unit_cost,
                unit_price=last.unit_price,
                billable=billable and last.billable,
            )
        )

    def _in_language(self, charge):
        return charge.with_context(lang=charge.partner_id.lang or self.env.lang).env

    def _material_name(self, charge):
        return charge.product_id.with_env(self._in_language(charge)).display_name
