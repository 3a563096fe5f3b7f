# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From a file to its billing run in few clicks: what one says leads to the next."""

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.access import BILLING, USER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase

CLOSE = {"type": "ir.actions.act_window_close"}


class NextStepCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_next_clerk", BILLING)
        cls._device("SN-2")

    def _rows(self):
        """100 Mono pages for 1.00 and 200 Color pages for 16.00 of SN-1, 1,000 Mono pages for 10.00 of SN-2."""
        return [record("SN-1", mono=(100, "0.004"), color=(200, "0.04")), record("SN-2", mono=(1000, "0.004"))]

    def _said(self, action):
        """:return: the message, the method that its button calls, and what is done besides"""
        self.assertEqual((action["type"], action["tag"]), ("ir.actions.client", "xpps_said_done"))
        params = action["params"]
        return params["message"], params.get("button", {}).get("method"), params["next"]


class TestImportAndApprove(NextStepCase):
    def test_file(self):
        file = self._upload(self._rows(), **JANUARY).with_user(self.clerk)
        said = file.action_import_and_approve()
        self.assertEqual((file.state, set(file.charge_ids.mapped("state"))), ("imported", {"approved"}))
        self.assertEqual(self._said(said), ("3 charges approved, $27.00", "action_create_billing_run", CLOSE))
        button = said["params"]["button"]
        self.assertEqual((button["model"], button["id"]), ("xpps.billing.file", file.id))

    def test_wizard(self):
        """The file is opened besides, whether or not it was checked before."""
        for number, checked in enumerate((True, False), 1):
            with self.subTest(checked=checked):
                period = (JANUARY, FEBRUARY)[number - 1]
                data = build_xml({"InvoiceNumber": f"W-{number}", **period}, [record("SN-1", mono=(100, "0.004"))])
                wizard = self._wizard(data, user=self.clerk)
                if checked:
                    wizard.action_check()
                message, method, following = self._said(wizard.action_import_and_approve())
                self.assertEqual((message, method), ("1 charge approved, $1.00", "action_create_billing_run"))
                self.assertEqual(
                    (following["res_model"], following["res_id"]), ("xpps.billing.file", wizard.billing_file_id.id)
                )

    def test_nothing_to_approve(self):
        file = self._upload([record("SN-1", MonthlyBasePrice="20.00")], **JANUARY)
        self.assertEqual(
            self._said(file.action_import_and_approve()),
            ("There were no charges to approve.", "action_create_billing_run", CLOSE),
        )

    def test_errors(self):
        """Nothing is imported, and nothing is left of the wish to approve."""
        file = self._upload([*self._rows(), record("SN-9")], **JANUARY)
        self.assertRaisesMessage("SN-9", file.action_import_and_approve)
        self.assertEqual((file.state, file.approve_when_imported), ("draft", False))
        self._device("SN-9")
        file.action_import()
        self.assertEqual(set(file.charge_ids.mapped("state")), {"draft"})

    def test_held_records(self):
        """Those that are imported are approved; what is mended later is approved by itself."""
        self.company.xpps_quarantine = True
        file = self._upload([*self._rows(), record("SN-9", mono=(500, "0.004"))], **JANUARY)
        self.assertEqual(self._said(file.action_import_and_approve())[0], "3 charges approved, $27.00")
        self._device("SN-9")
        file.action_import()
        self.assertEqual(file.charge_ids.filtered(lambda charge: charge.state == "draft").device_id.name, "SN-9")
        # With some that wait there is no next step yet; without, there is.
        late = file.charge_ids.filtered(lambda charge: charge.state == "draft")
        self.assertEqual(
            self._said(file.action_approve_charges())[:2], ("1 charge approved, $5.00", "action_create_billing_run")
        )
        self.assertEqual(late.state, "approved")
        self.assertIs(file.action_approve_charges(), True)

    def test_low_margin(self):
        """What is sold below the floor is said first."""
        file = self._upload([record("SN-1", mono=(1000, "0.0101"))], **JANUARY)
        warned = file.action_import_and_approve()
        self.assertEqual((warned["tag"], warned["params"]["type"]), ("display_notification", "warning"))
        self.assertEqual(self._said(warned["params"]["next"])[0], "1 charge approved, $10.00")

    def test_background(self):
        """A large file is approved by the cron, as the user who imported it."""
        self.company.xpps_background_threshold = 1
        file = self._upload(self._rows(), **JANUARY).with_user(self.clerk)
        self.assertIs(file.action_import_and_approve(), True)
        self.assertEqual((file.state, file.approve_when_imported), ("queued", True))
        cron = self.env.ref("xerox_xpps.ir_cron_import_billing_files")
        with self.enter_registry_test_mode():
            self.assertTrue(cron.method_direct_trigger() is True)
        self.env.invalidate_all()
        self.assertEqual((file.state, file.approve_when_imported), ("imported", False))
        self.assertEqual(set(file.charge_ids.mapped("state")), {"approved"})
        changes = self.env["xpps.charge.change"].search([("charge_id", "in", file.charge_ids.ids)])
        self.assertEqual(changes.user_id, self.clerk)

    def test_taken_out_of_the_queue(self):
        """Who imports it later without approving gets just that."""
        self.company.xpps_background_threshold = 1
        file = self._upload(self._rows(), **JANUARY)
        file.action_import_and_approve()
        file.action_cancel()
        self.company.xpps_background_threshold = 2000
        file.action_import()
        self.assertEqual((file.state, set(file.charge_ids.mapped("state"))), ("imported", {"draft"}))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_access(self):
        file = self._upload(self._rows(), **JANUARY)
        other = self._user("xpps_next_other", BILLING, company=self._company("XPPS Other Reseller"))
        for user in (self._user("xpps_next_user", USER), other):
            for method in ("action_import_and_approve", "action_approve_charges", "action_create_billing_run"):
                with self.subTest(user=user.login, method=method):
                    self.assertRaisesMessage("", getattr(file.with_user(user), method), exception=AccessError)
        self.assertEqual(file.state, "draft")


