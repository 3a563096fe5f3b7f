# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How lines of invoices came about: each as the invoice and its annex have it, to the cent."""

from decimal import Decimal

from odoo import Command

from ..support.base_periods import BasePeriodCase
from ..support.common import record
from ..support.cycles import CycleCase
from ..support.explanations import Explanations
from ..support.importing import JANUARY, ImportCase
from ..support.payers import PayerCase
from ..support.plans import MONTHS, PlanCase


def meter(serial, previous, current, included, over, cost="0.004", **values):
    counters = {"MonoPrevious": previous, "MonoCurrent": current, "MonoIncluded": included}
    return record(serial, mono=(over, cost), **counters, **values)


class TestPages(Explanations, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._device("SN-2", xpps_location="Warehouse")
        cls.third = cls._device("SN-3")

    def _pages(self, explained):
        return [told for told in explained if told.usage.rows]

    def test_a_line_per_device(self):
        rows = [meter("SN-1", 1000, 1620, 500, 120), meter("SN-2", 50, 551, 500, 1), meter("SN-3", 0, 300, 500, 0)]
        self._load(rows, **JANUARY).charge_ids.action_approve()
        base, *pages = self.assertExplained(self._post())
        self.assertEqual(base.sentences, ("This is the recurring price of your agreement for January 2026.",))
        self.assertEqual((base.days, base.quantity, base.unit_price, base.amount), (31, 1, 30, 30))
        self.assertEqual(
            [told.sentences[0] for told in pages],
            [
                "SN-1 counted 620 pages in January 2026, of which 500 are included: 120 pages are billed at $0.01 "
                "each.",
                "SN-2 counted 501 pages in January 2026, of which 500 are included: 1 page is billed at $0.01.",
            ],
        )
        (row,) = pages[0].usage.rows
        self.assertEqual(
            (row.previous_read, row.current_read, row.pages, row.included, row.billed_pages, row.amount),
            (1000, 1620, 620, 500, 120, Decimal("1.20")),
        )
        self.assertEqual([[device.name for device in told.devices] for told in pages], [["SN-1"], ["SN-2"]])

    def test_a_line_per_material(self):
        """Five pages at 0.001 are 0.01 each on three rows, 0.02 on the one line: the rounding is said."""
        self.agreement.xpps_invoice_detail = "material"
        for device in (self.device, self.second, self.third):
            self._charge(5, 0.001, device_id=device.id)
        (told,) = self._pages(self.assertExplained(self._post()))
        self.assertEqual([row.amount for row in told.usage.rows], [Decimal("0.01")] * 3)
        self.assertEqual((told.amount, told.rounding, told.adjustment), (Decimal("0.02"), Decimal("-0.01"), 0))
        self.assertEqual(told.sentences, ("In January 2026, 15 pages are billed at 0.001 USD each.",))
        self.assertEqual([device.name for device in told.devices], ["SN-1", "SN-2", "SN-3"])

    def test_a_line_changed_by_hand(self):
        self.agreement.xpps_invoice_detail = "material"
        charges = self._charge(100, 0.01) | self._charge(100, 0.01, device_id=self.second.id)
        self.agreement.generate_invoice()
        charges.invoice_line_ids.price_unit = 0.005
        charges.invoice_line_ids.move_id.action_post()
        (told,) = self._pages(self.assertExplained(charges.invoice_line_ids.move_id))
        self.assertEqual((told.amount, told.adjustment), (1, -1))

    def test_a_correction(self):
        self._load([meter("SN-1", 1000, 1620, 500, 120)], **JANUARY).charge_ids.action_approve()
        self._post()
        self._correct([meter("SN-1", 1000, 1590, 500, 90)], **JANUARY)
        self._charges().filtered(lambda charge: charge.state == "draft").action_approve()
        self._charge(500, 0.01, device_id=self.second.id, period_start="2026-02-01", period_end="2026-02-28")
        explained = self._pages(self.assertExplained(self._post()))
        told = next(told for told in explained if told.devices[0].name == "SN-1")
        self.assertEqual(told.amount, Decimal("-0.30"))
        self.assertEqual(
            told.sentences,
            (
                "The meter reads of January 2026 were corrected after they had been billed: this gives back what was "
                "billed too much.",
            ),
        )

    def test_a_billing_below_0(self):
        self.agreement.sale_subscription_line_ids.price_unit = 0
        self._charge(-3000, 0.01)
        move = self._post()
        self.assertEqual(move.move_type, "out_refund")
        (told,) = self._pages(self.assertExplained(move))
        self.assertEqual(told.amount, 30)

    def test_a_credit_note(self):
        move = self._post()
        credit = move._reverse_moves([{"invoice_date": "2026-03-01"}])
        credit.action_post()
        (told,) = self.assertExplained(credit)
        self.assertEqual(told.sentences, (f"This gives back what invoice {move.name} billed.",))

    def test_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self._charge(1234, 0.0085)
        move = self._post()
        told = move.with_context(lang="fr_FR")._xpps_explanations(move._xpps_item_lines())[-1]
        self.assertIn("janvier 2026", told.sentences[0])
        self.assertIn("0,0085", told.sentences[0])

    def test_queries_do_not_grow(self):
        def queries(number):
            agreement = self._agreement()
            for index in range(number):
                device = self._device(f"Q{number}-{index}", agreement)
                self._charge(subscription_id=agreement.id, device_id=device.id)
            move = self._post(agreement)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(move._xpps_explanations(move._xpps_item_lines())), number + 1)
            return self.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(2), queries(30))


