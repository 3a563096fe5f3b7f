# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Xerox's own bill of a billing file, the report of both, and disputes about it."""

from . import (
    xpps_vendor_document,
    xpps_vendor_bill_component,
    xpps_billing_file_vendor_bill,
    xpps_billing_file_audit,
    xpps_dispute,
    xpps_dispute_line,
    xpps_reminder,
)
