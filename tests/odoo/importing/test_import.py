# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From an uploaded file to meter reads and charges."""

import hashlib

from odoo import Command

from ...billing_file.builder import build_xml
from ..support.common import XppsCase, record
from ..support.importing import NEXT_INVOICE

FULL = {
    "Model": "AltaLink C8145",
    "ModelNumber": "C8145",
    "CustomerNumber": "CN-5",
    "CustomerName": "Customer at Xerox",
    "AgreementNumber": "AG-77",
    "Location": "Room 4",
    "BaseServiceFee": "20.00",
    "BaseSupplyFee": "5.50",
    "ReadDate": "2026-01-30",
    "ReadType": "Actual",
    "MonoPrevious": 1000,
    "MonoCurrent": 2500,
    "MonoIncluded": 500,
    "ColorPrevious": 70,
    "ColorCurrent": 90,
    "ColorIncluded": 20,
}


class TestImport(XppsCase):
    def test_file(self):
        row = record("SN-1", mono=(1000, "0.0045"), color=(0, "0.041"), **FULL)
        file = self._import([row], DeviceCount=1, InvoiceTotal="30.00")
        data = build_xml({"DeviceCount": 1, "InvoiceTotal": "30.00"}, [row])
        self.assertEqual(file.attachment_id.raw, data)
        self.assertEqual(file.checksum, hashlib.sha256(data).hexdigest())
        self.assertRecordValues(
            file,
            [
                {
                    "name": "X-1001",
                    "file_name": "billing.xml",
                    "company_id": self.company.id,
                    "invoice_date": self.day("2026-02-03"),
                    "period_start": self.day("2026-01-01"),
                    "period_end": self.day("2026-01-31"),
                    "currency_id": self.usd.id,
                    "amount_total": 30.00,
                    "device_count": 1,
                    "kind": "regular",
                    "state": "imported",
                }
            ],
        )
        self.assertIn("Devices: 1. Meter reads: 2. Charges: 1.", file.message_ids[0].body)

    def test_line(self):
        line = self._import([record("SN-1", mono=(1000, "0.0045"), color=(0, "0.041"), **FULL)]).line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "sequence": 1,
                    "source_line": 10,
                    "serial": "SN-1",
                    "device_id": self.device.id,
                    "subscription_id": self.agreement.id,
                    "partner_id": self.customer.id,
                    "xerox_model": "AltaLink C8145",
                    "xerox_model_number": "C8145",
                    "xerox_customer_number": "CN-5",
                    "xerox_customer_name": "Customer at Xerox",
                    "xerox_agreement_number": "AG-77",
                    "base_service_cost": 20.00,
                    "base_supply_cost": 5.50,
                    "overage_cost": 4.50,
                    "cost_total": 30.00,
                    "mono_overage": 1000,
                    "color_overage": 0,
                }
            ],
        )

    def test_reads(self):
        file = self._import([record("SN-1", mono=(1000, "0.0045"), color=(0, "0.041"), **FULL)])
        common = {
            "device_id": self.device.id,
            "partner_id": self.customer.id,
            "subscription_id": self.agreement.id,
            "period_start": self.day("2026-01-01"),
            "period_end": self.day("2026-01-31"),
            "read_date": self.day("2026-01-30"),
            "estimated": False,
            "superseded_by_id": False,
        }
        self.assertRecordValues(
            file.meter_read_ids.sorted("output_type"),
            [
                {
                    "output_type": "color",
                    "previous_read": 70,
                    "current_read": 90,
                    "included": 20,
                    "overage": 0,
                    "unit_cost": 0.041,
                    "cost": 0,
                    **common,
                },
                {
                    "output_type": "mono",
                    "previous_read": 1000,
                    "current_read": 2500,
                    "included": 500,
                    "overage": 1000,
                    "unit_cost": 0.0045,
                    "cost": 4.5,
                    **common,
                },
            ],
        )

    def test_charges(self):
        file = self._import([record("SN-1", mono=(1001, "0.0045"), color=(7, "0.041"), **FULL)])
        reads = {read.output_type: read for read in file.meter_read_ids}
        common = {
            "subscription_id": self.agreement.id,
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "currency_id": self.usd.id,
            "device_id": self.device.id,
            "billing_file_id": file.id,
            "period_start": self.day("2026-01-01"),
            "period_end": self.day("2026-01-31"),
            "billable": True,
            "kind": "pages",
            "state": "draft",
            "invoice_status": "no",
        }
        self.assertRecordValues(
            file.charge_ids.sorted("output_type"),
            [
                {
                    "output_type": "color",
                    "product_id": self.color.id,
                    "meter_read_id": reads["color"].id,
                    "quantity": 7,
                    "unit_cost": 0.041,
                    "unit_price": 0.08,
                    "cost_subtotal": 0.29,
                    "price_subtotal": 0.56,
                    "margin": 0.27,
                    **common,
                },
                {
                    "output_type": "mono",
                    "product_id": self.mono.id,
                    "meter_read_id": reads["mono"].id,
                    "quantity": 1001,
                    "unit_cost": 0.0045,
                    "unit_price": 0.01,
                    "cost_subtotal": 4.50,
                    "price_subtotal": 10.01,
                    "margin": 5.51,
                    **common,
                },
            ],
        )

    def test_name_of_a_charge_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.mono.with_context(lang="fr_FR").name = "Pages noires"
        charge = self._import([record("SN-1", mono=(10, "0.0045"))]).charge_ids
        self.assertIn("Pages noires", charge.name)

    def test_import_without_a_check_before(self):
        wizard = self._wizard(build_xml(devices=[record("SN-1", mono=(10, "0.0045"))]))
        action = wizard.action_import()
        file = self.env["xpps.billing.file"].browse(action["res_id"])
        self.assertEqual((file.state, file.charge_ids.quantity), ("imported", 10))

    def test_import_checks_again(self):
        """What changed between check and import counts."""
        wizard = self._wizard(build_xml(devices=[record("SN-1", mono=(10, "0.0045"))]))
        wizard.action_check()
        self.assertFalse(wizard.billing_file_id.error_count)
        self.device.xpps_removal_date = "2025-12-01"
        self.assertRaisesMessage("SN-1", wizard.action_import)

    def test_serial_with_white_space_and_lower_case(self):
        file = self._import([record(" sn -\t1 ", mono=(10, "0.0045"))])
        self.assertEqual(file.charge_ids.device_id, self.device)

    def test_a_draft_is_taken_up_again(self):
        data = build_xml(devices=[record("SN-1", mono=(10, "0.0045"))])
        one = self._check(data, "one.xml")
        two = self._check(data, "two.xml")
        self.assertEqual(one, two)
        self.assertEqual((two.file_name, len(two.line_ids), two.state), ("two.xml", 1, "draft"))

    def test_second_month(self):
        first = self._import([record("SN-1", mono=(10, "0.0045"), MonoPrevious=0, MonoCurrent=10)])
        second = self._import([record("SN-1", mono=(20, "0.0045"), MonoPrevious=10, MonoCurrent=30)], **NEXT_INVOICE)
        self.assertEqual((first.charge_ids.quantity, second.charge_ids.quantity), (10, 20))
        self.assertEqual(self._codes(second, "warning") + self._codes(second, "info"), [])
        self.assertEqual(second.charge_ids.period_end, self.day("2026-02-28"))

    def test_an_earlier_month_after_a_later_one(self):
        """A file that comes late is compared with what was before it, not with what came after."""
        self._import([record("SN-1", MonoPrevious=10, MonoCurrent=30)], **NEXT_INVOICE)
        january = self._import([record("SN-1", MonoPrevious=0, MonoCurrent=10)])
        self.assertEqual(self._codes(january, "warning"), [])
        self.device.invalidate_recordset()
        self.assertEqual(self.device.xpps_mono_last_read, 30)

    def test_two_companies_with_the_same_serial(self):
        other = self._company("XPPS Other Reseller")
        cls = type(self)
        here, env = self.device, cls.env
        try:
            cls.env = self.env(context=dict(self.env.context, allowed_company_ids=other.ids))
            theirs = self._device("SN-1", self._agreement(company_id=other.id, pricelist_id=self._pricelist("P").id))
            self._mapping(self.printer, mono=self.mono)
        finally:
            cls.env = env
        self.assertEqual(theirs.company_id, other)
        file = self._import([record("SN-1", mono=(10, "0.0045"))], company=other)
        self.assertEqual(file.charge_ids.device_id, theirs)
        self.assertEqual(file.charge_ids.company_id, other)
        self.assertEqual(file.meter_read_ids.company_id, other)
        self.assertFalse(here.xpps_charge_ids)
        mine = self._import([record("SN-1", mono=(10, "0.0045"))])
        self.assertEqual(mine.charge_ids.device_id, here)


