from . import device_usage, dispute, vendor_report
