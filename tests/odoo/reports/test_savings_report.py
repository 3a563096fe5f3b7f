# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The savings report: what Xerox billed too much, what was claimed of it and credited, worked out by hand."""

import datetime
from ast import literal_eval
from collections import defaultdict

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.access import BILLING
from ..support.common import record
from ..support.importing import MARCH, ImportCase
from ..support.report_example import ReportExample

MEASURES = (
    "over_billed",
    "under_billed",
    "not_claimed",
    "disputed_amount",
    "credited_amount",
    "open_amount",
    "rejected_amount",
)
JANUARY, FEBRUARY, MARCH_1 = (datetime.date(2026, month, 1) for month in (1, 2, 3))
#: What Xerox bills otherwise than expected, by month and kind: over- and underbilled. A-1's supply fee is 0.50 above
#: the rate card each month; 510 Mono pages are 0.55 above February's 400. B-2's fees of March are 11 and 5.
DIFFERENCES = {
    (JANUARY, "wrong_rate"): (0.5, 0),
    (JANUARY, "wrong_allowance"): (0.5, 0),
    (FEBRUARY, "unknown_device"): (13.5, 0),
    (FEBRUARY, "missing_from_file"): (0, -20),
    (FEBRUARY, "quantity_wrong"): (0.55, 0),
    (FEBRUARY, "wrong_rate"): (0.5, 0),
    (FEBRUARY, "rate_changed"): (0.75, 0),
    (FEBRUARY, "base_changed"): (1, 0),
    (FEBRUARY, "read_gap"): (0.5, 0),
    (MARCH_1, "billed_after_removal"): (16, 0),
    (MARCH_1, "wrong_rate"): (0.5, 0),
}


class SavingsCase(ReportExample):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["xpps.savings.report"]
        cls.of_company = [("company_id", "=", cls.company.id)]

    def _vendor_rows(self, *serials, **values):
        rows = self.env["xpps.vendor.report"]
        rows.invalidate_model()
        domain = [*self.of_company, ("serial", "in", serials), *((name, "=", values[name]) for name in values)]
        return rows.search(domain)

    def _dispute(self, rows=None):
        """By default about February's X-9 and A-1's color pages: 12.50 + 1.00 + 0.75 = 14.25."""
        rows = rows or self._vendor_rows("X-9") | self._vendor_rows("A-1", flag="rate_changed")
        dispute = self.env["xpps.dispute"]._create_from_rows(rows)
        dispute.action_mark_sent()
        return dispute

    def _rows(self, domain=()):
        self.env.flush_all()
        self.report.invalidate_model()
        return self.report.search([*self.of_company, *domain])

    def _totals(self, domain=()):
        rows = self._rows(domain)
        return {name: round(sum(rows.mapped(name)), 2) for name in MEASURES}

    def _by_kind(self, *names):
        """:return: {(month, kind): amounts}, in cents, without what is 0 throughout"""
        sums = defaultdict(lambda: [0] * len(names))
        for row in self._rows():
            for number, name in enumerate(names):
                sums[row.month, row.kind][number] += row[name]
        return {key: found for key, values in sums.items() if any(found := tuple(round(value, 2) for value in values))}

    def assertAddsUp(self):
        """All that the vendor report and the disputes say, and nothing else; list, groups and pivot are equal."""
        totals = self._totals()
        rows = self.env["xpps.vendor.report"].search(self.of_company)
        differences = rows.filtered(lambda row: not row.cost_unknown).mapped("difference")
        self.assertEqual(totals["over_billed"], round(sum(value for value in differences if value > 0), 2))
        self.assertEqual(totals["under_billed"], round(sum(value for value in differences if value < 0), 2))
        disputes = self.env["xpps.dispute"].search([*self.of_company, ("state", "!=", "cancelled")])
        self.assertEqual(totals["disputed_amount"], round(sum(disputes.mapped("amount")), 2))
        self.assertEqual(totals["credited_amount"], round(sum(disputes.mapped("credited_amount")), 2))
        self.assertEqual(totals["open_amount"], round(sum(disputes.mapped("open_amount")), 2))
        parts = ("credited_amount", "open_amount", "rejected_amount")
        self.assertEqual(totals["disputed_amount"], round(sum(totals[name] for name in parts), 2))
        aggregates = [f"{name}:sum" for name in MEASURES]
        (grouped,) = self.report._read_group(self.of_company, [], aggregates)
        self.assertEqual(dict(zip(MEASURES, (round(value, 2) for value in grouped), strict=True)), totals)
        pivot = self.report.formatted_read_grouping_sets(
            self.of_company, [[], ["month:month"], ["month:month", "kind"]], [*aggregates, "__count"]
        )
        for groups in pivot:
            found = {name: round(sum(group[f"{name}:sum"] for group in groups), 2) for name in MEASURES}
            self.assertEqual(found, totals)


