# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""*Add Devices*: many serial numbers on one agreement at once, the bad ones explained and kept."""

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.wizards.serial_list import serial_lines

from ..support.access import BILLING, USER
from ..support.common import XppsCase

WIZARD = "xpps.device.add.wizard"
DAY = "2026-03-01"


class TestSerialList(XppsCase):
    def _cells(self, text):
        return [(line.number, line.serial, line.location, line.asset_number) for line in serial_lines(text)]

    def test_a_scanner_enters_lines(self):
        self.assertEqual(self._cells("3TX1\r\n\n 3TX2 \n\t\n"), [(1, "3TX1", "", ""), (3, "3TX2", "", "")])

    def test_columns_as_spreadsheets_copy_them(self):
        expected = [(1, "3TX1", "2nd floor, left", "A-1")]
        self.assertEqual(self._cells("3TX1\t2nd floor, left\tA-1"), expected)
        self.assertEqual(self._cells("3TX1;2nd floor, left; A-1"), expected)
        self.assertEqual(self._cells('3TX1, "2nd floor, left", A-1,'), expected)
        self.assertEqual(self._cells("3TX1\t\tA-1"), [(1, "3TX1", "", "A-1")])

    def test_more_columns_are_noticed(self):
        self.assertEqual([line.extra for line in serial_lines("a;b;c;;\na;b;c;d")], [False, True])

    def test_a_line_may_be_anything(self):
        long = "7" * 200_000
        self.assertEqual(self._cells(f'{long}\n"7'), [(1, long, "", ""), (2, "7", "", "")])


