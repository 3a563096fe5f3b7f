# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What happens to a cycle of a page plan at the same moment: no rating misses the pages of another import."""

from functools import partial

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import mute_logger

from ..support.common import record
from ..support.concurrency import ConcurrencyCase
from ..support.plans import MONTHS

QUIET = mute_logger("odoo.sql_db", "odoo.service.model")
INCLUDED = 1000


class TestPlans(ConcurrencyCase):
    """A pool of two devices with 3,000 pages a month, those that are left for one more; a page costs 0.0125."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._env() as env:
            cls._make_pool(env)

    @classmethod
    def _make_pool(cls, env):
        company = env["res.company"].browse(cls.ids["company"])
        company.xpps_page_plans = True
        device = env["stock.lot"].search([("name", "=", "SN-1"), ("company_id", "=", company.id)])
        kept = ("product_id", "company_id", "xpps_partner_id", "xpps_subscription_id", "xpps_subscription_line_id")
        values = {"name": "SN-2", "is_xpps_device": True, **{name: device[name].id for name in kept}}
        env["stock.lot"].create(values)
        group = env["xpps.page.group"].create({"name": "Mono pages", "mono_weight": 1, "company_id": company.id})
        plan = env["xpps.page.plan"].create(
            {
                "name": "Pool",
                "subscription_id": cls.ids["agreement"],
                "group_id": group.id,
                "product_id": cls.mono.id,
                "included_pages": 3000,
                "unit_price": 0.0125,
                "rollover_months": 1,
            }
        )
        cls.ids |= {"plan": plan.id, "group": group.id}

    @classmethod
    def _remove_reseller(cls):
        with cls._env() as env:
            env["xpps.page.plan"].browse(cls.ids["plan"]).unlink()
            env["xpps.page.group"].browse(cls.ids["group"]).unlink()
        super()._remove_reseller()

    def _remove_billing(self):
        with self._env() as env:
            mine = [("company_id", "=", self.ids["company"])]
            env["account.move"].search(mine).with_context(force_delete=True).unlink()
            env["sale.subscription.charge"].search(mine).unlink()
            env["xpps.page.rating"].search(mine).unlink()
        super()._remove_billing()

    def _file_of(self, month, state="checked", **pages):
        """:param pages: {serial number, with an underscore: pages}"""
        devices = [
            record(
                serial.replace("_", "-"),
                mono=(max(count - INCLUDED, 0), "0.0042"),
                MonoPrevious=10_000 * month,
                MonoCurrent=10_000 * month + count,
                MonoIncluded=INCLUDED,
            )
            for serial, count in pages.items()
        ]
        invoice = {"InvoiceNumber": f"X-{month}-{'-'.join(pages)}", **MONTHS[month]}
        return self._new_file(state, devices, **invoice)

    @staticmethod
    def _import(file_id, env):
        env["xpps.billing.file"].browse(file_id)._import()

    @staticmethod
    def _undo(file_id, env):
        env["xpps.billing.file"].browse(file_id).action_cancel()

    def _pages(self):
        """What plans charge."""
        with self._env() as env:
            charges = env["sale.subscription.charge"].search(
                [("page_rating_id.plan_id", "=", self.ids["plan"])], order="id"
            )
            return charges.mapped("quantity")

    def _states(self):
        with self._env() as env:
            ratings = env["xpps.page.rating"].search([("plan_id", "=", self.ids["plan"])], order="cycle_start")
            return [(rating.state, rating.weighted, rating.billable) for rating in ratings]

    @QUIET
    def test_two_files_of_a_cycle(self):
        files = [self._file_of(6, SN_1=2200), self._file_of(6, SN_2=1300)]
        results = self._at_once(*(partial(self._import, file_id) for file_id in files))
        self.assertEqual(results, [None, None])
        self.assertEqual(self._pages(), [500])
        self.assertEqual(self._states(), [("rated", 3500, 500)])

    @QUIET
    def test_a_file_that_another_import_did_not_see(self):
        """A transaction from before the other's commit begins anew."""
        files = [self._file_of(6, SN_1=2200), self._file_of(6, SN_2=1300)]
        (first_cr, first), (second_cr, second) = map(self._open_file, files)
        first._import()
        first_cr.commit()
        retrying(second._import, second.env)
        second_cr.commit()
        self.assertEqual(self._pages(), [500])

    @QUIET
    def test_the_next_month_uses_what_is_left(self):
        """May leaves 1,000 pages, of which a file of June that did not see May's would know nothing."""
        files = [self._file_of(5, SN_1=1000, SN_2=1000), self._file_of(6, SN_1=2200, SN_2=1300)]
        (first_cr, first), (second_cr, second) = map(self._open_file, files)
        first._import()
        first_cr.commit()
        retrying(second._import, second.env)
        second_cr.commit()
        self.assertEqual(self._states(), [("rated", 2000, 0), ("rated", 3500, 0)])
        self.assertEqual(self._pages(), [])

    @QUIET
    def test_an_undo_of_what_another_import_charges(self):
        """Its pages are charged by then."""
        undone, last = self._file_of(6, "imported", SN_1=2200), self._file_of(6, SN_2=1300)
        first_cr, first = self._open_file(last)
        second_cr, second = self._open_file(undone)
        first._import()
        first_cr.commit()
        with self.assertRaisesRegex(UserError, "charge cycles that its pages count towards"):
            retrying(second.action_cancel, second.env)
        second_cr.rollback()
        self.assertEqual(self._pages(), [500])

    @QUIET
    def test_an_import_after_an_undo_that_it_did_not_see(self):
        """It does not count the pages that are taken back."""
        undone, last = self._file_of(6, "imported", SN_1=2200), self._file_of(6, SN_2=1300)
        first_cr, first = self._open_file(undone)
        second_cr, second = self._open_file(last)
        first.action_cancel()
        first_cr.commit()
        retrying(second._import, second.env)
        second_cr.commit()
        self.assertEqual(self._pages(), [])
        self.assertEqual(self._states(), [("waiting", 1300, 0)])

    @QUIET
    def test_an_import_and_an_undo_at_once(self):
        undone, file_id = self._file_of(6, "imported", SN_1=2200), self._file_of(6, SN_2=1300)
        results = self._at_once(partial(self._undo, undone), partial(self._import, file_id))
        self.assertIsNone(results[1])
        if results[0]:
            self.assertIn("charge cycles that its pages count towards", str(results[0]))
        self.assertEqual(self._pages(), [500] if results[0] else [])

    @QUIET
    def test_a_waiver_of_what_comes_meanwhile(self):
        """Who waives did not see the file: nothing is missing any more, and nothing is charged twice."""
        self._file_of(6, "imported", SN_1=3100)
        last = self._file_of(6, SN_2=1300)
        file_cr, file = self._open_file(last)
        waiver_cr, agreement = self._open()
        rating = agreement.env["xpps.page.rating"].search([("plan_id", "=", self.ids["plan"])])
        self.assertEqual(rating.state, "waiting")
        file._import()
        file_cr.commit()
        with self.assertRaisesRegex(UserError, "being rated right now"):
            retrying(lambda: rating.action_waive("Lost"), rating.env)
        waiver_cr.rollback()
        self.assertEqual(self._pages(), [1400])

    @QUIET
    def test_an_import_after_a_waiver_that_it_did_not_see(self):
        """It charges the difference to what the waiver charged."""
        self._file_of(6, "imported", SN_1=3100)
        last = self._file_of(6, SN_2=1300)
        waiver_cr, agreement = self._open()
        rating = agreement.env["xpps.page.rating"].search([("plan_id", "=", self.ids["plan"])])
        file_cr, file = self._open_file(last)
        rating.action_waive("Lost")
        waiver_cr.commit()
        retrying(file._import, file.env)
        file_cr.commit()
        self.assertEqual(self._pages(), [100, 1300])
        self.assertEqual(self._states(), [("rated", 4400, 1400)])
