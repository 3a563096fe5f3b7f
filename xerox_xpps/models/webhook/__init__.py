# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Other programs are told, by signed messages to an address of theirs, that work has ended."""

from . import (
    xpps_webhook,
    xpps_webhook_delivery,
    xpps_billing_file,
    xpps_billing_run,
)