class TestFigures(SavingsCase):
    def test_differences(self):
        self.assertEqual(self._by_kind("over_billed", "under_billed"), DIFFERENCES)
        self.assertEqual(
            self._totals(),
            dict(zip(MEASURES, (34.3, -20, 34.3, 0, 0, 0, 0), strict=True)),
        )
        self.assertAddsUp()

    def test_disputed(self):
        self._dispute()
        self.assertEqual(
            self._by_kind("disputed_amount", "open_amount", "credited_amount", "rejected_amount"),
            {(FEBRUARY, "unknown_device"): (13.5, 13.5, 0, 0), (FEBRUARY, "rate_changed"): (0.75, 0.75, 0, 0)},
        )
        not_claimed = self._by_kind("not_claimed")
        self.assertNotIn((FEBRUARY, "unknown_device"), not_claimed)
        # 34.30 - 14.25
        self.assertEqual(self._totals()["not_claimed"], 20.05)
        self.assertAddsUp()

    def test_credited_in_part(self):
        """10.00 of 14.25: 0.526, 8.772 and 0.702 are 0.53, 8.77 and 0.70."""
        dispute = self._dispute()
        dispute.credited_amount = 10
        dispute.action_credit()
        self.assertEqual(
            sorted((line.serial, line.component, line.credited_amount) for line in dispute.line_ids),
            [("A-1", "color", 0.53), ("X-9", "base_service", 8.77), ("X-9", "mono", 0.7)],
        )
        self.assertEqual(
            self._by_kind("disputed_amount", "credited_amount", "rejected_amount", "open_amount"),
            {
                (FEBRUARY, "unknown_device"): (13.5, 9.47, 4.03, 0),
                (FEBRUARY, "rate_changed"): (0.75, 0.53, 0.22, 0),
            },
        )
        self.assertEqual(self._totals()["not_claimed"], 20.05, "What was claimed in vain was claimed.")
        self.assertAddsUp()

    def test_credited_as_a_whole(self):
        """Also where Xerox should have billed more: C-3's 20.00 count the other way."""
        dispute = self._dispute(self._vendor_rows("X-9", "C-3", billing_file_id=self.files[1].id))
        self.assertEqual(dispute.amount, -6.5)
        dispute.action_credit()
        self.assertEqual(
            self._by_kind("credited_amount", "rejected_amount"),
            {(FEBRUARY, "unknown_device"): (13.5, 0), (FEBRUARY, "missing_from_file"): (-20, 0)},
        )
        self.assertAddsUp()

    def test_what_is_entered_before_the_answer_is_not_credited(self):
        dispute = self._dispute()
        dispute.credited_amount = 10
        self.assertEqual(set(dispute.line_ids.mapped("credited_amount")), {0})
        self.assertEqual(self._totals()["open_amount"], 14.25)

    def test_rejected_and_disputed_again(self):
        first = self._dispute()
        first.action_reject()
        totals = self._totals()
        self.assertEqual((totals["rejected_amount"], totals["open_amount"]), (14.25, 0))
        self._dispute()
        totals = self._totals()
        self.assertEqual((totals["rejected_amount"], totals["open_amount"]), (14.25, 14.25))
        self.assertEqual(totals["not_claimed"], 20.05)
        self.assertAddsUp()

    def test_withdrawn(self):
        before = self._totals()
        self._dispute().action_cancel()
        self.assertEqual(self._totals(), before)

    def test_claimed_in_part(self):
        """5.00 of X-9's 12.50."""
        dispute = self.env["xpps.dispute"]._create_from_rows(self._vendor_rows("X-9", component="base_service"))
        dispute.line_ids.amount = 5
        (row,) = self._rows([("not_claimed", ">", 0), ("kind", "=", "unknown_device")])
        self.assertEqual((row.over_billed, row.not_claimed), (13.5, 8.5))
        dispute.line_ids.amount = 12.5
        (row,) = self._rows([("not_claimed", ">", 0), ("kind", "=", "unknown_device")])
        self.assertEqual((row.over_billed, row.not_claimed), (1, 1), "What is claimed has a row of its own.")

    def test_a_file_that_was_undone(self):
        """Its differences are gone, what was claimed of them is not."""
        dispute = self._dispute(self._vendor_rows("B-2", billing_file_id=self.files[2].id))
        self.files[2].action_cancel()
        self.assertEqual(
            self._by_kind("over_billed", "disputed_amount").get((MARCH_1, "billed_after_removal")), (0, 16)
        )
        self.assertEqual(dispute.amount, 16)

    def test_currency(self):
        """12.00 euro are 24.00 dollars at the rate of the invoice date, whatever the rate is today."""
        euro = self.env.ref("base.EUR")
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "=", euro.id)]).unlink()
        for day, rate in (("2026-01-01", 0.5), ("2026-06-01", 0.8)):
            rates.create({"currency_id": euro.id, "name": day, "rate": rate, "company_id": self.company.id})
        self._device("E-5")
        values = {"InvoiceNumber": "EUR", **MARCH, "Currency": "EUR", "InvoiceTotal": "19.00"}
        records = [record("E-5", MonthlyBasePrice=7), record("Y-1", MonthlyBasePrice=12)]
        file = self._load_file(build_xml(values, records))
        self.assertEqual(file.state, "imported")
        (row,) = self._rows([("billing_file_id", "=", file.id), ("over_billed", ">", 0)])
        self.assertEqual((row.over_billed, row.currency_id, row.xerox_currency_id), (24, self.usd, euro))
        self.assertEqual(self._totals()["over_billed"], 58.3)
        sections = {section.currency: section for section in file._vendor_document().sections}
        self.assertEqual([saved.over_billed for saved in sections["EUR"].savings], [12])


