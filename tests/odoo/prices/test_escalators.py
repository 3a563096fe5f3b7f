# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Prices that rise every year: from the proposal to the invoices of the months before and after."""

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..support.common import record
from ..support.prices import AUGUST, JULY, JUNE, PriceCase

BASE, MONO = "XPPS Base Price", "Mono Pages"


class TestFigures(PriceCase):
    """The figures of the contract, through files and invoices."""

    def test_3_percent_twice(self):
        """50.00 → 51.50 → 53.05."""
        self._rise(page_percent=0)
        self.assertEqual(self._bill("2026-07-01"), [(BASE, 1, 50.0)])
        self.assertEqual(self._bill("2026-08-01"), [(BASE, 1, 51.5)])
        with self._on("2027-05-20"):
            change = self._rise()
        self.assertEqual(str(change.date_effective), "2027-07-01")
        self.agreement.recurring_next_date = "2027-07-01"
        self.assertEqual(self._bill("2027-07-01"), [(BASE, 1, 51.5)])
        self.assertEqual(self._bill("2027-08-01"), [(BASE, 1, 53.05)])

    def test_by_the_night(self):
        """The night has the service say the price of today: what is billed is the same."""
        self._rise(page_percent=0)
        with self._on("2026-07-01"):
            self._take_effect()
            self.assertEqual(self.base_line.price_unit, 51.5)
        self.assertEqual(self._bill("2026-07-02"), [(BASE, 1, 50.0)])
        self.assertEqual(self._bill("2026-08-01"), [(BASE, 1, 51.5)])
        with self._on("2027-05-20"):
            self._rise()
        with self._on("2027-07-01"):
            self._take_effect()
        self.assertEqual(self.base_line.price_unit, 53.05)
        changes = self.env["xpps.charge.change"].search([("subscription_line_id", "=", self.base_line.id)])
        values = [(change.old_value, change.new_value) for change in changes if change.field_name == "price_unit"]
        self.assertIn(("50", "51.5"), values)

    def test_rounded_up(self):
        """By 3 % up to whole units: 52, then 54."""
        self._rise(page_percent=0, base_rounding="1.00", round_up=True)
        self.assertEqual(self._bill("2026-07-01"), [(BASE, 1, 50.0)])
        self.assertEqual(self._bill("2026-08-01"), [(BASE, 1, 52.0)])
        with self._on("2027-05-20"):
            self._rise()
        self.agreement.recurring_next_date = "2027-08-01"
        self.assertEqual(self._bill("2027-08-01"), [(BASE, 1, 54.0)])

    def test_pages(self):
        """0.0125 and 8 % are 0.0135. June's file of 5 August is charged at 0.0125, July's at the new price."""
        self._rise()
        with self._on("2026-08-05"):
            self._take_effect()
            june, july = self._month(JUNE), self._month(JULY)
        self.assertEqual((june.unit_price, july.unit_price), (0.0125, 0.0135))
        (june | july).action_approve()
        billed = self._bill("2026-08-05")
        self.assertIn((MONO, 1000, 0.0125), billed)
        self.assertIn((MONO, 1000, 0.0135), billed)

    def test_pages_before_the_night(self):
        """Dated prices count on their day, whether the night has come or not."""
        self._rise()
        with self._on("2026-08-05"):
            july, june = self._month(JULY), self._month(JUNE)
        self.assertEqual((june.unit_price, july.unit_price), (0.0125, 0.0135))

    def test_pages_rounded_up(self):
        self._rise(page_rounding="0.001", round_up=True)
        with self._on("2026-08-05"):
            self._take_effect()
            self.assertEqual(self._month(JULY).unit_price, 0.014)

    def test_capped(self):
        """3 % with a cap of 2.5 % a year: 51.25."""
        self._rise(page_percent=0, cap_year_percent=2.5)
        self._bill("2026-07-01")
        self.assertEqual(self._bill("2026-08-01"), [(BASE, 1, 51.25)])

    def test_by_a_run(self):
        self._rise()
        self._bill("2026-07-01")
        with self._on("2026-08-05"):
            self._take_effect()
            june, july = self._month(JUNE), self._month(JULY)
            (june | july).action_approve()
            self.assertEqual(self.base_line.price_unit, 51.5)
            runs = self.env["xpps.billing.run"]
            run = runs.create({"period_start": "2026-07-01", "period_end": "2026-07-31", "invoice_date": "2026-08-05"})
            run.action_prepare()
            line = run.line_ids.filtered(lambda line: line.subscription_id == self.agreement)
            self.assertAlmostEqual(line.recurring_amount, 51.5)
            self.assertAlmostEqual(line.charge_amount, 26.0)
            run.action_create_drafts()
        lines = self._product_lines(run.move_ids)
        self.assertEqual(
            sorted((line.price_unit, line.price_subtotal) for line in lines),
            [(0.0125, 12.5), (0.0135, 13.5), (51.5, 51.5)],
        )


