# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Devices that are not read, unusual pages, which rules hold, and whose day it is."""

from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.rules import CUSTOMER_ORIGIN

from ..support.access import BILLING, MANAGER, USER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH, ImportCase
from ..support.usage import meters
from ..support.usage_alerts import Alerts

APRIL = {"InvoiceDate": "2026-05-03", "PeriodStart": "2026-04-01", "PeriodEnd": "2026-04-30"}


class KindCase(Alerts, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time("2026-05-10 10:00:00", tick=True)
        freezer.start()
        cls.addClassCleanup(freezer.stop)

    def _read(self, month, pages, before=0, serial="SN-1", included=0, **values):
        return self._load([meters(serial, mono=(before, before + pages, included)) | values], **month)


class TestNotRead(KindCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule("no_read", 40)

    def test_days_without_a_read(self):
        """31 March is 40 days before 10 May."""
        self._read(FEBRUARY, 100)
        self._device("SN-2", xpps_install_date="2026-04-01")
        alert = self._look()
        self.assertEqual((alert.device_id, alert.value), (self.device, 71))
        self.assertEqual(alert.explanation, "Last read on 02/28/2026, 71 days ago.")
        self._look()
        self.assertEqual(len(self._usage_mails()), 1)
        self.assertIn("SN-1", self._usage_mails().body_html)

    def test_on_the_very_day(self):
        self._read(MARCH, 100)
        self.assertEqual(self._look().value, 40)

    def test_one_day_less(self):
        self._read(MARCH, 100, ReadDate="2026-04-01")
        self.assertFalse(self._look())

    def test_read_again(self):
        self._read(FEBRUARY, 100)
        self._look()
        self._send()
        self._read(APRIL, 100, before=100)
        self.assertEqual(self._look().state, "below")
        with freeze_time("2026-06-20"):
            alerts = self._look()
        self.assertEqual(alerts.mapped("state"), ["below", "reached"])
        self.assertEqual(len(self._usage_mails()), 2)

    def test_estimates_are_no_reads(self):
        self._read(FEBRUARY, 100)
        self._read(MARCH, 100, before=100, ReadType="Estimated")
        self._read(APRIL, 100, before=200, ReadType="Estimated")
        self.assertEqual(str(self._look().read_until), "2026-02-28")

    def test_what_a_customer_enters_is_no_read(self):
        """It is looked at, and nothing follows from it."""
        self._read(FEBRUARY, 100)
        reads = self.env["xpps.meter.read"]
        reads._note(CUSTOMER_ORIGIN, self.device, date(2026, 5, 1), {"mono": 500})
        alert = self._look()
        self.assertEqual((str(alert.read_until), alert.value), ("2026-02-28", 71))

    def test_the_day_of_the_company(self):
        """At 10:00 in UTC on 9 May it is 10 May in Kiritimati, and 40 days since 31 March."""
        self._read(MARCH, 100)
        with freeze_time("2026-05-09 10:30:00"):
            self.assertFalse(self._look())
            self.company.partner_id.tz = "Pacific/Kiritimati"
            self.assertEqual(str(self._look().reached_on), "2026-05-10")


class TestUnusual(KindCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule("unusual", 100)

    def test_more_than_twice_the_mean(self):
        for month, before in ((JANUARY, 0), (FEBRUARY, 1000), (MARCH, 2000)):
            self._read(month, 1000, before)
        self.assertFalse(self._look())
        self._read(APRIL, 2001, 3000)
        alert = self._look()
        self.assertEqual((alert.value, alert.compared, round(alert.percent, 1)), (2001, 1000, 100.1))
        self.assertEqual(
            alert.explanation,
            "2,001 pages in April 2026, 100.1% more than the average of the months before (1,000).",
        )

    def test_just_twice(self):
        self._read(MARCH, 1000)
        self._read(APRIL, 2000, 1000)
        self.assertFalse(self._look())

    def test_without_months_before(self):
        self._read(APRIL, 2000)
        self.assertFalse(self._look())


class TestSpecific(KindCase):
    """The customer's 80% of 1,000 are 800; SN-2 is on another agreement of the same customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._agreement()
        cls.device2 = cls._device("SN-2", cls.second)
        cls.rule = cls._rule()

    def _found(self):
        self._load([meters(serial, mono=(0, 850, 1000)) for serial in ("SN-1", "SN-2")], **APRIL)
        return sorted((alert.device_id.name, alert.threshold) for alert in self._look())

    def test_the_company(self):
        self.assertEqual(self._found(), [("SN-1", 80), ("SN-2", 80)])

    def test_the_customer(self):
        self._rule(threshold=85, partner_id=self.customer.id)
        self._rule(threshold=84, partner_id=self._partner("Another").id)
        self.assertEqual(self._found(), [("SN-1", 85), ("SN-2", 85)])

    def test_the_parent_of_the_customer(self):
        self.customer.parent_id = self._partner("Holding", is_company=True)
        self._rule(threshold=85, partner_id=self.customer.parent_id.id)
        self.assertEqual(self._found(), [("SN-1", 85), ("SN-2", 85)])

    def test_the_agreement(self):
        self._rule(threshold=85, partner_id=self.customer.id)
        self._rule(threshold=90, subscription_id=self.agreement.id)
        self.assertEqual(self._found(), [("SN-2", 85)])

    def test_another_kind_does_not_count(self):
        self._rule("no_read", 400, subscription_id=self.agreement.id)
        self.assertEqual(self._found(), [("SN-1", 80), ("SN-2", 80)])

    def test_an_archived_one_does_not_count(self):
        self._rule(threshold=90, subscription_id=self.agreement.id).active = False
        self.assertEqual(self._found(), [("SN-1", 80), ("SN-2", 80)])

    def test_one_that_tells_nobody(self):
        self._rule(subscription_id=self.agreement.id, by_mail=False)
        self.assertEqual(self._found(), [("SN-1", 80), ("SN-2", 80)])
        self.assertEqual(self._notices().subscription_id, self.second)


class TestRules(KindCase):
    def test_refused(self):
        rule = self._rule()
        for values, error in (
            ({"threshold": 0}, IntegrityError),
            ({"threshold": 20000}, IntegrityError),
            ({"threshold": 80}, IntegrityError),
            ({"subscription_id": self.agreement.id, "partner_id": self.customer.id}, IntegrityError),
            ({"subscription_id": self.agreement.id, "mail_template_id": False}, ValidationError),
        ):
            with self.subTest(values), mute_logger("odoo.sql_db"), self.assertRaises(error), self.cr.savepoint():
                self._rule(**values)
        self.assertEqual(rule.threshold_text, "80%")

    def test_told_already(self):
        rule = self._rule()
        self._read(APRIL, 850, included=1000)
        self._look()
        self.assertRaisesMessage("has alerts already", rule.write, {"kind": "no_read"})
        self.assertRaisesMessage("Archive it instead", rule.unlink)
        rule.active = False

    def test_the_usual_ones(self):
        rules = self.env["xpps.usage.alert.rule"]
        self._rule("no_read", 90)
        rules.action_add_usual()
        rules.action_add_usual()
        found = rules.search([("company_id", "=", self.company.id)])
        self.assertEqual(
            found.mapped(lambda rule: (rule.kind, rule.threshold)),
            [("allowance", 80), ("allowance", 100), ("forecast", 100), ("no_read", 90), ("unusual", 100)],
        )
        self.assertEqual(found.filtered("by_mail").mapped("kind"), ["no_read"])

    def test_rights(self):
        rule = self._rule(by_activity=True)
        user, clerk, manager = (
            self._user(f"xpps-alert-{group.rsplit('_')[-1]}", group) for group in (USER, BILLING, MANAGER)
        )
        self._read(APRIL, 850, included=1000)
        alert = self._look()
        self.assertEqual(alert.with_user(user).state, "reached")
        self.assertEqual(alert.with_user(user).action_open_subject()["res_id"], self.device.id)
        for group_user in (user, clerk):
            for refused in (rule.with_user(group_user).write, alert.with_user(group_user).write):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    refused({"threshold": 70})
        with self.assertRaises(AccessError):
            alert.with_user(user).read(["billing_file_id"])
        with self.assertRaises(AccessError):
            alert.with_user(user).action_mark_handled()
        with self.assertRaises(AccessError):
            self.env["xpps.usage.alert.rule"].with_user(clerk).action_add_usual()
        with self.assertRaises(UserError):
            alert.copy()
        rule.with_user(manager).threshold = 70
        self.assertTrue(self.agreement.activity_ids)
        alert.with_user(clerk).action_mark_handled()
        self.assertEqual((alert.is_handled, alert.handled_by_id), (True, clerk))
        self.assertFalse(self.agreement.activity_ids)

    def test_notes_and_activities(self):
        seller = self._user("xpps-alert-seller", USER)
        self.agreement.user_id = seller
        self._rule(by_mail=False, by_note=True, by_activity=True)
        self._read(APRIL, 850, included=1000)
        self._look()
        self.assertFalse(self._notices())
        activity = self.agreement.activity_ids
        self.assertEqual((activity.user_id, len(activity)), (seller, 1))
        self.assertIn("850 pages used until 04/30/2026: 85% of the 1,000", activity.note)
        self.assertIn("85% of the 1,000", self.agreement.message_ids[:1].body)
        self._look()
        self.assertEqual(len(self.agreement.activity_ids), 1)

    def test_undone_and_told_inside_only(self):
        self._user("xpps-alert-clerk", BILLING)
        self._rule(by_mail=False, by_activity=True)
        file = self._read(APRIL, 850, included=1000)
        self._look()
        file.action_cancel()
        self.assertFalse(self._alerts() | self._look())
        self.assertFalse(self.agreement.activity_ids)
        self._read(APRIL, 850, included=1000)
        self.assertEqual((len(self._look()), len(self.agreement.activity_ids)), (1, 1))

    def test_screens(self):
        self._rule()
        self._load([meters("SN-1", mono=(0, 850, 1000))], **APRIL)
        alert = self._look()
        self.assertEqual((self.agreement.xpps_usage_alert_count, self.customer.xpps_usage_alert_count), (1, 1))
        for source in (self.agreement, self.customer, alert.rule_id):
            method = "action_open_alerts" if source == alert.rule_id else "action_open_xpps_usage_alerts"
            action = getattr(source, method)()
            self.assertEqual(self.env["xpps.usage.alert"].search(action["domain"]), alert)
        figures = self.env["xpps.overview"].get_reports("2026-04-01")[0]["sections"]
        found = {figure["key"]: figure["value"] for section in figures for figure in section["figures"]}
        self.assertEqual(found["usage_alerts"], 1)


class TestQueries(KindCase):
    def test_number(self):
        """It is the same for 10 and for 200 agreements, whether they are told of or not."""
        self._rule()
        self._rule("no_read", 400)
        self._rule("unusual", 100)

        def queries(number, since):
            agreements = [self._agreement() for _number in range(since, number)]
            serials = [f"Q-{count}" for count in range(since, number)]
            for agreement, serial in zip(agreements, serials, strict=True):
                self._device(serial, agreement)
            self._load(
                [record(serial, MonoPrevious=0, MonoCurrent=700, MonoIncluded=1000) for serial in serials], **MARCH
            )
            self._load(
                [record(serial, MonoPrevious=700, MonoCurrent=1400, MonoIncluded=1000) for serial in serials], **APRIL
            )
            alerts = self.env["xpps.usage.alert"]
            (batch,) = alerts._batches(self.company)
            self.assertGreaterEqual(len(batch), number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            alerts._look_at(batch)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        queries(3, 0)
        few = queries(10, 3)
        self.assertEqual(queries(200, 10), few)
        self.assertLess(few, 60)
