from . import (
    xpps_file_format_wizard,
    xpps_file_format_wizard_column,
    xpps_file_format_wizard_place,
    xpps_import_wizard,
    xpps_import_wizard_mapping,
)
