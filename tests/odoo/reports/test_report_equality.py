# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Corrections, credit notes and currencies after which the reports could say different things of the same money."""

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH, ImportCase
from ..support.rebilling import RebillCase
from ..support.report_equality import ReportEquality

FEES = {"BaseServiceFee": 20, "BaseSupplyFee": 5}


class EqualityCase(ReportEquality, RebillCase, ImportCase):
    def _cost(self):
        self.env.invalidate_all()
        return round(sum(self.env["xpps.vendor.report"].search([]).mapped("cost")), 2)

    def _bill_pages(self, file, agreement=None):
        file.charge_ids.filtered(lambda charge: charge.state == "draft").action_approve()
        return self._post(agreement or self.agreement)


class TestCorrections(EqualityCase):
    def setUp(self):
        super().setUp()
        self.company.xpps_quarantine = True

    def _mend(self):
        self.mapping.clr_lvl3_product_id = self.color

    def test_of_a_record_that_is_held(self):
        """25.00 and 10 × 0.05 were held; the correction says 20.00 and 8 × 0.05, and is imported."""
        self._load_partly([record("SN-1", clr_lvl3=(10, "0.05"), **FEES), record("SN-2", **FEES)])
        self.assertEqual(self._cost(), 50.5)
        self._mend()
        self._correct([record("SN-1", clr_lvl3=(8, "0.05"), BaseServiceFee=15, BaseSupplyFee=5)], **JANUARY)
        self.assertEqual(self._cost(), 45.4)
        self.assertReportsAgree()

    def _load_partly(self, devices, kind="regular"):
        file = self._upload(devices, kind, **JANUARY)
        file.action_import()
        self.assertTrue(file.held_count)
        return file

    def test_that_is_held(self):
        """What it corrects counts, and nothing twice."""
        self._load([record("SN-1", mono=(100, "0.005"), **FEES), record("SN-2", **FEES)], **JANUARY)
        correction = self._load_partly(
            [record("SN-1", mono=(200, "0.005"), clr_lvl3=(10, "0.05"), **FEES), record("SN-2", **FEES)], "correction"
        )
        self.assertEqual(self._cost(), 50.5)
        self.assertReportsAgree(bills=False)
        self._mend()
        correction.action_import()
        self.assertEqual(self._cost(), 51.5)
        self.assertReportsAgree()

    def test_of_an_unknown_device(self):
        """Both are held; the last word is what Xerox bills."""
        self._load_partly([record("SN-1", **FEES), record("X-9", mono=(100, "0.01"), **FEES)])
        self.assertEqual(self._cost(), 51)
        self._load_partly([record("x-9", mono=(50, "0.01"), **FEES), record("SN-1", **FEES)], "correction")
        self.assertEqual(self._cost(), 50.5)
        self.assertReportsAgree()
        device = self._device("X-9")
        self.env["xpps.billing.file"].search([("kind", "=", "correction")]).action_import()
        self.assertEqual(self._cost(), 50.5)
        self.assertTrue(device.xpps_meter_read_ids)
        self.assertReportsAgree()

    def test_billed_twice(self):
        """Two regular files bill a device for a month: the second record is held, and Xerox's bill has it."""
        self._load([record("SN-1", **FEES)], **JANUARY)
        self._load_partly([record("SN-1", **FEES), record("SN-2", **FEES)])
        self.assertEqual(self._cost(), 75)
        self.assertReportsAgree()

    def test_of_one_fee(self):
        """What a correction does not state stays as it was: 20 and 5, then 30 and 5, then 30 and 6."""
        self._load([record("SN-1", mono=(100, "0.005"), **FEES)], **JANUARY)
        for fee, total in (({"BaseServiceFee": 30}, 35.5), ({"BaseSupplyFee": 6}, 36.5), ({}, 36.5)):
            self._correct([record("SN-1", mono=(100, "0.005"), **fee)], **JANUARY)
            self.assertEqual(self._cost(), total)
            self.assertReportsAgree()
        file = self._load([record("SN-1", BaseServiceFee=30, BaseSupplyFee=6)], **FEBRUARY)
        self.assertNotIn("base_fee_changed", self._codes(file, "warning"))
        rows = self.env["xpps.vendor.report"].search([("billing_file_id", "=", file.id)])
        self.assertNotIn("base_changed", rows.mapped("flag"))

    def test_of_an_unsplit_price(self):
        self._load([record("SN-1", MonthlyBasePrice=25)], **JANUARY)
        self._correct([record("SN-1", BaseSupplyFee=6)], **JANUARY)
        self.assertReportsAgree()
        self._correct([record("SN-1", MonthlyBasePrice=26)], **JANUARY)
        self.assertEqual(self._cost(), 26)
        self.assertReportsAgree()

    def test_without_a_serial_number(self):
        """Nothing tells which device two such records are of, so both are billed; they can be disputed."""
        file = self._load_partly([record("SN-1", **FEES), record("SN-2", **FEES), record("", **FEES)])
        other = self._upload([record("", mono=(10, "0.05"), **FEES), record("SN-2", **FEES)], "correction", **JANUARY)
        other.action_import()
        self.assertEqual(self._cost(), 100.5)
        rows = self.env["xpps.vendor.report"].search([("device_id", "=", False)])
        self.assertEqual(set(rows.mapped("flag")), {"unknown_device"})
        self.assertTrue(all(rows.mapped("reason")))
        self.env["xpps.dispute"]._create_from_rows(rows)
        file._vendor_document_xlsx()

    def test_undone(self):
        self._load([record("SN-1", mono=(100, "0.005"), **FEES), record("SN-2", **FEES)], **JANUARY)
        correction = self._correct([record("SN-1", mono=(300, "0.004"), BaseServiceFee=10)], **JANUARY)
        self.assertReportsAgree()
        correction.action_cancel()
        self.assertEqual(self._cost(), 50.5)
        self.assertReportsAgree()

    def test_after_the_invoice(self):
        file = self._load([record("SN-1", mono=(100, "0.005"), color=(10, "0.05"), **FEES)], **JANUARY)
        self._bill_pages(file)
        for pages in (150, 20, 20, 0):
            self._bill_pages(self._correct([record("SN-1", mono=(pages, "0.004"), **FEES)], **JANUARY))
            self.assertReportsAgree()


