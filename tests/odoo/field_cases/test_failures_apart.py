# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One record never stops another's billing, nor is anything billed that only looks like an agreement."""

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..support.billing_runs import BillingRunCase
from ..support.common import record

CRON = "odoo.addons.xerox_xpps.models.agreement.sale_subscription_cron"
UPSTREAM = "odoo.addons.subscription_oca.models.sale_subscription"
NOT_INVOICED = "xerox_xpps.mail_activity_not_invoiced"


class ApartCase(BillingRunCase):
    """``good`` is due with 35.00, ``pages`` has nothing but a charge of 1.00; whatever else there is stands aside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.subscription"].search([]).is_paused = True
        cls.today = fields.Date.today()
        cls.last_month = cls.today - relativedelta(months=1)
        cls.seller = cls._user("xpps_test_seller", "sales_team.group_sale_salesman")
        cls.good = cls._contract(next_date=cls.today, user_id=cls.seller.id)
        cls.pages = cls._contract(services=cls.env["product.product"], next_date=cls.today, user_id=cls.seller.id)
        cls.charge = cls._charge(subscription_id=cls.pages.id)
        cls.limited = cls._template(
            "fixed term", recurring_rule_boundary="limited", recurring_rule_count=3, invoicing_mode="draft"
        )
        cls.templates["limited"] = cls.limited
        cls.env["ir.sequence"].create(
            {"name": "XPPS Test", "code": "sale.subscription", "prefix": "XT", "company_id": cls.company.id}
        )
        cls.cron = cls.env.ref("subscription_oca.ir_cron_subscription_management")

    @mute_logger(CRON, UPSTREAM, "odoo.sql_db")
    def _night(self):
        """The scheduled action, as the server runs it."""
        with self.enter_registry_test_mode():
            self.assertTrue(self.cron.method_direct_trigger() is True)
        self.env.invalidate_all()

    @mute_logger(CRON, UPSTREAM, "odoo.sql_db")
    def _call(self):
        """The same method in the transaction of whoever calls it."""
        self.env["sale.subscription"].cron_subscription_management()

    def _stage(self, stage_type):
        return self.env["sale.subscription.stage"].search([("type", "=", stage_type)], limit=1)

    def _income(self):
        """The account, which upstream does not find itself."""
        return self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "income")], limit=1
        )

    def _plain(self, mode="draft", **values):
        """A subscription that is no XPPS agreement, in progress."""
        self.coffee.property_account_income_id = self._income()
        return self._settled(self._contract(mode, services=self.coffee, is_xpps=False, **values))

    def _settled(self, plain):
        """Upstream computes taxes in whichever company somebody works in when they are needed."""
        plain.sale_subscription_line_ids.mapped("tax_ids")
        return plain

    def _told(self, agreement):
        kind = self.env.ref(NOT_INVOICED)
        return agreement.activity_ids.filtered(lambda activity: activity.activity_type_id == kind)

    def _account_of_nobody(self):
        """Makes every invoice of the base price fail."""
        return self._service("Broken", "base_price", 30, property_account_income_id=self._archived_account().id)

    def _fails(self, mode="invoice", **values):
        values = {"next_date": self.today, "user_id": self.seller.id} | values
        return self._contract(mode, services=self._account_of_nobody(), **values)

    def assertGoodBilled(self, message=None):
        self.assertEqual(self._moves(self.good).mapped("amount_untaxed"), [35], message)
        self.assertEqual(self._moves(self.pages).mapped("amount_untaxed"), [1], message)
        self.assertEqual(self.good.recurring_next_date, self.today + relativedelta(months=1), message)


class TestEmptyDates(ApartCase):
    def _records(self):
        """{what it is: (agreement, what is told of it)}"""
        no_dates = {"recurring_next_date": False, "date_start": False, "date": False}
        records = {}

        def add(name, agreement, values, told=None):
            agreement.write(values)
            records[name] = agreement, told

        add("no next date", self._contract(), {"recurring_next_date": False}, "no next invoice date")
        limited = self._contract("limited", next_date=self.today + relativedelta(days=9))
        add("no finish date", limited, {"date": False}, "no finish date")
        ready = self._contract(running=False)
        add("no start date", ready, {"stage_id": self._stage("pre").id, "date_start": False}, "no start date")
        add("a draft", self._contract(running=False), {**no_dates, "in_progress": True})
        master = self._contract(running=False, is_xpps_master=True)
        add("a master", master, {**no_dates, "in_progress": True})
        closed = self._contract()
        closed.close_subscription()
        add("a closed one", closed, {**no_dates, "in_progress": True})
        add("somebody's", self._plain(), no_dates)
        add("somebody's fixed term", self._plain("limited"), {"date": False})
        add("somebody's that is to start", self._plain(running=False), {"stage_id": self._stage("pre").id, **no_dates})
        return records

    def test_nobody_waits_for_a_date(self):
        records = self._records()
        plain = self._plain(next_date=self.today)
        self._night()
        self.assertGoodBilled()
        self.assertEqual(self._moves(plain).amount_untaxed, 5, "Nor do the others wait for each other.")
        for name, (agreement, told) in records.items():
            self.assertFalse(self._moves(agreement), name)
            self.assertEqual(len(self._told(agreement)), bool(told), name)
            self.assertIn(told or "", self._told(agreement).note or "", name)

    def test_each_by_itself_in_one_transaction(self):
        for name, (agreement, _told) in self._records().items():
            agreement.is_paused = True
            with self.subTest(name=name):
                good, pages = self.good.copy(), self._contract(services=self.env["product.product"])
                good.xpps_base_timing = "advance"
                good.action_start_subscription()
                charge = self._charge(subscription_id=pages.id)
                agreement.is_paused = False
                self._call()
                self.assertEqual(self._moves(good).amount_untaxed, 35)
                self.assertBilledOnce(charge)
                agreement.is_paused = True

    def test_what_is_mended_is_billed(self):
        agreement = self._contract()
        agreement.recurring_next_date = False
        self._night()
        self.assertTrue(self._told(agreement))
        agreement.recurring_next_date = self.today
        self._night()
        self.assertEqual(self._moves(agreement).amount_untaxed, 35)
        self.assertFalse(self._told(agreement))


class TestFailures(ApartCase):
    def test_a_failure_is_named_once(self):
        failing = self._fails()
        charges = self._charges(failing)
        with self.assertLogs(CRON) as log:
            self.env["sale.subscription"].cron_subscription_management()
        self.assertTrue(
            any(
                str(failing.id) in line and "was not invoiced (" in line and "Archived" not in line
                for line in log.output
            ),
            log.output,
        )
        self.assertGoodBilled()
        self._night()
        self._night()
        self.assertGoodBilled()
        activity = self._told(failing)
        self.assertEqual((len(activity), activity.user_id), (1, self.seller))
        self.assertIn("XPPS9", activity.note)
        self.assertFalse(self._moves(failing))
        self.assertEqual(failing.recurring_next_date, self.today)
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
        self.assertFalse(self._told(self.good) | self._told(self.pages))

    def test_it_is_told_again_when_it_fails_again(self):
        failing = self._fails()
        self._night()
        self._told(failing).action_done()
        self._night()
        self.assertEqual(len(self._told(failing)), 1)

    def test_another_reason(self):
        failing = self._fails()
        self._night()
        failing.sale_subscription_line_ids.product_id.property_account_income_id = False
        self._make_fail(failing)
        self._night()
        self.assertEqual(len(self._told(failing)), 1)
        self.assertNotIn("XPPS9", self._told(failing).note)

    def test_no_salesperson(self):
        self.company.xpps_responsible_id = self._user("xpps_test_clerk", "xerox_xpps.group_xpps_billing")
        failing = self._fails(user_id=False)
        self._night()
        self.assertEqual(self._told(failing).user_id, self.company.xpps_responsible_id)

    def test_when_it_starts(self):
        failing = self._fails(running=False, date_start=self.today, xpps_base_timing="advance")
        failing.stage_id = self._stage("pre")
        self._night()
        self.assertGoodBilled()
        self.assertEqual(failing.stage_type, "in_progress")
        self.assertTrue(self._told(failing))

    def test_a_fixed_term_is_not_closed_with_a_period_unbilled(self):
        self.limited.invoicing_mode = "invoice"
        failing = self._fails("limited")
        failing.date = self.today - relativedelta(days=1)
        self._night()
        self.assertEqual((failing.stage_type, failing.recurring_next_date), ("in_progress", self.today))
        failing.sale_subscription_line_ids.product_id.property_account_income_id = False
        self._night()
        self.assertEqual((self._moves(failing).amount_untaxed, failing.stage_type), (30, "post"))

    def test_an_error_of_the_database(self):
        """An account that is missing is refused by PostgreSQL, after which it answers nothing in this transaction."""
        broken = self._plain(next_date=self.last_month)
        self.coffee.property_account_income_id = False
        plain = self._settled(self._contract(services=self._tea(), is_xpps=False, next_date=self.today))
        self._night()
        self.assertGoodBilled()
        self.assertEqual(self._moves(plain).mapped("amount_untaxed"), [4])
        self.assertFalse(self._moves(broken))

    def _tea(self):
        return self._service("Tea", price=4, property_account_income_id=self._income().id)

    def _failing_start(self):
        """Upstream bills what it starts without looking after failures, so that its loop ends there."""
        coffee = self._service("Cold", price=5, property_account_income_id=self._archived_account().id)
        values = {"is_xpps": False, "running": False, "date_start": self.today}
        failing = self._settled(self._contract("invoice", services=coffee, **values))
        failing.stage_id = self._stage("pre")
        return failing

    def test_upstream_cannot_take_ours_back(self):
        failing, plain = self._failing_start(), self._plain(next_date=self.today)
        self._night()
        self.assertGoodBilled()
        self.assertEqual(self._moves(plain).amount_untaxed, 5)
        self.assertFalse(self._moves(failing))
        self.assertTrue(self.cron.active and not self.cron.failure_count)

    def test_who_calls_upstreams_loop_hears_of_its_failure(self):
        plain = self._plain(next_date=self.today)
        self._failing_start()
        with self.assertRaisesRegex(UserError, "XPPS9"):
            self._call()
        self.assertGoodBilled()
        self.assertEqual(self._moves(plain).amount_untaxed, 5)

    def test_upstreams_loop_sees_none_of_ours(self):
        """It would end with a TypeError at these."""
        self._contract().recurring_next_date = False
        self._contract(running=False).write({"in_progress": True, "recurring_next_date": False})
        plain = self._plain(next_date=self.today)
        with self.assertNoLogs(CRON, "ERROR"):
            self.env["sale.subscription"].cron_subscription_management()
        self.assertEqual(self._moves(plain).amount_untaxed, 5)
        self.assertGoodBilled()

    def test_resumed_by_the_night(self):
        agreement = self._contract(next_date=self.today + relativedelta(days=5))
        agreement.action_pause(self.today)
        self._night()
        self.assertFalse(agreement.is_paused)

    def test_by_run_only(self):
        """The company's runs bill; the night starts and closes all the same."""
        self.company.xpps_invoice_by_run = True
        ready = self._contract(running=False, date_start=self.today)
        ready.stage_id = self._stage("pre")
        over = self._contract("limited", next_date=self.today + relativedelta(months=1))
        over.date = self.today - relativedelta(days=1)
        self._night()
        self.assertEqual((ready.stage_type, over.stage_type), ("in_progress", "post"))
        self.assertFalse(self._moves(ready) | self._moves(self.good) | self._moves(self.pages))


