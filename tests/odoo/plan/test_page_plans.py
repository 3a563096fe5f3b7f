# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Page plans: what devices print under them is rated together, and Xerox's overage is cost only."""

from freezegun import freeze_time
from psycopg2.errors import ExclusionViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ..support.plans import MONTHS, PlanCase


class TestPool(PlanCase):
    """Three devices share 6,000 pages at 0.0125; Xerox includes 1,000 each and bills 0.0042."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device2, cls.device3 = cls._device("SN-2"), cls._device("SN-3")
        cls.plan = cls._plan()

    def test_the_pool_charges_500_pages_and_xerox_3600(self):
        file = self._month(6, 4200, 900, 1400)
        self.assertEqual(self._lines(), [("plan", 500, 0.0125, 6.25)])
        covered = file.charge_ids - self._plan_charges()
        self.assertEqual(sorted(covered.mapped("quantity")), [400, 3200])
        self.assertEqual(round(sum(covered.mapped("cost_subtotal")), 2), 15.12)
        self.assertFalse(any(covered.mapped("billable")))
        self.assertEqual(set(covered.mapped("state")), {"approved"})
        self.assertEqual(covered.page_plan_id, self.plan)
        rating = self._ratings()
        self.assertEqual(
            (rating.state, rating.weighted, rating.included, rating.billable, rating.charged),
            ("rated", 6500, 6000, 500, 6.25),
        )
        self.assertEqual((rating.xerox_cost, round(rating.margin, 2)), (15.12, -8.87))
        self.assertEqual(rating.line_ids.mapped("share"), [4.04, 0.86, 1.35])
        self.assertEqual(rating.line_ids.mapped("xerox_cost"), [13.44, 0.0, 1.68])

    def test_it_is_billed_once(self):
        self._month(6, 4200, 900, 1400).charge_ids.action_approve()
        self._post()
        lines = self._product_lines(self._moves()).filtered("xpps_charge_ids")
        self.assertEqual(lines.mapped("price_subtotal"), [6.25])
        self.assertEqual(lines.product_id, self.pool_pages)
        self.assertFalse(self._post().invoice_line_ids.xpps_charge_ids)

    def test_a_correction_is_a_difference(self):
        self._month(6, 4200, 900, 1400).charge_ids.action_approve()
        self._post()
        self.counters = {}
        correction = self._correct([self._row("SN-1", 3900)], **MONTHS[6])
        self.assertEqual(self._lines()[1:], [("plan", -300, 0.0125, -3.75)])
        cost = correction.charge_ids - self._plan_charges()
        self.assertEqual((cost.quantity, cost.cost_subtotal, cost.billable), (-300, -1.26, False))
        self.assertEqual(cost.page_plan_id, self.plan)
        self.assertEqual(self._plan_charges()[1].state, "draft")
        self.assertIn("200 instead of 500 pages", self._plan_charges()[1].name)
        rating = self._ratings()
        self.assertEqual((rating.billable, rating.charged, rating.xerox_cost), (200, 2.5, 13.86))
        correction.with_user(self.env.ref("base.user_root")).action_cancel()
        self.assertEqual((rating.billable, rating.charged, rating.xerox_cost), (500, 6.25, 15.12))
        self.assertEqual(self._lines(), [("plan", 500, 0.0125, 6.25)])

    def test_missing_reads_hold_it(self):
        self._month(6, 4200, 900)
        rating = self._ratings()
        self.assertEqual((rating.state, rating.missing_count), ("waiting", 1))
        self.assertIn("SN-3: June 2026", rating.missing)
        self.assertFalse(self._plan_charges())
        self.assertRaisesMessage("Enter why", rating.action_waive, " ")
        rating.action_waive("Taken away")
        # 5,100 pages are below 6,000.
        self.assertEqual((rating.state, rating.billable), ("rated", 0))
        self._load([self._row("SN-3", 1400)], **MONTHS[6])
        self.assertEqual(self._lines(), [("plan", 500, 0.0125, 6.25)])
        self.assertEqual(rating.waive_reason, "Taken away")

    def test_a_waiver_is_for_those_who_bill(self):
        self._month(6, 4200, 900)
        rating = self._ratings()
        clerk = new_test_user(self.env, "plan_reader", "xerox_xpps.group_xpps_user", company_id=self.company.id)
        with self.assertRaises(AccessError):
            rating.with_user(clerk).action_waive("No")
        biller = new_test_user(
            self.env, "plan_biller", "xerox_xpps.group_xpps_billing,base.group_user", company_id=self.company.id
        )
        with self.assertRaises(AccessError):
            rating.with_user(biller).write({"state": "rated"})
        wizard = self.env["xpps.page.waive.wizard"].with_user(biller)
        wizard.with_context(active_ids=rating.ids).create({"reason": "Lost"}).action_waive()
        self.assertEqual(rating.state, "rated")
        self.assertRaisesMessage("waits for no reads", rating.action_waive, "Again")

    def test_undo_takes_all_back(self):
        file = self._month(6, 4200, 900, 1400)
        file.action_cancel()
        self.assertFalse(self._ratings())
        self.assertFalse(self._plan_charges())
        self.counters = {}
        self._month(6, 4200, 900, 1400)
        self.assertEqual(self._lines(), [("plan", 500, 0.0125, 6.25)])

    def test_undo_of_what_a_later_file_rated_is_refused(self):
        first = self._load([self._row("SN-1", 4200)], **MONTHS[6])
        self.assertFalse(self._plan_charges())
        last = self._load([self._row("SN-2", 900), self._row("SN-3", 1400)], **MONTHS[6])
        self.assertEqual(self._lines(), [("plan", 500, 0.0125, 6.25)])
        self.assertRaisesMessage("later imports charge cycles", first.action_cancel)
        last.action_cancel()
        self.assertEqual(self._ratings().state, "waiting")
        first.action_cancel()
        self.assertFalse(self._ratings())

    def test_a_rejected_charge_stays_so(self):
        self._month(6, 4200, 900, 1400)
        charge = self._plan_charges()
        charge.action_reject("A gift")
        rating = self._ratings()
        self.assertEqual((rating.charged, rating.line_ids.mapped("share")), (0, [0, 0, 0]))
        self.counters = {}
        # Other pages of the same sum are no reason to charge anything.
        self._correct([self._row("SN-1", 4100), self._row("SN-2", 1000)], **MONTHS[6])
        self.assertEqual(self._plan_charges(), charge)
        charge.action_reset()
        self.assertEqual(rating.charged, 6.25)
        self.assertEqual(sum(rating.line_ids.mapped("share")), 6.25)

    def _invoiced(self, pages):
        """Have the invoice bill fewer pages than the plan charges. :return: the charge"""
        self._month(6, 4200, 900, 1400).charge_ids.action_approve()
        line = self._post().invoice_line_ids.filtered("xpps_charge_ids")
        line.move_id.button_draft()
        line.quantity = pages
        line.move_id.action_post()
        return line.xpps_charge_ids

    def test_what_is_written_off_is_not_shared(self):
        self._invoiced(200).action_write_off("Complaint")
        rating = self._ratings()
        self.assertEqual((rating.charged, round(sum(rating.line_ids.mapped("share")), 2)), (2.5, 2.5))

    def test_what_is_billed_later_is_shared(self):
        self._invoiced(200).action_bill_rest()
        rating = self._ratings()
        self.assertEqual((rating.charged, round(sum(rating.line_ids.mapped("share")), 2)), (6.25, 6.25))

    def test_two_months_are_two_cycles(self):
        self._month(6, 4200, 900, 1400)
        self._month(7, 4000, 1000, 1000)
        self.assertEqual(self._ratings().mapped("billable"), [500, 0])

    def test_a_removed_device_is_not_waited_for(self):
        self._month(6, 4200, 900, 1400)
        self.device3.write({"xpps_state": "removed", "xpps_removal_date": "2026-06-30"})
        self._month(7, 4000, 1000)
        self.assertEqual(self._ratings().mapped("state"), ["rated", "rated"])

    def test_terms_are_kept(self):
        self._month(6, 4200, 900, 1400)
        for values in (
            {"included_pages": 1},
            {"unit_price": 1},
            {"tier_ids": [Command.create({"from_pages": 0, "unit_price": 1})]},
            {"date_from": "2026-06-01"},
            {"active": False},
            {"date_to": "2026-06-15"},
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.plan.write(values)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.plan.unlink()
        for part, values in (
            ("xpps.page.plan.tier", {"from_pages": 0}),
            ("xpps.page.plan.model", {"product_tmpl_id": self.printer.product_tmpl_id.id}),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.env[part].create({"plan_id": self.plan.id, **values})
        self.assertRaisesMessage("Make another group", self.group.write, {"mono_weight": 2})
        self.plan.name = "Pool of the office"
        action = self.plan.action_new_version()
        version = self.env["xpps.page.plan"].browse(action["res_id"])
        self.assertEqual((str(self.plan.date_to), str(version.date_from)), ("2026-06-30", "2026-07-01"))
        version.included_pages = 5000
        self._month(7, 4200, 900, 1400)
        self.assertEqual(self._lines()[-1], ("plan", 1500, 0.0125, 18.75))

    def test_a_plan_begins_after_what_was_imported(self):
        self.plan.date_to = "2026-05-31"
        self._month(6, 4200, 900, 1400)
        self.assertFalse(self._plan_charges())
        self.assertRaisesMessage("cannot begin before", self._plan_from, "2026-06-01")
        self._plan_from("2026-07-01")
        self._month(7, 4200, 900, 1400)
        self.assertEqual(self._lines(), [("plan", 500, 0.0125, 6.25)])

    def _plan_from(self, day):
        return self._plan(date_from=day)

    def test_only_one_plan_a_day(self):
        for values in ({}, {"date_from": "2026-12-01"}):
            with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation), self.cr.savepoint():
                self._plan(**values).flush_recordset()
        other = self.env["xpps.page.group"].create({"name": "Color", "color_weight": 1})
        self._plan(group_id=other.id)
        both = self.env["xpps.page.group"].create({"name": "Both", "color_weight": 1, "clr_lvl3_weight": 1})
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self._plan(group_id=both.id).flush_recordset()

    def test_the_switch(self):
        self.assertRaisesMessage(
            "is in force", self.company.write, {"xpps_page_plans": False}, exception=ValidationError
        )
        self.plan.unlink()
        self.company.xpps_page_plans = False
        self._month(6, 4200, 900, 1400)
        self.assertFalse(self._ratings())

    def test_the_reports(self):
        self._month(6, 4200, 900, 1400).charge_ids.action_approve()
        self.agreement.sale_subscription_line_ids.price_unit = 0
        self._post()
        self.env.flush_all()
        report = self.env["xpps.profitability.report"]
        rows = report._read_group(
            [("subscription_id", "=", self.agreement.id), ("source", "!=", "base")],
            ["device_id"],
            ["revenue:sum", "cost:sum"],
        )
        self.assertEqual(
            {device.name: (round(revenue, 2), round(cost, 2)) for device, revenue, cost in rows if revenue or cost},
            {"SN-1": (4.04, 13.44), "SN-2": (0.86, 0), "SN-3": (1.35, 1.68)},
        )
        low = self.env["xpps.low.margin"].search([("subscription_id", "=", self.agreement.id)])
        self.assertEqual((low.revenue, low.cost, round(low.margin, 2)), (6.25, 15.12, -8.87))


class TestTerms(PlanCase):
    """Figures of tiers, weights, minimum, rollover and days, of one device."""

    def test_graduated_and_volume(self):
        tiers = [
            Command.create({"from_pages": first, "unit_price": price})
            for first, price in ((0, 0.01), (5000, 0.0085), (10000, 0.007))
        ]
        for mode, lines in (
            ("graduated", [(5000, 0.01, 50.0), (5000, 0.0085, 42.5), (2000, 0.007, 14.0)]),
            ("volume", [(12000, 0.007, 84.0)]),
        ):
            with self.subTest(mode), self.cr.savepoint() as savepoint:
                self.counters = {}
                self._plan(included_pages=0, tier_mode=mode, tier_ids=tiers)
                self._months(12000)
                self.assertEqual([line[1:] for line in self._lines()], lines)
                savepoint.rollback()
        with self.assertRaises(ValidationError):
            self._plan(tier_mode="volume", tier_ids=[Command.create({"from_pages": 5, "unit_price": 1})])

    def test_weights_and_minimum(self):
        """12,500 A4 and 2,000 A3 that count 1.5 times, of at least 20,000."""
        group = self.env["xpps.page.group"].create({"name": "A4 and A3", "mono_weight": 1, "color_weight": 1.5})
        self._plan(group_id=group.id, included_pages=0, unit_price=0.01, minimum_pages=20000, unders_price=0.01)
        row = self._row("SN-1", 12500, ColorPrevious=0, ColorCurrent=2000, ColorIncluded=2000)
        self._load([row], **MONTHS[1])
        self.assertEqual(self._lines(), [("plan", 15500, 0.01, 155.0), ("unders", 4500, 0.01, 45.0)])
        self.assertIn("lacking to the minimum of 20000", self._plan_charges("unders").name)

    def test_rollover(self):
        self._plan(included_pages=1000, rollover_months=2)
        self._months(800, 1300, 700, 900, 1500)
        self.assertEqual(self._ratings().mapped("billable"), [0, 100, 0, 0, 100])
        self.assertEqual(self._plan_charges().mapped("quantity"), [100, 100])

    def test_a_correction_moves_what_is_carried_over(self):
        self._plan(included_pages=1000, rollover_months=2)
        self._months(800, 1300, 700, 900, 1500)
        self.counters = {}
        self._correct([self._row("SN-1", 900)], **MONTHS[1])
        self.assertEqual(self._ratings().mapped("billable"), [0, 200, 0, 0, 100])
        self.assertEqual(self._plan_charges().mapped("quantity"), [100, 100, 100])
        late = self._plan_charges()[-1]
        self.assertEqual((late.state, str(late.period_end)), ("draft", "2026-02-28"))

    def test_by_days(self):
        """Installed on 16 June: 15 of 30 days."""
        for prorate, included in ((True, 1000), (False, 2000)):
            with self.subTest(prorate), self.cr.savepoint() as savepoint:
                self.counters = {}
                self._plan(scope="device", included_pages=2000, prorate=prorate)
                self.device.xpps_install_date = "2026-06-16"
                self._month(6, 1500)
                self.assertEqual(self._ratings().included, included)
                self.assertEqual(self._ratings().device_id, self.device)
                savepoint.rollback()

    def test_for_each_device_and_model(self):
        other = self._printer("Another printer")
        self._mapping(other, mono=self.mono, color=self.color)
        self._device("SN-2", product_id=other.id)
        plan = self._plan(included_method="device", included_pages=1000)
        self._month(1, 1500, 1200)
        self.assertEqual(self._ratings().included, 2000)
        version = self.env["xpps.page.plan"].browse(plan.action_new_version()["res_id"])
        version.write(
            {
                "included_method": "model",
                "model_ids": [Command.create({"product_tmpl_id": other.product_tmpl_id.id, "included_pages": 300})],
            }
        )
        self._month(2, 1500, 1200)
        self.assertEqual(self._ratings().mapped("included"), [2000, 1300])

    def test_minimum_and_maximum_amount(self):
        self._plan(included_pages=0, unit_price=0.01, minimum_amount=10, maximum_amount=50)
        self._months(400, 7000, 2000)
        self.assertEqual(
            self._lines(),
            [
                ("plan", 400, 0.01, 4.0),
                ("plan_amount", 1, 6.0, 6.0),
                ("plan", 7000, 0.01, 70.0),
                ("plan_amount", -1, 20.0, -20.0),
                ("plan", 2000, 0.01, 20.0),
            ],
        )
        self._plan_charges().action_approve()
        self._post()
        lines = self._product_lines(self._moves()).filtered("xpps_charge_ids")
        self.assertEqual(round(sum(lines.mapped("price_subtotal")), 2), 80.0)
        self.assertNotIn("page ×", " ".join(lines.filtered(lambda line: abs(line.quantity) == 1).mapped("name")))

    def test_a_quarter(self):
        self._plan(included_pages=15000, unit_price=0.012, cycle="3")
        with freeze_time("2026-09-05"):
            self._months(6200, 3900, first=7)
        self.assertEqual(self._ratings().state, "open")
        self._month(9, 5600)
        self.assertEqual(self._lines(), [("plan", 700, 0.012, 8.4)])
        self.assertEqual(str(self._plan_charges().period_start), "2026-07-01")

    def test_a_running_quarter_is_no_loss(self):
        """Xerox bills July and August, which the plan charges with September."""
        self._plan(included_pages=15000, cycle="3", unit_price=0.02)
        self.base_line.price_unit = 0.01
        with freeze_time("2026-09-05"):
            self._months(6200, 3900, first=7)
        self.agreement.recurring_next_date = "2026-08-01"
        self._post()
        low = self.env["xpps.low.margin"]
        domain = [("subscription_id", "=", self.agreement.id)]
        self.env.flush_all()
        self.assertFalse(low.search(domain))
        self._month(9, 5600)
        self._plan_charges().action_approve()
        self._post()
        self.env.flush_all()
        # 700 pages at 0.02 against 5,200 + 2,900 + 4,600 at 0.0042.
        row = low.search(domain)
        self.assertEqual((round(row.revenue - 0.02, 2), row.cost), (14.0, 53.34))

    def test_a_file_that_never_came_holds_the_quarter(self):
        self._plan(included_pages=15000, cycle="3")
        self._month(7, 6200)
        self._month(9, 9500)
        rating = self._ratings()
        self.assertEqual(rating.state, "waiting")
        self.assertIn("No billing file of", rating.missing)

    def test_the_end_of_the_agreement_ends_the_quarter(self):
        self._plan(included_pages=9200, cycle="3")
        self._month(7, 6200)
        self.agreement.date = "2026-08-15"
        self._month(8, 2900)
        rating = self._ratings()
        self.assertEqual((rating.state, str(rating.cycle_end)), ("rated", "2026-08-15"))
        # 46 of 92 days.
        self.assertEqual((rating.included, rating.billable), (4600, 4500))

    def test_reads_without_counters_are_missing(self):
        self._plan()
        self._load([{"SerialNumber": "SN-1", "MonoIncluded": 1000, "MonoOver": 0}], **MONTHS[1])
        self.assertEqual(self._ratings().state, "waiting")

    def test_by_the_customer(self):
        second = self._agreement(next_date="2026-02-01")
        self._device("SN-2", second)
        third = self._agreement(next_date="2026-02-01")
        self._device("SN-3", third)
        self._plan(scope="customer", included_pages=3000)
        self._plan(third, name="Own", included_pages=100)
        self._month(6, 2500, 900, 1400)
        self.assertEqual(
            [(rating.plan_id.name, rating.weighted, rating.billable) for rating in self._ratings()],
            [("Office pool", 3400, 400), ("Own", 1400, 1300)],
        )
        self.assertEqual(self._plan_charges().mapped("subscription_id"), self.agreement | third)

    def test_the_cycle_of_the_agreement_leaves_plans_alone(self):
        self.company.xpps_overage_cycles = True
        self.agreement.write({"xpps_overage_cycle": "3", "xpps_cycle_reconcile": True})
        self._plan(included_pages=1000)
        self._months(1500, first=7)
        self.assertEqual(self._lines(), [("plan", 500, 0.0125, 6.25)])
        self.assertEqual(str(self._plan_charges().bill_after), "2026-09-30")
        self.assertFalse(self._charges().filtered("is_provisional"))

    def test_the_currency_is_kept(self):
        self._plan()
        euros = self._pricelist("Euros", self.eur)
        self._months(7000)
        self._plan_charges().action_approve()
        self._post()
        self.assertRaisesMessage(
            "in another currency", self.agreement.write, {"pricelist_id": euros.id}, exception=ValidationError
        )

    def test_a_copy_takes_the_plan_along(self):
        self._plan(rollover_months=2)
        copy = self.agreement.copy()
        self.assertEqual(copy.page_plan_ids.mapped("rollover_months"), [2])
        self.assertFalse(copy.page_plan_ids.date_from)
        master = self._agreement(running=False, is_xpps_master=True, partner_id=False)
        tiers = [Command.create({"from_pages": 0, "unit_price": 0.02})]
        self._plan(master, tier_mode="graduated", tier_ids=tiers)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._plan(master, scope="customer", date_from="2027-01-01")
        wizard = self.env["xpps.agreement.copy.wizard"].create(
            {"subscription_id": master.id, "partner_ids": [Command.set(self.customer.ids)], "start": True}
        )
        wizard.action_copy()
        plan = self.env["xpps.page.plan"].search([("tier_ids.unit_price", "=", 0.02), ("is_master", "=", False)])
        self.assertEqual((plan.partner_id, plan.tier_ids.unit_price), (self.customer, 0.02))

    @freeze_time("2026-04-01")
    def test_the_cron_rates_what_is_over(self):
        self._device("SN-2")
        self._plan(included_pages=1000)
        self._month(1, 1500)
        self.assertEqual(self._ratings().state, "waiting")
        self.env["stock.lot"].search([("name", "=", "SN-2")]).write(
            {"xpps_state": "removed", "xpps_removal_date": "2025-12-31"}
        )
        self.env["xpps.page.rating"]._cron_rate()
        self.assertEqual(self._lines(), [("plan", 500, 0.0125, 6.25)])
