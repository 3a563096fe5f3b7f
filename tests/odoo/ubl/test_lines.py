# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What lines of electronic invoices say of devices and meters."""

from odoo import Command

from ..support.einvoices import EInvoiceCase
from ..support.importing import FEBRUARY
from ..support.plans import MONTHS, PlanCase

JANUARY_DAYS = ("2026-01-01", "2026-01-31")


class TestDevices(EInvoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._device("SN-2")

    def _by_device(self, tree):
        """{serial number: properties} of the lines of pages"""
        lines = [self._properties(line) for line in self._lines(tree)]
        return {properties["Serial number"]: properties for properties in lines if "Output type" in properties}

    def test_a_meter(self):
        self._files(self._read(ReadDate="2026-01-30"), self._read("SN-2", 50, 700, 500, 150, ReadType="Estimated"))
        tree = self._export(self._posted())
        found = self._by_device(tree)
        self.assertEqual(
            found["SN-1"],
            {
                "Serial number": "SN-1",
                "Output type": "Black & white",
                "Previous read": "1000",
                "Current read": "1620",
                "Included pages": "500",
                "Printed pages": "620",
                "Read date": "2026-01-30",
            },
        )
        self.assertEqual(found["SN-2"]["Estimated read"], "Yes")
        self.assertNotIn("Read date", found["SN-2"])
        for line in self._lines(tree):
            self.assertEqual(self._period(line), JANUARY_DAYS)

    def test_what_is_not_stated(self):
        """A read, or an allowance, of which the file says nothing is left out, and is not 0."""
        self._files(self._read(previous=None, current=None, included=None), self._read("SN-2", 0, 150, 0, 150))
        found = self._by_device(self._export(self._posted()))
        self.assertEqual(found["SN-1"], {"Serial number": "SN-1", "Output type": "Black & white"})
        stated = {name: found["SN-2"][name] for name in ("Previous read", "Current read", "Included pages")}
        self.assertEqual(stated, {"Previous read": "0", "Current read": "150", "Included pages": "0"})

    def test_a_correction_states_less(self):
        """What it does not state is as it was: no pages are included, as the first file says."""
        self._files(self._read("SN-1", 0, 1000, 0, 1000))
        self._posted()
        correction = self._read(previous=None, current=None, included=None, over=1100)
        self._files(correction, kind="correction", InvoiceNumber="X-2")
        (line,) = self._by_device(self._export(self._posted())).values()
        self.assertEqual(line["Included pages"], "0")

    def test_devices_on_one_line(self):
        """Two devices share a line: it says what both printed, and no reads."""
        self.agreement.xpps_invoice_detail = "material"
        self._files(self._read(), self._read("SN-2", 50, 700, 500, 150))
        line = self._by_name(self._export(self._posted()))["Mono Pages"]
        self.assertEqual(
            self._properties(line),
            {"Number of devices": "2", "Output type": "Black & white", "Printed pages": "1270"},
        )
        self.assertEqual(self._period(line), JANUARY_DAYS)

    def test_one_device_on_a_shared_line(self):
        self.agreement.xpps_invoice_detail = "material"
        self._files(self._read())
        line = self._by_name(self._export(self._posted()))["Mono Pages"]
        self.assertEqual(self._properties(line)["Serial number"], "SN-1")
        self.assertEqual(self._properties(line)["Current read"], "1620")

    def test_two_months_on_one_line(self):
        """The days are those of both; reads of two months are no reads of one."""
        self.agreement.xpps_invoice_detail = "material"
        self._files(self._read())
        self._files(self._read(previous=1620, current=2220, over=100), InvoiceNumber="X-2", **FEBRUARY)
        line = self._by_name(self._export(self._posted()))["Mono Pages"]
        self.assertEqual(self._period(line), ("2026-01-01", "2026-02-28"))
        self.assertEqual(
            self._properties(line),
            {"Serial number": "SN-1", "Output type": "Black & white", "Printed pages": "1220"},
        )

    def test_charge_without_read(self):
        self._charge(40, device_id=False)
        line = self._by_name(self._export(self._posted()))["Mono Pages"]
        self.assertEqual(self._properties(line), {"Output type": "Black & white", "Billed pages": "40"})

    def test_names_of_the_company(self):
        self.env["xpps.output.name"].create({"output_type": "mono", "name": "Grayscale"})
        self._files(self._read())
        self.assertEqual(self._by_device(self._export(self._posted()))["SN-1"]["Output type"], "Grayscale")

    def test_base_price_of_one_device(self):
        """The device that a base price is for, if there is one only: those of later months do not count."""
        self.second.xpps_subscription_line_id = False
        move = self._posted()
        line = self._by_name(self._export(move))["XPPS Base Price"]
        self.assertEqual(self._properties(line), {"Serial number": "SN-1"})
        self.assertEqual(self._period(line), JANUARY_DAYS)

    def test_base_price_of_several_devices(self):
        line = self._by_name(self._export(self._posted()))["XPPS Base Price"]
        self.assertEqual(self._properties(line), {})
        self.assertEqual(self._period(line), JANUARY_DAYS)

    def test_other_items_stay(self):
        """On the same invoice, other items say nothing, as without the addon."""
        coffee = self._service("Coffee", price=5, taxes_id=[Command.set(self.tax.ids)])
        self.agreement.sale_subscription_line_ids = [Command.create({"product_id": coffee.id})]
        line = self._by_name(self._export(self._posted()))["Coffee"]
        self.assertEqual((self._period(line), self._properties(line)), ((None, None), {}))

    def test_attributes_of_a_product_stay(self):
        """What Odoo writes of a product comes first."""
        attribute = self.env["product.attribute"].create(
            {"name": "Paper", "value_ids": [Command.create({"name": "A4"})]}
        )
        lines = self.env["product.template.attribute.line"].create(
            {
                "product_tmpl_id": self.mono.product_tmpl_id.id,
                "attribute_id": attribute.id,
                "value_ids": [Command.set(attribute.value_ids.ids)],
            }
        )
        self.mono.product_template_attribute_value_ids = lines.product_template_value_ids
        self._files(self._read())
        line = self._by_name(self._export(self._posted()))["Mono Pages"]
        self.assertEqual(list(self._properties(line).items())[:2], [("Paper", "A4"), ("Serial number", "SN-1")])

    def test_credited_period(self):
        """A credit note has lines of its own kind; they say what the invoice said, and its days."""
        self._files(self._read())
        move = self._posted()
        invoiced = self._by_name(self._export(move))
        tree = self._export(self._credit(move))
        self.assertTrue(tree.tag.endswith("}CreditNote"))
        credited = self._by_name(tree)
        self.assertEqual(set(credited), {"Mono Pages", "XPPS Base Price"})
        for name, line in credited.items():
            self.assertEqual(self._period(line), JANUARY_DAYS)
            self.assertEqual(self._properties(line), self._properties(invoiced[name]))

    def test_queries_do_not_grow(self):
        def queries(agreement, serials):
            for serial in serials:
                self._device(serial, agreement)
            self._files(*(self._read(serial) for serial in serials), InvoiceNumber=f"X-{len(serials)}")
            move = self._posted(agreement)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(move._xpps_evidence().lines), len(serials) + 1)
            return self.cr.sql_log_count - before

        few, many = (queries(self._agreement(), [f"SN-{count}-{n}" for n in range(count)]) for count in (2, 12))
        self.assertEqual(few, many)