class TestBasePrices(PriceCase):
    """A period is billed at the price of its first day."""

    def test_period_across_the_day(self):
        self.agreement.recurring_next_date = "2026-06-15"
        self._rise(page_percent=0)
        self.assertEqual(self._bill("2026-06-15"), [(BASE, 1, 50.0)])
        self.assertEqual(self._bill("2026-07-15"), [(BASE, 1, 50.0)])
        self.assertEqual(self._bill("2026-08-15"), [(BASE, 1, 51.5)])

    def test_by_day(self):
        """What devices come to for a part of a month, at the price of that month."""
        self.company.xpps_proration = "day"
        self.base_line.xpps_qty_from_devices = True
        self._rise(page_percent=0)
        self._device("SN-2", xpps_install_date="2026-07-17")
        self._bill("2026-07-01")
        ((_product, quantity, price),) = self._bill("2026-08-01")
        self.assertAlmostEqual(quantity * price, 51.5 + 51.5 * 15 / 31)

    def test_in_advance(self):
        """Who comes in a period that was billed in advance is made up for at the price of that period."""
        self.company.xpps_proration = "day"
        self.base_line.xpps_qty_from_devices = True
        self.agreement.xpps_base_timing = "advance"
        self._rise(page_percent=0)
        self.agreement.recurring_next_date = "2026-06-01"
        self.assertEqual(self._bill("2026-06-01"), [(BASE, 1, 50.0)])
        with self._on("2026-07-01"):
            self._take_effect()
            self._device("SN-2", xpps_install_date="2026-06-16")
        self.assertEqual(self._bill("2026-07-01"), [(BASE, 1, 25.0), (BASE, 2, 51.5)])

    def test_typed_since(self):
        """What somebody agrees by hand counts from then on, as without escalators; days before keep their price."""
        self._rise(page_percent=0)
        with self._on("2026-08-03"):
            self.base_line.price_unit = 60
            self._take_effect()
        self.assertEqual(self.base_line.price_unit, 60)
        self.assertEqual(self._bill("2026-08-03"), [(BASE, 1, 50.0), (BASE, 1, 60.0)])

    def test_other_items_stay(self):
        coffee = self._service("Coffee", price=5)
        self.agreement.sale_subscription_line_ids = [Command.create({"product_id": coffee.id})]
        raised, _left_out = self._prices(self._rise(page_percent=0))
        self.assertEqual(raised, {BASE: (50.0, 51.5)})


