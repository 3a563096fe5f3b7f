# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Xerox has agreed to bill, by the rate cards: which card counts, which of its rates, and for what."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from odoo.tools import SQL

from .period import Day
from .rate_key import RATE_OWNERS

_Rate = TypeVar("_Rate")


def card_counts(date_from: Day, date_to: Day, currency_id: int, period_end: date, billed_currency_id: int) -> bool:
    """Whether what Xerox bills for a period is compared with an active card: the period's last day decides.

    >>> card = date(2026, 1, 1), date(2026, 3, 15), 1
    >>> february, march = date(2026, 2, 28), date(2026, 3, 31)
    >>> card_counts(*card, february, 1), card_counts(*card, march, 1), card_counts(*card, february, 2)
    (True, False, False)
    >>> card_counts(None, None, 1, march, 1)
    True
    """
    return (
        currency_id == billed_currency_id
        and (not date_from or date_from <= period_end)
        and (not date_to or date_to >= period_end)
    )


def card_counts_sql(card: str, period_end: SQL | date, billed_currency_id: SQL | int) -> SQL:
    """As ``card_counts``, of a row of ``xpps_rate_card``.

    :param card: the table's name in the query
    """
    return SQL(
        "(%(card)s.currency_id = %(currency)s "
        "AND COALESCE(%(card)s.date_from <= %(day)s, TRUE) AND COALESCE(%(card)s.date_to >= %(day)s, TRUE))",
        card=SQL.identifier(card),
        day=period_end,
        currency=billed_currency_id,
    )


def nearest_rate(rates: Mapping[str, Mapping[int, _Rate]], places: Mapping[str, int | None]) -> _Rate | None:
    """The rate that holds for a device: its own comes before its agreement's, its model's and its price level's.

    :param rates: of one component and measure: {scope: {id: rate}}
    :param places: {scope: id} of the device; None where it has none

    >>> rates = {"device": {7: "own"}, "agreement": {3: "agreed"}, "model": {5: "model"}, "price_level": {2: "level"}}
    >>> places = {"device": 7, "agreement": 3, "model": 5, "price_level": 2}
    >>> nearest_rate(rates, places), nearest_rate(rates, places | {"device": 8})
    ('own', 'agreed')
    >>> nearest_rate(rates, {"device": 8, "agreement": 4, "model": 5, "price_level": 2})
    'model'
    >>> nearest_rate(rates, {"device": 8, "agreement": None, "model": 6, "price_level": 2})
    'level'

    A rate of 0 is a rate:

    >>> nearest_rate({"agreement": {3: 0}, "model": {5: 1000}}, places), nearest_rate({}, places)
    (0, None)
    """
    for scope in RATE_OWNERS:
        place = places.get(scope)
        rate = rates.get(scope, {}).get(place) if place else None
        if rate is not None:
            return rate
    return None


def contract_fees(
    service: Decimal | None, supply: Decimal | None, is_unsplit: bool
) -> tuple[Decimal | None, Decimal | None]:
    """Base fees as Xerox has agreed to bill them, split as it bills them; None where nothing is agreed.

    A base price that Xerox does not split is the service fee, and is compared with both.

    >>> contract_fees(Decimal(20), Decimal(5), False), contract_fees(Decimal(20), Decimal(5), True)
    ((Decimal('20'), Decimal('5')), (Decimal('25'), None))
    >>> contract_fees(Decimal(25), None, True), contract_fees(None, Decimal(5), True)
    ((Decimal('25'), None), (None, None))
    """
    if not is_unsplit:
        return service, supply
    if service is None or supply is None:
        return service, None
    return service + supply, None
