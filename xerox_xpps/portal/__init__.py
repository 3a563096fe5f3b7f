# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the customers' pages in the portal say.

Builders take the environment of the user, find records by what that user may read, and give dataclasses of texts and
numbers (``pages``); templates and downloads only write these. None of them has a field for a cost, a margin, a price of
Xerox, or a number of Xerox's invoices. May import ``models`` and what is below it.
"""

from .agreements import AGREEMENT_STATES, AgreementBuilder, agreement_rows, agreements_domain
from .device import DeviceBuilder
from .devices import DeviceSearch
from .home import counts_of, home_page
from .invoices import invoice_rows, invoices_domain
from .usage import UsageBuilder
from .usage_files import usage_csv, usage_file_name, usage_xlsx

__all__ = [
    "AGREEMENT_STATES",
    "AgreementBuilder",
    "DeviceBuilder",
    "DeviceSearch",
    "UsageBuilder",
    "agreement_rows",
    "agreements_domain",
    "counts_of",
    "home_page",
    "invoice_rows",
    "invoices_domain",
    "usage_csv",
    "usage_file_name",
    "usage_xlsx",
]