class TestPagePrices(PriceCase):
    def test_own_price(self):
        self._default(unit_price=0.02)
        raised, _left_out = self._prices(self._rise())
        self.assertEqual(raised[MONO], (0.02, 0.0216))
        with self._on("2026-08-05"):
            self._take_effect()
            self.assertEqual(self._default_of(self.mono).unit_price, 0.0216)
            self.assertEqual((self._month(JUNE).unit_price, self._month(JULY).unit_price), (0.02, 0.0216))

    def test_price_of_the_pricelist(self):
        """It becomes one of the agreement itself. Days before ask the pricelist as it is."""
        self._rise()
        with self._on("2026-08-05"):
            self._take_effect()
            self.assertEqual(self._default_of(self.mono).unit_price, 0.0135)
            self.mono.list_price = 0.03
            self.assertEqual((self._month(JUNE).unit_price, self._month(JULY).unit_price), (0.03, 0.0135))

    def test_pricelist_of_the_day(self):
        """The old price is the one of the day on which the increase takes effect."""
        self.agreement.pricelist_id.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.mono.id,
                    "compute_price": "fixed",
                    "fixed_price": 0.02,
                    "date_start": "2026-06-15 00:00:00",
                }
            )
        ]
        self._rule()
        raised, _left_out = self._prices(self._propose())
        self.assertEqual(raised[MONO], (0.02, 0.0216))

    def test_another_currency(self):
        """Dated prices are in the currency in which they were agreed: billed in another one, the pricelist has them."""
        self._rise()
        with self._on("2026-08-05"):
            self.agreement.pricelist_id = self._pricelist("In euros", self.eur, mono=0.05, base=70)
            self.assertEqual(self._month(JULY).unit_price, 0.05)
        self.assertEqual({price for _product, _quantity, price in self._bill("2026-08-05")}, {70.0})

    def test_cycle(self):
        """A quarter that is rated as a whole is charged at the price of its end."""
        self.company.xpps_overage_cycles = True
        self.agreement.write({"xpps_overage_cycle": "2", "xpps_cycle_anchor": "2026-06-01"})
        self.agreement.xpps_cycle_reconcile = True
        self._rise()
        self._month(JUNE, 1000)
        self._month(JULY, 500)
        whole = self._charges().filtered(lambda charge: charge.kind == "cycle")
        self.assertEqual((whole.quantity, whole.unit_price), (1500, 0.0135))

    def test_correction_keeps_its_price(self):
        """What corrects June is at the price at which June was charged, and so for July."""
        self._rise()
        with self._on("2026-08-05"):
            self._take_effect()
            self._month(JUNE, 1000)
            self._month(JULY, 1000)
            correction = record("SN-1", mono=(900, "0.0042"))
            june = self._load([correction], "correction", **JUNE).charge_ids
            july = self._load([correction], "correction", **JULY).charge_ids
        self.assertEqual((june.quantity, june.unit_price), (-100, 0.0125))
        self.assertEqual((july.quantity, july.unit_price), (-100, 0.0135))

    def test_charged_before_it_is_applied(self):
        """Pages that no invoice bills get the price of their period's end; a price that was typed stays."""
        self._rule()
        change = self._propose()
        change.action_mark_notified()
        with self._on("2026-09-05"):
            june, july, august = self._month(JUNE), self._month(JULY), self._month(AUGUST)
            august.write({"unit_price": 0.02, "reason": "Agreed"})
            change.action_apply()
        self.assertEqual((june.unit_price, july.unit_price, august.unit_price), (0.0125, 0.0135, 0.02))
        self.assertEqual(july.price_subtotal, 13.5)
        self.assertIn("Increase of", july.reason)
        change.action_take_back("Not agreed")
        self.assertEqual((june.unit_price, july.unit_price, august.unit_price), (0.0125, 0.0125, 0.02))

    def test_corrected_before_it_is_applied(self):
        """Pages that a correction took back before are priced as those that they were taken from."""
        self._rule()
        change = self._propose()
        change.action_mark_notified()
        with self._on("2026-08-05"):
            june, july = self._month(JUNE), self._month(JULY)
            correction = record("SN-1", mono=(900, "0.0042"))
            june |= self._load([correction], "correction", **JUNE).charge_ids
            july |= self._load([correction], "correction", **JULY).charge_ids
            change.action_apply()
        self.assertEqual(self._standing(june), (900, 11.25, 3.78))
        self.assertEqual(self._standing(july), (900, 12.15, 3.78))
        change.action_take_back("Not agreed")
        self.assertEqual(self._standing(july), (900, 11.25, 3.78))


