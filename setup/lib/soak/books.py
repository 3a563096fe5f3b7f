# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What must hold of files, reads, charges and invoices, reckoned anew from what stands in the database.

Nothing of the addon and nothing of Odoo is used here: SQL, exact decimals, and the files as Xerox sent them. Each check
gives what is wrong, a sentence each; nothing when all is well.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .files import Record, read_file

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


class Books:
    """The books of one company. ``faults()`` lists everything that is wrong."""

    def __init__(self, cr: Any, company: int, content_of: Callable[[int], bytes]) -> None:
        """:param cr: cursor of the database
        :param content_of: the bytes of an ir.attachment, by its id
        """
        self._cr, self._company, self._content_of = cr, company, content_of
        self.stated: dict[int, dict[str, Record]] = {}  # what stands in those that are imported, also what is held back
        self.files: dict[int, dict[str, Record]] = {}  # the imported records of these
        self.repeated: dict[int, set[tuple[str, str]]] = defaultdict(set)  # (serial, output type) that a file repeats
        self.charge_count = 0

    def _rows(self, query: str, *parameters: Any) -> list[Any]:
        self._cr.execute(query, [self._company, *parameters])
        # Odoo's own cursors give floats, which are what the decimals were.
        return [
            tuple(Decimal(repr(value)) if isinstance(value, float) else value for value in row)
            for row in self._cr.fetchall()
        ]

    def faults(self) -> list[str]:
        checks = (
            self._files,
            self._reads,
            self._pages,
            self._amounts,
            self._billed_once,
            self._lines,
            self._base_days,
            self._runs,
        )
        return [fault for check in checks for fault in check()]

    # Files

    def _files(self) -> Iterator[str]:
        """Unchanged, and imported or not: all of it or nothing."""
        lines: dict[int, dict[str, str]] = defaultdict(dict)
        for file, serial, state in self._rows(
            "SELECT billing_file_id, serial, state FROM xpps_billing_file_line WHERE company_id = %s"
        ):
            lines[file][serial] = state or ""
        made = Counter(
            file
            for table in ("xpps_meter_read", "sale_subscription_charge")
            for (file,) in self._rows(
                f"SELECT billing_file_id FROM {table} WHERE company_id = %s AND billing_file_id IS NOT NULL"
            )
        )
        seen = set()
        for file, state, checksum, attachment in self._rows(
            "SELECT id, state, checksum, attachment_id FROM xpps_billing_file WHERE company_id = %s"
        ):
            data = self._content_of(attachment)
            if hashlib.sha256(data).hexdigest() != checksum:
                yield f"The content of file {file} is not what was uploaded."
                continue
            states = set(lines[file].values())
            if state != "imported":
                if made[file]:
                    yield f"File {file} is {state}, but {made[file]} reads and charges are of it."
                if "imported" in states:
                    yield f"File {file} is {state}, but records of it are imported."
                continue
            if checksum in seen:
                yield f"File {file} is imported twice."
            seen.add(checksum)
            stated = self.stated[file] = read_file(data)
            if set(stated) != set(lines[file]):
                yield f"File {file} has {len(stated)} records, of which {len(lines[file])} are known."
            self.files[file] = {
                serial: record for serial, record in stated.items() if lines[file].get(serial) == "imported"
            }

    def _reads(self) -> Iterator[str]:
        """Each record that is imported has its reads, once, as Xerox states them."""
        found: dict[int, dict[tuple[str, str], Any]] = defaultdict(dict)
        of_month: dict[tuple[str, str, Any], set[Any]] = defaultdict(set)
        for file, serial, output_type, month, overage, unit_cost in self._rows(
            "SELECT r.billing_file_id, d.name, r.output_type, r.period_end, r.overage, r.unit_cost"
            " FROM xpps_meter_read r JOIN stock_lot d ON d.id = r.device_id"
            " WHERE r.company_id = %s AND r.billing_file_id IS NOT NULL"
        ):
            if (serial, output_type) in found[file]:
                yield f"File {file} has two reads of {serial}, {output_type}."
            found[file][serial, output_type] = (overage, unit_cost)
            of_month[serial, output_type, month].add((overage, unit_cost))
        corrections = dict(
            self._rows("SELECT id, period_end FROM xpps_billing_file WHERE company_id = %s AND kind = 'correction'")
        )
        for file, records in self.files.items():
            stated = {
                (serial, output_type): meter
                for serial, record in records.items()
                for output_type, meter in record.meters.items()
            }
            wrong = {key for key, meter in found[file].items() if stated.get(key) != meter}
            missing = stated.keys() - found[file].keys()
            if file in corrections:
                # What a correction repeats as it was makes no other read.
                self.repeated[file] = {key for key in missing if stated[key] in of_month[(*key, corrections[file])]}
                missing -= self.repeated[file]
            if wrong or missing:
                yield f"The reads of file {file} are not Xerox's: {sorted(wrong | missing)[:3]} …"

    def audited(self, file: int, serial: str) -> Decimal:
        """What an audit has to say that Xerox bills by a record that is imported, without what an earlier one says."""
        record = self.files[file][serial]
        kept = {name: meter for name, meter in record.meters.items() if (serial, name) not in self.repeated[file]}
        return replace(record, meters=kept).cost

    def _pages(self) -> Iterator[str]:
        """Pages of live reads are charged once: charges to invoice, invoiced and rejected make up what was imported."""
        charged: dict[Any, list[Any]] = defaultdict(list)
        for key, quantity, state, kind in self._rows(
            "SELECT (device_id, output_type, period_end)::text, quantity, state, kind"
            " FROM sale_subscription_charge WHERE company_id = %s AND device_id IS NOT NULL"
        ):
            charged[key].append((quantity, state, kind))
            self.charge_count += 1
        reads = dict(
            self._rows(
                "SELECT (device_id, output_type, period_end)::text, overage FROM xpps_meter_read"
                " WHERE company_id = %s AND superseded_by_id IS NULL AND origin = 'file'"
            )
        )
        for key in reads.keys() | charged.keys():
            charges = charged[key]
            corrected = any(kind != "pages" for _quantity, _state, kind in charges)
            if corrected and any(state == "rejected" for _quantity, state, _kind in charges):
                # A correction goes by what stood when it came.
                continue
            total = sum(quantity for quantity, _state, _kind in charges)
            if total != reads.get(key, 0):
                yield f"Of {key}, Xerox bills {reads.get(key, 0)} pages, and {total} are charged."

    # Charges and invoices

    def _amounts(self) -> Iterator[str]:
        for charge, quantity, price, amount, cost, cost_amount, billable in self._rows(
            "SELECT id, quantity, unit_price, price_subtotal, unit_cost, cost_subtotal, billable"
            " FROM sale_subscription_charge WHERE company_id = %s"
        ):
            if billable and cents(quantity * price) != amount or cents(quantity * cost) != cost_amount:
                yield f"Charge {charge} is {quantity} pages at {price} (cost {cost}), but {amount} ({cost_amount})."

    def _billed_once(self) -> Iterator[str]:
        """A charge is on one live invoice line at most, but for those that were credited, and its status says so."""
        lines: dict[int, int] = dict(
            self._rows(
                "SELECT r.charge_id, count(*) FROM xpps_charge_invoice_line_rel r"
                " JOIN account_move_line l ON l.id = r.invoice_line_id JOIN account_move m ON m.id = l.move_id"
                " WHERE m.company_id = %s AND m.state <> 'cancel' GROUP BY r.charge_id"
            )
        )
        earlier, credited = (
            dict(
                self._rows(
                    f"SELECT r.charge_id, count(*) FROM {table} r JOIN account_move_line l ON l.id = r.{column}"
                    " JOIN account_move m ON m.id = l.move_id WHERE m.company_id = %s AND m.state = 'posted'"
                    " GROUP BY r.charge_id"
                )
            )
            for table, column in (
                ("xpps_charge_earlier_line_rel", "invoice_line_id"),
                ("xpps_charge_credit_line_rel", "credit_line_id"),
            )
        )
        for charge, state, billable, quantity, status in self._rows(
            "SELECT id, state, billable, quantity, invoice_status FROM sale_subscription_charge WHERE company_id = %s"
        ):
            count = lines.get(charge, 0)
            due = state == "approved" and billable and quantity
            expected = "invoiced" if count else "to_invoice" if due else "no"
            if count > 1:
                yield f"Charge {charge} is on {count} live invoice lines."
            if status != expected:
                yield f"Charge {charge} is {status} instead of {expected}."
            if earlier.get(charge, 0) > credited.get(charge, 0):
                yield f"Charge {charge} was billed again, but not credited."

    def _lines(self) -> Iterator[str]:
        """Lines come to what their charges come to."""
        for line, move_type, quantity, amount, pages, prices, price in self._rows(
            "SELECT l.id, m.move_type, l.quantity, l.price_subtotal, sum(c.quantity), count(DISTINCT c.unit_price),"
            " min(c.unit_price)"
            " FROM (SELECT * FROM xpps_charge_invoice_line_rel UNION SELECT * FROM xpps_charge_earlier_line_rel)"
            "   r(charge_id, line_id)"
            " JOIN account_move_line l ON l.id = r.line_id JOIN account_move m ON m.id = l.move_id"
            " JOIN sale_subscription_charge c ON c.id = r.charge_id"
            " WHERE m.company_id = %s AND m.state <> 'cancel' GROUP BY l.id, m.id"
        ):
            sign = -1 if move_type == "out_refund" else 1
            if prices != 1 or Decimal(str(quantity)) != sign * pages or amount != sign * cents(pages * price):
                yield f"Invoice line {line} bills {quantity} for {amount}; its charges are {pages} pages at {price}."

    def _base_days(self) -> Iterator[str]:
        """No day of a base price is billed twice, and none is left out before the next invoice date.

        Where what is given back is more than what is billed, the bill is a credit note, which bills less than nothing.
        """
        spans: dict[int, list[Any]] = defaultdict(list)
        for service, first, last in self._rows(
            "SELECT l.xpps_subscription_line_id, l.xpps_period_start, l.xpps_period_end FROM account_move_line l"
            " JOIN account_move m ON m.id = l.move_id WHERE m.company_id = %s"
            " AND (m.move_type = 'out_invoice' OR m.move_type = 'out_refund' AND l.quantity < 0)"
            " AND m.state <> 'cancel' AND l.xpps_period_end IS NOT NULL AND NOT coalesce(l.xpps_base_adjustment, false)"
            " AND NOT coalesce(l.xpps_given_back, false) AND l.xpps_subscription_line_id IS NOT NULL"
        ):
            spans[service].append((first, last))
        waived: dict[int, list[Any]] = defaultdict(list)
        for service, first, last in self._rows(
            "SELECT subscription_line_id, date_from, date_to FROM xpps_base_waiver WHERE company_id = %s"
        ):
            waived[service].append((first, last))
        for service, start, next_date in self._rows(
            "SELECT l.id, s.date_start, s.recurring_next_date FROM sale_subscription_line l"
            " JOIN sale_subscription s ON s.id = l.sale_subscription_id WHERE s.company_id = %s AND s.is_xpps"
        ):
            free, left = start, None
            for first, last in sorted([*spans[service], *waived[service]], key=lambda span: span[0] or start):
                first, last = first or start, last or next_date
                if first < free and (first, last) in spans[service]:
                    yield f"Service {service}: {first} to {last} is billed twice."
                if first > free and left is None:
                    left = free
                free = max(free, last + timedelta(days=1))
            # In arrears, the next invoice bills the month before its date. Days after that, which a line gave back when
            # it was credited, are billed by later ones.
            left = free if left is None else left
            if (next_date - timedelta(days=1)).replace(day=1) > left:
                yield f"Service {service}: the next invoice is of {next_date}, and bills nothing from {left} on."

    def _runs(self) -> Iterator[str]:
        """What a run says to have billed is there."""
        for run, state, count in self._rows(
            "SELECT r.id, r.state, count(*) FROM xpps_billing_run r JOIN account_move m ON m.xpps_billing_run_id = r.id"
            " WHERE r.company_id = %s AND r.state IN ('draft', 'cancelled') AND m.state <> 'cancel' GROUP BY r.id"
        ):
            yield f"Billing run {run} is {state}, but has {count} invoices."
