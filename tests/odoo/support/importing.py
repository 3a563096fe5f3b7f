# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of corrections, undo and quarantine share: files of any kind, one after the other."""

from ...billing_file.builder import build_xml
from .common import XppsCase

JANUARY = {"InvoiceDate": "2026-02-03", "PeriodStart": "2026-01-01", "PeriodEnd": "2026-01-31"}
FEBRUARY = {"InvoiceDate": "2026-03-03", "PeriodStart": "2026-02-01", "PeriodEnd": "2026-02-28"}
MARCH = {"InvoiceDate": "2026-04-03", "PeriodStart": "2026-03-01", "PeriodEnd": "2026-03-31"}
#: The invoice after the one that a file has unless a test says otherwise.
NEXT_INVOICE = {"InvoiceNumber": "X-1002"} | FEBRUARY


class ImportCase(XppsCase):
    def _set_up_once(self):
        super()._set_up_once()
        self._last_number = 0

    def _next_number(self):
        self._last_number += 1
        return self._last_number

    def _upload(self, devices, kind="regular", **invoice):
        """Upload a file with a number of its own and check it. :return: the billing file, a draft"""
        invoice = {"InvoiceNumber": f"X-{self._next_number()}", **invoice}
        return self._checked_file(build_xml(invoice, devices), kind=kind)

    def _load(self, devices, kind="regular", **invoice):
        """Upload and import a file without errors. :return: the billing file"""
        file = self._upload(devices, kind, **invoice)
        errors = file.issue_ids.filtered(lambda issue: issue.severity == "error")
        self.assertFalse(errors.mapped("message"))
        file.action_import()
        self.assertEqual(file.state, "imported")
        return file

    def _correct(self, devices, **invoice):
        return self._load(devices, "correction", **invoice)

    def _charges(self, device=None, **domain):
        """The charges of a device, in the order in which they were made."""
        domain = [("device_id", "=", (device or self.device).id), *((name, "=", domain[name]) for name in domain)]
        return self.env["sale.subscription.charge"].search(domain, order="id")

    def _rows(self, charges):
        """What a charge says, as a test writes it: (pages, unit cost, unit price, billable)."""
        return [
            (charge.quantity, round(charge.unit_cost, 6), round(charge.unit_price, 6), charge.billable)
            for charge in charges
        ]

    def _standing(self, charges=None):
        """Pages that the customer pays, their price and Xerox's cost of them."""
        charges = (self._charges() if charges is None else charges).filtered(lambda charge: charge.state != "rejected")
        billable = charges.filtered("billable")
        return (
            sum(billable.mapped("quantity")),
            round(sum(billable.mapped("price_subtotal")), 2),
            round(sum(charges.mapped("cost_subtotal")), 2),
        )

    def _live_reads(self, device=None):
        """{(output type, period end): (current read, overage, unit cost)} of a device."""
        reads = self.env["xpps.meter.read"].search(
            [("device_id", "=", (device or self.device).id), ("superseded_by_id", "=", False)]
        )
        found = {
            (read.output_type, str(read.period_end)): (read.current_read, read.overage, read.unit_cost)
            for read in reads
        }
        self.assertEqual(len(found), len(reads))
        return found

    def _post(self, agreement=None):
        """Bill an agreement and post its invoices. :return: account.move"""
        agreement = agreement or self.agreement
        before = self._moves(agreement)
        agreement.generate_invoice()
        moves = self._moves(agreement) - before
        moves.filtered(lambda move: move.state == "draft").action_post()
        return moves
