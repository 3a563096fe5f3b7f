# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from odoo import models

from ...billing_file import to_decimal
from ...billing_run import amount_to_bill
from ...common.constants import BASE_ROLES
from ...rating import in_proportion
from ...rules import add_months, days_in_common, free_spans, month_of, pieces

DAY = timedelta(days=1)


class SaleSubscription(models.Model):
    """What base prices come to month by month, as the schedule bills them, whatever was invoiced.

    What a period of several months costs is split by the days on which the agreement runs in them.
    """

    _inherit = "sale.subscription"

    def _xpps_base_months(self, first, last):
        """By today's services and prices, with the devices that were there.

        :param first, last: the days of whole calendar months
        :return: {(sale.subscription id, first day of a month): untaxed Decimal}, in the agreement's currency
        """
        lines = self.sale_subscription_line_ids.filtered(lambda line: line.xpps_role in BASE_ROLES)
        waived = self._xpps_waived_spans()
        found = []
        for line in lines:
            agreement = line.sale_subscription_id
            spans = free_spans(
                sorted(waived[agreement.id, False] + waived[agreement.id, line.id]),
                *agreement._xpps_periods(first, last),
            )
            for piece in pieces(agreement._xpps_cycle(), spans):
                days = agreement._xpps_running_days(piece.first, piece.last)
                if days[0] <= days[1]:
                    found.append((line, piece, days))
        counted = lines._xpps_count_devices(
            [(line, line._xpps_counted_days(days)) for line, _piece, days in found if line.xpps_qty_from_devices]
        )
        amounts = defaultdict(Decimal)
        for line, piece, days in found:
            bill = line._xpps_past_bill(piece, days, counted.get((line, line._xpps_counted_days(days))))
            # Whoever tests terms need not see taxes.
            amount = to_decimal(amount_to_bill(line.sudo(), bill))
            for month, part in line.sale_subscription_id._xpps_month_shares(amount, piece, days):
                if first <= month <= last:
                    amounts[line.sale_subscription_id.id, month] += part
        return amounts

    def _xpps_waived_spans(self):
        """The days that no invoice is to bill.

        :return: {(sale.subscription id, sale.subscription.line id, or False of all services): [(first, last day)]}
        """
        spans = defaultdict(list)
        for waiver in self.env["xpps.base.waiver"].search([("subscription_id", "in", self.ids)]):
            spans[waiver.subscription_id.id, waiver.subscription_line_id.id] += waiver._spans()
        return spans

    def _xpps_periods(self, first, last):
        """The days of the periods of which some lie in a span, from the agreement's first one on."""
        self.ensure_one()
        cycle = self._xpps_cycle()
        first = max(cycle.period(first)[0], cycle.period(self.date_start)[0] if self.date_start else date.min)
        return first, cycle.period(last)[1]

    def _xpps_month_shares(self, amount, piece, days):
        """Split what a piece of a period costs by its months.

        :return: [(first day of a month, Decimal)]
        """
        self.ensure_one()
        months = max(self._xpps_cycle().months, 1)
        starts = [add_months(piece.period_first, number) for number in range(months)]
        ends = [start - DAY for start in starts[1:]] + [piece.period_last]
        weights = [Decimal(days_in_common(*days, *span)) for span in zip(starts, ends, strict=True)]
        parts = in_proportion(amount, weights, to_decimal(self.currency_id.rounding))
        return [(month_of(*span), part) for *span, part in zip(starts, ends, parts, strict=True)]