class TestRevenue(EqualityCase):
    def _file(self, **values):
        self.agreement.xpps_invoice_detail = "material"
        return self._load(
            [
                record("SN-1", mono=(100, "0.005"), color=(10, "0.05"), **FEES),
                record("SN-2", mono=(50, "0.005"), **FEES),
            ],
            **JANUARY,
        )

    def test_a_charge_without_a_device(self):
        """It shares an invoice line with others, and keeps its part of it: 100, 50 and 30 pages at 0.01."""
        file = self._file()
        self._charge(30, 0.01, device_id=False, period_end="2026-01-31")
        self._bill_pages(file)
        rows = self.env["xpps.vendor.report"].search([("component", "=", "mono")])
        self.assertEqual(sorted(rows.mapped("invoiced_amount")), [0.5, 1.0])
        self.assertReportsAgree()

    def test_credits(self):
        """In part, in full, and billed again."""
        moves = self._bill_pages(self._file())
        self.assertReportsAgree()
        self._credit(moves, mono=77)
        self.assertReportsAgree()
        self._credit(moves, mono=73, color=10)
        self.assertReportsAgree()
        self.env["sale.subscription.charge"].search([("credit_state", "=", "full")]).action_rebill()
        self._post()
        self.assertReportsAgree()

    def test_reversed_and_recreated(self):
        moves = self._bill_pages(self._file())
        wizard = self._reversal(moves)
        wizard.modify_moves()
        self.assertReportsAgree()
        self._moves(self.agreement).filtered(lambda move: move.state == "draft").action_post()
        self.assertReportsAgree()

    def test_changed_drafts(self):
        """Prices, quantities and discounts that somebody changed before he posted; a line that is free of charge."""
        file = self._file()
        file.charge_ids.action_approve()
        self.agreement.generate_invoice()
        move = self._moves(self.agreement)
        mono = self._product_lines(move).filtered(lambda line: line.product_id == self.mono)
        color = self._product_lines(move).filtered(lambda line: line.product_id == self.color)
        mono.write({"quantity": 7, "price_unit": 1.11})
        color.write({"discount": 33})
        move.action_post()
        self.assertReportsAgree()

    def test_charges_that_cancel_out(self):
        """1.00 and −1.00 on a line to which somebody gave another price."""
        file = self._load([record("SN-1", mono=(100, "0.005")), record("SN-2", mono=(100, "0.005"))], **JANUARY)
        self.agreement.xpps_invoice_detail = "material"
        file.charge_ids[1].write({"quantity": -100, "reason": "Test"})
        file.charge_ids.action_approve()
        self.agreement.generate_invoice()
        move = self._moves(self.agreement)
        line = self._product_lines(move).filtered("xpps_charge_ids")
        if line:
            line[:1].write({"quantity": 1, "price_unit": 3})
        move.action_post()
        self.assertReportsAgree()


