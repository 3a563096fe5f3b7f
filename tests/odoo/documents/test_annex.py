# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The annex "Device usage" of an invoice: what it says, its files, sending it, and who may have it."""

import datetime
import io
import shutil
import subprocess
from decimal import Decimal

from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.common.taxes import BillingTaxes

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase

REPORT = "xerox_xpps.report_device_usage"


def meter(serial, prefix, previous, current, included, over, cost="0.004", **values):
    """A device record with the five values of one meter."""
    return record(
        serial,
        **{
            f"{prefix}Previous": previous,
            f"{prefix}Current": current,
            f"{prefix}Included": included,
            f"{prefix}Over": over,
            f"{prefix}OverUnitCost": cost,
        },
        **values,
    )


class AnnexCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "customer@example.com"
        cls.second = cls._device("SN-2", xpps_location="Warehouse", xpps_asset_number="A-2")
        cls.third = cls._device("SN-3", xpps_location="Warehouse")

    def _invoice(self, agreement=None):
        """Bill an agreement. :return: its new invoice of XPPS items, a draft"""
        moves = (agreement or self.agreement).create_invoice()
        return moves.filtered("has_xpps_usage")

    def _january(self):
        """SN-1: 120 pages too many at 0.01; SN-2: none; SN-3: 7 color pages at 0.08."""
        charges = self._load(
            [
                meter("SN-1", "Mono", 1000, 1620, 500, 120, ReadDate="2026-01-30"),
                meter("SN-2", "Mono", 50, 350, 500, 0, ReadDate="2026-01-30", ReadType="Estimated"),
                meter("SN-3", "Color", 10, 17, 0, 7, "0.05"),
            ],
            **JANUARY,
        ).charge_ids
        charges.action_approve()
        return charges

    def _rows(self, usage):
        """What stands in the rows: (site, serial, output type, pages, billed pages, price, amount)."""
        return [
            (row.site, row.serial, row.output_type, row.pages, row.billed_pages, row.unit_price, row.amount)
            for agreement in usage.agreements
            for row in agreement.rows
        ]

    def _items(self, move):
        """The untaxed total of the XPPS items of an invoice, added up from its lines."""
        lines = self._product_lines(move).filtered("product_id.xpps_role")
        return sum((Decimal(str(round(line.price_subtotal, 2))) for line in lines), Decimal(0))

    def assertAddsUp(self, move):
        """The annex adds up, to the cent, to what the invoice bills. :return: DeviceUsage"""
        usage = move._xpps_usage()
        self.assertEqual(usage.amount, self._items(move))
        for agreement in usage.agreements:
            rows = sum(row.amount for row in agreement.rows)
            bases = sum(base.amount for base in agreement.base_prices)
            self.assertEqual(rows + bases + agreement.rounding + agreement.adjustment, agreement.amount)
            for row in agreement.rows:
                if row.unit_price is not None:
                    self.assertLess(abs(row.billed_pages * row.unit_price - row.amount), Decimal("0.0051"))
        return usage


