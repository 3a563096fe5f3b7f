# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Large files are queued at once, and checked and imported by the cron, on behalf of whoever queued them."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.importing.device_bound import may_exceed

from ...billing_file.builder import build_xml
from ..support.common import XppsCase, record
from ..support.notifications import Notifications


class BackgroundCase(Notifications, XppsCase):
    """Files of more than one device go to the background; ``clerk`` is a billing user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_background_threshold = 1
        cls.second = cls._device("SN-2")
        cls.clerk = cls._user("xpps-clerk", "xerox_xpps.group_xpps_billing")
        cls.cron = cls.env.ref("xerox_xpps.ir_cron_import_billing_files")
        cls.env["ir.cron.trigger"].search([("cron_id", "=", cls.cron.id)]).unlink()

    def _rows(self):
        return [record("SN-1", mono=(100, "0.004")), record("SN-2", mono=(50, "0.004"))]

    def _checked(self, devices=None, user=None, company=None, **invoice):
        """A file whose check did not wait for the cron."""
        wizard = self._wizard(build_xml(invoice, devices or self._rows()), user=user or self.clerk, company=company)
        self.company.xpps_background_threshold = 2000
        wizard.action_check()
        self.company.xpps_background_threshold = 1
        return wizard.billing_file_id

    def _queued(self, devices=None, **kwargs):
        file = self._checked(devices, **kwargs)
        file.action_import()
        self.assertEqual(file.state, "queued")
        return file

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.assertTrue(self.cron.method_direct_trigger() is True)

    def _triggers(self):
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])

    def _last_job(self):
        """What the cron says of its last run: (done, remaining)"""
        progress = self.env["ir.cron.progress"].search([("cron_id", "=", self.cron.id)], order="id desc", limit=1)
        return progress.done, progress.remaining

    def _chatter(self, file):
        return "\n".join(file.message_ids.sudo().sorted("id").mapped("body"))

    def assertGivenBack(self, file, *reasons):
        self.assertEqual(file.state, "draft")
        for reason in reasons:
            self.assertIn(reason, self._chatter(file))
        self.assertEqual([kind for kind, _message in self._notifications()], ["danger"])
        self.assertFalse(file.sudo().charge_ids)
        self.assertFalse(file.sudo().meter_read_ids)
        # It is no failure of the cron, which Odoo would switch off after some of them.
        self.assertEqual(self.cron.failure_count, 0)
        self.assertEqual(self._last_job()[1], 0)


class TestBackground(BackgroundCase):
    # Queueing

    def test_wizard(self):
        wizard = self._wizard(build_xml({}, self._rows()), user=self.clerk)
        action = wizard.action_import()
        file = wizard.billing_file_id
        self.assertEqual((action["res_model"], action["res_id"]), ("xpps.billing.file", file.id))
        self.assertEqual((file.state, file.queued_by_id, file.progress), ("queued", self.clerk, 0))
        self.assertFalse(file.charge_ids)
        self.assertEqual(self._triggers(), 1)

    def test_threshold(self):
        """Up to the threshold a file is imported at once."""
        file = self._checked(self._rows()[:1])
        file.action_import()
        self.assertEqual(file.state, "imported")
        self.assertEqual(self._triggers(), 0)

    def test_clean_file_is_not_checked_again(self):
        """Queueing takes no longer for a large file: what changed since its check is the cron's to find."""
        file = self._checked()
        self.mapping.mono_product_id = False
        file.action_import()
        self.assertEqual(file.state, "queued")

    def test_faulty_file_is_given_back(self):
        """Nobody waits until a large file is read again to be told what the last check said."""
        file = self._checked([*self._rows(), record("SN-9")])
        self.assertFalse(file.can_import)
        file.action_import()
        self.assertEqual(file.state, "queued")
        self._run_cron()
        self.assertGivenBack(file, "SN-9")

    def test_mended_file(self):
        """What was mended since the check does not stand against the import."""
        file = self._checked([*self._rows(), record("SN-9")])
        self._device("SN-9")
        file.action_import()
        self._run_cron()
        self.assertEqual((file.state, file.error_count), ("imported", 0))

    def test_queued_twice(self):
        file = self._queued()
        self.assertRaisesMessage("already waiting to be imported", file.action_import)
        self.assertRaisesMessage("no longer a draft", file.action_check)
        self.assertRaisesMessage("Undo the import first", file.unlink)
        self.assertEqual(self._triggers(), 1)

    def test_out_of_the_queue(self):
        file = self._queued()
        file.action_cancel()
        self.assertEqual(file.state, "draft")
        self._run_cron()
        self.assertEqual((file.state, file.charge_count), ("draft", 0))
        self.assertEqual(self._notifications(), [])
        file.action_import()
        self.assertEqual(file.state, "queued")
        self._run_cron()
        self.assertEqual((file.state, file.charge_count), ("imported", 2))

    def test_cron_switched_off(self):
        """As in copies for tests: the file must not wait for ever."""
        self.cron.active = False
        file = self._checked()
        file.action_import()
        self.assertEqual(file.state, "imported")

    # Importing

    def test_import(self):
        file = self._queued()
        self._run_cron()
        self.assertEqual((file.state, file.progress), ("imported", 100))
        self.assertEqual(sorted(file.charge_ids.mapped("quantity")), [50, 100])
        self.assertEqual(self._last_job(), (1, 0))
        self.assertEqual(self._notifications(), [("success", "Billing file X-1001 is imported.")])
        # On behalf of the user.
        message = file.message_ids.filtered(lambda message: "Import finished. Devices: 2." in message.body)
        self.assertEqual(message.author_id, self.clerk.partner_id)
        self.assertEqual(file.charge_ids.create_uid, self.clerk)
        self.assertEqual(file.write_uid, self.clerk)
        progress = self.env["xpps.import.progress"].search([("billing_file_id", "=", file.id)])
        self.assertEqual((progress.percent, progress.tries), (90, 1))

    def test_several(self):
        files = self._queued() | self._queued(InvoiceNumber="X-2", PeriodStart="2026-02-01", PeriodEnd="2026-02-28")
        self._run_cron()
        self.assertEqual(set(files.mapped("state")), {"imported"})
        self.assertEqual(self._last_job(), (2, 0))
        self.assertEqual(len(self._notifications()), 2)

    def test_nothing_queued(self):
        file = self._checked()
        self._run_cron()
        self.assertEqual(file.state, "draft")

    def test_held_records(self):
        self.company.xpps_quarantine = True
        file = self._checked([*self._rows(), record("SN-9")])
        file.action_import()
        self.assertEqual(file.state, "queued")
        self._run_cron()
        self.assertEqual((file.state, file.held_count, file.charge_count), ("imported", 1, 2))

    def test_company_and_language(self):
        """The file's company and the user's language count, not those of the cron."""
        self.env["res.lang"]._activate_lang("fr_FR")
        other = self._company("XPPS Other Reseller", self.eur)
        clerk = self._user("xpps-clerk-2", "xerox_xpps.group_xpps_billing", lang="fr_FR")
        clerk.company_ids = [Command.link(other.id)]
        self.env["ir.model.fields.selection"].search(
            [("field_id.model", "=", "xpps.meter.read"), ("value", "=", "mono")]
        ).with_context(lang="fr_FR").name = "Noir"
        both = [self.company.id, other.id]
        self._make_here(other)
        other.xpps_background_threshold = 1
        file = (
            self.env["xpps.billing.file"]
            .with_user(clerk)
            .with_context(allowed_company_ids=both)
            ._create_from_upload(build_xml({"Currency": "EUR"}, self._rows()), "billing.xml", other)
        )
        file.action_import()
        self.assertEqual((file.state, file.error_count), ("queued", 0))
        mapping = self.mapping.search([("company_id", "=", other.id)])
        mapping.mono_product_id = False
        self._run_cron()
        self.assertEqual(file.state, "draft")
        self.assertIn("Noir", self._chatter(file))
        mapping.mono_product_id = self.mono
        file.action_import()
        self._run_cron()
        self.assertEqual(file.state, "imported")
        self.assertEqual((file.charge_ids.company_id, file.charge_ids.currency_id), (other, self.eur))

    def _make_here(self, company):
        """The devices, their agreement and material code once more, in another company."""
        here = self.env
        type(self).env = self.env(context=dict(self.env.context, allowed_company_ids=company.ids))
        try:
            agreement = self._agreement(pricelist_id=self._pricelist("Euro", self.eur).id)
            for serial in ("SN-1", "SN-2"):
                self._device(serial, agreement)
            self._mapping(self.printer, mono=self.mono)
        finally:
            type(self).env = here

    def test_left_behind(self):
        """A worker that was killed had no time to say anything; others are not kept waiting by its file."""
        first = self._queued()
        second = self._queued(InvoiceNumber="X-2", PeriodStart="2026-02-01", PeriodEnd="2026-02-28")
        progress = self.env["xpps.import.progress"].sudo()
        progress.create({"billing_file_id": first.id, "company_id": self.company.id, "percent": 20, "tries": 3})
        self.assertEqual(first.progress, 20)
        self._run_cron()
        self.assertEqual(set((first | second).mapped("state")), {"imported"})
        self.assertEqual(progress.search([("billing_file_id", "=", first.id)]).tries, 4)
        self.assertGreater(max(first.message_ids.ids), max(second.message_ids.ids))

    # Giving back

    def test_errors_meanwhile(self):
        """Errors that appeared since the check; the other files go on."""
        bad = self._queued()
        self._device("SN-3")
        good = self._queued(
            [record("SN-3"), record("SN-2")], InvoiceNumber="X-2", PeriodEnd="2026-02-28", PeriodStart="2026-02-01"
        )
        self.device.xpps_subscription_line_id = False
        self._run_cron()
        self.assertEqual(good.state, "imported")
        self.assertEqual((bad.state, bad.error_count), ("draft", 1))
        self.assertEqual(self._codes(bad), ["device_no_service"])
        self.assertIn("SN-1", self._chatter(bad))
        self.assertEqual([kind for kind, _message in self._notifications()], ["danger", "success"])
        self.assertEqual(self._last_job(), (2, 0))
        self.assertEqual(self.cron.failure_count, 0)

    def test_mended(self):
        """A file that was given back can be mended and queued again, and starts with an empty bar."""
        file = self._queued()
        self.device.xpps_subscription_line_id = False
        self._run_cron()
        self.assertGivenBack(file, "SN-1")
        self.device.xpps_subscription_line_id = self.base_line
        file.action_import()
        self.assertEqual((file.state, file.progress), ("queued", 0))
        self.assertFalse(self.env["xpps.import.progress"].search([("billing_file_id", "=", file.id)]))
        self._run_cron()
        self.assertEqual((file.state, file.charge_count), ("imported", 2))

    def test_rights_lost(self):
        file = self._queued()
        self.clerk.group_ids = [Command.unlink(self.env.ref("xerox_xpps.group_xpps_billing").id)]
        self._run_cron()
        self.assertGivenBack(
            file.sudo(), "xpps-clerk, who started the import, is no longer allowed to import billing files"
        )

    def test_company_lost(self):
        file = self._queued()
        other = self._company("XPPS Other Reseller")
        self.clerk.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self._run_cron()
        self.assertGivenBack(file.with_user(self.env.user), "billing files of XPPS Test Reseller")

    def test_user_archived(self):
        file = self._queued()
        self.clerk.active = False
        self._run_cron()
        self.assertGivenBack(file, "no longer allowed to import billing files")

    def test_file_lost(self):
        file = self._queued()
        file.attachment_id.sudo().raw = b""
        self._run_cron()
        self.assertGivenBack(file)
        self.assertEqual(self._codes(file), ["file_empty"])

    @mute_logger("odoo.sql_db", "odoo.addons.xerox_xpps.models.billing_file.xpps_billing_file_queue")
    def test_unexpected_error(self):
        """The database itself fails: nobody is shown how, and the next file is imported."""
        bad = self._queued()
        good = self._queued(
            [record("SN-1"), record("SN-2")], InvoiceNumber="X-2", PeriodStart="2026-02-01", PeriodEnd="2026-02-28"
        )
        self.cr.execute(
            """
            CREATE FUNCTION pg_temp.fail() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'out of paper'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON sale_subscription_charge
                FOR EACH ROW EXECUTE FUNCTION pg_temp.fail()
            """
        )
        self._run_cron()
        self.assertEqual(good.state, "imported")
        self.assertEqual(bad.state, "draft")
        self.assertIn("An unexpected error", self._chatter(bad))
        self.assertNotIn("out of paper", self._chatter(bad))
        self.assertFalse(bad.charge_ids or bad.meter_read_ids)
        self.assertEqual([kind for kind, _message in self._notifications()], ["danger", "success"])
        self.assertEqual((self.cron.failure_count, self._last_job()), (0, (2, 0)))

    @mute_logger("odoo.sql_db")
    def test_constraint(self):
        """What the database refuses is said in its constraint's words."""
        file = self._queued()
        self.cr.execute(
            "ALTER TABLE sale_subscription_charge ADD CONSTRAINT few_pages CHECK (quantity < 100) NOT VALID"
        )
        self._run_cron()
        self.assertGivenBack(file, "The operation cannot be completed")

    def test_broken_off_too_often(self):
        """A file that ends its worker each time is not tried for ever, and not even checked again."""
        file = self._queued()
        self.env["xpps.import.progress"].sudo().create(
            {"billing_file_id": file.id, "company_id": self.company.id, "tries": 10}
        )
        self.mapping.mono_product_id = False
        self._run_cron()
        self.assertGivenBack(file, "interrupted 10 times", "limit_time_real_cron")
        self.assertFalse(self._codes(file))
        self.mapping.mono_product_id = self.mono
        file.action_import()
        self._run_cron()
        self.assertEqual(file.state, "imported")

    def test_refusal_in_the_chatter(self):
        """Each problem on a line of its own."""
        file = self._queued()
        (self.device | self.second).xpps_subscription_line_id = False
        self._run_cron()
        self.assertRegex(self._chatter(file), "<br ?/?>• .*SN-1.*<br ?/?>• .*SN-2")