class TestLeftOut(PriceCase):
    """What does not rise is named, with the reason."""

    def test_each(self):
        cases = {
            "cost_plus": {"price_method": "cost_plus", "markup_percent": 20, "unit_cost": 0.004},
            "not_billable": {"billable": False, "unit_price": 0.01},
            "fixed": {"unit_price": 0.01, "fixed_until": "2026-07-01"},
        }
        for reason, values in cases.items():
            product = self._service(reason, "material_code", 0.01)
            self._default(product, **values)
        later = self._service("later", "material_code", 0.01)
        self._default(later, unit_price=0.01, fixed_until="2026-06-30")
        self._rule()
        raised, left_out = self._prices(self._propose())
        self.assertEqual(left_out, {reason: reason for reason in cases})
        self.assertEqual(set(raised), {BASE, MONO, "Color Pages", "later"})

    def test_fixed_base_price(self):
        self.base_line.xpps_fixed_until = "2026-12-31"
        self._rule()
        _raised, left_out = self._prices(self._propose())
        self.assertEqual(left_out, {BASE: "fixed"})

    def test_by_pages(self):
        """The pricelist has another price for many pages: there is no single price to raise."""
        self.agreement.pricelist_id.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.mono.id,
                    "compute_price": "fixed",
                    "fixed_price": 0.01,
                    "min_quantity": 5000,
                }
            )
        ]
        self._rule()
        _raised, left_out = self._prices(self._propose())
        self.assertEqual(left_out, {MONO: "by_pages"})

    def test_percentage_of_0(self):
        """What the escalator says nothing about is not listed."""
        self._rule(base_percent=0)
        raised, left_out = self._prices(self._propose())
        self.assertEqual((set(raised), left_out), ({MONO, "Color Pages"}, {}))

    def test_nothing_rises(self):
        self.base_line.xpps_fixed_until = "2026-12-31"
        self._rule(page_percent=0)
        change = self._propose()
        self.assertRaisesMessage("No price rises", change.action_mark_notified)
        change.action_skip("Fixed until the end of the year")
        self.assertEqual(change.state, "skipped")


class TestCaps(PriceCase):
    def test_within_twelve_months(self):
        """2 % every half-year with a cap of 2.5 % a year."""
        self._rise(base_percent=2, page_percent=0, every_months=6, cap_year_percent=2.5)
        with self._on("2026-11-20"):
            raised, _left_out = self._prices(self._rise())
        self.assertEqual(raised, {BASE: (51.0, 51.25)})
        with self._on("2027-05-20"):
            raised, _left_out = self._prices(self._rise())
        # On the first of July 2026, the price was 51.00 already: 2.5 % above that are 52.275.
        self.assertEqual(raised, {BASE: (51.25, 52.27)})

    def test_over_the_term(self):
        self._rise(page_percent=0, cap_term_percent=5)
        with self._on("2027-05-20"):
            raised, _left_out = self._prices(self._rise())
        self.assertEqual(raised, {BASE: (51.5, 52.5)})
        with self._on("2028-05-20"):
            _raised, left_out = self._prices(self._propose())
        self.assertEqual(left_out, {BASE: "capped"})

    def test_rounding_stays_below(self):
        raised, _left_out = self._prices(
            self._rise(page_percent=0, cap_year_percent=2.5, base_rounding="1.00", round_up=True)
        )
        self.assertEqual(raised, {BASE: (50.0, 51.0)})


