# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Serial numbers of printer models become devices when they are received or made; nothing keeps them from that."""

from odoo import Command
from odoo.tests import Form

from ..support.access import BILLING, Denials
from ..support.common import XppsCase

STOCK = "stock.group_stock_user"


class TestDeviceMade(Denials, XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_serials_are_devices = True
        cls.receiver = cls._user("xpps_test_receiver", STOCK)
        cls.second = cls._company("XPPS Other Reseller")

    def _make(self, *serials, product=None, **values):
        """Serial numbers, made by a user of the warehouse."""
        product = product or self.printer
        lots = self.env["stock.lot"].with_user(self.receiver)
        return lots.create([{"name": serial, "product_id": product.id, **values} for serial in serials]).sudo()

    def _receive(self, *serials, company=None):
        """Receive printers from a vendor. :return: their serial numbers"""
        company = company or self.company
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        places = {
            "location_id": self.env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": warehouse.lot_stock_id.id,
        }
        of_printer = {**places, "product_id": self.printer.id}
        move = Command.create({**of_printer, "product_uom_qty": len(serials), "company_id": company.id})
        picking = (
            self.env["stock.picking"]
            .with_user(self.receiver)
            .with_context(allowed_company_ids=self.receiver.company_ids.ids)
            .create({**places, "picking_type_id": warehouse.in_type_id.id, "move_ids": [move]})
        )
        picking.action_confirm()
        lines = [Command.create({**of_printer, "lot_name": serial, "quantity": 1}) for serial in serials]
        picking.move_ids.move_line_ids = [Command.clear(), *lines]
        picking.move_ids.picked = True
        picking._action_done()
        self.assertEqual(picking.state, "done")
        return picking.move_ids.move_line_ids.lot_id.sudo()

    def test_received(self):
        lots = self._receive("R-1", "R-2")
        self.assertEqual(lots.mapped("name"), ["R-1", "R-2"])
        for lot in lots:
            self.assertTrue(lot.is_xpps_device)
            self.assertEqual((lot.company_id, lot.xpps_state), (self.company, "active"))
            self.assertFalse(lot.xpps_partner_id or lot.xpps_subscription_id or lot.xpps_assignment_ids)
        self.assertFalse(lots.message_ids.tracking_value_ids)

    def test_received_for_another_company(self):
        """It decides, and has the devices, whichever company the user works in."""
        self.receiver.company_ids |= self.second
        self.assertFalse(self._receive("R-1", company=self.second).is_xpps_device)
        self.second.xpps_serials_are_devices = True
        self.company.xpps_serials_are_devices = False
        lot = self._receive("R-2", company=self.second)
        self.assertEqual((lot.is_xpps_device, lot.company_id), (True, self.second))
        self.company.xpps_serials_are_devices = True
        self.assertEqual(self._receive("R-2").company_id, self.company, "What another company has is no hindrance.")

    def test_generated_for_a_receipt(self):
        self.receiver.company_ids |= self.second
        move = self.env["stock.move"].with_user(self.receiver)
        move = move.with_context(allowed_company_ids=self.receiver.company_ids.ids)
        rows = [{"lot_name": "G-1", "quantity": 1}]
        self.second.xpps_serials_are_devices = True
        move._create_lot_ids_from_move_line_vals(rows, self.printer.id, self.second.id)
        lot = self.env["stock.lot"].browse(rows[0]["lot_id"])
        self.assertEqual((lot.is_xpps_device, lot.company_id), (True, self.second))

    def test_made(self):
        lots = self._make("M-1", "M-2") | self._make("M-3", company_id=self.company.id)
        self.assertEqual(lots.mapped("is_xpps_device"), [True] * 3)
        self.assertEqual(lots.company_id, self.company)

    def test_what_becomes_no_device(self):
        plain = self._printer("XPPS Test Plain", is_xpps_printer=False)
        by_lot = self._printer("XPPS Test By Lot", tracking="lot")
        lots = self._make("M-1", product=plain) | self._make("M-2", product=by_lot) | self._make(" ")
        lots |= self.env["stock.lot"].create({"name": "M-3", "product_id": self.printer.id, "is_xpps_device": False})
        self.company.xpps_serials_are_devices = False
        lots |= self._make("M-4")
        self.company.xpps_serials_are_devices = True
        self.env.flush_all()
        self.assertEqual(lots.mapped("is_xpps_device"), [False] * 5, "What is there stays as it was.")

    def test_a_serial_number_that_is_a_device(self):
        """The other is received nevertheless, and says why it is none."""
        other = self._printer("XPPS Other Printer")
        twin = self._make("sn-1", product=other)
        self.assertFalse(twin.is_xpps_device)
        self.assertIn("“SN-1” of XPPS Test Printer", twin.message_ids[0].body)
        lots = self._receive("sn -1", "T-1", "t-1")
        self.env.flush_all()
        self.assertEqual(lots.sorted("id").mapped("is_xpps_device"), [False, True, False])
        self.assertIn("“T-1” of", lots.sorted("id")[-1].message_ids[0].body)

    def test_who_received_it_may_delete_it(self):
        lot = self._make("M-1").with_user(self.receiver)
        second = self._make("M-2").with_user(self.receiver)
        second.sudo().xpps_partner_id = self.customer
        self.env.flush_all()
        lot.unlink()
        self.assertFalse(lot.exists())
        self.assertDenied(second.unlink)
        second.sudo().write({"xpps_partner_id": False})
        self.assertDenied(second.unlink)

    def test_shown_before_it_is_saved(self):
        """Whoever may say so decides otherwise."""
        clerk = self._user("xpps_test_clerk", BILLING, STOCK, "stock.group_production_lot")
        lots = self.env["stock.lot"].with_user(clerk)
        with Form(lots, "stock.view_production_lot_form") as form:
            form.name = "F-1"
            form.product_id = self.printer
            self.assertTrue(form.is_xpps_device)
            form.is_xpps_device = False
        self.assertFalse(form.record.is_xpps_device)
        with Form(self.env["stock.lot"].with_user(self.receiver), "stock.view_production_lot_form") as form:
            form.name = "F-2"
            form.product_id = self.printer
        self.assertTrue(form.record.is_xpps_device)

    def test_queries(self):
        """As many for many as for few."""

        def count(*serials):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._make(*serials)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count("Q-0")
        few = count("Q-1", "Q-2")
        self.assertLessEqual(count(*(f"Q-{number}" for number in range(3, 40))), few)
