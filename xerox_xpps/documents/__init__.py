from . import (
    report_device_usage,
    report_vendor_file,
    report_vendor_period,
)
