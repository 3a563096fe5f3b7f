# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two users who invoice, or import, at the same moment."""

import base64

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.common import record
from ..support.concurrency import ConcurrencyCase


class TestInvoicing(ConcurrencyCase):
    def setUp(self):
        super().setUp()
        with self._env() as env:
            cls = type(self)
            cls.env = env
            self.charge_id = self._charge(device_id=False).id

    def _lines(self):
        with self._env() as env:
            return env["sale.subscription.charge"].browse(self.charge_id).invoice_line_ids.ids

    def _generate(self, env):
        env["sale.subscription"].browse(self.ids["agreement"]).generate_invoice()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_at_once(self):
        results = self._at_once(self._generate, self._generate)
        self.assertEqual(len(self._lines()), 1, results)
        self.assertIn(None, results)
        for error in filter(None, results):
            self.assertIsInstance(error, UserError)
            self.assertIn("someone else", str(error))

    def test_while_another_bills(self):
        """Before the first commits, the second is told at once, and bills nothing."""
        first_cr, first = self._open()
        _second_cr, second = self._open()
        first.generate_invoice()
        first.env.flush_all()
        with self.assertRaisesRegex(UserError, "someone else"):
            second.generate_invoice()
        first_cr.commit()
        self.assertEqual(len(self._lines()), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_after_another_billed(self):
        """A transaction from before the first's commit cannot see it; it must not bill what it still sees."""
        first_cr, first = self._open()
        second_cr, second = self._open()
        self.assertEqual(second.charge_ids.invoice_status, "to_invoice")
        first.create_invoice()
        first_cr.commit()
        # The server tries again in a new transaction.
        retrying(second.create_invoice, second.env)
        second_cr.commit()
        self.assertEqual(len(self._lines()), 1)


class TestImport(ConcurrencyCase):
    rows = [record("SN-1", mono=(100, "0.004"))]

    def _upload(self, data):
        # Odoo itself may stumble when two threads write the same new file into its store: it is there already.
        with self._env() as env:
            attachment = env["ir.attachment"].create({"name": "billing.xml", "raw": data})
        self.addCleanup(self._remove_attachment, attachment.id)

        def upload(env):
            env["xpps.import.wizard"].create(
                {
                    "file_name": "billing.xml",
                    "file_data": base64.b64encode(data),
                    "company_id": self.ids["company"],
                }
            ).action_import()

        return upload

    def _remove_attachment(self, attachment_id):
        with self._env() as env:
            env["ir.attachment"].browse(attachment_id).unlink()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_same_file_twice(self):
        data = build_xml(devices=self.rows)
        results = self._at_once(self._upload(data), self._upload(data))
        self.assertOneWins(results, "already been imported")
        self.assertEqual(self._charges(), [("draft", 100)])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_file_without_meters_twice(self):
        data = build_xml(devices=[record("SN-1", BaseServiceFee="20.00")])
        self.assertOneWins(self._at_once(self._upload(data), self._upload(data)), "already been imported")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_files_of_one_period(self):
        uploads = [self._upload(build_xml({"InvoiceNumber": number}, self.rows)) for number in ("X-1", "X-2")]
        self.assertOneWins(self._at_once(*uploads), "just been billed for the period")
        self.assertEqual(self._charges(), [("draft", 100)])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_files_of_one_period_without_meters(self):
        rows = [record("SN-1", BaseServiceFee="20.00")]
        uploads = [self._upload(build_xml({"InvoiceNumber": number}, rows)) for number in ("X-1", "X-2")]
        self.assertOneWins(self._at_once(*uploads), "just been billed for the period")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_draft_by_two_users(self):
        with self._env() as env:
            wizard = env["xpps.import.wizard"].create(
                {
                    "file_name": "billing.xml",
                    "file_data": base64.b64encode(build_xml(devices=self.rows)),
                    "company_id": self.ids["company"],
                }
            )
            wizard.action_check()
            file_id = wizard.billing_file_id.id

        def import_it(env):
            env["xpps.billing.file"].browse(file_id).action_import()

        self.assertOneWins(self._at_once(import_it, import_it), "someone else|not a draft")
        self.assertEqual(self._charges(), [("draft", 100)])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_files_of_one_agreement(self):
        """Both make the contract default that the agreement lacks: the second tries again, and finds it."""
        with self._env() as env:
            type(self).env = env
            self._device("SN-2", env["sale.subscription"].browse(self.ids["agreement"]))
        devices = {"SN-1": "0.004", "SN-2": "0.005"}
        (first_cr, first), (second_cr, second) = (
            self._open_file(self._new_file(devices=[record(serial, mono=(100, cost))], InvoiceNumber=f"X-{serial}"))
            for serial, cost in devices.items()
        )
        first._import()
        first_cr.commit()
        retrying(second._import, second.env)
        second_cr.commit()
        self.assertEqual(self._charges(), [("draft", 100)] * 2)
        with self._env() as env:
            agreement = env["sale.subscription"].browse(self.ids["agreement"])
            self.assertEqual(agreement.charge_default_ids.mapped("unit_cost"), [0.005])
