from . import report_device_usage, xpps_profitability_report, xpps_vendor_report
from . import xpps_low_margin
