# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Devices that need attention: each reason once, and what is just not worth it."""

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..support.access import BILLING, USER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH
from ..support.usage import UsageCase, meters

APRIL = {"InvoiceDate": "2026-05-03", "PeriodStart": "2026-04-01", "PeriodEnd": "2026-04-30"}
MID_APRIL = {"InvoiceDate": "2026-04-16", "PeriodStart": "2026-04-01", "PeriodEnd": "2026-04-15"}
MONTHS = (JANUARY, FEBRUARY, MARCH, APRIL)


class AttentionCase(UsageCase):
    def setUp(self):
        super().setUp()
        freezer = freeze_time("2026-05-10")
        freezer.start()
        self.addCleanup(freezer.stop)

    def _print(self, month, **pages):
        """Import a month in which the devices print Mono pages, going on where their meters stand.

        ``SN_1=100``, or ``SN_1=(100, 1000)`` with included pages; the read is estimated for pages below 0.
        """
        rows = []
        for name, printed in pages.items():
            serial = name.replace("_", "-")
            count, included = printed if isinstance(printed, tuple) else (printed, 0)
            device = self.env["stock.lot"].search([("name", "=", serial), ("company_id", "=", self.company.id)])
            last = device.xpps_mono_last_read
            rows.append(
                meters(serial, mono=(last, last + abs(count), included))
                | {"ReadDate": month["PeriodEnd"], "ReadType": "Estimated" if count < 0 else "Actual"}
            )
        return self._load(rows, **month)

    def _rows(self, *kinds):
        """{(serial, kind): row} of the company, all kinds or these."""
        self.env.invalidate_all()
        rows = self.env["xpps.device.attention"].search([("company_id", "=", self.company.id)])
        return {(row.device_id.name, row.kind): row for row in rows if not kinds or row.kind in kinds}