class TestPrices(XppsCase):
    def assertPriced(self, unit_price, unit_cost=0.004, quantity=100, **invoice):
        charge = self._import([record("SN-1", mono=(quantity, unit_cost))], **invoice).charge_ids
        self.assertAlmostEqual(charge.unit_price, unit_price, places=9)
        self.assertAlmostEqual(charge.unit_cost, unit_cost, places=9)
        return charge

    def test_sales_price(self):
        self.mono.list_price = 0.0125
        self.assertPriced(0.0125)

    def test_pricelist_before_sales_price(self):
        self.agreement.pricelist_id = self._pricelist("Own", mono=0.008504)
        self.assertPriced(0.008504)

    def test_default_before_pricelist(self):
        self.agreement.pricelist_id = self._pricelist("Own", mono=0.02)
        default = self._default(unit_price=0.009999)
        charge = self.assertPriced(0.009999)
        self.assertEqual((charge.billable, default.unit_price), (True, 0.009999))

    def test_default_of_zero_leaves_it_to_the_pricelist(self):
        self.agreement.pricelist_id = self._pricelist("Own", mono=0.02)
        self._default(unit_price=0)
        self.assertPriced(0.02)

    def test_default_of_zero_leaves_it_to_the_sales_price(self):
        self._default(unit_price=0)
        self.assertPriced(0.01)

    def test_default_of_another_agreement_or_material(self):
        self._default(agreement=self._agreement(), unit_price=0.5)
        self._default(self.color, unit_price=0.6)
        self.assertPriced(0.01)

    def test_default_that_is_not_billable(self):
        self._default(unit_price=0.02, billable=False)
        charge = self.assertPriced(0.02)
        self.assertFalse(charge.billable)
        charge.action_approve()
        self.assertEqual(charge.invoice_status, "no")
        self.assertEqual((charge.cost_subtotal, charge.margin), (0.40, -0.40))

    def test_pricelist_by_pages(self):
        self.agreement.pricelist_id.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.mono.id,
                    "compute_price": "fixed",
                    "fixed_price": price,
                    "min_quantity": pages,
                }
            )
            for pages, price in ((0, 0.012), (1000, 0.011))
        ]
        self.assertPriced(0.012, quantity=999)
        self.assertPriced(0.011, quantity=1000, **NEXT_INVOICE)

    def test_pricelist_by_date(self):
        """The period decides which prices are in force, not the day of the import."""
        self.agreement.pricelist_id.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.mono.id,
                    "compute_price": "fixed",
                    "fixed_price": price,
                    "date_start": start,
                }
            )
            for start, price in (("2026-01-15", 0.013), ("2026-03-01", 0.014))
        ]
        self.assertPriced(0.013)

    def test_unit_cost_is_kept_on_the_agreement(self):
        self.mono.standard_price = 0.003
        charge = self.assertPriced(0.01, 0.0045)
        default = self.agreement.charge_default_ids
        self.assertRecordValues(
            default,
            [{"product_id": self.mono.id, "unit_cost": 0.0045, "unit_price": 0, "billable": True}],
        )
        self.assertEqual(self.mono.standard_price, 0.003)
        default.write({"unit_price": 0.02, "billable": False})
        self.assertPriced(0.02, 0.005, **NEXT_INVOICE)
        self.assertRecordValues(default, [{"unit_cost": 0.005, "unit_price": 0.02, "billable": False}])
        self.assertEqual(self.mono.standard_price, 0.003)
        self.assertEqual(charge.unit_cost, 0.0045, "What was billed stays.")

    def test_a_check_changes_no_unit_cost(self):
        default = self._default(unit_cost=0.004)
        self._check(build_xml(devices=[record("SN-1", mono=(5, "0.0045"))]))
        self.assertEqual(default.unit_cost, 0.004)

    def test_agreement_in_another_currency(self):
        """Xerox's price is converted at the date of its invoice; the agreement's prices are its own."""
        for date, rate in (("2026-01-01", 0.5), ("2026-02-01", 0.8), ("2026-02-10", 0.4)):
            self.env["res.currency.rate"].create(
                {"name": date, "rate": rate, "currency_id": self.eur.id, "company_id": self.company.id}
            )
        self.agreement.pricelist_id = self._pricelist("Euro", self.eur, mono=0.0095)
        file = self._import([record("SN-1", mono=(1000, "0.005"))])
        self.assertEqual(self.agreement.currency_id, self.eur)
        self.assertRecordValues(
            file.charge_ids,
            [
                {
                    "currency_id": self.eur.id,
                    "unit_cost": 0.004,
                    "unit_price": 0.0095,
                    "cost_subtotal": 4.00,
                    "price_subtotal": 9.50,
                }
            ],
        )
        self.assertRecordValues(file.meter_read_ids, [{"currency_id": self.usd.id, "unit_cost": 0.005, "cost": 5.00}])
        self.assertEqual(self.agreement.charge_default_ids.unit_cost, 0.004)


