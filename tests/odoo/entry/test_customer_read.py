# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reads that customers enter: checked against the last one, kept beside the others, and good for nothing else."""

import io
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..support.access import BILLING, MANAGER, USER
from ..support.entries import EntryCase, jpeg
from ..support.importing import FEBRUARY, JANUARY, MARCH
from ..support.usage import meters


class TestCustomerRead(EntryCase):
    def setUp(self):
        super().setUp()
        freezer = freeze_time("2026-03-10 12:00:00")
        freezer.start()
        self.addCleanup(freezer.stop)

    def _refuse(self, pattern, device=None, **counters):
        count = self.entries.search_count([])
        self.assertRaisesMessage(pattern, lambda: self._enter(device, **counters))
        self.assertEqual(self.entries.search_count([]), count)

    def test_a_read_is_noted(self):
        self._print_two_months()
        entry = self._enter(mono="2,600", color="")
        self.assertEqual(
            (entry.kind, entry.source, entry.user_id, entry.partner_id, entry.counters, entry.date),
            ("read", "portal", self.portal, self.customer, {"mono": 2600}, date(2026, 3, 10)),
        )
        read = self._reads(origin="customer")
        self.assertEqual(entry.read_ids, read)
        self.assertEqual(
            (read.output_type, read.previous_read, read.current_read, read.pages, read.overage, read.cost),
            ("mono", 2600, 2600, 0, 0, 0),
        )
        self.assertEqual((read.period_start, read.period_end, read.read_date), (date(2026, 3, 10),) * 3)
        self.assertEqual((read.partner_id, read.subscription_id), (self.customer, self.agreement))
        self.assertIn("Mono 2,600", self.device.message_ids[0].body)
        self.assertEqual(self.device.message_ids[0].author_id, self.portal.partner_id)

    def test_the_day_is_the_companys(self):
        for zone, moment, day in (
            ("Pacific/Auckland", "2026-03-10 12:00:00", date(2026, 3, 11)),
            ("America/Los_Angeles", "2026-03-10 06:00:00", date(2026, 3, 9)),
            (False, "2026-03-10 23:00:00", date(2026, 3, 10)),
        ):
            self.company.partner_id.tz = zone
            with self.subTest(zone=zone), freeze_time(moment):
                self.assertEqual(self._enter(mono="5").date, day)

    def test_what_is_typed(self):
        for text, counter in (("0", 0), (" 2 600 ", 2600), ("1.012.345", 1012345), ("999999999", 999999999)):
            with self.subTest(text=text), self.cr.savepoint() as savepoint:
                self.assertEqual(self._enter(mono=text).counters, {"mono": counter})
                savepoint.rollback()
        for text in ("-1", "12.5", "1e5", "0x10", "abc", "1,23", "1234567890", "٣", "9" * 5000):
            with self.subTest(text=text[:20]):
                self._refuse("not a counter", mono=text)
        for counters in ({}, {"mono": ""}, {"mono": "   "}, {"clr_lvl3": "5"}, {"device_id": "5"}):
            with self.subTest(counters=counters):
                self._refuse("at least one counter", **counters)

    def test_below_the_last_read(self):
        self._print_two_months()
        self._refuse(r"Black & white: 2,499 is below the last read, which was 2,500 on 02/28/2026", mono="2499")
        self._refuse(r"Color: 150 is below the last read, which was 151", mono="2600", color="150")
        self.assertEqual(self._enter(mono="2500").counters, {"mono": 2500})

    def test_names_of_the_company(self):
        self.env["xpps.output.name"].create({"output_type": "mono", "name": "Black", "company_id": self.company.id})
        self._print_two_months()
        self._refuse("Black: 1 is below", mono="1")

    def test_doubtful_reads(self):
        """More than twice the mean of 1,000 and 1,500 Mono with 100 and 51 Color pages a month: 2,651 pages."""
        self._print_two_months()
        for counters, asked in (
            ({"mono": "5151"}, False),
            ({"mono": "5152"}, True),
            ({"mono": "5101", "color": "201"}, False),
            ({"mono": "5101", "color": "202"}, True),
        ):
            with self.subTest(counters=counters), self.cr.savepoint() as savepoint:
                entry, doubt = self.entries.with_user(self.portal)._enter_read(self.device, "portal", counters)
                self.assertEqual((bool(doubt), bool(entry)), (asked, not asked))
                if asked:
                    self.assertFalse(self._reads(origin="customer"))
                    entry = self._enter(**counters)
                    self.assertEqual(entry.doubt, doubt)
                savepoint.rollback()

    def test_below_what_was_entered_before(self):
        """Nobody knows whether that was right, so that it is asked and not refused."""
        self._print_two_months()
        with freeze_time("2026-03-09 12:00:00"):
            self._enter(mono="3000")
        entry, doubt = self.entries.with_user(self.portal)._enter_read(self.device, "portal", {"mono": "2600"})
        self.assertFalse(entry)
        self.assertIn("3,000 was entered before", doubt)
        self.assertTrue(self._enter(mono="2600"))

    def test_again_on_the_same_day(self):
        self._enter(mono="100", color="10")
        self._enter(mono="120")
        first, color, second = self._reads(origin="customer").sorted("id")
        if first.output_type == "color":
            first, color = color, first
        self.assertEqual(first.superseded_by_id, second)
        self.assertFalse(color.superseded_by_id or second.superseded_by_id)

    def test_beside_reads_of_the_same_day(self):
        """A file, an opening and a closing read of the day stay live, whichever comes first."""
        day = date(2026, 3, 31)
        reads = self.env["xpps.meter.read"]
        with freeze_time("2026-03-31 12:00:00"):
            self._enter(mono="500")
            for origin in ("opening", "closing"):
                reads._note(origin, self.device, day, {"mono": 400})
            self._enter(mono="510")
        self._load([meters("SN-1", mono=(400, 450, 0))], **MARCH)
        with freeze_time("2026-03-31 13:00:00"):
            self._enter(mono="520")
        live = self._reads(superseded_by_id=False, output_type="mono", period_end=day)
        self.assertEqual(sorted((read.origin, read.current_read) for read in live), [("customer", 520), ("file", 450)])
        self.assertEqual(self.device.xpps_mono_last_read, 450)

    def test_discard(self):
        """In each order, what is left is the last of the day that was not discarded."""
        clerk = self._user("xpps_test_clerk", BILLING)
        for order, left in (
            ((2, 1, 0), (120, 100, None)),
            ((0, 1, 2), (140, 140, None)),
            ((1, 2, 0), (140, 100, None)),
            ((1, 0, 2), (140, 140, None)),
        ):
            with self.subTest(order=order), self.cr.savepoint() as savepoint:
                entries = [self._enter(mono=text) for text in ("100", "120", "140")]
                for number, counter in zip(order, left, strict=True):
                    entries[number].with_user(clerk).action_discard()
                    live = self._reads(origin="customer", superseded_by_id=False)
                    self.assertEqual(live.mapped("current_read"), [counter] if counter else [])
                    self.assertEqual(entries[number].discarded_by_id, clerk)
                self.assertFalse(self._reads(origin="customer"))
                self.assertEqual(entries[0].counters, {"mono": 100})
                savepoint.rollback()

    def test_who_may_discard(self):
        entry = self._enter(mono="100")
        for user in (self.portal, self._user("xpps_test_user", USER), self._user("xpps_test_nobody")):
            with self.subTest(user=user.login), self.assertRaises(AccessError), mute_logger("odoo.models"):
                entry.with_user(user).action_discard()
        self.assertTrue(entry.read_ids)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            entry.with_user(self._user("xpps_test_manager", MANAGER)).unlink()

    def test_only_where_the_reseller_takes_them(self):
        self.company.xpps_customer_reads = False
        self._refuse("not entered here", mono="5")
        self.assertFalse(self.company.default_get(["xpps_customer_reads"]).get("xpps_customer_reads"))

    def test_a_removed_device(self):
        self.device.xpps_removal_date = "2026-03-01"
        self._refuse("no longer serviced", mono="5")

    def test_limits(self):
        """Five an hour; each device, each kind and each door has its own."""
        for number in range(5):
            self._enter(mono=str(100 + number))
        self._refuse("Try again later", mono="900")
        self.assertTrue(self.entries._report_problem(self.device, "portal", "other", "Jam"))
        self.assertTrue(self._enter(self.neighbours, mono="10"))
        label, _doubt = self.entries._enter_read(self.device, "label", {"mono": "900"}, confirmed=True)
        self.assertFalse(label.user_id)

    def test_no_photo_is_decoded_beyond_the_limit(self):
        """What is refused anyway takes no work."""
        for number in range(5):
            self._enter(mono=str(100 + number))
        photo = io.BytesIO(jpeg())
        entries = self.entries.with_user(self.portal)
        for typed in ({"mono": "900"}, {"mono": "none"}):
            self.assertRaisesMessage(".", entries._enter_read, self.device, "portal", typed, photo)
        self.assertEqual(photo.tell(), 0)

    def test_day_limit(self):
        """Fifteen a day, whenever they came."""
        values = {"kind": "read", "device_id": self.device.id, "company_id": self.company.id, "source": "portal"}
        made = self.entries.create([values | {"date": "2026-03-10"}] * 15)
        made.flush_recordset()
        for hours, refused in ((2, True), (23, True), (25, False)):
            self.cr.execute(
                "UPDATE xpps_customer_entry SET create_date = %s - make_interval(hours => %s) WHERE id = ANY(%s)",
                [self.cr.now(), hours, made.ids],
            )
            with self.subTest(hours=hours), self.cr.savepoint() as savepoint:
                if refused:
                    self._refuse("Try again later", mono="5")
                else:
                    self.assertTrue(self._enter(mono="5"))
                savepoint.rollback()


