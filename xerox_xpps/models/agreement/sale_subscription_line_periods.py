# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

from odoo import api, models
from odoo.tools import SQL

from ...billing_file import to_decimal
from ...common.formats import amount_text, period_text
from ...invoicing import BaseBill, BaseChange, DeviceQuantity
from ...rules import bills_days_sql, first_free, free_spans, order_bills_days_sql, pieces

#: What the query for billed days reads.
COVERING_FIELDS = {
    "account.move": ["move_type", "reversed_entry_id"],
    "account.move.line": [
        "move_id",
        "parent_state",
        "quantity",
        "xpps_base_adjustment",
        "xpps_base_days",
        "xpps_given_back",
        "xpps_period_end",
        "xpps_period_start",
        "xpps_share_key",
        "xpps_share_number",
        "xpps_subscription_line_id",
    ],
    "sale.order": ["state"],
    "sale.order.line": [
        "invoice_lines",
        "order_id",
        "product_uom_qty",
        "xpps_base_adjustment",
        "xpps_base_days",
        "xpps_period_end",
        "xpps_period_start",
        "xpps_share_key",
        "xpps_subscription_line_id",
    ],
    "sale.subscription.line": ["sale_subscription_id"],
    "xpps.base.waiver": ["date_from", "date_to", "kind", "subscription_id", "subscription_line_id"],
}


