# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The profitability report: revenue, cost and margin of agreements, devices and components by month."""

from . import xpps_profitability_report
