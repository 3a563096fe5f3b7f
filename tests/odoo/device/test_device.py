# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Devices, printer models, services and material codes: what can be saved, and what follows from it."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..support.common import XppsCase


class ConstraintCase(XppsCase):
    def assertRefused(self, function, *args, exception=IntegrityError, **kwargs):
        with mute_logger("odoo.sql_db"), self.assertRaises(exception), self.cr.savepoint():
            function(*args, **kwargs)
            self.env.flush_all()
        self.env.invalidate_all()


class TestDevice(ConstraintCase):
    def test_serial_is_needed(self):
        for serial in (" ", "\t\n"):
            self.assertRefused(self._device, serial)

    def test_serial_cannot_be_taken_away(self):
        self.assertRefused(self.device.write, {"name": " "})

    def test_serial_is_needed_once_a_lot_becomes_a_device(self):
        values = {"is_xpps_device": False, "xpps_subscription_id": False, "xpps_subscription_line_id": False}
        lot = self._device(" ", **values)
        self.assertFalse(lot.xpps_serial_key)
        self.assertRefused(lot.write, {"is_xpps_device": True})

    def test_same_serial_in_one_company(self):
        other = self._printer("Other Model")
        for serial in ("SN-1", "sn-1", " SN -1", "S N-\t1"):
            self.assertRefused(self._device, serial, product_id=other.id)

    def test_same_serial_by_writing(self):
        device = self._device("SN-2", product_id=self._printer("Other Model").id)
        self.assertRefused(device.write, {"name": "sn-1"})

    def test_same_serial_in_another_company(self):
        other = self._company("XPPS Other Reseller")
        device = self.env["stock.lot"].create(
            {
                "name": "SN-1",
                "is_xpps_device": True,
                "product_id": self.printer.id,
                "company_id": other.id,
            }
        )
        self.assertEqual(device.xpps_serial_key, self.device.xpps_serial_key)

    def test_same_serial_of_a_common_lot(self):
        lot = self.env["stock.lot"].create(
            {"name": "SN-1", "product_id": self._printer("Other Model").id, "company_id": self.company.id}
        )
        self.assertRefused(lot.write, {"is_xpps_device": True})

    def test_serial_key(self):
        device = self._device(" ab 12\tc ")
        self.assertEqual(device.xpps_serial_key, "AB12C")
        device.name = "x9"
        self.assertEqual(device.xpps_serial_key, "X9")

    def test_company_is_the_agreements(self):
        other = self._company("XPPS Other Reseller")
        device = (
            self.env["stock.lot"]
            .with_company(other)
            .create(
                {
                    "name": "SN-2",
                    "product_id": self.printer.id,
                    "is_xpps_device": True,
                    "xpps_subscription_id": self.agreement.id,
                }
            )
        )
        self.assertEqual(device.company_id, self.company)

    def test_company_is_the_users(self):
        values = {"name": "SN-2", "product_id": self.printer.id}
        device = self.env["stock.lot"].create({**values, "is_xpps_device": True})
        self.assertEqual(device.company_id, self.company)

    def test_company_of_a_lot_that_becomes_a_device(self):
        lot = self.env["stock.lot"].create({"name": "SN-2", "product_id": self.printer.id, "company_id": False})
        lot.is_xpps_device = True
        lot.flush_recordset()
        self.assertEqual(lot.company_id, self.company)

    def test_a_lot_becomes_a_device(self):
        values = {"name": "sn-2", "product_id": self.printer.id, "company_id": self.company.id}
        lot = self.env["stock.lot"].create(values)
        lot.flush_recordset()
        lot.is_xpps_device = True
        lot.flush_recordset()
        self.assertEqual((lot.xpps_serial_key, lot.xpps_state), ("SN-2", "active"))

    def test_company_cannot_be_taken_away(self):
        self.assertRefused(self.device.write, {"company_id": False})

    def test_removal_date_sets_the_state(self):
        self.assertEqual(self.device.xpps_state, "active")
        self.device.xpps_removal_date = "2026-01-15"
        self.assertEqual(self.device.xpps_state, "removed")
        self.device.xpps_removal_date = False
        self.assertEqual(self.device.xpps_state, "active", "The date was a mistake.")

    def test_removed_without_a_date(self):
        self.device.xpps_state = "removed"
        self.device.name = "SN-9"
        self.assertEqual(self.device.xpps_state, "removed")
        self.assertEqual(self._device("SN-2", xpps_state="removed").xpps_state, "removed")

    def test_a_common_lot_has_no_state(self):
        lot = self.env["stock.lot"].create({"name": "L-1", "product_id": self.printer.id})
        self.assertFalse(lot.xpps_state)

    def test_agreement_must_be_an_xpps_agreement(self):
        other = self._agreement(is_xpps=False)
        values = {"xpps_subscription_id": other.id, "xpps_subscription_line_id": False}
        self.assertRefused(self.device.write, values, exception=ValidationError)

    def test_service_must_be_of_the_agreement(self):
        other = self._agreement()
        for values in (
            {"xpps_subscription_id": other.id},
            {"xpps_subscription_line_id": other.sale_subscription_line_ids.id},
        ):
            self.assertRefused(self.device.write, values, exception=ValidationError)

    def test_company_follows_the_agreement(self):
        other = self._company("XPPS Other Reseller")
        agreement = self._agreement(company_id=other.id)
        self.device.write({"xpps_subscription_id": agreement.id, "xpps_subscription_line_id": False})
        self.assertEqual(self.device.company_id, other)


