# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who pays base prices and overage: one payer a role, or several by percent."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY
from ..support.payers import PayerCase


class TestPayers(PayerCase):
    """The figures, through import and billing run."""

    def test_without_payers(self):
        charges = self._january()
        moves = self._drafts()
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [166.25]})
        self.assertFalse(moves.invoice_line_ids.xpps_payer_id)
        self.assertBilledInAll(charges)

    def test_lessor_and_customer(self):
        """Two bases of 80.00 to the lessor, 500 pages at 0.0125 to the customer."""
        self.agreement.xpps_base_payer_id = self.lessor
        charges = self._january()
        run = self._run()
        self.assertEqual((run.line_ids.payer_ids, run.line_ids.amount_total), (self.lessor, 166.25))
        moves = self._drafts(run)
        self.assertEqual(self._amounts(moves), {"XPPS Test Lessor": [160.0], "XPPS Test Customer": [6.25]})
        self.assertEqual(moves.invoice_line_ids.filtered("xpps_payer_id").mapped("xpps_share_key"), [False] * 2)
        self.assertEqual((run.line_ids.state, run.line_ids.move_ids), ("invoiced", moves))
        self.assertEqual((run.line_ids.recurring_amount, run.line_ids.charge_amount), (160.0, 6.25))
        self.assertBilledInAll(charges)
        self.assertEqual(str(self.agreement.recurring_next_date), "2026-03-01")
        self.assertEqual(self._run().line_ids.state, "nothing")

    def test_overage_payer(self):
        self.agreement.xpps_overage_payer_id = self.lessor
        self._january()
        self.assertEqual(self._amounts(self._drafts()), {"XPPS Test Customer": [160.0], "XPPS Test Lessor": [6.25]})

    def test_base_by_percent(self):
        """60 % to the lessor, and the rest with the overage to the customer."""
        self._share((self.lessor, 60, 0), (None, 40, 100))
        charges = self._january()
        moves = self._drafts()
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [70.25], "XPPS Test Lessor": [96.0]})
        self.assertBilledInAll(charges)
        line = self._of(moves, self.lessor).invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit, line.xpps_share_percent), (1.0, 96.0, 60.0))
        self.assertIn("60% of $160.00", line.name)

    def test_thirds(self):
        self.base_line.price_unit = 50.0
        others = [self._partner(f"XPPS Payer {number}") for number in (1, 2, 3)]
        percents = (33.34, 33.33, 33.33)
        self._share(*((partner, percent, percent) for partner, percent in zip(others, percents, strict=True)))
        charges = self._january(pages=8000)
        self.assertEqual(charges.price_subtotal, 100.0)
        moves = self._drafts()
        lines = [
            [line.price_subtotal for line in self._of(moves, partner).invoice_line_ids.sorted("id")]
            for partner in others
        ]
        self.assertEqual(lines, [[33.34, 33.34], [33.33, 33.33], [33.33, 33.33]])
        self.assertBilledInAll(charges)

    def test_a_charge_of_one(self):
        """What cannot be split by pages is split by its amount."""
        self._share((self.lessor, 0, 60), (None, 0, 40))
        charge = self._charge(1, 100.0)
        moves = self.agreement.create_invoice()
        lines = moves.invoice_line_ids.filtered("xpps_charge_ids")
        self.assertEqual(sorted(lines.mapped("price_subtotal")), [40.0, 60.0])
        self.assertBilledInAll(charge)

    def test_an_invoice_that_comes_to_nothing(self):
        """It is made where the rest of its shares is billed, and is not where they come to nothing, too."""
        self._share((self.lessor, 0, 60), (None, 100, 40))
        charges = self._charge(100, 0.05) | self._charge(-100, 0.05)
        moves = self.agreement._create_xpps_invoices(self.agreement.browse())
        self.assertFalse(moves)
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
        moves = self.agreement.create_invoice()
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [160.0], "XPPS Test Lessor": [0.0]})
        self.assertBilledInAll(charges)

    def test_a_cent(self):
        """Who pays nothing of it gets no invoice."""
        self._share((self.lessor, 0, 60), (None, 0, 40))
        charge = self._charge(1, 0.01)
        moves = self.agreement._create_xpps_invoices(self.agreement.browse())
        self.assertEqual(self._amounts(moves), {"XPPS Test Lessor": [0.01]})
        self.assertBilledInAll(charge)
        moves.unlink()
        self.assertEqual(charge.invoice_status, "to_invoice")

    def test_unders(self):
        """They are paid like overage, unless they have shares of their own."""
        charge = self._charge(100, 0.45, kind="unders")
        self.agreement.xpps_overage_payer_id = self.lessor
        moves = self.agreement.create_invoice()
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [160.0], "XPPS Test Lessor": [45.0]})
        moves.unlink()
        self._share({"partner_id": self.lessor.id, "unders_percent": 50}, {"unders_percent": 50})
        moves = self.agreement.create_invoice()
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [182.5], "XPPS Test Lessor": [22.5]})
        self.assertBilledInAll(charge)

    def test_other_items_go_to_the_invoice_address(self):
        coffee = self._service("Coffee", price=5)
        self.agreement.sale_subscription_line_ids = [Command.create({"product_id": coffee.id})]
        self.agreement.recurring_next_date = "2026-03-01"
        self.agreement.xpps_base_payer_id = self.lessor
        self.agreement.xpps_overage_payer_id = self.lessor
        moves = self.agreement.create_invoice()
        self.assertEqual(self._amounts(self._of(moves, self.customer)), {"XPPS Test Customer": [5.0]})
        self.assertEqual(self._of(moves, self.customer).invoice_line_ids.product_id, coffee)

    def test_invoice_modes(self):
        """Of a separate bill, each payer's; on one of all agreements of the customer, the payers' are joined, too."""
        coffee = self._service("Coffee", price=5)
        other = self._agreement(
            self.base + coffee, xpps_invoice_mode="separate", xpps_base_payer_id=self.lessor.id, next_date="2026-02-01"
        )
        self._charge(100, 0.01, subscription_id=other.id, device_id=False)
        self.assertEqual(
            self._amounts(other.create_invoice()), {"XPPS Test Lessor": [30.0], "XPPS Test Customer": [1.0, 5.0]}
        )
        both = self._agreement(xpps_invoice_mode="customer") | self._agreement(xpps_invoice_mode="customer")
        both.xpps_base_payer_id = self.lessor
        for agreement in both:
            self._charge(100, 0.01, subscription_id=agreement.id, device_id=False)
        moves = both._create_xpps_invoices()
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [2.0], "XPPS Test Lessor": [60.0]})

    def test_through_orders(self):
        agreement = self._agreement(template_id=self._template("sale_and_invoice").id)
        self._share((self.lessor, 60, 50), (None, 40, 50), agreement=agreement)
        charge = self._charge(100, 0.05, subscription_id=agreement.id, device_id=False)
        agreement.generate_invoice()
        moves = self._moves(agreement)
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [14.5], "XPPS Test Lessor": [20.5]})
        self.assertEqual(agreement.sale_order_ids.partner_id, self.customer)
        self.assertBilledInAll(charge)
        order = agreement.sale_order_ids[0]
        order.action_unlock()
        self.assertRaisesMessage("Delete or cancel them together", order._action_cancel)

    def test_the_cron_bills_payers(self):
        self._share((self.lessor, 60, 0), (None, 40, 100))
        self._charge(500, 0.0125)
        self.env["sale.subscription"].cron_subscription_management()
        moves = self._moves().filtered(lambda move: str(move.invoice_date) <= "2026-02-28")
        self.assertEqual(set(self._amounts(moves)), {"XPPS Test Customer", "XPPS Test Lessor"})


