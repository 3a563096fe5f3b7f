# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Xerox includes: each meter by itself, in a month or in a cycle that is reconciled."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tools import SQL

from odoo.addons.xerox_xpps.rules import (
    cycle_allowance,
    cycle_allowance_sql,
    half_months,
    half_months_sql,
    used_pages,
    used_pages_sql,
)

from ..support.common import record
from ..support.cycles import AUGUST, JULY, SEPTEMBER, CycleCase
from ..support.plans import MONTHS
from ..support.usage_alerts import Alerts


class TestCycles(Alerts, CycleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time("2026-10-05", tick=True)
        freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.agreement.xpps_cycle_reconcile = True
        cls._rule()

    def _attention(self):
        self.env.invalidate_all()
        return self.env["xpps.device.attention"].search(
            [("company_id", "=", self.company.id), ("kind", "=", "allowance")]
        )

    def _found(self):
        return [
            (alert.output_type, alert.value, alert.compared, round(alert.percent, 1), str(alert.cycle_start))
            for alert in self._look()
        ]

    def test_a_quarter(self):
        """6,200 + 3,900 + 5,600 of 15,000: 67.3% after two months, 104.6% after all."""
        self._month(JULY, 6200)
        self._month(AUGUST, 3900)
        self.assertEqual(self._found(), [])
        self._month(SEPTEMBER, 5600)
        self.assertEqual(self._found(), [("mono", 15700, 15000, 104.6, "2026-07-01")])
        self.assertEqual(len(self._usage_mails()), 1)

    def test_in_the_middle_of_a_quarter(self):
        """Monthly files say it when most of the quarter's pages are used, and not at its end."""
        self._month(JULY, 7000)
        self.assertFalse(self._attention())
        self._month(AUGUST, 5100)
        self.assertEqual(self._found(), [("mono", 12100, 15000, 80.6, "2026-07-01")])
        self.assertEqual(self._look().projection, 18150)
        self.assertEqual(
            self._attention().explanation,
            "12,100 pages (Mono) until 08/31/2026: 80% of the 15,000 that are included until 09/30/2026.",
        )
        self._month(SEPTEMBER, 100)
        self.assertFalse(self._attention(), "The cycle is over.")

    def test_each_month_by_itself(self):
        self.agreement.xpps_overage_cycle = "1"
        self._month(AUGUST, 4000)
        self._month(SEPTEMBER, 3999)
        self.assertEqual(self._found(), [("mono", 4000, 5000, 80.0, "2026-08-01")])
        self.assertFalse(self._alerts().projection)

    def test_billed_by_quarters_and_not_reconciled(self):
        """What a month leaves is lost, so that each has its own share."""
        self.agreement.xpps_cycle_reconcile = False
        self._month(AUGUST, 3000)
        self._month(SEPTEMBER, 6000)
        self.assertEqual(self._found(), [("mono", 6000, 5000, 120.0, "2026-09-01")])

    def test_a_year_from_a_day(self):
        """From March on: 36,000 of 60,000 are used by the end of May, 48,600 by that of June."""
        self.agreement.write({"xpps_overage_cycle": "12", "xpps_cycle_anchor": "2026-03-01"})
        with freeze_time("2026-07-05", tick=True):
            for month in (3, 4, 5):
                self._load([self._row(12000)], **MONTHS[month])
            self.assertEqual(self._found(), [])
            self._load([self._row(12600)], **MONTHS[6])
            self.assertEqual(self._found(), [("mono", 48600, 60000, 81.0, "2026-03-01")])
            self.assertEqual(self._alerts().projection, 145800)

    def test_what_is_not_stated_is_not_0(self):
        """Nobody says what August includes: of July's 5,000, it is as much again; without any, there is no share."""
        self._month(JULY, 7000)
        before = self.counters["SN-1"]
        self._load([record("SN-1", MonoPrevious=before, MonoCurrent=before + 5100)], **AUGUST)
        self.assertEqual(self._found(), [("mono", 12100, 15000, 80.6, "2026-07-01")])

    def test_nothing_is_stated(self):
        self._load([record("SN-1", MonoPrevious=0, MonoCurrent=5100)], **AUGUST)
        self.assertEqual(self._found(), [])

    def test_nothing_is_included(self):
        self._load([self._row(300, included=0)], **AUGUST)
        self.assertEqual(self._found(), [])

    def test_output_types(self):
        """Black pages that are left are of no use for color ones."""
        counters = {"ColorPrevious": 0, "ColorCurrent": 270, "ColorIncluded": 100, "ColorOver": 170}
        self._load([self._row(100) | counters | {"ColorOverUnitCost": "0.05"}], **AUGUST)
        self.assertEqual(self._found(), [("color", 270, 300, 90.0, "2026-07-01")])


class TestRulesInSql(CycleCase):
    """What the database reckons is what the rules say."""

    def test_half_months(self):
        first = date(2026, 1, 1)
        days = [first + timedelta(days=count) for count in range(-1, 400, 7)]
        for last in days:
            ((found,),) = self.env.execute_query(
                SQL("SELECT %s", half_months_sql(SQL("%s::date", first), SQL("%s::date", last)))
            )
            self.assertEqual(found, half_months(first, last), last)

    def test_used_pages(self):
        cases = [
            (previous, current, included, stated, overage)
            for previous, current in ((None, None), (1000, 5000), (5000, 1000), (1000, 7200), (None, 5000))
            for included, stated in ((5000, True), (0, True), (0, False), (300, True))
            for overage in (0, 1200)
        ]
        for previous, current, included, stated, overage in cases:
            row = SQL(
                "(SELECT %s::int AS previous_read, %s::int AS current_read, %s AS included, %s AS included_stated, "
                "%s AS overage) read",
                previous,
                current,
                included,
                stated,
                overage,
            )
            ((found,),) = self.env.execute_query(SQL("SELECT %s FROM %s", used_pages_sql(), row))
            expected = used_pages(previous, current, included if stated else None, overage)
            self.assertEqual(found, expected, (previous, current, included, stated, overage))

    def test_cycle_allowance(self):
        for values in ((30000, 12, 5000, 2, 24), (33000, 12, 6000, 2, 23), (100, 3, 33, 3, 8), (5000, 2, 5000, 0, 24)):
            ((found,),) = self.env.execute_query(
                SQL("SELECT %s", cycle_allowance_sql(*(SQL("%s", value) for value in values)))
            )
            self.assertEqual(found, cycle_allowance(*values), values)
