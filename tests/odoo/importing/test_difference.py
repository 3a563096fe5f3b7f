# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rule of corrections: its table of cases, and that it always comes out at what Xerox bills."""

import doctest
import random
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.xerox_xpps.importing import difference
from odoo.addons.xerox_xpps.importing.difference import Charged, PageTerms, differences, standing


class TestDifference(BaseCase):
    def test_cases(self):
        results = doctest.testmod(difference)
        self.assertGreater(results.attempted, 20)
        self.assertEqual(results.failed, 0)

    def test_random_corrections(self):
        """Corrections of corrections: customer and Xerox's cost come out right after each of them."""
        chance = random.Random(11)
        for _history in range(200):
            follows_cost = chance.random() < 0.5
            # The price of pages that came back after there were none is the first charge's.
            counts = (1, 500, 1000, 1500) if follows_cost else (0, 1, 500, 1000, 1500)
            charges = [(Charged("pages", 0, 1000, Decimal(20)), Decimal(10))]
            before, terms = 1000, PageTerms(Decimal(10), Decimal(20))
            for number in range(1, 8):
                now, cost = chance.choice(counts), Decimal(chance.choice((5, 10, 15)))
                if (now, cost) == (before, terms.unit_cost):
                    continue
                stands = standing([charge for charge, _cost in charges])
                self.assertEqual((stands.pages, stands.first), (before, 0))
                old = PageTerms(charges[stands.last][1], stands.unit_price)
                price = 2 * cost if follows_cost else old.unit_price
                new = PageTerms(cost, price)
                for found in differences(stands.pages, before, now, old, new):
                    at = new if found.is_new else old
                    charge = Charged(found.kind, number, found.pages, at.unit_price, billable=found.moves_price)
                    charges.append((charge, at.unit_cost))
                self.assertEqual(sum(charge.pages for charge, _cost in charges if charge.billable), now)
                self.assertEqual(sum(charge.pages * cost for charge, cost in charges), now * cost)
                if follows_cost:
                    amount = sum(charge.pages * charge.unit_price for charge, _cost in charges if charge.billable)
                    self.assertEqual(amount, now * 2 * cost)
                before, terms = now, new
