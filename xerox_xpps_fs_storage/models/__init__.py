from . import (
    fs_storage,
    xpps_billing_file,
    xpps_fetch_source,
    xpps_fetch_source_connection,
    xpps_fetch_source_due,
    xpps_fetch_source_fetching,
    xpps_fetched_file,
    xpps_fetched_file_settling,
    xpps_reminder,
)
