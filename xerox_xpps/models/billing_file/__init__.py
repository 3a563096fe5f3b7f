# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Billing files: their formats, how they come in, their check and their import."""

from . import (
    base,
    mail_alias,
    mail_thread,
    xpps_background_work,
    xpps_file_options,
    xpps_file_format,
    xpps_file_format_field,
    xpps_blocking_warning,
    xpps_billing_file,
    xpps_billing_file_queue,
    xpps_billing_file_log,
    xpps_billing_file_next,
    xpps_billing_file_plans,
    xpps_billing_file_upload,
    xpps_billing_file_line,
    xpps_billing_file_issue,
    xpps_billing_file_summary,
    xpps_billing_file_left_out,
    xpps_billing_file_decision,
    xpps_billing_file_decisions,
    xpps_billing_file_numbers,
    xpps_billing_file_cost_change,
    xpps_import_progress,
    xpps_queue,
)
