# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of invoicing share: an agreement with XPPS items and other items."""

from odoo import Command

from .common import XppsCase

MODES = ("draft", "invoice", "invoice_send", "sale_and_invoice")


class InvoicingCase(XppsCase):
    """Agreements with a base price of 30.00 (an XPPS item) and coffee for 5.00 (another item)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coffee = cls._service("Coffee", price=5)
        cls.second = cls._device("SN-2")
        cls.templates = {mode: cls._template(mode) for mode in MODES}

    @classmethod
    def _contract(cls, mode="draft", services=None, **values):
        services = cls.base + cls.coffee if services is None else services
        return cls._agreement(services, template_id=cls.templates[mode].id, **values)

    @classmethod
    def _charges(cls, agreement):
        """Three approved charges: 1.00 and 0.50 of Mono pages, 0.80 of Color pages."""
        charges = cls._charge(100, 0.01, subscription_id=agreement.id)
        charges |= cls._charge(50, 0.01, subscription_id=agreement.id, device_id=cls.second.id)
        charges |= cls._charge(
            10,
            0.08,
            subscription_id=agreement.id,
            product_id=cls.color.id,
            name="Color Pages",
            output_type="color",
        )
        return charges

    def assertLines(self, moves, expected):
        """Each invoice's lines: (product, quantity, price, subtotal), in any order, and the sum of them."""
        found = [
            sorted(
                (line.product_id.name, line.quantity, line.price_unit, line.price_subtotal)
                for line in self._product_lines(move)
            )
            for move in moves
        ]
        self.assertEqual(sorted(found), sorted(sorted(lines) for lines in expected))
        for move in moves:
            self.assertEqual(
                move.currency_id.compare_amounts(
                    move.amount_untaxed, sum(self._product_lines(move).mapped("price_subtotal"))
                ),
                0,
            )

    def assertBilledOnce(self, charges):
        """Each charge is on exactly one line of a live invoice, and these lines bill just its pages."""
        for charge in charges:
            self.assertEqual(charge.invoice_status, "invoiced")
            live = charge.invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
            self.assertEqual(len(live), 1)
        lines = charges.invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
        self.assertEqual(sum(lines.mapped("quantity")), sum(charges.mapped("quantity")))

    def _archived_account(self):
        return self.env["account.account"].create(
            {
                "name": "Archived",
                "code": "XPPS9",
                "account_type": "income",
                "company_ids": [Command.set(self.company.ids)],
                "active": False,
            }
        )

    def _void(self, moves):
        """Delete invoices, whatever their state."""
        moves.filtered(lambda move: move.state == "posted").button_draft()
        moves.with_context(force_delete=True).unlink()
