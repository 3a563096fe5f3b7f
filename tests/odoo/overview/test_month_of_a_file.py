# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A file belongs to the month that it shares its days with, whatever day it ends on: wherever months are looked at."""

from datetime import date

from odoo.addons.xerox_xpps import rules

from ..support.common import record
from ..support.overviews import OverviewCase

JANUARY, FEBRUARY, MARCH = "2026-01-01", "2026-02-01", "2026-03-01"
MONTHS = (JANUARY, FEBRUARY, MARCH)
READS = {"MonoPrevious": 600, "MonoCurrent": 1200}


class MonthCase(OverviewCase):
    def _billed(self, first, last, **values):
        rows = [record("SN-1", mono=(100, "0.004"), **READS, **values), record("SN-2", mono=(50, "0.004"))]
        return self._load(rows, InvoiceDate=last, PeriodStart=first, PeriodEnd=last)

    def assertInMonths(self, key, *expected):
        """The figure of January, February and March."""
        found = []
        for month in MONTHS:
            figures = self._figures(month)
            self.assertOpensWhatItCounts({key: figures[key]})
            found.append(figures[key]["value"])
        self.assertEqual(found, list(expected), key)


class TestRule(MonthCase):
    def test_month_of(self):
        for first, last, month in (
            ("2026-01-01", "2026-01-31", 1),
            ("2026-01-01", "2026-02-01", 1),
            ("2026-01-05", "2026-02-04", 1),
            ("2026-01-31", "2026-02-28", 2),
            ("2026-01-15", "2026-02-14", 1),
            ("2026-01-18", "2026-02-14", 2),
            ("2026-01-20", "2026-02-19", 2),
            ("2026-01-31", "2026-02-01", 2),
            ("2026-01-01", "2026-03-31", 3),
            ("2025-12-01", "2026-02-28", 2),
            ("2025-12-15", "2026-03-14", 2),
            ("2026-01-31", "2026-03-01", 2),
            ("2026-02-10", "2026-02-10", 2),
        ):
            with self.subTest(first=first, last=last):
                found = rules.month_of(self.day(first), self.day(last))
                self.assertEqual((found.month, found.day), (month, 1))

    def test_each_period_has_a_month_that_it_covers(self):
        """Of three years, periods of up to 100 days."""
        for start in range(0, 1096, 7):
            first = date.fromordinal(date(2024, 1, 1).toordinal() + start)
            for length in range(1, 101):
                last = date.fromordinal(first.toordinal() + length - 1)
                month = rules.month_of(first, last)
                end = date(month.year + month.month // 12, month.month % 12 + 1, 1).toordinal() - 1
                self.assertTrue(rules.covers_period(first, last, month, date.fromordinal(end)), (first, last))


class TestOverview(MonthCase):
    def test_a_border_day(self):
        """1 January to 1 February is January, as is 5 January to 4 February."""
        for first, last in (("2026-01-01", "2026-02-01"), ("2026-01-05", "2026-02-04")):
            file = self._billed(first, last)
            for key, value in {"file": 1, "to_approve": 2, "pages": 600, "vendor_bill": 1}.items():
                with self.subTest(first=first, key=key):
                    self.assertInMonths(key, value, 0, 0)
            steps = {month: self._step(month)["key"] for month in MONTHS}
            self.assertEqual(steps[JANUARY], "approve")
            self.assertEqual({steps[FEBRUARY], steps[MARCH]}, {"upload"})
            self.assertEqual(self._overviews().get_overview(None)["month"]["value"], JANUARY)
            file.action_cancel()

    def test_held_records_and_errors(self):
        self.company.xpps_quarantine = True
        file = self._upload(
            [record("SN-1"), record("UNKNOWN-1")],
            InvoiceDate="2026-02-03",
            PeriodStart="2026-01-01",
            PeriodEnd="2026-02-01",
        )
        self.assertInMonths("errors", 1, 0, 0)
        file.action_import()
        self.assertInMonths("held", 1, 0, 0)
        months = [month["value"] for month in self._overviews().get_overview(JANUARY)["months"]]
        self.assertIn(JANUARY, months)
        self.assertNotIn(FEBRUARY, months)

    def test_a_quarter(self):
        """It covers three months; its pages are counted once."""
        self._billed(JANUARY, "2026-03-31")
        self.assertInMonths("file", 1, 1, 1)
        self.assertInMonths("vendor_bill", 1, 1, 1)
        self.assertInMonths("pages", 0, 0, 600)

    def test_invoices(self):
        file = self._billed("2026-01-01", "2026-02-01")
        file.charge_ids.action_approve()
        self.assertInMonths("to_invoice", 2, 0, 0)
        self.agreement.recurring_next_date = "2099-01-01"
        self.agreement._generate_xpps_invoices(recurring=False)
        self._moves().filtered(lambda move: move.state == "draft").action_post()
        self.assertInMonths("posted", 1, 0, 0)

    def test_runs(self):
        run = self._run(period_start="2026-01-01", period_end="2026-02-01")
        self.assertTrue(run.line_ids)
        for month in MONTHS:
            self.assertEqual("held_back" in self._figures(month), month == JANUARY)

    def test_pages_of_the_chart(self):
        self._billed("2026-01-05", "2026-02-04")
        reports = self._entry(self._overviews().get_reports(FEBRUARY))
        (chart,) = (chart for chart in reports["charts"] if chart["key"] == "pages")
        self.assertEqual(chart["datasets"][0]["data"][-2:], [600, 0])
        reports = self._entry(self._overviews().get_reports(JANUARY))
        (chart,) = (chart for chart in reports["charts"] if chart["key"] == "pages")
        self.assertEqual(chart["datasets"][0]["data"][-1], 600)


class TestElsewhere(MonthCase):
    def test_usage(self):
        self._billed("2026-01-01", "2026-02-01")
        self._billed("2026-02-01", "2026-03-01")
        for record_ in (self.device, self.agreement, self.customer):
            record_.invalidate_recordset()
            self.assertEqual(record_.xpps_usage_chart["labels"], ["Jan 2026", "Feb 2026"])

    def test_vendor_document(self):
        file = self._billed("2026-01-01", "2026-02-01")
        wizards = self.env["xpps.vendor.report.wizard"]
        wizard = wizards.create({"company_id": self.company.id})
        self.assertEqual((str(wizard.date_from), str(wizard.date_to)), (JANUARY, "2026-01-31"))
        self.assertEqual(wizard.file_count, 1)
        self.assertEqual(wizard._vendor_document().invoices, [file.display_name])
        february = wizards.create({"company_id": self.company.id, "date_from": FEBRUARY, "date_to": "2026-02-28"})
        self.assertEqual(february.file_count, 0)
        self.assertRaisesMessage("has not imported any billing file", february._vendor_document)
        later = self._billed("2026-02-01", "2026-03-01")
        document = later._vendor_document()
        self.assertEqual(document.previous_invoices, [file.display_name])

    def test_annex(self):
        """The devices of an agreement without overage are on the invoice of their month."""
        rows = [record("SN-1", mono=(0, "0.004"), **READS)]
        self._load(rows, InvoiceDate="2026-02-03", PeriodStart="2026-01-01", PeriodEnd="2026-02-01")
        first, second = self._post(), self._post()
        self.assertEqual(
            [str(move.invoice_line_ids[:1].xpps_period_start) for move in (first, second)], [JANUARY, FEBRUARY]
        )
        shown = [
            [row.serial for usage in move._xpps_usage().agreements for row in usage.rows] for move in (first, second)
        ]
        self.assertEqual(shown, [["SN-1"], []])
