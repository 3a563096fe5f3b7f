# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of payers share: an agreement with two base prices of 80.00, and a lessor."""

from odoo import Command

from .common import record
from .importing import JANUARY, ImportCase


class PayerCase(ImportCase):
    """``agreement`` bills SN-1 and SN-2 at 80.00 each and Mono pages at 0.0125."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_payers = True
        cls.mono.list_price = 0.0125
        cls.base_line.write({"price_unit": 80.0, "xpps_qty_from_devices": True})
        cls.second = cls._device("SN-2")
        cls.lessor = cls._partner("XPPS Test Lessor")

    def _january(self, pages=500, **invoice):
        """Import and approve so many pages of SN-1. :return: the charges"""
        rows = [record("SN-1", mono=(pages, "0.0042")), record("SN-2")]
        charges = self._load(rows, **{**JANUARY, **invoice}).charge_ids
        charges.action_approve()
        return charges

    def _share(self, *rows, agreement=None):
        """Have payers share: (partner or None, base %, overage %), or values of a row."""
        names = ("partner_id", "base_percent", "overage_percent")
        values = [
            row if isinstance(row, dict) else dict(zip(names, (row[0] and row[0].id, *row[1:]), strict=True))
            for row in rows
        ]
        (agreement or self.agreement).xpps_payer_ids = [Command.clear(), *map(Command.create, values)]

    def _run(self, **values):
        """A billing run of January that has looked for agreements."""
        run = self.env["xpps.billing.run"].create(
            {"period_start": "2026-01-01", "period_end": "2026-01-31", "invoice_date": "2026-02-03", **values}
        )
        run.action_prepare()
        return run

    def _drafts(self, run=None):
        run = run or self._run()
        run.action_create_drafts()
        self.assertEqual(set(run.line_ids.mapped("error")), {False})
        return run.move_ids

    def _amounts(self, moves):
        """{partner name: untaxed amounts of the invoices, in order}"""
        found = {}
        for move in moves.sorted("id"):
            found.setdefault(move.partner_id.name, []).append(round(move.amount_untaxed, 2))
        return found

    def _of(self, moves, partner):
        return moves.filtered(lambda move: move.partner_id == partner)

    def assertBilledInAll(self, charges):
        """Live lines bill the charges to the cent, and just their pages."""
        for charge in charges:
            self.assertEqual(charge.invoice_status, "invoiced")
            self.assertEqual((charge.invoiced_amount, charge.has_rest), (charge.price_subtotal, False))
            self.assertEqual(charge.invoiced_quantity, charge.quantity)