class TestGraph(SavingsCase):
    def test_vendor_report(self):
        """The graph of the vendor report: the difference by flag, without what has none."""
        report = self.env["xpps.vendor.report"]
        action = self.env["ir.actions.act_window"]._for_xml_id("xerox_xpps.action_xpps_vendor_report")
        self.assertIn("search_default_differences", action["context"])
        views = report.get_views([(False, "graph"), (False, "search")])["views"]
        graph, search = (etree.fromstring(views[kind]["arch"]) for kind in ("graph", "search"))
        (differences,) = search.xpath("//filter[@name='differences']")
        (measure,) = graph.xpath("field[@type='measure']/@name")
        groups = [
            f"{field.get('name')}:{field.get('interval')}" if field.get("interval") else field.get("name")
            for field in graph.xpath("field[not(@type)]")
        ]
        found = report.formatted_read_group(
            [*self.of_company, *literal_eval(differences.get("domain"))], groups, [f"{measure}:sum"]
        )
        sums = {
            (datetime.date.fromisoformat(group["period_end:month"][0]), group["flag"]): group["difference:sum"]
            for group in found
            if group["difference:sum"]
        }
        self.assertEqual(
            {key: round(value, 2) for key, value in sums.items()},
            {key: round(over + under, 2) for key, (over, under) in DIFFERENCES.items()},
        )
        self.assertNotIn(False, [group["flag"] for group in found])


