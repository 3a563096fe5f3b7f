# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Questions of customers about lines of their invoices, from the portal to Xerox's credit and back."""

from . import (
    xpps_customer_query,
    xpps_customer_query_credit,
    xpps_customer_query_dispute,
    account_move,
    account_move_line,
    xpps_dispute,
)
