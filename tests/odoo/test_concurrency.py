# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two users at the same moment: real transactions, committed, and removed at the end."""

import base64
import threading
import uuid
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError, ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

from ..billing_file.builder import build_xml
from .common import record
from .records import Records

TIMEOUT = 60


class ConcurrencyCase(Records, BaseCase):
    """The reseller of each class is committed, so that other transactions see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            cls.env = api.Environment(cr, SUPERUSER_ID, {})
            cls._make_reseller(f"XPPS Test {uuid.uuid4()}")
            cls.context = dict(cls.env.context)
            cls.ids = {name: getattr(cls, name).id for name in ("company", "agreement")}
        cls.addClassCleanup(cls._remove_reseller)

    def setUp(self):
        super().setUp()
        self.addCleanup(self._remove_billing)

    @classmethod
    @contextmanager
    def _env(cls):
        """A transaction that is committed at the end."""
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, cls.context)

    def _open(self):
        """A transaction of its own: (cursor, agreement), rolled back at the end if it is still open."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        env = api.Environment(cr, SUPERUSER_ID, self.context)
        self._be_patient(cr)
        # Only a query makes the snapshot that the whole transaction sees.
        return cr, env["sale.subscription"].browse(self.ids["agreement"]).exists()

    @staticmethod
    def _be_patient(cr):
        """Whoever waits for a lock that nobody gives back fails, instead of the whole run hanging."""
        cr.execute("SET SESSION lock_timeout TO '15s'")
        cr.commit()

    def _at_once(self, *functions):
        """Run each function(env) as the server does, in a thread. :return: [exception or None]"""
        start = threading.Barrier(len(functions), timeout=TIMEOUT)
        results = [TimeoutError()] * len(functions)

        def run(index, function):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, self.context)
                self._be_patient(cr)
                env["res.company"].search_count([])
                start.wait()
                try:
                    retrying(lambda: function(env), env)
                    results[index] = None
                except Exception as error:
                    results[index] = error

        threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(functions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIMEOUT)
        return results

    def _remove_billing(self):
        with self._env() as env:
            mine = [("company_id", "=", self.ids["company"])]
            env["account.move"].search(mine).with_context(force_delete=True).unlink()
            for model in ("sale.subscription.charge", "xpps.meter.read"):
                env[model].search(mine).unlink()
            files = env["xpps.billing.file"].search(mine)
            files.state = "draft"
            files.unlink()

    @classmethod
    def _remove_reseller(cls):
        """All but the company itself, which is archived."""
        with cls._env() as env:
            mine = [("company_id", "=", cls.ids["company"])]
            for model in ("stock.lot", "xpps.material.mapping", "sale.subscription.line", "sale.subscription"):
                env[model].search(mine).unlink()
            products = env["product.product"].browse((cls.base | cls.mono | cls.color | cls.printer).ids)
            products.product_tmpl_id.unlink()
            for record_set in (cls.pricelist, cls.template, cls.customer):
                env[record_set._name].browse(record_set.ids).unlink()
            env["res.company"].browse(cls.ids["company"]).active = False


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

    def _charges(self):
        with self._env() as env:
            return env["sale.subscription.charge"].search_count([("company_id", "=", self.ids["company"])])

    def assertOneWins(self, results, message):
        self.assertEqual(results.count(None), 1, results)
        error = next(filter(None, results))
        self.assertIsInstance(error, (UserError, ValidationError))
        self.assertRegex(str(error), message)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_same_file_twice(self):
        data = build_xml(devices=self.rows)
        results = self._at_once(self._upload(data), self._upload(data))
        self.assertOneWins(results, "already")
        self.assertEqual(self._charges(), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_file_without_meters_twice(self):
        data = build_xml(devices=[record("SN-1", BaseServiceFee="20.00")])
        self.assertOneWins(self._at_once(self._upload(data), self._upload(data)), "imported already")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_files_of_one_period(self):
        uploads = [self._upload(build_xml({"InvoiceNumber": number}, self.rows)) for number in ("X-1", "X-2")]
        self.assertOneWins(self._at_once(*uploads), "already")
        self.assertEqual(self._charges(), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_files_of_one_period_without_meters(self):
        rows = [record("SN-1", BaseServiceFee="20.00")]
        uploads = [self._upload(build_xml({"InvoiceNumber": number}, rows)) for number in ("X-1", "X-2")]
        self.assertOneWins(self._at_once(*uploads), "already")

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
        self.assertEqual(self._charges(), 1)
