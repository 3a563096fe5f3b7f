# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Page plans on the annex "Device usage": what an invoice bills of their cycles, to the cent, in both files."""

import io
import subprocess
from decimal import Decimal

from openpyxl import load_workbook

from odoo import Command
from odoo.tools import mute_logger

from ..support.plans import MONTHS, PlanCase

REPORT = "xerox_xpps.report_device_usage"


class PlanAnnexCase(PlanCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._device("SN-2", xpps_location="Warehouse", xpps_asset_number="A-2")
        cls.third = cls._device("SN-3")

    def _invoice(self, agreement=None):
        """Approve and bill what page plans charge. :return: the invoice, posted"""
        self._plan_charges().filtered(lambda charge: charge.state == "draft").action_approve()
        moves = (agreement or self.agreement).create_invoice().filtered("has_xpps_usage")
        moves.filtered(lambda move: move.state == "draft").action_post()
        return moves

    def _sheets(self, move):
        return load_workbook(io.BytesIO(move._xpps_usage_xlsx()))

    def _html(self, move):
        return self.env["ir.actions.report"]._render_qweb_html(REPORT, move.ids)[0].decode()

    def assertAddsUp(self, move):
        """The annex adds up to the invoice's lines, in the data and in the workbook. :return: DeviceUsage"""
        usage = move._xpps_usage()
        lines = self._product_lines(move)
        total = sum((Decimal(str(round(line.price_subtotal, 2))) for line in lines), Decimal(0))
        self.assertEqual(usage.amount, total)
        planned = lines.filtered(lambda line: line.xpps_charge_ids.page_rating_id)
        plans = [plan for agreement in usage.agreements for plan in agreement.plans]
        self.assertEqual(float(sum(plan.amount for plan in plans)), round(sum(planned.mapped("price_subtotal")), 2))
        for plan in plans:
            self.assertEqual(sum(device.share for device in plan.devices), plan.shared_amount)
            if plan.cycle:
                *parts, whole = plan.cycle
                sign = -1 if move.move_type == "out_refund" else 1
                self.assertEqual(sum(part.amount for part in parts) + sign * plan.amount, whole.amount)
        book = self._sheets(move)
        self.assertEqual(round(book["Totals"].cell(book["Totals"].max_row, 6).value, 2), float(total))
        if plans:
            for name in ("Page Plans", "Devices of Page Plans"):
                titles, *rows = book[name].iter_rows(values_only=True)
                column = next(index for index, title in enumerate(titles) if title.startswith(("Amount", "Share")))
                amounts = [row[column] for row in rows if row[column] is not None]
                self.assertEqual(round(sum(amounts), 2), float(sum(plan.amount for plan in plans)))
        return usage

    def _figures(self, plan):
        return {figure.label: figure.pages for figure in plan.figures}

    def _prices(self, plan):
        return [(price.label, price.pages, price.unit_price, price.amount) for price in plan.prices]


class TestPool(PlanAnnexCase):
    """4,200 / 900 / 1,400 pages of 6,000 that are included."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan()

    def test_the_section(self):
        self._month(6, 4200, 900, 1400)
        usage = self.assertAddsUp(self._invoice())
        agreement = usage.agreements[0]
        (plan,) = agreement.plans
        self.assertEqual((plan.name, plan.by_device, plan.output_types), ("Office pool", False, ("Black & white",)))
        self.assertEqual((plan.period_start, plan.period_end), (self.day("2026-06-01"), self.day("2026-06-30")))
        self.assertEqual(
            [(device.serial, device.pages, device.weighted, device.share) for device in plan.devices],
            [
                ("SN-2", (900,), 900, Decimal("0.86")),
                ("SN-1", (4200,), 4200, Decimal("4.04")),
                ("SN-3", (1400,), 1400, Decimal("1.35")),
            ],
        )
        self.assertEqual((plan.devices[0].site, plan.devices[0].asset_number), ("Warehouse", "A-2"))
        self.assertEqual(
            self._figures(plan),
            {"Weighted pages": 6500, "Included pages": 6000, "Pages above the included ones": 500},
        )
        self.assertEqual(
            self._prices(plan), [("Pages above the included ones", 500, Decimal("0.0125"), Decimal("6.25"))]
        )
        self.assertEqual((plan.cycle, plan.rounding, plan.adjustment), ([], 0, 0))
        # What was read stays visible, without what Xerox includes.
        self.assertEqual(
            {
                (row.serial, row.pages, row.included, row.overage, row.billed_pages, row.reason)
                for row in agreement.rows
            },
            {
                ("SN-1", 4200, None, None, 0, "Counts towards Office pool"),
                ("SN-2", 900, None, None, 0, "Counts towards Office pool"),
                ("SN-3", 1400, None, None, 0, "Counts towards Office pool"),
            },
        )

    def test_the_files(self):
        # No counter reads as what Xerox includes.
        self.counters = dict.fromkeys(("SN-1", "SN-2", "SN-3"), 50)
        self._month(6, 4200, 900, 1400)
        move = self._invoice()
        book = self._sheets(move)
        self.assertEqual(book.sheetnames, ["Device Usage", "Page Plans", "Devices of Page Plans", "Totals"])
        rows = list(book["Page Plans"].iter_rows(min_row=2, values_only=True))
        self.assertEqual(rows[1][4:6], ("Included pages", 6000))
        self.assertEqual(rows[-1][4:], ("Pages above the included ones", 500, 0.0125, 6.25, None))
        devices = list(book["Devices of Page Plans"].iter_rows(min_row=2, values_only=True))
        self.assertEqual([(row[6], row[8], row[-1]) for row in devices][1], ("SN-1", 4200, 4.04))
        totals = list(book["Totals"].iter_rows(values_only=True))
        self.assertIn("Office pool", [row[0] for row in totals])
        self.assertEqual(totals[-1][4], 500)
        html = self._html(move)
        for text in ("Page Plan", "Office pool", "Counts towards Office pool", "4.04", "0.86", "1.35", "6.25", "6,000"):
            self.assertIn(text, html)
        # Neither what a page costs, nor Xerox's allowance and overage, nor what it bills.
        usage_rows = list(book["Device Usage"].iter_rows(min_row=2, values_only=True))
        self.assertEqual({row[13:15] for row in usage_rows}, {(None, None)})
        cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
        self.assertFalse(cells & {"0.0042", "15.12", "13.44", "1.68", "3200", "1000", "3600"})
        for text in ("0.0042", "15.12", "13.44", "1.68", "3,200", ">1,000<", "3,600"):
            self.assertNotIn(text, html)

    def test_the_pdf(self):
        self._month(6, 4200, 900, 1400)
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with mute_logger("odoo.addons.base.models.ir_actions_report"):
            content = reports._render_qweb_pdf(REPORT, self._invoice().ids)[0]
        text = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
        ).stdout.decode()
        for pattern in (
            r"Page Plan\s+Office pool",
            r"SN-1\s+4,200\s+4,200\s+4\.04",
            r"All devices\s+6\.25",
            r"Included pages\s+6,000",
            r"Pages above the included ones\s+500\s+0\.0125\s+6\.25",
            r"Total\s+Office pool\s+6\.25",
        ):
            self.assertRegex(text, pattern)

    def test_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        mine = self.env["xpps.output.name"].create({"output_type": "mono", "name": "Black pages"})
        mine.with_context(lang="fr_FR").name = "Pages noires"
        self.env.ref("xerox_xpps.report_device_usage_plan_header").update_field_translations(
            "arch_db", {"fr_FR": {"Weighted Pages": "Pages pondérées"}}
        )
        self._month(6, 4200, 900, 1400)
        html = self._html(self._invoice())
        for text in ("Pages noires", "Pages pondérées", r"6\s000", "0,0125", "juin 2026"):
            self.assertRegex(html, text)

    def test_a_correction(self):
        self._month(6, 4200, 900, 1400)
        first = self._invoice()
        self.counters = {}
        self._correct([self._row("SN-1", 3900)], **MONTHS[6])
        self.agreement.sale_subscription_line_ids.price_unit = 0
        second = self._invoice() - first
        usage = self.assertAddsUp(second)
        (plan,) = usage.agreements[0].plans
        self.assertEqual(self._figures(plan)["Pages above the included ones"], 200)
        sign = -1 if second.move_type == "out_refund" else 1
        self.assertEqual(
            [(price.pages, price.amount) for price in plan.prices], [(-300 * sign, Decimal("-3.75") * sign)]
        )
        self.assertEqual(
            [(part.label, part.pages, part.amount) for part in plan.cycle],
            [("On other invoices", 500, Decimal("6.25")), ("The whole cycle", 200, Decimal("2.50"))],
        )
        # The reads stand on the first invoice.
        self.assertFalse(usage.agreements[0].rows)
        (plan,) = self.assertAddsUp(first).agreements[0].plans
        self.assertEqual((plan.amount, plan.cycle[-1].amount), (Decimal("6.25"), Decimal("2.50")))

    def test_what_waits_for_approval(self):
        self._month(6, 4200, 900, 1400)
        first = self._invoice()
        self.counters = {}
        self._correct([self._row("SN-1", 3900)], **MONTHS[6])
        (plan,) = self.assertAddsUp(first).agreements[0].plans
        self.assertEqual(
            [(part.label, part.amount) for part in plan.cycle],
            [("Not invoiced yet", Decimal("-3.75")), ("The whole cycle", Decimal("2.50"))],
        )

    def test_a_draft_changed_by_hand(self):
        self._month(6, 4200, 900, 1400)
        self._plan_charges().action_approve()
        move = self.agreement.create_invoice().filtered("has_xpps_usage")
        line = move.invoice_line_ids.filtered(lambda line: line.xpps_charge_ids.page_rating_id)
        line.price_unit = 0.01
        (plan,) = self.assertAddsUp(move).agreements[0].plans
        self.assertEqual(plan.amount, 5)

    def test_pages_that_were_not_read(self):
        self._month(6, 4200, 3900)
        self._ratings().action_waive("Lost")
        (plan,) = self.assertAddsUp(self._invoice()).agreements[0].plans
        self.assertEqual(
            {device.serial: device.is_missing for device in plan.devices}, {"SN-1": False, "SN-2": False, "SN-3": True}
        )
        self.assertIn("not read", self._html(self.agreement.invoice_ids))

    def test_other_pages_stay_as_they_are(self):
        """Color is not under the plan: it is billed, and says what Xerox includes."""
        color = {
            "ColorPrevious": 0,
            "ColorCurrent": 107,
            "ColorIncluded": 100,
            "ColorOver": 7,
            "ColorOverUnitCost": "0.05",
        }
        self._load([self._row("SN-1", 6500, **color), self._row("SN-2", 0), self._row("SN-3", 0)], **MONTHS[6])
        self._charges().filtered(lambda charge: charge.state == "draft").action_approve()
        usage = self.assertAddsUp(self._invoice())
        row = next(row for row in usage.agreements[0].rows if row.output_type == "Color")
        self.assertEqual((row.included, row.overage, row.billed_pages), (100, 7, 7))

    def test_queries_do_not_grow(self):
        def queries(number):
            agreement = self._agreement(next_date="2026-02-01")
            plan = self._plan(agreement, included_pages=0)
            serials = [f"Q{number}-{index}" for index in range(number)]
            for serial in serials:
                self._device(serial, agreement)
            self._month(6, *[100] * number, serials=serials)
            self.assertEqual(self._ratings(plan).state, "rated")
            move = self._invoice(agreement)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(move._xpps_usage().agreements[0].plans[0].devices), number)
            return self.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(2), queries(30))


class TestTerms(PlanAnnexCase):
    def test_unders(self):
        group = self.env["xpps.page.group"].create({"name": "A4 and A3", "mono_weight": 1, "color_weight": 1.5})
        self._plan(group_id=group.id, included_pages=0, unit_price=0.01, minimum_pages=20000, unders_price=0.01)
        color = {"ColorPrevious": 0, "ColorCurrent": 2000, "ColorIncluded": 2000}
        self._load([self._row("SN-1", 12500, **color), self._row("SN-2", 0), self._row("SN-3", 0)], **MONTHS[1])
        for detail in ("device", "material"):
            with self.subTest(detail), self.cr.savepoint() as savepoint:
                self.agreement.xpps_invoice_detail = detail
                (plan,) = self.assertAddsUp(self._invoice()).agreements[0].plans
                self.assertEqual(plan.output_types, ("Black & white", "Color × 1.5"))
                self.assertEqual((plan.devices[1].pages, plan.devices[1].weighted), ((12500, 2000), 15500))
                self.assertEqual(
                    self._figures(plan),
                    {
                        "Weighted pages": 15500,
                        "Included pages": 0,
                        "Pages above the included ones": 15500,
                        "Minimum pages": 20000,
                        "Pages lacking to the minimum": 4500,
                    },
                )
                self.assertEqual(
                    [price[1:] for price in self._prices(plan)],
                    [(15500, Decimal("0.01"), 155), (4500, Decimal("0.01"), 45)],
                )
                self.assertEqual(plan.shared_amount, 200)
                savepoint.rollback()

    def test_tiers_minimum_and_maximum_amount(self):
        self._plan(
            included_pages=0,
            tier_mode="graduated",
            tier_ids=[
                Command.create({"from_pages": first, "unit_price": price})
                for first, price in ((0, 0.01), (5000, 0.0085), (10000, 0.007))
            ],
            minimum_amount=10,
            maximum_amount=100,
        )
        self._month(1, 12000, 0, 0)
        self._month(2, 400, 0, 0)
        for detail in ("device", "material"):
            with self.subTest(detail), self.cr.savepoint() as savepoint:
                self.agreement.xpps_invoice_detail = detail
                january, february = self.assertAddsUp(self._invoice()).agreements[0].plans
                self.assertEqual(
                    self._prices(january),
                    [
                        ("Pages above the included ones", 5000, Decimal("0.01"), 50),
                        ("Pages above the included ones", 5000, Decimal("0.0085"), Decimal("42.5")),
                        ("Pages above the included ones", 2000, Decimal("0.007"), 14),
                        ("Maximum amount", None, None, Decimal("-6.5")),
                    ],
                )
                self.assertEqual(january.amount, 100)
                self.assertEqual(
                    self._prices(february),
                    [
                        ("Pages above the included ones", 400, Decimal("0.01"), 4),
                        ("Minimum amount", None, None, 6),
                    ],
                )
                savepoint.rollback()

    def test_each_device_by_itself(self):
        self._plan(scope="device", included_pages=1000, unit_price=0.001, rollover_months=1)
        self._month(1, 900, 1005, 1005)
        self._month(2, 1105, 1005, 1000)
        for detail, rounding in (("device", 0), ("material", Decimal("-0.01"))):
            with self.subTest(detail), self.cr.savepoint() as savepoint:
                self.agreement.xpps_invoice_detail = detail
                plans = self.assertAddsUp(self._invoice()).agreements[0].plans
                self.assertEqual([plan.by_device for plan in plans], [True, True])
                january, february = plans
                self.assertEqual(
                    [(device.serial, device.included, device.billable, device.share) for device in january.devices],
                    [("SN-2", 1000, 5, Decimal("0.01")), ("SN-3", 1000, 5, Decimal("0.01"))],
                )
                self.assertEqual(
                    [(device.serial, device.rolled_in, device.billable, device.share) for device in february.devices],
                    [("SN-2", 0, 5, Decimal("0.01")), ("SN-1", 100, 5, Decimal("0.01"))],
                )
                self.assertEqual(january.prices[0].pages, 10)
                self.assertEqual(sum(plan.rounding + plan.adjustment for plan in plans), 2 * rounding)
                savepoint.rollback()

    def test_a_quarter_shows_its_months(self):
        self._plan(included_pages=15000, unit_price=0.012, cycle="3")
        self._month(7, 6200, 0, 0)
        self._month(8, 3900, 0, 0)
        self._month(9, 5600, 0, 0)
        usage = self.assertAddsUp(self._invoice())
        (plan,) = usage.agreements[0].plans
        self.assertEqual((plan.amount, plan.devices[1].pages), (Decimal("8.4"), (15700,)))
        self.assertEqual([row.pages for row in usage.agreements[0].rows if row.serial == "SN-1"], [6200, 3900, 5600])

    def test_the_last_month_of_an_agreement(self):
        """Its read goes beyond the cycle, which ends with the agreement."""
        self._plan(included_pages=0, cycle="3")
        self._month(7, 100, 0, 0)
        self.agreement.date = "2026-08-15"
        self._month(8, 200, 0, 0)
        usage = self.assertAddsUp(self._invoice())
        self.assertEqual(str(usage.agreements[0].plans[0].period_end), "2026-08-15")
        self.assertEqual([row.pages for row in usage.agreements[0].rows if row.serial == "SN-1"], [100, 200])

    def test_by_the_customer(self):
        """The devices of the customer's other agreements are in the pool, their reads on their own invoices."""
        other = self._agreement(next_date="2026-02-01")
        line = other.sale_subscription_line_ids[:1]
        self.third.write({"xpps_subscription_id": other.id, "xpps_subscription_line_id": line.id})
        self._plan(scope="customer")
        self._month(6, 4200, 900, 1400)
        usage = self.assertAddsUp(self._invoice())
        (plan,) = usage.agreements[0].plans
        self.assertEqual(sorted(device.serial for device in plan.devices), ["SN-1", "SN-2", "SN-3"])
        self.assertEqual({row.serial for row in usage.agreements[0].rows}, {"SN-1", "SN-2"})
