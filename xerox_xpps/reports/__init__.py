from . import report_device_usage, xpps_vendor_report
