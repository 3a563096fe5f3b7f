# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Prices that rise: the rules of agreements, the increases that these propose, and the dated prices they become."""

from . import (
    xpps_price_item,
    xpps_price_rule,
    xpps_price_rule_proposal,
    xpps_price_change,
    xpps_price_change_notice,
    xpps_price_change_applying,
    xpps_price_change_line,
    xpps_price_version,
    sale_subscription_prices,
    sale_subscription_line_prices,
    sale_subscription_charge_default_prices,
    xpps_page_plan_prices,
    xpps_page_plan_tier_prices,
    res_company_prices,
)
