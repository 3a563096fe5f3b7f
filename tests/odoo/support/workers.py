# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Processes of their own that work on a database, so that they can be killed.

Run as a program (``python workers.py CONFIG DATABASE``) it loads the registry once, without a connection left open,
and forks a worker for each line that it reads: ``{"model": …, "ids": […], "method": …, "context": {…}}``, or ``{}``
for one that does jobs until none is left (``jobs.py``). For each it writes ``{"pid": …}``; a worker that lives to its
end writes ``{"pid": …, "error": …}``, the error None or the text that the user reads.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path


class Workers:
    """Starts workers. ``start`` returns the pid, ``wait`` what the user of a worker reads."""

    def __init__(self, config, database):
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), config, database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._results = {}

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(60)

    def _read(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The workers ended")
        return json.loads(line)

    def start(self, records, method):
        call = {
            "model": records._name,
            "ids": records.ids,
            "method": method,
            "context": {"allowed_company_ids": records.env.context["allowed_company_ids"]},
        }
        return self._start(call)

    def start_jobs(self):
        return self._start({})

    def _start(self, call):
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()
        while "error" in (answer := self._read()):
            self._results[answer["pid"]] = answer["error"]
        return answer["pid"]

    def wait(self, pid):
        while pid not in self._results:
            answer = self._read()
            self._results[answer["pid"]] = answer["error"]
        return self._results.pop(pid)

    def connections(self, cr, waiting=False):
        """How many connections to the database the workers have, or those that wait for somebody's lock."""
        cr.execute("SELECT pg_stat_clear_snapshot()")
        # They are named after the process that loaded the registry.
        cr.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE application_name = %s AND (wait_event_type = 'Lock' OR NOT %s)",
            [f"odoo-{self._process.pid}", waiting],
        )
        return cr.fetchone()[0]


def serve(config, database):
    from odoo import sql_db, tools

    tools.config.parse_config(["-c", config, "--log-level=critical", "--db_app_name=odoo-{pid}"])
    from odoo.modules.registry import Registry

    registry = Registry(database)
    sql_db.close_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            call = json.loads(line)
            answer({"pid": os.getpid(), "error": run(registry, **call) if call else run_jobs(registry)})
            os._exit(0)
        answer({"pid": pid})


def answer(values):
    """In one piece, for several processes write to one pipe."""
    os.write(sys.stdout.fileno(), f"{json.dumps(values)}\n".encode())


def run(registry, model, ids, method, context):
    """:return: what the user reads who has called the method, or None"""
    from odoo import SUPERUSER_ID, api
    from odoo.service.model import retrying

    try:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, context)
            retrying(lambda: getattr(env[model].browse(ids), method)(), env)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def run_jobs(registry):
    """:return: what went wrong, or None"""
    sys.path.append(str(Path(__file__).parent))
    from jobs import do_jobs

    try:
        do_jobs(registry)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    serve(*sys.argv[1:])
