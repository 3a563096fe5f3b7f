# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What agreements earn: each figure of a world worked out by hand, and one case for each way to bill and to credit."""

from collections import defaultdict

from odoo import Command

from odoo.addons.xerox_xpps.reports.base_revenue import base_revenue

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase
from ..support.rebilling import RebillCase
from ..support.report_example import ReportExample
from ..support.report_reading import read_report


class TestExample(ReportExample):
    """The world of ``report_example``."""

    def _read(self, groupby, measures, domain=()):
        return read_report(self.env, groupby, measures, domain)

    def _months(self, groupby, measures):
        """{what: [January, February, March]}"""
        months = defaultdict(lambda: [0] * 3)
        for (what, month), values in self._read([groupby, "date:month"], measures).items():
            months[what][month.month - 1] = values
        return dict(months)

    def test_devices(self):
        """Revenue, cost and margin."""
        self.assertEqual(
            self._months("device_id", ["revenue", "cost", "margin"]),
            {
                # Base price 30; pages 500 × 0.01 + 200 × 0.08 = 21, 510 × 0.01 + 300 × 0.08 = 29.10, none.
                # Xerox: 15 + 500 × 0.005 + 200 × 0.05 = 27.50, 15 + 510 × 0.005 + 300 × 0.0525 = 33.30, 15.
                self.device_a: [(51, 27.5, 23.5), (59.1, 33.3, 25.8), (30, 15, 15)],
                # Base price 30 until its removal; 600 × 0.01 = 6, 700 × 0.01 = 7.
                # Xerox: 15 + 600 × 0.005 = 18, 16 + 700 × 0.005 = 19.50, and 16 after the removal.
                self.device_b: [(36, 18, 18), (37, 19.5, 17.5), (0, 16, -16)],
                # Base price 45; 500 × 0.01 = 5; 1500 pages of March are rejected.
                # Xerox: 20 + 500 × 0.006 = 23, not in the file, 20 + 1500 × 0.006 = 29.
                self.device_c: [(50, 23, 27), (45, 0, 45), (45, 29, 16)],
                # X-9, which nobody knows: 12.50 + 100 × 0.01.
                self.env["stock.lot"]: [0, (0, 13.5, -13.5), 0],
            },
        )

    def test_components(self):
        """The base price goes by Xerox's two fees: 10 + 5 is 20 + 10 of 30, 11 + 5 is 20.62 + 9.38.

        What Xerox does not split, or did not bill, is a service fee.
        """
        self.assertEqual(
            self._months("component", ["revenue", "cost"]),
            {
                # 20 + 20 + 45, 20 + 20.62 + 45, 20 + 45; 10 + 10 + 20, 10 + 11 + 12.50, 10 + 11 + 20.
                "base_service": [(85, 40), (85.62, 33.5), (65, 41)],
                # 10 + 10, 10 + 9.38, 10; 5 + 5 each month.
                "base_supply": [(20, 10), (19.38, 10), (10, 10)],
                # 5 + 6 + 5, 5.10 + 7; 2.50 + 3 + 3, 2.55 + 3.50 + 1, 9.
                "mono": [(16, 8.5), (12.1, 7.05), (0, 9)],
                # 16, 24; 10, 15.75.
                "color": [(16, 10), (24, 15.75), (0, 0)],
            },
        )

    def test_customers(self):
        """The unknown device is nobody's; the removed one, that of the customer who had it."""
        customer, other, nobody = self.customer, self.other_customer, self.env["res.partner"]
        self.assertEqual(
            self._read(["partner_id"], ["revenue", "cost", "margin"]),
            {
                # 51 + 36 + 59.10 + 37 + 30; 27.50 + 18 + 33.30 + 19.50 + 15 + 16.
                customer: (213.1, 129.3, 83.8),
                # 50 + 45 + 45; 23 + 29.
                other: (140, 52, 88),
                nobody: (0, 13.5, -13.5),
            },
        )
        # 83.80 of 213.10, 88 of 140, and all of it 353.10 − 194.80 = 158.30: not the mean of the rows.
        self.assertEqual(self._read(["partner_id"], ["margin_percent:avg"]), {customer: 39.32, other: 62.86, nobody: 0})
        self.assertEqual(
            self.env["xpps.profitability.report"]._read_group(
                [("company_id", "=", self.company.id)], [], ["margin_percent:avg"]
            )[0][0],
            100 * 158.3 / 353.1,
        )

    def test_pages(self):
        """Printed, and above the allowance."""
        self.assertEqual(
            self._months("device_id", ["pages", "overage"]),
            {
                self.device_a: [(2300, 700), (2400, 810), (1500, 0)],
                self.device_b: [(1000, 600), (1100, 700), (0, 0)],
                self.device_c: [(1000, 500), (0, 0), (2000, 1500)],
                self.env["stock.lot"]: [0, (0, 100), 0],
            },
        )

    def test_it_is_the_ledger_and_the_files(self):
        moves = self.env["account.move"].union(*(move for month in self.invoices for move in month.values()))
        balance = sum(moves.invoice_line_ids.mapped("balance"))
        files = sum(file.amount_total for file in self.files)
        # 137.00 + 141.10 + 75.00; 68.50 + 66.30 + 60.00.
        self.assertEqual((round(-balance, 2), round(files, 2)), (353.1, 194.8))
        self.assertEqual(self._read(["company_id"], ["revenue", "cost"]), {self.company: (353.1, 194.8)})

    def test_what_is_behind_a_row(self):
        report = self.env["xpps.profitability.report"]
        january = [("date", "=", "2026-01-31"), ("device_id", "=", self.device_a.id)]

        def rows(component, *sources):
            return report.search([*january, ("component", "=", component), ("source", "in", sources)])

        invoice = self.invoices[0][self.agreement]
        charge = self.files[0].charge_ids.filtered(lambda c: c.device_id == self.device_a and c.output_type == "color")
        line = self.files[0].line_ids.filtered(lambda line: line.device_id == self.device_a)
        pages, read, fee = rows("color", "pages"), rows("color", "read"), rows("base_supply", "fee")
        for row, record_ in ((pages, invoice), (read, line), (fee, line), (rows("base_supply", "base"), invoice)):
            action = row.action_open()
            self.assertEqual((action["res_model"], action["res_id"]), (record_._name, record_.id))
        together = pages | read | fee
        for action, records in (
            (together.action_open_invoices(), invoice),
            (together.action_open_charges(), charge),
            (together.action_open_records(), line),
        ):
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), records)
        self.assertRaisesMessage("no records for the selected rows", fee.action_open_invoices)
        self.assertEqual(report.search([("id", "=", pages.id)]).read(), pages.read())


