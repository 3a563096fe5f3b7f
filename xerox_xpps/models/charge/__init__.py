# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Charges of pages above the allowance, their defaults by agreement, and who changed what of them."""

from . import (
    xpps_charge_change,
    xpps_price_history,
    sale_subscription_charge,
    sale_subscription_charge_amounts,
    sale_subscription_charge_approval,
    sale_subscription_charge_invoicing,
    sale_subscription_charge_payers,
    sale_subscription_charge_rest,
    sale_subscription_charge_correction,
    sale_subscription_charge_cycle,
    sale_subscription_charge_credit,
    sale_subscription_charge_margin,
    sale_subscription_charge_next,
    sale_subscription_charge_default,
    sale_subscription_charge_default_import,
    sale_subscription_charge_default_kept,
)
