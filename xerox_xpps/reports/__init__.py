from . import report_device_usage, xpps_profitability_report, xpps_vendor_report
from . import (
    report_device_usage,
    report_vendor_file,
    report_vendor_period,
    xpps_vendor_reason,
    xpps_vendor_report,
    xpps_vendor_report_dispute,
)
from . import report_device_usage, xpps_vendor_reason, xpps_vendor_report
from . import xpps_low_margin
