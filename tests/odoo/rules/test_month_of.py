# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The month of a period is the same in Python and in SQL."""

import random
from datetime import date, timedelta

from odoo.tests import TransactionCase
from odoo.tools import SQL

from odoo.addons.xerox_xpps.rules import month_of, month_of_sql


class TestMonthOf(TransactionCase):
    def test_sql(self):
        dice = random.Random(20261)
        periods = [(None, date(2026, 1, 31)), (date(2024, 2, 29), date(2024, 2, 29))]
        for _number in range(3000):
            first = date(2023, 11, 1) + timedelta(days=dice.randrange(800))
            length = dice.choice(
                (1, 2, 14, 28, 29, 30, 31, 32, 45, 46, 59, 60, 61, 90, 92, 365, dice.randrange(1, 100))
            )
            periods.append((first, first + timedelta(days=length - 1)))
        found = self.env.execute_query(
            SQL(
                "SELECT %s FROM UNNEST(%s::date[], %s::date[]) WITH ORDINALITY period(first, last, number) "
                "ORDER BY number",
                month_of_sql(SQL("period.first"), SQL("period.last")),
                [first for first, _last in periods],
                [last for _first, last in periods],
            )
        )
        self.assertEqual([month for (month,) in found], [month_of(*period) for period in periods])