class TestPlans(Explanations, PlanCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._device("SN-2")
        cls._device("SN-3")

    def _plans(self):
        """Bill what plans charge. :return: [LineExplanation] of it"""
        self._plan_charges().filtered(lambda charge: charge.state == "draft").action_approve()
        return [told for told in self.assertExplained(self._post()) if told.usage.plans]

    def test_a_pool(self):
        self._plan()
        self._month(6, 4200, 900, 1400)
        (told,) = self._plans()
        self.assertEqual(told.amount, Decimal("6.25"))
        self.assertEqual(
            told.sentences,
            (
                "The pages of your devices count together in Office pool. In June 2026 6,500 pages counted, of which "
                "6,000 were free of charge; the others are billed.",
            ),
        )
        (plan,) = told.usage.plans
        self.assertEqual([(device.serial, device.weighted) for device in plan.devices][0], ("SN-1", 4200))
        self.assertFalse(told.tiers)

    def test_tiers_minimum_and_maximum(self):
        tiers = ((0, 0.01), (5000, 0.0085), (10000, 0.007))
        self._plan(
            included_pages=0,
            tier_mode="graduated",
            tier_ids=[Command.create({"from_pages": first, "unit_price": price}) for first, price in tiers],
            minimum_amount=10,
            maximum_amount=100,
        )
        self._month(1, 12000, 0, 0)
        self._month(2, 400, 0, 0)
        for detail in ("device", "material"):
            with self.subTest(detail), self.cr.savepoint() as savepoint:
                self.agreement.xpps_invoice_detail = detail
                explained = self._plans()
                found = {price: pages for told in explained for price, pages in told.tiers.items()}
                self.assertEqual(found, {Decimal(str(price)): first for first, price in tiers})
                amounts = sorted(told.amount for told in explained)
                if detail == "device":
                    self.assertEqual(amounts, [Decimal(text) for text in ("-6.5", "4", "6", "14", "42.5", "50")])
                    by_amount = {told.amount: told.sentences[0] for told in explained}
                    self.assertIn("has a maximum amount", by_amount[Decimal("-6.5")])
                    self.assertIn("has a minimum amount", by_amount[6])
                savepoint.rollback()

    def test_unders(self):
        self._plan(included_pages=0, unit_price=0.01, minimum_pages=20000, unders_price=0.01)
        self._load([self._row("SN-1", 15500), self._row("SN-2", 0), self._row("SN-3", 0)], **MONTHS[1])
        explained = self._plans()
        told = next(told for told in explained if told.amount == 45)
        self.assertEqual(
            told.sentences[0],
            "Office pool has a minimum of 20,000 pages. In January 2026 15,500 pages counted, so those that were "
            "lacking are billed.",
        )

    def test_each_device_by_itself(self):
        self._plan(scope="device", included_pages=1000, unit_price=0.001, rollover_months=1)
        self._month(1, 900, 1005, 1005)
        for detail in ("device", "material"):
            with self.subTest(detail), self.cr.savepoint() as savepoint:
                self.agreement.xpps_invoice_detail = detail
                explained = self._plans()
                self.assertEqual(
                    sum(told.rounding for told in explained), Decimal("-0.01" if detail == "material" else 0)
                )
                savepoint.rollback()


class TestCycles(Explanations, CycleCase):
    def test_a_quarter(self):
        self.agreement.xpps_cycle_reconcile = True
        self._quarter()
        self._cycle_charges().action_approve()
        self.agreement.manual_invoice()
        move = self._cycle_charges().invoice_line_ids.move_id
        move.action_post()
        told = next(told for told in self.assertExplained(move) if told.usage.rows)
        self.assertEqual(
            told.sentences[0],
            "The pages of July 2026 – September 2026 count together: 700 pages above the included ones are billed at "
            "0.012 USD each.",
        )


class TestPayers(Explanations, PayerCase):
    def test_shares(self):
        self._share((None, 0, 30), (self.lessor, 100, 70))
        self._january()
        moves = self._drafts()
        moves.action_post()
        told = [told for move in moves for told in self.assertExplained(move) if told.usage.rows]
        self.assertEqual(sorted(one.amount for one in told), [Decimal("1.88"), Decimal("4.37")])
        self.assertEqual(
            sorted(one.sentences[1] for one in told),
            ["You pay 30% of it, others pay the rest.", "You pay 70% of it, others pay the rest."],
        )


class TestBasePrices(Explanations, BasePeriodCase):
    def test_prorated(self):
        """Two devices, one of which came on June 17th: 1 14/30 of 30.00 are 44.00."""
        self.company.xpps_proration = "day"
        agreement = self._running("2026-06-01", devices=1)
        self._printer_on(agreement, xpps_install_date="2026-06-17")
        self._nights("2026-07-01", "2026-07-02")
        move = self._moves(agreement)
        move.action_post()
        (told,) = self.assertExplained(move)
        self.assertEqual((told.days, told.amount), (30, 44))
        (base,) = told.usage.base_prices
        self.assertIn("14/30", base.name)
        self.assertEqual(told.sentences, ("This is the recurring price of your agreement for June 2026.",))

    def test_made_up_for(self):
        self.company.xpps_proration = "day"
        agreement = self._running("2026-07-01", devices=1, xpps_base_timing="advance")
        self._nights("2026-07-01", "2026-07-01")
        with self._on("2026-07-21"):
            self._printer_on(agreement, xpps_install_date="2026-07-21")
        self._nights("2026-08-01", "2026-08-01")
        moves = self._moves(agreement)
        moves.action_post()
        told = [told for move in moves for told in self.assertExplained(move)]
        changes = [one for one in told if "makes up for it" in one.sentences[0]]
        self.assertEqual([one.amount for one in changes], [Decimal("10.65")])
