from . import (
    vendor_report,
    profitability,
    xpps_low_margin,
)