class TestInTime(PriceCase):
    """Notice, and what is billed already."""

    def test_notified_in_time(self):
        self._rule(notice_days=40)
        change = self._propose()
        change.action_mark_notified()
        self.assertEqual((str(change.date_effective), change.delay_note), ("2026-07-01", False))

    def test_notified_too_late(self):
        """On 10 June it is 21 days to 1 July: with 30 days of notice, prices rise on 1 August, and it says so."""
        self._rule(notice_days=30)
        change = self._propose()
        with self._on("2026-06-10"):
            change.action_mark_notified()
        self.assertEqual((str(change.date_due), str(change.date_effective)), ("2026-07-01", "2026-08-01"))
        self.assertIn("30 days before", change.delay_note)
        self.cr.flush()
        tracked = change.sudo().message_ids.tracking_value_ids.mapped("new_value_char")
        self.assertIn(change.delay_note, tracked)
        change.action_apply()
        with self._on("2026-09-05"):
            self.assertEqual([self._month(month).unit_price for month in (JULY, AUGUST)], [0.0125, 0.0135])

    def test_proposed_too_late(self):
        self._rule(notice_days=30)
        with self._on("2026-06-10"):
            change = self._propose()
        self.assertEqual(str(change.date_effective), "2026-08-01")
        self.assertTrue(change.delay_note)

    def test_notified_on_another_day(self):
        self._rule(notice_days=30)
        change = self._propose()
        with Form(change) as form:
            form.notified_on = "2026-05-10"
        with self._on("2026-06-10"):
            change.action_mark_notified()
        self.assertEqual(str(change.date_effective), "2026-07-01")
        other = self._agreement()
        self._rule(other)
        change = self._propose(other)
        change.notified_on = "2026-07-10"
        self.assertRaisesMessage("still to come", change.action_mark_notified)

    def test_put_off(self):
        self._rule()
        change = self._propose()
        with Form(change) as form:
            form.date_effective = "2026-09-01"
        self.assertEqual(str(self._apply(change).version_ids[:1].date_from), "2026-09-01")
        other = self._agreement()
        self._rule(other)
        change = self._propose(other)
        self.assertRaisesMessage("not brought forward", change.write, {"date_effective": "2026-06-01"})

    def test_billed_already(self):
        """What is billed in advance until the end of July rises on 1 August."""
        self.agreement.xpps_base_timing = "advance"
        self.agreement.recurring_next_date = "2026-07-01"
        self._bill("2026-07-01")
        self._rule()
        with self._on("2026-07-02"):
            change = self._propose()
        self.assertEqual(str(change.date_effective), "2026-08-01")
        self.assertIn("is billed until", change.delay_note)

    def test_billed_meanwhile(self):
        """An increase that would take effect before the last billed day is refused."""
        self._rule()
        change = self._propose()
        change.action_mark_notified()
        self._bill("2026-08-01")
        self.assertRaisesMessage("is billed until", change.action_apply)
        self.assertFalse(change.version_ids)
        with self._on("2026-08-02"):
            change.action_propose_again()
            self._apply(change)
        self.assertEqual((change.state, str(change.date_effective)), ("applied", "2026-09-01"))

    def test_pages_billed_meanwhile(self):
        self._rule()
        change = self._propose()
        change.action_mark_notified()
        self.agreement.recurring_next_date = "2027-01-01"
        self._charge(period_start="2026-07-01", period_end="2026-07-31")
        with self._on("2026-08-01"):
            self.agreement._create_xpps_invoices(due=self.agreement.browse())
        self.assertRaisesMessage("is billed until", change.action_apply)


class TestTogether(PriceCase):
    def test_all_or_nothing(self):
        """A price that was typed since refuses all of it: of this agreement, and of the others."""
        other = self._agreement()
        self._rule()
        self._rule(other)
        changes = self._propose(self.agreement + other)
        changes.action_mark_notified()
        self._default(unit_price=0.03)
        self.assertRaisesMessage("have changed since", changes.action_apply)
        self.assertFalse(self.env["xpps.price.version"].search([]))
        self.assertEqual(set(changes.mapped("state")), {"notified"})
        mine = changes.filtered(lambda change: change.subscription_id == self.agreement)
        mine.action_propose_again()
        self.assertEqual(self._prices(mine)[0][MONO], (0.03, 0.0324))
        self._apply(mine)
        (changes - mine).action_apply()
        self.assertEqual(len(mine.version_ids), 3)

    def test_one_open(self):
        self._rule()
        self._propose()
        self.assertRaisesMessage("No increase is due", self._propose)

    def test_states(self):
        self._rule()
        change = self._propose()
        self.assertRaisesMessage("current status", change.action_apply)
        self.assertRaisesMessage("Enter a reason", change.action_skip, " ")
        self._apply(change)
        for method in (change.action_mark_notified, change.action_apply, change.action_propose_again):
            self.assertRaisesMessage("current status", method)
        self.assertRaisesMessage("current status", change.action_skip, "No")
        self.assertRaisesMessage("", change.unlink, exception=AccessError)
        self.assertRaisesMessage("cannot be deleted", change.sudo().unlink)

    def test_dated_prices_are_kept(self):
        change = self._rise()
        user = self.manager
        for record_ in (change.version_ids[0], change.line_ids[0]):
            self.assertRaisesMessage("", record_.with_user(user).write, {"name": "x"}, exception=AccessError)
            self.assertRaisesMessage("", record_.with_user(user).unlink, exception=AccessError)
        self.assertRaisesMessage("cannot be deleted", change.sudo().version_ids.unlink)
        self.assertRaisesMessage("", change.with_user(user).write, {"state": "proposed"}, exception=AccessError)


