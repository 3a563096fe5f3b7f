# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What setup/soak looks at afterwards sees it when something is lost, billed twice or left over."""

from decimal import Decimal

from soak.books import Books
from soak.stuck import WAITING, waiting

from ...billing_file.builder import build_xml
from ..support.common import XppsCase, record

#: What a fault could have left: (SQL, what the books say of it).
LOSSES = {
    "a charge is gone": (
        "DELETE FROM sale_subscription_charge WHERE id = %(waiting)s",
        "bills 7 pages, and 0 are charged",
    ),
    "a charge is billed twice": (
        "INSERT INTO xpps_charge_invoice_line_rel (charge_id, invoice_line_id) VALUES (%(charge)s, %(other_line)s)",
        "on 2 live invoice lines",
    ),
    "a charge is offered again": (
        "UPDATE sale_subscription_charge SET invoice_status = 'to_invoice' WHERE id = %(charge)s",
        "to_invoice instead of invoiced",
    ),
    "a line bills another amount": (
        "UPDATE account_move_line SET price_subtotal = price_subtotal + 0.01 WHERE id = %(line)s",
        "Invoice line",
    ),
    "a charge has another amount": (
        "UPDATE sale_subscription_charge SET price_subtotal = price_subtotal + 0.01 WHERE id = %(waiting)s",
        "7 pages at 0.01",
    ),
    "a month is billed twice": (
        "UPDATE account_move_line SET xpps_period_start = xpps_period_start - 5, xpps_period_end = xpps_period_end - 5"
        " WHERE id = %(later_base_line)s",
        "billed twice",
    ),
    "a month is left out": (
        "UPDATE account_move_line SET xpps_period_end = xpps_period_end - 1 WHERE id = %(base_line)s",
        "bills nothing",
    ),
    "a read is another one": (
        "UPDATE xpps_meter_read SET overage = overage + 1 WHERE id = %(read)s",
        "are not Xerox's",
    ),
    "a record is missing": (
        "DELETE FROM xpps_billing_file_line WHERE billing_file_id = %(file)s AND serial = 'SN-2'",
        "2 records, of which 1 are known",
    ),
    "a draft has charges": (
        "UPDATE xpps_billing_file SET state = 'draft' WHERE id = %(file)s",
        "is draft, but",
    ),
    "another file": (
        "UPDATE xpps_billing_file SET checksum = 'x' WHERE id = %(file)s",
        "not what was uploaded",
    ),
    "a run without its invoices": (
        "UPDATE xpps_billing_run SET state = 'cancelled' WHERE id = %(run)s",
        "is cancelled, but has",
    ),
}
STUCK = {
    "a file in the queue": "UPDATE xpps_billing_file SET state = 'queued' WHERE id = %(file)s",
    "a file that is checked": "UPDATE xpps_billing_file SET check_queued = TRUE WHERE id = %(file)s",
    "a run in progress": "UPDATE xpps_billing_run SET state = 'queued' WHERE id = %(run)s",
    "a line that waits": "UPDATE xpps_billing_run_line SET waiting = TRUE WHERE run_id = %(run)s",
    "a run that says to be at it": "UPDATE xpps_billing_run SET task = 'create' WHERE id = %(run)s",
}