class TestCopies(ApartCase):
    def test_an_agreement(self):
        """A draft of its own, whatever became of the agreement that it is copied from."""
        sources = {
            "running": self.good,
            "fixed term": self._contract("limited", next_date=self.today),
            "closed": self._contract(),
            "paused": self._contract(),
        }
        sources["closed"].close_subscription()
        sources["paused"].is_paused = True
        self._device("SN-9", sources["running"])
        copies = {name: source.copy() for name, source in sources.items()}
        for name, copy in copies.items():
            self.assertEqual((copy.stage_type, copy.in_progress, copy.is_paused), ("draft", False, False), name)
            self.assertEqual((copy.date_start, copy.recurring_next_date), (self.today, self.today), name)
            self.assertEqual(copy.sale_subscription_line_ids.mapped("price_unit"), [30, 5], name)
            self.assertNotEqual(copy.code, sources[name].code, name)
            self.assertFalse(
                copy.xpps_device_ids | copy.sale_subscription_line_ids.xpps_device_ids,
                "Its devices stay where they are",
            )
            self.assertFalse(copy.xpps_closed_on or copy.invoice_ids or copy.charge_ids, name)
        self.assertEqual(copies["fixed term"].date, self.limited._get_date(self.today) - relativedelta(days=1))
        self._night()
        for name, copy in copies.items():
            self.assertFalse(self._moves(copy), name)
            self.assertEqual(copy.stage_type, "draft", name)
        copies["running"].xpps_base_timing = "advance"
        copies["running"].action_start_subscription()
        self._night()
        self.assertEqual(self._moves(copies["running"]).amount_untaxed, 35)

    def test_services_that_count_the_devices_of_another_one(self):
        fees = self._service("Service Fee", "base_service", 20) + self._service("Supply Fee", "base_supply", 11)
        agreement = self._contract(services=fees)
        service, supply = agreement.sale_subscription_line_ids.sorted("id")
        agreement.sale_subscription_line_ids.xpps_qty_from_devices = True
        supply.xpps_devices_line_id = service
        copied = agreement.copy().sale_subscription_line_ids.sorted("id")
        self.assertEqual(copied[1].xpps_devices_line_id, copied[0])
        wizard = self.env["xpps.agreement.copy.wizard"].create(
            {"subscription_id": agreement.id, "partner_ids": [Command.set(self.customer.ids)]}
        )
        copy = self.env["sale.subscription"].browse(wizard.action_copy()["res_id"])
        lines = copy.sale_subscription_line_ids.sorted("id")
        self.assertEqual(lines[1].xpps_devices_line_id, lines[0])

    def test_a_device(self):
        self.assertRaisesMessage("its own serial number", self.device.copy)
        copy = self.device.copy({"name": "SN-77"})
        self.assertFalse(copy.xpps_subscription_id | copy.xpps_assignment_ids.subscription_id)

    def test_a_charge(self):
        copy = self.charge.copy()
        self.assertEqual((copy.state, copy.invoice_status, copy.is_manual), ("draft", "no", True))
        self._night()
        self.assertGoodBilled()

    def test_a_run(self):
        run = self._run()
        self._drafts(run)
        copy = run.copy()
        self.assertEqual((copy.state, copy.line_count, copy.move_count), ("draft", 0, 0))
        self.assertFalse(copy.prepared_on)

    def test_a_file_a_read_and_a_default(self):
        file = self._import([record("SN-1", mono=(100, "0.005"))])
        self.assertRaisesMessage("cannot be duplicated", file.copy)
        self.assertRaisesMessage("cannot be duplicated", file.meter_read_ids[0].copy)
        default = self.agreement.charge_default_ids
        self.assertRaisesMessage("one for each material code", default.copy)
        self.assertEqual(default.copy({"product_id": self.color.id}).product_id, self.color)


