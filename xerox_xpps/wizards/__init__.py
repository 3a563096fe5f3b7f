# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Dialogs: each a model that nothing outlives, with its rows in the same file and its views beside it.

May import all packages but ``controllers``.
"""

from . import (
    xpps_upload_wizard,
    xpps_agreement_copy_wizard,
    xpps_agreement_resume_wizard,
    xpps_device_maker,
    xpps_back_test_terms,
    xpps_back_test_wizard,
    xpps_billing_run_release,
    xpps_charge_reject_wizard,
    xpps_charge_write_off_wizard,
    xpps_device_fix_wizard,
    xpps_device_change_wizard,
    xpps_device_change_many_wizard,
    xpps_device_assign_wizard,
    xpps_device_create_wizard,
    xpps_device_create_records,
    xpps_device_move_wizard,
    xpps_device_remove_wizard,
    xpps_device_swap_wizard,
    xpps_device_add_wizard,
    xpps_file_format_wizard,
    xpps_health_snooze_wizard,
    xpps_import_wizard,
    xpps_page_waive_wizard,
    xpps_price_propose_wizard,
    xpps_price_reason_wizard,
    xpps_rate_paste_wizard,
    xpps_service_replace_wizard,
    xpps_vendor_report_wizard,
)