class TestReading(SavingsCase):
    def test_searches(self):
        """What is read of some files only is what is found among all rows."""
        self._dispute()
        rows = self._rows()
        self.assertGreater(len(rows), 8)
        for domain, matches in (
            ([("month", ">=", MARCH_1)], lambda row: row.month >= MARCH_1),
            ([("month", "<", MARCH_1)], lambda row: row.month < MARCH_1),
            ([("month", "=", FEBRUARY)], lambda row: row.month == FEBRUARY),
            ([("billing_file_id", "=", self.files[1].id)], lambda row: row.billing_file_id == self.files[1]),
            ([("id", "in", rows[:2].ids)], lambda row: row in rows[:2]),
            ([("id", "not in", rows[:2].ids)], lambda row: row not in rows[:2]),
            (["!", ("month", ">=", MARCH_1)], lambda row: row.month < MARCH_1),
            (
                ["|", ("month", ">=", MARCH_1), ("dispute_id", "!=", False)],
                lambda row: row.month >= MARCH_1 or row.dispute_id,
            ),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self._rows(domain), rows.filtered(matches))
        for row in rows:
            figures = [row[name] for name in MEASURES]
            self.report.invalidate_model()
            self.assertEqual([self.report.browse(row.id)[name] for name in MEASURES], figures)

    def test_what_is_behind(self):
        dispute = self._dispute()
        for row in self._rows():
            action = row.action_open()
            if row.dispute_id:
                self.assertEqual((action["res_model"], action["res_id"]), ("xpps.dispute", dispute.id))
                continue
            found = self.env["xpps.vendor.report"].search(action["domain"]).mapped("difference")
            same = self._rows(
                [("dispute_id", "=", False), ("kind", "=", row.kind), ("billing_file_id", "=", row.billing_file_id.id)]
            )
            self.assertEqual(
                round(sum(found), 2), round(sum(same.mapped("over_billed") + same.mapped("under_billed")), 2)
            )

    def test_kinds_are_the_flags(self):
        """A flag that the vendor report gets is a kind by itself."""
        flags = self.env["xpps.vendor.report"]._fields["flag"]._description_selection(self.env)
        kinds = self.report._fields["kind"]._description_selection(self.env)
        self.assertEqual(kinds, [*flags, ("other", "Other Difference")])

    def test_access(self):
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", BILLING, company=other)
        theirs = self.report.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertTrue(self._rows())
        self.assertFalse(theirs.search([]))
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            theirs._sums_of_files(self.files[1].with_env(theirs.env))


class TestDocument(SavingsCase):
    def test_file(self):
        dispute = self._dispute()
        dispute.credited_amount = 10
        dispute.action_credit()
        (section,) = self.files[1]._vendor_document().sections
        labels = dict(self.report._fields["kind"]._description_selection(self.env))
        self.assertEqual(
            [(saved.month, saved.kind) for saved in section.savings],
            [(FEBRUARY, labels[kind]) for month, kind in DIFFERENCES if month == FEBRUARY],
        )
        unknown = section.savings[0]
        self.assertEqual(
            [
                round(float(amount), 2)
                for amount in (
                    unknown.over_billed,
                    unknown.not_claimed,
                    unknown.disputed,
                    unknown.credited,
                    unknown.open,
                    unknown.rejected,
                )
            ],
            [13.5, 0, 13.5, 9.47, 0, 4.03],
        )
        total = section.savings_total
        self.assertEqual(
            [round(float(amount), 2) for amount in (total.over_billed, total.under_billed, total.credited)],
            [16.8, -20, 10],
        )

    def test_period(self):
        wizard = self.env["xpps.vendor.report.wizard"].create(
            {"company_id": self.company.id, "date_from": "2026-01-01", "date_to": "2026-03-31"}
        )
        (section,) = wizard._vendor_document().sections
        self.assertEqual({saved.month for saved in section.savings}, {JANUARY, FEBRUARY, MARCH_1})
        self.assertEqual(round(float(section.savings_total.over_billed), 2), 34.3)


class TestNothing(ImportCase):
    def test_nothing_differs(self):
        """A first bill has nothing to be compared with."""
        file = self._load([record("SN-1", mono=(100, "0.004"))])
        (section,) = file._vendor_document().sections
        self.assertEqual(section.savings, [])
        html = self.env["ir.actions.report"]._render_qweb_html("xerox_xpps.report_vendor_file", file.ids)[0]
        self.assertNotIn(b"Savings by Month", html)
