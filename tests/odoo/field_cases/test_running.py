# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An agreement runs in a period, or it does not: whatever became of it since, and whoever asks."""

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.billing_runs import BillingRunCase
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY

TODAY = "2026-02-10"
NOT_INVOICED = "xerox_xpps.mail_activity_not_invoiced"
CRON = "odoo.addons.xerox_xpps.models.agreement.sale_subscription_cron"
#: 1000 pages of Mono, at 0.01.
PAGES = record("SN-1", mono=(1000, "0.005"))


class RunningCase(BillingRunCase):
    """``agreement`` bills SN-1, and its base price for January was billed on 1 February."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time(TODAY)
        freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.second.unlink()
        cls.env["sale.subscription"].search([("id", "!=", cls.agreement.id)]).is_paused = True
        cls.agreement.recurring_next_date = "2026-03-01"
        cls.cron = cls.env.ref("subscription_oca.ir_cron_subscription_management")

    @mute_logger(CRON)
    def _night(self):
        with self.enter_registry_test_mode():
            self.assertTrue(self.cron.method_direct_trigger() is True)
        self.env.invalidate_all()

    def _close(self, day, agreement=None):
        """As a user does it, by the wizard that asks for the reason."""
        agreement = agreement or self.agreement
        with freeze_time(day):
            wizard = self.env["close.reason.wizard"].with_context(active_id=agreement.id).create({})
            wizard.button_confirm()

    def _told(self, agreement):
        kind = self.env.ref(NOT_INVOICED)
        return agreement.activity_ids.filtered(lambda activity: activity.activity_type_id == kind)

    def _checked(self, devices, **invoice):
        wizard = self._wizard(build_xml(invoice, devices))
        wizard.action_check()
        return wizard.billing_file_id

    def _issues(self, file, code):
        return file.issue_ids.filtered(lambda issue: issue.code == code)


class TestClosed(RunningCase):
    """Closed on 1 February, it takes January's file."""

    def setUp(self):
        super().setUp()
        self._close("2026-02-01")

    def test_billed_by_the_night(self):
        charges = self._bill([PAGES], **JANUARY)
        self.assertEqual(charges.price_subtotal, 10)
        self._night()
        self.assertEqual(self._moves().mapped("amount_untaxed"), [10])
        self._night()
        self.assertEqual(len(self._moves()), 1)
        self.assertFalse(self._told(self.agreement))

    def test_billed_by_a_run(self):
        self._bill([PAGES], **JANUARY)
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.state, line.charge_amount, line.recurring_due), ("ready", 10, False))
        self.assertEqual(self._drafts(run).amount_untaxed, 10)

    def test_not_in_march(self):
        march = {"InvoiceDate": "2026-04-03", "PeriodStart": "2026-03-01", "PeriodEnd": "2026-03-31"}
        file = self._checked([PAGES], **march)
        self.assertEqual(self._codes(file), ["subscription_not_running"])

    def test_waits_for_approval(self):
        """What holds it in January's run is seen there, though it is closed."""
        self._import([PAGES], **JANUARY)
        line = self._line(self._run())
        self.assertEqual((line.state, line.hold_code), ("held", "charges_to_approve"))
        self._close("2026-02-05")
        self.assertEqual(str(self.agreement.xpps_closed_on), "2026-02-01")

    def test_a_draft_again(self):
        """It ran all the same, so that its pages are billed; nothing recurring is."""
        self.agreement.write({"stage_id": self._draft_stage().id, "recurring_next_date": "2026-02-01"})
        charges = self._bill([PAGES], **JANUARY)
        self._night()
        self.assertBilledOnce(charges)
        self.assertEqual(self._moves().mapped("amount_untaxed"), [10])

    def test_a_draft_again_in_a_run(self):
        self.agreement.stage_id = self._draft_stage()
        self._bill([PAGES], **JANUARY)
        run = self._run()
        self.assertEqual(self._line(run).state, "ready")
        self.assertEqual(self._drafts(run).amount_untaxed, 10)

    def _draft_stage(self):
        return self.env["sale.subscription.stage"].search([("type", "=", "draft")], limit=1)

    def test_opened_again(self):
        """It goes on where it was, and takes the files of before and after."""
        self.agreement.action_start_subscription()
        self.assertEqual(str(self.agreement.date_start), "2025-01-01")
        self.assertFalse(self.agreement.xpps_closed_on)
        self._bill([PAGES], **JANUARY)
        self._bill([PAGES], InvoiceNumber="X-2", **FEBRUARY)
        self._night()
        pages = self._product_lines(self._moves()).filtered("xpps_charge_ids")
        self.assertEqual(pages.mapped("price_subtotal"), [10, 10])