class TestDeleting(ApartCase):
    def test_an_agreement(self):
        """What hangs on it says so; an empty one goes."""
        with_device = self._contract()
        self._device("SN-5", with_device)
        past = self._contract()
        device = self._device("SN-6", past)
        device.xpps_removal_date = self.last_month
        billed = self._contract()
        billed.create_invoice()
        for agreement, word in (
            (with_device, "devices"),
            (past, "device"),
            (billed, "invoices"),
            (self.pages, "charge"),
        ):
            self.assertRaisesMessage(f"because of its .*{word}.* Close and archive", agreement.unlink)
        self._moves(billed).unlink()
        billed.unlink()
        self._contract(running=False).unlink()

    def test_a_service(self):
        self._device("SN-5", self.good)
        base, coffee = self.good.sale_subscription_line_ids.sorted("id")
        message = "SN-5.*Replace Service"
        self.assertRaisesMessage(message, base.unlink)
        self.assertRaisesMessage(message, self.good.write, {"sale_subscription_line_ids": [Command.delete(base.id)]})
        self.good.create_invoice()
        self.assertRaisesMessage("quantity to 0", coffee.unlink)
        self._moves(self.good).unlink()
        coffee.unlink()

    def test_a_device(self):
        self._import([record("SN-1", mono=(100, "0.005"))])
        self.assertRaisesMessage("undo that import", self.device.unlink)
        charged = self._device("SN-5", self.good)
        self._charge(subscription_id=self.good.id, device_id=charged.id)
        self.assertRaisesMessage("“Remove”", charged.unlink)
        self.good.sale_subscription_line_ids.sorted("id")[0].xpps_qty_from_devices = True
        counted = self._device("SN-6", self.good)
        typed_wrong = self._device("SN-7", self.good, xpps_install_date=self.today + relativedelta(days=1))
        self.good.create_invoice()
        self.assertRaisesMessage("“Remove”", counted.unlink)
        typed_wrong.unlink()

    def test_a_read_and_a_file(self):
        file = self._import([record("SN-1", mono=(100, "0.005"))])
        self.assertRaisesMessage("Undo the import", file.meter_read_ids.unlink)
        self.assertRaisesMessage("Undo the import", file.unlink)

    def test_a_price_level(self):
        level = self.env["xpps.price.level"].create({"name": "Level"})
        self.printer.xpps_price_level_id = level
        self.assertRaisesMessage("another price level first", level.unlink)
        self.printer.xpps_price_level_id = False
        level.unlink()


