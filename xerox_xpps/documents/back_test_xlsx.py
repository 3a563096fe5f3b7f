# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A back-test of terms as a workbook: what it says in all, and each agreement month by month."""

from ..common.formats import percent_text
from .report_workbook import Column, ReportWorkbook


def write_back_test_xlsx(env, test):
    """:param env: in the language of the texts
    :param test: BackTest
    :return: the workbook, as bytes
    """
    return BackTestWorkbook(env, test).to_bytes()


class BackTestWorkbook(ReportWorkbook):
    def __init__(self, env, test):
        super().__init__(env, test.decimal_places)
        self.test = test

    def _write_sheets(self):
        env, test = self.env, self.test
        self._write_summary()
        names = [Column(env._("Agreement"), 34), Column(env._("Customer"), 28), Column(env._("Month"), 11, "date")]
        self._write_figures(
            env._("Months"), names, [((row.agreement, row.customer, row.month), row) for row in test.rows]
        )
        self._write_figures(
            env._("Agreements"), names[:2], [((row.agreement, row.customer), row) for row in test.agreements]
        )

    def _write_summary(self):
        env, test = self.env, self.test
        sheet = self._add_sheet(env._("Summary"))
        for column, width in enumerate((34, *[16] * 8)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, env._("Terms Back-Test"), self.formats["title"])
        self._write_row(sheet, 1, (env._("Company"), test.company), ("bold", "text"))
        self._write_row(sheet, 2, (env._("Months"), test.first, test.last), ("bold", "date", "date"))
        columns = [
            Column(env._("Terms"), 0),
            Column(env._("Revenue (%s)", test.currency), 0, "money"),
            Column(env._("Xerox's Cost"), 0, "money"),
            Column(env._("Margin"), 0, "money"),
            Column(env._("Break-Even Base Price"), 0, "money"),
            Column(env._("Base Price For"), 0),
            Column(env._("Description"), 0),
        ]
        total = test.total
        rows = [
            (terms.name, revenue, total.cost, margin, terms.break_even, terms.base_unit, terms.description)
            for terms, revenue, margin in zip(test.terms, total.revenues, total.margins, strict=True)
        ]
        below = self._write_table(sheet, 4, columns, rows)
        uses = [
            ((percent_text(env, use.percent, signed=True) if use.percent else env._("As read"),), use.total)
            for use in test.uses
        ]
        below = self._write_table(
            sheet, below + 1, [Column(env._("Pages"), 0), *self._figure_columns()], map(self._values, uses)
        )
        months = [((row.month,), row) for row in test.months]
        below = self._write_table(
            sheet, below + 1, [Column(env._("Month"), 0, "date"), *self._figure_columns()], map(self._values, months)
        )
        for number, note in enumerate(test.notes, start=below + 1):
            sheet.write_string(number, 0, note)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _write_figures(self, title, names, rows):
        """A list of rows with their sum below."""
        columns = [*names, *self._figure_columns()]
        sheet, below = self._add_list(title, columns, map(self._values, rows))
        total = (self.env._("Total"), *[None] * (len(names) - 1))
        kinds = [f"bold_{column.kind}" if column.kind in ("money", "pages") else "bold" for column in columns]
        self._write_row(sheet, below, self._values((total, self.test.total)), kinds)

    def _figure_columns(self):
        env, test = self.env, self.test
        columns = [Column(env._("Pages"), 11, "pages"), Column(env._("Xerox's Cost (%s)", test.currency), 14, "money")]
        for terms in test.terms:
            columns += [
                Column(env._("%s: Revenue", terms.name), 16, "money"),
                Column(env._("%s: Margin", terms.name), 16, "money"),
            ]
        return columns

    @staticmethod
    def _values(named):
        """:param named: (what the row is about, BackTestRow)"""
        names, row = named
        figures = [amount for pair in zip(row.revenues, row.margins, strict=True) for amount in pair]
        return (*names, row.pages, row.cost, *figures)
