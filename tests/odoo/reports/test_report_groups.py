# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whatever the reports are grouped or filtered by, the groups add up to the same totals."""

from odoo.fields import Domain

from ..support.access import BILLING
from ..support.report_example import ReportExample

REPORTS = {
    "xpps.vendor.report": ("xerox_cost", "difference", "cost", "charged_amount", "invoiced_amount", "margin"),
    "xpps.profitability.report": ("revenue", "cost", "margin", "pages", "overage", "uninvoiced"),
}
DATES = ("month", "quarter", "year", "week", "day")


class TestGroups(ReportExample):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("xpps_test_billing", BILLING, "base.group_allow_export")
        cls.domain = [("company_id", "=", cls.company.id)]

    def _report(self, name):
        return self.env[name].with_user(self.user).with_context(allowed_company_ids=self.company.ids)

    def _specs(self, report):
        """All that a report can be grouped by."""
        specs = []
        for name, field in report._fields.items():
            if not field.store or name == "id" or field.type in ("float", "monetary"):
                continue
            specs += [f"{name}:{unit}" for unit in DATES] if field.type == "date" else [name]
        return specs

    def _tidy(self, totals):
        return [round(total or 0, 2) for total in totals]

    def _sum(self, rows):
        return self._tidy(map(sum, zip(*[[value or 0 for value in row] for row in rows], strict=True)))

    def test_search_from_a_group(self):
        """The record that a group is of knows nothing of how the group was read."""
        for name, measures in REPORTS.items():
            report = self._report(name)
            rows = report.search(self.domain)
            found = report._read_group(self.domain, ["company_id"], [f"{measures[0]}:sum"])
            found += report._read_grouping_sets(self.domain, [["company_id"]], [f"{measures[0]}:sum"])[0]
            for company, _total in found:
                self.assertEqual(company.env[name].search(self.domain), rows)
                self.assertEqual(company.env.context, report.env.context)

    def test_every_group_adds_up(self):
        for name, measures in REPORTS.items():
            report = self._report(name)
            sums = [f"{measure}:sum" for measure in measures]
            rows = report.search(self.domain)
            totals = self._tidy(sum(rows.mapped(measure)) for measure in measures)
            self.assertTrue(any(totals))
            specs = self._specs(report)
            self.assertGreater(len(specs), 10)
            for spec in specs:
                with self.subTest(report=name, groupby=spec):
                    groups = report._read_group(self.domain, [spec], [*sums, "__count"])
                    self.assertEqual(self._sum([group[1:-1] for group in groups]), totals)
                    self.assertEqual(sum(group[-1] for group in groups), len(rows))
                    sets = report._read_grouping_sets(self.domain, [[], [spec]], sums)
                    self.assertEqual(self._tidy(sets[0][0]), totals)
                    self.assertEqual(self._sum([group[1:] for group in sets[1]]), totals)
                    web = report.web_read_group(self.domain, [spec], [*sums, "__count"], limit=80)["groups"]
                    self.assertEqual(self._sum([[group[total] for total in sums] for group in web]), totals)

    def test_every_filter_is_what_the_rows_say(self):
        """With the sums of a pivot, for each value of each field."""
        for name, measures in REPORTS.items():
            report = self._report(name)
            sums = [f"{measure}:sum" for measure in measures]
            rows = report.search(self.domain)
            for field in report._fields.values():
                if not field.store or field.name == "id" or field.type not in ("many2one", "selection", "date", "char"):
                    continue
                for value, same in rows.grouped(field.name).items():
                    with self.subTest(report=name, field=field.name, value=value):
                        key = value.id if field.type == "many2one" else value
                        domain = Domain(self.domain) & Domain(field.name, "=", key or False)
                        totals = self._tidy(sum(same.mapped(measure)) for measure in measures)
                        self.assertEqual(report.search(domain), same)
                        self.assertEqual(self._tidy(report._read_group(domain, [], sums)[0]), totals)
                        self.assertEqual(self._tidy(report._read_grouping_sets(domain, [[]], sums)[0][0]), totals)

    def test_another_rule(self):
        """A rule that an administrator adds is kept, also where rows are summed up first."""
        for name, measures in REPORTS.items():
            with self.subTest(report=name):
                report = self._report(name)
                rows = report.search([*self.domain, ("device_id", "=", self.device_a.id)])
                self.env["ir.rule"].create(
                    {
                        "name": "Some devices",
                        "model_id": self.env["ir.model"]._get_id(name),
                        "domain_force": f"[('device_id', '=', {self.device_a.id})]",
                    }
                )
                sums = [f"{measure}:sum" for measure in measures]
                totals = self._tidy(sum(rows.mapped(measure)) for measure in measures)
                self.assertEqual(self._tidy(report._read_group([], [], sums)[0]), totals)
                self.assertEqual(self._tidy(report._read_grouping_sets([], [[]], sums)[0][0]), totals)

    def test_any_context(self):
        """What the reports leave to themselves in the context is nothing that a client could harm with."""
        for context in (
            {"xpps_vendor_report_condensed": [["company_id"], ["id"]]},
            {"xpps_vendor_report_condensed": [["company_id) --"], ["cost"]]},
            {"xpps_vendor_report_condensed": "x"},
            {"xpps_asked": ["revenue"]},
            {"xpps_asked": ["revenue) --"]},
            {"xpps_asked": 3},
        ):
            for name in REPORTS:
                with self.subTest(report=name, context=context):
                    report = self._report(name)
                    rows = report.search_read(self.domain, ["company_id", "component"])
                    found = report.with_context(**context).search_read(self.domain, ["company_id", "component"])
                    self.assertEqual(found, rows)

    def test_exports(self):
        for name, measures in REPORTS.items():
            with self.subTest(report=name):
                report = self._report(name)
                rows = report.search(self.domain)
                data = rows.export_data(["component", "serial" if "serial" in report._fields else "source", *measures])[
                    "datas"
                ]
                self.assertEqual(len(data), len(rows))
                self.assertEqual(
                    self._sum([row[2:] for row in data]),
                    self._tidy(sum(rows.mapped(measure)) for measure in measures),
                )

    def test_reading_by_id(self):
        for name in REPORTS:
            with self.subTest(report=name):
                report = self._report(name)
                rows = report.search(self.domain)
                before = rows.read()
                self.env.invalidate_all()
                self.assertEqual(report.browse(rows.ids).read(), before)