class TestTerms(PayerCase):
    """Each payer's own taxes, language, reference, detail and annex."""

    def test_taxes_and_fiscal_position(self):
        tax, export = self.env["account.tax"].create(
            [{"name": f"XPPS {rate}", "amount": rate, "type_tax_use": "sale"} for rate in (20, 0)]
        )
        (self.base + self.mono).taxes_id = tax
        position = self.env["account.fiscal.position"].create({"name": "XPPS Export"})
        export.write({"fiscal_position_ids": [Command.link(position.id)], "original_tax_ids": [Command.link(tax.id)]})
        self.lessor.property_account_position_id = position
        self._share((self.lessor, 50, 50), (None, 50, 50))
        charges = self._january()
        moves = self._drafts()
        mine, theirs = self._of(moves, self.customer), self._of(moves, self.lessor)
        self.assertEqual((theirs.fiscal_position_id, mine.fiscal_position_id), (position, position.browse()))
        self.assertEqual((theirs.invoice_line_ids.tax_ids, mine.invoice_line_ids.tax_ids), (export, tax))
        self.assertEqual((theirs.amount_total, mine.amount_total), (83.13, 99.74))
        self.assertBilledInAll(charges)

    def test_prices_that_include_tax(self):
        """The shares of what is paid without tax are those of the whole."""
        tax, export = self.env["account.tax"].create(
            [
                {
                    "name": f"XPPS {rate}",
                    "amount": rate,
                    "type_tax_use": "sale",
                    "price_include_override": "tax_included",
                }
                for rate in (20, 0)
            ]
        )
        self.base.taxes_id = self.mono.taxes_id = tax
        position = self.env["account.fiscal.position"].create({"name": "XPPS Export"})
        export.write({"fiscal_position_ids": [Command.link(position.id)], "original_tax_ids": [Command.link(tax.id)]})
        self.lessor.property_account_position_id = position
        self._share((self.lessor, 60, 60), (None, 40, 40))
        charges = self._january()
        moves = self._drafts()
        self.assertEqual(self._of(moves, self.lessor).amount_total, self._of(moves, self.lessor).amount_untaxed)
        base = moves.invoice_line_ids.filtered(lambda line: not line.xpps_charge_ids)
        self.assertEqual(sorted(base.mapped("price_subtotal")), [64.0, 96.0])
        self.assertBilledInAll(charges)

    def test_reference_and_detail(self):
        self.agreement.xpps_customer_reference = "PO-1"
        self._charge(100, 0.01, device_id=self.second.id)
        self._charge(100, 0.01)
        self._share(
            {
                "partner_id": self.lessor.id,
                "base_percent": 100,
                "overage_percent": 50,
                "customer_reference": "LEASE-7",
                "invoice_detail": "material",
            },
            (None, 0, 50),
        )
        moves = self.agreement.create_invoice()
        mine, theirs = self._of(moves, self.customer), self._of(moves, self.lessor)
        self.assertEqual((mine.ref, theirs.ref), ("PO-1", "LEASE-7"))
        self.assertEqual([len(move.invoice_line_ids.filtered("xpps_charge_ids")) for move in (mine, theirs)], [2, 1])
        self.assertBilledInAll(self.agreement.charge_ids)

    def test_lines_of_many_charges(self):
        """Where all payers have a line per material code, it is the line that is split: rounded once."""
        self.agreement.xpps_invoice_detail = "material"
        for _number in range(3):
            self._charge(1, 0.333)
        self._share((self.lessor, 0, 50), (None, 0, 50))
        moves = self.agreement.create_invoice()
        lines = moves.invoice_line_ids.filtered("xpps_charge_ids")
        self.assertEqual(lines.mapped("price_subtotal"), [0.5, 0.5])
        self.assertBilledInAll(self.agreement.charge_ids)

    def test_a_reference_that_a_payer_asks_for(self):
        self.lessor.xpps_reference_required = True
        self.agreement.xpps_base_payer_id = self.lessor
        self._january()
        line = self._run().line_ids
        self.assertEqual(line.hold_code, "reference_missing")
        self.assertIn("XPPS Test Lessor asks for a reference", line.reason)
        self.assertRaisesMessage("among the payers", self.agreement.create_invoice)
        self._share({"partner_id": self.lessor.id, "customer_reference": "LEASE-7"})
        line.run_id.action_prepare()
        self.assertEqual(self._of(self._drafts(line.run_id), self.lessor).ref, "LEASE-7")

    def test_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.lessor.lang = "de_DE"
        self.mono.with_context(lang="de_DE").name = "Schwarzweiß"
        self.agreement.xpps_overage_payer_id = self.lessor
        self._charge(1500, 0.01)
        moves = self.agreement.create_invoice()
        self.assertIn("1.500", self._of(moves, self.lessor).invoice_line_ids.name)

    def test_annex(self):
        self._share(
            {"partner_id": self.lessor.id, "base_percent": 60, "overage_percent": 40, "has_annex": False},
            (None, 40, 60),
        )
        self._january()
        moves = self._drafts()
        mine, theirs = self._of(moves, self.customer), self._of(moves, self.lessor)
        self.assertEqual((mine.has_xpps_usage, theirs.has_xpps_usage), (True, False))
        usage = mine._xpps_usage()
        self.assertEqual(float(usage.amount), mine.amount_untaxed)
        row = next(row for row in usage.agreements[0].rows if row.billed_pages)
        self.assertEqual((row.billed_pages, float(row.unit_price), float(row.amount)), (300, 0.0125, 3.75))
        self.assertEqual(usage.agreements[0].adjustment, 0)


