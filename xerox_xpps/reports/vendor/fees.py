# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which records Xerox bills, the base fees of one, and what it is known by: parts of several queries."""

from odoo.tools import SQL

#: Rows of missing devices are about a file and a device. JavaScript's integers end at 2^53: this leaves room for 2
#: million files and 268 million devices.
DEVICES = 2**28


def base_key():
    """:return: SQL, what tells the base fees of a record from those of others"""
    return SQL("line.id::bigint")


def missing_key():
    """:return: SQL, the same where there is no record, but should be one"""
    return SQL("(-(missing.file_id::bigint * %s + missing.device_id))", DEVICES)


def row_fee(component):
    """What Xerox bills with ``line``: what is not split counts as the service fee, and a correction that states no base
    fees leaves them as they were.

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


def held_condition():
    """Condition on ``line`` and ``file``: a record that Xerox bills and that was held back or left out.

    Such a record of a correction bills nothing as long as what it corrects does.
    """
    return SQL(
        """
        line.state IN ('held', 'left_out') AND file.state = 'imported'
        AND (file.kind = 'regular' OR NOT EXISTS (
            SELECT FROM xpps_billing_file_line standing
             WHERE standing.device_id = line.device_id AND standing.superseded_by_id IS NULL
               AND (standing.billed_period_end = file.period_end OR standing.billed_period_start = file.period_start)))
        """
    )


def billed_records():
    """Condition on ``line`` and ``file``: a record that Xerox bills, imported or held, and no correction replaced."""
    return SQL(
        "line.superseded_by_id IS NULL AND (line.state = 'imported' AND file.state = 'imported' OR %s)",
        held_condition(),
    )
