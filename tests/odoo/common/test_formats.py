# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How texts write amounts, percentages and periods, and which of two sentences fits a number."""

from datetime import date
from decimal import Decimal

from odoo.tests import TransactionCase, tagged

from odoo.addons.xerox_xpps.common.formats import amount_text, month_text, percent_text, period_text
from odoo.addons.xerox_xpps.common.plural import plural


@tagged("post_install", "-at_install")
class TestFormats(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, lang="en_US"))

    def _currency(self, symbol, position, rounding=0.01):
        values = {"name": "XTT", "symbol": symbol, "position": position, "rounding": rounding}
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "XTT")])
        if currency:
            currency.write(values)
            return currency
        return currency.create(values)

    def test_amount(self):
        for symbol, position, amount, text in (
            ("$", "before", 1234.5, "$1,234.50"),
            ("$", "before", -192.47, "-$192.47"),
            ("$", "before", Decimal("-1192.47"), "-$1,192.47"),
            ("$", "before", -0.004, "$0.00"),
            ("$", "before", 0, "$0.00"),
            ("R$", "before", -5, "-R$5.00"),
            ("CHF", "before", -10, "-CHF\xa010.00"),
            ("€", "after", -5, "-5.00\xa0€"),
            ("€", "after", 7.005, "7.01\xa0€"),
        ):
            with self.subTest(symbol=symbol, amount=amount):
                self.assertEqual(amount_text(self.env, amount, self._currency(symbol, position)), text)

    def test_amount_without_cents(self):
        self.assertEqual(amount_text(self.env, -1234.5, self._currency("¥", "before", 1)), "-¥1,235")

    def test_amount_with_its_sign(self):
        currency = self._currency("$", "before")
        signed = [amount_text(self.env, amount, currency, signed=True) for amount in (20.2, 0, -20.2)]
        self.assertEqual(signed, ["+$20.20", "$0.00", "-$20.20"])

    def test_percentage(self):
        for value, text in (
            (0, "0%"),
            (12, "12%"),
            (12.5, "12.5%"),
            (-3.25, "-3.25%"),
            (26.6666, "26.67%"),
            (99.999, "100%"),
            (-0.001, "0%"),
            (1000, "1,000%"),
            (Decimal("-100"), "-100%"),
        ):
            with self.subTest(value=value):
                self.assertEqual(percent_text(self.env, value), text)
        self.assertEqual([percent_text(self.env, value, signed=True) for value in (5, 0, -5)], ["+5%", "0%", "-5%"])

    def test_period(self):
        for start, end, text in (
            (date(2026, 10, 1), date(2026, 10, 31), "October 2026"),
            (date(2028, 2, 1), date(2028, 2, 29), "February 2028"),
            (date(2027, 2, 1), date(2027, 2, 27), "02/01/2027 – 02/27/2027"),
            (date(2026, 10, 2), date(2026, 10, 31), "10/02/2026 – 10/31/2026"),
            (date(2026, 10, 1), date(2026, 12, 31), "10/01/2026 – 12/31/2026"),
            (date(2025, 10, 1), date(2026, 10, 31), "10/01/2025 – 10/31/2026"),
            (date(2026, 10, 5), date(2026, 10, 5), "10/05/2026"),
            (False, date(2026, 10, 31), "until 10/31/2026"),
            (date(2026, 10, 1), None, "from 10/01/2026"),
            (False, False, ""),
        ):
            with self.subTest(start=start, end=end):
                self.assertEqual(period_text(self.env, start, end), text)

    def test_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        env = self.env(context={"lang": "fr_FR"})
        self.assertEqual(period_text(env, date(2026, 10, 1), date(2026, 10, 31)), "octobre 2026")
        self.assertEqual(period_text(env, date(2026, 10, 1), date(2026, 10, 30)), "01/10/2026 – 30/10/2026")
        self.assertEqual(month_text(env, date(2026, 10, 15)), "octobre 2026")
        self.assertRegex(amount_text(env, -1234.5, self._currency("€", "after")), r"^-1\s234,50\s€$")
        self.assertEqual(percent_text(env, 12.5), "12,5%")

    def test_plural(self):
        for count, text in ((0, "many"), (1, "one"), (2, "many"), (1001, "many"), (-1, "many")):
            with self.subTest(count=count):
                self.assertEqual(plural(count, "one", "many"), text)
