# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of explanations share: that each line is told as the invoice and its annex have it."""

from collections import defaultdict
from decimal import Decimal


class Explanations:
    """To be mixed into a test case of ``XppsCase``."""

    def assertExplained(self, move):
        """Each line comes to what the invoice bills, made of just the rows that the annex has of it.

        :return: [LineExplanation]
        """
        lines = move._xpps_item_lines()
        explained = move._xpps_explanations(lines)
        self.assertEqual([line.line_id for line in explained], lines.ids)
        for line, told in zip(lines, explained, strict=True):
            self.assertEqual(told.amount, Decimal(str(round(line.price_subtotal, 2))))
            shown = [row.amount for row in told.usage.rows]
            shown += [price.amount for plan in told.usage.plans for price in plan.prices]
            shown += [base.amount for base in told.usage.base_prices]
            self.assertEqual(sum(shown, Decimal(0)) + told.rounding + told.adjustment, told.amount)
            self.assertTrue(told.sentences[0].endswith("."), told.sentences)
        annex = move._xpps_usage()
        self.assertEqual(sum(told.amount for told in explained), annex.amount)
        self.assertEqual(
            self._told(agreement for agreement in annex.agreements), self._told(t.usage for t in explained)
        )
        return explained

    def _told(self, usages):
        """What usages say of billed pages, plans and base prices: {kind: what it comes to}, whatever its order."""
        found = defaultdict(Decimal)
        for usage in usages:
            for row in usage.rows:
                if row.unit_price is not None:
                    key = (row.serial, row.output_type, row.period_start, row.period_end, row.unit_price)
                    found[(*key, "pages")] += row.billed_pages
                    found[(*key, "amount")] += row.amount
            for plan in usage.plans:
                for price in plan.prices:
                    key = plan.name, plan.period_start, price.label, price.unit_price
                    found[(*key, "pages")] += price.pages or 0
                    found[(*key, "amount")] += price.amount
            for base in usage.base_prices:
                found[base.name, base.period_start, base.period_end, base.quantity] += base.amount
            found["rounding"] += usage.rounding + sum(plan.rounding for plan in usage.plans)
            found["adjustment"] += usage.adjustment + sum(plan.adjustment for plan in usage.plans)
        return dict(found)