class TestStage(ApartCase):
    """What is asked is the stage; ``in_progress`` may say something else."""

    def test_billed_by_stage(self):
        draft = self._contract(running=False, next_date=self.today)
        draft.write({"in_progress": True, "recurring_next_date": self.today})
        self.good.in_progress = False
        self._night()
        self.assertGoodBilled()
        self.assertFalse(self._moves(draft))

    def test_joint_invoice(self):
        customer = self._partner("Joint", xpps_invoice_mode="customer")
        running, draft = (
            self._contract(partner_id=customer.id, xpps_invoice_mode="customer", running=running, next_date=self.today)
            for running in (True, False)
        )
        draft.write({"in_progress": True, "recurring_next_date": self.today})
        running.in_progress = False
        running.generate_invoice()
        self.assertEqual(self._moves(running).amount_untaxed, 35)
        self.assertEqual(running.recurring_next_date, self.today + relativedelta(months=1))

    def test_run(self):
        draft = self._contract(running=False)
        draft.write({"in_progress": True, "recurring_next_date": "2026-02-01"})
        self.good.write({"in_progress": False, "recurring_next_date": "2026-02-01"})
        run = self._run()
        self.assertNotIn(draft, run.line_ids.subscription_id)
        self.assertEqual(self._line(run, self.good).recurring_due, True)
        self._drafts(run)
        self.assertEqual(self._moves(self.good).amount_untaxed, 35)
        self.assertEqual(self.good.recurring_next_date, self.day("2026-03-01"))


