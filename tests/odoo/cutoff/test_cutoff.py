# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a cut-off accrues and defers: the figures by hand, through real files, invoices and bills."""

from odoo.tests import Form

from ..support.base_periods import BasePeriodCase
from ..support.common import record
from ..support.cutoffs import Cutoffs
from ..support.plans import MONTHS, PlanCase

JUNE = "2026-06-30"


class TestPool(Cutoffs, PlanCase):
    """Three devices share 6,000 pages at 0.0125; Xerox includes 1,000 each and bills 0.0042."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_cutoff_accounts()
        # No base price is in the way: pages alone.
        cls.agreement.sale_subscription_line_ids.price_unit = 0
        cls.device2, cls.device3 = cls._device("SN-2"), cls._device("SN-3")
        cls._plan()
        cls.agreement.recurring_next_date = "2026-07-01"

    def setUp(self):
        super().setUp()
        self.file = self._month(6, 4200, 900, 1400)

    def _approve(self):
        self.file.charge_ids.filtered(lambda charge: charge.state == "draft").action_approve()
        self._plan_charges().filtered(lambda charge: charge.state == "draft").action_approve()

    def test_june(self):
        """500 × 0.0125 = 6.25 unbilled; (3,200 + 400) × 0.0042 = 15.12 of Xerox without a bill."""
        self._approve()
        cutoff = self.assertCutoffAgrees(JUNE)
        self.assertEqual(self._amounts(cutoff), {"unbilled_revenue": 6.25, "accrued_cost": 15.12})
        unbilled = cutoff.line_ids.filtered(lambda line: line.kind == "unbilled_revenue")
        self.assertEqual(
            (unbilled.partner_id, unbilled.subscription_id, unbilled.product_id, unbilled.days, unbilled.period_days),
            (self.customer, self.agreement, self.pool_pages, 30, 30),
        )
        self.assertEqual(unbilled.account_id.account_type, "income")
        cost = cutoff.line_ids - unbilled
        self.assertEqual((cost.billing_file_id, cost.component, cost.account_id), (self.file, "mono", self.xerox_cost))
        self.assertEqual(round(sum(cutoff.line_ids.mapped("result")), 2), -8.87)

    def test_what_waits_for_approval_is_told(self):
        self._plan_charges().action_reset()
        cutoff = self._cutoff(JUNE)
        self.assertEqual(self._amounts(cutoff), {"accrued_cost": 15.12})
        self.assertIn("1 charge waits for approval and is left out: $6.25.", cutoff.remarks)
        self._approve()
        self.assertEqual(self._amounts(self._cutoff(JUNE)), {"unbilled_revenue": 6.25, "accrued_cost": 15.12})
        self.assertFalse(cutoff.remarks)

    def test_a_charge_without_a_period_is_told(self):
        self._approve()
        self._charge(100, 0.01, period_start=False, period_end=False)
        cutoff = self._cutoff(JUNE)
        self.assertEqual(cutoff.unbilled_revenue, 6.25)
        self.assertIn("1 charge has no period.", cutoff.remarks)

    def test_an_invoice_of_june_bills_it(self):
        """One of July does not, nor one that is not posted; a credit note of July leaves June as it came to be."""
        self._approve()
        self.agreement.generate_invoice()
        move = self._moves()
        self.assertEqual(self._amounts(self._cutoff(JUNE))["unbilled_revenue"], 6.25)
        self.assertEqual(self._cutoff(JUNE).line_ids.move_line_id.move_id, move)
        move.invoice_date = JUNE
        move.action_post()
        self.assertEqual(self._amounts(self.assertCutoffAgrees(JUNE)), {"accrued_cost": 15.12})
        move.button_draft()
        move.invoice_date = move.date = "2026-07-01"
        move.action_post()
        self.assertEqual(self._amounts(self.assertCutoffAgrees(JUNE))["unbilled_revenue"], 6.25)
        # It takes back what was earned in June.
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        reversal.create({"journal_id": move.journal_id.id, "date": "2026-07-10"}).refund_moves()
        move.reversal_move_ids.action_post()
        self.assertEqual(self._amounts(self.assertCutoffAgrees(JUNE)), {"accrued_cost": 15.12})

    def test_xeroxs_bill_of_june_ends_the_accrual(self):
        """A bill of July does not, nor a draft."""
        self.file.action_create_vendor_bill()
        bill = self.file.vendor_bill_id
        self.assertEqual(self._cutoff(JUNE).accrued_cost, 15.12)
        bill.write({"invoice_date": "2026-07-01", "date": "2026-07-01"})
        bill.action_post()
        self.assertEqual(self._cutoff(JUNE).accrued_cost, 15.12)
        self.assertEqual(self._cutoff("2026-07-31").accrued_cost, 0)
        bill.button_draft()
        bill.write({"name": False, "invoice_date": JUNE, "date": JUNE})
        bill.action_post()
        self.assertEqual(self._cutoff(JUNE).accrued_cost, 0)

    def test_half_of_a_period(self):
        """By days: 15 of 30."""
        self._approve()
        cutoff = self._cutoff("2026-06-15")
        self.assertEqual(self._amounts(cutoff), {"unbilled_revenue": 3.13, "accrued_cost": 7.56})
        self.assertEqual(set(cutoff.line_ids.mapped("days")), {15})
        self.assertEqual(self._amounts(self._cutoff("2026-05-31")), {})

    def test_pages_that_are_billed_before_their_period_ends(self):
        """6.25 billed on 15 June: half of it is of the days after."""
        self._approve()
        self.agreement.generate_invoice()
        move = self._moves()
        move.invoice_date = "2026-06-15"
        move.action_post()
        self.assertEqual(self._amounts(self._cutoff("2026-06-15"))["deferred_revenue"], 3.12)

    def test_a_correction_costs_the_difference(self):
        self._approve()
        self.counters = {}
        self._correct([self._row("SN-1", 3900)], **MONTHS[6])
        # 300 pages × 0.0042 = 1.26 less.
        self.assertEqual(self._cutoff(JUNE).accrued_cost, 13.86)
        self._pay_xerox(self.file, JUNE)
        cutoff = self.assertCutoffAgrees(JUNE)
        self.assertEqual(cutoff.accrued_cost, -1.26)

    def test_a_file_in_another_currency(self):
        """At the exchange rate of the day: 900 × 0.0042 = 3.78 EUR are 4.20."""
        self.env["res.currency.rate"].create(
            {"name": "2026-07-31", "rate": 0.9, "currency_id": self.eur.id, "company_id": self.company.id}
        )
        self._pay_xerox(self.file, JUNE)
        self._load([self._row("SN-1", 1900)], **MONTHS[7], Currency="EUR")
        self.assertEqual(self._cutoff("2026-07-31").accrued_cost, 4.2)

    def test_a_currency_without_a_rate_is_refused(self):
        file = self.file
        self.env["res.currency.rate"].search([("currency_id", "=", self.eur.id)]).unlink()
        file.sudo().currency_id = self.eur
        self.assertRaisesMessage("EUR has no exchange rate of .* or before", self._cutoff, JUNE)


class TestBase(Cutoffs, BasePeriodCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_cutoff_accounts()
        cls.yearly = cls._template("invoice", recurring_rule_type="years")
        # It is there besides.
        cls.base_line.price_unit = 0

    def _running(self, date_start="2026-06-01", price=600, **values):
        agreement = super()._running(date_start, services=self.base, **values)
        agreement.sale_subscription_line_ids.price_unit = price
        return agreement

    def _bill(self, agreement, day):
        with self._on(day):
            agreement.generate_invoice()
        moves = self._moves(agreement)
        moves.filtered(lambda move: move.state == "draft").action_post()
        return moves

    def test_a_year_in_advance(self):
        """600.00 from 1 June on: 30 of 365 days are 49.32, and 550.68 are deferred."""
        agreement = self._running(template_id=self.yearly.id, xpps_base_timing="advance")
        self._bill(agreement, "2026-06-01")
        cutoff = self.assertCutoffAgrees(JUNE)
        self.assertEqual(self._amounts(cutoff), {"deferred_revenue": 550.68})
        line = cutoff.line_ids
        self.assertEqual((line.days, line.period_days, line.whole_amount), (335, 365, 600))
        self.assertEqual(line.account_id, self._product_lines(self._moves(agreement)).account_id)
        self.assertEqual(line.result, -550.68)
        for day, amount in (("2026-05-31", 0), ("2026-06-01", 598.36), ("2026-12-31", 248.22), ("2027-05-31", 0)):
            self.assertEqual(self._cutoff(day).deferred_revenue, amount, day)

    def test_before_it_is_billed(self):
        """30 of 365 days, by the terms; the invoice of July says the same."""
        agreement = self._running(template_id=self.yearly.id, xpps_base_timing="advance")
        cutoff = self.assertCutoffAgrees(JUNE)
        self.assertEqual(self._amounts(cutoff), {"unbilled_base": 49.32})
        self.assertEqual(cutoff.line_ids.subscription_line_id, agreement.sale_subscription_line_ids)
        self.assertEqual((cutoff.line_ids.days, cutoff.line_ids.period_days), (30, 365))
        with self._on("2026-07-02"):
            agreement.generate_invoice()
        moves = self._moves(agreement)
        moves.button_draft()
        moves.invoice_date = moves.date = "2026-07-02"
        self.assertEqual(self._amounts(self.assertCutoffAgrees(JUNE)), {"unbilled_base": 49.32})
        moves.action_post()
        cutoff = self.assertCutoffAgrees(JUNE)
        self.assertEqual(self._amounts(cutoff), {"unbilled_base": 49.32})
        self.assertEqual(cutoff.line_ids.move_line_id.move_id, moves)

    def test_months_in_arrears(self):
        """31.00 a month from 15 May on, billed on 15 June: 17 days of May, then 16 of June are not billed."""
        agreement = self._running("2026-05-15", price=31, template_id=self.monthly.id)
        # The period from 15 May on has 31 days.
        self.assertEqual(self._amounts(self._cutoff("2026-05-31")), {"unbilled_base": 17.0})
        with self._on("2026-06-15"):
            agreement.generate_invoice()
        moves = self._moves(agreement)
        moves.invoice_date = "2026-06-15"
        moves.action_post()
        # 16 of 30 days.
        self.assertEqual(self._amounts(self._cutoff(JUNE)), {"unbilled_base": 16.53})
        self.assertEqual(self._amounts(self._cutoff("2026-05-31")), {"unbilled_base": 17.0})

    def test_days_that_are_not_billed(self):
        """Days of a pause are not, neither while it lasts nor afterwards."""
        self.company.xpps_proration = "day"
        agreement = self._running("2026-06-01", price=30, template_id=self.monthly.id)
        with self._on("2026-06-11"):
            agreement.is_paused = True
        with self._on("2026-06-21"):
            self.assertEqual(self._cutoff(JUNE).unbilled_base, 20)
            agreement.action_resume()
        self.assertEqual(self._cutoff(JUNE).unbilled_base, 20)

    def test_days_that_only_an_order_bills(self):
        """Its invoice was deleted: the order is going to bill them, and has not yet."""
        agreement = self._running(price=30, template_id=self.templates["sale_and_invoice"].id)
        with self._on("2026-07-01"):
            agreement.generate_invoice()
        self._void(self._moves(agreement))
        self.assertTrue(agreement.sale_order_ids)
        self.assertEqual(self._cutoff(JUNE).unbilled_base, 30)

    def test_a_closed_agreement(self):
        self.company.xpps_proration = "day"
        agreement = self._running("2026-06-01", price=30, template_id=self.monthly.id)
        with self._on("2026-06-10"):
            agreement.close_subscription()
        self.assertEqual(self._cutoff(JUNE).unbilled_base, 10)

    def test_the_price_of_the_period(self):
        """A price from July on is not that of June."""
        agreement = self._running("2026-06-01", price=30, template_id=self.monthly.id)
        self.company.xpps_escalators = True
        with self._on("2026-06-15"):
            self.env["xpps.price.rule"].create(
                {"subscription_id": agreement.id, "base_percent": 10, "date_from": "2026-07-01"}
            )
            self.env["xpps.price.propose.wizard"].create({"subscription_ids": agreement.ids}).action_propose()
            change = self.env["xpps.price.change"].search([("subscription_id", "=", agreement.id)])
            change.action_mark_notified()
            change.action_apply()
        self.assertEqual(self._cutoff(JUNE).unbilled_base, 30)
        self.assertEqual(self._cutoff("2026-07-31").unbilled_base, 63)

    def test_devices_that_come_in_a_month_billed_in_advance(self):
        """30.00 a device: the second one from 16 June on is 15.00 that the next invoice makes up for."""
        self.company.xpps_proration = "day"
        agreement = self._running(
            "2026-06-01", price=30, template_id=self.monthly.id, xpps_base_timing="advance", devices=1
        )
        self._bill(agreement, "2026-06-01")
        self._printer_on(agreement, xpps_install_date="2026-06-16")
        self.assertEqual(self._amounts(self._cutoff(JUNE)), {"unbilled_base": 15.0})
        self.assertEqual(self._amounts(self._cutoff("2026-06-20")), {"unbilled_base": 5.0, "deferred_revenue": 10.0})

    def test_a_credit_note_of_the_same_month(self):
        agreement = self._running(template_id=self.yearly.id, xpps_base_timing="advance")
        move = self._bill(agreement, "2026-06-01")
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        reversal.create({"journal_id": move.journal_id.id, "date": "2026-06-20"}).refund_moves()
        self.assertEqual(self._cutoff(JUNE).deferred_revenue, 550.68)
        move.reversal_move_ids.action_post()
        self.assertEqual(self._amounts(self.assertCutoffAgrees(JUNE)), {})

    def test_an_agreement_in_another_currency(self):
        self.env["res.currency.rate"].create(
            {"name": "2026-06-30", "rate": 0.5, "currency_id": self.eur.id, "company_id": self.company.id}
        )
        self._running(
            "2026-06-01", price=30, template_id=self.monthly.id, pricelist_id=self._pricelist("Euro", self.eur).id
        )
        self.assertEqual(self._cutoff(JUNE).unbilled_base, 60)


class TestWholeMonths(Cutoffs, PlanCase):
    """Files, invoices and bills of some months, some of them missing: report and ledger agree at each month's end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_cutoff_accounts()

    def test_analytic_distributions_are_kept(self):
        plan = self.env["account.analytic.plan"].create({"name": "Customers"})
        first, second, xerox = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("First", "Second", "Xerox")]
        )
        models = self.env["account.analytic.distribution.model"]
        models.create({"partner_id": self.company.xpps_vendor_id.id, "analytic_distribution": {xerox.id: 100}})
        models.create(
            {"partner_id": self.customer.id, "product_id": self.mono.id, "analytic_distribution": {second.id: 100}}
        )
        self.agreement.recurring_next_date = "2026-07-01"
        file = self._load([record("SN-1", mono=(100, "0.004"), BaseServiceFee=20)], **MONTHS[6])
        file.charge_ids.action_approve()
        found = {
            (line.kind, line.component or line.product_id.name): line.analytic_distribution
            for line in self._cutoff(JUNE).line_ids
        }
        self.assertEqual(
            found,
            {
                ("unbilled_revenue", "mono"): {str(second.id): 100},
                ("unbilled_base", "XPPS Base Price"): False,
                ("accrued_cost", "mono"): {str(xerox.id): 100},
                ("accrued_cost", "base_service"): {str(xerox.id): 100},
            },
        )
        self.base_line.analytic_distribution = {first.id: 100}
        self.company.xpps_vendor_bill_analytic = True
        cutoff = self._cutoff(JUNE)
        for line in cutoff.line_ids:
            self.assertEqual(line.analytic_distribution, {str(first.id): 100}, line.kind)
        self.assertEqual(cutoff.line_ids.partner_id, self.customer)
        cutoff.action_create_entry()
        kept = cutoff.move_id.line_ids.filtered("analytic_distribution")
        self.assertEqual(
            sorted((line.account_id.account_type, round(line.balance, 2)) for line in kept),
            [("expense_direct_cost", 20.4), ("income", -30.0), ("income", -1.0)],
        )

    def test_form(self):
        """Today's settings are the new cut-off's."""
        with Form(self.env["xpps.cutoff"]) as form:
            form.date = JUNE
        cutoff = form.record
        self.assertEqual(
            (cutoff.journal_id, cutoff.accrued_revenue_account_id, cutoff.deferred_revenue_account_id),
            (self.cutoff_journal, self.accrued_revenue, self.deferred_revenue),
        )
        self.assertEqual((cutoff.accrued_cost_account_id, cutoff.state), (self.accrued_cost, "draft"))
        self.assertTrue(cutoff.copy({"date": "2026-05-31"}).journal_id)
