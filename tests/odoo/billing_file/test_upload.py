# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files that are dropped onto the list: the web client uploads attachments and hands over their ids."""

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER, USER
from ..support.common import XppsCase, record


class TestUpload(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_test_clerk", BILLING)
        cls.sound = build_xml(devices=[record("SN-1", mono=(100, "0.004"))])
        cls.faulty = build_xml({"InvoiceNumber": "X-1002"}, [record("SN-8"), record("SN-9")])

    def _upload(self, *files, user=None):
        """As Odoo's upload component does it. :return: (action, the attachments)"""
        user = user or self.clerk
        attachments = self.env["ir.attachment"].with_user(user).create([{"name": n, "raw": d} for n, d in files])
        action = self.env["xpps.billing.file"].with_user(user).create_document_from_attachment(attachments.ids)
        return action, attachments

    def _files(self, action):
        return self.env["xpps.billing.file"].search(action["domain"], order="id")

    def test_one_file_opens(self):
        action, attachments = self._upload(("billing.xml", self.faulty))
        file = self.env["xpps.billing.file"].browse(action["res_id"])
        self.assertEqual((action["res_model"], action["views"]), ("xpps.billing.file", [(False, "form")]))
        self.assertEqual((file.state, file.file_name, file.company_id), ("draft", "billing.xml", self.company))
        self.assertEqual((file.name, file.error_count, file.create_uid), ("X-1002", 2, self.clerk))
        self.assertEqual(file.attachment_id.raw, self.faulty)
        self.assertFalse(attachments.exists(), "The upload has done its service.")

    def test_several_files_are_listed(self):
        action, attachments = self._upload(("faulty.xml", self.faulty), ("sound.xml", self.sound))
        self.assertEqual(action["views"][0], (False, "list"))
        files = self._files(action)
        self.assertEqual(files.mapped("file_name"), ["faulty.xml", "sound.xml"])
        self.assertEqual(files.mapped("error_count"), [2, 0])
        self.assertFalse(attachments.exists())

    def test_a_bad_file_stops_no_other(self):
        action, _attachments = self._upload(
            ("empty.xml", b""),
            ("broken.xml", b"<no"),
            ("report.pdf", b"%PDF"),
            ("none", b"\x00"),
            ("sound.xml", self.sound),
        )
        files = self._files(action)
        self.assertEqual(
            [self._codes(file) for file in files], [["file_empty"], ["file_syntax"], ["file_type"], ["file_type"], []]
        )

    def test_a_check_that_cannot_run(self):
        self._break_format()
        file = self.env["xpps.billing.file"].browse(self._upload(("billing.xml", self.sound))[0]["res_id"])
        self.assertEqual((file.state, len(file.line_ids)), ("draft", 0))
        self.assertIn("needs the path", "".join(file.message_ids.mapped("body")))

    def test_the_same_file_again(self):
        first, _attachments = self._upload(("billing.xml", self.sound))
        action, _attachments = self._upload(("again.xml", self.sound), ("once more.xml", self.sound))
        self.assertEqual(action["res_id"], first["res_id"], "No twin")
        file = self.env["xpps.billing.file"].browse(first["res_id"])
        file.action_import()
        action, _attachments = self._upload(("again.xml", self.sound))
        self.assertNotEqual(action["res_id"], file.id)
        draft = self.env["xpps.billing.file"].browse(action["res_id"])
        self.assertIn("file_duplicate", self._codes(draft))

    def test_the_company_one_works_in(self):
        other = self._company("XPPS Other Reseller")
        self.clerk.company_ids |= other
        attachment = self.env["ir.attachment"].with_user(self.clerk).create({"name": "a.xml", "raw": self.sound})
        files = self.env["xpps.billing.file"].with_user(self.clerk)
        action = files.with_context(allowed_company_ids=(other | self.company).ids).create_document_from_attachment(
            attachment.ids
        )
        file = self.env["xpps.billing.file"].browse(action["res_id"])
        self.assertEqual((file.company_id, self._codes(file)), (other, ["device_unknown"]))

    def test_who_may_not(self):
        reader = self._user("xpps_test_reader", USER)
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            self._upload(("billing.xml", self.sound), user=reader)

    def test_nothing_uploaded(self):
        self.assertRaisesMessage("No file", self.env["xpps.billing.file"].create_document_from_attachment, [])
        gone = self.env["ir.attachment"].create({"name": "a.xml", "raw": b"a"})
        gone_id = gone.id
        gone.unlink()
        self.assertRaisesMessage("No file", self.env["xpps.billing.file"].create_document_from_attachment, [gone_id])

    def test_what_is_anothers_is_neither_read_nor_deleted(self):
        """Any user may call the method with any ids."""
        files = self.env["xpps.billing.file"].with_user(self.clerk)
        other = self._company("XPPS Other Reseller")
        secret = self._check(self.sound, company=other).attachment_id
        quiet = mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
        with quiet, self.assertRaises(AccessError):
            files.create_document_from_attachment(secret.ids)
        own = self._check(self.faulty).attachment_id
        strangers = self.env["ir.attachment"].create({"name": "a.xml", "raw": self.sound, "public": True})
        for attachment in (own, strangers):
            with quiet, self.assertRaises(AccessError):
                files.create_document_from_attachment(attachment.ids)
            self.assertTrue(attachment.exists())

    def test_an_upload_imports_nothing(self):
        manager = self._user("xpps_test_manager", MANAGER)
        self._upload(("billing.xml", self.sound), user=manager)
        self.assertFalse(self.env["sale.subscription.charge"].search([]))
        self.assertFalse(self.env["xpps.meter.read"].search([]))
