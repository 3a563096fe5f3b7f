# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reports that are queries: the Xerox Vendor Report, the savings that it brings, the profitability of agreements,
those of low margin, and what is wrong with the set-up. And the back-test of terms, which rates what was read.

Takes what the database has; gives read-only models, each a package with its SQL and its views; ``back_test`` gives a
document. What several of them ask stands here: exchange rates, fees, the revenue of charges and of base prices. May
import ``importing``, ``invoicing``, ``documents`` and what is below them.
"""

from . import (
    vendor_report,
    savings,
    profitability,
    xpps_low_margin,
    health,
)
