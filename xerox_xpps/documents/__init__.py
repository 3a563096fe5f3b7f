# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is printed and downloaded: the annex of an invoice, the Xerox Vendor Report, and the workbooks of a dispute and
of a back-test of terms.

Builders take records and give dataclasses, writers take these and give the bytes of a workbook; the models of QWeb's
reports hand them to the templates beside them. May import ``billing_file``, ``rules`` and ``common``.
"""

from . import ir_actions_report, report_device_label, report_device_usage, report_vendor_file, report_vendor_period
from .back_test import BackTest, BackTestRow, TestedTerms, UseRow
from .back_test_xlsx import write_back_test_xlsx
from .device_usage_builder import UsageBuilder
from .device_usage_xlsx import write_usage_xlsx
from .dispute_xlsx import write_dispute_xlsx
from .line_explanation_builder import LineExplanationBuilder
from .report_format import PortalFormat, ReportFormat
from .report_workbook import XLSX_MIMETYPE
from .vendor_document_builder import VendorDocumentBuilder
from .vendor_document_xlsx import write_vendor_xlsx

__all__ = [
    "XLSX_MIMETYPE",
    "BackTest",
    "BackTestRow",
    "LineExplanationBuilder",
    "PortalFormat",
    "ReportFormat",
    "TestedTerms",
    "UseRow",
    "UsageBuilder",
    "VendorDocumentBuilder",
    "write_back_test_xlsx",
    "write_dispute_xlsx",
    "write_usage_xlsx",
    "write_vendor_xlsx",
]
