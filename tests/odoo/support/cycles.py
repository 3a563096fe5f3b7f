# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of cycles share: a quarter of a device whose months include 5,000 pages each, at 0.012 a page."""

from .common import record
from .importing import ImportCase

JULY = {"InvoiceDate": "2026-08-03", "PeriodStart": "2026-07-01", "PeriodEnd": "2026-07-31"}
AUGUST = {"InvoiceDate": "2026-09-03", "PeriodStart": "2026-08-01", "PeriodEnd": "2026-08-31"}
SEPTEMBER = {"InvoiceDate": "2026-10-03", "PeriodStart": "2026-09-01", "PeriodEnd": "2026-09-30"}
OCTOBER = {"InvoiceDate": "2026-11-03", "PeriodStart": "2026-10-01", "PeriodEnd": "2026-10-31"}
INCLUDED = 5000
#: Each month's pages, as the contract of the figures has them.
QUARTER = ((JULY, 6200), (AUGUST, 3900), (SEPTEMBER, 5600))


class CycleCase(ImportCase):
    """``agreement`` bills quarters; ``_month`` imports what SN-1 printed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_overage_cycles = True
        cls.mono.list_price = 0.012
        cls.agreement.xpps_overage_cycle = "3"

    def _set_up_once(self):
        super()._set_up_once()
        self.counters = {}

    def _row(self, pages, serial="SN-1", included=INCLUDED, cost="0.0042"):
        before = self.counters.get(serial, 1000)
        self.counters[serial] = before + pages
        counters = {"MonoPrevious": before, "MonoCurrent": before + pages, "MonoIncluded": included}
        return record(serial, mono=(max(pages - included, 0), cost), **counters)

    def _month(self, invoice, pages, **values):
        return self._load([self._row(pages, **values)], **invoice)

    def _quarter(self):
        """:return: the billing files of its months"""
        return [self._month(invoice, pages) for invoice, pages in QUARTER]

    def _cycle_charges(self, device=None):
        return self._charges(device).filtered(lambda charge: charge.kind == "cycle")

    def _billed(self, agreement=None):
        """(pages, price, amount) of the lines of pages on invoices."""
        lines = self._product_lines(self._moves(agreement)).filtered("xpps_charge_ids")
        return [(line.quantity, line.price_unit, line.price_subtotal) for line in lines]

    def _billing_run(self, invoice):
        """A billing run of a month that has looked for agreements."""
        run = self.env["xpps.billing.run"].create(
            {
                "period_start": invoice["PeriodStart"],
                "period_end": invoice["PeriodEnd"],
                "invoice_date": invoice["InvoiceDate"],
            }
        )
        run.action_prepare()
        return run