class TestQuantity(ConstraintCase):
    def setUp(self):
        super().setUp()
        self.base_line.xpps_qty_from_devices = True

    def test_follows_the_devices(self):
        self.assertEqual(self.base_line.product_uom_qty, 1)
        second = self._device("SN-2")
        self.assertEqual(self.base_line.product_uom_qty, 2)
        self.assertEqual(self.agreement.recurring_total, 60)
        second.xpps_removal_date = "2026-01-01"
        self.assertEqual(self.base_line.product_uom_qty, 1)
        second.xpps_state = "active"
        self.assertEqual(self.base_line.product_uom_qty, 2)
        second.unlink()
        self.assertEqual(self.base_line.product_uom_qty, 1)
        self.device.xpps_subscription_line_id = False
        self.assertEqual(self.base_line.product_uom_qty, 0)

    def test_moves_with_a_device(self):
        other = self._agreement()
        line = other.sale_subscription_line_ids
        line.xpps_qty_from_devices = True
        self.assertEqual(line.product_uom_qty, 0)
        self.device.write({"xpps_subscription_id": other.id, "xpps_subscription_line_id": line.id})
        self.assertEqual((self.base_line.product_uom_qty, line.product_uom_qty), (0, 1))

    def test_a_typed_quantity_stays(self):
        self.base_line.xpps_qty_from_devices = False
        self.base_line.product_uom_qty = 7
        self._device("SN-2")
        self.assertEqual(self.base_line.product_uom_qty, 7)

    def test_a_new_line_has_quantity_one(self):
        line = self._agreement(services=self.color).sale_subscription_line_ids
        self.assertEqual(line.product_uom_qty, 1)

    def test_is_billed(self):
        self._device("SN-2")
        self.agreement.generate_invoice()
        self.assertEqual(self._moves().invoice_line_ids.quantity, 2)
        self.assertEqual(self._moves().amount_untaxed, 60)


class TestProduct(ConstraintCase):
    def test_a_role_is_a_services(self):
        for role in ("base_price", "base_service", "base_supply", "material_code"):
            self.assertRefused(self.printer.write, {"xpps_role": role}, exception=ValidationError)
        self.assertRefused(self.mono.write, {"type": "consu"}, exception=ValidationError)

    def test_bundle(self):
        fees = [self._service(role, role).product_tmpl_id.id for role in ("base_service", "base_supply")]
        self.base.xpps_bundle_component_ids = [Command.set(fees)]
        self.assertEqual(len(self.base.xpps_bundle_component_ids), 2)
        self.assertRefused(self.base.write, {"xpps_role": "base_service"}, exception=ValidationError)

    def test_only_a_base_price_is_a_bundle(self):
        fee = self._service("Fee", "base_service").product_tmpl_id
        for product in (self.mono, self._service("Other"), self._service("Fee", "base_supply")):
            values = {"xpps_bundle_component_ids": [Command.set(fee.ids)]}
            self.assertRefused(product.write, values, exception=ValidationError)

    def test_a_bundle_is_made_of_fees(self):
        for component in (self.mono, self._service("Other"), self._service("Base", "base_price")):
            values = {"xpps_bundle_component_ids": [Command.set(component.product_tmpl_id.ids)]}
            self.assertRefused(self.base.write, values, exception=ValidationError)


class TestMapping(ConstraintCase):
    def setUp(self):
        super().setUp()
        self.level = self.env["xpps.price.level"].create({"name": "XPPS Test A4", "company_id": self.company.id})

    def _create(self, **values):
        return self.env["xpps.material.mapping"].create({"company_id": self.company.id, **values})

    def test_one_owner(self):
        other = self._printer("Other Model").product_tmpl_id
        self.assertRefused(self._create)
        self.assertRefused(self._create, product_tmpl_id=other.id, price_level_id=self.level.id)

    def test_one_mapping_an_owner(self):
        self.assertRefused(self._create, product_tmpl_id=self.printer.product_tmpl_id.id)
        self._create(price_level_id=self.level.id)
        self.assertRefused(self._create, price_level_id=self.level.id)

    def test_one_mapping_a_company(self):
        other = self._company("XPPS Other Reseller")
        mapping = self._create(company_id=other.id, product_tmpl_id=self.printer.product_tmpl_id.id)
        self.assertTrue(mapping)

    def test_material_codes_only(self):
        for product in (self.base, self.printer, self._service("Other")):
            self.assertRefused(self.mapping.write, {"mono_product_id": product.id}, exception=ValidationError)

    def test_price_level_name(self):
        levels = self.env["xpps.price.level"]
        self.assertRefused(levels.create, {"name": "XPPS Test A4", "company_id": self.company.id})
        levels.create({"name": "XPPS Test A4"})
        self.assertRefused(levels.create, {"name": "XPPS Test A4"})

    def test_one_default_a_material(self):
        self._default()
        self.assertRefused(self._default)


class TestInstalledOn(XppsCase):
    VIEW = "xerox_xpps.view_xpps_device_form"

    def test_a_new_device_is_installed_with_its_agreement(self):
        with Form(self.env["stock.lot"].with_context(default_is_xpps_device=True), self.VIEW) as form:
            form.name = "SN-FORM"
            form.product_id = self.printer
            form.xpps_subscription_id = self.agreement
            self.assertEqual(form.xpps_install_date, self.agreement.date_start)
        self.assertEqual(form.record.xpps_install_date, self.agreement.date_start)

    def test_a_date_that_is_there_stays(self):
        with Form(self.env["stock.lot"].with_context(default_is_xpps_device=True), self.VIEW) as form:
            form.name = "SN-FORM"
            form.product_id = self.printer
            form.xpps_install_date = "2025-06-01"
            form.xpps_subscription_id = self.agreement
        self.assertEqual(form.record.xpps_install_date, self.day("2025-06-01"))
        with Form(self.device, self.VIEW) as form:
            form.xpps_subscription_id = self._agreement(date_start="2025-09-01")
            self.assertFalse(form.xpps_install_date, "Nobody knows when it was installed.")
