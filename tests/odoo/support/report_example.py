# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A world worked out by hand: three devices, three months, and everything that may be wrong with Xerox's bill.

Each month is imported through the wizard, its charges are approved, and the invoices of both agreements are posted.
The tests of both reports have the figures.

=====  =====================  ======================================================================================
serial  agreement             what it costs the customer
=====  =====================  ======================================================================================
A-1    ``agreement``          base price 30.00 for each device; Mono 0.01 and Color 0.08 a page
B-2    ``agreement``          as above; the device is removed on February 28th
C-3    ``other_agreement``    base price 45.00; Mono 0.01 a page
=====  =====================  ======================================================================================

A rate card says of A-1 that its supply fee is 4.50, where Xerox bills 5.00 (wrong_rate, each month), and that 1,600
Mono pages are included, where Xerox includes 1,500 (wrong_allowance, each month).

What else is wrong, and the flag of it:

- January: B-2's read is estimated (estimated_read), and it is billed on another agreement number (wrong_agreement);
  C-3's serial number is written in lower case (serial_form).
- February: 510 Mono pages of A-1 instead of 500 (quantity_wrong), its Color pages at 0.0525 instead of 0.05
  (rate_changed); B-2's service fee 11 instead of 10 (base_changed), and its meter starts at 900 instead of 1000
  (read_gap); C-3 is not in the file (missing_from_file), but X-9 is, which nobody knows (unknown_device).
- March: 120 Color pages of A-1 are included instead of 100 (allowance_changed), B-2 is billed after its removal
  (billed_after_removal), C-3 is billed to another customer number (wrong_customer), and the charge of its pages is
  rejected (not_billed_to_customer).
"""

import base64

from ...billing_file.builder import build_xml
from .common import XppsCase, record
from .contracts import Contracts, agreed
from .importing import FEBRUARY, JANUARY, MARCH

#: Xerox's files; their totals are the sums of the records: 15 + 2.50 + 10 + 15 + 3 + 20 + 3 = 68.50 in January,
#: 15 + 2.55 + 15.75 + 16 + 3.50 + 12.50 + 1 = 66.30 in February, and 15 + 16 + 20 + 9 = 60.00 in March.
MONTHS = (
    (
        {"InvoiceNumber": "JAN", **JANUARY, "InvoiceTotal": "68.50"},
        [
            record(
                "A-1",
                BaseServiceFee=10,
                BaseSupplyFee=5,
                MonoPrevious=1000,
                MonoCurrent=3000,
                MonoIncluded=1500,
                mono=(500, "0.005"),
                ColorPrevious=200,
                ColorCurrent=500,
                ColorIncluded=100,
                color=(200, "0.05"),
            ),
            record(
                "B-2",
                AgreementNumber="PC-2",
                BaseServiceFee=10,
                BaseSupplyFee=5,
                ReadType="Estimated",
                MonoPrevious=0,
                MonoCurrent=1000,
                MonoIncluded=400,
                mono=(600, "0.005"),
            ),
            record(
                "c-3",
                MonthlyBasePrice=20,
                MonoPrevious=5000,
                MonoCurrent=6000,
                MonoIncluded=500,
                mono=(500, "0.006"),
            ),
        ],
    ),
    (
        {"InvoiceNumber": "FEB", **FEBRUARY, "InvoiceTotal": "66.30"},
        [
            record(
                "A-1",
                BaseServiceFee=10,
                BaseSupplyFee=5,
                MonoPrevious=3000,
                MonoCurrent=5000,
                MonoIncluded=1500,
                mono=(510, "0.005"),
                ColorPrevious=500,
                ColorCurrent=900,
                ColorIncluded=100,
                color=(300, "0.0525"),
            ),
            record(
                "B-2",
                BaseServiceFee=11,
                BaseSupplyFee=5,
                MonoPrevious=900,
                MonoCurrent=2000,
                MonoIncluded=400,
                mono=(700, "0.005"),
            ),
            record(
                "X-9",
                BaseServiceFee="12.50",
                MonoPrevious=0,
                MonoCurrent=300,
                MonoIncluded=200,
                mono=(100, "0.01"),
            ),
        ],
    ),
    (
        {"InvoiceNumber": "MAR", **MARCH, "InvoiceTotal": "60.00"},
        [
            record(
                "A-1",
                BaseServiceFee=10,
                BaseSupplyFee=5,
                MonoPrevious=5000,
                MonoCurrent=6400,
                MonoIncluded=1500,
                mono=(0, "0.005"),
                ColorPrevious=900,
                ColorCurrent=1000,
                ColorIncluded=120,
                color=(0, "0.0525"),
            ),
            record(
                "B-2",
                BaseServiceFee=11,
                BaseSupplyFee=5,
                MonoPrevious=2000,
                MonoCurrent=2000,
                MonoIncluded=400,
                mono=(0, "0.005"),
            ),
            record(
                "C-3",
                CustomerNumber="0722",
                MonthlyBasePrice=20,
                MonoPrevious=6000,
                MonoCurrent=8000,
                MonoIncluded=500,
                mono=(1500, "0.006"),
            ),
        ],
    ),
)


class ReportExample(Contracts, XppsCase):
    """``files`` and ``invoices`` have what each month left, the invoices by agreement.

    ``device_a``, ``device_b``, ``device_c`` are the devices; ``agreement`` is of ``customer``, ``other_agreement`` of
    ``other_customer``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Faulty records are held, the others imported.
        cls.company.xpps_quarantine = True
        cls.device.name = "A-1"
        cls.device_a, cls.device_b = cls.device, cls._device("B-2")
        cls.base_line.xpps_qty_from_devices = True
        cls.agreement.xpps_agreement_number = "PC-1"
        cls.other_customer = cls._partner("Another Customer", xpps_customer_number="0721")
        cls.other_agreement = cls._agreement(partner_id=cls.other_customer.id)
        cls.other_agreement.sale_subscription_line_ids.price_unit = 45
        cls.device_c = cls._device("C-3", cls.other_agreement)
        cls._card(agreed(cls.device_a, "base_supply", 4.5), agreed(cls.device_a, "mono", included=1600))
        cls.files, cls.invoices = [], []
        for invoice, devices in MONTHS:
            cls._bill_month(invoice, devices)
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _bill_month(cls, invoice, devices):
        file = cls._load_file(build_xml(invoice, devices))
        cls.files.append(file)
        if invoice["InvoiceNumber"] == "MAR":
            rejected = file.charge_ids.filtered(lambda charge: charge.device_id == cls.device_c)
            rejected.action_reject()
        file.line_ids.filtered(lambda line: line.state == "held").action_leave_out()
        file.charge_ids.filtered(lambda charge: charge.state == "draft").action_approve()
        moves = {}
        for agreement in (cls.agreement, cls.other_agreement):
            before = agreement.invoice_ids
            agreement.generate_invoice()
            moves[agreement] = agreement.invoice_ids - before
            moves[agreement].action_post()
        cls.invoices.append(moves)
        if invoice["InvoiceNumber"] == "FEB":
            cls.env["xpps.device.remove.wizard"].create(
                {"device_ids": cls.device_b.ids, "date": "2026-02-28"}
            ).action_apply()

    @classmethod
    def _load_file(cls, data, kind="regular"):
        """Import a file through the wizard. :return: xpps.billing.file"""
        wizard = cls.env["xpps.import.wizard"].create(
            {
                "file_data": base64.b64encode(data),
                "file_name": "billing.xml",
                "company_id": cls.env.company.id,
                "kind": kind,
            }
        )
        wizard.action_check()
        wizard.action_import()
        return wizard.billing_file_id
