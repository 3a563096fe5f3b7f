# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An agreement runs in a period or not, and everybody who asks is told the same."""

from importlib.util import module_from_spec, spec_from_file_location

from freezegun import freeze_time

from odoo.tools.misc import file_path

from ..support.common import record
from ..support.importing import JANUARY, ImportCase

TODAY = "2026-02-10"

#: What became of an agreement that began on 1 January 2025: (what it is called, what happened, whether it runs in
#: January 2026). A date with "closed" is the day on which it was closed, "start" and "end" are its own dates.
CASES = [
    ("runs", {}, True),
    ("starts after", {"start": "2026-02-01"}, False),
    ("starts on the last day", {"start": "2026-01-31"}, True),
    ("ended before", {"end": "2025-12-31"}, False),
    ("ended on the first day", {"end": "2026-01-01"}, True),
    ("ended before, closed after", {"end": "2025-12-31", "closed": "2026-02-05"}, False),
    ("closed before", {"closed": "2025-12-31"}, False),
    ("closed on the first day", {"closed": "2026-01-01"}, True),
    ("closed after", {"closed": "2026-02-05"}, True),
    ("closed before its end", {"closed": "2025-12-31", "end": "2026-06-30"}, False),
    ("closed before, archived", {"closed": "2025-12-31", "archived": True}, False),
    ("closed after, archived", {"closed": "2026-02-05", "archived": True}, True),
    ("archived", {"archived": True}, True),
    ("started again", {"closed": "2025-12-31", "again": "2026-02-05"}, True),
    ("closed after, a draft again", {"closed": "2026-02-05", "draft": True}, True),
    ("never started", {"running": False}, False),
    ("closed before it was started", {"running": False, "closed": "2026-02-05"}, False),
]


class RunsCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time(TODAY)
        freezer.start()
        cls.addClassCleanup(freezer.stop)

    def _make(self, running=True, start=None, end=None, closed=None, again=None, draft=False, archived=False):
        agreement = self._agreement(running=running, next_date="2026-03-01")
        if start:
            agreement.date_start = start
        if closed:
            with freeze_time(closed):
                agreement.close_subscription()
        if again:
            with freeze_time(again):
                agreement.action_start_subscription()
        if end:
            agreement.date = end
        if draft:
            agreement.stage_id = self.env["sale.subscription.stage"].search([("type", "=", "draft")], limit=1)
        if archived:
            self._archive_unasked(agreement)
        return agreement


class TestRunsInPeriod(RunsCase):
    def _set_up_once(self):
        super()._set_up_once()
        self.agreements, self.running = {}, {"SN-1"}
        for serial, happened, runs in CASES:
            self.agreements[serial] = self._make(**happened)
            self._device(serial, self.agreements[serial], xpps_install_date="2025-06-01")
            if runs:
                self.running.add(serial)

    def test_the_function(self):
        first, last = self.day("2026-01-01"), self.day("2026-01-31")
        for serial, agreement in self.agreements.items():
            self.assertEqual(agreement._xpps_runs_between(first, last), serial in self.running, serial)

    def test_its_device_is_in_the_file(self):
        file = self._upload([record(serial) for serial in ("SN-1", *self.agreements)], **JANUARY)
        refused = file.issue_ids.filtered(lambda issue: issue.code == "subscription_not_running")
        self.assertEqual(set(refused.mapped("serial")), self.agreements.keys() - self.running)
        self.assertEqual(set(self._codes(file)), {"subscription_not_running"})

    def test_its_device_is_not_in_the_file(self):
        file = self._load([record("SN-1")], **JANUARY)
        missing = self.running - {"SN-1"}
        absent = file.issue_ids.filtered(lambda issue: issue.code == "device_absent")
        self.assertEqual(set(absent.mapped("serial")), missing, "check")
        run = self.env["xpps.billing.run"].create(
            {"period_start": "2026-01-01", "period_end": "2026-01-31", "invoice_date": "2026-02-03"}
        )
        run.action_prepare()
        held = run.line_ids.filtered(lambda line: line.hold_code == "file_missing").subscription_id
        self.assertEqual({name for name, agreement in self.agreements.items() if agreement in held}, missing, "run")
        self.assertEqual(set(run.line_ids.subscription_id), set(held | self.agreement), "run")
        rows = self.env["xpps.device.attention"].search([("company_id", "=", self.company.id), ("kind", "=", "absent")])
        self.assertEqual(set(rows.mapped("device_id.name")), missing, "devices to review")
        rows = self.env["xpps.vendor.report"].search([("flag", "=", "missing_from_file")])
        self.assertEqual(set(rows.mapped("serial")), missing, "vendor report")

    def test_who_is_looked_after(self):
        """A device that is not read matters where the agreement runs today."""
        with freeze_time("2026-06-01"):
            self._load([record("SN-1")], **JANUARY)
            rows = self.env["xpps.device.attention"].search(
                [("company_id", "=", self.company.id), ("kind", "=", "no_read")]
            )
            today = self.day("2026-06-01")
            running = {
                name for name, agreement in self.agreements.items() if agreement._xpps_runs_between(today, today)
            }
            self.assertIn("archived", running)
            self.assertNotIn("closed after", running)
            self.assertEqual(set(rows.mapped("device_id.name")), running)


class TestClosingDay(RunsCase):
    def _closed_on(self, agreement):
        return agreement.xpps_closed_on and str(agreement.xpps_closed_on)

    def test_closed_and_started_again(self):
        agreement = self._make(closed="2026-01-15")
        self.assertEqual(self._closed_on(agreement), "2026-01-15")
        # What is closed is not closed once more.
        with freeze_time("2026-01-20"):
            agreement.close_subscription()
        self.assertEqual(self._closed_on(agreement), "2026-01-15")
        agreement.action_start_subscription()
        self.assertFalse(agreement.xpps_closed_on)

    def test_many_at_once(self):
        stage = self.env["sale.subscription.stage"].search([("type", "=", "post")], limit=1)
        running, waiting = self._make(), self._make(running=False)
        (running | waiting).stage_id = stage
        self.assertEqual((self._closed_on(running), waiting.xpps_closed_on), (TODAY, False))

    def test_brought_in_as_closed(self):
        stage = self.env["sale.subscription.stage"].search([("type", "=", "post")], limit=1)
        agreement = self._agreement(running=False, stage_id=stage.id)
        self.assertEqual(self._closed_on(agreement), TODAY)

    def test_the_copy_was_not_closed(self):
        self.assertFalse(self._make(closed="2026-01-15").copy().xpps_closed_on)

    def test_update_from_before(self):
        """The chatter knows the day; who came without one, or never ran, has that of its end, or none."""
        known = self._make()
        self.env.cr.flush()
        with freeze_time("2026-01-15"):
            known.close_subscription()
            self.env.cr.flush()
        never = self._make(running=False)
        self.env.cr.flush()
        never.close_subscription()
        self.env.cr.flush()
        ended = self._agreement(running=False, stage_id=never.stage_id.id)
        ended.date = "2025-11-30"
        unknown = self._agreement(running=False, stage_id=never.stage_id.id)
        running = self._make()
        agreements = known | never | ended | unknown | running
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_subscription SET xpps_closed_on = NULL")
        script = file_path("xerox_xpps/migrations/19.0.1.2.0/post-closing_day.py")
        spec = spec_from_file_location("post_closing_day", script)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        days = [self._closed_on(agreement) for agreement in agreements]
        written = str(unknown.write_date.date())
        self.assertEqual(days, ["2026-01-15", False, "2025-11-30", written, False])
