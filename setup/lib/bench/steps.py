# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is measured. Each step begins with the world as it was made and yields samples: {name: number}."""

import json
import subprocess
import sys

from . import billing_xml, client, floor, load
from .card_world import make_card_world
from .plan_world import make_plan_world, make_poolless_world
from .vendor_world import MONTHS, make_vendor_world
from .world import make_world

#: Records of each kind that the slow load() is tried with; it is linear, so its time is multiplied.
LOADED = 1000
#: One of so many reads is billed too dear where savings are measured.
WRONG_EVERY = 100


class Steps:
    """The steps for one size of the world.

    :param BenchDatabase database:
    :param devices: in the world, and in the file
    """

    unit = "devices"

    def __init__(self, database, devices):
        self.database = database
        self.devices = devices
        self.data = billing_xml.build_file(devices, billing_xml.PRESENT)
        self._rows = None

    def begin(self, data=None):
        """Begin anew with the file uploaded. :return: id of the billing file"""
        self.database.reset(self.devices)
        return self.database.upload(data or self.data)

    def ours(self):
        """Check and import as the user does: two transactions. Then approve, and open the file's form."""
        file_id = self.begin()
        with self.database.timed() as (env, check):
            env["xpps.billing.file"].browse(file_id)._check_now()
        with self.database.timed() as (env, imported):
            env["xpps.billing.file"].browse(file_id)._import()
        with self.database.environment() as env:
            self._look(env, env["xpps.billing.file"].browse(file_id))
        with self.database.timed() as (env, opening):
            client.open_form(env["xpps.billing.file"].browse(file_id))
        with self.database.timed() as (env, approve):
            env["xpps.billing.file"].browse(file_id).charge_ids.action_approve()
        return {
            "check": check.seconds,
            "import": imported.seconds,
            "check_queries": check.queries,
            "import_queries": imported.queries,
            "open": opening.seconds,
            "approve": approve.seconds / self.charges * 10_000,
            "approve_queries": approve.queries,
        }

    def _look(self, env, file):
        """Make sure that everything was imported, and keep the rows for the floor."""
        if self._rows is None:
            self._rows = floor.take_rows(env, file.id)
            counted = list(floor.count_rows(self._rows).values())
            expected = [self.devices, 5 * self.devices, self.charges]
            if file.state != "imported" or counted != expected:
                raise RuntimeError(f"The import left {counted} rows instead of {expected}, and the file {file.state}.")

    @property
    def charges(self):
        return self.devices * 12 // 10

    def floor(self):
        """The same rows by COPY; ``ours`` comes first."""
        self.begin()
        with self.database.timed() as (env, cost):
            floor.put_rows(env, self.data, self._rows)
        return {"floor": cost.seconds}

    def check_wrong(self):
        """Check a file of which one record in ten has an error."""
        file_id = self.begin(billing_xml.build_file(self.devices, billing_xml.PRESENT, wrong=True))
        with self.database.timed() as (env, cost):
            env["xpps.billing.file"].browse(file_id)._check_now()
        with self.database.environment() as env:
            issues = env["xpps.billing.file"].browse(file_id).issue_ids
            found = {issue.source_line for issue in issues if issue.severity == "error" and issue.serial}
        return {"check_wrong": cost.seconds, "errors_found": len(found) / (self.devices // 10)}

    def plans(self):
        """Check and import where each agreement is a pool, and where none is."""
        return self._pooled("plans", make_plan_world) | self._pooled("no_plans", make_poolless_world)

    def _pooled(self, name, make):
        self.database.reset(self.devices, make)
        file_id = self.database.upload(self.data)
        with self.database.timed() as (env, check):
            env["xpps.billing.file"].browse(file_id)._check_now()
        with self.database.timed() as (env, imported):
            env["xpps.billing.file"].browse(file_id)._import()
        with self.database.environment() as env:
            rated = env["xpps.page.rating"].search([("state", "=", "rated"), ("company_id", "=", env.company.id)])
            pools = env["xpps.page.plan"].search_count([("company_id", "=", env.company.id)])
            if len(rated) != pools or len(rated.charge_ids) != pools:
                raise RuntimeError(f"{len(rated)} of {pools} pools were rated, {len(rated.charge_ids)} charged.")
        return {name: check.seconds + imported.seconds, f"{name}_queries": check.queries + imported.queries}

    def cards(self):
        """Check and import where a rate card says what everything costs, and where there is none."""
        return self._carded("cards", make_card_world) | self._carded("no_cards", make_world)

    def _carded(self, name, make):
        self.database.reset(self.devices, make)
        file_id = self.database.upload(self.data)
        with self.database.timed() as (env, check):
            env["xpps.billing.file"].browse(file_id)._check_now()
        with self.database.timed() as (env, imported):
            env["xpps.billing.file"].browse(file_id)._import()
        with self.database.environment() as env:
            compared = env["xpps.meter.read"].search_count(
                [("billing_file_id", "=", file_id), ("contract_unit_cost", ">", 0), ("contract_included", ">", 0)]
            )
            expected = 5 * self.devices if make == make_card_world else 0
            if compared != expected:
                raise RuntimeError(f"{compared} of {expected} meter reads were compared with the rate card.")
        return {name: check.cpu + imported.cpu, f"{name}_queries": check.queries + imported.queries}

    def load(self):
        """Odoo's load() of tables, for as many records as the file has."""
        file_id = self.begin()
        count = min(LOADED, self.devices)
        with self.database.environment(login=None) as env:
            load.prepare(env, file_id)
            lines = load.load_lines(env, count) / count
            reads, charges = (seconds / count for seconds in load.load_reads_and_charges(env, count))
        lines *= self.devices
        return {"load_lines": lines, "load_all": lines + reads * 5 * self.devices + charges * self.charges}

    def vendor_pivot(self):
        """Open the vendor report's pivot as its view says, of two years."""
        self.database.reset(self.devices, make_vendor_world)
        with self.database.environment() as env:
            rows = 7 * self.devices * MONTHS
            # The first time, models and files are not in the caches yet.
            if client.open_vendor_pivot(env) != rows:
                raise RuntimeError(f"The vendor report has not {rows} rows.")
        with self.database.timed() as (env, cost):
            client.open_vendor_pivot(env)
        return {"vendor_pivot": cost.seconds}

    def savings_pivot(self):
        """Open the savings report's pivot as its view says, of two years in which Xerox bills some pages too dear."""
        self.database.reset(self.devices, make_vendor_world)
        with self.database.environment() as env:
            env.cr.execute(
                "UPDATE xpps_meter_read SET expected_unit_cost = unit_cost * 0.9 WHERE overage > 0 AND id %% %s = 0",
                [WRONG_EVERY],
            )
            if not client.open_savings_pivot(env):
                raise RuntimeError("The savings report has no row.")
            env.cr.commit()
        with self.database.timed() as (env, cost):
            client.open_savings_pivot(env)
        return {"savings_pivot": cost.seconds}

    def profitability_pivot(self):
        """Open the profitability report's pivot as its view says, of two years."""
        self.database.reset(self.devices, make_vendor_world)
        with self.database.environment() as env:
            if not all(client.open_profitability_pivot(env)):
                raise RuntimeError("The profitability report has no revenue or no cost.")
        with self.database.timed() as (env, cost):
            client.open_profitability_pivot(env)
        return {"profitability_pivot": cost.seconds}

    def memory(self):
        """Peak memory of a process of its own that checks and imports the file."""
        file_id = self.begin()
        command = [sys.executable, "-m", "bench.worker", self.database.name, str(file_id)]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        return {"memory": json.loads(result.stdout)["peak_memory"]}

    def reading(self):
        """What reading the file alone takes, record by record and from a tree, in processes of their own."""
        command = [sys.executable, "-m", "bench.reader", str(self.devices)]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        return json.loads(result.stdout)
