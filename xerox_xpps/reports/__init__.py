from . import report_device_usage
from . import report_vendor_file
from . import report_vendor_period