class TestContent(AnnexCase):
    def test_rows(self):
        self._january()
        move = self._invoice()
        usage = self.assertAddsUp(move)
        home = self.customer.name
        self.assertEqual(
            self._rows(usage),
            [
                ("Warehouse", "SN-2", "Black & white", 300, 0, None, 0),
                ("Warehouse", "SN-3", "Color", 7, 7, Decimal("0.08"), Decimal("0.56")),
                (home, "SN-1", "Black & white", 620, 120, Decimal("0.01"), Decimal("1.20")),
            ],
        )
        agreement = usage.agreements[0]
        self.assertEqual(
            [(site.name, site.billed_pages, site.amount) for site in agreement.sites],
            [("Warehouse", 7, Decimal("0.56")), (home, 120, Decimal("1.20"))],
        )
        self.assertEqual((agreement.rounding, agreement.adjustment), (0, 0))
        self.assertEqual((usage.period_start, usage.period_end), (self.day("2026-01-01"), self.day("2026-01-31")))
        first = agreement.rows[-1]
        self.assertEqual(
            (first.previous_read, first.current_read, first.included, first.overage, first.read_date, first.estimated),
            (1000, 1620, 500, 120, self.day("2026-01-30"), False),
        )
        self.assertEqual((agreement.rows[0].asset_number, agreement.rows[0].estimated), ("A-2", True))
        self.assertEqual(first.model, self.printer.name)
        self.assertEqual([row.reason for row in agreement.rows], ["Included, not billed", "", ""])

    def test_base_prices_say_their_period(self):
        """Once: what the line's own text says of it stands beside the text."""
        move = self._invoice()
        line = self._product_lines(move)
        self.assertEqual(line.name, f"{self.base.name}\nJanuary 2026")
        line.name = f"{line.name}\nAs agreed"
        base = move._xpps_usage().agreements[0].base_prices[0]
        self.assertEqual(base.name, f"{self.base.name}\nAs agreed")
        self.assertEqual(
            (base.period_start, base.period_end, base.quantity, base.amount),
            (self.day("2026-01-01"), self.day("2026-01-31"), 1, 30),
        )

    def test_rounding_of_a_line_over_many_devices(self):
        """Five pages at 0.001 are 0.01 each on three rows, 0.02 on the invoice's one line."""
        for detail, rounding in (("device", 0), ("material", Decimal("-0.01"))):
            with self.subTest(detail=detail):
                agreement = self._agreement(xpps_invoice_detail=detail)
                for device in (self.device, self.second, self.third):
                    self._charge(5, 0.001, subscription_id=agreement.id, device_id=device.id)
                usage = self.assertAddsUp(self._invoice(agreement))
                self.assertEqual([row.amount for row in usage.agreements[0].rows], [Decimal("0.01")] * 3)
                self.assertEqual((usage.agreements[0].rounding, usage.agreements[0].adjustment), (rounding, 0))

    def test_adds_up_over_many_prices(self):
        for detail in ("device", "material"):
            agreement = self._agreement(xpps_invoice_detail=detail)
            for number in range(1, 40):
                price = (0.0085, 0.007455, 0.0649)[number % 3]
                self._charge(number * 17, price, subscription_id=agreement.id, device_id=self.second.id)
            usage = self.assertAddsUp(self._invoice(agreement))
            self.assertEqual(usage.agreements[0].adjustment, 0, detail)
            self.assertEqual(bool(usage.agreements[0].rounding), detail == "material")

    def test_draft_changed_by_hand(self):
        """Where the clerk changes a line over many devices, the annex says so instead of calling it a rounding."""
        agreement = self._agreement(xpps_invoice_detail="material")
        charges = self._charge(100, 0.01, subscription_id=agreement.id)
        charges |= self._charge(100, 0.01, subscription_id=agreement.id, device_id=self.second.id)
        move = self._invoice(agreement)
        charges.invoice_line_ids.price_unit = 0.005
        usage = self.assertAddsUp(move)
        self.assertEqual((usage.agreements[0].rounding, usage.agreements[0].adjustment), (0, -1))

    def test_negative_charge(self):
        self._charge(-30, 0.01)
        self._charge(100, 0.01, device_id=self.second.id)
        usage = self.assertAddsUp(self._invoice())
        self.assertEqual([row[4:] for row in self._rows(usage)][-1], (-30, Decimal("0.01"), Decimal("-0.30")))

    def test_credit_note_of_negative_charges(self):
        for detail in ("device", "material"):
            agreement = self._agreement(self.env["product.product"], xpps_invoice_detail=detail)
            self._charge(-3000, 0.01, subscription_id=agreement.id)
            self._charge(1000, 0.01, subscription_id=agreement.id, device_id=self.second.id)
            move = self._invoice(agreement)
            self.assertEqual(move.move_type, "out_refund")
            usage = self.assertAddsUp(move)
            self.assertEqual(usage.amount, 20)
            self.assertEqual([row[4] for row in self._rows(usage)], [-1000, 3000], detail)

    def test_credit_note_of_an_invoice(self):
        """It gives back what the invoice's own annex says, and has none."""
        self._january()
        move = self._invoice()
        move.action_post()
        self.assertTrue(move.has_xpps_usage)
        self.assertFalse(move._reverse_moves().has_xpps_usage)

    def test_charge_without_read_or_device(self):
        self._charge(40, 0.01, device_id=False, output_type=False, period_start=False, period_end=False, name="Flat")
        usage = self.assertAddsUp(self._invoice())
        row = usage.agreements[0].rows[0]
        self.assertEqual((row.model, row.serial, row.pages, row.billed_pages), ("Flat", "", None, 40))

    def test_several_agreements(self):
        other = self._agreement(xpps_agreement_number="PC-77")
        foreign = self._device("SN-9", other)
        charges = self._charge(100, 0.01) | self._charge(200, 0.01, subscription_id=other.id, device_id=foreign.id)
        taxes = BillingTaxes(self.company)
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create({**values, "xpps_subscription_id": charge.subscription_id.id, "tax_ids": False})
                    for charge in charges
                    for values in charge._prepare_account_move_lines("device", taxes)
                ],
            }
        )
        usage = self.assertAddsUp(move)
        self.assertEqual(
            sorted((agreement.name, agreement.amount) for agreement in usage.agreements),
            sorted([(self.agreement.display_name, Decimal(1)), (f"{other.display_name} (PC-77)", Decimal(2))]),
        )
        self.assertEqual(usage.amount, 3)

    def test_reads_of_others_stay_away(self):
        """Neither another agreement's, nor another period's, nor pages that wait for approval."""
        other = self._agreement()
        self._device("SN-9", other)
        self._load([meter("SN-9", "Mono", 0, 10, 500, 0)], **JANUARY)
        charges = self._january()
        self._load([meter("SN-1", "Mono", 1620, 1700, 500, 0)], **FEBRUARY)
        charges[0].action_reset()
        self.assertEqual([row[1] for row in self._rows(self._invoice()._xpps_usage())], ["SN-2", "SN-3"])

    def test_months_between_stay_away(self):
        self._load([meter("SN-2", "Mono", 350, 400, 500, 0)], **FEBRUARY)
        self._charge()
        self._charge(period_start="2026-03-01", period_end="2026-03-31")
        self.assertEqual([row[1] for row in self._rows(self._invoice()._xpps_usage())], ["SN-1", "SN-1"])

    def test_late_charge_shows_itself_alone(self):
        charges = self._january()
        late = charges.filtered(lambda charge: charge.device_id == self.third)
        late.action_reset()
        self._invoice().action_post()
        late.action_approve()
        usage = self.assertAddsUp(self._invoice())
        self.assertEqual([row[1] for row in self._rows(usage)], ["SN-3"])

    def test_rejected_pages_are_shown_at_nothing(self):
        charges = self._january()
        charges.filtered(lambda charge: charge.device_id == self.third).action_reject()
        usage = self.assertAddsUp(self._invoice())
        self.assertIn(("Warehouse", "SN-3", "Color", 7, 0, None, 0), self._rows(usage))
        self.assertEqual([row.reason for row in usage.agreements[0].rows], ["Included, not billed", "Not billed", ""])

    def test_types_that_a_device_does_not_use(self):
        """They have no row, but each device has one."""
        zeros = dict.fromkeys(("ColorPrevious", "ColorCurrent", "ColorIncluded", "ColorOver"), 0)
        self._load(
            [
                meter("SN-1", "Mono", 1000, 1620, 500, 120, **zeros),
                meter("SN-2", "Mono", 50, 350, 500, 0, **zeros),
                meter("SN-3", "Mono", 0, 0, 0, 0, **zeros),
            ],
            **JANUARY,
        ).charge_ids.action_approve()
        self.assertEqual(
            [row[1:4] for row in self._rows(self._invoice()._xpps_usage())],
            [("SN-2", "Black & white", 300), ("SN-3", "Black & white", 0), ("SN-1", "Black & white", 620)],
        )

    def test_no_reason_without_pages(self):
        self._load([meter("SN-2", "Mono", 50, 50, 500, 0)], **JANUARY)
        self._charge()
        rows = self._invoice()._xpps_usage().agreements[0].rows
        self.assertEqual([(row.serial, row.pages, row.reason) for row in rows], [("SN-2", 0, ""), ("SN-1", None, "")])

    def test_two_charges_of_a_read(self):
        """The meter's figures stand once, so that nobody adds them up twice."""
        charge = self._january().filtered(lambda charge: charge.device_id == self.device)
        charge.copy({"quantity": 5, "meter_read_id": charge.meter_read_id.id, "state": "approved"})
        rows = [row for row in self._rows(self.assertAddsUp(self._invoice())) if row[1] == "SN-1"]
        self.assertEqual([(row[3], row[4]) for row in rows], [(620, 120), (None, 5)])

    def test_base_price_alone(self):
        move = self._invoice()
        usage = self.assertAddsUp(move)
        self.assertEqual((usage.amount, usage.agreements[0].rows), (30, []))

    def test_base_price_with_a_period(self):
        """The devices of an agreement without any overage are shown for the period that its base price bills."""
        self._load([meter("SN-2", "Mono", 50, 350, 500, 0)], **JANUARY)
        self._load([meter("SN-2", "Mono", 350, 400, 500, 0)], **FEBRUARY)
        move = self._invoice()
        line = self._product_lines(move)
        line.write(
            {
                "xpps_subscription_id": self.agreement.id,
                "xpps_period_start": "2026-01-01",
                "xpps_period_end": "2026-01-31",
            }
        )
        self.assertEqual([row[3] for row in self._rows(self.assertAddsUp(move))], [300])
        # Billed in advance: what is read later belongs on a later invoice.
        line.write({"xpps_period_start": "2026-02-01", "xpps_period_end": "2026-02-28"})
        self.assertEqual(self._rows(self.assertAddsUp(move)), [])

    def test_other_items_stay_away(self):
        coffee = self._service("Coffee", price=5)
        agreement = self._agreement(self.base + coffee)
        self._charge(100, 0.01, subscription_id=agreement.id)
        move = self._invoice(agreement)
        self.assertEqual((move.amount_untaxed, self.assertAddsUp(move).amount), (36, 31))

    def test_second_currency(self):
        agreement = self._agreement(pricelist_id=self._pricelist("Euro", self.eur, base=40).id)
        self._charge(1000, 0.008504, subscription_id=agreement.id)
        move = self._invoice(agreement)
        usage = self.assertAddsUp(move)
        self.assertEqual((usage.currency, usage.amount), ("EUR", Decimal("48.50")))

    def test_queries_do_not_grow(self):
        def queries(number):
            agreement = self._agreement(xpps_invoice_detail="material")
            devices = [self._device(f"Q{number}-{index}", agreement) for index in range(number)]
            self.env["xpps.meter.read"].create(
                [
                    {
                        "device_id": device.id,
                        "company_id": self.company.id,
                        "subscription_id": agreement.id,
                        "output_type": "mono",
                        "period_start": "2026-01-01",
                        "period_end": "2026-01-31",
                        "current_read": 5,
                    }
                    for device in devices
                ]
            )
            for device in devices:
                self._charge(subscription_id=agreement.id, device_id=device.id, output_type="color")
            move = self._invoice(agreement)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(move._xpps_usage().agreements[0].rows), 2 * number)
            return self.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(2), queries(30))


