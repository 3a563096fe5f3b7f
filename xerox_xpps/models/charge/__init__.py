from . import (
    xpps_charge_change,
    xpps_price_history,
    sale_subscription_charge,
    sale_subscription_charge_credit,
    sale_subscription_charge_margin,
    sale_subscription_charge_default,
)
