# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A day passes on which a file was due: who looks after it is asked for it, once a month."""

from freezegun import freeze_time

from ...billing_file.builder import build_xml
from ..support.common import record
from ..support.fetching import DUE, FetchCase
from ..support.importing import FEBRUARY, JANUARY

MISSING = "xerox_xpps.mail_activity_file_missing"


class TestDue(FetchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        frozen = freeze_time("2026-02-01 12:00", tick=True)
        frozen.start()
        cls.addClassCleanup(frozen.stop)

    def setUp(self):
        super().setUp()
        self.source.due_day = 5

    def _on(self, day):
        """The reminders of a day. :return: the activities of the source"""
        with freeze_time(f"{day} 12:00"):
            self.env["xpps.reminder"]._cron_remind()
        return self._activities(self.source, DUE)

    def _upload(self, **invoice):
        return self._check(
            build_xml({"InvoiceNumber": f"X-{len(invoice)}-{invoice}"[:20], **invoice}, [record("SN-1")])
        )

    def test_once_a_month(self):
        self._upload(**JANUARY)
        self.assertFalse(self._on("2026-03-05"))
        activity = self._on("2026-03-06")
        self.assertEqual(activity.user_id, self.clerk)
        self.assertEqual(activity.summary, "The billing file that was due on 03/05/2026 has not come")
        self.assertEqual(self._on("2026-03-07"), activity)
        activity.action_done()
        self.assertFalse(self._on("2026-03-20"))
        self.assertEqual(len(self._on("2026-04-06")), 1)
        self.assertEqual(len(self._on("2026-05-06")), 1)

    def test_gone_when_the_file_comes(self):
        """However it comes."""
        self._upload(**JANUARY)
        self.assertTrue(self._on("2026-03-06"))
        draft = self._upload(**FEBRUARY)
        self.assertFalse(self._on("2026-03-07"))
        draft.action_cancel()
        self.source.reminded_due = False
        self.assertTrue(self._on("2026-03-08"))

    def test_file_that_says_nothing(self):
        self._check(b"<XPPSBillingDetails>")
        self.assertTrue(self._on("2026-03-06"))

    def test_short_month(self):
        self.source.due_day = 31
        self._upload(**JANUARY)
        self.assertFalse(self._on("2026-02-28"))
        self.assertFalse(self._on("2026-03-01"))
        self.assertFalse(self._on("2026-03-31"))
        self.assertTrue(self._on("2026-04-01"))

    def test_no_day(self):
        self.source.due_day = 0
        self.assertFalse(self._on("2026-03-20"))

    def test_one_reminder_not_two(self):
        """The company's own reminder, by the usual day, says the same: it leaves it to the source."""
        self._upload(**JANUARY)
        file = self.env["xpps.billing.file"].search([("company_id", "=", self.company.id)])
        self.env.cr.execute("UPDATE xpps_billing_file SET create_date = '2026-02-03' WHERE id = %s", [file.id])
        file.invalidate_recordset()
        self._on("2026-03-20")
        self.assertFalse(self._activities(file, MISSING))
        self.source.due_day = 0
        self._on("2026-03-20")
        self.assertTrue(self._activities(file, MISSING))

    def test_other_company(self):
        """Its file is no file of ours."""
        branch = self._company("XPPS Fetch Branch")
        self._check(build_xml(FEBRUARY, [record("SN-1")]), company=branch)
        self.assertTrue(self._on("2026-03-06"))
