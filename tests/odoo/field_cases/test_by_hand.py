# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What people change or have to know by hand: invoice lines, locked dates, invoice dates, customers' references."""

from odoo.tests import Form

from ..support.billing_runs import BillingRunCase
from ..support.invoicing import MODES


class ByHandCase(BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.subscription"].search([]).is_paused = True


class TestChangedOnTheInvoice(ByHandCase):
    """A charge of 1,000 pages at 0.01, of which somebody bills less, or more, or at another price."""

    def _changed(self, mode="draft", **values):
        agreement = self._contract(mode, self.coffee)
        charge = self._charge(1000, 0.01, subscription_id=agreement.id)
        move = agreement.create_invoice()
        with Form(move) as form:
            for place, line in enumerate(move.invoice_line_ids):
                if line.xpps_charge_ids:
                    with form.invoice_line_ids.edit(place) as edited:
                        for name, value in values.items():
                            setattr(edited, name, value)
        move.action_post()
        return agreement, charge, move

    def _next(self, agreement):
        """Everything else that is billed of the agreement's charges."""
        before = self._moves(agreement)
        agreement.recurring_next_date = "2099-01-01"
        agreement._generate_xpps_invoices(recurring=False)
        return self._moves(agreement) - before

    def test_fewer_pages(self):
        _agreement, charge, _move = self._changed(quantity=400)
        self.assertTrue(charge.has_rest)
        self.assertEqual((charge.invoiced_quantity, charge.invoiced_amount), (400, 4.0))
        self.assertEqual(charge.rest_text, "Invoiced: 400 of 1,000 pages, $4.00 of $10.00.")
        self.assertEqual(charge.search([("has_rest", "=", True), ("id", "in", charge.ids)]), charge)

    def test_nothing_changed(self):
        for detail in ("device", "material"):
            agreement = self._contract("draft", self.coffee, xpps_invoice_detail=detail)
            charges = self._charge(33, 0.0049, subscription_id=agreement.id)
            charges |= self._charge(33, 0.0049, subscription_id=agreement.id)
            agreement.create_invoice()
            self.assertEqual(charges.mapped("has_rest"), [False, False])
            self.assertEqual(charges.mapped("invoiced_quantity"), [33, 33])
            self.assertRaisesMessage("nothing is left", charges.action_bill_rest)

    def test_bill_the_rest(self):
        for quantity, rest in ((400, 6.0), (1200, -2.0)):
            agreement, charge, _move = self._changed(quantity=quantity)
            charge.action_bill_rest()
            self.assertEqual((charge.quantity, charge.has_rest), (quantity, False))
            other = agreement.charge_ids - charge
            self.assertEqual((other.quantity, other.invoice_status), (1000 - quantity, "to_invoice"))
            move = self._next(agreement)
            self.assertEqual(-move.direction_sign * move.amount_untaxed, rest)
            change = self.env["xpps.charge.change"].search([("charge_id", "=", charge.id)], limit=1)
            self.assertEqual(
                (change.field_name, change.old_value, change.new_value), ("quantity", "1000", str(quantity))
            )

    def test_write_off(self):
        agreement, charge, _move = self._changed(quantity=400)
        cost = charge.cost_subtotal
        self._write_off(charge, "Test prints")
        self.assertEqual((charge.quantity, charge.has_rest), (400, False))
        other = agreement.charge_ids - charge
        self.assertEqual((other.quantity, other.billable, other.invoice_status), (600, False, "no"))
        # The pages were printed, whoever pays for them.
        self.assertEqual(sum(agreement.charge_ids.mapped("cost_subtotal")), cost)
        self.assertFalse(self._next(agreement))

    def _write_off(self, charge, reason):
        """By the button of the form, which asks for the reason."""
        action = charge.action_write_off()
        self.assertTrue(charge.has_rest, "Nothing happens before that.")
        with Form(self.env[action["res_model"]].with_context(**action["context"])) as form:
            form.reason = reason
        form.record.action_write_off()

    def test_why_it_is_written_off(self):
        """As of any other correction: on the charges, in the history of their changes, and in the chatter."""
        agreement, charge, _move = self._changed(quantity=400, price_unit=0.008)
        self._write_off(charge, "Test prints")
        changes = self.env["xpps.charge.change"].search([("charge_id", "=", charge.id)])
        noted = {(change.field_name, change.old_value, change.new_value, change.reason) for change in changes}
        self.assertIn(("quantity", "1000", "400", "Test prints"), noted)
        self.assertIn(("unit_price", "0.01", "0.008", "Test prints"), noted)
        self.assertEqual(set(agreement.charge_ids.mapped("reason")), {"Test prints"})
        said = agreement.message_ids[0].body
        self.assertIn("Written off: Invoiced: 400 of 1,000 pages", said)
        self.assertIn("Reason: Test prints", said)

    def test_no_write_off_without_a_reason(self):
        _agreement, charge, _move = self._changed(quantity=400)
        wizard = self.env["xpps.charge.write.off.wizard"].with_context(active_ids=charge.ids).create({"reason": " "})
        self.assertRaisesMessage("Enter why", wizard.action_write_off)
        for nothing in (None, False, "", "  "):
            self.assertEqual(charge.action_write_off(nothing)["res_model"], wizard._name)
        self.assertTrue(charge.has_rest)

    def test_nothing_to_write_off(self):
        agreement = self._contract("draft", self.coffee)
        charge = self._charge(1000, 0.01, subscription_id=agreement.id)
        move = agreement.create_invoice()
        self.assertRaisesMessage("nothing is left", charge.action_write_off)
        charge.invoice_line_ids.quantity = 400
        self.assertRaisesMessage("is a draft", charge.action_write_off)
        move.action_post()
        self.assertRaisesMessage(
            "Select the charges", self.env["xpps.charge.write.off.wizard"].create({"reason": "x"}).action_write_off
        )

    def test_a_rest_of_unknown_cost(self):
        """Neither part of it has a margin."""
        agreement, charge, _move = self._changed(quantity=400)
        charge._write_rest({"cost_unknown": True, "unit_cost": 0})
        charge.action_bill_rest()
        self.assertEqual(agreement.charge_ids.mapped("cost_unknown"), [True, True])
        self.assertEqual(set(agreement.charge_ids.mapped("margin")), {0})

    def test_another_price(self):
        agreement, charge, _move = self._changed(price_unit=0.008)
        self.assertEqual(charge.rest_text, "Invoiced: 1,000 of 1,000 pages, $8.00 of $10.00.")
        cost = charge.cost_subtotal
        charge.action_bill_rest()
        self.assertEqual((charge.unit_price, charge.price_subtotal, charge.has_rest), (0.008, 8.0, False))
        self.assertEqual(self._next(agreement).amount_untaxed, 2.0)
        self.assertEqual(sum(agreement.charge_ids.mapped("cost_subtotal")), cost)

    def test_another_price_written_off(self):
        agreement, charge, _move = self._changed(price_unit=0.008)
        charge.action_write_off("Agreed by phone")
        self.assertEqual((charge.price_subtotal, charge.margin), (8.0, 3.0))
        self.assertFalse(self._next(agreement))
        self.assertEqual(agreement.charge_ids, charge)

    def test_a_draft_is_corrected_instead(self):
        agreement = self._contract("draft", self.coffee)
        charge = self._charge(1000, 0.01, subscription_id=agreement.id)
        move = agreement.create_invoice()
        charge.invoice_line_ids.quantity = 400
        self.assertTrue(charge.has_rest)
        self.assertRaisesMessage("is a draft", charge.action_bill_rest)
        move.unlink()
        self.assertEqual((charge.has_rest, charge.invoice_status), (False, "to_invoice"))

    def test_a_line_of_several_charges(self):
        agreement = self._contract("draft", self.coffee, xpps_invoice_detail="material")
        charges = self._charge(600, 0.01, subscription_id=agreement.id)
        charges |= self._charge(400, 0.01, subscription_id=agreement.id)
        move = agreement.create_invoice()
        charges.invoice_line_ids.quantity = 500
        move.action_post()
        self.assertEqual(charges.mapped("invoiced_quantity"), [300, 200])
        charges.action_bill_rest()
        self.assertEqual(self._next(agreement).amount_untaxed, 5.0)
        self.assertEqual(sum(agreement.charge_ids.mapped("quantity")), 1000)

    def test_reports_follow_the_invoice(self):
        agreement, _charge, move = self._changed(quantity=400)
        self.env.flush_all()
        report = self.env["xpps.profitability.report"].search([("subscription_id", "=", agreement.id)])
        self.assertEqual(
            sum(report.mapped("revenue")),
            sum(self._product_lines(move).filtered("xpps_charge_ids").mapped("price_subtotal")),
        )


class TestLockDates(ByHandCase):
    def test_said_before_posting(self):
        """January is locked: what is dated 31 January is booked at the end of the first month that is open."""
        agreement = self._contract("draft", self.coffee, next_date="2026-01-31")
        run = self._run(invoice_date="2026-01-31")
        self.assertFalse(run.lock_text or self._line(run, agreement).notice)
        self.company.sale_lock_date = "2026-01-31"
        self.env.invalidate_all()
        self.assertIn("02/28/2026", run.lock_text)
        run.action_create_drafts()
        line = self._line(run, agreement)
        self.assertIn("02/28/2026", line.notice)
        run.action_post()
        self.assertEqual(str(run.move_ids.date), "2026-02-28")
        self.assertFalse(run.lock_text or line.notice)


class TestInvoiceDate(ByHandCase):
    def test_before_the_services_are_due(self):
        """A run of January that is dated 31 January bills the pages, and leaves the base price of January."""
        agreement = self._contract("draft", self.base, next_date="2026-02-01")
        self._charge(100, 0.01, subscription_id=agreement.id)
        run = self._run(invoice_date="2026-01-31")
        line = self._line(run, agreement)
        self.assertEqual((line.state, line.amount_total), ("ready", 1.0))
        self.assertIn("January 2026 are due on 02/01/2026, after the invoice date 01/31/2026", line.notice)
        run.invoice_date = "2026-02-01"
        line = self._line(run, agreement)
        self.assertEqual((line.amount_total, line.notice), (31.0, False))

    def test_a_later_period_is_not_missed(self):
        agreement = self._contract("draft", self.base, next_date="2026-03-01")
        self._charge(100, 0.01, subscription_id=agreement.id)
        self.assertFalse(self._line(self._run(), agreement).notice)


class TestCustomerReference(ByHandCase):
    def test_on_invoices_of_all_modes(self):
        for mode in MODES:
            agreement = self._contract(mode, self.coffee, xpps_customer_reference="PO-4711")
            agreement.generate_invoice()
            move = self._moves(agreement)
            self.assertEqual(move.ref, "PO-4711", mode)
        html = self.env["ir.actions.report"]._render_qweb_html("account.account_invoices", move.ids)[0].decode()
        self.assertIn("PO-4711", html)

    def test_of_several_agreements(self):
        agreements = self.agreement.browse()
        for reference in ("PO-1", "PO-2", "PO-1", False):
            agreements |= self._contract(
                "draft", self.coffee, xpps_customer_reference=reference, xpps_invoice_mode="customer"
            )
        self.assertEqual(agreements._create_xpps_invoices().ref, "PO-1, PO-2")

    def test_required_by_the_customer(self):
        customer = self._partner("Picky", xpps_reference_required=True)
        agreement = self._contract("draft", self.coffee, partner_id=customer.id)
        other = self._contract("draft", self.coffee)
        run = self._run()
        line = self._line(run, agreement)
        self.assertEqual((line.state, line.hold_code), ("held", "reference_missing"))
        self.assertIn("Picky asks for a reference", line.reason)
        self.assertEqual(line.action_fix()["res_id"], agreement.id)
        self.assertRaisesMessage("Picky asks", line.write, {"override_reason": "Now"})
        self.assertRaisesMessage("Picky asks", agreement.generate_invoice)
        self.assertEqual(self._line(run, other).state, "ready")
        with Form(agreement) as form:
            form.xpps_customer_reference = "PO-1"
        run.action_prepare()
        run.action_create_drafts()
        self.assertEqual(line.move_ids.ref, "PO-1")

    def test_not_copied(self):
        agreement = self._contract("draft", self.coffee, xpps_customer_reference="PO-1")
        self.assertFalse(agreement.copy().xpps_customer_reference)
