# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which records Xerox bills, and what it was expected to bill: parts of several queries."""

from odoo.tools import SQL

from ..rules import same_period_sql, serial_key_sql


def contract_row_fee(component):
    """:return: SQL, what the rate card says; NULL where there is nothing to compare with"""
    return SQL.identifier("line", f"contract_{component.removeprefix('base_')}_cost")


def expected_row_fee(component):
    """:return: SQL, what the rate card says, else what Xerox billed the month before; NULL for a first bill"""
    last = SQL.identifier("line", f"expected_{component.removeprefix('base_')}_cost")
    return SQL("COALESCE(%s, %s)", contract_row_fee(component), last)


def billed_records():
    """Condition on ``line`` and ``file``: a record that Xerox bills, and that no correction has replaced."""
    return SQL(
        "((line.state = 'imported' AND line.superseded_by_id IS NULL AND file.state = 'imported') OR (%s))",
        held_condition(),
    )


def held_condition():
    """Condition on ``line`` and ``file``: a record that Xerox bills and that was held back or left out."""
    return SQL(
        "line.state IN ('held', 'left_out') AND file.state = 'imported' AND line.id NOT IN (%s)", _replaced_records()
    )


def _replaced_records():
    """Records that were held back or left out, and that count no more, or not yet, as another one of their device and
    period does.

    One of a correction bills nothing as long as what it corrects stands. One of whichever file is replaced by a later
    correction. The records have no device, or may have got one since then, so their serial numbers tell.

    :return: SQL of a SELECT with their ids; PostgreSQL makes it once, and only where there are such records
    """
    return SQL(
        """
        SELECT waiting.id
          FROM xpps_billing_file_line waiting
          JOIN xpps_billing_file old ON old.id = waiting.billing_file_id
          JOIN xpps_billing_file new
            ON new.company_id = old.company_id AND new.id <> old.id AND new.state = 'imported'
           AND %s
          JOIN xpps_billing_file_line other
            ON other.billing_file_id = new.id AND other.superseded_by_id IS NULL AND %s = %s
         WHERE waiting.state IN ('held', 'left_out')
           AND (old.kind = 'correction' AND other.state = 'imported'
                OR new.kind = 'correction' AND (new.invoice_date, new.id) > (old.invoice_date, old.id))
        """,
        same_period_sql(SQL("new.period_start"), SQL("new.period_end"), SQL("old.period_start"), SQL("old.period_end")),
        serial_key_sql(SQL("other.serial")),
        serial_key_sql(SQL("waiting.serial")),
    )