class ProfitCase(RebillCase, ImportCase):
    """Agreements of one's own: ``_agreement`` is called by each test."""

    def _read(self, groupby, measures, domain=()):
        return read_report(self.env, groupby, measures, domain)

    def _serve(self, *services, prices=(), devices=("D-1", "D-2"), **values):
        """An agreement that bills services by their devices, and has some. :return: (agreement, devices)"""
        agreement = self._agreement(
            self.env["product.product"].union(*services), template_id=self.templates["invoice"].id, **values
        )
        lines = agreement.sale_subscription_line_ids
        lines.xpps_qty_from_devices = True
        for line, price in zip(lines, prices, strict=False):
            line.price_unit = price
        return agreement, self.env["stock.lot"].union(*(self._device(serial, agreement) for serial in devices))

    def _fees(self):
        return self._service("Service Fee", "base_service", 20), self._service("Supply Fee", "base_supply", 10)

    def _split(self, agreement):
        """{(serial, component): posted revenue} of base prices."""
        self.env.flush_all()
        rows = self.env.execute_query_dict(base_revenue(self.env))
        found = defaultdict(float)
        for row in rows:
            if row["subscription_id"] == agreement.id and row["posted_amount"]:
                serial = self.env["stock.lot"].browse(row["device_id"]).name
                found[serial, row["component"]] += float(row["posted_amount"])
        return {key: round(amount, 2) for key, amount in found.items()}


