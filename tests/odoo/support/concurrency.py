# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Several users at the same moment: real transactions, committed, and removed at the end."""

import threading
import uuid
from contextlib import contextmanager

from spare_companies import make_company

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError, ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests.common import BaseCase, get_db_name

from ...billing_file.builder import build_xml
from .common import record
from .records import Records

TIMEOUT = 600


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

    @classmethod
    def _company(cls, name, currency=None):
        """One of its own: a spare one that is committed would be there for nobody else."""
        return make_company(cls.env, name, currency or cls.usd)

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
        cr.execute("SET SESSION lock_timeout TO '300s'")
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
            files = env["xpps.billing.file"].search(mine)
            files.state = "draft"
            for model in ("sale.subscription.charge", "sale.subscription.charge.default", "xpps.meter.read"):
                env[model].search(mine).unlink()
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

    # Files

    def _new_file(self, state="checked", devices=None, **invoice):
        """A billing file of SN-1 with 100 pages, committed.

        :param state: "checked", "queued" (to be imported), or "imported"
        :return: id
        """
        data = build_xml(invoice, devices or [record("SN-1", mono=(100, "0.004"))])
        with self._env() as env:
            file = env["xpps.billing.file"]._create_from_upload(
                data, "billing.xml", env["res.company"].browse(self.ids["company"])
            )
            file._check_now()
            if state == "queued":
                file._queue()
            elif state == "imported":
                file._import()
            return file.id

    def _open_file(self, file_id):
        """A transaction of its own, with its snapshot taken. :return: (cursor, billing file)"""
        cr, agreement = self._open()
        return cr, agreement.env["xpps.billing.file"].browse(file_id)

    def _state(self, file_id):
        with self._env() as env:
            return env["xpps.billing.file"].browse(file_id).state

    def _charges(self):
        """:return: [(state, pages)] of all charges of the reseller"""
        with self._env() as env:
            charges = env["sale.subscription.charge"].search([("company_id", "=", self.ids["company"])])
            return sorted((charge.state, charge.quantity) for charge in charges)

    def assertOneWins(self, results, message):
        self.assertEqual(results.count(None), 1, results)
        for error in filter(None, results):
            self.assertIsInstance(error, (UserError, ValidationError))
            self.assertRegex(str(error), message)

    def assertRefused(self, method, pattern):
        """As the server calls it: what can be tried again is tried again."""
        with self.assertRaisesRegex((UserError, ValidationError), pattern):
            retrying(method, method.__self__.env)
        method.__self__.env.cr.rollback()