class TestMapping(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env["xpps.price.level"].create({"name": "XPPS Test A4"})
        cls.special = cls._service("Special Pages", "material_code", 0.05)

    def _product(self, **values):
        return self._import([record("SN-1", **values)]).charge_ids.product_id

    def test_model(self):
        self.assertEqual(self._product(mono=(5, "0.004")), self.mono)

    def test_price_level(self):
        self.mapping.unlink()
        self.printer.xpps_price_level_id = self.level
        self._mapping(self.level, mono=self.special)
        self.assertEqual(self._product(mono=(5, "0.004")), self.special)

    def test_model_wins_over_price_level(self):
        self.printer.xpps_price_level_id = self.level
        self._mapping(self.level, mono=self.special)
        self.assertEqual(self._product(mono=(5, "0.004")), self.mono)

    def test_price_level_completes_the_model(self):
        self.printer.xpps_price_level_id = self.level
        self._mapping(self.level, mono=self.special, clr_lvl3=self.special)
        self.assertEqual(self._product(clr_lvl3=(5, "0.004")), self.special)

    def test_another_price_level(self):
        other = self.env["xpps.price.level"].create({"name": "XPPS Test A3"})
        self._mapping(other, clr_lvl3=self.special)
        self.printer.xpps_price_level_id = self.level
        file = self._check(build_xml(devices=[record("SN-1", clr_lvl3=(5, "0.004"))]))
        self.assertEqual(self._codes(file), ["mapping_missing"])


class TestOptions(XppsCase):
    """The wizard's Options tab: the material codes of the models in the file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.special = cls._service("Special Pages", "material_code", 0.05)
        cls.data = build_xml(devices=[record("SN-1", clr_lvl3=(5, "0.004"))])

    def _checked(self):
        wizard = self._wizard(self.data)
        wizard.action_check()
        self.assertEqual(self._codes(wizard.billing_file_id), ["mapping_missing"])
        return wizard

    def test_rows_show_what_is_kept(self):
        wizard = self._checked()
        self.assertRecordValues(
            wizard.mapping_ids,
            [
                {
                    "product_tmpl_id": self.printer.product_tmpl_id.id,
                    "price_level_id": False,
                    "mono_product_id": self.mono.id,
                    "color_product_id": self.color.id,
                    "clr_lvl3_product_id": False,
                }
            ],
        )

    def test_a_check_stores_the_rows_and_passes(self):
        wizard = self._checked()
        wizard.mapping_ids.clr_lvl3_product_id = self.special
        wizard.action_check()
        self.assertEqual(self.mapping.clr_lvl3_product_id, self.special)
        self.assertEqual(self.mapping.mono_product_id, self.mono)
        self.assertEqual(self._codes(wizard.billing_file_id), [])
        wizard.action_import()
        self.assertEqual(wizard.billing_file_id.charge_ids.product_id, self.special)

    def test_an_import_stores_the_rows(self):
        wizard = self._checked()
        wizard.mapping_ids.clr_lvl3_product_id = self.special
        wizard.action_import()
        self.assertEqual(wizard.billing_file_id.charge_ids.product_id, self.special)

    def test_a_model_without_a_mapping(self):
        self.mapping.unlink()
        wizard = self._checked()
        wizard.mapping_ids.clr_lvl3_product_id = self.special
        wizard.action_check()
        mapping = self.env["xpps.material.mapping"].search([("product_tmpl_id", "=", self.printer.product_tmpl_id.id)])
        self.assertEqual((mapping.clr_lvl3_product_id, mapping.company_id), (self.special, self.company))

    def test_a_model_of_a_price_level(self):
        self.mapping.unlink()
        level = self.env["xpps.price.level"].create({"name": "XPPS Test A4"})
        self.printer.xpps_price_level_id = level
        wizard = self._checked()
        self.assertEqual(wizard.mapping_ids.price_level_id, level)
        wizard.mapping_ids.clr_lvl3_product_id = self.special
        wizard.action_import()
        self.assertEqual(level.mapping_ids.clr_lvl3_product_id, self.special)
        self.assertFalse(self.printer.product_tmpl_id.xpps_mapping_ids)

    def test_a_failed_import_keeps_no_row(self):
        """All or nothing: material codes typed into the wizard, too."""
        self.mono.list_price = 0
        self.special.list_price = 0
        wizard = self._checked()
        wizard.mapping_ids.clr_lvl3_product_id = self.special
        self.assertRaisesMessage("price", wizard.action_import)
        self.assertFalse(self.mapping.clr_lvl3_product_id)


class TestMetrics(XppsCase):
    """What a device shows of its last file."""

    def _metrics(self):
        self.device.invalidate_recordset()
        device = self.device
        return {
            "read on": str(device.xpps_last_read_date or ""),
            "mono": (device.xpps_mono_last_read, device.xpps_mono_last_overage, device.xpps_mono_unit_cost),
            "color": (device.xpps_color_last_read, device.xpps_color_last_overage, device.xpps_color_unit_cost),
            "base": (device.xpps_base_service_cost, device.xpps_base_supply_cost),
        }

    def test_new_device(self):
        nothing = (0, 0, 0)
        self.assertEqual(self._metrics(), {"read on": "", "mono": nothing, "color": nothing, "base": (0, 0)})

    def test_two_months(self):
        self._import([record("SN-1", mono=(1000, "0.0045"), color=(0, "0.041"), **FULL)])
        self.assertEqual(
            self._metrics(),
            {
                "read on": "2026-01-30",
                "mono": (2500, 1000, 0.0045),
                "color": (90, 0, 0.041),
                "base": (20.0, 5.5),
            },
        )
        self._import(
            [record("SN-1", mono=(0, "0.005"), MonoPrevious=2500, MonoCurrent=2600, BaseServiceFee=21)],
            **NEXT_INVOICE,
        )
        self.assertEqual(
            self._metrics(),
            {
                # Without a date of its own a read counts for the end of its period.
                "read on": "2026-02-28",
                "mono": (2600, 0, 0.005),
                "color": (90, 0, 0.041),
                "base": (21.0, 0),
            },
        )

    def test_a_draft_file_shows_nothing(self):
        self._check(build_xml(devices=[record("SN-1", mono=(1000, "0.0045"), **FULL)]))
        self.assertEqual(self._metrics()["mono"], (0, 0, 0))
        self.assertEqual(self._metrics()["base"], (0, 0))
