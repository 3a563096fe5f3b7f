# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A day of a device is charged once and covered once, whatever the periods of Xerox's files are."""

from datetime import date, timedelta
from random import Random

import psycopg2.errors

from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.rules import beyond_border

from ...billing_file.builder import build_xml
from ..support.billing_runs import BillingRunCase
from ..support.common import record
from ..support.concurrency import ConcurrencyCase
from ..support.importing import JANUARY, ImportCase


def period(start, end):
    return {"PeriodStart": str(start), "PeriodEnd": str(end)}


class TestCharged(ImportCase):
    """1,000 Mono pages of January are 10.00."""

    def _set_up_once(self):
        super()._set_up_once()
        self.january = self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)

    def _pages(self, pages, start, end, kind="regular"):
        return self._upload([record("SN-1", mono=(pages, "0.004"))], kind, **period(start, end))

    def assertCharged(self, amount):
        self.assertEqual(round(sum(self._charges().mapped("price_subtotal")), 2), amount)

    def assertRefused(self, file, *names):
        issue = file.issue_ids.filtered(lambda issue: issue.severity == "error")
        self.assertEqual(issue.mapped("code"), ["period_duplicate"])
        for name in (*names, "SN-1", "X-1"):
            self.assertIn(name, issue.message)
        self.assertEqual(issue.action_fix()["res_id"], self.january.id)
        self.assertRaisesMessage("already been billed", file.action_import)
        self.assertCharged(10.0)

    def test_half_of_it_and_half_of_the_next(self):
        self.assertRefused(self._pages(800, "2026-01-15", "2026-02-14"), "17 days", "January 2026")

    def test_a_quarter_around_it(self):
        self.assertRefused(self._pages(1000, "2025-12-01", "2026-02-28"), "31 days")

    def test_a_part_of_it(self):
        self.assertRefused(self._pages(700, "2026-01-10", "2026-01-20"), "11 days")

    def test_a_single_day_of_it(self):
        for day in ("2026-01-01", "2026-01-15", "2026-01-31"):
            self.assertIn("period_duplicate", self._codes(self._pages(5, day, day)), day)
        self.assertCharged(10.0)

    def test_the_same_period(self):
        self.assertRefused(self._pages(1000, "2026-01-01", "2026-01-31"), "this period", "as a correction")

    def test_a_border_day_is_shared(self):
        for start, end in (("2026-01-31", "2026-02-28"), ("2025-12-01", "2026-01-01")):
            file = self._pages(100, start, end)
            self.assertEqual(self._codes(file), [])
            file.action_import()
        self.assertCharged(12.0)

    def test_another_device(self):
        self._device("SN-2")
        self._load([record("SN-2", mono=(500, "0.004"))], **period("2026-01-15", "2026-02-14"))
        self.assertCharged(10.0)

    def test_an_undone_import_is_in_nobodys_way(self):
        self.january.action_cancel()
        file = self._pages(800, "2026-01-15", "2026-02-14")
        self.assertEqual(self._codes(file), [])
        file.action_import()
        self.assertCharged(8.0)

    def test_without_a_readable_period(self):
        """Whatever today is, it is not the period of such a file."""
        file = self._pages(800, "", "")
        self.assertNotIn("period_duplicate", self._codes(file))

    def test_a_correction_of_its_own_period(self):
        self._correct([record("SN-1", mono=(1200, "0.004"))], **JANUARY)
        self.assertCharged(12.0)

    def test_a_correction_gives_the_period_another_border(self):
        self._correct([record("SN-1", mono=(1200, "0.004"))], **period("2026-01-01", "2026-01-30"))
        self.assertCharged(12.0)
        self.assertRefusedAs(self._pages(100, "2026-01-20", "2026-02-19"), "X-2")
        self._load([record("SN-1", mono=(100, "0.004"))], **period("2026-01-30", "2026-02-28"))
        self.assertCharged(13.0)

    def assertRefusedAs(self, file, invoice):
        issue = file.issue_ids.filtered(lambda issue: issue.code == "period_duplicate")
        self.assertIn(invoice, issue.message)

    def test_a_correction_of_no_period(self):
        """It could replace no record, and would charge the days once more."""
        for start, end in (
            ("2026-01-15", "2026-02-14"),
            ("2025-12-01", "2026-02-28"),
            ("2026-01-10", "2026-01-20"),
        ):
            file = self._pages(800, start, end, "correction")
            self.assertRefused(file, "A correction replaces records of its own period only")

    def test_a_correction_that_grows_into_the_next_month(self):
        self._load([record("SN-1", mono=(100, "0.004"))], **period("2026-02-01", "2026-02-28"))
        file = self._pages(1200, "2026-01-01", "2026-02-05", "correction")
        self.assertEqual(self._codes(file), ["period_duplicate"])
        self.assertIn("5 days", file.issue_ids.filtered(lambda issue: issue.severity == "error").message)
        self.assertCharged(11.0)

    def test_what_a_correction_freed_is_billed_by_another_file(self):
        correction = self._correct([record("SN-1", mono=(600, "0.004"))], **period("2026-01-01", "2026-01-20"))
        rest = self._load([record("SN-1", mono=(400, "0.004"))], **period("2026-01-21", "2026-01-30"))
        self.assertCharged(10.0)
        self.assertRaisesMessage(f"(?s)corrected are billed by another file.*{rest.name}", correction.action_cancel)
        rest.action_cancel()
        correction.action_cancel()
        self.assertCharged(10.0)

    def test_a_held_record(self):
        """It is imported later, when another file may have billed its days."""
        self.company.xpps_quarantine = True
        self._device("SN-2", xpps_subscription_line_id=False)
        rows = [record(serial, mono=(100, "0.004")) for serial in ("SN-1", "SN-2")]
        february = self._upload(rows, **period("2026-02-01", "2026-02-28"))
        february.action_import()
        self.assertEqual(february.line_ids.mapped("state"), ["imported", "held"])
        second = february.line_ids[1].device_id
        second.xpps_subscription_line_id = self.base_line
        self._load([record("SN-2", mono=(70, "0.004"))], **period("2026-02-15", "2026-03-14"))
        february.action_check()
        self.assertEqual(self._codes(february), ["period_duplicate"])

    def test_any_periods(self):
        """Whatever comes in whatever order: no two live records of a device share more than a border day."""
        random = Random(4)
        first_day = date(2026, 3, 1)
        for _number in range(25):
            start = first_day + timedelta(days=random.randrange(60))
            end = start + timedelta(days=random.choice((0, 1, 6, 13, 27, 30)))
            kind = random.choice(("regular", "regular", "correction"))
            file = self._pages(10, start, end, kind)
            if not self._codes(file):
                file.action_import()
        live = self.env["xpps.billing.file.line"].search(
            [
                ("device_id", "=", self.device.id),
                ("billed_period_end", "!=", False),
                ("superseded_by_id", "=", False),
            ]
        )
        spans = [(line.billed_period_start, line.billed_period_end) for line in live]
        self.assertGreater(len(spans), 3)
        for position, span in enumerate(spans):
            for other in spans[position + 1 :]:
                self.assertFalse(beyond_border(*span, *other), (span, other))

    def test_the_database_agrees_with_the_rule(self):
        line = self._pages(1, "2026-05-01", "2026-05-31").line_ids
        random = Random(5)
        first_day = date(2025, 12, 25)
        found = set()
        for _number in range(60):
            start = random.choice((self.day("2026-01-01"), self.day("2026-01-31"), first_day)) + timedelta(
                days=random.randrange(-3, 10)
            )
            end = start + timedelta(days=random.choice((0, 0, 1, 5, 27, 30)))
            refused = False
            with mute_logger("odoo.sql_db"):
                try:
                    with self.cr.savepoint(flush=False):
                        self.cr.execute(
                            "UPDATE xpps_billing_file_line SET billed_period_start = %s, billed_period_end = %s "
                            "WHERE id = %s",
                            (start, end, line.id),
                        )
                except (psycopg2.errors.ExclusionViolation, psycopg2.errors.UniqueViolation):
                    refused = True
            expected = beyond_border(start, end, self.day("2026-01-01"), self.day("2026-01-31"))
            self.assertEqual(refused, expected, (start, end))
            found.add(refused)
        self.assertEqual(found, {True, False})


