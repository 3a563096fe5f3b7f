# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Xerox Vendor Report: device by period by component, what Xerox bills and what was to be expected."""

from . import (
    xpps_vendor_report,
    xpps_vendor_report_reason,
    xpps_vendor_report_dispute,
)
