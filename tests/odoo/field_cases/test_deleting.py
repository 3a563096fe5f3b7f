# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What was billed, or what something hangs on, is not deleted: by nobody, and not with what it belongs to either."""

import psycopg2

from odoo import Command
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..support.access import BILLING, MANAGER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase
from ..support.invoicing import InvoicingCase


class DeletingCase(ImportCase):
    def _set_up_once(self):
        super()._set_up_once()
        self.admin = self._user(
            "xpps_deleting_admin",
            MANAGER,
            "base.group_system",
            "sales_team.group_sale_manager",
            "stock.group_stock_manager",
            "account.group_account_manager",
            "product.group_product_manager",
            "base.group_partner_manager",
        )

    def assertKept(self, records, words):
        """As superuser and as administrator: a sentence that says the way out, and the records stay."""
        for user in (self.env.user, self.admin):
            with self.subTest(user=user.login):
                with mute_logger("odoo.sql_db"), self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                    records.with_user(user).unlink()
                    self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(records.exists(), records)


class TestContractDefault(DeletingCase):
    def _charged(self, **values):
        default = self._default(unit_price=0.02, **values)
        return default, self._load([record("SN-1", mono=(100, "0.004"))], **JANUARY).charge_ids

    def test_charges_were_made_by_it(self):
        default, charge = self._charged()
        self.assertEqual(charge.unit_price, 0.02)
        self.assertKept(default, "1 charge was made by it.*billable fixed price of 0")

    def test_on_the_form_of_the_agreement(self):
        default, _charge = self._charged()
        for command in (Command.delete(default.id), Command.unlink(default.id), Command.clear(), Command.set([])):
            with self.assertRaisesRegex(UserError, "was made by it"), self.cr.savepoint():
                self.agreement.write({"charge_default_ids": [command]})
            self.env.invalidate_all()
        self.assertTrue(default.exists())

    def test_nor_moved(self):
        default, _charge = self._charged()
        other = self._agreement(running=False)
        for values in ({"subscription_id": other.id}, {"product_id": self.color.id}):
            self.assertRaisesMessage("cannot be deleted or moved", default.write, values)
        default.write({"subscription_id": default.subscription_id.id, "product_id": default.product_id.id})

    def test_invoiced(self):
        default, charge = self._charged()
        charge.action_approve()
        self._post()
        self.assertKept(default, "was made by it")

    def test_the_way_out(self):
        default, _charge = self._charged()
        default.unit_price = 0
        default.unlink()
        self.assertFalse(default.exists())

    def test_the_other_prices(self):
        """A markup, or pages that are not billed, are as much of a price."""
        for values in ({"price_method": "cost_plus", "markup_percent": 50}, {"unit_price": 0, "billable": False}):
            with self.subTest(**values):
                default = self._default(**values)
                file = self._load([record("SN-1", mono=(100, "0.004"))], **JANUARY)
                self.assertRaisesMessage("was made by it", default.unlink)
                file.action_cancel()
                default.write({"price_method": "fixed", "unit_price": 0, "billable": True})
                default.unlink()

    def test_what_no_charge_was_made_by(self):
        """None, a rejected one, another material code's, another agreement's, and Xerox's cost alone."""
        default, charge = self._charged()
        charge.action_reject()
        other = self._agreement(running=False)
        for default_ in (
            default,
            self._default(self.color, unit_price=1),
            self._default(agreement=other, unit_price=1),
        ):
            default_.unlink()
        self._load([record("SN-1", color=(100, "0.05"))], **FEBRUARY)
        self.agreement.charge_default_ids.unlink()

    def test_several_charges(self):
        self._device("SN-2")
        default = self._default(unit_price=0.02)
        self._load([record("SN-1", mono=(100, "0.004")), record("SN-2", mono=(100, "0.004"))], **JANUARY)
        self.assertKept(default, "2 charges were made by it")

    def test_with_its_agreement(self):
        """The agreement says why it stays, not one of its prices."""
        self._charged()
        self.assertKept(self.agreement, "because of its .*charges.*Close and archive")


class TestMaterialCodes(DeletingCase):
    def _charged(self):
        return self._load([record("SN-1", mono=(100, "0.004"))], **JANUARY)

    def test_of_a_model(self):
        file = self._charged()
        self.assertKept(self.mapping, "of device SN-1.*Change or empty")
        other = self._printer("Another Model").product_tmpl_id
        self.assertRaisesMessage("given to another one", self.mapping.write, {"product_tmpl_id": other.id})
        self.mapping.mono_product_id = self.color
        self.mapping.mono_product_id = self.mono
        file.action_cancel()
        self.mapping.unlink()

    def test_once_it_is_empty(self):
        self._charged()
        self.mapping.write({f"{name}_product_id": False for name in ("mono", "color", "clr_lvl12", "clr_lvl3")})
        self.mapping.mono_color1_product_id = False
        self.mapping.unlink()

    def test_of_a_price_level(self):
        level = self.env["xpps.price.level"].create({"name": "Level"})
        self.mapping.unlink()
        self.printer.xpps_price_level_id = level
        mapping = self._mapping(level, mono=self.mono)
        self._charged()
        self.assertKept(mapping, "of device SN-1")
        self.assertKept(level, "another price level first")

    def test_that_nothing_was_charged_by(self):
        self._mapping(self._printer("Another Model").product_tmpl_id, mono=self.mono).unlink()
        self.mapping.unlink()


