# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which lines bill the days of a recurring price. A line says of which service and period it is.

A line bills its days as long as its invoice is not cancelled, or its order not. A credit note takes money back, not
days: these are free again when somebody says so, and then the line that it credits says so, too. An invoice below zero
is a credit note that reverses nothing; its lines count backwards. A catch-up or credit of devices concerns days that
another line bills.
"""

from odoo.tools import SQL


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