class TestApproved(NextStepCase):
    def _approve(self, charges):
        return charges.with_user(self.clerk).with_context(xpps_say_approved=True).action_approve()

    def test_list(self):
        """The button of the list says it; others who call the method get no notification."""
        file = self._load(self._rows(), **JANUARY)
        first = file.charge_ids.filtered(lambda charge: charge.quantity == 100)
        self.assertEqual(self._said(self._approve(first))[:2], ("1 charge approved, $1.00", None))
        rest = file.charge_ids - first
        self.assertEqual(
            self._said(self._approve(file.charge_ids)),
            ("2 charges approved, $26.00", "action_create_billing_run", CLOSE),
        )
        self.assertIs(self._approve(rest), True, "Nothing waited.")
        charge = self._charge(state="draft")
        self.assertIs(charge.action_approve(), True)

    def test_of_no_file(self):
        self.assertEqual(
            self._said(self._approve(self._charge(2000, state="draft"))), ("1 charge approved, $20.00", None, CLOSE)
        )

    def test_of_two_files(self):
        charges = self._load(self._rows(), **JANUARY).charge_ids
        charges |= self._load(self._rows()[:1], **FEBRUARY).charge_ids
        self.assertEqual(self._said(self._approve(charges))[:2], ("5 charges approved, $44.00", None))

    def test_not_billable(self):
        """They are approved, and nobody pays for them."""
        self._default(billable=False)
        file = self._load([record("SN-1", mono=(100, "0.004"))], **JANUARY)
        self.assertEqual(self._said(file.action_approve_charges())[0], "1 charge approved, $0.00")

    def test_two_currencies(self):
        euros = self._agreement(pricelist_id=self._pricelist("Euros", self.eur).id)
        charges = self._charge(state="draft") | self._charge(1500, subscription_id=euros.id, state="draft")
        message = self._said(self._approve(charges))[0].replace("\xa0", " ")
        for text in ("2 charges approved", "$1.00", "15.00", " + "):
            self.assertIn(text, message)

    def test_a_rejected_one(self):
        charges = self._charge(state="draft") | self._charge(state="rejected")
        self.assertRaisesMessage("was rejected", self._approve, charges)


class TestBillingRun(NextStepCase):
    def _open(self, file, user=None):
        action = file.with_user(user or self.clerk).action_create_billing_run()
        self.assertEqual((action["res_model"], action["views"]), ("xpps.billing.run", [(False, "form")]))
        return self.env["xpps.billing.run"].browse(action["res_id"])

    def _approved(self, **invoice):
        file = self._load(self._rows(), **invoice)
        file.action_approve_charges()
        return file

    def test_new(self):
        """It is of the file's period, and has looked for agreements."""
        file = self._approved(**JANUARY)
        self.assertFalse(file.billing_run_id)
        run = self._open(file)
        self.assertEqual((run.period_start, run.period_end), (self.day("2026-01-01"), self.day("2026-01-31")))
        self.assertEqual((run.company_id, run.user_id), (self.company, self.clerk))
        line = run.line_ids.filtered(lambda line: line.subscription_id == self.agreement)
        self.assertEqual((line.state, line.charge_amount), ("ready", 27.0))
        file.invalidate_recordset()
        self.assertEqual(file.billing_run_id, run)

    def test_again(self):
        """The same one, brought up to date; a cancelled one does not count, nor one of another month or company."""
        file = self._approved(**JANUARY)
        runs = self.env["xpps.billing.run"]
        runs.create({"period_start": "2026-02-01", "period_end": "2026-02-28"})
        runs.create({"period_start": "2026-01-01", "period_end": "2026-01-30"})
        runs.create({"period_start": "2026-01-01", "period_end": "2026-01-31"}).action_cancel()
        other = self._company("XPPS Other Reseller")
        runs.with_company(other).create(
            {"period_start": "2026-01-01", "period_end": "2026-01-31", "company_id": other.id}
        )
        run = self._open(file)
        self.assertEqual(run.company_id, self.company)
        self.assertTrue(run.prepared_on)
        charge = self._charge(500)
        file.invalidate_recordset()
        self.assertEqual(self._open(file), run)
        line = run.line_ids.filtered(lambda line: line.subscription_id == self.agreement)
        self.assertEqual(line.charge_count, len(file.charge_ids | charge))

    def test_a_longer_run(self):
        run = self.env["xpps.billing.run"].create({"period_start": "2026-01-01", "period_end": "2026-03-31"})
        self.assertEqual(self._open(self._approved(**FEBRUARY)), run)

    def test_what_is_posted_is_only_shown(self):
        file = self._approved(**JANUARY)
        run = self._open(file)
        run.action_create_drafts()
        run.action_post()
        prepared = run.prepared_on = "2026-02-03 10:00:00"
        file.invalidate_recordset()
        self.assertEqual(self._open(file), run)
        self.assertEqual(str(run.prepared_on), prepared)

    def test_a_file_without_a_period(self):
        """As one that cannot be read."""
        self.env["xpps.billing.run"].create({"period_start": "2026-01-01", "period_end": "2026-01-31"})
        unread, read = self._check(b"<no", "broken.xml"), self._upload(self._rows(), **JANUARY)
        self.assertEqual([bool(file.billing_run_id) for file in unread | read], [False, True])
        self.assertFalse(unread.billing_run_id)

    def test_too_early(self):
        file = self._upload(self._rows(), **JANUARY)
        self.assertRaisesMessage("Import billing file", file.action_create_billing_run)