class TestCheckInBackground(BackgroundCase):
    def _waiting(self, devices=None, user=None, **invoice):
        """A file whose check waits for the cron."""
        wizard = self._wizard(build_xml(invoice, devices or self._rows()), user=user or self.clerk)
        wizard.action_check()
        file = wizard.billing_file_id
        self.assertTrue(file.check_queued)
        return file

    # Queueing

    def test_wizard(self):
        wizard = self._wizard(build_xml({}, self._rows()), user=self.clerk)
        action = wizard.action_check()
        self.assertEqual((action["res_model"], action["res_id"]), ("xpps.import.wizard", wizard.id))
        file = wizard.billing_file_id
        self.assertEqual((file.state, file.queued_by_id, file.progress), ("draft", self.clerk, 0))
        self.assertEqual((wizard.check_queued, wizard.can_import, len(file.line_ids)), (True, False, 0))
        self.assertEqual((file.queue_status, self._triggers()), ("Check is waiting", 1))
        self._run_cron()
        self.assertEqual((wizard.check_queued, wizard.can_import, wizard.device_count), (False, True, 2))
        self.assertFalse(wizard.mapping_ids)
        wizard.action_show()
        self.assertEqual(wizard.mapping_ids.mono_product_id, self.mono)
        wizard.action_import()
        self.assertEqual(file.state, "queued")
        self._run_cron()
        self.assertEqual((file.state, file.charge_count), ("imported", 2))

    def test_small_file_at_once(self):
        wizard = self._wizard(build_xml({}, self._rows()[:1]), user=self.clerk)
        wizard.action_check()
        self.assertEqual((wizard.check_queued, wizard.can_import, self._triggers()), (False, True, 0))

    def test_many_bytes(self):
        """Few devices in more than 8 MiB."""
        self.company.xpps_background_threshold = 2000
        padding = b"<!--" + b" " * (8 * 2**20) + b"-->"
        data = build_xml({}, self._rows())
        for size, is_queued in ((8 * 2**20 - len(data), False), (8 * 2**20 + 1 - len(data), True)):
            wizard = self._wizard(data + padding[: size - 3] + b"-->", user=self.clerk)
            file = self.env["xpps.billing.file"]._create_from_upload(
                data + padding[: size - 3] + b"-->", "padded.xml", self.company
            )
            self.assertEqual((file.attachment_id.file_size - 8 * 2**20, file._is_large()), (int(is_queued), is_queued))
            wizard.action_check()
            self.assertEqual(wizard.check_queued, is_queued)

    def test_a_known_number_of_devices(self):
        """After a check it is not the size that counts."""
        self.company.xpps_background_threshold = 2
        file = self._checked()
        self.company.xpps_background_threshold = 2
        file.action_check()
        self.assertFalse(file.check_queued)
        self.company.xpps_background_threshold = 1
        file.action_check()
        self.assertTrue(file.check_queued)

    def test_dropped(self):
        attachment = (
            self.env["ir.attachment"]
            .with_user(self.clerk)
            .create({"name": "a.xml", "raw": build_xml({}, self._rows())})
        )
        files = self.env["xpps.billing.file"].with_user(self.clerk)
        file = files.browse(files.create_document_from_attachment(attachment.ids)["res_id"])
        self.assertEqual((file.state, file.check_queued, len(file.line_ids)), ("draft", True, 0))
        self._run_cron()
        self.assertEqual((file.check_queued, len(file.line_ids), file.create_uid), (False, 2, self.clerk))

    def test_taken_up_again(self):
        file = self._checked()
        file.action_cancel()
        file.action_draft()
        self.assertEqual((file.state, file.check_queued), ("draft", True))

    def test_queued_twice(self):
        file = self._waiting()
        file.with_user(self._user("xpps-clerk-2", "xerox_xpps.group_xpps_billing")).action_check()
        self.assertEqual((file.queued_by_id, self._triggers()), (self.clerk, 1))
        self._run_cron()
        self.assertEqual(len(self._notifications()), 1)
        self.assertEqual(self._last_job(), (1, 0))

    def test_imported_meanwhile(self):
        """The import checks by itself: the check that waits is done with."""
        file = self._waiting()
        file.action_import()
        self.assertEqual((file.state, file.check_queued), ("queued", False))
        self._run_cron()
        self.assertEqual((file.state, self._last_job()), ("imported", (1, 0)))
        self.assertEqual(self._notifications(), [("success", "Billing file X-1001 is imported.")])

    def test_a_correction_meanwhile(self):
        """The check is of what the file is when it runs."""
        file = self._waiting()
        file.kind = "correction"
        self._run_cron()
        self.assertTrue(file.can_import)

    def test_replaced_by_a_small_file(self):
        file = self._waiting()
        file._replace_upload(build_xml({}, self._rows()[:1]), "small.xml")
        file.action_check()
        self.assertEqual((file.check_queued, file.device_count), (False, 1))
        self._run_cron()
        self.assertEqual(self._notifications(), [])

    def test_stopped(self):
        wizard = self._wizard(build_xml({}, self._rows()), user=self.clerk)
        wizard.action_check()
        wizard.action_stop()
        file = wizard.billing_file_id
        self.assertEqual((file.state, file.check_queued), ("draft", False))
        wizard.action_stop()
        self.assertEqual(file.state, "draft", "Nothing is given up that is not in the queue any more.")
        self._run_cron()
        self.assertEqual((len(file.line_ids), self._notifications()), (0, []))
        file.action_check()
        file.action_cancel()
        self.assertEqual((file.state, file.check_queued), ("draft", False))
        file.action_check()
        file.unlink()
        self._run_cron()
        self.assertEqual(self._notifications(), [])

    def test_held_records(self):
        """Of an imported file, too; whoever takes it out of the queue undoes no import."""
        self.company.xpps_quarantine = True
        file = self._checked([*self._rows(), record("SN-9")])
        file._import()
        file.action_check()
        self.assertEqual((file.state, file.check_queued, file.can_import), ("imported", True, False))
        file.action_cancel()
        self.assertEqual((file.state, file.check_queued, file.charge_count), ("imported", False, 2))
        file.action_check()
        self._device("SN-9")
        self._run_cron()
        self.assertEqual(
            (file.state, file.check_queued, file.error_count, file.can_import), ("imported", False, 0, True)
        )

    def test_nothing_left_to_check(self):
        self.company.xpps_quarantine = True
        file = self._checked([*self._rows(), record("SN-9")])
        file._import()
        file.action_check()
        file.line_ids.filtered(lambda line: line.state == "held").action_leave_out()
        self._run_cron()
        self.assertEqual((file.check_queued, self._notifications(), self._last_job()), (False, [], (1, 0)))

    def test_cron_switched_off(self):
        """As in copies for tests: the file must not wait for ever."""
        self.cron.active = False
        wizard = self._wizard(build_xml({}, self._rows()), user=self.clerk)
        wizard.action_check()
        self.assertEqual((wizard.check_queued, wizard.can_import), (False, True))

    def test_nobody_sets_it_by_hand(self):
        file = self._checked()
        with self.assertRaises(AccessError):
            file.check_queued = True

    # Checking

    def test_what_is_said(self):
        """One is one, and two are two."""
        for number, (serials, sentence, kind) in enumerate(
            (
                (["SN-1", "SN-2"], "0 errors, 0 warnings", "success"),
                (["SN-1", "SN-2", "SN-9"], "1 error, 0 warnings", "danger"),
                (["SN-1", "SN-8", "SN-9"], "2 errors, 1 warning", "danger"),
                (["SN-1", "SN-1"], "1 error, 1 warning", "danger"),
            )
        ):
            with self.subTest(serials=serials):
                before = len(self._notifications())
                file = self._waiting([record(serial) for serial in serials], InvoiceNumber=f"X-{number}")
                self._run_cron()
                self.assertFalse(file.check_queued)
                self.assertEqual(
                    self._notifications()[before:], [(kind, f"Billing file X-{number} is checked: {sentence}.")]
                )
                found = sentence.replace(", ", " and ")
                self.assertIn(f"The check found {found}.", self._chatter(file))

    def test_on_behalf_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.clerk.lang = "fr_FR"
        self._import_at_once([record("SN-1", BaseServiceFee="20.00"), record("SN-2")])
        rows = [record("SN-1", BaseServiceFee="26.50"), record("SN-2")]
        file = self._waiting(rows, InvoiceNumber="X-2", PeriodStart="2026-02-01", PeriodEnd="2026-02-28")
        self._run_cron()
        self.assertEqual(file.issue_ids.mapped("code"), ["base_fee_changed"])
        self.assertIn("26,50", file.issue_ids.message)
        self.assertEqual(file.line_ids.create_uid, self.clerk)

    def _import_at_once(self, devices):
        file = self._checked(devices)
        file._import()

    def test_progress(self):
        shares = []
        self._checked()._check_now(progress=shares.append)
        self.assertEqual(shares, sorted(shares))
        self.assertGreaterEqual(len(shares), 2)
        self.assertTrue(all(0 < share < 1 for share in shares))
        file = self._waiting(InvoiceNumber="X-2")
        self.env["xpps.import.progress"].sudo().create(
            {"billing_file_id": file.id, "company_id": self.company.id, "percent": 40, "tries": 1}
        )
        file.invalidate_recordset()
        self.assertEqual((file.progress, file.queue_status), (40, "Check: 40%"))

    # Giving back

    def test_rights_lost(self):
        file = self._waiting()
        self.clerk.group_ids = [Command.unlink(self.env.ref("xerox_xpps.group_xpps_billing").id)]
        self._run_cron()
        file = file.sudo()
        self.assertFalse(file.check_queued)
        self.assertGivenBack(file, "xpps-clerk, who started the check, is no longer allowed to check billing files")

    def test_a_check_that_cannot_run(self):
        file = self._waiting()
        self._break_format()
        self._run_cron()
        self.assertFalse(file.check_queued)
        self.assertGivenBack(file, "needs the path")
        self.assertIn("could not be checked", self._notifications()[0][1])

    @mute_logger("odoo.sql_db", "odoo.addons.xerox_xpps.models.billing_file.xpps_billing_file_queue")
    def test_unexpected_error(self):
        bad = self._waiting()
        good = self._waiting([record("SN-2"), record("SN-1")], InvoiceNumber="X-2")
        self.cr.execute(
            f"""
            CREATE FUNCTION pg_temp.fail() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'out of paper'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON xpps_billing_file_line
                FOR EACH ROW WHEN (NEW.billing_file_id = {bad.id}) EXECUTE FUNCTION pg_temp.fail()
            """
        )
        self._run_cron()
        self.assertEqual((good.check_queued, good.can_import), (False, True))
        self.assertEqual((bad.check_queued, bad.can_import), (False, False))
        self.assertIn("An unexpected error", self._chatter(bad))
        self.assertNotIn("out of paper", self._chatter(bad))
        self.assertEqual([kind for kind, _message in self._notifications()], ["danger", "success"])
        self.assertEqual((self.cron.failure_count, self._last_job()), (0, (2, 0)))

    def test_broken_off_too_often(self):
        file = self._waiting()
        self.env["xpps.import.progress"].sudo().create(
            {"billing_file_id": file.id, "company_id": self.company.id, "tries": 10}
        )
        self._run_cron()
        self.assertFalse(file.check_queued)
        self.assertGivenBack(file, "The check was interrupted 10 times", "limit_time_real_cron")
        file.action_check()
        self._run_cron()
        self.assertTrue(file.can_import)


