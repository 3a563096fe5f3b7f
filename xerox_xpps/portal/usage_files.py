# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Usage by month as files: what the page adds up, device by device."""

import csv
import io

from odoo.tools import format_date

from ..common.today import company_today
from ..documents.report_workbook import Column, ReportWorkbook

#: What a spreadsheet program would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _columns(env):
    return [
        Column(env._("Month"), 10),
        Column(env._("Serial Number"), 18),
        Column(env._("Model"), 30),
        Column(env._("Asset Number"), 16),
        Column(env._("Place"), 28),
        Column(env._("Output Type"), 22),
        Column(env._("Pages"), 12, "pages"),
        Column(env._("Included Pages"), 14, "pages"),
    ]


def _values(line):
    return [
        f"{line.month:%Y-%m}",
        line.serial,
        line.model,
        line.asset_number,
        line.place,
        line.output_type,
        line.pages,
        line.included,
    ]


def usage_csv(env, lines):
    """:param lines: [UsageLine]. :return: the file in bytes; UTF-8, with the mark that Excel looks for"""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(column.title for column in _columns(env))
    writer.writerows([_cell(value) for value in _values(line)] for line in lines)
    return output.getvalue().encode("utf-8-sig")


def _cell(value):
    """A text stays text: a serial number “=1+1” is no formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def usage_xlsx(env, lines):
    """:param lines: [UsageLine]. :return: the workbook in bytes"""
    return _UsageWorkbook(env, lines).to_bytes()


class _UsageWorkbook(ReportWorkbook):
    def __init__(self, env, lines):
        super().__init__(env)
        self.lines = lines

    def _write_sheets(self):
        self._add_list(self.env._("Usage by Month"), _columns(self.env), map(_values, self.lines))


def usage_file_name(env, year, extension):
    """:param year: a number, or None for the last twelve months"""
    period = year or format_date(env, company_today(env.company), date_format="yyyy-MM-dd")
    title = env._("Usage by Month")
    return f"{title} {period}.{extension}"
