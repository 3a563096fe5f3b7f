# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Agreements with their services, and how these are billed."""

from . import (
    sale_subscription,
    sale_subscription_invoicing,
    sale_subscription_base_health,
    sale_subscription_cron,
    sale_subscription_cycles,
    sale_subscription_copy,
    sale_subscription_import,
    sale_subscription_kept,
    sale_subscription_line,
    sale_subscription_line_kept,
    sale_subscription_line_periods,
    sale_subscription_line_replace,
    sale_subscription_line_taxes,
    sale_subscription_master,
    sale_subscription_names,
    sale_subscription_reference,
    sale_subscription_schedule,
    sale_subscription_standstill,
    sale_subscription_closing,
    sale_subscription_stage,
    sale_subscription_stages,
    sale_subscription_taxes,
    sale_subscription_template,
    xpps_base_waiver,
)
