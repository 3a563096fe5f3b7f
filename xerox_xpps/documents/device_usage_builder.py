# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The annex "Device usage", made of an invoice, its charges and their meter reads."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from odoo import fields
from odoo.tools import SQL

from ..billing_file import OUTPUT_TYPES, round_half_up, to_decimal
from ..common.formats import period_text
from ..rating import in_proportion
from ..rules import covers_day, lies_in, line_amount, overlap_domain
from .device_usage import AgreementUsage, BasePrice, DeviceUsage, SiteUsage, UsageRow
from .plan_usage_builder import PlanUsageBuilder

OUTPUT_ORDER = {output_type: index for index, output_type in enumerate((*OUTPUT_TYPES, False))}

# Fetched at once: the ORM would read a thousand records a query.
CHARGE_FIELDS = (
    "subscription_id",
    "device_id",
    "output_type",
    "meter_read_id",
    "name",
    "quantity",
    "price_subtotal",
    "unit_price",
    "unit_price_untaxed",
    "period_start",
    "period_end",
    "page_rating_id",
)
READ_FIELDS = (
    "subscription_id",
    "device_id",
    "output_type",
    "period_start",
    "period_end",
    "read_date",
    "estimated",
    "previous_read",
    "current_read",
    "pages",
    "included",
    "overage",
    "page_plan_id",
)
DEVICE_FIELDS = ("name", "product_id", "xpps_location", "xpps_asset_number")


