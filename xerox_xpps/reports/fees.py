# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which records Xerox bills, and the base fees of one: parts of several queries."""

from odoo.tools import SQL

from ..rules import same_period_sql


def row_fee(component):
    """What Xerox bills with ``line``: what is not split counts as the service fee, and what a correction does not state
    stays as it was.

    :return: SQL, never NULL
    """
    if component == "base_supply":
        return SQL("COALESCE(line.standing_supply_cost, line.base_supply_cost, 0)")
    return SQL(
        "COALESCE(line.standing_service_cost, COALESCE(line.base_price_cost, 0) - COALESCE(line.base_supply_cost, 0))"
    )


def expected_row_fee(component):
    """:return: SQL, what Xerox billed the month before; NULL for a first bill"""
    return SQL.identifier("line", f"expected_{component.removeprefix('base_')}_cost")


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
        _serial_key("other"),
        _serial_key("waiting"),
    )


def _serial_key(table):
    """As ``billing_file.serial_key``, but NULL without a serial number."""
    return SQL("NULLIF(UPPER(REGEXP_REPLACE(%s, '[[:space:]]', '', 'g')), '')", SQL.identifier(table, "serial"))
