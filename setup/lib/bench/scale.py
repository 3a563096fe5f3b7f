# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A billing run by several workers: jobs of queue_job, done by Odoo's own server, which asks its prefork workers.

Each number of workers bills the same world, from agreements to posted invoices, and sends some of them. Then two
workers do it once more, and in each phase one of them is killed. Each time, each agreement has to be invoiced once.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from odoo.addons.xerox_xpps.models.billing_run import xpps_billing_run_queue
from odoo.addons.xerox_xpps_queue_job.models import xpps_queue

from . import billing_xml
from .run_world import DUE, SERVICES, make_run_world

WORKERS = (1, 2, 4)
#: Of the file whose import is measured.
DEVICES = 2_000
#: Tables that are named.
LISTED = 8
#: From one worker to two, on two cores or more.
TARGET = 1.6
#: Invoices that are sent, for their PDF takes longer than all else; at most.
SENT = 40
PHASES = ("create", "post", "send")
#: Batches that a small world is cut into, so that every worker has some.
FEWEST = 8
TIMEOUT = 3600
SERVER = str(Path(__file__).parents[1] / "odoo_server.py")


def measure(database, agreements):
    """:return: whether nothing is there twice or left, and the target is reached"""
    if xpps_billing_run_queue.BATCH["create"] * FEWEST > agreements:
        size = max(1, agreements // FEWEST)
        xpps_queue.BATCH = {task: min(size, batch) for task, batch in xpps_queue.BATCH.items()}
    print(f"{agreements:,} agreements of {SERVICES} services, batches of {xpps_queue.BATCH}; {os.cpu_count()} cores")
    _measure_file(database)
    heads = ("workers", "phase", "s", "an hour", "× 1", "workers' CPU", "PostgreSQL", "waits")
    print("{:>8} {:8} {:>8} {:>9} {:>5} {:>12} {:>11} {:>6}".format(*heads))
    alone, times = {}, {}
    for workers in WORKERS:
        for phase, cost in _bill(database, agreements, workers):
            alone.setdefault(phase, cost.seconds)
            times[workers, phase] = cost.seconds
            count = min(SENT, agreements) if phase == "send" else agreements
            print(
                f"{workers:8} {phase:8} {cost.seconds:8.1f} {3600 * count / cost.seconds:9,.0f} "
                f"{alone[phase] / cost.seconds:5.2f} {cost.workers:10.1f} s {cost.server:9.1f} s {cost.waits:6.0%}",
                flush=True,
            )
    for phase, cost in _bill(database, agreements, 2, kill=True):
        print(f"{2:8} {phase:8} {cost.seconds:8.1f} s, one worker killed: nothing twice, nothing left", flush=True)
    both = [sum(times[workers, phase] for phase in ("create", "post")) for workers in (1, 2)]
    print(f"create and post, two workers: {both[0] / both[1]:.2f} × one (target: {TARGET})")
    print(
        "CPU is that of the workers and of PostgreSQL. Where it adds up to the time by the number of cores, "
        "the machine limits. Waits: how often a worker waited for another one's lock."
    )
    return both[0] / both[1] >= TARGET


def _tables(database):
    """:return: {table: bytes, with its indexes}"""
    sql = "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relname !~ '^(pg|sql)_'"
    return dict(_rows(database, sql))


def _print_growth(what, before, after, count):
    """What each of so many things takes in the database, by the tables that take most of it."""
    growth = {table: size - before.get(table, 0) for table, size in after.items()}
    largest = sorted(growth, key=growth.get, reverse=True)[:LISTED]
    listed = ", ".join(f"{table} {growth[table] / count:,.0f}" for table in largest)
    print(f"bytes of each {what}: {sum(growth.values()) / count:,.0f} ({listed})", flush=True)


def _measure_file(database):
    """What a device takes of a month's file."""
    data = billing_xml.build_file(DEVICES, billing_xml.PRESENT)
    database.reset(DEVICES)
    file_id = database.upload(data)
    before = _tables(database)
    for method in ("_check_now", "_import"):
        with database.timed() as (env, cost):
            getattr(env["xpps.billing.file"].browse(file_id), method)()
        print(f"{method[1:]}: {1000 * cost.cpu / DEVICES:.2f} ms CPU of the worker a device, {cost.queries} queries")
    _print_growth("device and month", before, _tables(database), DEVICES)


class Cost:
    """Seconds on the clock, of CPU in workers and in PostgreSQL; the share of looks at which somebody waited."""

    seconds = workers = server = waits = 0.0


def _bill(database, agreements, workers, kill=False):
    """:return: yields (phase, Cost)"""
    database.reset(agreements, make_run_world, lambda env: None)
    with _server(database.name, workers) as server:
        with database.environment() as env:
            run = env["xpps.billing.run"].create(
                {
                    "company_id": env.company.id,
                    "period_start": "2026-01-01",
                    "period_end": "2026-01-31",
                    "invoice_date": DUE,
                }
            )
            run.action_prepare()
            # There is no mail server: they get their invoices by hand, which are made all the same.
            run.sudo().line_ids.partner_id.invoice_sending_method = "manual"
            run_id = run.id
            env.cr.commit()
        before = _tables(database)
        for phase in PHASES:
            cost = Cost()
            with _costs(database, server, cost):
                with database.environment() as env:
                    _start(env["xpps.billing.run"].browse(run_id), phase)
                    env.cr.commit()
                if kill:
                    _kill_a_worker(database, server)
                _wait(database, run_id, cost)
            _check(database, run_id, phase, agreements)
            yield phase, cost
            if workers == WORKERS[0]:
                count = min(SENT, agreements) if phase == "send" else agreements
                _print_growth(f"invoice ({phase})", before, before := _tables(database), count)


def _start(run, phase):
    # However few there are, they are to go to the workers.
    xpps_billing_run_queue.BACKGROUND_ABOVE = 0
    if phase == "send":
        run.line_ids[:SENT].action_send_again()
    else:
        {"create": run.action_create_drafts, "post": run.action_post}[phase]()
    if run.state != "queued":
        raise RuntimeError(f"The run is {run.state}: is there no runner?")


@contextmanager
def _server(database, workers):
    """Odoo's server with its runner of jobs. :return: yields psutil.Process"""
    port = config["http_port"]
    # One more answers what wkhtmltopdf asks for: a job that sends would wait for itself.
    command = [sys.executable, SERVER, "-d", database, "--load=base,web,queue_job", f"--workers={workers + 1}"]
    command += [f"--http-port={port}", f"--gevent-port={port + 1}", "--max-cron-threads=0", "--log-level=warn"]
    command += ["--limit-time-real=3600", "--limit-time-cpu=3600"]
    channels = f"root:{workers},root.xpps:{workers},root.xpps.import:1"
    with open(os.path.join(os.path.dirname(config["data_dir"]), "log", "scale.log"), "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "ODOO_QUEUE_JOB_CHANNELS": channels}
        )
    try:
        _wait_for(lambda: _has_runner(database), "The server does not start: see .run/log/scale.log", process)
        _warm_up(database, workers, port)
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _warm_up(database, workers, port):
    """Each worker has loaded the models before anything is measured; there is no such job."""
    address = f"http://127.0.0.1:{port}/queue_job/runjob?db={database}&job_uuid=none"

    def ask():
        for _number in range(5):
            with urlopen(address, timeout=300) as answer:
                answer.read()

    threads = [threading.Thread(target=ask) for _number in range(2 * workers + 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _has_runner(database):
    return _query(database, lambda env: env["xpps.queue"]._has_runner())


def _query(database, function):
    with Registry(database).cursor() as cr:
        return function(api.Environment(cr, SUPERUSER_ID, {}))


def _wait_for(condition, message, process=None):
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > deadline or (process and process.poll() is not None):
            raise RuntimeError(message)
        time.sleep(0.05)


def _kill_a_worker(database, server):
    """Kill the worker that is at a job, a moment after it began."""
    sql = "SELECT worker_pid FROM queue_job WHERE state = 'started' AND date_started < now() AT TIME ZONE 'utc'"
    pids = []

    def begun():
        pids[:] = [pid for [pid] in _rows(database, sql) if pid in {child.pid for child in server.children()}]
        return pids

    _wait_for(begun, "No job begins")
    time.sleep(0.2)
    os.kill(pids[0], signal.SIGKILL)


def _rows(database, sql, *arguments):
    def rows(env):
        env.cr.execute(sql, arguments)
        return env.cr.fetchall()

    return _query(database.name, rows)


def _wait(database, run_id, cost):
    """Wait for the end of a phase, and look now and then whether somebody waits for a lock."""
    looks = []
    sql = """
        SELECT (SELECT state FROM xpps_billing_run WHERE id = %s),
               EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')
    """

    def is_done():
        [[state, waits]] = _rows(database, sql, run_id)
        looks.append(waits)
        return state != "queued"

    _wait_for(is_done, "The run does not end: see .run/log/scale.log")
    cost.waits = sum(looks) / len(looks)


@contextmanager
def _costs(database, server, cost):
    """Measure what all workers and PostgreSQL take."""
    started = time.perf_counter()
    before = _cpu(server.children()), _cpu(_backends(database))
    yield
    cost.seconds = time.perf_counter() - started
    cost.workers = _cpu(server.children()) - before[0]
    cost.server = _cpu(_backends(database)) - before[1]


def _backends(database):
    [[pid]] = _rows(database, "SELECT pg_backend_pid()")
    # With those that have ended: PostgreSQL's first process waits for each.
    return [psutil.Process(pid).parent()]


def _cpu(processes):
    """CPU time of processes and of what they started; of living children of PostgreSQL one by one."""
    total = 0.0
    for process in processes:
        for each in (process, *process.children(recursive=True)):
            try:
                times = each.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
            if each == process:
                total += times.children_user + times.children_system
    return total


def _check(database, run_id, phase, agreements):
    """Each agreement is invoiced once, nothing waits, and no number is missing."""

    def look(env):
        run = env["xpps.billing.run"].browse(run_id)
        moves = run.move_ids
        posted = set(moves.mapped("state"))
        billed = moves.invoice_line_ids.filtered("xpps_subscription_id").mapped("xpps_subscription_id")
        found = [len(moves), len(billed), len(moves.invoice_line_ids), len(run.line_ids.filtered("waiting"))]
        failed = run.line_ids.filtered("error").mapped("error")
        dates = set(run.line_ids.subscription_id.mapped("recurring_next_date"))
        jobs = env["queue.job"].search_count([("state", "not in", ("done", "cancelled"))])
        expected = [agreements, agreements, agreements * SERVICES, 0]
        if found != expected or failed or jobs > 1 or DUE in dates:
            raise RuntimeError(f"After {phase}: {found} instead of {expected}, {jobs} jobs left, {failed[:3]}")
        if posted != ({"draft"} if phase == "create" else {"posted"}):
            raise RuntimeError(f"After {phase}: invoices are {posted}")
        if phase != "create":
            numbers = sorted(int(move.name.rpartition("/")[2]) for move in moves)
            if numbers != list(range(1, agreements + 1)):
                raise RuntimeError("Numbers of invoices are missing, or there twice.")
        if phase == "send":
            sent = moves.filtered("is_move_sent") | moves.filtered("invoice_pdf_report_id")
            if len(sent) != min(SENT, agreements):
                raise RuntimeError(f"{len(sent)} invoices are sent instead of {min(SENT, agreements)}.")

    _query(database.name, look)
