# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is left of a file with nothing to import: no draft, and nothing on the overview."""

from datetime import timedelta

from odoo import fields

from ...billing_file.builder import build_xml
from ..support.access import BILLING
from ..support.common import XppsCase, record

FAULTY = {"InvoiceNumber": "X-1002"}


class TestDiscard(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_test_clerk", BILLING)
        cls.sound = build_xml(devices=[record("SN-1", mono=(100, "0.004"))])

    def _checked(self, data, file_name="billing.xml"):
        """:return: the clerk's wizard after its check"""
        wizard = self._wizard(data, file_name, user=self.clerk)
        wizard.action_check()
        return wizard

    def _drafts(self):
        return self.env["xpps.billing.file"].search([("company_id", "=", self.company.id), ("state", "=", "draft")])

    def _imported(self):
        wizard = self._checked(self.sound)
        wizard.action_import()
        return wizard.billing_file_id.with_env(self.env)

    def test_nothing_to_import(self):
        self._imported()
        for file_name, data in (
            ("empty.xml", b""),
            ("broken.xml", b"<no"),
            ("report.pdf", b"%PDF-1.4"),
            ("none", b"\x00"),
            ("other.xml", b"<Other/>"),
            ("entity.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
            ("empty.csv", b""),
            ("broken.xlsx", b"PK"),
            ("again.xml", self.sound),
            ("no_devices.xml", build_xml(FAULTY, [])),
        ):
            with self.subTest(file_name=file_name):
                wizard = self._checked(data, file_name)
                file = wizard.billing_file_id
                self.assertTrue(file.error_count)
                self.assertTrue(file.is_unusable)
                self.assertTrue(wizard.is_unusable)
                attachment = file.attachment_id
                self.assertEqual(wizard.action_close(), {"type": "ir.actions.act_window_close"})
                self.assertFalse(file.exists())
                self.assertFalse(attachment.exists())

    def test_something_to_import(self):
        """A file with errors that can be fixed, or that states another month, is kept until it is discarded."""
        self._imported()
        for name, rows, invoice in (
            ("unknown", [record("SN-8")], FAULTY),
            ("some unknown", [record("SN-1"), record("SN-9")], {"InvoiceNumber": "X-1003"}),
            ("total", [record("SN-1")], {"InvoiceNumber": "X-1004", "InvoiceTotal": "999.00"}),
            ("billed", [record("SN-1", mono=(120, "0.004"))], {"InvoiceNumber": "X-1006"}),
        ):
            with self.subTest(name=name):
                wizard = self._checked(build_xml(invoice, rows))
                file = wizard.billing_file_id
                self.assertTrue(file.error_count)
                self.assertFalse(file.is_unusable)
                wizard.action_close()
                self.assertTrue(file.exists())
                wizard.action_discard()
                self.assertFalse(file.exists())

    def test_a_sound_file_may_be_discarded(self):
        wizard = self._checked(self.sound)
        self.assertFalse(wizard.is_unusable)
        wizard.action_close()
        self.assertEqual(self._drafts(), wizard.billing_file_id)
        wizard.action_discard()
        self.assertFalse(self._drafts())
        wizard.action_discard()

    def test_what_is_imported_is_not_discarded(self):
        wizard = self._checked(self.sound)
        wizard.action_import()
        self.assertRaisesMessage("Undo the import first", wizard.action_discard)
        wizard.action_close()
        self.assertEqual(wizard.billing_file_id.state, "imported")

    def test_before_the_check_there_is_nothing_to_discard(self):
        wizard = self._wizard(self.sound, user=self.clerk)
        wizard.action_close()
        wizard.action_discard()
        self.assertFalse(self._drafts())

    def test_a_draft_that_was_there_before(self):
        """Somebody looks after it, or replaces it by a better one."""
        wizard = self._checked(b"<no", "broken.xml")
        draft = wizard.billing_file_id
        draft.activity_schedule("mail.mail_activity_data_todo", user_id=self.env.user.id)
        wizard.action_close()
        self.assertTrue(draft.exists())
        draft.activity_ids.unlink()
        replacing = self._wizard(b"<neither", "still_broken.xml", user=self.clerk)
        replacing.replaces_id = draft
        replacing.action_check()
        self.assertEqual(replacing.billing_file_id, draft)
        replacing.action_close()
        self.assertTrue(draft.exists())

    def test_a_format_is_made_of_it(self):
        wizard = self._checked(b"<Other><Row/></Other>", "other.xml")
        draft = wizard.billing_file_id
        self.assertTrue(draft.is_unusable)
        draft.with_env(self.env).action_new_format()
        wizard.action_close()
        self.assertTrue(draft.exists())

    def test_a_window_that_was_just_closed(self):
        """Its wizard goes by and by, and the draft with it; what can be imported stays."""
        broken, sound = self._checked(b"<no", "broken.xml"), self._checked(self.sound)
        drafts = broken.billing_file_id, sound.billing_file_id
        wizards = broken | sound
        self.env.flush_all()
        long_ago = fields.Datetime.now() - timedelta(days=2)
        self.env.cr.execute(
            "UPDATE xpps_import_wizard SET create_date = %s, write_date = %s WHERE id = ANY(%s)",
            [long_ago, long_ago, wizards.ids],
        )
        wizards.invalidate_recordset()
        self.env["xpps.import.wizard"]._transient_clean_rows_older_than(3600)
        self.assertFalse(wizards.exists())
        self.assertFalse(drafts[0].exists())
        self.assertTrue(drafts[1].exists())

    def test_a_file_is_usable_again(self):
        """Once the import that it repeats is undone, and once a format reads it."""
        first = self._imported()
        again = self._checked(self.sound).billing_file_id
        self.assertTrue(again.is_unusable)
        first.action_cancel()
        again.action_check()
        self.assertFalse(again.is_unusable)
        again.action_import()
        self.assertFalse(again.is_unusable)
