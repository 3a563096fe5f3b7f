# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rows of a dispute as a workbook, for Xerox."""

from ..billing_file import to_decimal
from ..billing_file.amounts import add_up
from .report_workbook import Column, ReportWorkbook
from .vendor_document_builder import RowTexts
from .vendor_document_xlsx import difference_columns, difference_values


def write_dispute_xlsx(dispute):
    """:param dispute: xpps.dispute, in the language of the texts
    :return: the workbook, as bytes
    """
    return DisputeWorkbook(dispute).to_bytes()


class DisputeWorkbook(ReportWorkbook):
    """One sheet: the rows, what is claimed of each, and the sum of it."""

    def __init__(self, dispute):
        super().__init__(dispute.env, dispute.currency_id.decimal_places)
        self.dispute = dispute

    def _write_sheets(self):
        dispute, texts = self.dispute, RowTexts(self.env)
        columns = difference_columns(self.env, dispute.currency_id.name)
        columns.insert(-2, Column(self.env._("Disputed (%s)", dispute.currency_id.name), 13, "money"))
        rows = []
        for line in dispute.line_ids:
            *values, flag, reason = difference_values(texts.difference_row(line))
            rows.append((*values, to_decimal(line.amount), flag, reason))
        sheet, below = self._add_list(dispute.name, columns, rows)
        total = add_up(to_decimal(line.amount) for line in dispute.line_ids)
        values = [self.env._("Total"), *[None] * (len(columns) - 4), total, None, None]
        self._write_row(sheet, below, values, ["bold"] * (len(columns) - 3) + ["bold_money", "bold", "bold"])
