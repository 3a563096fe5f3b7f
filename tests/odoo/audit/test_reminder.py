# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who looks after the month is reminded of what waits: once, and no longer than it waits."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields

from odoo.addons.xerox_xpps.models.audit import xpps_reminder

from ..support.access import BILLING
from ..support.billing_runs import BillingRunCase
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase


class TestReminders(ImportCase, BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_reminded_clerk", BILLING)
        cls.company.xpps_responsible_id = cls.clerk

    def _remind(self):
        self.env["xpps.reminder"]._cron_remind()

    def _summaries(self, *records):
        """:return: what the activities of records say, and whose they are"""
        activities = self.env["mail.activity"].search(
            [("res_model", "=", records[0]._name), ("res_id", "in", [one.id for one in records])]
        )
        return [(activity.summary, activity.user_id) for activity in activities]

    def _age(self, records, days):
        """Have records been made so many days before."""
        records.flush_recordset()
        when = fields.Datetime.now() - timedelta(days=days)
        self.env.cr.execute(
            f'UPDATE "{records._table}" SET create_date = %s WHERE id = ANY(%s)', [when, list(records.ids)]
        )
        records.invalidate_recordset()

    def _file(self, **period):
        return self._load([record("SN-1", mono=(100, "0.004")), record("SN-2", mono=(50, "0.004"))], **period)

    # Charges

    def test_charges(self):
        file = self._file(**JANUARY)
        self._age(file.charge_ids, 2)
        self._remind()
        self.assertFalse(self._summaries(file))
        self._age(file.charge_ids, 4)
        self._remind()
        expected = [("2 charges have been waiting for approval for days", self.clerk)]
        self.assertEqual(self._summaries(file), expected)
        self._remind()
        self.assertEqual(self._summaries(file), expected, "Once is enough.")
        file.charge_ids[0].action_approve()
        self._remind()
        self.assertEqual(len(self._summaries(file)), 1)
        file.charge_ids.action_approve()
        self._remind()
        self.assertFalse(self._summaries(file), "Nothing waits any more.")

    def test_what_was_done_does_not_come_again(self):
        file = self._file(**JANUARY)
        self._age(file.charge_ids, 4)
        self._remind()
        file.activity_ids.action_feedback("I know")
        self._remind()
        self.assertFalse(self._summaries(file))

    def test_an_activity_of_somebody_s_own_stays(self):
        file = self._file(**JANUARY)
        own = file.activity_schedule(xpps_reminder.CHARGES_WAITING, user_id=self.clerk.id, automated=False)
        self._remind()
        self.assertTrue(own.exists())

    def test_the_one_of_the_arrival_keeps_its_text(self):
        file = self._file(**JANUARY)
        self._age(file.charge_ids, 4)
        self._remind()
        file._update_arrival_activities()
        self.assertIn("waiting for approval", self._summaries(file)[0][0])

    # Files

    def _came(self, file, day):
        file.flush_recordset()
        self.env.cr.execute("UPDATE xpps_billing_file SET create_date = %s WHERE id = %s", [f"{day} 10:00:00", file.id])
        file.invalidate_recordset()

    def test_file(self):
        """Both files came on the fourth; in March there is none on that day."""
        files = [self._file(**period) for period in (JANUARY, FEBRUARY)]
        for file, day in zip(files, ("2026-02-04", "2026-03-04"), strict=True):
            self._came(file, day)
        files[0].charge_ids.action_approve()
        files[1].charge_ids.action_approve()
        for day, expected in (("2026-04-03", []), ("2026-04-04", [self.clerk]), ("2026-04-20", [self.clerk])):
            with self.subTest(day=day), freeze_time(f"{day} 12:00:00"):
                self._remind()
                found = self._summaries(files[1])
                self.assertEqual([user for _text, user in found], expected)
                for text, _user in found:
                    self.assertEqual(text, "The billing file of March 2026 has not come yet")
        self.assertFalse(self._summaries(files[0]))

    def test_file_that_came(self):
        file = self._file(**JANUARY)
        self._came(file, "2026-02-04")
        file.charge_ids.action_approve()
        with freeze_time("2026-03-10 12:00:00"):
            self._remind()
            self.assertEqual(len(self._summaries(file)), 1)
            # As a draft it is there, too.
            later = self._upload([record("SN-1", mono=(100, "0.004"))], **FEBRUARY)
            self._remind()
            self.assertFalse(self._summaries(file, later))

    def test_no_devices(self):
        """Without devices there is no file to wait for."""
        file = self._file(**JANUARY)
        self._came(file, "2026-02-04")
        file.charge_ids.action_approve()
        devices = self.device | self.second
        devices.write({"xpps_state": "removed", "xpps_removal_date": "2026-02-01"})
        with freeze_time("2026-03-10 12:00:00"):
            self._remind()
        self.assertFalse(self._summaries(file))

    # Runs

    def test_drafts(self):
        self.env["sale.subscription"].search([]).is_paused = True
        for _number in range(2):
            self._contract("draft", self.coffee)
        owner = self._user("xpps_run_owner", BILLING)
        run = self._run(owner)
        moves = self._drafts(run)
        self._remind()
        self.assertFalse(self._summaries(run))
        self._age(moves, 4)
        self._remind()
        self.assertEqual(self._summaries(run), [("2 draft invoices are waiting to be posted", owner)])
        run.action_post()
        self._remind()
        self.assertFalse(self._summaries(run))

    def test_who_left(self):
        """The activity goes to who looks after the company's files."""
        self.env["sale.subscription"].search([]).is_paused = True
        self._contract("draft", self.coffee)
        owner = self._user("xpps_run_owner", BILLING)
        run = self._run(owner)
        self._age(self._drafts(run), 4)
        owner.active = False
        self._remind()
        self.assertEqual(self._summaries(run), [("1 draft invoice is waiting to be posted", self.clerk)])

    # Disputes

    def _dispute(self):
        # Ten pages more than the meter says.
        row = record("SN-1", mono=(110, "0.004"), MonoPrevious=0, MonoCurrent=600, MonoIncluded=500)
        file = self._load([row], **JANUARY)
        file.charge_ids.action_approve()
        rows = self.env["xpps.vendor.report"].search([("billing_file_id", "=", file.id), ("component", "=", "mono")])
        return self.env["xpps.dispute"].browse(rows.with_user(self.clerk).action_dispute()["res_id"])

    def test_dispute(self):
        dispute = self._dispute()
        for state, days, expected in (("draft", 20, 0), ("sent", 13, 0), ("sent", 14, 1), ("credited", 20, 0)):
            with self.subTest(state=state, days=days):
                # As sending and Xerox's answer leave it.
                dispute.sudo().write({"state": state, "sent_on": fields.Date.today() - timedelta(days=days)})
                self._remind()
                self.assertEqual(
                    self._summaries(dispute), [("Xerox has not answered the dispute yet", self.clerk)] * expected
                )
