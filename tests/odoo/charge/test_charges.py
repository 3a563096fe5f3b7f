# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Approval, correction and amounts of charges."""

from odoo import Command
from odoo.tests import Form

from ..support.common import XppsCase


class TestApproval(XppsCase):
    def test_approve(self):
        charge = self._charge(state="draft")
        self.assertEqual(charge.invoice_status, "no")
        charge.action_approve()
        self.assertEqual((charge.state, charge.invoice_status), ("approved", "to_invoice"))
        charge.action_approve()
        self.assertEqual(charge.state, "approved")

    def test_approve_what_is_not_billable(self):
        """It counts as cost, and is never invoiced; until it becomes billable."""
        charges = self._charge(state="draft", billable=False) | self._charge(state="draft")
        charges.action_approve()
        self.assertEqual(charges.mapped("state"), ["approved", "approved"])
        self.assertEqual(charges.mapped("invoice_status"), ["no", "to_invoice"])
        charges[0].write({"billable": True, "reason": "Agreed"})
        self.assertEqual(charges.mapped("invoice_status"), ["to_invoice", "to_invoice"])

    def test_approve_many(self):
        """The number of queries does not grow with the number of charges; who approved is kept."""
        values = {"device_id": False, "state": "draft"}
        charges = self._charge(**values).browse()
        for _number in range(2):
            charges |= self._charge(**values)
        more = charges.create([charge.copy_data()[0] for charge in charges for _copy in range(600)])
        user = self._user("xpps-approver", "xerox_xpps.group_xpps_billing")
        counts = []
        for group in (charges, more):
            group.env.flush_all()
            group.env.invalidate_all()
            before = self.cr.sql_log_count
            group.with_user(user).action_approve()
            group.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(set(group.mapped("invoice_status")), {"to_invoice"})
            self.assertEqual(group.write_uid, user)
        self.assertLessEqual(counts[1], counts[0])

    def test_reject(self):
        charge = self._charge()
        charge.reason = "Xerox counted a test print"
        charge.action_reject()
        self.assertEqual((charge.state, charge.invoice_status), ("rejected", "no"))
        self.assertRaisesMessage("rejected", charge.action_approve)
        self.assertEqual(charge.state, "rejected")

    def test_reset(self):
        for state in ("approved", "rejected"):
            charge = self._charge(state=state)
            charge.action_reset()
            self.assertEqual((charge.state, charge.invoice_status), ("draft", "no"))
            charge.action_approve()
            self.assertEqual(charge.state, "approved")

    def test_many_at_once(self):
        charges = self._charge(state="draft") | self._charge(state="approved") | self._charge(state="draft")
        charges.action_approve()
        self.assertEqual(set(charges.mapped("state")), {"approved"})
        charges[0].action_reject()
        self.assertRaisesMessage("rejected", charges.action_approve)

    def test_not_billable(self):
        charge = self._charge(billable=False)
        self.assertEqual(charge.invoice_status, "no")
        charge.write({"billable": True, "reason": "Agreed with the customer"})
        self.assertEqual(charge.invoice_status, "to_invoice")

    def test_copy(self):
        copy = self._charge().copy()
        self.assertEqual((copy.state, copy.invoice_status), ("draft", "no"))


class TestCorrection(XppsCase):
    def test_a_correction_needs_a_reason(self):
        charge = self._charge()
        for values in ({"quantity": 90}, {"unit_price": 0.02}, {"name": "Pages"}, {"billable": False}):
            self.assertRaisesMessage("reason", charge.write, values)
            self.assertRaisesMessage("reason", charge.write, {**values, "reason": "  "})
            charge.write({**values, "reason": "Agreed with the customer"})

    def test_an_old_reason_does_not_count(self):
        charge = self._charge()
        charge.write({"quantity": 90, "reason": "Agreed with the customer"})
        self.assertRaisesMessage("reason", charge.write, {"quantity": 80})

    def test_what_stays_the_same_needs_no_reason(self):
        charge = self._charge(quantity=100, unit_price=0.01)
        messages = len(self.agreement.message_ids)
        charge.write({"quantity": 100, "unit_price": 0.01, "billable": True})
        self.assertEqual(len(self.agreement.message_ids), messages)

    def test_a_correction_is_tracked_on_the_agreement(self):
        charge = self._charge(quantity=100, unit_price=0.01)
        charge.write({"quantity": 90, "unit_price": 0.0125, "reason": "Test prints <b>"})
        message = self.agreement.message_ids[0]
        for text in ("100 → 90", "0.01", "0.0125", "SN-1", "Mono Pages", "Test prints &lt;b&gt;"):
            self.assertIn(text, message.body)
        self.assertEqual(message.author_id, self.env.user.partner_id)
        self.assertEqual((charge.quantity, charge.price_subtotal), (90, 1.13))

    def test_each_corrected_charge_is_tracked(self):
        """Only those that change: the second has this quantity already."""
        charges = self._charge(100) | self._charge(90) | self._charge(80)
        messages = len(self.agreement.message_ids)
        charges.write({"quantity": 90, "reason": "Agreed"})
        self.assertEqual(len(self.agreement.message_ids), messages + 2)

    def test_a_charge_that_is_approved_can_be_corrected(self):
        charge = self._charge(100, 0.01)
        charge.write({"quantity": 50, "reason": "Agreed"})
        self.assertEqual((charge.state, charge.price_subtotal), ("approved", 0.50))
        self.agreement.generate_invoice()
        line = charge.invoice_line_ids
        self.assertEqual((line.quantity, line.price_subtotal), (50, 0.50))

    def test_correction_in_the_form(self):
        charge = self._charge(100, 0.01, state="draft")
        with Form(charge) as form:
            form.quantity = 90
            form.reason = "Agreed"
        self.assertEqual((charge.quantity, charge.reason), (90, "Agreed"))

    def test_unlink(self):
        charge = self._charge()
        charge.unlink()
        self.assertFalse(charge.exists())


