# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An agreement with all that resellers sell: a pool, quarters, payers and an escalator, through files and runs."""

from odoo import Command

from ..support.common import record
from ..support.plans import MONTHS
from ..support.prices import PriceCase


class TestAllParts(PriceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"xpps_overage_cycles": True, "xpps_page_plans": True, "xpps_payers": True})
        cls._device("SN-2")
        cls.pool = cls._service("Pool Pages", "material_code")
        group = cls.env["xpps.page.group"].create({"name": "Mono pages", "mono_weight": 1})
        cls.env["xpps.page.plan"].create(
            {
                "name": "Office pool",
                "subscription_id": cls.agreement.id,
                "group_id": group.id,
                "product_id": cls.pool.id,
                "cycle": "3",
                "included_pages": 6000,
                "unit_price": 0.0125,
            }
        )
        cls.lessor, cls.parent = (cls._partner(f"XPPS Test {name}") for name in ("Lessor", "Parent"))
        cls.agreement.write(
            {
                "recurring_next_date": "2026-08-01",
                "xpps_base_payer_id": cls.lessor.id,
                "xpps_payer_ids": [
                    Command.create({"partner_id": cls.parent.id, "overage_percent": 60}),
                    Command.create({"overage_percent": 40}),
                ],
            }
        )

    def _pages(self, month, *pages):
        """Import what SN-1 and SN-2 printed; Xerox includes 1,000 pages each."""
        rows = []
        for number, printed in enumerate(pages, start=1):
            before = 10_000 * month
            counters = {"MonoPrevious": before, "MonoCurrent": before + printed, "MonoIncluded": 1000}
            rows.append(record(f"SN-{number}", mono=(max(printed - 1000, 0), "0.0042"), **counters))
        self._load(rows, **MONTHS[month]).charge_ids.filtered(lambda charge: charge.state == "draft").action_approve()

    def _run(self, month):
        """A run of the month that has looked for agreements."""
        invoice = MONTHS[month]
        run = self.env["xpps.billing.run"].create(
            {
                "period_start": invoice["PeriodStart"],
                "period_end": invoice["PeriodEnd"],
                "invoice_date": invoice["InvoiceDate"],
            }
        )
        run.action_prepare()
        return run

    def _drafts(self, month):
        """The drafts of a run of the month. :return: {payer: untaxed amount}"""
        run = self._run(month)
        run.action_create_drafts()
        return {move.partner_id: move.amount_untaxed for move in run.move_ids}

    def test_a_quarter(self):
        """From July to September: 50.00 a month, 3 % more from September on; 6,000 pages at 0.0125, 8 % more.

        - July and August: the lessor pays 50.00 each. September: 50.00 × 1.03 = 51.50.
        - 2,000 + 1,000, 2,500 + 1,000 and 1,500 + 2,000 pages are 10,000 in the quarter: 4,000 above the pool. It ends
          after the increase: 4,000 × 0.0135 = 54.00, of which 60 % are 32.40 and 40 % are 21.60.
        - Xerox charges 1,000, 1,500 and 500 + 1,000 pages at 0.0042: 4.20 + 6.30 + 6.30 = 16.80, which nobody pays.
        """
        self._rise(until="2026-09-30", date_from="2026-09-01")
        with self._on("2026-08-05"):
            self._pages(7, 2000, 1000)
            self.assertEqual(self._drafts(7), {self.lessor: 50.0})
        with self._on("2026-09-05"):
            self._take_effect()
            self._pages(8, 2500, 1000)
            self.assertEqual(self._drafts(8), {self.lessor: 50.0})
        with self._on("2026-10-05"):
            self._pages(9, 1500, 2000)
            self.assertEqual(self._drafts(9), {self.lessor: 51.5, self.parent: 32.4, self.customer: 21.6})
        charges = self.agreement.charge_ids
        self.assertEqual(
            [(charge.quantity, round(charge.unit_price, 6)) for charge in charges.filtered("billable")],
            [(4000, 0.0135)],
        )
        self.assertAlmostEqual(sum(charges.filtered(lambda charge: not charge.billable).mapped("cost_subtotal")), 16.8)
        self.assertEqual(self._run(9).line_ids.state, "nothing")