class TestSoakBooks(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.date_start = "2026-01-01"
        cls._device("SN-2")

    def setUp(self):
        super().setUp()
        rows = [record("SN-1", mono=(100, "0.004")), record("SN-2", mono=(7, "0.004"))]
        file = self._import(rows)
        charge, waiting_charge = file.charge_ids.sorted("quantity", reverse=True)
        charge.action_approve()
        first = self._bill_month("2026-01-01", "2026-01-31", "2026-02-01")
        later = self._bill_month("2026-02-01", "2026-02-28", "2026-03-01")
        base_line, later_line = (
            moves.invoice_line_ids.filtered("xpps_subscription_line_id") for moves in (first, later)
        )
        self.ids = {
            "file": file.id,
            "charge": charge.id,
            "waiting": waiting_charge.id,
            "read": charge.meter_read_id.id,
            "line": charge.invoice_line_ids.id,
            "base_line": base_line.id,
            "other_line": later_line.id,
            "later_base_line": later_line.id,
            "run": first.xpps_billing_run_id.id,
        }
        self.env.flush_all()

    def _bill_month(self, start, end, day):
        values = {"period_start": start, "period_end": end, "invoice_date": day}
        run = self.env["xpps.billing.run"].create(values)
        run.action_prepare()
        held = run.line_ids.filtered(lambda line: line.state == "held")
        held.sudo().state = "ready"
        run.action_create_drafts()
        return run.move_ids

    def _books(self):
        return Books(self.env.cr, self.company.id, lambda id_: self.env["ir.attachment"].sudo().browse(id_).raw)

    def _faults(self):
        return self._books().faults()

    def test_all_is_well(self):
        self.assertEqual(self._faults(), [])
        self.assertEqual(waiting(self.env.cr, self.company.id), {})

    def test_repeated_by_a_correction(self):
        """What a correction repeats stays with the file that said it first, and has to be there."""
        rows = [record("SN-1", mono=(100, "0.004"), color=(3, "0.05")), record("SN-2", mono=(8, "0.004"))]
        file = self._checked_file(build_xml({"InvoiceNumber": "X-2"}, rows), kind="correction")
        file.action_import()
        self.env.flush_all()
        books = self._books()
        self.assertEqual(books.faults(), [])
        fees = books.stated[file.id]["SN-1"].fees
        self.assertEqual(books.audited(file.id, "SN-1"), fees + Decimal("0.15"))
        self.assertEqual(books.audited(file.id, "SN-2"), fees + Decimal("0.03"))
        self.env.cr.execute("UPDATE xpps_meter_read SET unit_cost = 0.005 WHERE id = %(read)s", self.ids)
        self.assertIn("('SN-1', 'mono')", "\n".join(self._faults()))

    def test_bill_that_is_a_credit_note(self):
        """What is given back is more than the base price: its month is billed all the same."""
        invoice = {"PeriodStart": "2026-03-01", "PeriodEnd": "2026-03-31"}
        self._bill([record("SN-1", mono=(1_000_000, "0.004"))], InvoiceNumber="X-3", **invoice)
        self._bill_month("2026-03-01", "2026-03-31", "2026-04-01")
        data = build_xml({"InvoiceNumber": "X-4", **invoice}, [record("SN-1", mono=(0, "0.004"))])
        file = self._checked_file(data, kind="correction")
        file.action_import()
        file.charge_ids.action_approve()
        move = self._bill_month("2026-04-01", "2026-04-30", "2026-05-01")
        self._bill_month("2026-05-01", "2026-05-31", "2026-06-01")
        self.env.flush_all()
        self.assertEqual((move.move_type, self._faults()), ("out_refund", []))
        line = move.invoice_line_ids.filtered("xpps_subscription_line_id")
        self.env.cr.execute("UPDATE account_move_line SET xpps_period_end = NULL WHERE id = %s", [line.id])
        self.assertIn("bills nothing from 2026-04-01", "\n".join(self._faults()))

    def test_losses(self):
        for what, (damage, says) in LOSSES.items():
            with self.subTest(what), self.cr.savepoint() as savepoint:
                self.env.cr.execute(damage, self.ids)
                self.assertEqual(self.env.cr.rowcount, 1)
                self.assertIn(says, "\n".join(self._faults()))
                savepoint.rollback()

    def test_stuck(self):
        seen = set()
        for what, damage in STUCK.items():
            with self.subTest(what), self.cr.savepoint() as savepoint:
                self.env.cr.execute(damage, self.ids)
                seen.update(waiting(self.env.cr, self.company.id))
                savepoint.rollback()
        self.assertEqual(seen, set(WAITING))