class TestAmounts(XppsCase):
    def assertAmounts(self, cases, charge):
        for quantity, price, expected in cases:
            charge.write({"quantity": quantity, "unit_price": price, "unit_cost": price, "reason": "Test"})
            found = (charge.price_subtotal, charge.cost_subtotal, charge.margin)
            self.assertEqual(found, (expected, expected, 0), (quantity, price))

    def _charge_in(self, currency):
        currency.active = True
        agreement = self._agreement(pricelist_id=self._pricelist(currency.name, currency).id)
        charge = self._charge(subscription_id=agreement.id, device_id=False)
        self.assertEqual(charge.currency_id, currency)
        return charge

    def test_half_up(self):
        cases = [
            (5, 0.001, 0.01),
            (4, 0.001, 0.00),
            (1, 1.005, 1.01),
            (1, 2.675, 2.68),
            (3, 0.015, 0.05),
            (50, 0.0085, 0.43),
            (1234, 0.008505, 10.50),
            (1, 0.005, 0.01),
            (1, 0.004999, 0.00),
            (-5, 0.001, -0.01),
            (1_000_000, 0.000001, 1.00),
            (2_000_000_000, 0.012345, 24_690_000.00),
        ]
        self.assertAmounts(cases, self._charge())

    def test_currency_without_decimals(self):
        charge = self._charge_in(self.env.ref("base.JPY"))
        self.assertAmounts([(5, 0.1, 1), (1, 0.499999, 0), (3, 1.5, 5), (25, 0.9, 23)], charge)

    def test_currency_with_three_decimals(self):
        charge = self._charge_in(self.env.ref("base.KWD"))
        self.assertAmounts([(5, 0.0001, 0.001), (1, 1.0005, 1.001), (7, 0.0095, 0.067)], charge)

    def test_invoice_rounds_the_same_way(self):
        """Each tie that the charge rounds up is rounded up on the invoice, too."""
        cases = [(5, 0.001), (1, 1.005), (1, 2.675), (3, 0.015), (50, 0.0085), (1, 8.345), (15, 0.0007)]
        charges = self.env["sale.subscription.charge"]
        for quantity, price in cases:
            charges |= self._charge(quantity, price)
        self.agreement.generate_invoice()
        for charge in charges:
            line = charge.invoice_line_ids
            self.assertAlmostEqual(line.price_subtotal, charge.price_subtotal, 9, (charge.quantity, charge.unit_price))

    def test_margin(self):
        charge = self._charge(100, 0.02, unit_cost=0.005)
        self.assertEqual((charge.margin, charge.margin_percent), (1.5, 75.0))
        charge = self._charge(100, 0.02, unit_cost=0.005, billable=False)
        self.assertEqual((charge.margin, charge.margin_percent), (-0.5, 0.0))

    def test_six_decimals_are_kept(self):
        charge = self._charge(1, 0.008504, unit_cost=0.001234)
        charge.flush_recordset()
        charge.invalidate_recordset()
        self.assertEqual((charge.unit_price, charge.unit_cost), (0.008504, 0.001234))


class TestAgreement(XppsCase):
    def test_invoice_mode_is_the_customers(self):
        partner = self._partner("Separate", xpps_invoice_mode="separate")
        self.assertEqual(self._agreement(partner_id=partner.id).xpps_invoice_mode, "separate")
        self.assertEqual(self.agreement.xpps_invoice_mode, "combined")
        agreement = self._agreement(partner_id=partner.id, xpps_invoice_mode="combined")
        self.assertEqual(agreement.xpps_invoice_mode, "combined")

    def test_copy(self):
        self.agreement.xpps_agreement_number = "AG-77"
        self._default(unit_cost=0.004, unit_price=0.02, billable=False)
        self._charge()
        copy = self.agreement.copy()
        self.assertFalse(copy.xpps_agreement_number)
        self.assertFalse(copy.charge_ids)
        self.assertFalse(copy.xpps_device_ids)
        self.assertRecordValues(
            copy.charge_default_ids,
            [{"product_id": self.mono.id, "unit_cost": 0.004, "unit_price": 0.02, "billable": False}],
        )

    def test_master_is_never_started_and_never_billed(self):
        master = self._agreement(is_xpps_master=True, running=False)
        self.assertRaisesMessage("master", master.action_start_subscription)
        # What is ready to start is started by the cron, which would fail for all agreements.
        ready = self.env["sale.subscription.stage"].search([("type", "=", "pre")], limit=1)
        self.assertRaisesMessage("master", master.write, {"stage_id": ready.id})
        for method in (master.create_invoice, master.generate_invoice, master.manual_invoice):
            self.assertRaisesMessage("master", method)
        self.assertFalse(self._moves(master))

    def test_stays_an_xpps_agreement(self):
        self.assertRaisesMessage("XPPS", self.agreement.write, {"is_xpps": False})

    def test_start_keeps_a_start_in_the_past(self):
        self.assertEqual(self.agreement.date_start, self.day("2025-01-01"))

    def test_totals_follow_the_lines(self):
        self.agreement.sale_subscription_line_ids = [
            Command.create({"product_id": self._service("Coffee", price=5).id, "product_uom_qty": 2})
        ]
        self.assertEqual(self.agreement.recurring_total, 40)
        self.base_line.price_unit = 31
        self.assertEqual(self.agreement.recurring_total, 41)