class TestCurrencies(EqualityCase):
    def _rate(self, currency, rate):
        currency.active = True
        currency.rate_ids.unlink()
        self.env["res.currency.rate"].create({"name": "2026-01-01", "rate": rate, "currency_id": currency.id})

    def test_foreign_files(self):
        """The cost of many rows is the file's total, and not what is left of it after rounding each."""
        self._rate(self.eur, 0.93)
        for number in range(3, 20):
            self._device(f"SN-{number}")
        file = self._load(
            [record(f"SN-{number}", BaseServiceFee="10.01", mono=(7, "0.0051")) for number in range(1, 20)],
            Currency="EUR",
            **JANUARY,
        )
        self.assertEqual(self._cost(), self.eur._convert(file.amount_total, self.usd, self.company, file.invoice_date))
        self.assertReportsAgree()

    def test_no_decimals_and_three(self):
        for name, rate in (("JPY", 150), ("KWD", 0.31)):
            with self.subTest(currency=name):
                currency = self.env.ref(f"base.{name}")
                self._rate(currency, rate)
                month = JANUARY if name == "JPY" else FEBRUARY
                file = self._load(
                    [record("SN-1", mono=(333, "0.1234"), **FEES), record("SN-2", mono=(7, "0.3333"))],
                    Currency=name,
                    **month,
                )
                self.assertReportsAgree()
                self._bill_pages(file)
                self.assertReportsAgree()

    def test_a_foreign_agreement(self):
        self._rate(self.eur, 0.93)
        self.agreement.pricelist_id = self._pricelist("Euro", self.eur, mono=0.03, color=0.07)
        self._bill_pages(self._load([record("SN-1", mono=(1001, "0.0043"), color=(3, "0.03"))], **JANUARY))
        self.assertReportsAgree()


