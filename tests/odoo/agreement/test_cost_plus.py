# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Prices that follow Xerox's cost, what Xerox charges in its own currency, and margins below the floor."""

from decimal import ROUND_HALF_UP, Decimal

from odoo.exceptions import ValidationError

from ..support.common import record
from ..support.importing import JANUARY, ImportCase


class TestCostPlus(ImportCase):
    def _cost_plus(self, percent=25.0, **values):
        return self._default(price_method="cost_plus", markup_percent=percent, **values)

    # The price

    def test_each_charge_follows_its_own_cost(self):
        """Two devices of one agreement, billed at different costs; half a millionth is rounded up."""
        self._device("SN-2")
        self._cost_plus(12.5)
        file = self._load([record("SN-1", mono=(1000, "0.0045")), record("SN-2", mono=(300, "0.007004"))], **JANUARY)
        rows = {charge.device_id.name: (charge.unit_cost, charge.unit_price) for charge in file.charge_ids}
        # 0.0045 × 1.125 = 0.0050625; 0.007004 × 1.125 = 0.0078795
        self.assertEqual(rows, {"SN-1": (0.0045, 0.005063), "SN-2": (0.007004, 0.00788)})
        self.assertEqual(sum(file.charge_ids.mapped("price_subtotal")), 5.06 + 2.36)

    def test_random_costs(self):
        """Against the decimal formula, written down anew."""
        for percent in ("0", "0.01", "7.77", "33.33", "250"):
            default = self._cost_plus(float(percent))
            for millionths in (1, 49, 4999, 12345, 98765, 1_000_001):
                cost = Decimal(millionths).scaleb(-6)
                default.unit_cost = float(cost)
                expected = (cost * (100 + Decimal(percent)) / 100).quantize(Decimal("0.000001"), ROUND_HALF_UP)
                self.assertEqual(Decimal(repr(round(default.unit_price, 6))), expected + 0, (percent, cost))
            default.unlink()

    def test_converted_cost(self):
        """The markup is on the cost in the agreement's currency, at the rate of the invoice's date."""
        self._rate("2026-02-03", 0.8)
        self._rate("2026-03-01", 0.5)
        agreement = self._agreement(pricelist_id=self._pricelist("Euros", self.eur).id)
        self._cost_plus(50, agreement=agreement)
        self._device("SN-EUR", agreement)
        charge = self._load([record("SN-EUR", mono=(1000, "0.0123"))], **JANUARY).charge_ids
        # 0.0123 USD × 0.8 = 0.00984 EUR, × 1.5 = 0.01476 EUR
        self.assertEqual((charge.unit_cost, charge.unit_price, charge.price_subtotal), (0.00984, 0.01476, 14.76))
        self.assertEqual(
            (charge.xerox_currency_id, charge.xerox_unit_cost, charge.xerox_cost), (self.usd, 0.0123, 12.3)
        )
        self.assertTrue(charge.has_other_currency)

    def test_preview(self):
        self._cost_plus(25)
        file = self._upload([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        self.assertEqual((file.summary_ids.cost, file.summary_ids.price, file.summary_ids.margin), (4, 5, 1))
        self.assertEqual(file.summary_ids.margin_percent, 20)
        file.action_import()
        self.assertEqual(file.charge_ids.price_subtotal, 5)

    def test_the_default_shows_the_last_price(self):
        default = self._cost_plus(25)
        self.assertEqual(default.unit_price, 0)
        file = self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        self.assertEqual((default.unit_cost, default.unit_price), (0.004, 0.005))
        file.action_cancel()
        self.assertEqual((default.unit_cost, default.unit_price), (0, 0))
        self.assertTrue(default.exists(), "What somebody agreed on is no matter of the import's.")

    def test_without_a_cost_there_is_no_price(self):
        """Neither the pricelist nor an older price steps in."""
        default = self._cost_plus(25, unit_cost=0.004)
        devices = [{"SerialNumber": "SN-1", "MonoOver": 100}]
        file = self._upload(devices, **JANUARY)
        self.assertEqual(self._codes(file), ["price_missing"])
        message = file.issue_ids.filtered(lambda issue: issue.code == "price_missing").message
        for text in ("SN-1", "25%", "unit cost", "Mono Pages"):
            self.assertIn(text, message)
        default.billable = False
        file.action_check()
        self.assertEqual(self._codes(file), [])
        default.write({"billable": True, "price_method": "fixed", "unit_price": 0.02})
        file.action_import()
        self.assertEqual(file.charge_ids.unit_price, 0.02)

    def test_fixed_again(self):
        """The price of the moment stays."""
        default = self._cost_plus(25, unit_cost=0.004)
        default.price_method = "fixed"
        self.assertEqual(default.unit_price, 0.005)
        charge = self._load([record("SN-1", mono=(1000, "0.006"))], **JANUARY).charge_ids
        self.assertEqual((charge.unit_cost, charge.unit_price, default.unit_price), (0.006, 0.005, 0.005))

    def test_refused(self):
        default = self._cost_plus(25, unit_cost=0.004)
        self.assertRaisesMessage("markup", default.write, {"markup_percent": -1}, exception=ValidationError)
        self.assertRaisesMessage("follows Xerox", default.write, {"unit_price": 0.02}, exception=ValidationError)
        self.assertEqual(default.unit_price, 0.005)

    def test_copy_of_an_agreement(self):
        self._cost_plus(25, unit_cost=0.004)
        self.assertRecordValues(
            self.agreement.copy().charge_default_ids,
            [{"price_method": "cost_plus", "markup_percent": 25, "unit_cost": 0.004, "unit_price": 0.005}],
        )

    # The margin floor

    def test_margin_of_the_resulting_price(self):
        """A markup of 25 % is a margin of 20 %."""
        default = self._cost_plus(25)
        for floor, codes in ((20, []), (20.5, ["margin_low"])):
            self.company.xpps_margin_floor_percent = floor
            file = self._upload([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
            self.assertEqual([code for code in self._codes(file, "warning") if code == "margin_low"], codes)
        default.markup_percent = 30
        file.action_check()
        self.assertNotIn("margin_low", self._codes(file, "warning"))

    # Corrections

    def test_corrected_cost(self):
        """The pages are taken back at the old price and charged at the new one; invoices say prices, not costs."""
        self._cost_plus(25)
        self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        self._charges().action_approve()
        self._post()
        self._correct([record("SN-1", mono=(1000, "0.006"))], **JANUARY)
        self.assertEqual(
            self._rows(self._charges()),
            [(1000, 0.004, 0.005, True), (-1000, 0.004, 0.005, True), (1000, 0.006, 0.0075, True)],
        )
        self.assertEqual(self._standing(), (1000, 7.5, 6))
        pair = self._charges()[1:]
        for charge in pair:
            self.assertIn("0.0075 instead of 0.005", charge.name)
            self.assertNotIn("0.006", charge.name)
            self.assertNotIn("0.004", charge.name)
        pair.action_approve()
        self.assertEqual(
            sum(self._product_lines(self._post()).filtered("xpps_charge_ids").mapped("price_subtotal")), 2.5
        )

    def test_prices_as_the_reader_writes_them(self):
        """The customer reads decimal commas on his invoice, and the clerk in the check."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self._cost_plus(25)
        french = self.env(context={**self.env.context, "lang": "fr_FR"})
        file = self._upload([record("SN-1", mono=(1000, "0.006"))], **JANUARY).with_env(french)
        file.action_check()
        told = file.issue_ids.filtered(lambda issue: issue.code == "unit_cost_changed").message
        self.assertIn("0,006", told)
        self.assertNotIn("0.006", told)
        file.with_env(self.env).action_import()
        self._charges().action_approve()
        self._post()
        self._correct([record("SN-1", mono=(1000, "0.008"))], **JANUARY)
        for charge in self._charges()[1:]:
            self.assertRegex(charge.name, r"0,01\b.*0,0075\b")

    def test_further_corrections(self):
        """Each goes by the price that stands by then."""
        self._cost_plus(25)
        self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        for pages, cost, amount in (
            (1000, "0.008", 10),  # dearer
            (800, "0.008", 8),  # fewer pages, at the new price
            (900, "0.008", 9),  # more pages
            (1100, "0.004", 5.5),  # more pages and cheaper
            (700, "0.012", 10.5),  # fewer pages and dearer
            (0, "0.012", 0),  # none
        ):
            self._correct([record("SN-1", mono=(pages, cost))], **JANUARY)
            standing = self._standing()
            self.assertEqual(standing, (pages, amount, round(pages * float(cost), 2)), (pages, cost))

    def test_corrected_to_no_cost(self):
        self._cost_plus(25)
        self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        file = self._upload([record("SN-1", mono=(1000, "0"))], "correction", **JANUARY)
        self.assertEqual(self._codes(file), ["price_missing"])

    def test_rejected_half(self):
        """Of a pair that changes the price, the half that was not rejected is billed; the next correction mends it."""
        self._cost_plus(25)
        self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        self._correct([record("SN-1", mono=(1000, "0.008"))], **JANUARY)
        self._charges()[1].action_reject()
        self.assertEqual(self._standing()[0], 2000)
        self._correct([record("SN-1", mono=(900, "0.008"))], **JANUARY)
        self.assertEqual(self._standing()[0], 900)

    def test_not_billable(self):
        self._cost_plus(25, billable=False)
        self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        self._correct([record("SN-1", mono=(1000, "0.008"))], **JANUARY)
        self.assertEqual([row[3] for row in self._rows(self._charges())], [False] * 3)
        self.assertEqual(self._standing(), (0, 0, 8))

    def test_fixed_price_is_not_concerned(self):
        self._default(unit_price=0.02)
        self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        self._correct([record("SN-1", mono=(1000, "0.008"))], **JANUARY)
        self.assertEqual(self._standing(), (1000, 20, 8))

    def _rate(self, day, rate):
        self.env["res.currency.rate"].create(
            {"name": day, "rate": rate, "currency_id": self.eur.id, "company_id": self.company.id}
        )


class TestXeroxCost(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": 0.8, "currency_id": cls.eur.id, "company_id": cls.company.id}
        )
        cls.foreign = cls._agreement(pricelist_id=cls._pricelist("Euros", cls.eur, mono=0.02).id)
        cls.lot = cls._device("SN-EUR", cls.foreign)

    def _sum(self):
        live = self._charges(self.lot).filtered(lambda charge: charge.state != "rejected")
        return round(sum(live.mapped("xerox_cost")), 2), round(sum(live.mapped("cost_subtotal")), 2)

    def test_corrections(self):
        """What the charges of a read cost is what Xerox bills for it, in Xerox's currency and in the agreement's."""
        self._load([record("SN-EUR", mono=(1000, "0.005"))], **JANUARY)
        self.assertEqual(self._sum(), (5, 4))
        for pages, cost, sums in (
            (1200, "0.005", (6, 4.8)),
            (1200, "0.01", (12, 9.6)),
            (500, "0.01", (5, 4)),
            (500, "0.0125", (6.25, 5)),
            (0, "0.0125", (0, 0)),
        ):
            self._correct([record("SN-EUR", mono=(pages, cost))], **JANUARY)
            self.assertEqual(self._sum(), sums, (pages, cost))

    def test_rounded_once(self):
        charge = self._load([record("SN-EUR", mono=(101, "0.000050"))], **JANUARY).charge_ids
        self.assertEqual((charge.xerox_cost, charge.cost_subtotal), (0.01, 0.0))

    def test_follows_the_pages(self):
        charge = self._load([record("SN-EUR", mono=(1000, "0.005"))], **JANUARY).charge_ids
        charge.write({"quantity": 500, "reason": "Test prints"})
        self.assertEqual(charge.xerox_cost, 2.5)

    def test_same_currency(self):
        charge = self._load([record("SN-1", mono=(1000, "0.005"))], **JANUARY).charge_ids
        self.assertEqual((charge.xerox_currency_id, charge.xerox_cost, charge.has_other_currency), (self.usd, 5, False))

    def test_other_currency_of_an_agreement(self):
        """Its currency cannot change as long as charges in the old one may still be billed."""
        charge = self._load([record("SN-EUR", mono=(1000, "0.005"))], **JANUARY).charge_ids
        change = {"pricelist_id": self.pricelist.id}

        def refused():
            self.assertRaisesMessage("Invoice or reject", self.foreign.write, change, exception=ValidationError)

        refused()
        charge.action_approve()
        refused()
        self.foreign.generate_invoice()
        self.assertEqual(charge.invoice_status, "invoiced")
        refused()
        self._moves(self.foreign).action_post()
        self.foreign.write(change)
        self.assertEqual(
            (self.foreign.currency_id, charge.currency_id, charge.price_subtotal), (self.usd, self.eur, 20)
        )

        # What was charged in Euros is neither billed nor corrected in Dollars.
        file = self._upload([record("SN-EUR", mono=(900, "0.005"))], "correction", **JANUARY)
        self.assertEqual(self._codes(file), ["price_missing"])
        moves = self._moves(self.foreign)
        moves.button_draft()
        moves.button_cancel()
        self.assertEqual(charge.invoice_status, "to_invoice")
        self.assertRaisesMessage("EUR", self.foreign.generate_invoice)
        charge.action_reject()
        self.foreign.generate_invoice()

    def test_rejected_charges_do_not_keep_the_currency(self):
        self._load([record("SN-EUR", mono=(1000, "0.005"))], **JANUARY).charge_ids.action_reject()
        self.foreign.pricelist_id = self.pricelist
        self.assertEqual(self.foreign.currency_id, self.usd)


class TestMarginFloor(ImportCase):
    def test_low(self):
        self.company.xpps_margin_floor_percent = 20
        cases = [
            # quantity, price, cost, billable, state, low
            (100, 0.01, 0.008, True, "draft", False),
            (100, 0.01, 0.008001, True, "draft", True),
            (100, 0.01, 0.02, True, "approved", True),
            (100, 0.01, 0.02, False, "draft", False),
            (100, 0.01, 0.02, True, "rejected", False),
            (-100, 0.01, 0.02, True, "draft", False),
            (0, 0.01, 0.02, True, "draft", False),
            (100, 0, 0, True, "draft", False),
            (100, 0, 0.001, True, "draft", True),
        ]
        charges = self.env["sale.subscription.charge"]
        for quantity, price, cost, billable, state, _low in cases:
            charges |= self._charge(quantity, price, unit_cost=cost, billable=billable, state=state)
        expected = [case[-1] for case in cases]
        self.assertEqual(charges.mapped("margin_low"), expected)
        found = charges.search([("id", "in", charges.ids), ("margin_low", "=", True)])
        self.assertEqual([charge in found for charge in charges], expected)
        self.assertEqual(charges.search([("id", "in", charges.ids), ("margin_low", "=", False)]), charges - found)
        self.assertEqual(charges.filtered_domain([("margin_low", "=", True)]), found)
        self.company.xpps_margin_floor_percent = 0
        self.assertEqual(charges.mapped("margin_low").count(True), 2, "Below Xerox's own price.")

    def test_search_is_the_compute(self):
        """SQL and Python agree at any floor, also where it is no round number."""
        charges = self.env["sale.subscription.charge"]
        for millionths in range(9300, 9340):
            charges |= self._charge(10, 0.01, unit_cost=millionths / 1e6)
        for floor in (6.7, 6.66, 6.69, 100 / 15):
            self.company.xpps_margin_floor_percent = floor
            low = charges.filtered("margin_low")
            self.assertEqual(charges.search([("id", "in", charges.ids), ("margin_low", "=", True)]), low, floor)
            self.assertTrue(low and charges - low)

    def test_approval_warns(self):
        self.company.xpps_margin_floor_percent = 20
        low = self.env["sale.subscription.charge"]
        for cost in (0.009, 0.0095, 0.0099, 0.02):
            low |= self._charge(100, 0.01, unit_cost=cost, state="draft")
        sound = self._charge(100, 0.01, unit_cost=0.008, state="draft")
        free = self._charge(100, 0.01, unit_cost=0.02, state="draft", billable=False)
        self.assertIs((sound | free).action_approve(), True)
        action = low.action_approve()
        self.assertEqual(set(low.mapped("state")), {"approved"})
        self.assertEqual((action["type"], action["tag"]), ("ir.actions.client", "display_notification"))
        params = action["params"]
        self.assertEqual((params["type"], params["sticky"], params["next"]["tag"]), ("warning", True, "soft_reload"))
        self.assertIn("4", params["title"])
        for text in ("SN-1", self.agreement.display_name, "-100%", "20%", "and 1 more"):
            self.assertIn(text, params["message"])
        self.assertIs(low.action_approve(), True, "They are approved already: nobody decides on them now.")

    def test_file_approval_warns(self):
        file = self._load([record("SN-1", mono=(1000, "0.0101"))], **JANUARY)
        self.assertIn("margin_low", self._codes(file, "warning"))
        self.assertEqual(file.action_approve_charges()["tag"], "display_notification")
        self.assertEqual(file.charge_ids.state, "approved")
        self.assertIs(file.action_approve_charges(), True)
