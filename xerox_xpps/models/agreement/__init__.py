from . import (
    sale_subscription,
    sale_subscription_invoicing,
    sale_subscription_line,
)
