# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What customers see in the portal: whose records they are, and links to share them."""

from . import account_move, res_company, res_partner, res_users, sale_subscription, stock_lot
