# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""docker/backup and docker/restore, on this machine's PostgreSQL instead of that of a container.

What they leave out of a month that was billed, nobody would miss before the day that the backup is needed.
"""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import pytest

from odoo.tests.common import get_db_name
from odoo.tools import config

ROOT = Path(__file__).resolve().parents[3]
DOCKER = ROOT / "docker"

#: Keep an annex with its invoice, as sending does.
BILL_A_MONTH = """
import base64
billed = [("state", "=", "posted"), ("invoice_line_ids.xpps_charge_ids", "!=", False)]
invoice = env["account.move"].search(billed, limit=1)
invoice.xpps_usage_xlsx_file = base64.b64encode(invoice._xpps_usage_xlsx())
env.cr.commit()
print("FACTS", {"invoice": invoice.id, "serial": invoice.invoice_line_ids.xpps_charge_ids.device_id[0].name})
"""

#: In the restored database: open the annex, undo the import of the next month, and import it again.
GO_ON = """
import base64, io, openpyxl
exec(open(%(flow)r).read().rpartition("main(env)")[0])
env = env(user=env.ref("base.user_admin"))
invoice = env["account.move"].browse(%(invoice)s)
sheet = openpyxl.load_workbook(io.BytesIO(base64.b64decode(invoice.xpps_usage_xlsx_file))).active
texts = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
name, data = next_file(env)
first = import_file(env, name, data)
charged = len(first.charge_ids)
first.action_cancel()
again = import_file(env, name, data)
print("FACTS", {
    "annex": texts,
    "undone": first.state, "charged": charged, "left": first.charge_ids.ids,
    "again": again.state, "charged_again": len(again.charge_ids),
})
"""

COUNTS = """
    select 'attachments', count(*)::text, md5(string_agg(checksum, ',' order by id)) from ir_attachment
    union all select 'files', count(*)::text, md5(string_agg(name || state, ',' order by id)) from xpps_billing_file
    union all select 'charges', sum(quantity)::text, sum(price_subtotal)::text from sale_subscription_charge
    union all select 'reads', sum(current_read)::text, sum(overage)::text from xpps_meter_read
    union all select 'invoices', count(*)::text, sum(amount_total)::text from account_move
    union all select 'uuid', value, '' from ir_config_parameter where key = 'database.uuid'
    order by 1"""


def run(*command, check=True, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if check and done.returncode:
        raise AssertionError(f"{command}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done


def setup(function, *arguments):
    """A function of setup/lib."""
    return run("bash", "-c", f'source "$0"; {function} "$@"', ROOT / "setup" / "lib" / "common.sh", *arguments)


def sql(database, statement):
    return run("psql", "-X", "-At", "-d", database, "-c", statement).stdout.splitlines()


def shell(database, script, data_dir):
    """:return: the facts that a script prints in Odoo's shell on a database"""
    done = run(
        *(sys.executable, "-m", "odoo", "shell", "-c", config["config"], "-d", database, "-D", data_dir),
        *("--no-http", "--log-level=error"),
        input=script,
    )
    facts = [line.removeprefix("FACTS ") for line in done.stdout.splitlines() if line.startswith("FACTS ")]
    return ast.literal_eval(facts[-1]) if facts else None


@pytest.fixture(scope="class")
def month(request):
    """A database with a month that was billed, in a data directory of its own, and its backup."""
    cls = request.cls
    # setup/test drops what begins with the name of the run's database.
    cls.database = f"{get_db_name()}_month"
    cls.directory = Path(tempfile.mkdtemp(prefix="xpps-backup-"))
    cls.data_dir = Path(config["data_dir"])
    setup("db_copy", request.config.getoption("odoo_template"), cls.database)
    flow = (ROOT / "setup" / "demo_flow.py").read_text(encoding="utf-8")
    cls.month = shell(cls.database, f"{flow}\n{BILL_A_MONTH}", cls.data_dir)
    cls.backup = cls.directory / "backup"
    cls.script("backup", cls.backup)
    yield
    setup("db_drop_all", cls.database)
    shutil.rmtree(cls.directory)


