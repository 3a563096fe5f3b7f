# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What pages cost that Xerox states no unit cost of is unknown: in no report it is 0, and the margin 100 %."""

from decimal import Decimal

from odoo.tools import SQL

from odoo.addons.xerox_xpps import rules

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase

#: 1,000 pages at 0.01, of unknown cost.
UNSTATED = (1000, None)
STATED = (1000, "0.004")


class UnknownCostCase(ImportCase):
    def setUp(self):
        super().setUp()
        self._device("SN-2")

    def _posted(self, *devices, **period):
        """Import a file of January, bill all of it and post the invoices."""
        file = self._load(devices or [record("SN-1", mono=UNSTATED)], **period or JANUARY)
        file.charge_ids.action_approve()
        self._post()
        self.env.flush_all()
        return file

    def _group(self, model, groupby=(), *aggregates, domain=()):
        """Each group of a report, as a list reads it and as a pivot does."""
        report, domain = self.env[model], [("company_id", "=", self.company.id), *domain]
        found = report._read_group(domain, groupby, aggregates)
        (pivot,) = report._read_grouping_sets(domain, [groupby], aggregates)
        told = [[row for row in rows if any(row[len(groupby) :])] for rows in (found, pivot)]
        self.assertEqual(*told)
        return found


class TestRule(UnknownCostCase):
    def test_sql_says_the_same(self):
        for pages in (None, 0, 5, -5):
            for unit_cost in (None, Decimal(0), Decimal("0.004")):
                unknown = rules.cost_is_unknown(pages, unit_cost)
                query = SQL(
                    "SELECT %s, %s",
                    rules.cost_is_unknown_sql(SQL("%s::int", pages), SQL("%s::numeric", unit_cost)),
                    rules.known_sql(SQL("1"), SQL("%s", unknown)),
                )
                self.assertEqual(self.env.execute_query(query), [(unknown, None if unknown else 1)])
        self.assertEqual(self.env.execute_query(SQL("SELECT %s", rules.known_sql(SQL("1"), SQL("NULL")))), [(1,)])


class TestProfitability(UnknownCostCase):
    MODEL = "xpps.profitability.report"
    SUMS = ("revenue:sum", "cost:sum", "margin:sum", "margin_percent:avg", "cost_unknown_count:sum")

    def _rows(self, **values):
        domain = [("company_id", "=", self.company.id), *((name, "=", value) for name, value in values.items())]
        return self.env[self.MODEL].search(domain)

    def test_rows(self):
        self._posted()
        for source in ("read", "pages"):
            row = self._rows(source=source)
            self.assertEqual((row.cost, row.margin, row.margin_percent, row.cost_unknown_count), (0, 0, 0, 1), source)

    def test_groups(self):
        self._posted(record("SN-1", mono=UNSTATED), record("SN-2", color=(100, "0.05")))
        device = self.env["stock.lot"].search([("name", "=", "SN-2"), ("company_id", "=", self.company.id)])
        found = {group[0]: group[1:] for group in self._group(self.MODEL, ["device_id"], *self.SUMS)}
        revenue, cost, margin, percent, unknown = found[self.device]
        self.assertEqual((cost or 0, margin, percent), (0, False, False))
        self.assertTrue(revenue and unknown)
        revenue, cost, margin, percent, unknown = found[device]
        self.assertEqual((cost, round(margin, 2), unknown), (5.0, round(revenue - cost, 2), 0))
        self.assertAlmostEqual(percent, 100 * (revenue - cost) / revenue)

    def test_a_sum_says_that_it_is_not_all(self):
        self._posted(record("SN-1", mono=UNSTATED, BaseServiceFee=20), record("SN-2", mono=STATED))
        ((_revenue, cost, margin, percent, unknown),) = self._group(self.MODEL, [], *self.SUMS)
        self.assertEqual((cost, margin, percent), (24.0, False, False))
        self.assertGreater(unknown, 0)

    def test_a_month_of_known_costs_has_its_margin(self):
        self._posted()
        self._posted(record("SN-1", mono=STATED), **FEBRUARY)
        found = self._group(self.MODEL, ["date:month"], *self.SUMS)
        (january, february) = (group for group in found if group[1])
        self.assertFalse(january[3])
        self.assertEqual(round(february[3], 2), round(february[1] - 4, 2))
        self.assertFalse(february[5])

    def test_sums_in_one_currency(self):
        self._posted()
        names = ("margin:sum", "margin:sum_currency", "cost_unknown_count:sum")
        ((margin, in_currency, _unknown),) = self.env[self.MODEL]._read_group(
            [("company_id", "=", self.company.id)], [], names
        )
        self.assertEqual((margin, in_currency), (False, False))

    def test_what_is_known_stays_as_it_was(self):
        for cost in ("0", "0.004"):
            with self.subTest(cost=cost):
                file = self._posted(record("SN-1", mono=(1000, cost)), **JANUARY if cost == "0" else FEBRUARY)
                row = self._rows(source="read", billing_file_id=file.id)
                self.assertEqual((round(row.cost, 3), row.cost_unknown_count), (float(cost) * 1000, 0))
        self.assertFalse(self.env[self.MODEL].search([("cost_unknown_count", ">", 0)]))

    def test_no_pages_need_no_cost(self):
        self._posted(record("SN-1", mono=(0, None), MonoPrevious=1, MonoCurrent=5, MonoIncluded=9))
        self.assertFalse(self.env[self.MODEL].search([("cost_unknown_count", ">", 0)]))

    def test_a_correction_states_it(self):
        self._posted()
        self._correct([record("SN-1", mono=STATED)], **JANUARY)
        ((_revenue, cost, margin, _percent, unknown),) = self._group(self.MODEL, [], *self.SUMS)
        self.assertEqual((cost, unknown), (4.0, 0))
        self.assertTrue(margin)

    def test_a_correction_states_that_it_is_0(self):
        self._posted()
        self._correct([record("SN-1", mono=(1000, "0"))], **JANUARY)
        self.assertFalse(self.env[self.MODEL].search([("cost_unknown_count", ">", 0)]))

    def test_a_correction_without_it_keeps_a_stated_0(self):
        self._posted(record("SN-1", mono=(1000, "0")))
        self._correct([record("SN-1", MonoOver=1200)], **JANUARY)
        self.assertFalse(self.env[self.MODEL].search([("cost_unknown_count", ">", 0)]))

    def test_pages_of_a_record_that_is_held_back(self):
        self.company.xpps_quarantine = True
        file = self._upload([record("SN-1", mono=STATED), record("X-9", mono=UNSTATED, color=(0, None))], **JANUARY)
        file.action_import()
        self.assertTrue(file.held_count)
        row = self._rows(source="held")
        self.assertEqual((row.component, row.cost, row.cost_unknown_count), ("mono", 0, 1))

    def test_pages_that_somebody_decided_to_charge(self):
        """Xerox billed nothing of them: what they cost is as unknown."""
        reads = {"MonoPrevious": 1000, "MonoCurrent": 3000, "MonoIncluded": 500}
        file = self._upload([record("SN-1", **reads)], **JANUARY)
        file.issue_ids.filtered(lambda issue: issue.code == "overage_missing").action_fix()
        file.action_import()
        file.charge_ids.action_approve()
        self._post()
        self.assertEqual(self._rows(source="pages").cost_unknown_count, 1)


