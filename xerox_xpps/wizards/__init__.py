from . import (
    xpps_billing_run_release,
    xpps_device_fix_row,
    xpps_device_fix_wizard,
    xpps_device_assign_wizard,
    xpps_device_assign_wizard_row,
    xpps_device_create_wizard,
    xpps_device_create_wizard_row,
    xpps_file_format_wizard,
    xpps_file_format_wizard_column,
    xpps_file_format_wizard_place,
    xpps_import_wizard,
    xpps_import_wizard_mapping,
)
