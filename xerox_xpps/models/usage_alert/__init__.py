# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Alerts on what customers print: ``xpps.usage.alert.rule`` says of what and whom to tell, ``xpps.usage.alert`` is what
was reached, and ``xpps.usage.notice`` a letter about it to one contact. ``UsageFigures`` has the figures.
"""

from . import (
    xpps_usage_alert_rule,
    xpps_usage_alert,
    xpps_usage_alert_telling,
    xpps_usage_notice,
    res_partner,
    sale_subscription,
    xpps_billing_file,
)
