from . import report_device_usage
from . import xpps_profitability_report
