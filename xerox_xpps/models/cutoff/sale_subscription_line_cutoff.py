# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from odoo import models

from ...billing_file import to_decimal
from ...billing_run import amount_to_bill
from ...common.constants import BASE_ROLES
from ...rules import free_spans, passed_share, pieces


class UnbilledBase(NamedTuple):
    """Days of a service that no invoice bills, and ``amount``, untaxed and in the agreement's currency.

    ``share`` is what of it lies before the end of the day.
    """

    line: models.BaseModel
    first: date
    last: date
    amount: Decimal
    share: Fraction


class SaleSubscriptionLine(models.Model):
    """What services have earned by a day that no invoice bills, drafts included, by the terms of its periods.

    It is what their next invoices bill, of a period that goes on after the day by the days until then.
    """

    _inherit = "sale.subscription.line"

    def _xpps_unbilled_base(self, day):
        """:return: [UnbilledBase] of the services among these that bill a base price"""
        lines = self.filtered(
            lambda line: (
                line.xpps_role in BASE_ROLES
                and line.sale_subscription_id._xpps_is_started()
                and line.sale_subscription_id.recurring_next_date
            )
        )
        # What an order bills is not billed yet.
        covered = lines._xpps_covered(orders=False)
        found = []
        for agreement, of_agreement in lines.grouped("sale_subscription_id").items():
            cycle = agreement._xpps_cycle()
            start = cycle.period(agreement.date_start or agreement._xpps_recurring_period()[0])[0]
            paused = agreement._xpps_paused_spans()
            for line in of_agreement:
                # The periods as they are going to be billed, with the one that goes on after the day.
                for piece in pieces(cycle, free_spans([*covered[line.id], *paused], start, cycle.period(day)[1])):
                    days = agreement._xpps_running_days(piece.first, piece.last)
                    if days[0] <= min(days[1], day):
                        found.append((line, piece, days))
        counted = lines._xpps_count_devices(
            [
                (line, span)
                for line, _piece, days in found
                if line.xpps_qty_from_devices
                for span in (line._xpps_counted_days(days), _until(days, day))
            ]
        )
        unbilled = []
        for line, piece, days in found:
            of_devices = counted.get((line, line._xpps_counted_days(days)))
            bill = line._xpps_past_bill(piece, days, of_devices)
            if line._xpps_has_quantity(bill):
                share = passed_share(*days, day)
                if of_devices and line._xpps_prorates():
                    # Devices come and go.
                    device_days = sum(of_devices[0].values())
                    share = Fraction(sum(counted[line, _until(days, day)][0].values()), device_days)
                unbilled.append(UnbilledBase(line, *days, line._xpps_amount_to_bill(bill), share))
        return unbilled + lines._xpps_unbilled_changes(day)

    def _xpps_unbilled_changes(self, day):
        """Catch-ups and credits of devices that came or went in periods that were billed in advance."""
        changes = [
            (line, change)
            for line_id, of_line in self._xpps_base_changes().items()
            for line in self.browse(line_id)
            for change in of_line
            if change.first <= day
        ]
        counted = self._xpps_count_devices(
            [
                (line, span)
                for line, change in changes
                for span in ((change.first, change.last), _until((change.first, change.last), day))
            ]
        )
        return [
            UnbilledBase(
                line,
                change.first,
                change.last,
                line._xpps_amount_to_bill(change),
                _passed_of_change(
                    change,
                    day,
                    counted[line, (change.first, change.last)][0],
                    counted[line, _until((change.first, change.last), day)][0],
                ),
            )
            for line, change in changes
        ]

    def _xpps_amount_to_bill(self, bill):
        # Whoever looks at what is not billed yet need not see taxes.
        return to_decimal(amount_to_bill(self.sudo(), bill))


def _until(span, day):
    """The days of a span until a day."""
    return span[0], min(span[1], day)


def _passed_of_change(change, day, there, there_by_then):
    """How much of a change lies before the end of a day: days on which a device was there, or was not.

    As reports split it (``base_revenue``): where the device was there for other days than it is billed for, by the days
    of the period.

    :param there, there_by_then: {device id: days} of the period, and of that part of it
    """
    by_days = passed_share(change.first, change.last, day)
    if len(change.days) != 1:
        return by_days
    ((device_id, billed),) = change.days.items()
    days, days_by_then = there.get(device_id, 0), there_by_then.get(device_id, 0)
    if billed < 0:
        length = (change.last - change.first).days + 1
        days, days_by_then = length - days, by_days * length - days_by_then
    return Fraction(days_by_then, days) if days == abs(billed) else by_days
