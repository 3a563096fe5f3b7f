# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether both reports and Xerox's bills say the same, whatever happened before."""

from collections import Counter, defaultdict

from odoo.tools import SQL

from odoo.addons.xerox_xpps.audit.amounts import VendorAmounts
from odoo.addons.xerox_xpps.reports.vendor_report.row_filter import find_row_filter
from odoo.addons.xerox_xpps.reports.vendor_report.xpps_vendor_report import ASKED


class ReportEquality:
    def assertReportsAgree(self, bills=True, searches=True):
        """To the cent, by device and component.

        :param bills: whether Xerox's bills have to come to the same. Those of records of a correction that wait do not:
            Xerox bills them, but what they correct counts until they are imported
        :param searches: whether to search the vendor report in many ways, too, which takes a second
        """
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["xpps.vendor.report"].search([("company_id", "=", self.company.id)])
        self._assert_ids(rows)
        if searches:
            self._assert_asked()
        self._assert_files(rows, bills)
        self._assert_costs(rows)
        self._assert_revenue(rows)

    def _assert_ids(self, rows):
        report = self.env["xpps.profitability.report"]
        for found in (rows, report.search([("company_id", "=", self.company.id)])):
            self.assertEqual([id_ for id_, times in Counter(found.ids).items() if times > 1], [])
        keys = Counter(
            (
                row.billing_file_id,
                row.line_id,
                row.serial,
                row.component,
                row.period_end,
                row.flag == "missing_from_file",
            )
            for row in rows
        )
        self.assertEqual([key for key, times in keys.items() if times > 1], [])

    def _assert_asked(self):
        """The query of what a search asks for has these rows just as the query of all rows has them."""
        rows = self._query()
        if not rows:
            return
        files = sorted({row["billing_file_id"] for row in rows.values()})
        ends = sorted({row["period_end"] for row in rows.values()})
        searches = [
            ([("id", "=", id_)], lambda row, id_=id_: row["id"] == id_) for id_ in list(rows)[:: len(rows) // 12 + 1]
        ]
        searches += [
            ([("billing_file_id", "=", file)], lambda row, file=file: row["billing_file_id"] == file) for file in files
        ]
        searches += [([("period_end", "=", end)], lambda row, end=end: row["period_end"] == end) for end in ends]
        searches += [
            ([("id", "in", list(rows)[::3])], lambda row: row["id"] in list(rows)[::3]),
            ([("id", "in", [])], lambda row: False),
            ([("id", "not in", list(rows)[::3])], lambda row: row["id"] not in list(rows)[::3]),
            ([("period_end", ">", ends[0])], lambda row: row["period_end"] > ends[0]),
            (
                ["&", ("period_start", "<=", ends[-1]), ("flag", "!=", False)],
                lambda row: row["period_start"] <= ends[-1] and row["flag"],
            ),
            (
                ["|", ("billing_file_id", "=", files[0]), ("id", "=", list(rows)[-1])],
                lambda row: row["billing_file_id"] == files[0] or row["id"] == list(rows)[-1],
            ),
            (["!", ("billing_file_id", "=", files[0])], lambda row: row["billing_file_id"] != files[0]),
            (
                ["!", "&", ("billing_file_id", "=", files[0]), ("component", "=", "mono")],
                lambda row: row["billing_file_id"] != files[0] or row["component"] != "mono",
            ),
        ]
        for domain, matches in searches:
            found, expected = self._query(domain), {id_: row for id_, row in rows.items() if matches(row)}
            self.assertEqual({id_: found.get(id_) for id_ in expected}, expected, domain)
            # What is there besides is no row that does not exist.
            self.assertLessEqual(found.keys(), rows.keys(), domain)

    def _query(self, domain=None):
        """:return: {id: values} of all rows, or of those that are read for a search"""
        report = self.env["xpps.vendor.report"]
        if domain is not None:
            report = report.with_context(**{ASKED: find_row_filter(report, domain)})
        query = SQL("SELECT * FROM (%s) row", report._table_query)
        return {row["id"]: row for row in self.env.execute_query_dict(query)}

    def _assert_files(self, rows, with_bills):
        """A file that nobody corrected is there as a whole; what Xerox bills with all of them is the rows' cost."""
        files = self.env["xpps.billing.file"].search([("company_id", "=", self.company.id), ("state", "=", "imported")])
        by_file = defaultdict(float)
        for row in rows:
            by_file[row.billing_file_id] += row.xerox_cost
        corrected = files.filtered(lambda file: file.kind == "correction").mapped("period_end")
        for file in files.filtered(lambda file: file.period_end not in corrected):
            self.assertEqual(round(by_file[file], 3), file.amount_total, file.name)
        if with_bills:
            bills = sum(VendorAmounts(file).total for file in files)
            self.assertEqual(round(sum(by_file.values()), 3), float(bills))

    def _assert_costs(self, rows):
        found, expected = defaultdict(float), defaultdict(float)
        for row in rows:
            found[row.device_id, row.component] += row.cost
        report = self.env["xpps.profitability.report"].search([("company_id", "=", self.company.id)])
        for row in report:
            if row.source in ("fee", "read", "held"):
                expected[row.device_id, row.component] += row.cost
        self.assertEqual(self._tidy(found), self._tidy(expected))

    def _assert_revenue(self, rows):
        """Of reads; pages that are charged without one are not in the vendor report."""
        found, expected = defaultdict(float), defaultdict(float)
        for row in rows.filtered("meter_read_id"):
            found[row.device_id, row.component, row.period_end] += row.invoiced_amount
        known = set(found)
        for row in self.env["xpps.profitability.report"].search([("source", "=", "pages")]):
            key = row.device_id, row.component, row.charge_id.period_end
            if key in known:
                expected[key] += row.revenue
        self.assertEqual(self._tidy(found), self._tidy(expected))

    def _tidy(self, amounts):
        return {key: round(amount, 2) for key, amount in amounts.items() if round(amount, 2)}
