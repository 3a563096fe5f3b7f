# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The nightly billing of all agreements."""

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tools import mute_logger

from ..support.invoicing import MODES, InvoicingCase


class TestCron(InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whatever else is in the database is not to be billed here.
        cls.env["sale.subscription"].search([("company_id", "!=", cls.company.id)]).is_paused = True
        cls.agreement.is_paused = True
        cls.today = fields.Date.today()
        cls.later = cls.today + relativedelta(days=10)

    @mute_logger(
        "odoo.addons.subscription_oca.models.sale_subscription",
        "odoo.addons.xerox_xpps.models.agreement.sale_subscription",
        "odoo.sql_db",
    )
    def _run(self):
        self.env["sale.subscription"].cron_subscription_management()

    def test_due(self):
        for mode in MODES:
            agreement = self._contract(mode, next_date=self.today)
            charges = self._charges(agreement)
            self._run()
            self.assertBilledOnce(charges)
            self.assertEqual(self._moves(agreement).amount_untaxed, 37.30)
            self.assertEqual(agreement.recurring_next_date, self.today + relativedelta(months=1))
            self._run()
            self.assertEqual(len(self._moves(agreement)), 1)

    def test_no_recurring_lines(self):
        for mode in MODES:
            agreement = self._contract(mode, self.env["product.product"], next_date=self.today)
            charges = self._charges(agreement)
            self._run()
            self.assertBilledOnce(charges)
            self.assertEqual(self._moves(agreement).amount_untaxed, 2.30)
            self._run()
            self.assertEqual(len(self._moves(agreement)), 1)

    def test_not_due(self):
        """Charges do not wait for the recurring lines; those are billed at their own date."""
        for mode in MODES:
            agreement = self._contract(mode, next_date=self.later)
            charges = self._charges(agreement)
            self._run()
            self.assertBilledOnce(charges)
            self.assertEqual(self._moves(agreement).amount_untaxed, 2.30)
            self.assertEqual(self._moves(agreement).invoice_date, self.today)
            self.assertEqual(agreement.recurring_next_date, self.later)

    def test_not_due_and_no_charges(self):
        agreement = self._contract(next_date=self.later)
        self._charge(state="draft", subscription_id=agreement.id)
        self._run()
        self.assertFalse(self._moves(agreement))

    def test_paused(self):
        agreement = self._contract(next_date=self.today)
        charges = self._charges(agreement)
        agreement.is_paused = True
        self._run()
        self.assertFalse(self._moves(agreement))
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})

    def test_closed(self):
        """The last pages come after the end of an agreement."""
        agreement = self._contract(next_date=self.today)
        agreement.close_subscription()
        charges = self._charges(agreement)
        self._run()
        self.assertBilledOnce(charges)
        self.assertEqual(self._moves(agreement).amount_untaxed, 2.30)

    def test_a_failure_stops_no_other(self):
        """An archived account cannot be posted to: the draft is gone, and the order that it came through."""
        self.color.property_account_income_id = self._archived_account()
        for mode in MODES[1:]:
            with self.subTest(mode=mode):
                self._fail_and_bill(mode)

    def _fail_and_bill(self, mode):
        due = self._contract(mode, next_date=self.today)
        only_charges = self._contract(mode, self.env["product.product"], next_date=self.today)
        failing = {agreement: self._charges(agreement) for agreement in (due, only_charges)}
        good = self._contract(mode, next_date=self.today)
        good_charge = self._charge(subscription_id=good.id)
        orders = self.env["sale.order"].search_count([])
        moves = self.env["account.move"].search_count([])
        self._run()
        self.assertBilledOnce(good_charge)
        self.assertEqual(self.env["account.move"].search_count([]), moves + 1)
        self.assertEqual(self.env["sale.order"].search_count([]), orders + (mode == "sale_and_invoice"))
        for agreement, charges in failing.items():
            self.assertFalse(self._moves(agreement))
            self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
            self.assertEqual(agreement.recurring_next_date, self.today)
            agreement.is_paused = True
        self.assertEqual(good.recurring_next_date, self.today + relativedelta(months=1))

    def test_a_failure_on_the_start_stops_no_other(self):
        """Upstream's cron bills what it starts without looking after failures."""
        ready = self.env["sale.subscription.stage"].search([("type", "=", "pre")], limit=1)
        failing = self._contract("invoice", running=False, date_start=self.today, xpps_base_timing="advance")
        failing.stage_id = ready
        failing.sale_subscription_line_ids.product_id.property_account_income_id = self._archived_account()
        fine = self._service("Tea", price=4)
        good = self._contract("invoice", fine, next_date=self.today)
        self._run()
        self.assertEqual(self._moves(good).amount_untaxed, 4)
        self.assertFalse(self._moves(failing))
        self.assertEqual(failing.recurring_next_date, self.today)
        self.assertEqual(failing.stage_type, "in_progress")

    def test_two_companies(self):
        """One run bills every company's agreements, each in its own company."""
        other = self._company("XPPS Other Reseller")
        agreement = self._contract(company_id=other.id, next_date=self.today, services=self.env["product.product"])
        charge = self._charge(subscription_id=agreement.id, device_id=False)
        mine = self._contract(next_date=self.today)
        self._run()
        self.assertBilledOnce(charge)
        self.assertEqual(self._moves(agreement).company_id, other)
        self.assertEqual(self._moves(mine).company_id, self.company)