class TestToday(ApartCase):
    """It is the company's day, whoever looks, and wherever the server is."""

    #: The company's zone, and a moment at which its day is another one than in UTC.
    MOMENTS = (
        ("America/Los_Angeles", "2026-02-01 03:00:00", "2026-01-31"),
        ("Pacific/Kiritimati", "2026-01-31 12:00:00", "2026-02-01"),
        (False, "2026-02-01 03:00:00", "2026-02-01"),
    )

    def test_due_by_the_day_of_the_company(self):
        for zone, moment, today in self.MOMENTS:
            for how in (self._night, self._call):
                with self.subTest(zone=zone, how=how.__name__), freeze_time(moment):
                    self.company.partner_id.tz = zone
                    due = self._contract(next_date=today)
                    later = self._contract(next_date=self.day(today) + relativedelta(days=1))
                    how()
                    self.assertEqual(self._moves(due).amount_untaxed, 35)
                    self.assertFalse(self._moves(later))
                    later.is_paused = True

    def test_closing_run_and_wizards(self):
        for zone, moment, today in self.MOMENTS:
            with self.subTest(zone=zone), freeze_time(moment):
                self.company.partner_id.tz = zone
                agreement = self._contract(next_date=today)
                agreement.close_subscription()
                day = self.day(today)
                self.assertEqual(agreement.xpps_closed_on, day)
                run = self.env["xpps.billing.run"].create({})
                self.assertEqual((run.invoice_date, run.period_end), (day, day + relativedelta(months=-1, day=31)))
                self.assertEqual(Form(self.env["xpps.billing.run"]).invoice_date, day)
                copying = self.env["xpps.agreement.copy.wizard"].create({"subscription_id": agreement.id})
                self.assertEqual(copying.date_start, day)
                adding = self.env["xpps.device.add.wizard"].create(
                    {"subscription_id": agreement.id, "product_id": self.printer.id}
                )
                self.assertEqual(adding.install_date, max(day, agreement.date_start))
                swapping = Form(self.env["xpps.device.swap.wizard"].with_context(default_device_id=self.device.id))
                self.assertEqual(swapping.date, day)
                self.assertEqual(agreement.copy().date_start, day)