class TestLowMargin(UnknownCostCase):
    def _low(self):
        return self.env["xpps.low.margin"].search([("company_id", "=", self.company.id)])

    def test_never_on_unknown_cost(self):
        self.company.xpps_margin_floor_percent = 99
        self._posted(record("SN-1", mono=UNSTATED, BaseServiceFee=24))
        self.assertFalse(self._low())
        self._correct([record("SN-1", mono=STATED, BaseServiceFee=24)], **JANUARY)
        self.assertTrue(self._low())

    def test_only_in_the_months_that_it_looks_at(self):
        self.company.xpps_margin_floor_percent = 99
        self._posted(record("SN-1", mono=UNSTATED, BaseServiceFee=24))
        for month in ("02-01:02-28", "03-01:03-31", "04-01:04-30"):
            first, last = (f"2026-{day}" for day in month.split(":"))
            self._posted(
                record("SN-1", mono=STATED, BaseServiceFee=24), PeriodStart=first, PeriodEnd=last, InvoiceDate=last
            )
        self.assertTrue(self._low())

    def test_charges(self):
        self.company.xpps_margin_floor_percent = 99
        file = self._load([record("SN-1", mono=UNSTATED, color=(10, "0.05"))], **JANUARY)
        charges = self.env["sale.subscription.charge"]
        low = charges.search([("margin_low", "=", True), ("billing_file_id", "=", file.id)])
        self.assertEqual(low.mapped("output_type"), ["color"])


class TestCharges(UnknownCostCase):
    """Groups of charges and of reads."""

    def _sums(self, *aggregates):
        domain = [("company_id", "=", self.company.id)]
        (found,) = self.env["sale.subscription.charge"]._read_group(domain, [], aggregates)
        return found

    def test_averages_are_of_what_is_known(self):
        file = self._load([record("SN-1", mono=UNSTATED), record("SN-2", mono=STATED)], **JANUARY)
        unit_cost, xerox, percent = self._sums("unit_cost:avg", "xerox_unit_cost:avg", "margin_percent:avg")
        self.assertEqual((float(unit_cost), float(xerox), percent), (0.004, 0.004, 60.0))
        ((reads,),) = self.env["xpps.meter.read"]._read_group(
            [("billing_file_id", "=", file.id)], [], ["unit_cost:avg"]
        )
        self.assertEqual(float(reads), 0.004)

    def test_a_group_has_no_margin(self):
        self._load([record("SN-1", mono=UNSTATED), record("SN-2", mono=STATED)], **JANUARY)
        self.assertEqual(self._sums("margin:sum", "margin:sum_currency"), (False, False))

    def test_until_a_correction_states_it(self):
        self._load([record("SN-1", mono=UNSTATED)], **JANUARY)
        self._correct([record("SN-1", mono=STATED)], **JANUARY)
        self.assertEqual([round(margin, 2) for margin in self._sums("margin:sum", "margin:sum_currency")], [6.0, 6.0])

    def test_where_all_is_known(self):
        self._load([record("SN-1", mono=STATED), record("SN-2", mono=(100, "0"))], **JANUARY)
        self.assertEqual([round(margin, 2) for margin in self._sums("margin:sum", "margin:sum_currency")], [7.0, 7.0])