class SaleSubscriptionLine(models.Model):
    """Which days of recurring services are billed, and which the next invoice bills; see ``rules.schedule``.

    A line of an invoice says which service it bills, and from which day to which. What no line bills and nobody has
    waived is free; the next invoice bills the free days up to its horizon, a line for each period.
    """

    _inherit = "sale.subscription.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._xpps_begin_later()
        return lines

    def _xpps_begin_later(self):
        """A service that is added to a running agreement is billed from the next period that is not billed yet."""
        # What is no service of ours is upstream's matter, whoever adds it.
        ours = self & self.sudo().filtered("sale_subscription_id.is_xpps")
        running = ours.filtered(lambda line: line.sale_subscription_id._xpps_is_scheduled())
        if not running:
            return
        billed = running.sale_subscription_id._xpps_billed_until()
        covered = running._xpps_covered()
        values_list = []
        for line in running:
            agreement = line.sale_subscription_id
            first = agreement._xpps_recurring_period()[0]
            until = billed.get(agreement.id)
            if until and until >= first:
                first = until + timedelta(days=1)
            start = agreement.date_start or first
            free = first_free(covered[line.id], start, first)
            if free and free < first:
                values_list.append(
                    {
                        "subscription_id": agreement.id,
                        "subscription_line_id": line.id,
                        "kind": "added",
                        "date_to": first - timedelta(days=1),
                    }
                )
        # What is not to be billed is kept whoever adds the service.
        self.env["xpps.base.waiver"].sudo().create(values_list)

    # Which days are billed

    @api.model
    def _xpps_flush_covering(self):
        for model, names in COVERING_FIELDS.items():
            self.env[model].flush_model(names)

    def _xpps_covered(self, orders=True):
        """The days that are billed, or are not to be, with one query.

        :param orders: whether what only an order bills yet counts, too
        :return: {line id: [(first day, last day)]}, apart from each other and in order; open ends are the first and
            the last day there is
        """
        covered = {line_id: [] for line_id in self.ids}
        if not covered:
            return covered
        self._xpps_flush_covering()
        rows = self.env.execute_query(
            SQL(
                """
                WITH span AS (
                    SELECT line.xpps_subscription_line_id AS line_id, line.xpps_period_start AS first_day,
                           line.xpps_period_end AS last_day
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id
                     WHERE line.xpps_subscription_line_id = ANY(%(ids)s) AND line.xpps_base_adjustment IS NOT TRUE
                       AND %(billing)s
                 UNION ALL
                    SELECT line.xpps_subscription_line_id, line.xpps_period_start, line.xpps_period_end
                      FROM sale_order_line line
                      JOIN sale_order sale ON sale.id = line.order_id
                     WHERE line.xpps_subscription_line_id = ANY(%(ids)s) AND line.xpps_base_adjustment IS NOT TRUE
                       AND %(orders)s AND %(ordering)s
                 UNION ALL
                    SELECT service.id, COALESCE(waiver.date_from, '0001-01-01'), COALESCE(waiver.date_to, '9999-12-31')
                      FROM sale_subscription_line service
                      JOIN xpps_base_waiver waiver ON waiver.subscription_id = service.sale_subscription_id
                     WHERE service.id = ANY(%(ids)s)
                       AND (waiver.subscription_line_id IS NULL OR waiver.subscription_line_id = service.id)
                ), bordered AS (
                    SELECT *, (first_day > MAX(last_day) OVER (
                               PARTITION BY line_id ORDER BY first_day, last_day
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                           ) + 1) IS NOT FALSE AS apart
                      FROM span
                ), numbered AS (
                    SELECT *, COUNT(*) FILTER (WHERE apart) OVER (
                               PARTITION BY line_id ORDER BY first_day, last_day ROWS UNBOUNDED PRECEDING
                           ) AS number
                      FROM bordered
                )
                SELECT line_id, MIN(first_day), MAX(last_day)
                  FROM numbered
              GROUP BY line_id, number
              ORDER BY line_id, number
                """,
                ids=self.ids,
                billing=bills_days_sql(),
                orders=orders,
                ordering=order_bills_days_sql(),
            )
        )
        for line_id, first, last in rows:
            covered[line_id].append((first, last))
        return covered

    # What the next invoice bills

    def _xpps_base_bills(self):
        """What the next invoices of their agreements bill of these services.

        :return: {line id: [BaseBill or BaseChange]}
        """
        bills = {line_id: [] for line_id in self.ids}
        lines = self.filtered(
            lambda line: line.sale_subscription_id.is_xpps and line.sale_subscription_id.recurring_next_date
        )
        covered = lines._xpps_covered()
        found = []
        for line in lines:
            of_line = line.sale_subscription_id._xpps_pieces(covered[line.id])
            found += [(line, piece, days, len(of_line) > 1) for piece, days in of_line]
        counted = lines._xpps_count_devices(
            [(line, days) for line, _piece, days, _many in found if line._xpps_counts_days()]
        )
        for line, piece, days, many in found:
            bills[line.id].append(line._xpps_base_bill(piece, days, counted.get((line, days)), many))
        for line_id, changes in lines._xpps_base_changes().items():
            bills[line_id] += changes
        return bills

    def _xpps_counts_days(self):
        """Whether the service bills the days of its devices."""
        self.ensure_one()
        return self.xpps_qty_from_devices and self.sale_subscription_id._xpps_counts_days()

    def _xpps_is_base(self):
        """Whether the service is one of devices, rather than one of the other items of the agreement."""
        self.ensure_one()
        return bool(self.xpps_role or self.xpps_qty_from_devices)

    def _xpps_prorates(self):
        """Whether the service costs less in a period in which the agreement runs for a part of it only."""
        self.ensure_one()
        # Whoever invoices follows the company's settings without a right to read them.
        by_day = self.company_id.sudo().xpps_proration == "day"
        return by_day and self._xpps_is_base()

    @api.model
    def _xpps_count_devices(self, wanted):
        """The days of devices of services, with two queries for each span of days.

        :param wanted: [(line, (first day, last day))]
        :return: {(line, span): ({device id: days}, number of swaps)}
        """
        by_span = defaultdict(self.browse)
        for line, span in wanted:
            by_span[span] |= line
        # Whoever has the agreement billed need not see its devices.
        assignments = self.env["xpps.device.assignment"].sudo()
        counted = {}
        for (first, last), lines in by_span.items():
            sources = {line: line._xpps_counted_line() for line in lines}
            all_sources = self.union(*sources.values())
            days = assignments._xpps_device_days(all_sources, first, last)
            swaps = assignments._xpps_swaps(all_sources, first, last)
            for line, source in sources.items():
                counted[line, (first, last)] = days.get(source.id, {}), swaps.get(source.id, 0)
        return counted

    def _xpps_base_bill(self, piece, days, counted, many):
        """:return: BaseBill

        :param piece: rules.Piece of the agreement's periods
        :param days: those of the piece on which the agreement runs
        :param counted: of ``_xpps_count_devices``, None where no days are counted
        :param many: whether other days of the service are billed with it
        """
        self.ensure_one()
        agreement = self.sale_subscription_id
        prorates = self._xpps_prorates()
        first, last = days if prorates else (piece.first, piece.last)
        values = {
            "first": first,
            "last": last,
            "period_days": piece.period_days,
            "named": many or self._xpps_is_base() or piece.period_first != agreement._xpps_recurring_period()[0],
            "price": self._xpps_dated_price(piece.period_first),
        }
        if counted is None:
            share = piece.share
            if prorates:
                share *= Fraction((last - first).days + 1, piece.days)
            return BaseBill(**values, share=share)
        device_days, swaps = counted
        if piece.share == Fraction(piece.days, piece.period_days):
            length, share = piece.period_days, Fraction(1)
        else:
            length, share = piece.days, piece.share
        numbers = list(device_days.values())
        if prorates:
            quantity = DeviceQuantity.by_day(numbers, length, share)
        else:
            quantity = DeviceQuantity.by_month(numbers, length, swaps, piece.share)
        makes_up = agreement.xpps_base_timing == "advance" and quantity.share == 1
        return BaseBill(**values, quantity=quantity, days=device_days if makes_up else None)

    def _xpps_filled_bills(self, bills):
        """Those that go on an invoice: what bills no device, or a quantity of 0, leaves no line.

        :param bills: {line id: [BaseBill or BaseChange]}
        """
        self.ensure_one()
        return [bill for bill in bills[self.id] if isinstance(bill, BaseChange) or self._xpps_has_quantity(bill)]

    def _xpps_has_quantity(self, bill):
        """Whether a BaseBill bills anything."""
        self.ensure_one()
        return bool(self.product_uom_qty if bill.quantity is None else bill.quantity.units)

    # Devices that come or go in a period that was billed in advance

    def _xpps_base_changes(self):
        """What makes up for devices that came or went since their period was billed in advance.

        Each line says what it bills each device for, so that each device's days are made up for once, whatever becomes
        of the invoices.

        :return: {line id: [BaseChange]}
        """
        lines = self.filtered(
            lambda line: line._xpps_counts_days() and line.sale_subscription_id.xpps_base_timing == "advance"
        )
        billed = lines._xpps_billed_devices()
        stood_still = lines.sale_subscription_id._xpps_days_stood_still()
        there = [
            free_spans(stood_still[line.sale_subscription_id] if line._xpps_prorates() else (), *days)
            if said["stands"]
            else ()
            for line, days, said in billed
        ]
        counted = self._xpps_count_devices(
            [(line, span) for (line, _days, _said), spans in zip(billed, there, strict=True) for span in spans]
        )
        changes = defaultdict(list)
        for (line, _days, said), spans in zip(billed, there, strict=True):
            device_days, swaps = defaultdict(int), 0
            for span in spans:
                of_span, swaps_of_span = counted[line, span]
                swaps += swaps_of_span
                for device_id, number in of_span.items():
                    device_days[device_id] += number
            changes[line.id] += line._xpps_changes_of_period(said, device_days, swaps)
        return changes

    def _xpps_changes_of_period(self, said, device_days, swaps):
        common = {name: said[name] for name in ("first", "last", "period_days", "price", "discount")}
        if not self._xpps_prorates():
            units = DeviceQuantity.by_month(device_days.values(), said["period_days"], swaps).whole - said["units"]
            return [BaseChange(**common, units=units)] if units else []
        differences = {
            device_id: device_days.get(device_id, 0) - said["days"].get(device_id, 0)
            for device_id in sorted({*device_days, *said["days"]})
        }
        if not sum(differences.values()):
            return []
        # Whoever has the agreement billed need not see its devices.
        serials = {lot.id: lot.name for lot in self.env["stock.lot"].sudo().browse(differences).exists()}
        return [
            BaseChange(**common, days={device_id: days}, serials=serials.get(device_id, "–"))
            for device_id, days in differences.items()
            if days
        ]

    def _xpps_billed_devices(self):
        """What was billed of the periods of these services in advance, by device.

        Of what was credited nothing is made up for. Of a period that no line *stands* for any more, or not yet again,
        what was made up for is taken back.

        :return: [(line, days of the period on which the agreement runs, what a BaseChange takes of it, and ``days``,
            {device id: days}, ``units``, and whether it ``stands``)]
        """
        if not self:
            return []
        self._xpps_flush_covering()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.xpps_subscription_line_id, line.xpps_period_start, line.xpps_period_end,
                       line.xpps_base_days, line.xpps_base_adjustment IS NOT TRUE, line.id, line.xpps_share_key
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE line.xpps_subscription_line_id = ANY(%(ids)s) AND line.xpps_base_days IS NOT NULL
                   AND %(billing)s
             UNION ALL
                SELECT line.xpps_subscription_line_id, line.xpps_period_start, line.xpps_period_end,
                       line.xpps_base_days, line.xpps_base_adjustment IS NOT TRUE, NULL, line.xpps_share_key
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
                 WHERE line.xpps_subscription_line_id = ANY(%(ids)s) AND line.xpps_base_days IS NOT NULL
                   AND %(ordering)s
                   AND NOT EXISTS (
                        SELECT 1
                          FROM sale_order_line_invoice_rel rel
                          JOIN account_move_line billing ON billing.id = rel.invoice_line_id
                         WHERE rel.order_line_id = line.id AND billing.parent_state <> 'cancel'
                       )
              ORDER BY 5 DESC, 6 NULLS LAST, 2
                """,
                ids=self.ids,
                billing=bills_days_sql(),
                ordering=order_bills_days_sql(),
            )
        )
        # Whoever has the agreement billed need not see its invoices.
        billing = self.env["account.move.line"].sudo().browse(row[-2] for row in rows if row[-3] and row[-2])
        credited = billing.filtered(lambda line: line._xpps_is_credited())
        # The shares of several payers say the same of what is billed once; it is credited when all of them are.
        said_by = {}
        for number, (*said, billing_id, share_key) in enumerate(rows):
            said_by.setdefault((*said, share_key or number), []).append(billing_id)
        found = {}
        for (line_id, first, last, text, stands, _same), billing_ids in said_by.items():
            said = json.loads(text)
            period = found.setdefault(
                (line_id, first, last),
                {"first": first, "last": last, "days": defaultdict(int), "units": 0, "stands": False, "credited": False}
                | {name: said[name] for name in ("period_days", "price", "discount")},
            )
            period["stands"] |= stands
            period["credited"] |= set(credited._ids).issuperset(billing_ids)
            period["units"] += said["units"]
            for device_id, days in said["days"].items():
                period["days"][int(device_id)] += days
        for line, piece in self._xpps_empty_periods():
            price = line._xpps_price_on(piece.period_first)
            common = {"period_days": piece.period_days, "price": price, "discount": line.discount}
            period = found.setdefault(
                (line.id, piece.first, piece.last),
                {"first": piece.first, "last": piece.last, "days": {}, "units": 0, "credited": False} | common,
            )
            period["stands"] = True
        billed = []
        for (line_id, first, last), said in found.items():
            if not said["credited"]:
                line = self.browse(line_id)
                billed.append((line, line.sale_subscription_id._xpps_running_days(first, last), said))
        return billed

    def _xpps_empty_periods(self):
        """:return: [(line, rules.Piece)] of the periods that came to nothing, as no device was there"""
        # See _xpps_billed_devices.
        waivers = (
            self.env["xpps.base.waiver"]
            .sudo()
            .search([("subscription_line_id", "in", self.ids), ("kind", "=", "nothing")])
        )
        return [
            (waiver.subscription_line_id.with_env(self.env), piece)
            for waiver in waivers
            for piece in pieces(waiver.subscription_id._xpps_cycle(), waiver._spans())
        ]

    # The lines of a bill

    def _prepare_xpps_billed_item(self, bill):
        """What the invoice line or order line says of the service that it bills."""
        values = {
            "xpps_subscription_id": self.sale_subscription_id.id,
            "xpps_subscription_line_id": self.id,
            "xpps_period_start": bill.first,
            "xpps_period_end": bill.last,
        }
        if isinstance(bill, BaseChange):
            said = {"price": bill.price, "discount": bill.discount, "units": bill.units}
            values["xpps_base_adjustment"] = True
        elif bill.days is not None:
            price = self._xpps_price_of(bill)
            said = {"price": price, "discount": self.discount, "units": int(bill.quantity.whole)}
        else:
            return values
        said |= {"period_days": bill.period_days, "days": bill.days}
        return values | {"xpps_base_days": json.dumps(said)}

    def _prepare_xpps_quantity(self, bill, quantity_field):
        """Quantity, price and text where they are not those of the service.

        :param bill: BaseBill or BaseChange
        """
        values = self._prepare_xpps_amount(bill, quantity_field)
        texts = self._xpps_texts_of(bill)
        if texts:
            values["name"] = self._xpps_text_with(*texts)
        return values

    def _prepare_xpps_amount(self, bill, quantity_field):
        """Quantity, price and discount where they are not those of the service.

        A part of a month would be rounded as a quantity, so it goes into the price, unrounded.

        :param bill: BaseBill or BaseChange
        """
        if isinstance(bill, BaseChange):
            return {quantity_field: 1.0, "discount": bill.discount} | self._prepare_xpps_share(
                bill.quantity, bill.price
            )
        quantity, price = bill.quantity, self._xpps_price_of(bill)
        values = {} if bill.price is None else {"price_unit": price}
        if quantity and not quantity.days and quantity.share == 1:
            values[quantity_field] = float(quantity.units)
        elif quantity:
            values |= {quantity_field: 1.0} | self._prepare_xpps_share(quantity.units, price)
        elif bill.share != 1:
            values |= self._prepare_xpps_share(bill.share, price)
        return values

    def _xpps_texts_of(self, bill):
        """:return: [what stands below the service's text where a BaseBill or BaseChange is billed]"""
        if isinstance(bill, BaseChange):
            text = f"{period_text(self.env, bill.first, bill.last)}: {bill.describe()}"
            if bill.serials:
                text = f"{bill.serials}, {text}"
            return [self._xpps_price_text(text, bill.price)]
        texts = [period_text(self.env, bill.first, bill.last)] if bill.named else []
        quantity = bill.quantity
        if quantity and (quantity.days or quantity.share != 1):
            part = quantity.describe(self.sale_subscription_id._xpps_interval_label())
        elif not quantity and bill.share != 1:
            part = bill.describe_share(self.sale_subscription_id._xpps_interval_label())
        else:
            return texts
        return [*texts, self._xpps_price_text(part, self._xpps_price_of(bill))]

    def _xpps_text_with(self, *texts):
        """The service's text, with further lines below it."""
        return "\n".join([self.name or self.product_id.display_name or "", *texts])

    def _xpps_price_of(self, bill):
        """:param bill: BaseBill"""
        return self.price_unit if bill.price is None else bill.price

    def _prepare_xpps_share(self, units, price):
        return {"price_unit": float(Fraction(to_decimal(price)) * units)}

    def _xpps_price_text(self, quantity, price):
        return self.env._(
            "%(quantity)s at %(price)s", quantity=quantity, price=amount_text(self.env, price, self.currency_id)
        )

    # Days that are free again

    def _xpps_give_back(self, spans):
        """Bill days again that invoices no longer bill: the next invoice date goes back to them.

        Days that another line bills, or that nobody is to bill, stay as they are.

        :param spans: {line: [(first day, last day)]}
        """
        lines = self.filtered(lambda line: line.sale_subscription_id._xpps_is_started())
        closed = lines.sale_subscription_id.filtered(lambda agreement: agreement.stage_type == "post")
        closed._xpps_release_orders_left()
        covered = lines._xpps_covered()
        due = {}
        for line in lines:
            agreement = line.sale_subscription_id
            for first, last in spans[line]:
                running = agreement._xpps_running_days(first, last)
                free = first_free(covered[line.id], *running) if running[0] <= running[1] else None
                if free:
                    date = agreement._xpps_cycle().due(agreement.xpps_base_timing, free)
                    due[agreement] = min(date, due.get(agreement, date))
        for agreement in closed:
            changes = agreement._xpps_changes_due()
            if changes:
                due[agreement] = min(changes, due.get(agreement, changes))
        for agreement, date in due.items():
            agreement._xpps_go_back_to(date)