class UsageBuilder:
    """Makes the DeviceUsage of one invoice, with a number of queries that does not depend on its devices.

    ``move`` comes in the language of the texts, and with the right to read what the invoice bills: whoever may read
    an invoice may know what it is made of.
    """

    def __init__(self, move):
        self.move = move
        self.env = move.env
        self.places = move.currency_id.decimal_places
        self.plan_ends = {}
        self.output_names = self.env["xpps.output.name"]._by_output_type(move.company_id)
        # Worded once: an annex has thousands of rows.
        self.reasons = {"included": self.env._("Included, not billed"), "above": self.env._("Not billed")}

    def build(self):
        """:return: DeviceUsage"""
        lines = self.move._xpps_item_lines()
        charges = self._prepare(lines)
        unbilled = self._unbilled_reads(lines, charges)
        (charges.device_id | unbilled.device_id).fetch(DEVICE_FIELDS)

        unbilled = unbilled.grouped("subscription_id")
        agreements = [
            self._agreement_usage(agreement, agreement_lines, unbilled.get(agreement, ()))
            for agreement, agreement_lines in lines.grouped(lambda line: line._xpps_agreement()).items()
        ]
        agreements.sort(key=lambda usage: usage.name)
        rows = [row for usage in agreements for row in (*usage.rows, *usage.plans)]
        starts = [row.period_start for row in rows] or lines.mapped("xpps_period_start")
        ends = [row.period_end for row in rows] or lines.mapped("xpps_period_end")
        return DeviceUsage(
            title=self.env._("Device Usage"),
            document=self.move._get_move_display_name(),
            customer=self.move.partner_id.display_name or "",
            currency=self.move.currency_id.name,
            decimal_places=self.places,
            invoice_date=self.move.invoice_date or None,
            period_start=min(filter(None, starts), default=None),
            period_end=max(filter(None, ends), default=None),
            agreements=agreements,
        )

    def by_line(self, lines):
        """What each of some lines of the invoice puts on the annex, without the reads that no line bills.

        :param lines: account.move.line, XPPS items of the invoice
        :return: {account.move.line: AgreementUsage}
        """
        charges = self._prepare(self.move._xpps_item_lines())
        (charges & lines.xpps_charge_ids).device_id.fetch(DEVICE_FIELDS)
        return {line: self._agreement_usage(line._xpps_agreement(), line, ()) for line in lines}

    def _prepare(self, lines):
        """Read what the lines bill. :return: their charges"""
        charges = lines.xpps_charge_ids
        charges.fetch(CHARGE_FIELDS)
        charges.meter_read_id.fetch(READ_FIELDS)
        self.plans = PlanUsageBuilder(self.move, charges.filtered("page_rating_id"), self.output_names)
        return charges

    # Which reads

    def _unbilled_reads(self, lines, charges):
        """The reads of the same agreements and periods that this invoice bills no pages of.

        Left out are those whose pages another invoice bills, or will bill; and a period whose pages an earlier
        invoice billed: a late charge does not show the whole agreement again. Of a cycle of a page plan, only the
        pages under the plan are shown.

        :return: xpps.meter.read
        """
        reads = self.env["xpps.meter.read"]
        periods, cycles = self._periods(lines), self._cycles(lines)
        if not periods and not cycles:
            return reads
        bounds = [bound for bounds in periods.values() for start, end, _latest in bounds for bound in (start, end)]
        bounds += [bound for same in cycles.values() for _plan, *cycle in same for bound in cycle]
        reads = reads.search(
            [
                ("subscription_id", "in", [agreement.id for agreement in periods.keys() | cycles.keys()]),
                *overlap_domain("period_start", "period_end", min(bounds), max(bounds)),
                ("superseded_by_id", "=", False),
                # Opening and closing reads bill no pages, and the file's reads say the same.
                ("origin", "=", "file"),
                ("id", "not in", charges.meter_read_id.ids),
            ]
        )
        reads.fetch(READ_FIELDS)
        first_moves = self._first_moves(reads, cycles)

        def is_first(read, end):
            return first_moves.get((read.subscription_id.id, end), self.move.id) >= self.move.id

        reads = reads.filtered(
            lambda read: (
                any(
                    self._is_about(read, start, end) and read.period_end <= latest
                    for start, end, latest in periods[read.subscription_id]
                )
                and is_first(read, read.period_end)
                or any(
                    read.page_plan_id == plan and self._is_of_cycle(read, plan, start, end) and is_first(read, end)
                    for plan, start, end in cycles[read.subscription_id]
                )
            )
        )
        billed_elsewhere = self.env["sale.subscription.charge"].search_fetch(
            [("meter_read_id", "in", reads.ids), ("billable", "=", True), ("state", "!=", "rejected")],
            ["meter_read_id"],
        )
        return self._used(reads - billed_elsewhere.meter_read_id, charges.device_id)

    def _used(self, reads, devices):
        """Without the output types that a device does not use: all their figures are 0.

        :param devices: those that are shown anyway; each other one keeps a read, so that nobody misses it
        """
        used = reads.filtered(lambda read: read.previous_read or read.current_read or read.included or read.overage)
        shown = {*devices.ids, *used.device_id.ids}
        unused = (reads - used).filtered(lambda read: read.device_id.id not in shown)
        kept = (
            min(of_device, key=lambda read: OUTPUT_ORDER[read.output_type])
            for of_device in unused.grouped("device_id").values()
        )
        return used.union(*kept)

    def _is_about(self, read, start, end):
        """Whether a read is of a period: most of its days are, or it ends in one that is shorter."""
        first, last = read.period_start, read.period_end
        return lies_in(first, last, start, end) or (covers_day(start, end, last) and lies_in(start, end, first, last))

    def _is_of_cycle(self, read, plan, start, end):
        """Whether a read counts towards a cycle: by its last day, and to the last one what goes beyond it."""
        if plan not in self.plan_ends:
            self.plan_ends[plan] = plan._terms().end
        last = min(filter(None, (read.period_end, self.plan_ends[plan])))
        return covers_day(start, end, last)

    def _periods(self, lines):
        """The periods that the invoice bills.

        Base prices may be billed in advance: of these only what has passed counts, so that printing the annex again
        shows the same.

        :return: {agreement: {(start, end, the last day that counts)}}
        """
        today = self.move.invoice_date or fields.Date.context_today(self.move)
        periods = defaultdict(set)
        for line in lines:
            agreement = line._xpps_agreement()
            for charge in line.xpps_charge_ids:
                if charge.period_end and not charge.page_rating_id:
                    periods[agreement].add((charge.period_start or charge.period_end, charge.period_end, date.max))
            start, end = line.xpps_period_start, line.xpps_period_end
            if not line.xpps_charge_ids and start and end and start <= today:
                periods[agreement].add((start, end, today))
        return periods

    def _cycles(self, lines):
        """:return: {agreement: {(xpps.page.plan, first day, last day)}}, the cycles that the invoice bills"""
        cycles = defaultdict(set)
        for line in lines:
            for charge in line.xpps_charge_ids:
                if rating := charge.page_rating_id:
                    cycles[line._xpps_agreement()].add((rating.plan_id, charge.period_start, charge.period_end))
        return cycles

    def _first_moves(self, reads, cycles):
        """:return: {(agreement id, period end): id of the first invoice, not given back, that bills pages of it}"""
        if not reads:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT charge.subscription_id, charge.period_end, MIN(move.id)
                  FROM sale_subscription_charge charge
                  JOIN xpps_charge_invoice_line_rel rel ON rel.charge_id = charge.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE charge.subscription_id = ANY(%s) AND charge.period_end = ANY(%s)
                   AND move.state <> 'cancel' AND COALESCE(move.payment_state, '') <> 'reversed'
              GROUP BY charge.subscription_id, charge.period_end
                """,
                reads.subscription_id.ids,
                list({*reads.mapped("period_end"), *(cycle[-1] for same in cycles.values() for cycle in same)}),
            )
        )
        return {(subscription_id, period_end): move_id for subscription_id, period_end, move_id in rows}

    # What is shown of them

    def _agreement_usage(self, agreement, lines, unbilled_reads):
        usage = AgreementUsage(name=self._agreement_name(agreement), sites=[], base_prices=[])
        items = [(read, read, {"reason": self._reason(read)}) for read in unbilled_reads]
        planned, planned_left = [], []
        for line in lines:
            if line.xpps_charge_ids:
                billed, left = self._billed(line)
                by_plan = [(charge, values) for charge, _read, values in billed if charge.page_rating_id]
                planned += by_plan
                items += [item for item in billed if not item[0].page_rating_id]
                # Each of the rows, and the line, is off by half the currency's smallest amount at most.
                is_rounding = abs(left) <= (len(billed) + 1) * Decimal(5).scaleb(-self.places - 1)
                rounding, adjustment = (left, Decimal(0)) if is_rounding else (Decimal(0), left)
                if len(by_plan) == len(billed):
                    planned_left.append((by_plan[0][0], rounding, adjustment))
                else:
                    usage.rounding += rounding
                    usage.adjustment += adjustment
            else:
                usage.base_prices.append(self._base_price(line))
        home = agreement.partner_id.display_name or self.move.partner_id.display_name or ""
        usage.plans = self.plans.sections(planned, planned_left, home)
        sites = defaultdict(list)
        for row in self._rows(items, home):
            sites[row.site].append(row)
        usage.sites = [SiteUsage(name, rows) for name, rows in sorted(sites.items(), key=lambda item: item[0].lower())]
        return usage

    def _base_price(self, line):
        """The line's own text may tell its period, too: the annex has it beside the text."""
        start, end = line.xpps_period_start or None, line.xpps_period_end or None
        period = period_text(self.env, start, end)
        return BasePrice(
            name="\n".join(text for text in (line.name or "").split("\n") if not text or text != period),
            period_start=start,
            period_end=end,
            quantity=to_decimal(line.quantity),
            amount=self._line_amount(line),
        )

    def _agreement_name(self, agreement):
        number = agreement.xpps_agreement_number
        return f"{agreement.display_name} ({number})" if number else agreement.display_name or ""

    def _reason(self, read):
        """Why the invoice bills none of a read's pages; nothing where none were printed."""
        if read.pages <= 0:
            return ""
        if plan := read.page_plan_id:
            if plan not in self.reasons:
                self.reasons[plan] = self.env._("Counts towards %s", plan.name)
            return self.reasons[plan]
        # Of pages above the allowance only the clerk knows why: charges are rejected, or are not to be billed.
        return self.reasons["included" if read.pages <= read.included and not read.overage else "above"]

    def _line_amount(self, line):
        return round_half_up(to_decimal(line.price_subtotal), self.places)

    def _billed(self, line):
        """What an invoice line bills of each of its charges.

        :return: [(charge, its read, {billed_pages, unit_price, amount})], and what these leave of the line's amount
        """
        charges = line.xpps_charge_ids
        total = self._line_amount(line)
        if line.xpps_share_key:
            return self._billed_share(line, total), Decimal(0)
        if len(charges) == 1:
            values = {"billed_pages": round(line.quantity), "unit_price": to_decimal(line.price_unit), "amount": total}
            return [(charges, charges.meter_read_id, values)], Decimal(0)
        # A credit note that was made of a negative billing has the charges' quantities turned round.
        sign = -1 if line.quantity * sum(charges.mapped("quantity")) < 0 else 1
        items = []
        for charge in charges:
            pages, price = sign * charge.quantity, to_decimal(charge.unit_price)
            if charge.unit_price_untaxed == charge.unit_price:
                amount = line_amount(self.places, pages, price, self.move.currency_id.rounding)
            else:
                # The price includes a tax, the amount does not.
                amount = sign * to_decimal(charge.price_subtotal)
            values = {"billed_pages": pages, "unit_price": price, "amount": amount}
            items.append((charge, charge.meter_read_id, values))
            total -= amount
        return items, total

    def _billed_share(self, line, total):
        """As ``_billed``, where several payers share the charges: the pages by their shares, the amount as it is."""
        charges = line.xpps_charge_ids
        parts = line._xpps_parts_of_charges()
        # See _billed.
        sign = -1 if total * sum(amount for _pages, amount in parts.values()) < 0 else 1
        amounts = in_proportion(total, [parts[charge.id][1] for charge in charges], Decimal(1).scaleb(-self.places))
        return [
            (
                charge,
                charge.meter_read_id,
                {
                    "billed_pages": sign * parts[charge.id][0],
                    "unit_price": to_decimal(charge.unit_price),
                    "amount": amount,
                },
            )
            for charge, amount in zip(charges, amounts, strict=True)
        ]

    def _rows(self, items, home):
        """Rows by device and output type; the figures of a read that several charges bill stand on the first.

        :param items: [(charge or read, its read, billed values)]
        """
        shown = set()
        rows = []
        for source, read, billed in sorted(items, key=lambda item: self._order(item[0])):
            figures = {}
            if read and read.id not in shown:
                shown.add(read.id)
                figures = {
                    "read_date": read.read_date or None,
                    "estimated": read.estimated,
                    "previous_read": read.previous_read,
                    "current_read": read.current_read,
                    "pages": read.pages,
                    # What Xerox includes is not what the customer has of a plan.
                    "included": None if read.page_plan_id else read.included,
                    "overage": None if read.page_plan_id else read.overage,
                }
            device = source.device_id
            rows.append(
                UsageRow(
                    site=device.xpps_location or home,
                    # A charge of no device says what it is for.
                    model=device.product_id.name or source.display_name,
                    serial=device.name or "",
                    asset_number=device.xpps_asset_number or "",
                    output_type=self.output_names.get(source.output_type, ""),
                    period_start=source.period_start or None,
                    period_end=source.period_end or None,
                    **figures,
                    **billed,
                )
            )
        return rows

    def _order(self, source):
        end = source.period_end or fields.Date.today()
        return (source.device_id.name or "", OUTPUT_ORDER[source.output_type], end, source._name, source.id)
