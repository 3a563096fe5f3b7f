# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Let clerks work and things go wrong for some minutes, and look at what is left: started by setup/soak."""

import argparse
import json
import os
import random
import shutil
import sys
import threading
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

from .books import Books
from .clerks import Clerk, Office
from .cluster import Cluster
from .faults import FaultLog, Misfortune
from .mails import Mailbox, mail_faults
from .places import DATABASE, Journal, Places
from .report import print_report
from .rpc import ApiClient, BrokenError, Client, NoAnswerError, RefusedError, WebClient
from .server import Server
from .server_log import unexplained
from .stuck import locked, waiting

#: For so long the queues may run dry by themselves, and then again after an administrator started the crons.
DRAIN = 240
CRONS = ("ir_cron_import_billing_files", "ir_cron_work_on_billing_runs")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="setup/soak", description="Clerks at work while server, database, disk, network and clock fail."
    )
    parser.add_argument("minutes", nargs="?", type=float, default=10, help="how long (default: 10)")
    parser.add_argument("--seed", type=int, help="choices of an earlier run (default: a new one, printed at the end)")
    parser.add_argument("--calm", action="store_true", help="without faults: what fails then is no fault's")
    parser.add_argument("--only", metavar="FAULT", action="append", help="this kind of fault only")
    for name in ("--root", "--template", "--bindir", "--owner", "--port"):
        parser.add_argument(name, default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def say(text: str) -> None:
    print(f"\033[1m==>\033[0m {text}", file=sys.stderr, flush=True)


class Soak:
    """One run."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self.seed = random.randrange(10**6) if arguments.seed is None else arguments.seed
        self.places = Places(Path(arguments.root))
        self.cluster = Cluster(self.places, arguments.bindir, arguments.owner.split())
        self.cluster.sweep()
        self.places.make()
        self.journal = Journal(self.places.root / "journal.jsonl")
        port = int(arguments.port)
        self.mailbox = Mailbox(self.journal, port + 2)
        self.server = Server(self.places, self.cluster, port, self.mailbox.port)
        self.log = FaultLog(self.places)

    def run(self) -> bool:
        """:return: whether nothing was lost, and nothing unexpected happened"""
        try:
            self.mailbox.start()
            office = self._prepare()
            self._work(office)
            cured = self._drain(office)
            self._end_crons()
            losses = self._losses(office)
            if losses:
                say(f"Keeping the database for who looks into it: {self.places.kept}")
                self.cluster.keep(self.places.kept)
            tracebacks = unexplained(self.log)
        finally:
            self.server.close()
            self.cluster.close()
            self.mailbox.stop()
        for what in (*losses, *tracebacks):
            self.journal.write(wrong=what)
        print_report(office, losses, tracebacks, cured)
        return not (losses or tracebacks or office.unexpected)

    def _prepare(self) -> Office:
        say("Making a database server of its own, and a reseller (log in .run/soak)")
        source = {name: os.environ[name] for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD") if name in os.environ}
        self.cluster.make()
        self.cluster.fill(source, self._arguments.template)
        shutil.copytree(
            Path(os.environ["SOAK_FILESTORE"]) / self._arguments.template, self.places.filestore, dirs_exist_ok=True
        )
        world = self.places.root / "world.json"
        self.server.run(f"from soak.world import make_world\nmake_world(env, {str(world)!r})\n")
        if not self.server.start():
            raise SystemExit(f"Odoo does not start: see {self.places.server_log}")
        known = json.loads(world.read_text())
        office = Office(self.places, self.journal, self.log, known, self.seed, serials=known["devices"])
        self.journal.write(seed=self.seed, minutes=self._arguments.minutes)
        return office

    def _clients(self, office: Office) -> list[Client]:
        users = office.world["users"]
        return [
            ApiClient(self.server.url, login, secret) if login == "dora" else WebClient(self.server.url, login, secret)
            for login, secret in users.items()
        ]

    def _misfortune(self) -> Misfortune | None:
        if self._arguments.calm:
            return None
        misfortune = Misfortune(self.log, self.journal, self.cluster, self.server, self.seed)
        if not self.cluster.on_own_volume:
            misfortune.skip("disk_full", "a volume of its own takes root, who may mount one")
        if not self.server.has_clock:
            misfortune.skip("clock_jump", "setting the clock of a process takes a C compiler")
        for kind in (
            self._arguments.only and [kind for kind in misfortune.kinds if kind not in self._arguments.only] or ()
        ):
            misfortune.skip(kind, "not asked for")
        for kind, why in self.log.skipped.items():
            say(f"NOT TRIED: {kind}: {why}")
        return misfortune

    def _work(self, office: Office) -> None:
        clerks = [Clerk(office, client, manages=client.login == "emil") for client in self._clients(office)]
        threads = [threading.Thread(target=clerk.work, name=clerk.client.login) for clerk in clerks]
        misfortune = self._misfortune()
        if misfortune:
            threads.append(threading.Thread(target=misfortune.strike, args=[office.over], name="misfortune"))
        say(f"{len(clerks)} clerks at work for {self._arguments.minutes:g} minutes, seed {self.seed}")
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 60 * self._arguments.minutes
        try:
            while time.monotonic() < deadline and all(thread.is_alive() for thread in threads):
                time.sleep(1)
                self.log.settle()
        finally:
            office.over.set()
            for thread in threads:
                thread.join()
        if time.monotonic() < deadline:
            raise SystemExit("A thread of the run itself failed: see above")
        if misfortune:
            misfortune.heal()

    # Afterwards

    def _drain(self, office: Office) -> list[str]:
        """Wait until nothing waits. :return: what an administrator had to start by hand"""
        say("Waiting for the queues to run dry")
        if self._is_dry(office):
            return []
        manager = WebClient(self.server.url, "emil", office.world["users"]["emil"])
        cured = []
        for name in CRONS:
            xmlid = [("module", "=", "xerox_xpps"), ("name", "=", name)]
            (found,) = manager.find("ir.model.data", xmlid, ["res_id"])
            manager.call("ir.cron", "method_direct_trigger", [found["res_id"]])
            cured.append(name)
        self._is_dry(office)
        return cured

    def _is_dry(self, office: Office) -> bool:
        deadline = time.monotonic() + DRAIN
        while time.monotonic() < deadline:
            with self.cluster.connect(DATABASE, "postgres") as connection, connection.cursor() as cr:
                if not waiting(cr, office.world["company"]) and not any(locked(cr)):
                    return True
            time.sleep(2)
            self.log.settle()
        return False

    def _end_crons(self) -> None:
        """The books stand still while they are looked at: no cron bills between two sums of the same.

        A cron that works holds its row until it is done.
        """
        with self.cluster.connect(DATABASE, "postgres") as connection:
            connection.cursor().execute("UPDATE ir_cron SET active = false")

    def _losses(self, office: Office) -> list[str]:
        say("Looking at the books")
        company = office.world["company"]
        losses = []
        with self.cluster.connect(DATABASE, "postgres") as connection, connection.cursor() as cr:
            losses += [f"{what} for ever: {ids[:10]}" for what, ids in waiting(cr, company).items()]
            losses += locked(cr)

            def content_of(attachment: int) -> bytes:
                cr.execute("SELECT store_fname, db_datas FROM ir_attachment WHERE id = %s", [attachment])
                name, data = cr.fetchone()
                return (self.places.filestore / name).read_bytes() if name else bytes(data or b"")

            books = Books(cr, company, content_of)
            losses += books.faults()
            losses += self._forgotten(office, cr)
            losses += self._reports(office, books, cr)
            losses += mail_faults(cr, company, self.mailbox.received, self.log.between)
            print(
                f"{len(books.files)} files and {books.charge_count} charges are in the books; "
                f"{len(self.mailbox.received)} mails have left.\n"
            )
        return losses

    def _forgotten(self, office: Office, cr) -> list[str]:
        """What was confirmed to a clerk, and is not there."""

        def gone(query: str, wanted: set) -> list:
            cr.execute(query, [list(wanted)])
            return sorted(wanted - {row[0] for row in cr.fetchall()})

        uploads = gone("SELECT checksum FROM xpps_billing_file WHERE checksum = ANY(%s)", set(office.uploaded))
        runs = gone("SELECT id FROM xpps_billing_run WHERE id = ANY(%s)", office.made_runs)
        moves = gone("SELECT id FROM account_move WHERE id = ANY(%s) AND state = 'posted'", office.posted_moves)
        return [
            *(f"The upload of {office.uploaded[checksum]} was confirmed, and is not there." for checksum in uploads),
            *(f"Billing run {run} was confirmed, and is not there." for run in runs),
            *(f"The posting of invoice {move} was confirmed, and is not there." for move in moves),
        ]

    def _reports(self, office: Office, books: Books, cr) -> list[str]:
        """The audit says what Xerox bills, and profitability what the ledger says, to a user who reads them."""
        reader = WebClient(self.server.url, "emil", office.world["users"]["emil"])
        try:
            audit = reader.find(
                "xpps.vendor.report", [], ["billing_file_id", "serial", "xerox_cost"], limit=100_000, order="id"
            )
            totals = reader.call(
                "xpps.vendor.report",
                "formatted_read_group",
                domain=[],
                groupby=["billing_file_id"],
                aggregates=["xerox_cost:sum"],
            )
            ((revenue,),) = (
                [row["revenue:sum"]]
                for row in reader.call(
                    "xpps.profitability.report",
                    "formatted_read_group",
                    domain=[],
                    groupby=[],
                    aggregates=["revenue:sum"],
                )
            )
        except (RefusedError, BrokenError, NoAnswerError) as error:
            return [f"The reports cannot be read: {error}"]
        losses = []
        said: Counter[tuple[int, str]] = Counter()
        for row in audit:
            if row["billing_file_id"]:
                said[row["billing_file_id"][0], row["serial"]] += Decimal(str(row["xerox_cost"]))
        for row in totals:
            file = row["billing_file_id"] and row["billing_file_id"][0]
            of_rows = sum(cost for (of_file, _serial), cost in said.items() if of_file == file)
            if file and round(row["xerox_cost:sum"], 2) != float(of_rows):
                losses.append(f"The audit totals {row['xerox_cost:sum']} of file {file}; its rows are {of_rows}.")
        cr.execute("SELECT billing_file_id, serial FROM xpps_billing_file_line WHERE superseded_by_id IS NOT NULL")
        corrected = set(cr.fetchall())
        for file, records in books.stated.items():
            for serial, record in records.items():
                # What cannot be read costs nobody knows how much; what is held back counts until a correction does.
                if record.is_flawed or (file, serial) in corrected:
                    continue
                is_imported = serial in books.files[file]
                allowed = {books.audited(file, serial)} if is_imported else {record.cost, Decimal(0)}
                if said[file, serial] not in allowed:
                    losses.append(
                        f"The audit says {said[file, serial]} of {serial} in file {file}; Xerox bills {record.cost}."
                    )
        cr.execute(
            "SELECT -coalesce(sum(l.balance), 0) FROM account_move_line l JOIN account_move m ON m.id = l.move_id"
            " WHERE m.company_id = %s AND m.state = 'posted' AND l.display_type = 'product'"
            " AND m.move_type IN ('out_invoice', 'out_refund')",
            [office.world["company"]],
        )
        (booked,) = cr.fetchone()
        if round(revenue or 0, 2) != float(booked):
            losses.append(f"Profitability says a revenue of {revenue}, the ledger {booked}.")
        return losses


def main() -> None:
    sys.exit(0 if Soak(parse_arguments()).run() else 1)


if __name__ == "__main__":
    main()