class TestAttention(AttentionCase):
    def test_nothing(self):
        """Without a file nothing is known; a device that prints as ever needs no attention."""
        self.assertFalse(self._rows())
        for month in MONTHS:
            self._print(month, SN_1=(100, 1000))
        self.assertFalse(self._rows())

    def test_absent(self):
        self._device("SN-2", xpps_install_date="2026-05-01")
        self._device("SN-3", self.other)
        self._device("SN-4", self._agreement(running=False))
        self._device("SN-5", xpps_removal_date="2026-04-20", xpps_state="removed")
        self._print(MARCH, SN_1=100, SN_3=100)
        self._print(APRIL, SN_1=100)
        row = self._rows("absent")
        self.assertEqual(set(row), {("SN-3", "absent")})
        row = row["SN-3", "absent"]
        self.assertEqual((row.partner_id, row.subscription_id), (self.other.partner_id, self.other))
        self.assertEqual((row.product_id, row.company_id), (self.printer, self.company))
        self.assertEqual((row.since, row.last_read_date), (self.day("2026-04-30"), self.day("2026-03-31")))
        self.assertEqual(row.explanation, "Active on its agreement, but not in any file of April 2026.")

    def test_absent_until_another_file(self):
        """A month may come in several files, and a correction may bring what was forgotten."""
        self._device("SN-2")
        self._device("SN-3")
        self._print(APRIL, SN_1=100)
        self.assertEqual(set(self._rows()), {("SN-2", "absent"), ("SN-3", "absent")})
        self._print(APRIL, SN_2=100)
        self._correct([meters("SN-3", mono=(0, 10, 0))], **APRIL)
        self.assertFalse(self._rows())

    def test_absent_when_moved(self):
        """Who has it now did not have it in the month, but another agreement did."""
        self._print(MARCH, SN_1=100)
        self._device("SN-2")
        self._move_device()
        self._print(APRIL, SN_2=100)
        self.assertEqual(self._rows()["SN-1", "absent"].subscription_id, self.other)

    def _move_device(self):
        wizard = self.env["xpps.device.move.wizard"].create(
            {"device_ids": self.device.ids, "date": "2026-05-02", "subscription_id": self.other.id}
        )
        wizard.action_apply()

    def test_held_records_are_in_the_file(self):
        """Xerox bills it, though it is held back: so it is not missing."""
        self.company.xpps_quarantine = True
        self._device("SN-2", xpps_subscription_line_id=False)
        file = self._upload([record("SN-1", mono=(0, "0.004")), record("SN-2", mono=(0, "0.004"))], **APRIL)
        file.action_import()
        self.assertEqual(file.held_count, 1)
        self.assertFalse(self._rows("absent"))

    def test_not_read(self):
        """Two months without a read that Xerox did not estimate: on 10 May, one of 9 March or before."""
        self._device("SN-2")
        self._device("SN-3", xpps_install_date="2026-03-09")
        self._device("SN-4", xpps_install_date="2026-03-10")
        self._device("SN-5")
        self._print(FEBRUARY, SN_1=100, SN_2=100, SN_5=100)
        noted = self.env["stock.lot"].browse(self._id("SN-5"))
        self.env["xpps.meter.read"]._note("opening", noted, self.day("2026-03-10"), {"mono": 150})
        self._print(MARCH, SN_1=-100, SN_2=100, SN_5=-100)
        self._print(APRIL, SN_1=-100, SN_5=-100)
        found = self._rows("no_read")
        self.assertEqual(set(found), {("SN-1", "no_read"), ("SN-3", "no_read")})
        row = found["SN-1", "no_read"]
        self.assertEqual((row.since, row.last_read_date), (self.day("2026-02-28"), self.day("2026-02-28")))
        self.assertEqual(row.explanation, "Last read on 02/28/2026.")
        row = found["SN-3", "no_read"]
        self.assertEqual((row.since, row.last_read_date), (self.day("2026-03-09"), False))
        self.assertEqual(row.explanation, "Never read, although installed since 03/09/2026.")

    def _id(self, serial):
        return self.env["stock.lot"].search([("name", "=", serial), ("company_id", "=", self.company.id)]).id

    def test_unused(self):
        """SN-2 has not been there for three months, SN-3 printed in February, SN-4 was only estimated."""
        for serial in ("SN-2", "SN-3", "SN-4"):
            self._device(serial)
        self._print(JANUARY, SN_1=100, SN_3=100, SN_4=100)
        self._print(FEBRUARY, SN_1=0, SN_3=1, SN_4=0)
        self._print(MARCH, SN_1=0, SN_2=0, SN_3=0, SN_4=0)
        self.assertFalse(self._rows("unused"))
        self._print(APRIL, SN_1=0, SN_2=0, SN_3=0, SN_4=0)
        self.env["xpps.meter.read"].search(
            [("device_id", "=", self._id("SN-4")), ("period_end", ">", "2026-01-31")]
        ).estimated = True
        found = self._rows("unused")
        self.assertEqual(set(found), {("SN-1", "unused")})
        row = found["SN-1", "unused"]
        self.assertEqual((row.since, row.last_read_date), (self.day("2026-01-31"), self.day("2026-04-30")))
        self.assertEqual(row.explanation, "Read, but no pages printed since 01/31/2026.")

    def test_far_above_the_mean(self):
        """Against the mean of the others: (100 + 300) / 2 = 200 a month, twice of which is not above 100 %."""
        for serial in ("SN-2", "SN-3"):
            self._device(serial)
        self._print(MARCH, SN_1=390, SN_2=100, SN_3=300)
        self._print(APRIL, SN_1=410, SN_2=100, SN_3=300)
        self.assertFalse(self._rows())
        self._correct([meters("SN-1", mono=(390, 802, 0))], **APRIL)
        found = self._rows()
        self.assertEqual(set(found), {("SN-1", "above_mean")})
        row = found["SN-1", "above_mean"]
        self.assertEqual((row.pages, row.compared_pages, row.since), (401, 200, self.day("2026-04-30")))
        self.assertEqual(row.explanation, "401 pages per month; the other devices of its model print 200.")
        self.company.xpps_usage_spike_percent = 101
        self.assertFalse(self._rows())
        self.company.xpps_usage_spike_percent = 0
        self.assertFalse(self._rows())

    def test_a_mean_of_two_others(self):
        """One other device makes no mean, nor does one of another model."""
        self._device("SN-2")
        self._device("SN-3", product_id=self._printer("XPPS Other Printer").id)
        self._mapping(self.env["stock.lot"].browse(self._id("SN-3")).product_id, mono=self.mono)
        self._print(APRIL, SN_1=1000, SN_2=1, SN_3=1)
        self.assertFalse(self._rows())
        self._device("SN-4")
        self._print(APRIL, SN_4=1)
        self.assertEqual(set(self._rows()), {("SN-1", "above_mean")})

    def test_allowance_by_a_file_in_between(self):
        self._device("SN-2")
        self._print(MARCH, SN_1=(700, 1000), SN_2=(100, 1000))
        self._print(MID_APRIL, SN_1=(800, 500), SN_2=(801, 500))
        found = self._rows()
        self.assertEqual(set(found), {("SN-2", "allowance")})
        row = found["SN-2", "allowance"]
        self.assertEqual((row.output_type, row.pages, row.compared_pages), ("mono", 801, 1000))
        self.assertEqual(row.since, self.day("2026-04-15"))
        self.assertEqual(
            row.explanation, "801 Mono pages until 04/15/2026: 80% of the 1,000 that are included in a month."
        )

    def test_allowance_by_a_noted_read(self):
        """Of two types the one that has used up most; what is noted later than a month after is no read in between."""
        notes = self.env["xpps.meter.read"]
        self._load([meters("SN-1", mono=(0, 10, 100), color=(0, 5, 10))], **MARCH)
        notes._note("opening", self.device, self.day("2026-05-05"), {"mono": 1000})
        self.assertFalse(self._rows())
        notes._note("opening", self.device, self.day("2026-04-20"), {"mono": 95, "color": 18})
        row = self._rows()["SN-1", "allowance"]
        self.assertEqual((row.output_type, row.pages, row.compared_pages), ("color", 13, 10))
        self._load([meters("SN-1", mono=(10, 1000, 100), color=(5, 18, 10))], **APRIL)
        self.assertFalse(self._rows(), "The month is not open any more.")

    def test_no_allowance_for_a_swapped_device(self):
        """The counter of the new one says nothing of the pages since the last file."""
        self._print(MARCH, SN_1=(10, 100))
        wizard = self.env["xpps.device.swap.wizard"].create(
            {"device_id": self.device.id, "date": "2026-04-16", "serial": "SN-NEW"}
        )
        wizard.read_ids.filtered(lambda row: row.output_type == "mono").write(
            {"closing_read": 500, "opening_read": 7000}
        )
        wizard.action_apply()
        self.assertFalse(self._rows())

    def test_a_file_in_between_is_no_month(self):
        """It names some devices only, and nobody is missing from it."""
        self._device("SN-2")
        self._print(MARCH, SN_1=100, SN_2=100)
        self._print(MID_APRIL, SN_1=100)
        self.assertFalse(self._rows())


