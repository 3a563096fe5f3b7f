# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The savings report: what Xerox billed too much, what was claimed of it, and what Xerox credited."""

from . import xpps_savings_report