class TestFiles(AnnexCase):
    def _sheets(self, move):
        return load_workbook(io.BytesIO(move._xpps_usage_xlsx()))

    def _html(self, move):
        return self.env["ir.actions.report"]._render_qweb_html(REPORT, move.ids)[0].decode()

    def test_xlsx(self):
        self._january()
        move = self._invoice()
        book = self._sheets(move)
        self.assertEqual(book.sheetnames, ["Device Usage", "Totals"])
        sheet = book["Device Usage"]
        self.assertEqual((sheet.freeze_panes, sheet.auto_filter.ref), ("A2", "A1:S4"))
        titles, *rows = sheet.iter_rows(values_only=True)
        rows = [dict(zip(titles, row, strict=True)) for row in rows]
        self.assertEqual([row["Serial Number"] for row in rows], ["SN-2", "SN-3", "SN-1"])
        self.assertEqual(
            {
                title: rows[-1][title]
                for title in ("Previous Read", "Current Read", "Pages", "Included", "Overage", "Billed Pages")
            },
            {
                "Previous Read": 1000,
                "Current Read": 1620,
                "Pages": 620,
                "Included": 500,
                "Overage": 120,
                "Billed Pages": 120,
            },
        )
        self.assertEqual((rows[-1]["Price per Page"], rows[-1]["Amount (USD)"]), (0.01, 1.2))
        self.assertEqual(rows[-1]["Period End"], datetime.datetime(2026, 1, 31))
        self.assertEqual((rows[0]["Read"], rows[-1]["Read"]), ("Estimated", "Actual"))
        self.assertEqual([row["Remark"] for row in rows], ["Included, not billed", None, None])
        self.assertEqual([row["Output Type"] for row in rows], ["Black & white", "Color", "Black & white"])
        self.assertEqual((sheet["R4"].number_format, sheet["P4"].number_format), ("0.000000", "#,##0"))
        totals = list(book["Totals"].iter_rows(values_only=True))
        january = datetime.datetime(2026, 1, 1), datetime.datetime(2026, 1, 31)
        self.assertEqual(totals[4], (self.base.name, *january, 1, None, 30))
        self.assertEqual(totals[-1], ("All devices, before taxes", None, None, None, 127, 31.76))

    def test_xlsx_rounding_is_a_row(self):
        agreement = self._agreement(xpps_invoice_detail="material")
        for device in (self.device, self.second, self.third):
            self._charge(5, 0.001, subscription_id=agreement.id, device_id=device.id)
        rows = list(self._sheets(self._invoice(agreement))["Device Usage"].iter_rows(min_row=2, values_only=True))
        self.assertEqual((rows[-1][1], rows[-1][-1]), ("Rounding", -0.01))
        self.assertAlmostEqual(sum(row[-1] for row in rows), 0.02, 9)

    def test_xlsx_has_no_formulas(self):
        for serial in ('=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)"):
            device = self._device(serial, xpps_location=f"={serial}", xpps_asset_number=serial)
            self._charge(device_id=device.id)
        cells = [cell for row in self._sheets(self._invoice())["Device Usage"].iter_rows() for cell in row]
        self.assertFalse([cell for cell in cells if cell.data_type == "f" or cell.hyperlink])
        serials = {cell.value for cell in cells}
        self.assertLessEqual({'=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)"}, serials)

    def test_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.printer.with_context(lang="fr_FR").name = "Imprimante"
        self.env.ref("xerox_xpps.report_device_usage_header").update_field_translations(
            "arch_db", {"fr_FR": {"Location": "Emplacement"}}
        )
        self._charge(1234, 0.0085)
        html = self._html(self._invoice())
        for text in ("Imprimante", "Emplacement", r"1\s234", "0,0085", "10,49", "janvier 2026"):
            self.assertRegex(html, text)
        self.assertNotIn(self.printer.with_context(lang="en_US").name, html)

    def test_names_of_output_types(self):
        """Each company's own, in the customer's language, and ours where it has none."""
        self.env["res.lang"]._activate_lang("fr_FR")
        other = self._company("XPPS Other Reseller")
        names = self.env["xpps.output.name"]
        names.create({"output_type": "mono", "name": "Theirs", "company_id": other.id})
        mine = names.create({"output_type": "mono", "name": "Black pages"})
        mine.with_context(lang="fr_FR").name = "Pages noires"
        self.assertEqual(mine.company_id, self.company)
        self._january()
        move = self._invoice()
        for lang, black, color in (("en_US", "Black pages", "Color"), ("fr_FR", "Pages noires", "Couleur")):
            self.customer.lang = lang
            html = self._html(move)
            for text in (black, color):
                self.assertIn(f"<td>{text}</td>", html)
            self.assertNotIn("Theirs", html)
            sheet = self._sheets(move).worksheets[0]
            self.assertEqual([row[5] for row in sheet.iter_rows(min_row=2, values_only=True)], [black, color, black])

    def test_names_of_a_branch(self):
        """A branch has its parent's names, unless it has others."""
        self.company.child_ids = [Command.create({"name": "XPPS Test Branch", "currency_id": self.usd.id})]
        branch = self.company.child_ids
        names = self.env["xpps.output.name"]
        names.create([{"output_type": output_type, "name": "Parent's"} for output_type in ("mono", "color")])
        names.create({"output_type": "color", "name": "Branch's", "company_id": branch.id})
        found = names._by_output_type(branch)
        self.assertEqual(
            [found[output_type] for output_type in ("mono", "color", "clr_lvl3")],
            ["Parent's", "Branch's", "Color level 3"],
        )
        self.assertEqual(names._by_output_type(self.company)["color"], "Parent's")

    def test_html_says_why_and_when(self):
        self._january()
        text = " ".join(self._html(self._invoice()).split())
        self.assertEqual(text.count("Included, not billed"), 1)
        self.assertRegex(text, r"<td[^>]*>XPPS Base Price</td> <td[^>]*>January 2026</td>")

    def test_report_shows_no_cost(self):
        self._load([meter("SN-1", "Mono", 1000, 1620, 500, 120, "0.004321")], **JANUARY).charge_ids.action_approve()
        move = self._invoice()
        self.assertNotIn("0.004321", self._html(move))
        cells = [cell.value for sheet in self._sheets(move) for row in sheet.iter_rows() for cell in row]
        self.assertNotIn(0.004321, cells)
        # The cost of 120 pages.
        self.assertNotIn(0.52, cells)

    def test_nothing_to_show(self):
        move = self.env["account.move"].create({"move_type": "out_invoice", "partner_id": self.customer.id})
        self.assertFalse(move.has_xpps_usage)
        with self.assertRaisesRegex(UserError, "no device usage to show"):
            self._html(move)

    def test_print_menu(self):
        self._january()
        report = self.env.ref("xerox_xpps.action_report_xpps_device_usage")
        other = self.env["account.move"].create({"move_type": "out_invoice", "partner_id": self.customer.id})
        move = self._invoice()
        self.assertEqual(report.get_valid_action_reports("account.move", move.ids), report.ids)
        self.assertEqual(report.get_valid_action_reports("account.move", other.ids), [])

    def test_pdf(self):
        """A real PDF, whose text a customer can search for a serial number, with header and footer on each page."""
        self.assertTrue(shutil.which("pdftotext"))
        self._january()
        for _number in range(60):
            self._charge(10, 0.01, device_id=self.second.id)
        self.company.report_footer = "Bank 12-34"
        move = self._invoice()
        move.action_post()
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        # No web server answers in a test: without its style sheets the text is the same.
        with mute_logger("odoo.addons.base.models.ir_actions_report"):
            content = reports._render_qweb_pdf(REPORT, move.ids)[0]
        text = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
        ).stdout.decode()
        for pattern in (
            move.name,
            "SN-1",
            "Warehouse",
            r"1,000\s+1,620\s+620\s+500\s+120\s+120\s+0.01\s+1.20",
            "37.76",
        ):
            self.assertRegex(text, pattern)
        pages = text.split("\f")[:-1]
        self.assertGreater(len(pages), 1)
        for number, page in enumerate(pages, start=1):
            for words in (self.company.name, "Bank 12-34", f"Page {number} / {len(pages)}"):
                self.assertIn(words, page)
            self.assertEqual(page.count("Billed Pages"), 1, "The table's head, once a page.")
        # Header and footer do not cover what is between them.
        image = subprocess.run(
            ["pdftoppm", "-gray", "-r", "20", "-singlefile"], input=content, capture_output=True, check=True
        ).stdout
        self.assertLess(min(image[len(image) // 3 : 2 * len(image) // 3]), 230)


class TestSending(AnnexCase):
    def _posted(self):
        self._january()
        move = self._invoice()
        move.action_post()
        return move

    def _send(self, move):
        """Send an invoice by e-mail. :return: names of what was attached to the message"""
        before = move.message_ids
        self.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=["email"])
        return sorted((move.message_ids - before).attachment_ids.mapped("name"))

    def _names(self, move, version=""):
        stem = move.name.replace("/", "_")
        return [f"Device Usage {stem}{version}.pdf", f"Device Usage {stem}{version}.xlsx", f"{stem}.pdf"]

    def test_sent_with_the_invoice(self):
        move = self._posted()
        self.assertEqual(self._send(move), self._names(move))
        self.assertEqual(load_workbook(io.BytesIO(move.xpps_usage_xlsx_id.raw)).sheetnames, ["Device Usage", "Totals"])
        self.assertIn(b"SN-3", move.xpps_usage_pdf_id.raw)

    def test_sent_again(self):
        move = self._posted()
        self._send(move)
        files = move.xpps_usage_pdf_id | move.xpps_usage_xlsx_id
        self.assertEqual(len(files), 2)
        self.assertEqual(self._send(move), self._names(move))
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", move.id), ("res_field", "like", "xpps_usage")]
        )
        self.assertEqual(kept, files)

    def test_changed_and_sent_again(self):
        move = self._posted()
        self._send(move)
        files = move.xpps_usage_pdf_id | move.xpps_usage_xlsx_id
        move.button_draft()
        self.env.invalidate_all()
        self.assertFalse(move.xpps_usage_pdf_id | move.xpps_usage_xlsx_id)
        self.assertEqual(files.exists(), files)
        base = move.invoice_line_ids.filtered(lambda line: line.product_id == self.base)
        base.price_unit = 45
        move.action_post()
        wizard = self.env["account.move.send.wizard"].with_context(active_ids=move.ids).create({})
        listed = sorted(item["name"] for item in wizard.mail_attachments_widget)
        self.assertEqual(listed, self._names(move, " (2)"))
        self.assertEqual(self._send(move), self._names(move, " (2)"))
        self.assertEqual((move.xpps_usage_pdf_id | move.xpps_usage_xlsx_id).mapped("xpps_annex_version"), [2, 2])
        totals = load_workbook(io.BytesIO(move.xpps_usage_xlsx_id.raw))["Totals"]
        self.assertEqual(list(totals.iter_rows(values_only=True))[-1][-1], 46.76)

    def test_wizard_lists_it(self):
        move = self._posted()
        wizard = self.env["account.move.send.wizard"].with_context(active_ids=move.ids).create({})
        listed = wizard.mail_attachments_widget
        self.assertEqual(sorted(item["name"] for item in listed), self._names(move))
        self.assertTrue(all(item["placeholder"] for item in listed))
        wizard.action_send_and_print()
        wizard = self.env["account.move.send.wizard"].with_context(active_ids=move.ids).create({})
        self.assertEqual(sorted(item["name"] for item in wizard.mail_attachments_widget), self._names(move))
        self.assertFalse(any(item["placeholder"] for item in wizard.mail_attachments_widget))

    def test_wizard_may_leave_it_out(self):
        move = self._posted()
        wizard = self.env["account.move.send.wizard"].with_context(active_ids=move.ids).create({})
        wizard.mail_attachments_widget = [
            {**item, "skip": item["name"].endswith(".xlsx")} for item in wizard.mail_attachments_widget
        ]
        before = move.message_ids
        wizard.action_send_and_print()
        sent = (move.message_ids - before).attachment_ids.mapped("name")
        self.assertEqual(sorted(sent), [name for name in self._names(move) if not name.endswith(".xlsx")])

    def test_agreement_that_sends(self):
        self.agreement.template_id = self._template(
            "invoice_send", invoice_mail_template_id=self.env.ref("account.email_template_edi_invoice").id
        )
        self._january()
        self.agreement.generate_invoice()
        move = self._moves()
        self.assertEqual(move.state, "posted")
        self.assertEqual(sorted(move.message_ids.attachment_ids.mapped("name")), self._names(move))

    def test_batch_by_cron(self):
        first = self._posted()
        self._charge(10, 0.01, period_start="2026-02-01", period_end="2026-02-28")
        second = self._invoice()
        second.action_post()
        (first | second).sending_data = {
            "author_user_id": self.env.uid,
            "author_partner_id": self.env.user.partner_id.id,
        }
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        for move in first | second:
            self.assertTrue(move.xpps_usage_pdf_id)
            self.assertEqual(sorted(move.message_ids.attachment_ids.mapped("name")), self._names(move))

    def test_other_invoices_have_none(self):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create({"name": "Coffee", "price_unit": 5, "tax_ids": False})],
            }
        )
        move.action_post()
        self.assertEqual(self._send(move), [f"{move.name.replace('/', '_')}.pdf"])

    def test_portal_download(self):
        """Customers get the annex together with the invoice, by Odoo's own download."""
        move = self._posted()
        self._send(move)
        documents = move._get_invoice_legal_documents_all(allow_fallback=True)
        self.assertEqual(sorted(document["filename"] for document in documents), self._names(move))


