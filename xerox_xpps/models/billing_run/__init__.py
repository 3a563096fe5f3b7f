# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Billing runs: many agreements billed in one go."""

from . import (
    xpps_billing_run,
    xpps_billing_run_queue,
    xpps_billing_run_post_and_send,
    xpps_billing_run_log,
    xpps_billing_run_addresses,
    xpps_billing_run_line,
    xpps_billing_run_line_approval,
    xpps_billing_run_line_work,
    xpps_holding_flag,
)