class TestDeviceAdd(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("xpps_test_billing", BILLING)
        cls.new = cls._agreement(running=False)
        cls.service = cls.new.sale_subscription_line_ids
        cls.second = cls._partner("XPPS Test Second")

    def _add_wizard(self, *lines, agreement=None, **values):
        return (
            self.env[WIZARD]
            .with_user(self.user)
            .create(
                {
                    "subscription_id": (agreement or self.new).id,
                    "product_id": self.printer.id,
                    "install_date": DAY,
                    "serials": "\n".join(lines),
                    **values,
                }
            )
        )

    def _row(self, line, **values):
        """The row of the only line, checked."""
        wizard = self._add_wizard(line, **values)
        wizard.action_check()
        self.assertEqual(len(wizard.row_ids), 1)
        return wizard.row_ids

    def _devices(self, *serials):
        return self.env["stock.lot"].search([("name", "in", serials), ("company_id", "=", self.company.id)])

    def assertBad(self, line, pattern, **values):
        """Not added, explained, and left for another try."""
        wizard = self._add_wizard(line, **values)
        wizard.action_check()
        row = wizard.row_ids[0]
        self.assertEqual(row.state, "bad")
        self.assertRegex(row.message, pattern)
        before = self.env["stock.lot"].search_count([])
        action = wizard.action_add()
        self.assertEqual((action["res_model"], action["res_id"], action["target"]), (WIZARD, wizard.id, "new"))
        self.assertEqual(wizard.serials, line)
        self.assertEqual(self.env["stock.lot"].search_count([]), before)

    # What is proposed

    def test_the_form_proposes_what_follows_from_the_agreement(self):
        action = self.agreement.with_user(self.user).action_xpps_add_devices()
        form = Form(self.env[WIZARD].with_user(self.user).with_context(**action["context"]))
        self.assertEqual(form.product_id, self.printer, "The only model of the agreement's devices")
        self.assertEqual(form.subscription_line_id, self.agreement.sale_subscription_line_ids)
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.install_date, fields.Date.context_today(self.agreement))
        form.serials = "3TX1"
        form.save().action_add()
        self.assertEqual(self._devices("3TX1").xpps_subscription_id, self.agreement)

    def test_devices_of_a_later_agreement_are_installed_at_its_start(self):
        start = fields.Date.add(fields.Date.context_today(self.new), days=20)
        self.new.date_start = start
        self.assertEqual(self.env[WIZARD].new({"subscription_id": self.new.id}).install_date, start)

    def test_the_list_of_an_agreements_devices_has_the_wizard(self):
        opened = self.new.action_open_xpps_devices()
        action = self.env["stock.lot"].with_context(**opened["context"]).action_xpps_add_devices()
        self.assertEqual((action["res_model"], action["context"]["default_subscription_id"]), (WIZARD, self.new.id))

    # What is added

    def test_new_devices(self):
        site = self._partner("XPPS Test Site", parent_id=self.customer.id)
        wizard = self._add_wizard("3tx 1", "3TX2\tReception\tA-7", partner_id=site.id)
        wizard.action_check()
        self.assertEqual(wizard.row_ids.mapped("state"), ["ok", "ok"])
        self.assertFalse(self._devices("3tx 1"), "Checking adds nothing")
        action = wizard.action_add()
        first, second = self._devices("3tx 1", "3TX2").sorted("id")
        self.assertEqual(self.env["stock.lot"].search(action["domain"]), first + second)
        self.assertEqual(first.xpps_serial_key, "3TX1")
        self.assertEqual((second.xpps_location, second.xpps_asset_number), ("Reception", "A-7"))
        for device in first + second:
            self.assertTrue(device.is_xpps_device)
            self.assertEqual(device.xpps_state, "active")
            self.assertEqual(device.product_id, self.printer)
            self.assertEqual(device.company_id, self.company)
            self.assertEqual(device.xpps_partner_id, site)
            self.assertEqual(device.xpps_subscription_id, self.new)
            self.assertEqual(device.xpps_subscription_line_id, self.service)
            self.assertEqual(device.xpps_install_date, self.day(DAY))

    def test_sound_ones_are_added_and_bad_ones_kept(self):
        wizard = self._add_wizard("3TX1", "SN-1;Reception", "3TX2", "3 tx 1")
        wizard.action_check()
        self.assertEqual((wizard.new_count, wizard.exists_count, wizard.bad_count), (2, 0, 2))
        self.assertEqual(wizard.row_ids.mapped("source_line"), [2, 4, 1, 3], "What needs a look comes first.")
        self.assertEqual(wizard.action_add()["res_id"], wizard.id)
        self.assertEqual(len(self._devices("3TX1", "3TX2")), 2)
        self.assertEqual(wizard.serials, "SN-1;Reception\n3 tx 1")
        self.assertEqual(wizard.row_ids.mapped("source_line"), [1, 2])
        self.assertIn("2 devices were added", wizard.notice)
        self.assertEqual(self.device.xpps_subscription_id, self.agreement)

    def test_a_removed_device_is_installed_again(self):
        self.device.write({"xpps_removal_date": "2026-02-15", "xpps_location": "Old place", "xpps_asset_number": "1"})
        agreement = self._agreement(running=False, partner_id=self.second.id)
        wizard = self._add_wizard("sn-1", agreement=agreement)
        wizard.action_check()
        self.assertEqual(wizard.row_ids.state, "exists")
        self.assertRegex(wizard.row_ids.message, "Removed from XPPS Test Customer on 02/15/2026")
        wizard.action_add()
        self.assertEqual(self._devices("SN-1", "sn-1"), self.device)
        self.assertEqual(self.device.xpps_state, "active")
        self.assertFalse(self.device.xpps_removal_date)
        self.assertEqual(self.device.xpps_install_date, self.day(DAY))
        self.assertEqual(self.device.xpps_partner_id, self.second)
        self.assertEqual(self.device.xpps_subscription_line_id, agreement.sale_subscription_line_ids)
        self.assertFalse(self.device.xpps_location, "The place at the former customer")
        self.assertFalse(self.device.xpps_asset_number)

    def test_a_device_without_agreement_is_taken_over(self):
        self.device.write({"xpps_subscription_line_id": False, "xpps_subscription_id": False, "xpps_location": "Hall"})
        row = self._row("SN-1")
        self.assertEqual((row.state, row.lot_id), ("exists", self.device))
        row.wizard_id.action_add()
        self.assertEqual(self.device.xpps_subscription_id, self.new)
        self.assertEqual(self.device.xpps_location, "Hall", "It is at the same customer")

    def test_a_device_without_service_gets_it(self):
        self.device.write({"xpps_subscription_line_id": False, "xpps_install_date": "2025-05-05"})
        row = self._row("SN-1", agreement=self.agreement)
        self.assertEqual(row.state, "exists")
        row.wizard_id.action_add()
        self.assertEqual(self.device.xpps_subscription_line_id, self.agreement.sale_subscription_line_ids)
        self.assertEqual(self.device.xpps_install_date, self.day("2025-05-05"))

    def test_a_lot_of_the_stock_becomes_the_device(self):
        lot = self.env["stock.lot"].create({"name": "3TX1", "product_id": self.printer.id})
        row = self._row("3TX1")
        self.assertEqual((row.state, row.lot_id), ("exists", lot))
        row.wizard_id.action_add()
        self.assertTrue(lot.is_xpps_device)
        self.assertEqual(lot.company_id, self.company)
        self.assertEqual(self._devices("3TX1"), lot)

    def test_a_lot_of_something_else_stays(self):
        toner = self._printer("XPPS Test Toner", is_xpps_printer=False)
        lot = self.env["stock.lot"].create({"name": "3TX1", "product_id": toner.id, "company_id": self.company.id})
        row = self._row("3TX1")
        self.assertEqual(row.state, "ok")
        self.assertRegex(row.message, "XPPS Test Toner has the same number")
        row.wizard_id.action_add()
        self.assertFalse(lot.is_xpps_device)
        self.assertEqual((self._devices("3TX1") - lot).product_id, self.printer)

    def test_another_company_has_its_own_devices(self):
        other = self._company("XPPS Other Reseller")
        theirs = self.env["stock.lot"].create(
            {"name": "3TX1", "product_id": self.printer.id, "company_id": other.id, "is_xpps_device": True}
        )
        # Also for a user who works in both companies.
        self.user.company_ids = self.company + other
        wizard = self._add_wizard("3TX1").with_context(allowed_company_ids=(other + self.company).ids)
        wizard.action_check()
        self.assertEqual((wizard.row_ids.state, wizard.row_ids.lot_id), ("ok", self.device.browse()))
        wizard.action_add()
        mine = self._devices("3TX1")
        self.assertEqual((len(mine), mine.company_id), (1, self.company))
        self.assertFalse(theirs.xpps_subscription_id)

    def test_an_agreement_without_base_price_takes_devices(self):
        overage_only = self._agreement(self.env["product.product"], running=False)
        self._add_wizard("3TX1", agreement=overage_only).action_add()
        self.assertEqual(self._devices("3TX1").xpps_subscription_id, overage_only)

    def test_the_quantity_follows(self):
        self.service.xpps_qty_from_devices = True
        self._add_wizard("3TX1", "3TX2").action_add()
        self.assertEqual(self.service.product_uom_qty, 2)

    def test_five_hundred_serials_take_few_queries(self):
        def count(*lines):
            wizard = self._add_wizard(*lines)
            self.env.flush_all()
            before = self.cr.sql_log_count
            wizard.action_check()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count("WARM1")
        few = count(*(f"FEW{index}" for index in range(5)))
        many = count(*(f"MANY{index}" for index in range(500)))
        self.assertLessEqual(many, few + 10)

    # What is not added

    def test_a_device_of_another_agreement(self):
        row = self._row("SN-1")
        self.assertEqual(row.lot_id, self.device)
        self.assertEqual(row.action_open_device()["url"], f"/odoo/xpps-devices/{self.device.id}")
        self.assertBad("SN-1", f"currently on agreement {self.agreement.name} of XPPS Test Customer")

    def test_a_device_of_this_agreement(self):
        self.assertBad("SN-1", "already on this agreement", agreement=self.agreement)

    def test_a_device_of_another_model(self):
        self.device.xpps_removal_date = "2026-01-31"
        other = self._printer("XPPS Other Printer")
        self.assertBad("SN-1", f"belongs to a {self.printer.name}, not to a XPPS Other Printer", product_id=other.id)
        self.env["stock.lot"].create({"name": "3TX1", "product_id": self.printer.id})
        self.assertBad("3TX1", f"belongs to a {self.printer.name}", product_id=other.id)

    def test_a_device_removed_later(self):
        self.device.xpps_removal_date = "2026-03-02"
        self.assertBad("SN-1", "not removed from XPPS Test Customer until 03/02/2026")
        self.device.xpps_removal_date = DAY
        self.assertEqual(self._row("SN-1").state, "exists")

    def test_the_same_serial_twice(self):
        wizard = self._add_wizard("3TX1", "3TX2", " 3 tx1;Hall")
        wizard.action_check()
        bad = wizard.row_ids.filtered(lambda row: row.state == "bad")
        self.assertEqual((bad.source_line, bad.message), (3, "The same serial number is also on line 1."))

    def test_what_is_no_serial_number(self):
        self.assertBad("Serial\tPlace", "at least one digit")
        self.assertBad("3TX\u200b1", "invisible characters")
        self.assertBad("3TX1;Hall;A-1;more", "too many columns")
        self.assertBad(";Hall", "no serial number")
        self.assertBad("3" * 65, "more than 64 characters")
        self.assertBad("3.51235E+12", "spreadsheet")

    # What is refused

    def test_refusals(self):
        master = self._agreement(running=False, is_xpps_master=True)
        plain = self._agreement(running=False, is_xpps=False)
        closed = self._agreement()
        closed.close_subscription()
        material = self._agreement(self.base + self.mono, running=False)
        cases = [
            ("master agreement", {"agreement": master}),
            ("not an XPPS agreement", {"agreement": plain}),
            ("is closed", {"agreement": closed}),
            ("not an XPPS printer model", {"product_id": self.base.id}),
            ("not a site of XPPS Test Customer", {"partner_id": self.second.id}),
            ("Choose the service", {"subscription_line_id": False}),
            ("not a base price service", {"subscription_line_id": self.agreement.sale_subscription_line_ids.id}),
            (
                "not a base price service",
                {"agreement": material, "subscription_line_id": material.sale_subscription_line_ids[1].id},
            ),
        ]
        for pattern, values in cases:
            with self.subTest(pattern=pattern):
                wizard = self._add_wizard("3TX1", **values)
                self.assertRaisesMessage(pattern, wizard.action_check)
                self.assertRaisesMessage(pattern, wizard.action_add)
        self.assertRaisesMessage("at least one serial", self._add_wizard(" ").action_check)
        self.assertFalse(self._devices("3TX1"))

    def test_who_may_add(self):
        reader = self._user("xpps_test_reader", USER)
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            self.env[WIZARD].with_user(reader).create({"subscription_id": self.new.id})
        wizard = self._add_wizard("3TX1")
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            wizard.with_user(reader).action_add()

    def test_an_agreement_of_another_company_is_refused(self):
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", BILLING, company=other)
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            self.env[WIZARD].with_user(stranger).with_context(allowed_company_ids=other.ids).create(
                {"subscription_id": self.new.id, "product_id": self.printer.id, "serials": "3TX1"}
            ).action_add()


class TestBaseService(XppsCase):
    def test_the_line_that_bills_the_base_price(self):
        fee = self._service("XPPS Service Fee", "base_service", 20)
        supply = self._service("XPPS Supply Fee", "base_supply", 10)
        base, mono = self.base, self.mono
        for services, expected in [
            (base, base),
            (base + mono, base),
            (base + fee + supply, base),
            (fee + supply, fee),
            (supply + mono, supply),
            (mono, mono.browse()),
            (mono.browse(), mono.browse()),
        ]:
            with self.subTest(services=services.mapped("name")):
                self.assertEqual(self._agreement(services, running=False)._xpps_base_service().product_id, expected)
        for products in ([base, base, fee], [fee, fee, supply], [supply, supply]):
            self.assertFalse(self._agreement(products, running=False)._xpps_base_service())

    def test_a_device_proposes_it(self):
        agreement = self._agreement(self.mono + self.base, running=False)
        device = self.env["stock.lot"].new({"xpps_subscription_id": agreement.id})
        device._onchange_xpps_subscription_id()
        self.assertEqual(device.xpps_subscription_line_id, agreement.sale_subscription_line_ids[1])