class TestKept(PriceCase):
    def test_agreement(self):
        """An agreement whose customer was told of an increase is not deleted; a proposal goes with it."""
        draft = self._agreement()
        self._rule(draft)
        change = self._propose(draft)
        change.action_mark_notified()
        self.assertRaisesMessage("price increases", draft.unlink)
        change.action_skip("Not agreed")
        draft.unlink()
        self.assertFalse(change.sudo().exists())

    def test_rule(self):
        rule = self._rule()
        self._propose()
        self.assertRaisesMessage("Archive it instead", rule.unlink, exception=ValidationError)
        other = self._agreement()
        self.assertRaisesMessage(
            "stays with its agreement", rule.write, {"subscription_id": other.id}, exception=ValidationError
        )

    def test_service_is_replaced(self):
        """Not while a price is to come that the other one would not have; afterwards its own price counts."""
        change = self._rise(page_percent=0)
        new = self.env["sale.subscription.line"].create(
            {"sale_subscription_id": self.agreement.id, "product_id": self.base.id, "price_unit": 70}
        )
        self.assertRaisesMessage("has another price from 07/01/2026 on", self.base_line._xpps_replace_by, new)
        change.action_take_back("Another service")
        self.base_line._xpps_replace_by(new)
        with self._on("2026-07-01"):
            self._take_effect()
        self._bill("2026-07-01")
        self.assertEqual(self._bill("2026-08-01"), [(BASE, 1, 70.0)])


class TestTakeBack(PriceCase):
    def test_before_its_day(self):
        change = self._rise()
        self.assertRaisesMessage("Enter a reason", change.action_take_back)
        change.action_take_back("Not agreed")
        self.assertEqual((change.state, change.skip_reason), ("skipped", "Not agreed"))
        self._bill("2026-07-01")
        self.assertEqual(self._bill("2026-08-01"), [(BASE, 1, 50.0)])
        self.assertEqual(self._month(JULY).unit_price, 0.0125)

    def test_after_its_day(self):
        self._default(unit_price=0.0125)
        change = self._rise()
        with self._on("2026-07-02"):
            self._take_effect()
            self.assertEqual(self.base_line.price_unit, 51.5)
            change.action_take_back("Not agreed")
        self.assertEqual(self.base_line.price_unit, 50.0)
        self.assertEqual(self._default_of(self.mono).unit_price, 0.0125)
        # Days before are billed as ever, and so they are when it is applied after all.
        self.assertEqual(self._bill("2026-07-02"), [(BASE, 1, 50.0)])
        with self._on("2026-07-02"):
            change.action_propose_again()
            self._apply(change)
        self.assertEqual(str(change.date_effective), "2026-08-01")
        self.assertEqual(self._bill("2026-08-01"), [(BASE, 1, 50.0)])
        self.assertEqual(self._bill("2026-09-01"), [(BASE, 1, 51.5)])

    def test_billed(self):
        change = self._rise()
        self._bill("2026-07-01")
        move = self._moves()
        self._bill("2026-08-01")
        self.assertRaisesMessage("bill its prices already", change.action_take_back, "Not agreed")
        (self._moves() - move).unlink()
        change.action_take_back("Not agreed")
        self.assertEqual(change.state, "skipped")

    def test_pages_billed(self):
        change = self._rise()
        self.agreement.recurring_next_date = "2027-01-01"
        with self._on("2026-08-05"):
            self._month(JULY).action_approve()
            self.agreement._create_xpps_invoices(due=self.agreement.browse())
        self.assertRaisesMessage("bill its prices already", change.action_take_back, "Not agreed")

    def test_later_one_first(self):
        first = self._rise()
        with self._on("2027-05-20"):
            second = self._rise()
            self.assertRaisesMessage("Take that one back first", first.action_take_back, "Not agreed")
            second.action_take_back("Not agreed")
            first.action_take_back("Not agreed")
        self.assertFalse(self.agreement.xpps_price_version_ids)

    def test_wizard(self):
        change = self._rise()
        wizard = self.env["xpps.price.reason.wizard"].with_context(active_ids=change.ids)
        wizard.create({"decision": "take_back", "reason": "Not agreed"}).action_confirm()
        self.assertEqual(change.state, "skipped")


