# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files of one cycle that are imported, or taken back, at the same moment: none misses the pages of the other."""

from functools import partial

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import mute_logger

from ..support.common import record
from ..support.concurrency import ConcurrencyCase
from ..support.cycles import AUGUST, INCLUDED, JULY, OCTOBER, SEPTEMBER

QUIET = mute_logger("odoo.sql_db", "odoo.service.model")


class TestCycles(ConcurrencyCase):
    """The months of a quarter that is rated as a whole; its last one charges it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._env() as env:
            cls._bill_by_quarters(env)

    @classmethod
    def _bill_by_quarters(cls, env):
        env["res.company"].browse(cls.ids["company"]).xpps_overage_cycles = True
        values = {"xpps_overage_cycle": "3", "xpps_cycle_reconcile": True, "date_start": "2026-01-01"}
        env["sale.subscription"].browse(cls.ids["agreement"]).write(values)

    def _file_of(self, number, invoice, pages, state="checked"):
        """:param number: of the month, from which the counter is made up"""
        counters = {
            "MonoPrevious": 10_000 * number,
            "MonoCurrent": 10_000 * number + pages,
            "MonoIncluded": INCLUDED,
        }
        devices = [record("SN-1", mono=(max(pages - INCLUDED, 0), "0.0042"), **counters)]
        return self._new_file(state, devices, InvoiceNumber=f"X-{number}", **invoice)

    @staticmethod
    def _import(file_id, env):
        env["xpps.billing.file"].browse(file_id)._import()

    def _pages(self):
        """What the cycles are charged."""
        with self._env() as env:
            charges = env["sale.subscription.charge"].search(
                [("company_id", "=", self.ids["company"]), ("kind", "=", "cycle")], order="id"
            )
            return charges.mapped("quantity")

    @QUIET
    def test_two_months_of_a_cycle(self):
        """6,200 + 3,900 + 5,600 pages less 15,000."""
        self._file_of(1, JULY, 6200, "imported")
        files = [self._file_of(2, AUGUST, 3900), self._file_of(3, SEPTEMBER, 5600)]
        results = self._at_once(*(partial(self._import, file_id) for file_id in files))
        self.assertEqual(results, [None, None])
        self.assertEqual(sum(self._pages()), 700)

    @QUIET
    def test_a_month_that_another_import_did_not_see(self):
        """A transaction from before the other's commit begins anew."""
        self._file_of(1, JULY, 6200, "imported")
        august, september = self._file_of(2, AUGUST, 3900), self._file_of(3, SEPTEMBER, 5600)
        first_cr, first = self._open_file(august)
        second_cr, second = self._open_file(september)
        first._import()
        first_cr.commit()
        retrying(second._import, second.env)
        second_cr.commit()
        self.assertEqual(self._pages(), [700])

    @QUIET
    def test_a_cycle_that_was_left_over(self):
        """The last month comes, while a later file charges the cycle without it."""
        self._file_of(1, JULY, 6200, "imported")
        october = self._file_of(4, OCTOBER, 5000)
        september = self._file_of(3, SEPTEMBER, 5600)
        first_cr, first = self._open_file(october)
        second_cr, second = self._open_file(september)
        first._import()
        first_cr.commit()
        retrying(second._import, second.env)
        second_cr.commit()
        self.assertEqual(self._pages(), [1200, 600])

    @QUIET
    def test_a_month_that_is_taken_back(self):
        """Its pages are charged by then."""
        july = self._file_of(1, JULY, 6200, "imported")
        september = self._file_of(3, SEPTEMBER, 5600)
        first_cr, first = self._open_file(september)
        second_cr, second = self._open_file(july)
        first._import()
        first_cr.commit()
        with self.assertRaisesRegex(UserError, "charge cycles that its pages count towards"):
            retrying(second.action_cancel, second.env)
        second_cr.rollback()
        self.assertEqual(self._pages(), [1800])