class TestLife(PayerCase):
    """Drafts that are deleted, invoices that are credited, payers that change: nothing is billed twice, or never."""

    def _set_up_once(self):
        super()._set_up_once()
        self._share((self.lessor, 60, 60), (None, 40, 40))
        self.charges = self._january()
        self.run = self._run()
        self.moves = self._drafts(self.run)
        self.mine, self.theirs = self._of(self.moves, self.customer), self._of(self.moves, self.lessor)
        self.assertEqual(self._amounts(self.moves), {"XPPS Test Customer": [66.5], "XPPS Test Lessor": [99.75]})

    def _credit(self, move):
        credit = move._reverse_moves(cancel=False)
        credit.action_post()
        return credit

    def test_shares_stand_or_fall_together(self):
        for act in (
            self.theirs.unlink,
            self.theirs.button_cancel,
            self.theirs.invoice_line_ids[0].unlink,
            self.mine.unlink,
        ):
            self.assertRaisesMessage("Delete or cancel them together", act)
        self.mine.action_post()
        self.assertRaisesMessage("after those that are posted are reset to draft", self.theirs.unlink)
        self.assertBilledInAll(self.charges)
        self.mine.button_draft()
        self.moves.unlink()
        self.assertEqual(self.charges.invoice_status, "to_invoice")
        self.assertEqual(str(self.agreement.recurring_next_date), "2026-02-01")
        self.run.action_prepare()
        self.assertEqual(
            self._amounts(self._drafts(self.run)), {"XPPS Test Customer": [66.5], "XPPS Test Lessor": [99.75]}
        )
        self.assertBilledInAll(self.charges)

    def test_a_duplicate(self):
        """It bills no share, so that it may go by itself."""
        copy = self.theirs.copy()
        copy.unlink()
        self.assertRaisesMessage("Delete or cancel them together", self.theirs.unlink)

    def test_cancelled_together(self):
        self.moves.button_cancel()
        self.assertEqual(self.charges.invoice_status, "to_invoice")
        self.assertRaisesMessage("Reset them to draft together", self.mine.button_draft)
        self.moves.button_draft()
        self.assertBilledInAll(self.charges)

    def test_cancelled_and_billed_again(self):
        """The cancelled invoices are not used besides."""
        self._share((self.lessor, 0, 60), (None, 100, 40))
        self.moves.button_cancel()
        self.run.action_prepare()
        self._drafts(self.run)
        self.agreement.sale_subscription_line_ids.flush_recordset()
        self.assertRaisesMessage("cannot be used again", self.moves.button_draft)
        self.assertBilledInAll(self.charges)

    def test_undo(self):
        self.run.action_undo()
        self.assertFalse(self.moves.exists())
        self.assertEqual(self.charges.invoice_status, "to_invoice")

    def test_other_payers_while_drafts_exist(self):
        """Drafts stay as they are; once they are gone, the new payers get new ones."""
        self._share((self.lessor, 100, 0))
        self.assertEqual(self._amounts(self.moves), {"XPPS Test Customer": [66.5], "XPPS Test Lessor": [99.75]})
        self.run.action_undo()
        self.run.action_prepare()
        self.assertEqual(
            self._amounts(self._drafts(self.run)), {"XPPS Test Customer": [6.25], "XPPS Test Lessor": [160.0]}
        )

    def test_one_share_credited(self):
        self.moves.action_post()
        self._credit(self.theirs)
        self.assertEqual((self.charges.credit_state, self.charges.credited_amount), ("partial", 3.75))
        self.assertFalse(self.theirs.xpps_can_bill_again)
        self.assertRaisesMessage("partly credited", self.charges.action_rebill)
        self.assertRaisesMessage("Nothing on", self.theirs.action_xpps_bill_again)
        self.assertEqual(self._run().line_ids.state, "nothing")

    def test_a_share_that_is_not_posted_keeps_the_charge(self):
        self.theirs.action_post()
        self._credit(self.theirs)
        self.assertEqual(self.charges.credit_state, "partial")
        self.assertRaisesMessage("partly credited", self.charges.action_rebill)

    def test_billed_again_by_those_who_paid(self):
        """Also after others pay."""
        self.moves.action_post()
        for move in self.moves:
            self._credit(move)
        self.assertEqual((self.charges.credit_state, self.charges.credited_amount), ("full", 6.25))
        self._share((None, 100, 100))
        self.theirs.action_xpps_bill_again()
        again = self._drafts(self._run())
        self.assertEqual(self._amounts(again), {"XPPS Test Customer": [66.5], "XPPS Test Lessor": [99.75]})
        self.assertBilledInAll(self.charges)

    def test_reverse_and_create(self):
        """The new invoice takes the place of the share."""
        self.moves.action_post()
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=self.theirs.ids)
        wizard = wizard.create({"journal_id": self.theirs.journal_id.id})
        wizard.reverse_moves(is_modify=True)
        new = wizard.new_move_ids
        self.assertEqual((new.partner_id, new.amount_untaxed), (self.lessor, 99.75))
        self.assertRaisesMessage("Delete or cancel them together", new.unlink)
        new.action_post()
        self.assertBilledInAll(self.charges)
        self.assertEqual(self._run().line_ids.state, "nothing")

    def test_a_changed_share(self):
        """What somebody takes off the draft is a rest of the charge."""
        line = self.theirs.invoice_line_ids.filtered("xpps_charge_ids")
        line.price_unit = 3.0
        self.assertEqual((self.charges.has_rest, self.charges.invoiced_amount), (True, 5.5))
        self.moves.action_post()
        self.charges.action_bill_rest()
        self.assertFalse(self.charges.has_rest)

    def test_a_correction_follows_who_paid(self):
        self.moves.action_post()
        self._share((None, 100, 100))
        rows = [record("SN-1", mono=(300, "0.0042")), record("SN-2")]
        charge = self._correct(rows, **JANUARY).charge_ids
        charge.action_approve()
        self.assertEqual(charge.mapped("price_subtotal"), [-2.5])
        moves = self.agreement._create_xpps_invoices(self.agreement.browse())
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [1.0], "XPPS Test Lessor": [1.5]})
        self.assertEqual(set(moves.mapped("move_type")), {"out_refund"})

    def test_a_correction_of_what_is_billed_again(self):
        """It goes with the pages to those who paid them, though nobody is billed them at the moment."""
        self.moves.action_post()
        for move in self.moves:
            self._credit(move)
        self._share((None, 100, 100))
        self.theirs.action_xpps_bill_again()
        self._correct([record("SN-1", mono=(300, "0.0042")), record("SN-2")], **JANUARY).charge_ids.action_approve()
        again = self._drafts(self._run())
        self.assertEqual(self._amounts(again), {"XPPS Test Customer": [65.5], "XPPS Test Lessor": [98.25]})

    def test_a_correction_of_a_share_of_nothing(self):
        """Who paid nothing of a single page pays his share of what corrects it, whoever pays now."""
        self._share((self.lessor, 0, 10), (None, 100, 90))
        february = self._january(pages=1, **FEBRUARY)
        self.agreement._create_xpps_invoices(self.agreement.browse()).action_post()
        self.assertFalse(february.invoice_line_ids.filtered(lambda line: line.xpps_payer_id == self.lessor))
        self._share((None, 100, 100))
        self._correct([record("SN-1", mono=(1601, "0.0042")), record("SN-2")], **FEBRUARY).charge_ids.action_approve()
        moves = self.agreement._create_xpps_invoices(self.agreement.browse())
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [18.0], "XPPS Test Lessor": [2.0]})

    def test_one_line_of_each_set_of_payers(self):
        """Pages of those who paid them, and as many of those who pay now: 60 % of 0.04 twice, and not of 0.08."""
        self.agreement.xpps_invoice_detail = "material"
        other = self._partner("XPPS Test Other Payer")
        self.moves.action_post()
        self._share((self.lessor, 0, 60), (other, 100, 40))
        rows = [record("SN-1", mono=(503, "0.0042")), record("SN-2")]
        charges = self._correct(rows, **JANUARY).charge_ids | self._january(pages=3, **FEBRUARY)
        charges.action_approve()
        moves = self.agreement._create_xpps_invoices(self.agreement.browse())
        expected = {"XPPS Test Customer": [0.02], "XPPS Test Lessor": [0.04], "XPPS Test Other Payer": [0.02]}
        self.assertEqual(self._amounts(moves), expected)
        self.assertBilledInAll(charges)

    def test_reports(self):
        """What is posted is revenue, and what is not waits, whoever pays it."""

        def figures():
            self.env.flush_all()
            self.env.invalidate_all()
            rows = self.env["xpps.profitability.report"].search([("subscription_id", "=", self.agreement.id)])
            return round(sum(rows.mapped("revenue")), 2), round(sum(rows.mapped("uninvoiced")), 2)

        self.assertEqual(figures(), (0.0, 6.25))
        self.theirs.action_post()
        self.assertEqual(figures(), (99.75, 2.5))
        self.mine.action_post()
        self.assertEqual(figures(), (166.25, 0.0))
        rows = self.env["xpps.vendor.report"].search([("subscription_id", "=", self.agreement.id)])
        self.assertEqual(round(sum(rows.mapped("invoiced_amount")), 2), 166.25)
        self.assertFalse(self.agreement.xpps_base_notice)