class TestEndedBefore(RunningCase):
    """One that ended before the period is expected in no file, and holds nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.xpps_invoice_mode = "customer"
        cls.sister = cls._contract(next_date="2026-02-01")
        cls._device("SN-S", cls.sister)
        cls.agreement.xpps_invoice_mode = cls.sister.xpps_invoice_mode = "customer"
        cls.agreement.template_id = cls.sister.template_id

    def _assert_out_of_the_way(self):
        file = self._import([record("SN-S", mono=(100, "0.005"))], **JANUARY)
        self.assertFalse(self._issues(file, "device_absent"))
        file.charge_ids.action_approve()
        run = self._run()
        self.assertNotIn(self.agreement, run.line_ids.subscription_id)
        line = self._line(run, self.sister)
        self.assertEqual((line.state, line.hold_code), ("ready", False))
        self.assertEqual(self._drafts(run).amount_untaxed, 36)

    def test_closed_before(self):
        self._close("2025-12-20")
        self._assert_out_of_the_way()

    def test_its_last_day_was_before(self):
        self.agreement.date = "2025-12-31"
        self._assert_out_of_the_way()

    def test_it_is_closed_by_the_night_after_its_last_day(self):
        self.agreement.date = "2026-02-10"
        self._night()
        self.assertEqual(self.agreement.stage_type, "in_progress", "It runs on its last day.")
        with freeze_time("2026-02-11"):
            self._night()
        self.assertEqual(self.agreement.stage_type, "post")
        self.assertFalse(self._moves())

    def test_of_one_that_runs_the_sister_waits(self):
        self._import([record("SN-S", mono=(0, "0.005"))], **JANUARY)
        run = self._run()
        self.assertEqual(self._line(run).hold_code, "file_missing")
        self.assertEqual(self._line(run, self.sister).hold_code, "joint")


class TestArchivedUnasked(RunningCase):
    def setUp(self):
        super().setUp()
        self.agreement.recurring_next_date = "2026-02-01"
        self._archive_unasked(self.agreement)

    def test_the_check_names_it(self):
        """Its fix unarchives it, and it is no problem any more."""
        file = self._checked([PAGES], **JANUARY)
        issue = self._issues(file, "agreement_archived")
        self.assertEqual((issue.severity, issue.serial, issue.can_fix), ("warning", "SN-1", True))
        self.assertIn(self.agreement.display_name, issue.message)
        action = issue.action_fix()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.subscription", self.agreement.id))
        self.assertTrue(self.agreement.active)
        file.action_check()
        self.assertFalse(self._issues(file, "agreement_archived"))

    def test_who_may_not_change_it_does_not_unarchive_it(self):
        file = self._checked([PAGES], **JANUARY)
        reader = self._user("xpps_test_reader", "xerox_xpps.group_xpps_user")
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(UserError):
            self._issues(file, "agreement_archived").with_user(reader).action_fix()
        self.assertFalse(self.agreement.active)

    def test_a_run_shows_what_waits(self):
        self._bill([PAGES], **JANUARY)
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.state, line.hold_code), ("held", "archived"))
        self.assertEqual((line.recurring_amount, line.charge_amount), (30, 10))
        self.assertRaisesMessage("Unarchive", line.write, {"override_reason": "Known"})
        self.agreement.action_unarchive()
        run.action_prepare()
        self.assertEqual(self._drafts(run).amount_untaxed, 40)

    def test_archived_after_the_run_was_prepared(self):
        self.agreement.action_unarchive()
        self._import([PAGES], **JANUARY).charge_ids.action_approve()
        run = self._run()
        self.assertEqual(self._line(run).state, "ready")
        self._archive_unasked(self.agreement)
        run.action_create_drafts()
        self.assertEqual((self._line(run).state, self._line(run).hold_code), ("held", "archived"))
        self.assertFalse(self._moves())

    def test_the_night_tells_it(self):
        self._night()
        self._night()
        self.assertIn("Unarchive", self._told(self.agreement).note)
        self.assertEqual(len(self._told(self.agreement)), 1)
        self.assertFalse(self._moves())
        self.agreement.action_unarchive()
        self._night()
        self.assertEqual(self._moves().mapped("amount_untaxed"), [30])
        self.assertFalse(self._told(self.agreement))

    def test_its_pages_are_billed_by_the_night(self):
        self._bill([PAGES], **JANUARY)
        self._night()
        self.assertEqual(self._moves().mapped("amount_untaxed"), [10])
        self.assertEqual(str(self.agreement.recurring_next_date), "2026-02-01")


class TestArchiving(RunningCase):
    def test_refused(self):
        """With the reason, by the button and by whatever writes."""
        self.assertRaisesMessage("Close it first", self.agreement.action_archive, exception=ValidationError)
        ready = self._contract(running=False)
        ready.stage_id = self.env["sale.subscription.stage"].search([("type", "=", "pre")], limit=1)
        self.assertRaisesMessage("Close it first", ready.write, {"active": False}, exception=ValidationError)

    def test_with_charges(self):
        charge = self._charge(state="draft")
        self._close("2026-02-01")
        self.assertRaisesMessage("1 charge is not invoiced", self.agreement.action_archive, exception=ValidationError)
        charge.action_approve()
        self.assertRaisesMessage("1 charge is not invoiced", self.agreement.action_archive, exception=ValidationError)
        self._night()
        self.agreement.action_archive()
        start = self.agreement.action_start_subscription
        self.assertRaisesMessage("Unarchive it", start, exception=ValidationError)

    def test_with_days_to_bill(self):
        self.company.xpps_proration = "day"
        self.base_line.xpps_qty_from_devices = True
        self._close("2026-02-05")
        self.assertRaisesMessage("last days are still", self.agreement.action_archive, exception=ValidationError)

    def test_created_as_archived(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._agreement(running=False, active=False, stage_id=self.agreement.stage_id.id)

    def test_what_never_ran_and_masters(self):
        self._agreement(running=False).active = False
        self._agreement(running=False, is_xpps_master=True).action_archive()

    def test_other_subscriptions(self):
        self._contract(services=self.coffee, is_xpps=False).active = False