class TestAtOnce(ConcurrencyCase):
    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_files_of_some_of_the_same_days(self):
        def upload(number, start, end):
            data = build_xml({"InvoiceNumber": number, **period(start, end)}, [record("SN-1", mono=(100, "0.004"))])
            return lambda env: self._import_file(env, data)

        results = self._at_once(upload("X-1", "2026-01-01", "2026-01-31"), upload("X-2", "2026-01-15", "2026-02-14"))
        self.assertOneWins(results, "been billed")
        self.assertEqual(self._charges(), [("draft", 100)])

    def _import_file(self, env, data):
        company = env["res.company"].browse(self.ids["company"])
        env["xpps.billing.file"]._create_from_upload(data, "billing.xml", company).action_import()


class TestCovered(BillingRunCase):
    def _hold(self, start, end, **values):
        line = self._line(self._run(period_start=start, period_end=end, **values))
        return line.hold_code

    def test_the_month_with_most_days(self):
        """16 days of January and 15 of February: January's, though it ends in February."""
        self._cover("SN-1", "SN-2", **period("2026-01-16", "2026-02-15"))
        self.assertFalse(self._hold("2026-01-01", "2026-01-31"))
        self.assertEqual(self._hold("2026-02-01", "2026-02-28", invoice_date="2026-03-03"), "file_missing")

    def test_a_border_day_in_the_next_month(self):
        self._cover("SN-1", "SN-2", **period("2026-01-01", "2026-02-01"))
        self.assertFalse(self._hold("2026-01-01", "2026-01-31"))
        self.assertEqual(self._hold("2026-02-01", "2026-02-28", invoice_date="2026-03-03"), "file_missing")

    def test_a_border_day_in_the_month_before(self):
        self._cover("SN-1", "SN-2", **period("2025-12-31", "2026-01-31"))
        self.assertFalse(self._hold("2026-01-01", "2026-01-31"))

    def test_a_few_days(self):
        self._cover("SN-1", "SN-2", **period("2025-12-10", "2026-01-09"))
        self.assertEqual(self._hold("2026-01-01", "2026-01-31"), "file_missing")

    def test_a_quarter(self):
        self._cover("SN-1", "SN-2", **period("2025-12-01", "2026-02-28"))
        self.assertFalse(self._hold("2026-01-01", "2026-01-31"))
        self.assertFalse(self._hold("2026-02-01", "2026-02-28", invoice_date="2026-03-03"))

    def test_its_charges_are_billed_by_the_run(self):
        rows = [record("SN-1", mono=(1000, "0.004")), record("SN-2")]
        file = self._import(rows, **period("2026-01-01", "2026-02-01"))
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.state, line.hold_code), ("held", "charges_to_approve"))
        self.assertEqual(file.charge_ids.search(line.action_fix()["domain"]), file.charge_ids)
        file.charge_ids.action_approve()
        run.action_prepare()
        self.assertEqual((line.state, line.charge_amount, line.recurring_amount), ("ready", 10.0, 30.0))
        self.assertEqual(self._drafts(run).amount_untaxed, 40.0)

    def test_charges_of_the_next_month_wait(self):
        rows = [record("SN-1", mono=(1000, "0.004")), record("SN-2")]
        self._import(rows, **period("2026-01-18", "2026-02-17")).charge_ids.action_approve()
        self._cover("SN-1", "SN-2", InvoiceNumber="X-2", **period("2025-12-18", "2026-01-18"))
        line = self._line(self._run())
        self.assertEqual((line.state, line.charge_count), ("ready", 0))

    def test_held_records(self):
        self.company.xpps_quarantine = True
        self.second.xpps_subscription_line_id = False
        wizard = self._wizard(build_xml(period("2026-01-01", "2026-02-01"), [record("SN-1"), record("SN-2")]))
        wizard.action_check()
        wizard.action_import()
        line = self._line(self._run())
        self.assertIn("Billing file records are held back: SN-2.", line.reason)
