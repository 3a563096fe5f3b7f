# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Page plans: what an agreement, or all agreements of a customer, include besides what Xerox includes.

``xpps.page.plan`` says what, ``xpps.page.rating`` is the ledger of its cycles. ``importing.PlanRater`` rates.
"""

from . import (
    xpps_page_group,
    xpps_page_plan,
    xpps_page_plan_part,
    xpps_page_plan_tier,
    xpps_page_plan_model,
    xpps_page_plan_kept,
    xpps_page_rating,
    xpps_page_rating_device,
    sale_subscription,
    sale_subscription_charge,
    stock_lot,
    xpps_meter_read,
)
