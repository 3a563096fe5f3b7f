# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How lines of an invoice came about, told from what the annex says of each."""

from decimal import Decimal

from ..billing_file import to_decimal
from ..common.formats import amount_text, months_text, percent_text
from ..common.plural import plural
from ..rating import PLAN_AMOUNT, UNDERS
from .device_usage_builder import UsageBuilder
from .line_explanation import LineDevice, LineExplanation
from .report_format import ReportFormat

#: Kinds of charges that change what was billed.
CORRECTIONS = {"correction", "cost_correction"}
#: The kind of charges that count the pages of several months together.
CYCLE = "cycle"


class LineExplanationBuilder:
    """Makes the LineExplanations of lines of one invoice, with a number of queries that does not depend on them.

    :param move: as for ``UsageBuilder``
    """

    def __init__(self, move):
        self.move = move
        self.env = move.env
        self.format = ReportFormat(self.env, move.currency_id.decimal_places)

    def build(self, lines):
        """:param lines: account.move.line, XPPS items of the invoice
        :return: [LineExplanation], in the order of the lines
        """
        usages = UsageBuilder(self.move).by_line(lines)
        lines.xpps_charge_ids.fetch(("kind", "page_rating_id"))
        return [self._explanation(line, usage) for line, usage in usages.items()]

    def _explanation(self, line, usage):
        devices = line.xpps_charge_ids.device_id.sorted("name")
        start, end = line.xpps_period_start, line.xpps_period_end
        return LineExplanation(
            line_id=line.id,
            name=line.name or line.product_id.display_name or "",
            quantity=to_decimal(line.quantity),
            unit_price=to_decimal(line.price_unit),
            usage=usage,
            sentences=tuple(filter(None, (self._sentence(line, usage), self._share(line)))),
            days=(end - start).days + 1 if usage.base_prices and start and end else None,
            tiers=self._tiers(line.xpps_charge_ids.page_rating_id, usage.plans),
            devices=[LineDevice(device.id, device.name) for device in devices],
        )

    def _tiers(self, ratings, plans):
        """The tiers that the prices of a plan are those of, as far as no two have the same price."""
        found = {}
        prices = {price.unit_price for plan in plans for price in plan.prices}
        for rating in ratings[:1]:
            for tier in rating.plan_id.tier_ids:
                price = to_decimal(tier._price_on("unit_price", rating.cycle_start))
                if price in prices:
                    found.setdefault(price, []).append(tier.from_pages)
        return {price: first[0] for price, first in found.items() if len(first) == 1}

    # Sentences

    def _sentence(self, line, usage):
        charges = line.xpps_charge_ids
        if not charges:
            return self._base_sentence(line)
        if usage.plans:
            return self._plan_sentence(charges, usage.plans)
        return self._pages_sentence(charges, usage.rows)

    def _share(self, line):
        """What the payer of the invoice pays of it, where others pay the rest."""
        if not line.xpps_share_key:
            return ""
        percent = percent_text(self.env, line.xpps_share_percent)
        return self.env._("You pay %(percent)s of it, others pay the rest.", percent=percent)

    def _base_sentence(self, line):
        credited = line._xpps_credited_line().move_id - line.move_id or line.move_id.reversed_entry_id
        if credited:
            return self.env._("This gives back what invoice %(invoice)s billed.", invoice=credited.name)
        period = months_text(self.env, line.xpps_period_start, line.xpps_period_end)
        if not period:
            return self.env._("This is a price of your agreement that is not for pages.")
        if line.xpps_base_adjustment:
            return self.env._(
                "Devices came or went in %(period)s, which was billed in advance: this makes up for it.", period=period
            )
        return self.env._("This is the recurring price of your agreement for %(period)s.", period=period)

    def _plan_sentence(self, charges, plans):
        kinds = set(charges.mapped("kind"))
        plan = plans[0]
        values = {"plan": plan.name, "period": months_text(self.env, plan.period_start, plan.period_end)}
        if len(plans) > 1 or len(kinds) > 1:
            return self.env._("Your devices' pages count together: this is what their page plans come to.")
        if kinds == {PLAN_AMOUNT}:
            if charges[:1].quantity > 0:
                return self.env._(
                    "%(plan)s has a minimum amount, which the pages of %(period)s did not reach: this is what was "
                    "lacking.",
                    **values,
                )
            return self.env._(
                "%(plan)s has a maximum amount, which the pages of %(period)s exceeded: this takes off what is above "
                "it.",
                **values,
            )
        if kinds == {UNDERS}:
            return self.env._(
                "%(plan)s has a minimum of %(minimum)s pages. In %(period)s %(weighted)s pages counted, so those that "
                "were lacking are billed.",
                minimum=self.format.pages(plan.pages_of("minimum")),
                weighted=self.format.pages(plan.pages_of("weighted")),
                **values,
            )
        return self.env._(
            "The pages of your devices count together in %(plan)s. In %(period)s %(weighted)s pages counted, of which "
            "%(included)s were free of charge; the others are billed.",
            weighted=self.format.pages(plan.pages_of("weighted")),
            included=self.format.pages(plan.pages_of("included") + plan.pages_of("rolled_in")),
            **values,
        )

    def _pages_sentence(self, charges, rows):
        kinds = set(charges.mapped("kind"))
        starts, ends = ([day for day in charges.mapped(name) if day] for name in ("period_start", "period_end"))
        period = months_text(self.env, min(starts, default=None), max(ends, default=None)) or self.format.date(
            self.move.invoice_date
        )
        billed = sum(row.billed_pages for row in rows)
        prices = {row.unit_price for row in rows}
        values = {"period": period, "pages": self.format.pages(abs(billed))}
        if kinds <= CORRECTIONS:
            if self._is_given_back(rows):
                return self.env._(
                    "The meter reads of %(period)s were corrected after they had been billed: this gives back what was "
                    "billed too much.",
                    **values,
                )
            return self.env._(
                "The meter reads of %(period)s were corrected after they had been billed: this bills what was lacking.",
                **values,
            )
        if len(prices) > 1 or billed < 0:
            return self.env._("These are the pages of %(period)s, each at its price.", **values)
        values["price"] = self._price(prices.pop())
        if CYCLE in kinds:
            return plural(
                billed,
                self.env._(
                    "The pages of %(period)s count together: 1 page above the included ones is billed at %(price)s.",
                    **values,
                ),
                self.env._(
                    "The pages of %(period)s count together: %(pages)s pages above the included ones are billed at "
                    "%(price)s each.",
                    **values,
                ),
            )
        if len(rows) == 1 and (row := rows[0]).included is not None and row.pages is not None:
            if row.pages - row.included == billed:
                return plural(
                    billed,
                    self.env._(
                        "%(device)s counted %(printed)s pages in %(period)s, of which %(included)s are included: 1 "
                        "page is billed at %(price)s.",
                        **self._figures_of(row, values),
                    ),
                    self.env._(
                        "%(device)s counted %(printed)s pages in %(period)s, of which %(included)s are included: "
                        "%(pages)s pages are billed at %(price)s each.",
                        **self._figures_of(row, values),
                    ),
                )
        return plural(
            billed,
            self.env._("In %(period)s, 1 page is billed at %(price)s.", **values),
            self.env._("In %(period)s, %(pages)s pages are billed at %(price)s each.", **values),
        )

    def _figures_of(self, row, values):
        return values | {
            "device": row.serial,
            "printed": self.format.pages(row.pages),
            "included": self.format.pages(row.included),
        }

    def _is_given_back(self, rows):
        """Whether the line is in the customer's favour: on a credit note, what is positive is."""
        amount = sum((row.amount for row in rows), Decimal(0))
        return amount * (-1 if self.move.move_type == "out_refund" else 1) < 0

    def _price(self, price):
        """A price with all the decimals that it has, and its currency."""
        currency = self.move.currency_id
        if price == round(price, currency.decimal_places):
            return amount_text(self.env, price, currency)
        return self.env._("%(price)s %(currency)s", price=self.format.price(price), currency=currency.name)
