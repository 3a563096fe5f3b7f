# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rate cards: what a line may state, and that no two active cards state the same on a day."""

from psycopg2.errors import CheckViolation, ExclusionViolation, ForeignKeyViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import SQL, mute_logger

from odoo.addons.xerox_xpps.rules import rate_key_sql

from ..support.access import BILLING, MANAGER
from ..support.rate_cards import RateCardCase


class TestLines(RateCardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._card()
        cls.lines = cls.env["xpps.rate.card.line"]

    def _line(self, **values):
        return self.lines.create({"card_id": self.card.id, **values})

    def assertViolates(self, error, **values):
        with mute_logger("odoo.sql_db"), self.assertRaises(error), self.cr.savepoint():
            self._line(**values)

    def test_scope_and_measure_follow_from_what_is_stated(self):
        for owner, scope in (
            (self.device, "device"),
            (self.agreement, "agreement"),
            (self.model, "model"),
            (self.level, "price_level"),
        ):
            line = self._line(**self._rate(owner))
            self.assertEqual((line.scope, line.measure, line.item), (scope, "unit_cost", owner.display_name))
        line = self._line(**self._rate(included=1000, unit_cost=False))
        self.assertEqual((line.measure, line.included), ("included", 1000))
        line = self._line(**self._rate(component="color", included=0, unit_cost=False))
        self.assertEqual((line.measure, line.included), ("included", 0))
        self.assertEqual(line.display_name, "SN-1: Color, included pages")

    def test_nothing_stated(self):
        with self.assertRaisesRegex(ValidationError, "neither a unit cost nor included pages"):
            self._line(**self._rate(unit_cost=False, included=False))

    def test_six_decimals(self):
        line = self._line(**self._rate(unit_cost=0.00412349))
        self.env.flush_all()
        line.invalidate_recordset()
        self.assertEqual(line.unit_cost, 0.004123)

    def test_one_owner_that_of_the_scope(self):
        self.assertViolates(CheckViolation, component="mono", unit_cost=1)
        both = {**self._rate(), "product_tmpl_id": self.model.id}
        self.assertViolates(CheckViolation, **both)
        self.assertViolates(CheckViolation, **both, scope="device")
        self.assertViolates(CheckViolation, **self._rate(), scope="model")

    def test_another_scope_leaves_the_former_owner(self):
        line = self._line(**self._rate())
        line.write({"scope": "model", "product_tmpl_id": self.model.id})
        self.env.flush_all()
        self.assertFalse(line.device_id)
        line.subscription_id = self.agreement
        self.env.flush_all()
        self.assertEqual((line.scope, line.item), ("agreement", self.agreement.display_name))

    def test_on_the_form(self):
        line = self._line(**self._rate())
        form = Form(line)
        form.scope = "price_level"
        form.price_level_id = self.level
        form.measure = "included"
        form.included = 500
        form.save()
        self.assertEqual((line.device_id.id, line.price_level_id, line.included), (False, self.level, 500))
        self.assertEqual(line.unit_cost, 0)

    def test_values(self):
        self.assertViolates(CheckViolation, **self._rate(component="base_service", included=10))
        self.assertViolates(CheckViolation, **self._rate(unit_cost=-0.01))
        self.assertViolates(CheckViolation, **self._rate(included=-1))
        self.assertViolates(CheckViolation, **self._rate(included=10), unit_cost=0.01)
        self._line(**self._rate(component="base_supply", unit_cost=5))

    def test_twice_on_a_draft(self):
        self._line(**self._rate())
        self._line(**self._rate(included=10))
        self._line(**self._rate(component="color"))
        self._line(**self._rate(self.model))
        self.assertViolates(UniqueViolation, **self._rate(unit_cost=0.005))

    def test_another_company(self):
        other = self._company("XPPS Other Reseller")
        foreign = self._printer("XPPS Foreign Printer", company_id=other.id).product_tmpl_id
        with self.assertRaises(UserError):
            self._line(**self._rate(foreign))
        self.level.company_id = other
        with self.assertRaises(UserError):
            self._line(**self._rate(self.level))
        line = self._line(**self._rate())
        with self.assertRaises(UserError):
            self.card.company_id = other
        self.assertEqual(line.company_id, self.company)

    def test_what_a_rate_is_of_stays(self):
        self._line(**self._rate(self.level))
        with mute_logger("odoo.sql_db"), self.assertRaises(ForeignKeyViolation), self.cr.savepoint():
            self.level.unlink()


class TestCards(RateCardCase):
    def test_activate(self):
        card = self._card(self._rate(), date_from="2026-01-01", date_to="2026-12-31")
        self.assertEqual((card.state, card.line_ids.state, card.line_count), ("draft", "draft", 1))
        card.action_activate()
        self.assertEqual((card.state, card.line_ids.state), ("active", "active"))
        self.assertEqual(str(card.line_ids.date_to), "2026-12-31")
        with self.assertRaisesRegex(UserError, "not possible in the current status"):
            card.action_activate()
        with self.assertRaisesRegex(UserError, "is active"):
            card.unlink()
        card.action_set_draft()
        self.assertEqual(card.line_ids.state, "draft")
        card.unlink()

    def test_without_rates(self):
        with self.assertRaisesRegex(UserError, "has no rates yet"):
            self._card().action_activate()

    def test_dates_ordered(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self._card(date_from="2026-02-01", date_to="2026-01-01")

    def test_two_cards_on_a_day(self):
        """Both are named, whichever way they come to overlap; and what differs in anything does not overlap."""
        first = self._card(self._rate(), active=True, name="Old prices", date_to="2026-06-30")
        second = self._card(self._rate(), name="New prices", date_from="2026-06-30")
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            second.action_activate()
        for name in ("SN-1: Mono", "Old prices (until 06/30/2026)", "New prices (from 06/30/2026)"):
            self.assertIn(name, caught.exception.args[0])
        self.assertEqual((second.state, second.line_ids.state), ("draft", "draft"))
        second.date_from = "2026-07-01"
        second.action_activate()
        with self.assertRaisesRegex(ValidationError, "“New prices"), self.cr.savepoint():
            first.date_to = False
        other = self._company("XPPS Other Reseller")
        customer = self._partner("Foreign", company_id=other.id)
        self.assertTrue(customer)
        self._card(self._rate(), active=True, currency_id=self.eur.id)
        self._card(self._rate(component="color"), self._rate(included=1), active=True)
        self._card(self._rate(self.model), self._rate(self.level), self._rate(self.agreement), active=True)
        self._card(self._rate(self.model), self._rate(self.level), active=True, company=other)

    def test_two_drafts_at_once(self):
        cards = self._card(self._rate()) | self._card(self._rate())
        with self.assertRaisesRegex(ValidationError, "SN-1: Mono"):
            cards.action_activate()

    def test_the_database_refuses_it_as_well(self):
        """Such as two that are activated at the same moment, of which none sees the other."""
        first = self._card(self._rate(), active=True)
        second = self._card(self._rate(), self._rate(component="color"))
        self.env.flush_all()
        activate = "UPDATE xpps_rate_card_line SET state = 'active' WHERE card_id = %s AND component = %s"
        self.cr.execute(activate, (second.id, "color"))
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.cr.execute(activate, (second.id, "mono"))
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.cr.execute(
                "UPDATE xpps_rate_card_line SET card_id = %s, component = 'mono', state = 'draft' WHERE card_id = %s",
                (first.id, second.id),
            )
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self.cr.execute("UPDATE xpps_rate_card_line SET scope = 'model' WHERE card_id = %s", (first.id,))

    def test_what_differs_in_anything_has_another_key(self):
        """An agreement and a model of the same number are two; what they state is told apart by one number."""
        found = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*), COUNT(DISTINCT %(key)s)
                  FROM (SELECT scope, component, measure,
                               CASE scope WHEN 'device' THEN id END AS device_id,
                               CASE scope WHEN 'agreement' THEN id END AS subscription_id,
                               CASE scope WHEN 'model' THEN id END AS product_tmpl_id,
                               CASE scope WHEN 'price_level' THEN id END AS price_level_id
                          FROM UNNEST(%(scopes)s) scope, UNNEST(%(components)s) component,
                               UNNEST(%(measures)s) measure, GENERATE_SERIES(1, 20) id) line
                """,
                key=rate_key_sql("line"),
                **{
                    f"{name}s": list(dict(self.env["xpps.rate.card.line"]._fields[name].selection))
                    for name in ("scope", "component", "measure")
                },
            )
        )
        self.assertEqual(found, [(4 * 7 * 2 * 20,) * 2])

    def test_a_rate_added_to_an_active_card(self):
        self._card(self._rate(), active=True)
        second = self._card(self._rate(component="color"), active=True)
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation), self.cr.savepoint():
            second.line_ids.copy({"component": "mono"})

    def test_copy_is_the_next_card(self):
        card = self._card(
            self._rate(), self._rate(included=500), active=True, date_from="2026-01-01", date_to="2026-12-31"
        )
        following = card.copy()
        self.assertEqual((following.name, following.state), ("Price agreement (copy)", "draft"))
        self.assertEqual((str(following.date_from), following.date_to), ("2027-01-01", False))
        self.assertLines(following, ("SN-1", "mono", 0.0042), ("SN-1", "mono", 500))
        following.action_activate()
        endless = following.copy({"name": "Again"})
        self.assertEqual((endless.name, str(endless.date_from)), ("Again", "2027-01-01"))

    def test_who_may(self):
        card = self._card(self._rate())
        clerk = card.with_user(self._user("xpps_test_clerk", BILLING))
        self.assertEqual(clerk.action_open_lines()["domain"], [("card_id", "=", card.id)])
        for method in (clerk.action_activate, clerk.action_set_draft, clerk.copy, clerk.unlink):
            with self.assertRaises(AccessError):
                method()
        manager = card.with_user(self._user("xpps_test_manager", MANAGER))
        with self.assertRaises(AccessError):
            manager.state = "active"
        manager.action_activate()
        self.assertEqual(card.line_ids.state, "active")