class TestShares(EInvoiceCase):
    def test_share_of_a_payer(self):
        """Reads are those of the whole meter, so that a line says which share of it is paid."""
        self.company.xpps_payers = True
        lessor = self._partner("XPPS Test Lessor")
        lessor.invoice_edi_format = "ubl_bis3"
        lessor.write({"country_id": self.customer.country_id.id, "vat": "BE0202239951"})
        self.agreement.xpps_payer_ids = [
            Command.create({"base_percent": 60, "overage_percent": 60}),
            Command.create({"partner_id": lessor.id, "base_percent": 40, "overage_percent": 40}),
        ]
        self._files(self._read())
        moves = self._posted()
        for partner, share in ((self.customer, "60%"), (lessor, "40%")):
            move = moves.filtered(lambda move, partner=partner: move.partner_id == partner)
            line = self._by_name(self._export(move))["Mono Pages"]
            properties = self._properties(line)
            self.assertEqual((properties["Share"], properties["Printed pages"]), (share, "620"))
            self.assertEqual(self._period(line), JANUARY_DAYS)


class TestPlans(EInvoiceCase, PlanCase):
    def test_pages_and_period_of_a_plan(self):
        """A plan rates the reads of many devices: its lines say the pages and the cycle, and no read."""
        self._plan(included_pages=500, unit_price=0.0125, product_id=self.mono.id)
        self._files(self._read(current=1700, over=0), **MONTHS[1])
        charges = self._plan_charges()
        charges.action_approve()
        self.assertEqual(charges.mapped("quantity"), [200])
        line = self._by_name(self._export(self._posted()))["Mono Pages"]
        self.assertEqual(self._period(line), JANUARY_DAYS)
        self.assertEqual(self._properties(line), {"Billed pages": "200"})
