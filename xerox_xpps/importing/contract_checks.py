# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Does Xerox bill what it has agreed to? All of this warns: a customer pays by his agreement, whatever Xerox bills."""

from ..billing_file import to_decimal
from ..common.formats import amount_text
from ..rules import billed_fees
from .contract_rates import NO_TERMS
from .expectations import last_included
from .issues import clipped, pages_text, price_text


class ContractChecks:
    """Warnings about the record of one device that Xerox bills otherwise than a rate card says or, without a card, than
    the last time. Each is added to its ``RecordCheck``.
    """

    def __init__(self, context):
        self.context = context
        self.env = context.env

    def run(self, check):
        terms = self.context.contract_rates.of(check.device, check.line["subscription_id"])
        if terms:
            self._check_fees(check, terms)
        for meter in check.record.meters:
            rate, allowance = terms.get(meter.output_type, NO_TERMS)
            # What is not stated is not compared.
            if rate and meter.unit_cost is not None and meter.unit_cost != rate.value:
                self._report_rate(check, meter, rate)
            if meter.included is None:
                continue
            if not allowance:
                self._check_last(check, meter)
            elif meter.included != allowance.value:
                self._report_allowance(check, meter, allowance)

    def _check_fees(self, check, terms):
        line = check.line
        agreed_service, agreed_supply = line["contract_service_cost"], line["contract_supply_cost"]
        if agreed_service is None and agreed_supply is None:
            return
        stands_service, stands_supply = line["standing_service_cost"], line["standing_supply_cost"]
        service, supply = billed_fees(
            line["base_price_cost"],
            line["base_supply_cost"],
            None if stands_service is None else to_decimal(stands_service),
            None if stands_supply is None else to_decimal(stands_supply),
        )
        if agreed_service is not None and agreed_service != service:
            self._report_fee(check, "base_service", service, agreed_service, terms["base_service"].unit_cost)
        if agreed_supply is not None and agreed_supply != supply:
            self._report_fee(check, "base_supply", supply, agreed_supply, terms["base_supply"].unit_cost)

    def _report_fee(self, check, component, fee, agreed, rate):
        currency = self.context.currency
        values = check.place | {
            "billed": amount_text(self.env, fee, currency),
            "agreed": amount_text(self.env, agreed, currency),
            "card": clipped(rate.card_name),
        }
        say = self.env._
        check.add(
            "wrong_rate",
            lambda: (
                say(
                    "Line %(line)s: Xerox bills a base service fee of %(billed)s for device %(serial)s, but rate card "
                    "%(card)s says %(agreed)s. Dispute it in the vendor report, or correct the rate card.",
                    **values,
                )
                if component == "base_service"
                else say(
                    "Line %(line)s: Xerox bills a base supply fee of %(billed)s for device %(serial)s, but rate card "
                    "%(card)s says %(agreed)s. Dispute it in the vendor report, or correct the rate card.",
                    **values,
                )
            ),
            fix=self._card(rate),
        )

    def _report_rate(self, check, meter, rate):
        check.add(
            "wrong_rate",
            lambda: self.env._(
                "Line %(line)s: Xerox bills %(billed)s for a %(type)s page of device %(serial)s, but rate card "
                "%(card)s says %(agreed)s. Dispute it in the vendor report, or correct the rate card.",
                billed=price_text(self.env, meter.unit_cost),
                agreed=price_text(self.env, rate.value),
                card=clipped(rate.card_name),
                **check.place_of(meter),
            ),
            fix=self._card(rate),
            output_type=meter.output_type,
        )

    def _report_allowance(self, check, meter, rate):
        check.add(
            "wrong_allowance",
            lambda: self.env._(
                "Line %(line)s: Xerox includes %(billed)s %(type)s pages of device %(serial)s, but rate card %(card)s "
                "says %(agreed)s. Dispute it in the vendor report, or correct the rate card.",
                billed=pages_text(self.env, meter.included),
                agreed=pages_text(self.env, rate.value),
                card=clipped(rate.card_name),
                **check.place_of(meter),
            ),
            fix=self._card(rate),
            output_type=meter.output_type,
        )

    def _check_last(self, check, meter):
        last = last_included(self.context.lookups, check.device.id, meter)
        if last is None or last == meter.included:
            return
        check.add(
            "allowance_changed",
            lambda: self.env._(
                "Line %(line)s: Xerox includes %(billed)s %(type)s pages of device %(serial)s, and included %(last)s "
                "before. Ask Xerox why, or dispute it in the vendor report; a rate card says what is agreed.",
                billed=pages_text(self.env, meter.included),
                last=pages_text(self.env, last),
                **check.place_of(meter),
            ),
            fix=check.device.record,
            output_type=meter.output_type,
        )

    def _card(self, rate):
        return self.env["xpps.rate.card"].browse(rate.card_id)
