# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's web server, which wkhtmltopdf takes style sheets from."""

import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager

#: Seconds until it answers.
PATIENCE = 120


@contextmanager
def web_server(database):
    """:return: its address"""
    port = _free_port()
    options = [f"--http-port={port}", "--max-cron-threads=0", "--log-level=error"]
    process = subprocess.Popen([sys.executable, "-m", "odoo", "-d", database, *options])
    try:
        _wait_for(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _free_port():
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _wait_for(process, port):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with closing(socket.socket()) as sock:
            if not sock.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise RuntimeError("Odoo's web server did not start.")