class TestBaseRevenue(ProfitCase):
    def test_two_fees(self):
        """The supply fee counts the devices of the service fee."""
        agreement, _devices = self._serve(*self._fees())
        self._post(agreement)
        expected = {("D-1", "base_service"): 20, ("D-1", "base_supply"): 10}
        expected |= {("D-2", "base_service"): 20, ("D-2", "base_supply"): 10}
        self.assertEqual(self._split(agreement), expected)

    def test_devices_of_another_service(self):
        service, supply = self._fees()
        agreement, devices = self._serve(service, self._service("Other Fee", "base_service", 20), supply)
        first, second, supplies = agreement.sale_subscription_line_ids
        devices[1].xpps_subscription_line_id = second
        supplies.xpps_devices_line_id = second
        self._post(agreement)
        self.assertEqual(
            self._split(agreement),
            {("D-1", "base_service"): 20, ("D-2", "base_service"): 20, ("D-2", "base_supply"): 10},
        )
        self.assertEqual(first.product_uom_qty, 1)

    def test_service_alone(self):
        agreement, _devices = self._serve(self._fees()[0], devices=("D-1",))
        self._post(agreement)
        self.assertEqual(self._split(agreement), {("D-1", "base_service"): 20})

    def test_bundle_to_the_cent(self):
        """100 for three devices: 33.33, 33.34 and 33.33; a third of each is supplies: 11.11.

        The third device is not in the file, so it has no supplies.
        """
        bundle = self._service("Bundle", "base_price", 100)
        bundle.xpps_bundle_component_ids = self.env["product.template"].union(*self._fees_templates())
        agreement, _devices = self._serve(bundle, devices=("D-1", "D-2", "D-3"))
        agreement.sale_subscription_line_ids.write({"xpps_qty_from_devices": False, "product_uom_qty": 1})
        self._load([record(serial, BaseServiceFee=10, BaseSupplyFee=5) for serial in ("D-1", "D-2")], **JANUARY)
        self._post(agreement)
        self.assertEqual(
            self._split(agreement),
            {
                ("D-1", "base_service"): 22.22,
                ("D-1", "base_supply"): 11.11,
                ("D-2", "base_service"): 22.23,
                ("D-2", "base_supply"): 11.11,
                ("D-3", "base_service"): 33.33,
            },
        )

    def _fees_templates(self):
        return [fee.product_tmpl_id for fee in self._fees()]

    def test_swap_by_day(self):
        """January has 31 days: 31 × D-1, 14 × D-2 until the 14th, 17 × D-9, which takes its place."""
        self._swap("day")

    def test_swap_in_full_months(self):
        """Two devices that take each other's place are one, by their days; the other one counts in full."""
        self._swap("full")

    def _swap(self, proration):
        self.company.xpps_proration = proration
        agreement, devices = self._serve(self._fees()[0], prices=(31,))
        self.env["xpps.device.swap.wizard"].create(
            {"device_id": devices[1].id, "serial": "D-9", "date": "2026-01-15"}
        ).action_apply()
        self._post(agreement)
        self.assertEqual(
            self._split(agreement),
            {("D-1", "base_service"): 31, ("D-2", "base_service"): 14, ("D-9", "base_service"): 17},
        )

    def test_late_device(self):
        """By day for its days, else as any other."""
        for proration, late in (("day", 11), ("full", 31)):
            with self.subTest(proration=proration):
                self.company.xpps_proration = proration
                serials = f"{proration}-1", f"{proration}-2"
                agreement, devices = self._serve(self._fees()[0], prices=(31,), devices=serials)
                # The 21st to the 31st are eleven days.
                devices[1].xpps_install_date = "2026-01-21"
                self._post(agreement)
                amounts = {serial: amount for (serial, _component), amount in self._split(agreement).items()}
                self.assertEqual(amounts, dict(zip(serials, (31, late), strict=True)))

    def test_quarter(self):
        """90 for a quarter of 90 days, each month by its days; D-2 comes on 1 March.

        By day it counts in March alone, else as if it had been there in January.
        """
        for proration, months in (("day", (31, 28, 62)), ("full", (62, 56, 62))):
            with self.subTest(proration=proration):
                self.company.xpps_proration = proration
                agreement, devices = self._serve(
                    self._fees()[0], prices=(90,), devices=(f"{proration}-1", f"{proration}-2"), next_date="2026-04-01"
                )
                agreement.template_id = self._template("invoice", recurring_interval=3)
                devices[1].xpps_install_date = "2026-03-01"
                self._post(agreement)
                domain = [("subscription_id", "=", agreement.id)]
                self.assertEqual(
                    self._read(["date:month"], ["revenue"], domain),
                    {self.day(f"2026-0{number}-01"): amount for number, amount in enumerate(months, 1)},
                )
                late = devices[1] if proration == "day" else devices
                self.assertEqual(
                    self._read(
                        ["device_id"],
                        ["revenue"],
                        [*domain, ("date", ">=", "2026-03-01"), ("device_id", "in", late.ids)],
                    ),
                    dict.fromkeys(late, 31),
                )

    def test_year_without_devices(self):
        """From 15 January on: each month by its days, and all of them are the amount."""
        agreement, _devices = self._serve(self._fees()[0], devices=(), next_date="2027-01-15")
        agreement.template_id = self._template("invoice", recurring_rule_type="years")
        agreement.sale_subscription_line_ids.write({"xpps_qty_from_devices": False, "price_unit": 100})
        self._post(agreement)
        months = self._read(["date:month"], ["revenue"], [("subscription_id", "=", agreement.id)])
        self.assertEqual(
            list(months), [self.day(f"2026-{month:02}-01") for month in range(2, 13)] + [self.day("2027-01-01")]
        )
        # The first one ends on 14 February: 31 of 365 days.
        self.assertEqual(months[self.day("2026-02-01")], 8.49)
        self.assertEqual(round(sum(months.values()), 2), 100)

    def test_unknown_devices(self):
        """A price without devices stays whole."""
        agreement, _devices = self._serve(*self._fees(), devices=())
        agreement.sale_subscription_line_ids.write({"xpps_qty_from_devices": False, "product_uom_qty": 2})
        self._post(agreement)
        self.assertEqual(self._split(agreement), {(False, "base_service"): 40, (False, "base_supply"): 20})

    def test_drafts_and_cancelled(self):
        agreement, _devices = self._serve(self._fees()[0], devices=("D-1",))
        agreement.template_id = self.templates["draft"]
        agreement.generate_invoice()

        def amounts():
            self.env.flush_all()
            rows = self.env.execute_query_dict(base_revenue(self.env))
            return [
                (row["drafted_amount"], row["posted_amount"]) for row in rows if row["subscription_id"] == agreement.id
            ]

        move = self._moves(agreement)
        self.assertEqual(amounts(), [(20, 0)])
        move.action_post()
        self.assertEqual(amounts(), [(20, 20)])
        move.button_draft()
        move.button_cancel()
        self.assertEqual(amounts(), [])


