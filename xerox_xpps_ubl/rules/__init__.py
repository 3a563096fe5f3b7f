# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Business rules of electronic invoices, a file each, of plain values. Nothing asks the database."""

from .annex_files import fitting_files
from .line_figures import BilledCharge, ReadFigures, line_figures
from .one_for_all import one_for_all

__all__ = ["BilledCharge", "ReadFigures", "fitting_files", "line_figures", "one_for_all"]
