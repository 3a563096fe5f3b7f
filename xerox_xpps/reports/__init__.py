from . import (
    report_device_usage,
    report_vendor_file,
    report_vendor_period,
    xpps_vendor_reason,
    xpps_vendor_report,
    xpps_vendor_report_dispute,
    xpps_low_margin,
    xpps_profitability_report,
)
