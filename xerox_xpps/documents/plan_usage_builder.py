# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Sections of the annex "Device usage" about page plans, made of the ratings of the cycles that an invoice bills."""

from collections import defaultdict
from decimal import Decimal

from ..billing_file import OUTPUT_TYPES, to_decimal
from ..rating import PLAN, PLAN_AMOUNT, UNDERS, device_shares
from .plan_usage import PlanDevice, PlanFigure, PlanPrice, PlanUsage

# Fetched at once, as in device_usage_builder.
LINE_FIELDS = ("rating_id", "device_id", "weighted", "is_missing", *(f"{name}_pages" for name in OUTPUT_TYPES))
CHARGE_FIELDS = ("kind", "quantity", "price_subtotal", "page_rating_id", "billable", "state")
#: Fields of ``xpps.page.rating``; each but the first only where it says something.
FIGURES = ("weighted", "included", "rolled_in", "billable", "minimum", "unders", "rolled_out", "expired")
ALWAYS = ("weighted", "included", "billable")


class PlanUsageBuilder:
    """Makes the PlanUsage of the plans of one invoice, with a number of queries that does not depend on its devices.

    :param move: as for ``UsageBuilder``
    :param charges: what page plans charge on the invoice
    :param output_names: {output type: name}
    """

    def __init__(self, move, charges, output_names):
        self.env = move.env
        self.move = move
        self.output_names = output_names
        self.unit = to_decimal(move.currency_id.rounding)
        ratings = charges.page_rating_id
        self.lines = ratings.line_ids.grouped("rating_id")
        ratings.line_ids.fetch(LINE_FIELDS)
        ratings.line_ids.device_id.fetch(("name", "product_id", "xpps_location", "xpps_asset_number"))
        live = ratings.charge_ids
        live.fetch(CHARGE_FIELDS)
        live = live.filtered(lambda charge: charge.billable and charge.state != "rejected")
        self.others = (live - charges).grouped("page_rating_id")
        self.charges = charges.grouped("page_rating_id")
        self.labels = {
            PLAN: self.env._("Pages above the included ones"),
            UNDERS: self.env._("Pages lacking to the minimum"),
        }
        self.figure_labels = {
            "weighted": self.env._("Weighted pages"),
            "included": self.env._("Included pages"),
            "rolled_in": self.env._("Carried over from before"),
            "billable": self.env._("Pages above the included ones"),
            "minimum": self.env._("Minimum pages"),
            "unders": self.env._("Pages lacking to the minimum"),
            "rolled_out": self.env._("Carried over to later cycles"),
            "expired": self.env._("Expired"),
        }

    def sections(self, items, left, home):
        """:param items: [(charge, {billed_pages, unit_price, amount})], what the invoice bills of an agreement's plans
        :param left: [(charge, rounding, adjustment)], what invoice lines leave
        :param home: the location of devices that have none
        :return: [PlanUsage]
        """
        billed = defaultdict(list)
        for charge, values in items:
            billed[charge.page_rating_id].append((charge, values))
        by_cycle = defaultdict(list)
        for rating in billed:
            by_cycle[self._cycle(rating)].append(rating)
        sections = {key: self._section(ratings, billed, home) for key, ratings in by_cycle.items()}
        for charge, rounding, adjustment in left:
            section = sections[self._cycle(charge.page_rating_id)]
            section.rounding += rounding
            section.adjustment += adjustment
        return sorted(sections.values(), key=lambda section: (section.name, section.period_end))

    def _cycle(self, rating):
        return rating.plan_id, rating.cycle_start

    def _section(self, ratings, billed, home):
        """:param ratings: [xpps.page.rating] of one plan and cycle: several where it rates each device by itself"""
        plan = ratings[0].plan_id
        weights = plan.group_id._weights()
        section = PlanUsage(
            name=plan.name,
            period_start=min(rating.cycle_start for rating in ratings),
            period_end=max(rating.cycle_end for rating in ratings),
            output_types=tuple(self._type_name(name, weight) for name, weight in weights.items()),
            by_device=plan.scope == "device",
        )
        section.figures = [
            PlanFigure(name, self.figure_labels[name], pages)
            for name in FIGURES
            if (pages := sum(rating[name] for rating in ratings)) or name in ALWAYS
        ]
        section.prices = self._prices([item for rating in ratings for item in billed[rating]])
        section.cycle = self._whole_cycle(ratings)
        for rating in ratings:
            amount = sum((values["amount"] for _charge, values in billed[rating]), Decimal(0))
            section.devices += self._devices(rating, amount, tuple(weights), section.by_device, home)
        section.devices.sort(key=lambda device: (device.site.lower(), device.serial))
        return section

    def _type_name(self, output_type, weight):
        name = self.output_names[output_type]
        if weight == 1:
            return name
        return self.env._("%(output_type)s × %(weight)s", output_type=name, weight=f"{weight.normalize():f}")

    def _prices(self, items):
        """Lines of the same kind and price together."""
        found = {}
        for charge, values in items:
            price = None if charge.kind == PLAN_AMOUNT else values["unit_price"]
            found.setdefault((self._label(charge), price), []).append(values)
        return [
            PlanPrice(
                label=label,
                pages=None if price is None else sum(values["billed_pages"] for values in same),
                unit_price=price,
                amount=sum((values["amount"] for values in same), Decimal(0)),
            )
            for (label, price), same in found.items()
        ]

    def _label(self, charge):
        if charge.kind != PLAN_AMOUNT:
            return self.labels[charge.kind]
        return self.env._("Minimum amount") if charge.quantity > 0 else self.env._("Maximum amount")

    def _whole_cycle(self, ratings):
        """What is charged of the cycle in all, where this invoice does not bill all of it.

        :return: [PlanPrice] without prices, in the signs of the charges
        """
        none = self.env["sale.subscription.charge"]
        own = none.union(*(self.charges[rating] for rating in ratings))
        others = none.union(*(self.others.get(rating, none) for rating in ratings))
        if not others:
            return []
        invoiced = others.filtered(lambda charge: charge.invoice_status == "invoiced")
        parts = (
            (self.env._("On other invoices"), invoiced),
            (self.env._("Not invoiced yet"), others - invoiced),
            (self.env._("The whole cycle"), own | others),
        )
        return [
            PlanPrice(
                label=label,
                pages=sum(charge.quantity for charge in charges if charge.kind == PLAN),
                unit_price=None,
                amount=sum((to_decimal(charge.price_subtotal) for charge in charges), Decimal(0)),
            )
            for label, charges in parts
            if charges
        ]

    def _devices(self, rating, amount, output_types, by_device, home):
        """:return: [PlanDevice], whose shares add up to the amount"""
        lines = self.lines.get(rating, self.env["xpps.page.rating.device"]).sorted(lambda line: line.device_id.id)
        weighted = [to_decimal(line.weighted, 3) for line in lines]
        shares = device_shares(amount, weighted, self.unit)
        own = {name: rating[name] for name in ("included", "rolled_in", "billable")} if by_device else {}
        return [
            PlanDevice(
                site=line.device_id.xpps_location or home,
                model=line.device_id.product_id.name or "",
                serial=line.device_id.name or "",
                asset_number=line.device_id.xpps_asset_number or "",
                pages=tuple(line[f"{name}_pages"] for name in output_types),
                weighted=pages,
                share=share,
                is_missing=line.is_missing,
                **own,
            )
            for line, pages, share in zip(lines, weighted, shares, strict=True)
        ]