class TestDeviceBound(BackgroundCase):
    def test_never_too_few(self):
        rows = [record(f"SN-{number}", mono=(1, "0.01")) for number in range(50)]
        data = build_xml({}, rows)
        text = data.decode()
        for name, content, exceeds in (
            ("a.xml", data, [49]),
            ("a.XML", text.replace("UTF-8", "UTF-16").encode("utf-16"), [49]),
            ("a.xml", text.replace("<Device>", "<x:Device a='1'>").replace("</Device>", "</x:Device>").encode(), [49]),
            ("a.csv", b"serial;pages\n" + b"SN;1\n" * 50, [49]),
            ("a.csv", b"serial;pages\r" + b"SN;1\r" * 50, [49]),
            ("a.csv", ("serial;pages\n" + "SN;1\n" * 50).encode("utf-16"), [49]),
            ("a.xlsx", b"PK" * 1300, [49]),
            ("a.xml", b"".join(b"<a%d/>" % number for number in range(20_000)), [49, 100_000]),
        ):
            with self.subTest(name=name, content=content[:60]):
                for limit in exceeds:
                    self.assertTrue(may_exceed(content, name, limit))
        self.assertFalse(may_exceed(data, "a.xml", 50), "A number that an ordinary file has is not overrated.")
        self.assertFalse(may_exceed(b"<" * 100, "a.xml", 0))
        self.assertFalse(may_exceed(b"", "", 0))
