# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The cut-off of a day: what is earned and not billed, billed and not earned, and what Xerox did not bill yet."""

from . import (
    sale_subscription_cutoff,
    sale_subscription_line_cutoff,
    xpps_cutoff,
    xpps_cutoff_line,
    xpps_cutoff_preview,
    xpps_cutoff_entry,
)