class TestRevenue(ProfitCase):
    def _billed_agreement(self, mode="invoice", **values):
        """Base price 30, coffee 5, which is not XPPS, and charges of 1.00, 0.50 and 0.80."""
        agreement, charges, moves = self._billed(mode, **values)
        return agreement, charges, moves

    def _revenue(self, agreement):
        """{(component, device): revenue}"""
        found = self._read(["component", "device_id"], ["revenue"], [("subscription_id", "=", agreement.id)])
        return {key: amount for key, amount in found.items() if amount}

    def _ledger(self, agreements):
        """Minus the balance of the posted XPPS items of agreements, as the ledger has it."""
        lines = self.env["account.move.line"].search(
            [("xpps_subscription_id", "in", agreements.ids), ("parent_state", "=", "posted")]
        )
        return round(-sum(line.balance for line in lines if line.product_id != self.coffee), 2)

    def assertLedger(self, agreements, total):
        found = self._read(["subscription_id"], ["revenue"], [("subscription_id", "in", agreements.ids)])
        self.assertEqual((round(sum(found.values()), 2), self._ledger(agreements)), (total, total))

    def test_every_mode(self):
        """By invoice or order, on one invoice or two: 30 + 1 + 0.50 + 0.80, without the coffee."""
        for mode in ("invoice", "sale_and_invoice"):
            for split in ("combined", "separate", "customer"):
                with self.subTest(mode=mode, split=split):
                    agreement, _charges, _moves = self._billed_agreement(mode, xpps_invoice_mode=split)
                    none = self.env["stock.lot"]
                    self.assertEqual(
                        self._revenue(agreement),
                        {
                            ("base_service", none): 30,
                            ("mono", self.device): 1,
                            ("mono", self.second): 0.5,
                            ("color", self.device): 0.8,
                        },
                    )
                    self.assertLedger(agreement, 32.3)

    def test_one_invoice_of_two_agreements(self):
        first = self._contract(xpps_invoice_mode="customer")
        second = self._contract(xpps_invoice_mode="customer")
        self._charges(second)
        first.generate_invoice()
        move = first.invoice_ids | second.invoice_ids
        self.assertEqual(len(move), 1)
        move.action_post()
        self.assertLedger(first, 30)
        self.assertLedger(second, 32.3)

    def test_one_line_of_several_charges(self):
        """100 pages at 0.005 are 0.50, although 33, 33 and 34 come to 0.17 each: 0.17, 0.16 and 0.17."""
        agreement = self._contract("invoice", self.base, xpps_invoice_detail="material")
        third = self._device("SN-3")
        for device, pages in ((self.device, 33), (self.second, 33), (third, 34)):
            self._charge(pages, 0.005, subscription_id=agreement.id, device_id=device.id)
        self._post(agreement)
        revenue = self._revenue(agreement)
        self.assertEqual([revenue["mono", device] for device in (self.device, self.second, third)], [0.17, 0.16, 0.17])
        self.assertLedger(agreement, 30.5)

    def test_discount(self):
        agreement, _devices = self._serve(self.base)
        agreement.sale_subscription_line_ids.discount = 10
        self._post(agreement)
        # 2 × 30 less 10 %.
        self.assertLedger(agreement, 54)

    def test_full_credit(self):
        agreement, _charges, moves = self._billed_agreement()
        self._credit(moves)
        self.assertEqual(self._revenue(agreement), {})
        self.assertLedger(agreement, 0)

    def test_partial_credit(self):
        """40 of 100 Mono pages of one device, 0.40; the base price stays."""
        agreement, charges, moves = self._billed_agreement()
        credit = self._reverse(moves)
        for line in self._product_lines(credit):
            if line.xpps_credited_charge_ids == charges[0]:
                line.quantity = 40
            else:
                line.unlink()
        credit.action_post()
        self.assertEqual(self._revenue(agreement)["mono", self.device], 0.6)
        self.assertLedger(agreement, 31.9)

    def test_billed_again(self):
        """What was credited and billed again counts once."""
        agreement, charges, moves = self._billed_agreement()
        self._credit(moves)
        charges.action_rebill()
        uninvoiced = [("subscription_id", "=", agreement.id)]
        self.assertEqual(self._read(["subscription_id"], ["uninvoiced"], uninvoiced), {agreement: 2.3})
        agreement.generate_invoice()
        # The first base price was credited, the second one is of February.
        self.assertLedger(agreement, 32.3)
        self.assertEqual(self._revenue(agreement)["mono", self.device], 1)
        self.assertEqual(self._read(["subscription_id"], ["uninvoiced"], uninvoiced), {agreement: 0})

    def test_foreign_agreement(self):
        """32.30 EUR at 2 EUR a USD; the ledger rounds each line: 15 + 0.50 + 0.25 + 0.40."""
        self._rate("2026-01-01", 2)
        pricelist = self._pricelist("Euro", self.eur)
        agreement, _charges, _moves = self._billed_agreement(pricelist_id=pricelist.id)
        self.assertEqual(agreement.currency_id, self.eur)
        self.assertLedger(agreement, self._ledger(agreement))
        revenue = self._revenue(agreement)
        self.assertEqual([amount for (component, _device), amount in revenue.items() if component == "color"], [0.4])

    def _rate(self, day, rate):
        self.env["res.currency.rate"].create(
            {"name": day, "rate": rate, "currency_id": self.eur.id, "company_id": self.company.id}
        )

    def test_pages_by_hand(self):
        """Pages that a clerk adds to an invoice are revenue of the agreement, of no device."""
        agreement = self._contract("draft", self.base)
        agreement.generate_invoice()
        move = self._moves(agreement)
        move.invoice_line_ids = [Command.create({"product_id": self.mono.id, "quantity": 10, "price_unit": 0.5})]
        move.action_post()
        by_hand = move.invoice_line_ids.filtered(lambda line: line.product_id == self.mono)
        self.assertTrue(by_hand._is_xpps_item())
        self.assertEqual(
            self._read(["source"], ["revenue"], [("subscription_id", "=", agreement.id)]), {"base": 30, "other": 5}
        )

    def test_not_yet_invoiced(self):
        """Draft, approved and on a draft invoice; not what is rejected, not billable or posted."""
        agreement = self._contract("draft", self.base)
        self._charge(100, 0.01, subscription_id=agreement.id)
        self._post(agreement)
        self._charge(200, 0.01, subscription_id=agreement.id)
        agreement.generate_invoice()
        self._charge(400, 0.01, subscription_id=agreement.id)
        self._charge(800, 0.01, subscription_id=agreement.id, state="draft")
        self._charge(1600, 0.01, subscription_id=agreement.id, state="rejected")
        self._charge(3200, 0.01, subscription_id=agreement.id, billable=False)
        domain = [("subscription_id", "=", agreement.id)]
        found = self._read(["component"], ["uninvoiced", "revenue", "margin"], domain)
        # 2 + 4 + 8; none of it is revenue.
        self.assertEqual(found["mono"], (14, 1, 1))


