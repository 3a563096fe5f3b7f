# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""*Take from the Last File*: a draft with what Xerox billed, for the model where most of its devices agree."""

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw

from ..support.access import BILLING, MANAGER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase
from ..support.rate_cards import RateCardCase


class TestProposal(RateCardCase, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in (2, 3):
            cls._device(f"SN-{number}")
        cls.name = cls.model.display_name

    def _propose(self, env=None):
        # As the button of the list does, with what is selected there.
        action = call_kw((env or self.env)["xpps.rate.card"], "action_take_from_file", [[]], {})
        return self.env["xpps.rate.card"].browse(action["res_id"])

    def _of_devices(self, *rows):
        return [record(f"SN-{number}", **values) for number, values in enumerate(rows, start=1)]

    def test_what_most_devices_have(self):
        usual = {"BaseServiceFee": "11.40", "BaseSupplyFee": "9.25", "MonoIncluded": 1500}
        self._import(
            self._of_devices(
                {**usual, "mono": (0, "0.0042"), "color": (1, "0.06"), "ColorIncluded": 200},
                {**usual, "mono": (10, "0.0042"), "color": (1, "0.05"), "ColorIncluded": 100},
                {**usual, "BaseServiceFee": "12.00", "mono": (5, "0.0045")},
            ),
            **JANUARY,
        )
        card = self._propose()
        self.assertEqual((card.state, card.company_id, card.currency_id), ("draft", self.company, self.usd))
        self.assertEqual((str(card.date_from), card.date_to), ("2026-01-01", False))
        self.assertLines(
            card,
            (self.name, "base_service", 11.4),
            ("SN-3", "base_service", 12.0),
            (self.name, "base_supply", 9.25),
            (self.name, "mono", 0.0042),
            ("SN-3", "mono", 0.0045),
            (self.name, "mono", 1500),
            # As many devices for either: fewer costs and more pages are better for us.
            (self.name, "color", 0.05),
            ("SN-1", "color", 0.06),
            (self.name, "color", 200),
            ("SN-2", "color", 100),
        )
        self.assertEqual(set(card.line_ids.mapped("state")), {"draft"})
        self.assertIn("Compare it with Xerox's letter", card.message_ids[0].body)
        card.action_activate()

    def test_what_is_not_stated_is_no_rate(self):
        """Nor is the supply fee of a price that is not split, or a cost of 0 of no pages."""
        self._import(self._of_devices({"MonthlyBasePrice": "20.65", "MonoOver": 0, "color": (0, "0")}), **JANUARY)
        self.assertLines(self._propose(), (self.name, "base_service", 20.65))

    def test_a_price_that_is_not_split_among_others(self):
        """The supply fee of the model does not hold for such a device."""
        split = {"BaseServiceFee": "11.40", "BaseSupplyFee": "9.25"}
        self._import(self._of_devices(split, split, {"MonthlyBasePrice": "20.65"}), **JANUARY)
        self.assertLines(
            self._propose(),
            (self.name, "base_service", 11.4),
            ("SN-3", "base_service", 20.65),
            (self.name, "base_supply", 9.25),
            ("SN-3", "base_supply", 0),
        )

    def test_pages_without_cost(self):
        self._import(self._of_devices({"BaseServiceFee": "1.00", "MonoOver": 10}), **JANUARY)
        self.assertLines(self._propose(), (self.name, "base_service", 1.0))

    def test_a_correction_stands(self):
        row = {"BaseServiceFee": "11.00", "BaseSupplyFee": "9.00", "MonoIncluded": 500}
        self._import(self._of_devices({**row, "mono": (10, "0.004"), "color": (1, "0.05")}), **JANUARY)
        self._correct(self._of_devices({"BaseServiceFee": "10.00", "mono": (10, "0.003")}), **JANUARY)
        self.assertLines(
            self._propose(),
            (self.name, "base_service", 10.0),
            (self.name, "base_supply", 9.0),
            (self.name, "mono", 0.003),
            (self.name, "mono", 500),
            (self.name, "color", 0.05),
        )

    def test_the_last_file(self):
        self._import(self._of_devices({"mono": (1, "0.005")}), InvoiceNumber="B", **FEBRUARY)
        self._import(self._of_devices({}, {"mono": (1, "0.004")}), InvoiceNumber="A", **JANUARY)
        card = self._propose()
        self.assertLines(card, (self.name, "mono", 0.005))
        self.assertEqual(card.name, "Rates of B")

    def test_without_a_file(self):
        with self.assertRaisesRegex(UserError, "has not imported any file yet"):
            self._propose()
        self._import(self._of_devices({}), **JANUARY)
        with self.assertRaisesRegex(UserError, "states neither fees"):
            self._propose()

    def test_who_may(self):
        self._import(self._of_devices({"mono": (1, "0.005")}), **JANUARY)
        with self.assertRaises(AccessError):
            self._propose(self.env(user=self._user("xpps_test_clerk", BILLING)))
        card = self._propose(self.env(user=self._user("xpps_test_manager", MANAGER)))
        self.assertEqual(len(card.line_ids), 1)

    def test_queries_do_not_grow(self):
        def queries(prefix, month, count):
            for number in range(count):
                self._device(f"{prefix}{number}")
            rows = [record(f"{prefix}{number}", mono=(1, f"0.00{number + 1}")) for number in range(count)]
            self._import(rows, InvoiceNumber=prefix, **month)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._propose()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        queries("Z", JANUARY, 1)
        few = queries("A", FEBRUARY, 2)
        march = {"InvoiceDate": "2026-04-03", "PeriodStart": "2026-03-01", "PeriodEnd": "2026-03-31"}
        self.assertLessEqual(queries("B", march, 40), few)
