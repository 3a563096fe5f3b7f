# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The back-test: what was read, by the terms as they are and by others."""

import base64
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal

from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user
from odoo.tools.misc import file_open

from odoo.addons.xerox_xpps.billing_file import to_decimal
from odoo.addons.xerox_xpps.reports.back_test import BackTestBuilder, Terms

from ..support.back_tests import BackTestCase
from ..support.common import record

BASE_50 = {"base_price": 50, "included_pages": 1000, "unit_price": 0.0125}
BASE_62 = {"base_price": 62, "included_pages": 2000, "unit_price": 0.0125}
CURRENT = {"base_method": "current", "pages_method": "current"}


class TestAYear(BackTestCase):
    """Twelve months of 2,100 pages, of which Xerox includes 1,000, for 30 a month and 0.0042 a page."""

    def _set_up_once(self):
        super()._set_up_once()
        for month in range(1, 13):
            self._file_of(2026, month, [self._row("SN-1", 2100, BaseServiceFee="30.00")])

    def test_the_figures(self):
        test = self._test_of("2026-01-01", "2026-12-31", BASE_50, BASE_62)
        self.assertEqual(self._figures(test), [("765.00", "415.44", "349.56"), ("759.00", "415.44", "343.56")])
        self.assertEqual([str(terms.break_even) for terms in test.terms], ["20.87", "33.37"])
        self.assertEqual(test.total.pages, 12 * 2100)
        self.assertEqual(len(test.months), 12)
        self.assertEqual({row.revenues for row in test.months}, {(Decimal("63.75"), Decimal("63.25"))})
        self.assertFalse(test.notes)

    def test_as_they_are(self):
        # 30 for the agreement's service, and 1,100 pages at 0.01.
        test = self._test_of("2026-01-01", "2026-12-31", CURRENT)
        self.assertEqual(self._figures(test), [("492.00", "415.44", "76.56")])
        billed = self._product_lines(self._bill_all())
        self.assertEqual(round(sum(billed.mapped("price_subtotal")), 2), 492)

    def _bill_all(self):
        self.env["sale.subscription.charge"].search([("company_id", "=", self.company.id)]).action_approve()
        moves = self._moves()
        while str(self.agreement.recurring_next_date) <= "2027-01-01":
            moves |= self._post()
        return moves

    def test_one_part_may_stay_as_it_is(self):
        base, pages = self._test_of(
            "2026-01-01",
            "2026-12-31",
            {"base_price": 50, "pages_method": "current"},
            {"base_method": "current", "included_pages": 2000, "unit_price": 0.0125},
        ).total.revenues
        self.assertEqual((str(base), str(pages)), ("732.00", "375.00"))

    def test_more_or_less_use(self):
        uses = self._test_of("2026-01-01", "2026-12-31", BASE_50, CURRENT).uses
        self.assertEqual([use.percent for use in uses], [-20, -10, 0, 10, 20])
        # 1,680, 1,890, 2,100, 2,310 and 2,520 pages: so many above 1,000 are charged, and cost.
        for use, above in zip(uses, (680, 890, 1100, 1310, 1520), strict=True):
            month = round(above * 0.0125 + 1e-9, 2)
            own, current = use.total.revenues
            self.assertEqual(float(own), round(12 * (50 + month), 2))
            self.assertAlmostEqual(float(current), 12 * (30 + round(above * 0.01 + 1e-9, 2)), 2)
            self.assertAlmostEqual(float(use.total.cost), 12 * (30 + round(above * 0.0042 + 1e-9, 2)), 2)

    def test_months_without_a_file_are_left_out(self):
        test = self._test_of("2025-11-01", "2026-02-28", BASE_50)
        self.assertEqual(self._figures(test), [("127.50", "69.24", "58.26")])
        self.assertEqual(test.notes, ("2 months of agreements are left out, as no billing file has them.",))

    def test_nothing_is_stored(self):
        counts = {model: self.env[model].search_count([]) for model in ("xpps.page.rating", "sale.subscription.charge")}
        wizard = self._wizard_of(self.agreement, "2026-01-01", "2026-12-31", BASE_50)
        wizard.action_calculate()
        self.assertEqual(counts, {model: self.env[model].search_count([]) for model in counts})
        self.assertIn("765.00", wizard.result)
        self.assertEqual(wizard.chart["datasets"][0]["data"][0], 29.13)
        wizard.terms_ids = [Command.update(wizard.terms_ids.id, {"base_price": 60})]
        self.assertFalse(wizard.result)

    def test_the_workbook(self):
        wizard = self._wizard_of(self.agreement, "2026-01-01", "2026-12-31", BASE_50, BASE_62)
        book = load_workbook(io.BytesIO(wizard._back_test_xlsx()))
        self.assertEqual(book.sheetnames, ["Summary", "Months", "Agreements"])
        values = [[cell.value for cell in row] for row in book["Summary"].iter_rows()]
        self.assertEqual(values[5][:6], ["Terms 0", 765, 415.44, 349.56, 20.87, "each agreement"])
        months = [[cell.value for cell in row] for row in book["Months"].iter_rows()]
        self.assertEqual(len(months), 14)
        self.assertEqual(months[-1][3:], [25200, 415.44, 765, 349.56, 759, 343.56])
        self.assertEqual(months[1][3:], [2100, 34.62, 63.75, 29.13, 63.25, 28.63])
        self.assertTrue(wizard._back_test_filename().startswith("Terms Back-Test January 2026 – December 2026"))


