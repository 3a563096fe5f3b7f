# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Sheets of labels: what is printed is what a phone reads, and leads to the device."""

import io
import subprocess

import zxingcpp
from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..support.access import BILLING, USER
from ..support.entries import EntryCase

REPORT = "xerox_xpps.action_report_xpps_device_label"
STOCK = "stock.group_stock_manager"
#: Of the pictures of pages. A4 is 8.27 inches wide.
DPI = 150


@tagged("-at_install", "post_install")
class TestDeviceLabel(EntryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("xpps_test_user", USER)

    def _pdf(self, devices):
        """:return: the document, and its pages as pictures"""
        reports = self.env["ir.actions.report"].with_user(self.user).with_context(force_report_rendering=True)
        content, kind = reports._render_qweb_pdf(REPORT, devices.ids)
        self.assertEqual(kind, "pdf")
        self.env.invalidate_all()
        count = content.count(b"/Type /Page\n")
        pages = []
        for page in range(1, count + 1):
            picture = subprocess.run(
                ["pdftoppm", "-png", "-r", str(DPI), "-f", str(page), "-l", str(page)],
                input=content,
                capture_output=True,
                check=True,
            )
            pages.append(Image.open(io.BytesIO(picture.stdout)))
        return content, pages

    def _codes(self, page):
        """:return: [(text, row, column)] of the codes on a page, by the labels of 70 × 37 mm that they are on"""
        found = []
        for code in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode):
            middle = (
                code.position.top_left.x + code.position.bottom_right.x,
                (code.position.top_left.y + code.position.bottom_right.y),
            )
            x, y = (value / 2 / DPI * 25.4 for value in middle)
            found.append((code.text, int(y // 37), int(x // 70)))
        return sorted(found, key=lambda code: code[1:])

    def test_one_label(self):
        content, pages = self._pdf(self.device)
        self.assertEqual(len(pages), 1)
        ((text, row, column),) = self._codes(pages[0])
        self.assertEqual((text, row, column), (self.device._xpps_label_url(), 0, 0))
        token = text.rpartition("/")[2]
        self.assertEqual(self.env["stock.lot"]._xpps_of_label(token), self.device)
        printed = subprocess.run(
            ["pdftotext", "-", "-"], input=content, capture_output=True, check=True
        ).stdout.decode()
        for part in ("SN-1", "XPPS Test Printer", self.company.name):
            self.assertIn(part, printed)
        for secret in (self.customer.name, "30.00"):
            self.assertNotIn(secret, printed)

    def test_fifty_labels(self):
        """24 a sheet, in the order of the list; each leads to its own device."""
        devices = self.device
        for number in range(10, 59):
            devices |= self._device(f"LONG-SERIAL-NUMBER-{number}")
        _content, pages = self._pdf(devices)
        self.assertEqual(len(pages), 3)
        codes = [self._codes(page) for page in pages]
        self.assertEqual([len(page) for page in codes], [24, 24, 2])
        for page in codes:
            places = [(row, column) for _text, row, column in page]
            self.assertEqual(places, [(number // 3, number % 3) for number in range(len(page))])
        urls = [text for page in codes for text, *_place in page]
        self.assertEqual(urls, [device._xpps_label_url() for device in devices])
        self.assertEqual(len(set(urls)), 50)

    def test_printed_again(self):
        """The same code, until somebody makes a new one."""
        ((first, *_place),) = self._codes(self._pdf(self.device)[1][0])
        ((again, *_place),) = self._codes(self._pdf(self.device)[1][0])
        self.assertEqual(first, again)
        self.device.with_user(self._user("xpps_test_clerk", BILLING)).action_xpps_new_label_code()
        ((new, *_place),) = self._codes(self._pdf(self.device)[1][0])
        self.assertNotEqual(first, new)
        find = self.env["stock.lot"]._xpps_of_label
        self.assertFalse(find(first.rpartition("/")[2]))
        self.assertEqual(find(new.rpartition("/")[2]), self.device)

    def test_only_devices(self):
        lot = self.env["stock.lot"].create({"name": "LOT", "product_id": self.printer.id})
        report = self.env["report.xerox_xpps.report_device_label"]
        self.assertEqual(report._get_report_values((lot | self.device).ids)["docs"], self.device)
        self.assertFalse(lot.xpps_label_key)
        self.assertRaisesMessage("Choose XPPS devices", report._get_report_values, lot.ids, exception=UserError)

    def test_who_prints_and_voids(self):
        """Prints: XPPS users. Voids: those who bill. Nobody reads or writes a code otherwise."""
        self.device._xpps_make_label_tokens()
        kept = self.device.xpps_label_key, self.device.xpps_label_secret
        report = self.env["report.xerox_xpps.report_device_label"]
        clerk = self._user("xpps_test_clerk", BILLING)
        for user, prints in (
            (self.user, True),
            (clerk, True),
            (self._user("xpps_test_stock", STOCK), False),
            (self._user("xpps_test_nobody"), False),
            (self.portal, False),
        ):
            device = self.device.with_user(user)
            with self.subTest(user=user.login), mute_logger("odoo.models"):
                if prints:
                    report.with_user(user)._get_report_values(self.device.ids)
                else:
                    with self.assertRaises(AccessError):
                        report.with_user(user)._get_report_values(self.device.ids)
                if user != clerk:
                    with self.assertRaises(AccessError):
                        device.action_xpps_new_label_code()
                for name in ("xpps_label_key", "xpps_label_secret"):
                    with self.assertRaises(AccessError):
                        device.read([name])
                    with self.assertRaises(AccessError):
                        device.write({name: "A" * 22})
                    with self.assertRaises(AccessError):
                        device.search([(name, "=like", "A%")])
        self.assertEqual((self.device.xpps_label_key, self.device.xpps_label_secret), kept)

    def test_another_company(self):
        other = self._company("XPPS Label Reseller")
        stranger = self._user("xpps_test_stranger", BILLING, company=other)
        report = self.env["report.xerox_xpps.report_device_label"].with_user(stranger)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            report._get_report_values(self.device.ids)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.device.with_user(stranger).action_xpps_new_label_code()