@pytest.mark.usefixtures("month")
class TestBackup(unittest.TestCase):
    @classmethod
    def script(cls, name, *arguments, database=None, data_dir=None, check=True):
        # The odoo that neutralizes.
        programs = cls.directory / "bin"
        if not programs.exists():
            programs.mkdir()
            (programs / "odoo").write_text(
                f'#!/bin/sh\ncommand="$1"\nshift\nexec {sys.executable} -m odoo "$command" -c {config["config"]} "$@"\n'
            )
            (programs / "odoo").chmod(0o755)
        return run(
            *(DOCKER / name, *arguments),
            check=check,
            env={
                **os.environ,
                "PATH": f"{programs}:{os.environ['PATH']}",
                "PGDATABASE": database or cls.database,
                "XPPS_DATA_DIR": str(data_dir or cls.data_dir),
            },
        )

    def setUp(self):
        self.copy = f"{self.database}_copy"
        self.copy_dir = self.directory / "copy"
        self.copy_dir.mkdir()
        self.addCleanup(shutil.rmtree, self.copy_dir)
        self.addCleanup(setup, "db_drop_all", self.copy)

    def _restore(self, *arguments, backup=None, check=True):
        backup = backup or self.backup
        return self.script("restore", *arguments, backup, database=self.copy, data_dir=self.copy_dir, check=check)

    def _files(self, data_dir, database):
        """:return: {path in the file store: SHA-256} of what attachments of a database name"""
        store = data_dir / "filestore" / database
        names = sql(database, "select distinct store_fname from ir_attachment where store_fname is not null")
        return {name: hashlib.sha256((store / name).read_bytes()).hexdigest() for name in names}

    def _databases(self):
        return sql("postgres", f"select datname from pg_database where starts_with(datname, '{self.copy}')")

    def test_all_of_it_comes_back(self):
        """The counts, the files to the byte, an annex that was sent; and work goes on. What an earlier restore left
        when it was interrupted is in nobody's way: it does not bear the name of the database.
        """
        run("createdb", f"{self.copy}_new")
        (self.copy_dir / "filestore" / f"{self.copy}_new" / "ab").mkdir(parents=True)
        self._restore()
        self.assertEqual(self._databases(), [self.copy])
        self.assertEqual([path.name for path in (self.copy_dir / "filestore").iterdir()], [self.copy])
        self.assertEqual(sql(self.copy, COUNTS), sql(self.database, COUNTS))
        files = self._files(self.copy_dir, self.copy)
        self.assertEqual(files, self._files(self.data_dir, self.database))
        self.assertGreater(len(files), 20)
        script = GO_ON % {"flow": str(ROOT / "setup" / "demo_flow.py"), "invoice": self.month["invoice"]}
        facts = shell(self.copy, script, self.copy_dir)
        self.assertIn(self.month["serial"], facts["annex"])
        self.assertEqual((facts["undone"], facts["left"], facts["again"]), ("cancelled", [], "imported"))
        self.assertGreater(facts["charged"], 0)
        self.assertEqual(facts["charged_again"], facts["charged"])
        again = self._restore(check=False)
        self.assertIn(f"There is a database {self.copy}.", again.stderr)
        self.assertEqual(again.returncode, 1)

    def test_what_is_there_stays(self):
        """Neither script overwrites anything."""
        done = self.script("backup", self.backup, check=False)
        self.assertEqual((done.returncode, "never overwritten" in done.stderr), (1, True), done.stderr)
        (self.copy_dir / "filestore" / self.copy).mkdir(parents=True)
        (self.copy_dir / "filestore" / self.copy / "kept").touch()
        done = self._restore(check=False)
        self.assertEqual((done.returncode, "There are files in" in done.stderr), (1, True), done.stderr)
        self.assertTrue((self.copy_dir / "filestore" / self.copy / "kept").exists())
        self.assertEqual(self._databases(), [])

    def test_damaged_backup(self):
        """One byte of either part, or a part that is missing: refused before anything is made."""
        for name in ("database.dump", "filestore.tar", "SHA256SUMS"):
            with self.subTest(name):
                damaged = self.directory / f"damaged-{name}"
                shutil.copytree(self.backup, damaged)
                content = bytearray((damaged / name).read_bytes())
                content[len(content) // 2] ^= 1
                (damaged / name).write_bytes(content)
                self.assertEqual(self._restore(backup=damaged, check=False).returncode, 1)
                (damaged / name).unlink()
                self.assertEqual(self._restore(backup=damaged, check=False).returncode, 1)
                self.assertEqual(self._databases(), [])

    def test_file_that_is_lost(self):
        """A backup without a file that the database names does not call itself one."""
        store = self.data_dir / "filestore" / self.database
        name = sql(
            self.database, "select store_fname from ir_attachment where res_field = 'xpps_usage_xlsx_file' limit 1"
        )[0]
        (store / name).rename(self.directory / "lost")
        self.addCleanup((self.directory / "lost").rename, store / name)
        done = self.script("backup", self.directory / "incomplete", check=False)
        self.assertEqual((done.returncode, name in done.stderr), (1, True), done.stderr)
        self.assertEqual(list(self.directory.glob("incomplete*")), [])

    def test_file_of_other_contents(self):
        """Contents are held to the checksum that the database has of them, whatever the backup's sums say.

        And what is restored afterwards, to try things with, sends nothing, starts nothing, and does not call itself the
        original.
        """
        forged = self.directory / "forged"
        shutil.copytree(self.backup, forged)
        store = self.directory / "store"
        store.mkdir()
        run("tar", "-C", store, "-xf", forged / "filestore.tar")
        name = next(iter(self._files(self.data_dir, self.database)))
        (store / name).write_bytes(b"another")
        run("tar", "-C", store, "-cf", forged / "filestore.tar", ".")
        sums = run("sha256sum", "database.dump", "filestore.tar", "backup.txt", cwd=forged).stdout
        (forged / "SHA256SUMS").write_text(sums)
        done = self._restore(backup=forged, check=False)
        self.assertEqual((done.returncode, name in done.stderr), (1, True), done.stderr)
        self.assertNotIn(self.copy, self._databases())
        self._restore("--neutralize")
        neutralized = "select value from ir_config_parameter where key = 'database.is_neutralized'"
        self.assertEqual((sql(self.database, neutralized), sql(self.copy, neutralized)), ([], ["true"]))
        self.assertEqual(sql(self.copy, "select smtp_host from ir_mail_server where active"), ["invalid"])
        self.assertEqual(sql(self.copy, "select count(*) from ir_cron where active"), ["1"])
        uuid = "select value from ir_config_parameter where key = 'database.uuid'"
        self.assertNotEqual(sql(self.copy, uuid), sql(self.database, uuid))