class TestAdvance(PayerCase):
    def test_a_device_that_leaves(self):
        """What is made up for goes to those who paid the period, once."""
        self.company.xpps_proration = "day"
        agreement = self._agreement(xpps_base_timing="advance", next_date="2026-02-01")
        agreement.sale_subscription_line_ids.write({"price_unit": 28.0, "xpps_qty_from_devices": True})
        device = self._device("SN-3", agreement)
        self._share((self.lessor, 50, 0), (None, 50, 100), agreement=agreement)
        moves = agreement.create_invoice()
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [14.0], "XPPS Test Lessor": [14.0]})
        moves.action_post()
        agreement._xpps_settle_billing()
        device.xpps_removal_date = "2026-02-14"
        self._share((None, 100, 100), agreement=agreement)
        moves = agreement.create_invoice()
        self.assertEqual(self._amounts(moves), {"XPPS Test Customer": [7.0], "XPPS Test Lessor": [7.0]})
        self.assertEqual(set(moves.mapped("move_type")), {"out_refund"})


class TestSetUp(PayerCase):
    def test_shares_are_100_percent(self):
        for rows in (((self.lessor, 60, 0), (None, 30, 0)), ((self.lessor, 60, 0),), ((self.lessor, 101, 0),)):
            with self.assertRaisesRegex(ValidationError, "must be 100%"), self.cr.savepoint():
                self._share(*rows)
        self._share((self.lessor, 60, 0), (None, 40, 0))
        rows = self.agreement.xpps_payer_ids
        for act in (rows[0].unlink, lambda: rows[0].write({"base_percent": 50}), lambda: rows[0].copy()):
            self.assertRaises(ValidationError, self._in_savepoint, act)
        self.agreement.xpps_payer_ids = [
            Command.update(rows[0].id, {"base_percent": 50}),
            Command.update(rows[1].id, {"base_percent": 50}),
        ]
        self.assertIn("50% base prices", self.agreement.message_ids[0].body)

    def _in_savepoint(self, act):
        with self.cr.savepoint():
            act()

    def test_one_payer_alone_or_shares(self):
        self.agreement.xpps_base_payer_id = self.lessor
        with self.assertRaisesRegex(ValidationError, "alone"), self.cr.savepoint():
            self._share((None, 100, 0))
        self._share((None, 0, 100))

    def test_the_switch_stays_on(self):
        self.agreement.xpps_base_payer_id = self.lessor
        with self.assertRaisesRegex(ValidationError, "Remove its payers"), self.cr.savepoint():
            self.company.xpps_payers = False
        self.agreement.xpps_base_payer_id = False
        self.company.xpps_payers = False

    def test_archived_payer(self):
        self.agreement.xpps_base_payer_id = self.lessor
        self._january()
        self.lessor.active = False
        line = self._run().line_ids
        self.assertEqual((line.state, line.hold_code), ("held", "payer_archived"))
        self.assertIn("XPPS Test Lessor", line.reason)
        self.assertRaisesMessage("Unarchive the payer", self.agreement.create_invoice)
        with self.assertRaises(UserError), self.cr.savepoint():
            line.override_reason = "Bill it"
        self.lessor.active = True
        line.run_id.action_prepare()
        self.assertEqual(line.state, "ready")

    def test_copies(self):
        """The lessor pays for the copy, too; the old customer does not pay for another one."""
        site = self._partner("XPPS Test Site", parent_id=self.customer.id)
        self._share(
            {"partner_id": self.lessor.id, "base_percent": 60, "customer_reference": "LEASE-7"},
            (site, 30, 0),
            (None, 10, 0),
        )
        copy = self.agreement.copy()
        self.assertEqual(copy.xpps_payer_ids.partner_id, self.lessor | site)
        self.assertFalse(copy.xpps_payer_ids[0].customer_reference)
        other = self._partner("XPPS Other Customer")
        wizard = self.env["xpps.agreement.copy.wizard"].create(
            {"subscription_id": self.agreement.id, "partner_ids": [Command.set(other.ids)]}
        )
        for copy in (self.agreement.copy({"partner_id": other.id}), self._copied(wizard)):
            rows = copy.xpps_payer_ids
            self.assertEqual(rows.mapped("base_percent"), [60.0, 40.0])
            self.assertEqual(rows.partner_id, self.lessor)
        self.assertEqual(copy._xpps_payers_of("base")[1][0], other)

    def _copied(self, wizard):
        return self.env["sale.subscription"].browse(wizard.action_copy()["res_id"])

    def test_master_agreement(self):
        master = self.env["sale.subscription"].create(
            {
                "is_xpps": True,
                "is_xpps_master": True,
                "template_id": self.template.id,
                "pricelist_id": self.pricelist.id,
                "xpps_overage_payer_id": self.lessor.id,
                "sale_subscription_line_ids": [Command.create({"product_id": self.base.id})],
                "xpps_payer_ids": [
                    Command.create({"partner_id": self.lessor.id, "base_percent": 60}),
                    Command.create({"base_percent": 40}),
                ],
            }
        )
        wizard = self.env["xpps.agreement.copy.wizard"].create(
            {"subscription_id": master.id, "partner_ids": [Command.set(self.customer.ids)]}
        )
        copy = self._copied(wizard)
        self.assertEqual(
            (copy.xpps_overage_payer_id, copy.xpps_payer_ids.mapped("base_percent")), (self.lessor, [60, 40])
        )
        self.assertEqual(copy._xpps_payers_of("base")[1][0], self.customer)