class TestDue(PriceCase):
    """When increases are proposed, and which were missed."""

    def _missed(self):
        return self.env["xpps.price.rule"].search([("is_missed", "=", True)]).subscription_id

    def test_night(self):
        rule = self._rule(notice_days=10)
        for day, count in (("2026-05-21", 0), ("2026-05-22", 1), ("2026-05-23", 1)):
            with self._on(day):
                self._take_effect()
            self.assertEqual(len(rule.change_ids), count, day)

    def test_missed(self):
        rule = self._rule()
        self.assertNotIn(self.agreement, self._missed())
        self.assertIn(rule, rule.search([("is_missed", "=", False)]))
        change = self._propose()
        with self._on("2026-07-01"):
            self.assertIn(self.agreement, self._missed())
            self.assertTrue(rule.is_missed)
            self._apply(change)
            rule.invalidate_recordset(["is_missed"])
            self.assertNotIn(self.agreement, self._missed())
        self.assertEqual(str(rule.next_date), "2027-07-01")

    def test_skipped(self):
        rule = self._rule()
        change = self._propose()
        change.action_skip("Agreed with the customer")
        self.assertEqual(str(rule.next_date), "2027-07-01")
        change.action_propose_again()
        self.assertEqual((change.state, str(rule.next_date)), ("proposed", "2026-07-01"))

    def test_counted_from_the_start(self):
        self.assertEqual(str(self._rule(date_from=False).next_date), "2026-01-01")
        other = self._agreement(date_start="2026-03-15")
        rules = self._rule(other, date_from="2025-07-01", every_months=6)
        self.assertEqual(str(rules.next_date), "2026-07-01")

    def test_only_running_agreements(self):
        draft = self._agreement(running=False)
        master = self._agreement(running=False, is_xpps_master=True)
        ended = self._agreement()
        ended.date = "2026-06-30"
        for agreement in (draft, master, ended):
            self._rule(agreement)
        self.assertRaisesMessage("No increase is due", self._propose, draft + ended)
        self.env["xpps.price.rule"].search([])._propose(self.day("2026-12-31"))
        self.assertFalse((draft + master + ended).xpps_price_change_ids)

    def test_queries(self):
        """They do not grow with the agreements."""

        def queries(count):
            agreements = self.env["sale.subscription"].union(*(self._agreement() for _number in range(count)))
            for agreement in agreements:
                self._rule(agreement)
                self._device(f"Q-{agreement.id}", agreement)
            rules = self.env["xpps.price.rule"].search([("subscription_id", "in", agreements.ids)])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            changes = rules._propose(self.day("2026-07-01"))
            self.env.flush_all()
            self.assertEqual((len(changes), len(changes.line_ids)), (count, 3 * count))
            return self.cr.sql_log_count - before

        few, many = queries(3), queries(40)
        self.assertLessEqual(many, few + 2)


