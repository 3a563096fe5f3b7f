# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of back-tests share."""

from datetime import date

from odoo import Command

from .plans import PlanCase


class BackTestCase(PlanCase):
    """One device that prints 2,100 pages a month, of which Xerox includes 1,000, for 30 a month and 0.0042 a page."""

    @classmethod
    def _wizard_of(cls, agreements, first, last, *terms):
        """:param terms: values of sets of terms; none for those as they are"""
        terms = terms or ({"name": "As they are", "base_method": "current", "pages_method": "current"},)
        return cls.env["xpps.back.test.wizard"].create(
            {
                "agreement_ids": [Command.set(agreements.ids)],
                "date_from": first,
                "date_to": last,
                "terms_ids": [
                    Command.create({"name": f"Terms {number}", **values}) for number, values in enumerate(terms)
                ],
            }
        )

    @classmethod
    def _test_of(cls, first, last, *terms, agreements=None):
        """:return: documents.BackTest"""
        return cls._wizard_of(agreements or cls.agreement, first, last, *terms)._back_test()

    @staticmethod
    def _figures(test):
        """Revenue, cost and margin of each set of terms, as texts."""
        total = test.total
        return [
            (str(revenue), str(total.cost), str(margin))
            for revenue, margin in zip(total.revenues, total.margins, strict=True)
        ]

    def _file_of(self, year, month, rows, **invoice):
        """Import a file of a calendar month."""
        first = date(year, month, 1)
        following = date(year + month // 12, month % 12 + 1, 1)
        return self._load(
            rows,
            **{
                "InvoiceDate": following.replace(day=3).isoformat(),
                "PeriodStart": first.isoformat(),
                "PeriodEnd": date.fromordinal(following.toordinal() - 1).isoformat(),
                **invoice,
            },
        )