class TestAttentionList(AttentionCase):
    def setUp(self):
        super().setUp()
        self._device("SN-2", xpps_install_date="2026-04-01")
        self._print(APRIL, SN_1=100)
        self.row = self._rows()["SN-2", "absent"]

    def test_open_device(self):
        action = self.row.action_open_device()
        self.assertEqual((action["res_model"], action["res_id"]), ("stock.lot", self.row.device_id.id))
        self.assertEqual(action["views"], [(self.env.ref("xerox_xpps.view_xpps_device_form").id, "form")])

    def test_schedule_activity(self):
        """On each device once, however many reasons it is listed for."""
        with freeze_time("2026-09-01"):
            rows = self.env["xpps.device.attention"].union(*self._rows().values())
            self.assertEqual(len(rows), 3, "One is absent, and both are not read.")
            clerk = self._user("xpps_test_clerk", BILLING)
            action = rows.with_user(clerk).action_schedule_activity()
            wizards = self.env[action["res_model"]].with_user(clerk).with_context(**action["context"])
            form = Form(wizards)
            form.summary = "Call them"
            form.save().action_schedule_activities()
            devices = rows.device_id
        self.env.invalidate_all()
        self.assertEqual([device.activity_ids.mapped("summary") for device in devices], [["Call them"]] * 2)
        without = [("company_id", "=", self.company.id), ("device_id.activity_ids", "=", False)]
        self.assertFalse(self.env["xpps.device.attention"].search(without))

    def test_user(self):
        """Who may see devices sees the list; nobody else does, and nobody of another company."""
        user = self._user("xpps_test_user", USER)
        listed = self.env["xpps.device.attention"].with_user(user).search([])
        self.assertEqual((listed, listed.explanation), (self.row, self.row.explanation))
        self.assertEqual(listed.action_open_device()["res_id"], self.row.device_id.id)
        employee = self._user("xpps_test_employee")
        reseller = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", BILLING, company=reseller)
        theirs = self.env["xpps.device.attention"].with_user(stranger).with_context(allowed_company_ids=reseller.ids)
        self.assertFalse(theirs.search([]))
        quiet = mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
        for other in (self.row.with_user(employee), self.row.with_env(theirs.env)):
            for function in (other.action_open_device, other.action_schedule_activity):
                with quiet, self.assertRaises(AccessError):
                    function()

    def test_ids_stay(self):
        ids = self.row.id
        self._device("SN-0")
        self.assertEqual(self._rows()["SN-2", "absent"].id, ids)