class TestVendorReport(UnknownCostCase):
    MODEL = "xpps.vendor.report"

    def _row(self, file, component="mono"):
        return self.env[self.MODEL].search([("billing_file_id", "=", file.id), ("component", "=", component)])

    def test_row(self):
        self._default(unit_cost=0.004)
        file = self._posted()
        row = self._row(file)
        self.assertEqual((row.cost_unknown, row.flag, row.flags), (True, "cost_unknown", "cost_unknown"))
        self.assertEqual(row.reason, "Xerox does not state what a page costs")
        self.assertEqual((row.xerox_cost, row.cost, row.difference, row.margin), (0, 0, 0, 0))
        self.assertEqual((row.xerox_quantity, row.charged_amount, row.invoiced_amount), (1000, 10.0, 10.0))
        self.assertEqual((row.expected_unit_cost, row.expected_cost), (0.004, 4.0))

    def test_groups(self):
        self._posted(record("SN-1", mono=UNSTATED), record("SN-2", mono=STATED))
        sums = ("xerox_cost:sum", "margin:sum", "cost_unknown_count:sum", "__count")
        domain = [("component", "=", "mono")]
        for groupby in ("component", "serial"):
            found = {group[0]: group[1:] for group in self._group(self.MODEL, [groupby], *sums, domain=domain)}
            if groupby == "component":
                self.assertEqual(found, {"mono": (4.0, False, 1, 2)})
            else:
                self.assertEqual(found["SN-2"], (4.0, 6.0, 0, 1))
                self.assertEqual(found["SN-1"][1:], (False, 1, 1))

    def test_a_stated_cost_of_0(self):
        row = self._row(self._posted(record("SN-1", mono=(1000, "0"))))
        self.assertEqual((row.cost_unknown, row.flag, row.margin), (False, False, 10.0))

    def test_held_back(self):
        self.company.xpps_quarantine = True
        file = self._upload([record("SN-1", mono=STATED), record("X-9", mono=UNSTATED, color=(0, None))], **JANUARY)
        file.action_import()
        row = self._row(file).filtered(lambda row: row.serial == "X-9")
        self.assertIn("cost_unknown", row.flags)
        self.assertEqual((row.cost_unknown, row.cost_unknown_count), (True, 1))
        self.assertFalse(self._row(file, "color").filtered(lambda row: row.serial == "X-9").cost_unknown)

    def test_document_and_dispute(self):
        self._default(unit_cost=0.004)
        file = self._posted(record("SN-1", mono=UNSTATED), record("SN-2", mono=STATED))
        builder_rows = file._vendor_document().sections[0]
        (difference,) = (row for row in builder_rows.differences if row.serial == "SN-1" and row.flag)
        self.assertEqual((difference.xerox_unit_cost, difference.xerox_cost, difference.difference), (None, None, None))
        summary = next(summary for summary in builder_rows.flags if summary.name == "Cost Not Stated")
        self.assertEqual((summary.rows, summary.difference), (1, 0))
        (device,) = (device for device in builder_rows.devices if device.serial == "SN-1")
        self.assertNotIn("mono", device.costs)
        self.assertTrue(file._vendor_document_xlsx())
        dispute = self.env["xpps.dispute"]._create_from_rows(self._row(file).filtered("flag"))
        self.assertEqual((dispute.line_ids.cost_unknown, dispute.amount), (True, 0))
        self.assertTrue(dispute._dispute_xlsx())


class TestOverview(UnknownCostCase):
    def test_the_month_has_no_margin(self):
        self._posted()
        (reports,) = self.env["xpps.overview"].get_reports("2026-01-01")
        (result,) = (section for section in reports["sections"] if section["key"] == "result")
        figures = {figure["key"]: figure for figure in result["figures"]}
        self.assertEqual((figures["margin"]["value"], figures["margin"]["formatted"]), (None, "–"))
        self.assertIn("unknown", figures["margin"]["detail"])
        self.assertIn(["cost_unknown_count", ">", 0], figures["margin"]["action"]["domain"])
        (chart,) = (chart for chart in reports["charts"] if chart["key"] == "earnings")
        self.assertEqual([dataset["data"][-1] is None for dataset in chart["datasets"]], [False, False, True])

    def test_the_month_after_it(self):
        self._posted()
        self._posted(record("SN-1", mono=STATED), **FEBRUARY)
        (reports,) = self.env["xpps.overview"].get_reports("2026-02-01")
        (result,) = (section for section in reports["sections"] if section["key"] == "result")
        figures = {figure["key"]: figure for figure in result["figures"]}
        self.assertTrue(figures["margin"]["value"])
        self.assertEqual(figures["margin"]["detail"], "", "There is nothing to compare with.")
