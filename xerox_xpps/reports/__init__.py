from . import report_device_usage
