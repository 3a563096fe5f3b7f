from . import (
    xpps_billed_item,
    account_move,
    account_move_line,
    account_move_reversal,
    account_move_send,
    account_tax,
    sale_order,
    sale_order_line,
)
