# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Invoices, credit notes and orders that bill agreements, and the annex that goes with them."""

from . import (
    xpps_billed_item,
    # Charges that are billed again are told of before base prices.
    account_move_base,
    account_move,
    account_move_delivery,
    account_move_joined,
    account_move_line,
    account_move_rate,
    account_move_line_base,
    account_move_line_shares,
    account_move_reversal,
    account_move_send,
    account_tax,
    sale_order,
    sale_order_line,
)
