# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the screen shows of a back-test: the values of the template ``xerox_xpps.back_test_result``, and of a chart."""

from ..common.formats import month_text, percent_text
from ..common.plural import plural
from ..documents import ReportFormat

#: How many agreements are shown; the workbook has all.
SHOWN_AGREEMENTS = 50


class BackTestScreen:
    """A ``documents.BackTest``, written in the language of ``env``."""

    def __init__(self, env, test):
        self.env = env
        self.test = test
        self.format = ReportFormat(env, test.decimal_places)

    def values(self):
        """:return: {name in the template: value}"""
        test = self.test
        agreements = test.agreements
        return {
            "currency": test.currency,
            "terms": [terms.name for terms in test.terms],
            "summary": [
                self._terms(*found) for found in zip(test.terms, test.total.revenues, test.total.margins, strict=True)
            ],
            "cost": self.format.amount(test.total.cost),
            "uses": [self._row(self._say_use(use.percent), use.total) for use in test.uses],
            "months": [self._row(month_text(self.env, row.month), row) for row in test.months],
            "agreements": [self._row(row.agreement, row, row.customer) for row in agreements[:SHOWN_AGREEMENTS]],
            "more": self._say_more(len(agreements) - SHOWN_AGREEMENTS),
            "notes": test.notes,
        }

    def chart(self):
        """Margins by month.

        :return: the props of XppsChart that are data
        """
        months = self.test.months
        return {
            "type": "bar",
            "labels": [month_text(self.env, row.month) for row in months],
            "datasets": [
                {"label": terms.name, "data": [float(row.margins[number]) for row in months]}
                for number, terms in enumerate(self.test.terms)
            ],
        }

    def _terms(self, terms, revenue, margin):
        return {
            "name": terms.name,
            "description": terms.description,
            "revenue": self.format.amount(revenue),
            "margin": self.format.amount(margin),
            "is_loss": margin < 0,
            "percent": percent_text(self.env, 100 * margin / revenue) if revenue else "–",
            "break_even": self.format.amount(terms.break_even) or "–",
            "base_unit": terms.base_unit,
        }

    def _row(self, label, row, detail=""):
        return {
            "label": label,
            "detail": detail,
            "pages": self.format.pages(row.pages),
            "cost": self.format.amount(row.cost),
            "cells": [
                {"revenue": self.format.amount(revenue), "margin": self.format.amount(margin), "is_loss": margin < 0}
                for revenue, margin in zip(row.revenues, row.margins, strict=True)
            ],
        }

    def _say_use(self, percent):
        return percent_text(self.env, percent, signed=True) if percent else self.env._("As read")

    def _say_more(self, count):
        if count <= 0:
            return ""
        return plural(
            count,
            self.env._("1 more agreement is in the workbook."),
            self.env._("%s more agreements are in the workbook.", count),
        )