class TestBasePrices(EqualityCase):
    """What customers pay for base prices is in both reports, where Xerox has a record of the device in the month."""

    def assertBase(self, total):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["xpps.vendor.report"].search([("component", "in", ("base_service", "base_supply"))])
        earned = self.env["xpps.profitability.report"].search([("source", "=", "base"), ("device_id", "!=", False)])
        self.assertEqual(round(sum(rows.mapped("invoiced_amount")), 2), total)
        self.assertEqual(round(sum(earned.mapped("revenue")), 2), total)
        self.assertReportsAgree()

    def setUp(self):
        super().setUp()
        self.base_line.xpps_qty_from_devices = True

    def test_two_files_of_a_period(self):
        """Of two customers; the second one comes late, after the next month's."""
        other = self._agreement(partner_id=self._partner("Another Customer").id)
        other.sale_subscription_line_ids.xpps_qty_from_devices = True
        self._device("OT-1", other)
        mine = [record("SN-1", **FEES), record("SN-2", **FEES)]
        self._load(mine, **JANUARY)
        self._load([*mine, record("OT-1", **FEES)], **FEBRUARY)
        self._load([record("OT-1", mono=(100, "0.005"), **FEES)], **JANUARY)
        self._post()
        self._post()
        self._post(other)
        self.assertBase(150)
        self.assertFalse(self.env["xpps.vendor.report"].search([("flag", "=", "missing_from_file")]))

    def test_a_period_from_mid_month(self):
        """Invoices are of calendar months, Xerox's periods from the 15th: each month once."""
        for start, end in (("2026-01-15", "2026-02-14"), ("2026-02-15", "2026-03-14")):
            self._load(
                [record("SN-1", **FEES), record("SN-2", **FEES)], InvoiceDate=end, PeriodStart=start, PeriodEnd=end
            )
        self._post()
        self._post()
        self.assertBase(120)

    def test_a_quarter(self):
        """Xerox bills each month, the customer is billed after three: each file has its month's part."""
        self.agreement.template_id = self._template("invoice", recurring_interval=3)
        self.agreement.recurring_next_date = "2026-04-01"
        devices = [record("SN-1", **FEES), record("SN-2", **FEES)]
        files = [self._load(devices, **month) for month in (JANUARY, FEBRUARY, MARCH)]
        self._post()
        self.assertBase(60)
        report = self.env["xpps.vendor.report"]
        for file, amount in zip(files, (20.66, 18.68, 20.66), strict=True):
            rows = report.search([("billing_file_id", "=", file.id)])
            self.assertEqual(round(sum(rows.mapped("charged_amount")), 2), amount)
        self.assertFalse(report.search([("flag", "!=", False)]))

    def test_two_files_of_a_month(self):
        """Xerox bills January in halves; the later one has what the month's invoice earns."""
        for start, end in (("2026-01-01", "2026-01-15"), ("2026-01-16", "2026-01-31")):
            self._load(
                [record("SN-1", **FEES), record("SN-2", **FEES)], InvoiceDate=end, PeriodStart=start, PeriodEnd=end
            )
        self._post()
        self.assertBase(60)

    def test_swap_and_move(self):
        self.company.xpps_proration = "full"
        other = self._agreement(partner_id=self._partner("Another Customer").id)
        other.sale_subscription_line_ids.xpps_qty_from_devices = True
        self.env["xpps.device.swap.wizard"].create(
            {"device_id": self.second.id, "serial": "SN-9", "date": "2026-01-15"}
        ).action_apply()
        self.env["xpps.device.move.wizard"].create(
            {
                "device_ids": self.device.ids,
                "partner_id": other.partner_id.id,
                "subscription_id": other.id,
                "subscription_line_id": other.sale_subscription_line_ids.id,
                "date": "2026-01-20",
            }
        ).action_apply()
        self._load([record("SN-1", **FEES), record("SN-2", **FEES), record("SN-9", **FEES)], **JANUARY)
        self._post()
        self._post(other)
        # Full months: both agreements bill the device that moved, and one price for the two that were swapped.
        self.assertBase(90)

    def test_taxes_and_orders(self):
        """A tax that is included in the price, by invoice and by order, on one invoice or two."""
        self.base.taxes_id = self.env["account.tax"].create(
            {
                "name": "Included",
                "amount": 20,
                "price_include_override": "tax_included",
                "company_id": self.company.id,
                "country_id": self.company.account_fiscal_country_id.id,
            }
        )
        total = 0
        for number, (mode, split) in enumerate(
            (("invoice", "combined"), ("sale_and_invoice", "separate"), ("invoice", "customer"))
        ):
            agreement = self._contract(mode, self.base, xpps_invoice_mode=split)
            agreement.sale_subscription_line_ids.xpps_qty_from_devices = True
            serial = f"TX-{number}"
            self._device(serial, agreement)
            file = self._load([record(serial, mono=(100, "0.005"), **FEES)], **JANUARY)
            file.charge_ids.action_approve()
            moves = self._post(agreement)
            self.assertTrue(moves)
            total += sum(-line.balance for line in self._product_lines(moves) if line.product_id == self.base)
            self.assertEqual(round(total, 2), 25 * (number + 1))
            self.assertBase(25 * (number + 1))
