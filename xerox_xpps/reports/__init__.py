from . import report_device_usage, xpps_vendor_reason, xpps_vendor_report
