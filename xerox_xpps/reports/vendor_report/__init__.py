from . import (
    xpps_vendor_report,
    xpps_vendor_report_reason,
    xpps_vendor_report_dispute,
)