class TestNothingFollows(EntryCase):
    """A life with customers' reads on any day is the same as one without."""

    #: Days around the ends of the months, far from where the meter is.
    DAYS = (
        "2026-01-15",
        "2026-01-31",
        "2026-02-01",
        "2026-02-28",
        "2026-03-01",
        "2026-03-31",
        "2026-04-01",
        "2026-04-20",
    )

    def _set_up_once(self):
        super()._set_up_once()
        self.agreement.xpps_overage_cycle = "2"

    def _enter_everywhere(self):
        reads = self.env["xpps.meter.read"]
        for number, day in enumerate(self.DAYS):
            for device in (self.device, self.neighbours):
                reads._note("customer", device.sudo(), date.fromisoformat(day), {"mono": 90_000 + number, "color": 7})

    def _life(self, with_reads):
        seen = {}
        enter = self._enter_everywhere if with_reads else lambda: None
        with freeze_time("2026-05-02 12:00:00"):
            enter()
            files = self._load(
                [meters("SN-1", mono=(0, 1000, 800), color=(0, 100, 0)), meters("SN-2", mono=(0, 50, 0))], **JANUARY
            )
            self.env["xpps.meter.read"]._note("opening", self.device, date(2026, 2, 1), {"mono": 1000})
            files |= self._load([meters("SN-1", mono=(1100, 2500, 1600)), meters("SN-2", mono=(50, 60, 0))], **FEBRUARY)
            files |= self._correct([meters("SN-1", mono=(1100, 2600, 1600))], **FEBRUARY)
            files |= self._load([meters("SN-1", mono=(2600, 2700, 3000))], **MARCH)
            wizard = self.env["xpps.device.swap.wizard"].new({"device_id": self.device.id})
            seen["proposed"] = sorted((row.output_type, row.last_read) for row in wizard.read_ids)
            seen["issues"] = sorted((issue.code, issue.message) for issue in files.issue_ids)
            seen["health"] = self._rows_of("xpps.device.attention", ("kind", "since", "pages", "compared_pages"))
            for name in ("xpps_usage", "xpps_usage_chart", "xpps_average_pages", "xpps_last_read_date"):
                seen[name] = [self.device[name], self.neighbours[name]]
            seen["last"] = [self.device.xpps_mono_last_read, self.device.xpps_color_last_read]
            charges = files.charge_ids
            charges.action_approve()
            self.agreement.generate_invoice()
            moves = self._moves()
            seen["invoices"] = [(move.amount_total, len(move.invoice_line_ids)) for move in moves]
            seen["lines"] = sorted((line.name, line.quantity, line.price_unit) for line in moves.invoice_line_ids)
            seen["charges"] = self._rows_of(
                "sale.subscription.charge",
                ("name", "output_type", "quantity", "unit_cost", "unit_price", "cycle_start", "is_provisional"),
            )
            reads = self._rows_of(
                "xpps.meter.read",
                ("origin", "output_type", "period_end", "previous_read", "current_read", "included", "overage", "cost")
                + ("expected_previous", "expected_overage", "cycle_balance", "expected_unit_cost"),
            )
            seen["reads"] = [row for row in reads if row[0] != "customer"]
            seen["live"] = self.env["xpps.meter.read"].search_count(
                [("superseded_by_id", "=", False), ("origin", "!=", "customer"), ("company_id", "=", self.company.id)]
            )
            seen["vendor"] = self._rows_of(
                "xpps.vendor.report",
                ("component", "period_end", "xerox_quantity", "expected_quantity", "difference", "flag"),
            )
            seen["profit"] = self._rows_of("xpps.profitability.report", ("component", "revenue", "cost", "margin"))
        return seen

    def _rows_of(self, model, names):
        self.env.invalidate_all()
        records = self.env[model].search([("company_id", "=", self.company.id)])
        return sorted((tuple(record[name] for name in names) for record in records), key=repr)

    def test_the_same_life(self):
        lives = []
        for with_reads in (False, True):
            with self.cr.savepoint() as savepoint:
                self._last_number = 0
                lives.append(self._life(with_reads))
                if with_reads:
                    self.assertEqual(len(self._reads(origin="customer", superseded_by_id=False)), 16)
                savepoint.rollback()
            self.env.invalidate_all()
        without, with_reads = lives
        self.assertTrue(without["charges"] and without["invoices"] and without["vendor"])
        self.maxDiff = None
        for name, value in without.items():
            with self.subTest(name=name):
                self.assertEqual(with_reads[name], value)

    def test_attention(self):
        """A customer's read is none that keeps a device from being *not read*, or uses up an allowance."""
        day = date(2026, 2, 10)
        with freeze_time("2026-02-11"):
            self._load([meters("SN-1", mono=(0, 1000, 100_000))], **JANUARY)
            rows = self._rows_of("xpps.device.attention", ("kind", "since"))
            self.env["xpps.meter.read"]._note("customer", self.device, day, {"mono": 99_000})
            self.assertEqual(self._rows_of("xpps.device.attention", ("kind", "since")), rows)
            self.env["xpps.meter.read"]._note("opening", self.device, day, {"mono": 99_000})
            self.assertNotEqual(self._rows_of("xpps.device.attention", ("kind", "since")), rows)

    def test_not_read(self):
        with freeze_time("2026-12-01"):
            self._load([meters("SN-1", mono=(0, 1000, 0))], **JANUARY)
            rows = self._rows_of("xpps.device.attention", ("kind", "since"))
            self.assertIn("no_read", [kind for kind, _since in rows])
            self.env["xpps.meter.read"]._note("customer", self.device, date(2026, 11, 30), {"mono": 1100})
            self.assertEqual(self._rows_of("xpps.device.attention", ("kind", "since")), rows)
