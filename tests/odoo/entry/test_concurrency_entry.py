# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Several people enter reads of a device at the same moment: one is the last of the day, and no more than allowed."""

from odoo.exceptions import UserError

from ..support.concurrency import ConcurrencyCase


class TestConcurrencyEntry(ConcurrencyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._env() as env:
            env["res.company"].browse(cls.ids["company"]).xpps_customer_reads = True

    def _enter(self, counter):
        def enter(env):
            device = env["stock.lot"].browse(self.device.id)
            entry, _doubt = env["xpps.customer.entry"]._enter_read(
                device, "label", {"mono": str(counter)}, confirmed=True
            )
            self.assertTrue(entry)

        return enter

    def test_at_once(self):
        results = self._at_once(*(self._enter(100 + number) for number in range(7)))
        refused = [error for error in results if error]
        self.assertEqual([type(error) for error in refused], [UserError] * 2)
        with self._env() as env:
            mine = [("device_id", "=", self.device.id)]
            self.assertEqual(env["xpps.customer.entry"].search_count(mine), 5)
            reads = env["xpps.meter.read"].search(mine)
            self.assertEqual(len(reads), 5)
            self.assertEqual(len(reads.filtered(lambda read: not read.superseded_by_id)), 1)
            self.assertFalse(reads.filtered(lambda read: read.superseded_by_id == read))