class TestOwnTerms(BackTestCase):
    """Terms like those of page plans come to what these charge."""

    OFFICE = {"base_method": "current", "included_pages": 1000, "unit_price": 0.0125}

    def _pages_of(self, months, **values):
        """What the pages of months come to, without base price."""
        terms = self.OFFICE | {"base_method": "agreement", "base_price": 0} | values
        return [str(row.revenues[0]) for row in self._test_of("2026-01-01", f"2026-{months:02}-28", terms).months]

    def test_rollover(self):
        self._months(800, 1300, 700, 900, 1500)
        amounts = self._pages_of(5, rollover_months=2)
        self.assertEqual(amounts, ["0.00", "1.25", "0.00", "0.00", "1.25"])
        self.assertEqual(self._pages_of(5), ["0.00", "3.75", "0.00", "0.00", "6.25"])

    def test_a_quarter(self):
        self._months(6200, 3900, 5600)
        self.assertEqual(self._pages_of(3, included_pages=15000, unit_price=0.012, cycle="3"), ["0.00", "0.00", "8.40"])

    def test_tiers_and_minimum(self):
        self._months(12000)
        tiers = [
            Command.create({"from_pages": first, "unit_price": price})
            for first, price in ((0, 0.01), (5000, 0.0085), (10000, 0.007))
        ]
        for mode, amount in (("graduated", "106.50"), ("volume", "84.00")):
            self.assertEqual(self._pages_of(1, included_pages=0, tier_mode=mode, tier_ids=tiers), [amount])
        amounts = self._pages_of(1, included_pages=0, unit_price=0.01, minimum_pages=20000, unders_price=0.005)
        self.assertEqual(amounts, ["160.00"])
        self.assertEqual(self._pages_of(1, minimum_amount=200), ["200.00"])
        self.assertEqual(self._pages_of(1, maximum_amount=20), ["20.00"])

    def test_whose_pages_are_included(self):
        self._device("SN-2")
        self._month(1, 1900, 100, serials=("SN-1", "SN-2"))
        for share, amount in (("together", "12.50"), ("shared", "0.00"), ("each", "11.25")):
            self.assertEqual(self._pages_of(1, share=share), [amount])

    def test_a_base_price_of_each_device_by_days(self):
        self._device("SN-2", xpps_install_date="2026-01-16")
        self._month(1, 500, 100, serials=("SN-1", "SN-2"))
        test = self._test_of(
            "2026-01-01", "2026-01-31", {"base_method": "device", "base_price": 31, "included_pages": 2000}
        )
        # 31 and 16 of 31 days.
        self.assertEqual(str(test.total.revenues[0]), "47.00")
        self.assertEqual(test.terms[0].base_unit, "each device")

    def test_other_output_types_stay_as_they_are(self):
        self._load(
            [
                record(
                    "SN-1",
                    mono=(1100, "0.0042"),
                    color=(100, "0.05"),
                    MonoPrevious=1000,
                    MonoCurrent=3100,
                    MonoIncluded=1000,
                    ColorPrevious=0,
                    ColorCurrent=100,
                    ColorIncluded=0,
                )
            ],
            InvoiceDate="2026-02-03",
            PeriodStart="2026-01-01",
            PeriodEnd="2026-01-31",
        )
        values = {"base_price": 0, "included_pages": 2000, "unit_price": 0.0125}
        mono = self._test_of("2026-01-01", "2026-01-31", values | {"group_id": self.group.id})
        # 100 mono pages at 0.0125, and 100 color pages at 0.08; else 200 pages.
        self.assertEqual(str(mono.total.revenues[0]), "9.25")
        every = self._test_of("2026-01-01", "2026-01-31", values)
        self.assertEqual(str(every.total.revenues[0]), "2.50")
        self.assertEqual(str(every.total.cost), "9.62")

    def test_what_cannot_be(self):
        for values in (
            {"tier_mode": "volume"},
            {"cycle": "3", "rollover_months": 2},
            {"minimum_amount": 5, "maximum_amount": 1},
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self._wizard_of(self.agreement, "2026-01-01", "2026-01-31", values)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._wizard_of(self.agreement, "2024-01-01", "2026-01-31")
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._wizard_of(self.agreement, "2026-01-01", "2026-01-31", *[CURRENT] * 4)
        self.assertRaisesMessage(
            "Choose the agreements",
            self._wizard_of(self.agreement.browse(), "2026-01-01", "2026-01-31").action_calculate,
        )

    def test_one_currency(self):
        pricelist = self._pricelist("XPPS Test Euro", self.eur)
        other = self._agreement(pricelist_id=pricelist.id)
        wizard = self._wizard_of(self.agreement | other, "2026-01-01", "2026-01-31")
        self.assertRaisesMessage("agreements of one currency", wizard.action_calculate)

    def test_xerox_bills_in_another_currency(self):
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "rate": 0.5, "currency_id": self.eur.id, "company_id": self.company.id}
        )
        row = self._row("SN-1", 2100, BaseServiceFee="30.00")
        self._file_of(2026, 1, [row], Currency="EUR")
        test = self._test_of("2026-01-01", "2026-01-31", BASE_50)
        # Twice as much: 60, and 1,100 pages at 0.0084.
        self.assertEqual(str(test.total.cost), "69.24")

    def test_an_unknown_cost_is_told(self):
        row = self._row("SN-1", 2100)
        del row["MonoOverUnitCost"]
        self._file_of(2026, 1, [row])
        test = self._test_of("2026-01-01", "2026-01-31", BASE_50)
        self.assertEqual(str(test.total.cost), "0.00")
        self.assertIn("unknown in 1 case", test.notes[0])

    def test_the_form(self):
        self._months(2100)
        wizards = self.env["xpps.back.test.wizard"].with_context(
            active_model="sale.subscription", active_ids=self.agreement.ids
        )
        with Form(wizards) as form:
            self.assertEqual(form.terms_ids.edit(0).name, "As they are")
            form.date_from = "2026-01-15"
            with form.terms_ids.new() as terms:
                terms.name = "More pages"
                terms.base_price = 62
                terms.included_pages = 2000
                terms.unit_price = 0.0125
        wizard = form.save()
        self.assertEqual((str(wizard.date_from), str(wizard.date_to)), ("2026-01-01", "2026-01-31"))
        self.assertEqual(
            wizard.terms_ids.mapped("description"),
            ["Base price as it is · Pages as they are", "$62.00 a month · 2,000 pages included, others at 0.0125"],
        )
        action = wizard.action_calculate()
        self.assertEqual((action["res_id"], action["target"]), (wizard.id, "new"))
        bound = self.env["ir.actions.actions"].get_bindings("sale.subscription")["action"]
        self.assertIn("Terms Back-Test", [action["name"] for action in bound])
        self.assertIn("63.25", wizard.result)
        self.assertEqual(wizard.action_download()["url"], f"/xerox_xpps/back_test/{wizard.id}")

    def test_who_may(self):
        self._months(2100)
        clerk = new_test_user(self.env, "back_test_reader", "xerox_xpps.group_xpps_user", company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.env["xpps.back.test.wizard"].with_user(clerk).create({})
        biller = new_test_user(
            self.env, "back_test_biller", "xerox_xpps.group_xpps_billing,base.group_user", company_id=self.company.id
        )
        wizard = (
            self.env["xpps.back.test.wizard"]
            .with_user(biller)
            .with_context(active_model="sale.subscription", active_ids=self.agreement.ids)
            .create({})
        )
        self.assertEqual(wizard.agreement_ids.ids, self.agreement.ids)
        self.assertEqual((str(wizard.date_from), str(wizard.date_to)), ("2025-02-01", "2026-01-31"))
        wizard.action_calculate()
        self.assertIn("As they are", wizard.result)
        elsewhere = self._company("XPPS Test Elsewhere")
        self.agreement.env.flush_all()
        stranger = new_test_user(
            self.env,
            "back_test_stranger",
            "xerox_xpps.group_xpps_billing,base.group_user",
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        with self.assertRaises(AccessError):
            self.env["xpps.back.test.wizard"].with_user(stranger).create(
                {"agreement_ids": [Command.set(self.agreement.ids)]}
            )


class TestCurrentTerms(BackTestCase):
    """Plans and cycles as they are come to what was charged, in the month that their cycle ends in."""

    def _current(self, first, last):
        return [(str(row.month), str(row.revenues[0])) for row in self._test_of(first, last, CURRENT).months]

    def test_a_plan(self):
        self._device("SN-2")
        self._plan(included_pages=3000, rollover_months=1)
        self._month(1, 2100, 500, serials=("SN-1", "SN-2"))
        self._month(2, 3000, 1000, serials=("SN-1", "SN-2"))
        charged = sum(self._plan_charges().mapped("price_subtotal"))
        self.assertEqual(charged, 7.5)
        self.assertEqual(self._current("2026-01-01", "2026-02-28"), [("2026-01-01", "30.00"), ("2026-02-01", "37.50")])
        # What January left is known in February, too.
        self.assertEqual(self._current("2026-02-01", "2026-02-28"), [("2026-02-01", "37.50")])
        # Other terms of the same pages take the place of the plan.
        own = self._test_of("2026-01-01", "2026-02-28", {"base_price": 0, "included_pages": 2000, "unit_price": 0.01})
        self.assertEqual(str(own.total.revenues[0]), "26.00")

    def test_a_cycle_that_is_reconciled(self):
        self.company.xpps_overage_cycles = True
        self.agreement.write({"xpps_overage_cycle": "3", "xpps_cycle_reconcile": True})
        for month, pages in ((7, 6200), (8, 3900), (9, 5600)):
            self._load(
                [self._row("SN-1", pages, included=5000)],
                InvoiceDate=f"2026-{month + 1:02}-03",
                PeriodStart=f"2026-{month:02}-01",
                PeriodEnd=f"2026-{month:02}-{30 if month == 9 else 31}",
            )
        self.assertEqual(self._charges().filtered(lambda charge: charge.kind == "cycle").price_subtotal, 7)
        quarter = [("2026-07-01", "30.00"), ("2026-08-01", "30.00"), ("2026-09-01", "37.00")]
        self.assertEqual(self._current("2026-07-01", "2026-09-30"), quarter)
        self.assertEqual(self._current("2026-09-01", "2026-09-30"), quarter[-1:])
        test = self._test_of("2026-07-01", "2026-08-31", CURRENT)
        self.assertIn("1 agreement has a cycle", test.notes[0])

    def test_a_pause_is_not_billed(self):
        self._months(2100, 2100, 2100)
        self.env["xpps.base.waiver"].sudo().create(
            {
                "subscription_id": self.agreement.id,
                "kind": "pause",
                "date_from": "2026-02-01",
                "date_to": "2026-02-28",
            }
        )
        test = self._test_of("2026-01-01", "2026-03-31", CURRENT, BASE_50)
        self.assertEqual([str(row.revenues[1]) for row in test.months], ["63.75", "13.75", "63.75"])
        self.assertEqual([str(row.revenues[0]) for row in test.months], ["41.00", "11.00", "41.00"])

    def test_a_base_price_of_a_quarter_is_split_by_month(self):
        template = self._template("draft", recurring_rule_type="months", recurring_interval=3)
        agreement = self._agreement(template_id=template.id, next_date="2026-04-01")
        agreement.sale_subscription_line_ids.price_unit = 100
        self._device("SN-2", agreement)
        for month in (1, 2, 3):
            self._month(month, 500, serials=["SN-2"])
        test = self._test_of("2026-01-01", "2026-03-31", CURRENT, agreements=agreement)
        # 31, 28 and 31 of 90 days.
        self.assertEqual([str(row.revenues[0]) for row in test.months], ["34.45", "31.11", "34.44"])
        self.assertEqual(self._product_lines(self._post(agreement)).price_subtotal, 100)


class TestMany(BackTestCase):
    def test_the_number_of_queries_does_not_follow_that_of_agreements(self):
        count = 40
        agreements = self.agreement
        for number in range(2, count + 1):
            agreement = self._agreement(next_date="2026-02-01")
            self._device(f"SN-{number}", agreement)
            agreements |= agreement
        self._plan(agreements[0])
        self._plan(agreements[1])
        for month in range(1, 13):
            self._file_of(2026, month, [self._row(f"SN-{number}", 2100) for number in range(1, count + 1)])

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._test_of("2026-01-01", "2026-12-31", CURRENT, BASE_50, BASE_62, agreements=some)
            return self.env.cr.sql_log_count - before

        queries(agreements[:4])
        few, many = queries(agreements[:4]), queries(agreements)
        self.assertLessEqual(many, few + 3)


class TestDemo(TransactionCase):
    """The terms as they are come to what the demo reseller's invoices bill, agreement by agreement."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.env = cls.env(user=cls.env.ref("base.user_admin"), context={"allowed_company_ids": cls.company.ids})

    def _import(self, name):
        with file_open(f"xerox_xpps/demo/{name}", "rb") as sample:
            wizard = self.env["xpps.import.wizard"].create(
                {"file_name": name, "file_data": base64.b64encode(sample.read()), "company_id": self.company.id}
            )
        wizard.action_check()
        wizard.action_import()
        file = wizard.billing_file_id
        self.assertEqual(file.state, "imported")
        file.action_approve_charges()
        return file

    def test_as_billed(self):
        agreements = self.env["sale.subscription"]
        for month in (8, 9, 10):
            file = self._import(f"billing_2026_{month:02}.xml")
            own = file.line_ids.subscription_id
            for line in own.sale_subscription_line_ids.filtered(lambda line: not line.tax_ids):
                line.tax_ids = line.product_id.taxes_id.filtered_domain([("company_id", "=", self.company.id)])
            for agreement in own:
                agreement.generate_invoice()
            agreements |= own
        self.assertGreaterEqual(len(agreements), 7)
        billed = defaultdict(Decimal)
        moves = agreements.invoice_ids | agreements.sale_order_ids.invoice_ids
        for line in moves.invoice_line_ids.filtered(lambda line: line.product_id.xpps_role):
            agreement = line.xpps_subscription_id or line.move_id.subscription_id
            billed[agreement.name, line.xpps_period_end.month] += to_decimal(line.price_subtotal)
        # What waits for the end of its cycle.
        waiting = agreements.charge_ids.filtered(
            lambda charge: charge.billable and charge.state == "approved" and charge.invoice_status == "to_invoice"
        )
        for charge in waiting.filtered(lambda charge: not charge.is_provisional):
            key = charge.subscription_id.name, charge.period_end.month
            billed[key] += to_decimal(charge.price_subtotal)
        builder = BackTestBuilder(agreements, [date(2026, month, 1) for month in (8, 9, 10)], [Terms("As they are")])
        test = builder.build()
        found = {(row.agreement, row.month.month): row.revenues[0] for row in test.rows}
        self.assertEqual(found, dict(billed))
        self.assertFalse(builder.current.unpriced)
        files = self.env["xpps.billing.file"].search([("company_id", "=", self.company.id), ("state", "=", "imported")])
        self.assertEqual(float(test.total.cost), round(sum(files.mapped("amount_total")), 2))
