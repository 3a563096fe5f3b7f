# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Xerox has agreed to bill for the devices of a file, by the rate cards of the period's last day."""

from typing import Any, NamedTuple

from odoo.tools import SQL

from ..billing_file import to_decimal
from ..rules import INCLUDED, card_counts_sql, nearest_rate, rate_owner_sql


class ContractRate(NamedTuple):
    """A rate and whose it is: ``value`` is a Decimal, or a number of pages."""

    value: Any
    card_id: int
    card_name: str


class ContractTerms(NamedTuple):
    """What is agreed for a component of a device; None where nothing is."""

    unit_cost: ContractRate | None = None
    included: ContractRate | None = None


#: Of a component that no card has.
NO_TERMS = ContractTerms()


class ContractRates:
    """The rates of a company's active cards, loaded with one query.

    :param currency: res.currency in which Xerox bills, or an empty one
    :param period_end: the day that decides which cards count
    """

    def __init__(self, env, company, currency, period_end):
        # {(component, measure): {scope: {id: ContractRate}}}
        self._rates = {}
        # {stock.lot id: [(component, measure)]} of devices that have rates of their own: few do.
        self._own = {}
        self._terms = {}
        # Each meter of a record asks for the same.
        self._last = None, None, {}
        for model in ("xpps.rate.card", "xpps.rate.card.line"):
            env[model].flush_model()
        found = env.execute_query(self._query(company, currency, period_end))
        for scope, place, component, measure, value, *card in found:
            rates = self._rates.setdefault((component, measure), {}).setdefault(scope, {})
            rates[place] = ContractRate(int(value) if measure == INCLUDED else to_decimal(value), *card)
            if scope == "device":
                self._own.setdefault(place, []).append((component, measure))

    def _query(self, company, currency, period_end):
        return SQL(
            """
            SELECT line.scope, %(owner)s, line.component, line.measure,
                   COALESCE(CASE line.measure WHEN %(included)s THEN line.included ELSE line.unit_cost END, 0),
                   card.id, card.name
              FROM xpps_rate_card card
              JOIN xpps_rate_card_line line ON line.card_id = card.id
             WHERE card.company_id = %(company)s AND card.state = 'active' AND %(counts)s
          ORDER BY line.id
            """,
            owner=rate_owner_sql("line"),
            included=INCLUDED,
            company=company.id,
            counts=card_counts_sql("card", period_end, currency.id or None),
        )

    def of(self, device, agreement_id):
        """What is agreed for a device.

        :param device: DeviceSnapshot, or None
        :param agreement_id: of the agreement that it is billed on, or None
        :return: {component: ContractTerms}, without those that no card has
        """
        if not self._rates or not device:
            return {}
        last_device, last_agreement_id, terms = self._last
        if device is not last_device or agreement_id != last_agreement_id:
            terms = self._of(device, agreement_id)
            self._last = device, agreement_id, terms
        return terms

    def _of(self, device, agreement_id):
        template = device.template
        # Devices of one model on one agreement share what is not their own.
        key = agreement_id, template.id
        if key not in self._terms:
            places = {
                "agreement": agreement_id,
                "model": template.id,
                "price_level": template.xpps_price_level_id.id,
            }
            self._terms[key] = places, self._find({}, self._rates, places)
        places, shared = self._terms[key]
        own = self._own.get(device.id)
        return self._find(shared, own, places | {"device": device.id}) if own else shared

    def _find(self, terms, kinds, places):
        """:param kinds: [(component, measure)], what is looked up; all else is as in the terms"""
        found = dict(terms)
        for component, measure in kinds:
            rate = nearest_rate(self._rates[component, measure], places)
            if rate is not None:
                found[component] = found.get(component, NO_TERMS)._replace(**{measure: rate})
        return found