class TestAccess(AnnexCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._user("xpps_test_accountant", "account.group_account_invoice")

    def assertDenied(self, function, *args):
        with self.assertRaises(AccessError), self.cr.savepoint():
            function(*args)
        self.env.invalidate_all()

    def _move(self):
        self._january()
        move = self._invoice()
        move.action_post()
        return move

    def test_accountant_without_xpps_rights(self):
        move = self._move().with_user(self.accountant)
        with self.assertRaises(AccessError):
            move.env["xpps.meter.read"].search([])
        self.assertTrue(move.has_xpps_usage)
        self.assertEqual(move._xpps_usage().amount, Decimal("31.76"))
        html = move.env["ir.actions.report"]._render_qweb_html(REPORT, move.ids)[0]
        self.assertIn(b"SN-1", html)
        self.assertEqual(move.action_download_xpps_usage()["type"], "ir.actions.act_url")
        move.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=["email"])
        self.assertTrue(move.sudo().xpps_usage_pdf_id)

    def test_nobody_replaces_what_was_sent(self):
        """Not while it is the invoice's annex, nor when it was detached from it."""
        move = self._move()
        manager = self._user(
            "xpps_test_manager", "account.group_account_manager", "xerox_xpps.group_xpps_manager", "base.group_system"
        )
        move.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=["email"])
        annexes = move.xpps_usage_pdf_id | move.xpps_usage_xlsx_id
        contents = annexes.mapped("raw")
        mine = {"name": "mine.pdf", "raw": b"mine", "res_model": "account.move", "res_id": move.id}
        for detached in (False, True):
            if detached:
                move.with_user(self.accountant).button_draft()
                self.assertFalse(any(annexes.mapped("res_field")))
            for user in (self.accountant, manager):
                files = annexes.with_user(user)
                self.assertTrue(all(files.mapped("raw")))
                values = {"raw": b"mine", "datas": "bWluZQ==", "name": "mine", "public": True, "res_id": False}
                values |= {"res_field": "mine", "xpps_annex_version": 0, "access_token": "mine"}
                for name, value in values.items():
                    with self.subTest(field=name, user=user.login, detached=detached):
                        for file in files:
                            self.assertDenied(file.write, {name: value})
                self.assertDenied(files.unlink)
                self.assertFalse(any(file.has_access("write") or file.has_access("unlink") for file in files))
                theirs = move.with_user(user)
                self.assertDenied(theirs.write, {"xpps_usage_pdf_file": "bWluZQ=="})
                self.assertDenied(theirs.write, {"xpps_usage_xlsx_file": False})
                attachments = theirs.env["ir.attachment"]
                field = {"res_field": "xpps_usage_pdf_file"}
                self.assertDenied(attachments.create, mine | field)
                self.assertDenied(attachments.with_context(default_res_field="xpps_usage_pdf_file").create, mine)
                self.assertDenied(attachments.create, mine | {"xpps_annex_version": 7})
                other = attachments.create(mine)
                self.assertDenied(other.write, field)
                other.unlink()
        self.assertEqual(annexes.mapped("raw"), contents)
        found = self.env["ir.attachment"].search([("res_model", "=", "account.move"), ("res_id", "=", move.id)])
        self.assertLessEqual(annexes, found, "They are listed with the invoice.")

    def test_strangers(self):
        move = self._move()
        other = self._company("XPPS Other Reseller")
        nobody = self._user("xpps_test_nobody")
        stranger = self._user("xpps_test_stranger", "account.group_account_invoice", company=other)
        for user in (nobody, stranger):
            theirs = move.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            for call in (
                theirs._xpps_usage,
                theirs.action_download_xpps_usage,
                lambda theirs=theirs: theirs.env["ir.actions.report"]._render_qweb_html(REPORT, theirs.ids),
            ):
                with self.assertRaises(AccessError):
                    call()