class TestLetter(PriceCase):
    def test_notify(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.base.with_context(lang="fr_FR").name = "Prix de base"
        self._rule(index_text="Consumer price index")
        change = self._propose()
        change.action_notify()
        message = change.message_ids.filtered(lambda message: message.partner_ids == self.customer)
        self.assertEqual((change.state, str(change.notified_on)), ("notified", "2026-05-20"))
        for text in ("Prix de base", "51,50 USD", "0,0135 USD", "Consumer price index"):
            self.assertIn(text, message.body)
        self.assertTrue(message.notification_ids)

    def test_names_the_day_that_holds(self):
        """A letter that is late says the later day."""
        self._rule(notice_days=30)
        change = self._propose()
        with self._on("2026-06-10"):
            change.action_notify()
        message = change.message_ids.filtered(lambda message: message.partner_ids == self.customer)
        self.assertIn("08/01/2026", message.body)

    def test_no_address(self):
        self.customer.email = False
        self._rule()
        change = self._propose()
        self.assertRaisesMessage("no e-mail address", change.action_notify)
        self.assertEqual(change.state, "proposed")


class TestCopies(PriceCase):
    def test_copy(self):
        """A copy has the escalator, and the prices of its day: no increases, no dated prices."""
        self._rise(cap_year_percent=4)
        with self._on("2026-07-02"):
            copy = self.agreement.with_user(self.clerk).copy()
        self.assertEqual(copy.sale_subscription_line_ids.price_unit, 51.5)
        self.assertFalse(copy.xpps_price_change_ids | self.env["xpps.price.change"])
        self.assertFalse(copy.xpps_price_version_ids)
        rule = copy.xpps_price_rule_ids
        self.assertEqual((rule.base_percent, rule.cap_year_percent, str(rule.next_date)), (3, 4, "2027-07-01"))

    def test_master(self):
        master = self._agreement(running=False, is_xpps_master=True, partner_id=False)
        self._rule(master, date_from=False)
        wizard = self.env["xpps.agreement.copy.wizard"].create(
            {"subscription_id": master.id, "partner_ids": [Command.set(self.customer.ids)], "date_start": "2026-06-01"}
        )
        copy = self.env["sale.subscription"].browse(wizard.action_copy()["res_id"])
        self.assertEqual(str(copy.xpps_price_rule_ids.next_date), "2027-06-01")

    def test_copy_wizard_has_the_price_of_today(self):
        self._rise()
        with self._on("2026-07-02"):
            wizard = self.env["xpps.agreement.copy.wizard"].create({"subscription_id": self.agreement.id})
            self.assertEqual(wizard.line_ids.price_unit, 51.5)


class TestSwitch(PriceCase):
    def test_off(self):
        self.company.xpps_escalators = False
        self.assertRaisesMessage("does not use escalators", self._rule, exception=ValidationError)
        self.assertFalse(self.agreement.xpps_has_escalators)

    def test_menus(self):
        menus = self.env["ir.ui.menu"].with_user(self.manager)
        menu = self.env.ref("xerox_xpps.menu_xpps_price_change").id
        self.assertIn(menu, menus.load_web_menus(False))
        self.company.xpps_escalators = False
        shown = menus.load_web_menus(False)
        self.assertNotIn(menu, shown)
        self.assertNotIn(menu, [child for shown_menu in shown.values() for child in shown_menu["children"]])

    def test_something_is_to_come(self):
        rule = self._rule()
        change = self._propose()
        self.assertRaisesMessage(
            "still to take effect", self.company.write, {"xpps_escalators": False}, exception=ValidationError
        )
        self._apply(change)
        self.assertRaisesMessage(
            "still to take effect", self.company.write, {"xpps_escalators": False}, exception=ValidationError
        )
        with self._on("2026-07-01"):
            self._take_effect()
        self.company.xpps_escalators = False
        # What was applied goes on to hold, for late files, too; nothing else is proposed.
        with self._on("2027-07-01"):
            self._take_effect()
            self.assertEqual(self._month(JUNE).unit_price, 0.0125)
        self.assertEqual(len(rule.change_ids), 1)


class TestRules(PriceCase):
    def test_refused(self):
        for values, message in (
            ({"base_percent": 0, "page_percent": 0}, "both percentages are 0"),
            ({"base_percent": -1}, "from 0 to 100"),
            ({"cap_year_percent": 101}, "from 0 to 100"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, message), self.cr.savepoint():
                self._rule(**values)

    def test_one_an_agreement(self):
        rule = self._rule()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._rule()
        rule.active = False
        self.env.flush_all()
        self._rule()

    def test_who(self):
        """Managers set escalators up; billing users work with increases; others only see them."""
        reader = self._user("reader", "xerox_xpps.group_xpps_user")
        rules = self.env["xpps.price.rule"]
        values = {"subscription_id": self.agreement.id, "base_percent": 3, "date_from": "2026-07-01"}
        for user in (self.clerk, reader):
            self.assertRaisesMessage("", rules.with_user(user).create, values, exception=AccessError)
        rules.with_user(self.manager).create(values)
        change = self._propose()
        self.assertEqual(len(change), 1)
        theirs = change.with_user(reader)
        self.assertEqual(theirs.line_ids.mapped("new_price"), [51.5])
        for method in (theirs.action_mark_notified, theirs.action_apply, theirs.action_notify):
            self.assertRaisesMessage("", method, exception=AccessError)
        self._apply(change)
        self.assertRaisesMessage("", theirs.action_take_back, "No", exception=AccessError)
        change.action_take_back("Not agreed")
