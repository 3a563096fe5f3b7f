# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an update says of reads, charges and devices that were there before it."""

import importlib.util

from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase

VERSION = "19.0.1.2.0"


class UpdateCase(ImportCase):
    def _update(self, name):
        """Run a script of the version on what is in the database."""
        self.env.flush_all()
        spec = importlib.util.spec_from_file_location(name, file_path(f"xerox_xpps/migrations/{VERSION}/{name}.py"))
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.cr, VERSION)
        self.env.invalidate_all()


class TestNotStated(UpdateCase):
    def test_counters_and_costs(self):
        self._device("SN-2")
        rows = [
            record("SN-1", mono=(10, None), MonoPrevious=1000, MonoCurrent=3000),
            record("SN-2", mono=(10, "0.004")),
        ]
        january = self._load(rows, **JANUARY)
        self._load([record("SN-1", mono=(10, "0.004"))], **FEBRUARY)
        charges = january.charge_ids.sorted("id")
        before = charges.read(["cost_unknown", "margin", "margin_percent"])
        self.assertEqual([row["cost_unknown"] for row in before], [True, False])
        self.env.flush_all()
        self.cr.execute("UPDATE xpps_meter_read SET current_read = 0 WHERE current_read IS NULL")
        self.cr.execute("UPDATE sale_subscription_charge SET cost_unknown = NULL, margin = 1, margin_percent = 100")
        self.env.invalidate_all()
        self.assertEqual(self.device.xpps_mono_last_read, 0)
        self._update("post-not_stated")
        self.assertEqual(self.device.xpps_mono_last_read, 3000)
        unknown, known = charges
        self.assertEqual((unknown.cost_unknown, unknown.margin, unknown.margin_percent), (True, 0, 0))
        self.assertEqual((known.cost_unknown, known.margin), (False, 1))


class TestSerialKeys(UpdateCase):
    def _age(self, *devices):
        """Have devices the keys that they had before: white space alone did not count."""
        self.env.flush_all()
        for device in devices:
            key = "".join(device.name.split()).upper()
            self.cr.execute("UPDATE stock_lot SET xpps_serial_key = %s WHERE id = %s", (key, device.id))

    def test_keys(self):
        devices = [self._device(name) for name in ("\uff21B1", "C\u200b2", "D 3")]
        self._age(*devices)
        self._update("post-serial_key")
        self.assertEqual([device.xpps_serial_key for device in devices], ["AB1", "C2", "D3"])

    def test_two_that_are_one(self):
        plain, other = self._device("AB1"), self._device("X")
        self.cr.execute(
            "UPDATE stock_lot SET name = %s, xpps_serial_key = %s WHERE id = %s", ("A\u200bB1",) * 2 + (other.id,)
        )
        with mute_logger("post-serial_key"):
            self._update("post-serial_key")
        self.assertEqual(plain.xpps_serial_key, "AB1")
        self.assertEqual(other.xpps_serial_key, "A\u200bB1", "Somebody has to look at it.")
