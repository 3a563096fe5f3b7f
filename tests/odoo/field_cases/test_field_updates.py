# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an update says of reads, charges and devices that were there before it."""

import importlib.util
import logging

import psycopg2

from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH, ImportCase

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
        reads = january.meter_read_ids.sorted("id")
        self.assertEqual(reads.mapped("cost_unknown"), [True, False])
        self.env.flush_all()
        self.cr.execute("UPDATE xpps_meter_read SET cost_unknown = NULL")
        self.cr.execute("UPDATE xpps_meter_read SET current_read = 0 WHERE current_read IS NULL")
        self.cr.execute("UPDATE sale_subscription_charge SET cost_unknown = NULL, margin = 1, margin_percent = 100")
        self.env.invalidate_all()
        self.assertEqual(self.device.xpps_mono_last_read, 0)
        self._update("post-not_stated")
        self.assertEqual(self.device.xpps_mono_last_read, 3000)
        unknown, known = charges
        self.assertEqual((unknown.cost_unknown, unknown.margin, unknown.margin_percent), (True, 0, 0))
        self.assertEqual((known.cost_unknown, known.margin), (False, 1))
        self.assertEqual(reads.mapped("cost_unknown"), [True, False])


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


class TestBilledOnce(UpdateCase):
    """Records that overlap already, as earlier releases let them in: the constraint must be added all the same."""

    TABLE, NAME = "xpps_billing_file_line", "xpps_billing_file_line_billed_once"

    def setUp(self):
        super().setUp()
        self._device("SN-2")
        self.cr.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", (self.NAME,))
        (self.definition,) = self.cr.fetchone()

    def _billed(self, *periods):
        """Files of several months; the record of SN-1 is said to be of another period afterwards."""
        self.env.flush_all()
        self.cr.execute(f"ALTER TABLE {self.TABLE} DROP CONSTRAINT {self.NAME}")
        months = (JANUARY, FEBRUARY, MARCH)[: len(periods)]
        files = [self._load([record("SN-1"), record("SN-2")], **month) for month in months]
        self.env.flush_all()
        # No two of them may end on one day at any time.
        self.cr.execute(f"UPDATE {self.TABLE} SET billed_period_end = NULL WHERE device_id = %s", (self.device.id,))
        for file, period in zip(files, periods, strict=True):
            self.cr.execute(
                "UPDATE xpps_billing_file_line SET billed_period_start = %s, billed_period_end = %s "
                "WHERE billing_file_id = %s AND device_id = %s",
                (*period, file.id, self.device.id),
            )
        self.env.invalidate_all()
        return files

    def _add_constraint(self):
        with self.cr.savepoint():
            self.cr.execute(f"ALTER TABLE {self.TABLE} ADD CONSTRAINT {self.NAME} {self.definition}")

    def _starts(self, files):
        """Whether the record of SN-1 in each file says when its period starts; those of SN-2 all do."""
        lines = [file.line_ids.filtered(lambda line: line.serial == "SN-2") for file in files]
        self.assertTrue(all(line.billed_period_start for line in lines))
        lines = [file.line_ids.filtered(lambda line: line.serial == "SN-1") for file in files]
        return [bool(line.billed_period_start) for line in lines]

    def test_the_later_one_steps_back(self):
        files = self._billed(("2026-01-01", "2026-01-31"), ("2026-01-15", "2026-02-14"))
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self._add_constraint()
        with self.assertLogs("pre-billed_once", logging.INFO) as logs:
            self._update("pre-billed_once")
        self.assertEqual(self._starts(files), [True, False])
        self.assertEqual(len(logs.output), 1)
        self.assertIn(files[1].name, logs.output[0])
        self.assertIn("SN-1", logs.output[0])
        self.assertFalse([record.levelname for record in logs.records if record.levelname != "INFO"])
        self._add_constraint()
        # What is billed stays as it was.
        self.assertEqual(files[1].line_ids.mapped("state"), ["imported"] * 2)
        self.assertTrue(all(files[1].line_ids.mapped("billed_period_end")))

    def test_of_three_the_one_between_them(self):
        files = self._billed(("2026-01-01", "2026-01-31"), ("2026-01-15", "2026-02-14"), ("2026-02-01", "2026-02-28"))
        self._update("pre-billed_once")
        self.assertEqual(self._starts(files), [True, False, True])
        self._add_constraint()

    def test_of_one_that_covers_the_others(self):
        files = self._billed(("2025-12-01", "2026-02-28"), ("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-27"))
        self._update("pre-billed_once")
        self.assertEqual(self._starts(files), [True, False, False])
        self._add_constraint()

    def test_single_days(self):
        files = self._billed(("2026-01-31", "2026-01-31"), ("2026-01-31", "2026-02-01"))
        self._update("pre-billed_once")
        self.assertEqual(self._starts(files), [True, False])
        self._add_constraint()

    def test_a_border_day_is_shared(self):
        files = self._billed(("2026-01-01", "2026-01-31"), ("2026-01-31", "2026-02-28"))
        with self.assertNoLogs("pre-billed_once", logging.INFO):
            self._update("pre-billed_once")
        self.assertEqual(self._starts(files), [True, True])
        self._add_constraint()

    def test_what_a_correction_replaced(self):
        """It is not live, and keeps no other one from its days."""
        first = self._load([record("SN-1"), record("SN-2")], **JANUARY)
        self._correct([record("SN-1", BaseServiceFee=5), record("SN-2")], **JANUARY)
        with self.assertNoLogs("pre-billed_once", logging.INFO):
            self._update("pre-billed_once")
        self.assertTrue(all(first.line_ids.mapped("billed_period_start")))
