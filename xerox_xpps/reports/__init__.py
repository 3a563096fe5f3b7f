from . import (
    report_device_usage,
    xpps_low_margin,
    xpps_profitability_report,
    xpps_vendor_reason,
    xpps_vendor_report,
)
