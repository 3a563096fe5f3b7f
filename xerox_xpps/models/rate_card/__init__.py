# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rate cards: what Xerox has agreed to bill the reseller, which each of its bills is compared with."""

from . import (
    xpps_rate_card,
    xpps_rate_card_line,
    xpps_rate_card_import,
    xpps_rate_card_proposal,
)
