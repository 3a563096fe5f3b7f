# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which lines bill the days of a recurring price. A line says of which service and period it is.

A line bills its days as long as its invoice is not cancelled, or its order not. A credit note takes money back, not
days: these are free again when somebody says so, and then the line that it credits says so, too. An invoice below zero
is a credit note that reverses nothing; its lines count backwards. A catch-up or credit of devices concerns days that
another line bills.
"""

from odoo.tools import SQL

from .period import overlap_sql


def bills_days_sql(line: str = "line", move: str = "move") -> SQL:
    """Condition on ``account_move_line`` and ``account_move``: a line that bills days, or changes what was billed."""
    return SQL(
        """(
            %(state)s <> 'cancel' AND %(given_back)s IS NOT TRUE AND %(first)s IS NOT NULL AND %(last)s IS NOT NULL
            AND %(reversed)s IS NULL
            AND (%(type)s IN ('out_invoice', 'out_receipt') OR (%(type)s = 'out_refund' AND %(quantity)s < 0))
        )""",
        state=SQL.identifier(line, "parent_state"),
        given_back=SQL.identifier(line, "xpps_given_back"),
        first=SQL.identifier(line, "xpps_period_start"),
        last=SQL.identifier(line, "xpps_period_end"),
        quantity=SQL.identifier(line, "quantity"),
        reversed=SQL.identifier(move, "reversed_entry_id"),
        type=SQL.identifier(move, "move_type"),
    )


def order_bills_days_sql(line: str = "line", order: str = "sale") -> SQL:
    """Condition on ``sale_order_line`` and ``sale_order``: a line that bills days, or will."""
    return SQL(
        "(%(state)s <> 'cancel' AND %(quantity)s <> 0 AND %(first)s IS NOT NULL AND %(last)s IS NOT NULL)",
        state=SQL.identifier(order, "state"),
        quantity=SQL.identifier(line, "product_uom_qty"),
        first=SQL.identifier(line, "xpps_period_start"),
        last=SQL.identifier(line, "xpps_period_end"),
    )


def other_share_sql(one: str, two: str) -> SQL:
    """Condition on two lines: they bill the shares of two payers, of what is billed once; never NULL."""
    return SQL(
        "(%(one_key)s IS NOT NULL AND %(one_key)s IS NOT DISTINCT FROM %(two_key)s "
        "AND %(one_number)s IS DISTINCT FROM %(two_number)s)",
        one_key=SQL.identifier(one, "xpps_share_key"),
        two_key=SQL.identifier(two, "xpps_share_key"),
        one_number=SQL.identifier(one, "xpps_share_number"),
        two_number=SQL.identifier(two, "xpps_share_number"),
    )


def billed_twice_sql() -> SQL:
    """Query of the days of services that two invoice lines bill, a row for each pair of lines.

    Its columns are ``service_id``, ``first_day``, ``last_day``, ``move_id`` and ``other_move_id``.
    """
    return SQL(
        """
        SELECT one.xpps_subscription_line_id AS service_id,
               GREATEST(one.xpps_period_start, two.xpps_period_start) AS first_day,
               LEAST(one.xpps_period_end, two.xpps_period_end) AS last_day,
               one.move_id, two.move_id AS other_move_id
          FROM account_move_line one
          JOIN account_move move ON move.id = one.move_id
          JOIN account_move_line two
            ON two.xpps_subscription_line_id = one.xpps_subscription_line_id AND two.id > one.id
           AND %(shared)s AND two.xpps_base_adjustment IS NOT TRUE AND NOT %(other_share)s
          JOIN account_move other ON other.id = two.move_id
         WHERE one.xpps_base_adjustment IS NOT TRUE AND %(one)s AND %(two)s
        """,
        one=bills_days_sql("one"),
        other_share=other_share_sql("one", "two"),
        two=bills_days_sql("two", "other"),
        shared=overlap_sql(
            SQL("one.xpps_period_start"),
            SQL("one.xpps_period_end"),
            SQL("two.xpps_period_start"),
            SQL("two.xpps_period_end"),
        ),
    )
