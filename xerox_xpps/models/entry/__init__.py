# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What customers enter, in the portal or by the code on a device's label: reads, and problems."""

from . import (
    xpps_customer_entry,
    xpps_customer_entry_read,
    xpps_meter_read,
    stock_lot,
)