class TestCost(ProfitCase):
    def test_foreign_file(self):
        """Of the invoice's day: 15 EUR and 100 × 0.005 EUR at 2 EUR a USD; a later rate changes nothing."""
        for day, rate in (("2026-01-01", 2), ("2026-02-04", 4)):
            self.env["res.currency.rate"].create(
                {"name": day, "rate": rate, "currency_id": self.eur.id, "company_id": self.company.id}
            )
        file = self._load(
            [record("SN-1", BaseServiceFee=10, BaseSupplyFee=5, mono=(100, "0.005"))], Currency="EUR", **JANUARY
        )
        self.assertEqual((file.currency_id, file.amount_total), (self.eur, 15.5))
        self.assertEqual(self._read(["component"], ["cost"]), {"base_service": 5, "base_supply": 2.5, "mono": 0.25})

    def test_correction(self):
        """What is corrected counts no more; what a correction does not name stays."""
        self._load([record("SN-1", BaseServiceFee=10, mono=(100, "0.005"), color=(10, "0.05"))], **JANUARY)
        self._correct([record("SN-1", BaseServiceFee=10, mono=(300, "0.005"))], **JANUARY)
        self.assertEqual(self._read(["component"], ["cost"]), {"base_service": 10, "mono": 1.5, "color": 0.5})

    def test_correction_without_base_fees(self):
        """Fees that a correction does not state stay."""
        self._load([record("SN-1", BaseServiceFee=10, BaseSupplyFee=5, mono=(100, "0.005"))], **JANUARY)
        self._correct([record("SN-1", mono=(300, "0.005"))], **JANUARY)
        self.assertEqual(self._read(["component"], ["cost"]), {"base_service": 10, "base_supply": 5, "mono": 1.5})

    def test_undone(self):
        file = self._load([record("SN-1", BaseServiceFee=10, mono=(100, "0.005"))], **JANUARY)
        file.action_cancel()
        self.assertEqual(self._read(["component"], ["cost"]), {})

    def test_customer_of_a_site(self):
        """A device at a site of the customer is the customer's."""
        site = self._partner("Site", parent_id=self.customer.id)
        self.device.xpps_partner_id = site
        self._load([record("SN-1", BaseServiceFee=10, mono=(100, "0.005"))], **JANUARY)
        self.assertEqual(self._read(["partner_id"], ["cost"]), {self.customer: 10.5})

    def test_who_had_the_device(self):
        """The cost of a month stays with the agreement of that month."""
        other = self._agreement(partner_id=self._partner("Another Customer").id)
        self._load([record("SN-1", BaseServiceFee=10)], **JANUARY)
        self.env["xpps.device.move.wizard"].create(
            {
                "device_ids": self.device.ids,
                "partner_id": other.partner_id.id,
                "subscription_id": other.id,
                "date": "2026-02-01",
            }
        ).action_apply()
        self._load([record("SN-1", BaseServiceFee=12)], **FEBRUARY)
        self.assertEqual(self._read(["subscription_id"], ["cost"]), {self.agreement: 10, other: 12})