class TestProducts(DeletingCase):
    def _of(self, name, role="base_price"):
        return self._service(name, role, 10)

    def assertProductKept(self, product, words):
        self.assertKept(product, words)
        self.assertKept(product.product_tmpl_id, words)

    def test_of_an_agreement_that_was_never_billed(self):
        product = self._of("Rare Base Price")
        agreement = self._agreement(product, running=False)
        self.assertProductKept(product, "PageConnect/XPPS agreements.*Archive it")
        agreement.unlink()
        product.unlink()

    def test_of_material_codes(self):
        product = self._of("Rare Pages", "material_code")
        self.mapping.clr_lvl3_product_id = product
        self.assertProductKept(product, "material code mappings")
        self.mapping.clr_lvl3_product_id = False
        product.product_tmpl_id.unlink()

    def test_of_contract_defaults_and_charges(self):
        product = self._of("Rare Pages", "material_code")
        self._default(product, unit_price=1)
        self._charge(10, product_id=product.id)
        self.assertProductKept(product, "contract defaults, charges")

    def test_of_a_bundle(self):
        part = self._of("Part", "base_service")
        bundle = self._of("Bundle")
        bundle.xpps_bundle_component_ids = part.product_tmpl_id
        self.assertKept(part.product_tmpl_id, "part of Bundle")
        (part | bundle).product_tmpl_id.unlink()

    def test_of_devices(self):
        printer = self._printer("Rare Printer")
        self._device("SN-9", product_id=printer.id)
        self.assertProductKept(printer, "devices")

    def test_of_nothing(self):
        self._of("Nobody's").unlink()
        plain = self._agreement(self._of("Coffee", False), is_xpps=False, running=False)
        plain.sale_subscription_line_ids.product_id.unlink()


class TestParents(DeletingCase):
    def test_customer(self):
        """Of a device without an agreement, of an address of one, of a past, and of reads."""
        customer = self._partner("Customer of a Device")
        self._device("SN-9", xpps_subscription_id=False, xpps_subscription_line_id=False, xpps_partner_id=customer.id)
        self.assertKept(customer, "devices.*Archive it")
        site = self._partner("Site", parent_id=self.customer.id)
        agreement = self._agreement(running=False, partner_shipping_id=site.id)
        self.assertKept(site, "PageConnect/XPPS agreements")
        agreement.unlink()
        site.unlink()
        self.assertKept(self.customer, "PageConnect/XPPS agreements, devices, device history")

    def test_stage(self):
        stage = self.env["sale.subscription.stage"].create({"name": "Waiting", "type": "draft"})
        agreement = self._agreement(running=False)
        agreement.stage_id = stage
        agreement.active = False
        self.assertKept(stage, "Move them to another stage")
        agreement.stage_id = self.env["sale.subscription.stage"].search([("type", "=", "draft")], limit=1)
        if agreement.stage_id == stage:
            agreement.unlink()
        stage.unlink()

    def test_company(self):
        self._load([record("SN-1", mono=(100, "0.004"))], **JANUARY)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error), self.cr.savepoint():
            self.company.unlink()
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(self.company.exists())

    def test_read_and_record_of_a_file(self):
        """Also where nothing is charged of them, and where a record is held back."""
        self.company.xpps_quarantine = True
        file = self._upload([record("SN-1", mono=(0, "0.004"), MonoCurrent=5), record("X-9")], **JANUARY)
        file.action_import()
        self.assertTrue(file.held_count)
        with self.assertRaisesRegex(UserError, "Undo the import"), self.cr.savepoint():
            file.meter_read_ids.unlink()
        for line in file.line_ids:
            self.assertRaisesMessage("Undo the import", line.unlink)
        self.assertRaisesMessage("Undo the import", file.unlink)
        file.action_cancel()
        file.unlink()


class TestOrders(InvoicingCase):
    def test_a_service_that_an_order_bills(self):
        agreement = self._contract("sale_and_invoice")
        agreement.generate_invoice()
        orders = self.env["sale.order"].search([("order_subscription_id", "=", agreement.id)])
        # As long as it is not invoiced.
        lines = self._product_lines(self._moves(agreement) | orders.invoice_ids)
        lines._xpps_write_plainly({"xpps_subscription_id": False, "xpps_subscription_line_id": False})
        service = agreement.sale_subscription_line_ids[:1]
        self.assertTrue(orders.order_line.filtered(lambda line: line.xpps_subscription_line_id == service))
        clerk = self._user("xpps_deleting_clerk", BILLING, "sales_team.group_sale_manager")
        for user in (self.env.user, clerk):
            self.assertRaisesMessage("order .* bills it.*quantity to 0", service.with_user(user).unlink)
        self.assertRaisesMessage("orders", agreement.unlink)
