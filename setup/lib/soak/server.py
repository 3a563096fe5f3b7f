# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo, with several workers and its crons, under a clock that can be set."""

import configparser
import os
import random
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import requests

from .cluster import PORT, Cluster, children_of
from .places import DATABASE, Places

WORKERS = 3
CRON_WORKERS = 2
TIMEOUT = 120


class Server:
    """``url`` is where it answers."""

    def __init__(self, places: Places, cluster: Cluster, http_port: int, smtp_port: int) -> None:
        self._places, self._cluster = places, cluster
        self.url = f"http://127.0.0.1:{http_port}"
        self.config = places.root / "odoo.conf"
        self._start_file = places.root / "odoo-bin"
        # What Odoo starts by itself is started by this file.
        self._start_file.write_text("from odoo.cli.command import main\n\nmain()\n")
        self._clock, self._clock_library = places.root / "clock", places.root / "clock.so"
        self._clock.write_bytes(bytes(8))
        self.has_clock = self._make_clock()
        self._process: subprocess.Popen[bytes] | None = None
        self._write_config(http_port, smtp_port)

    def _write_config(self, http_port: int, smtp_port: int) -> None:
        parser = configparser.RawConfigParser()
        parser.read(os.environ["ODOO_RC"])
        options = {
            "addons_path": parser["options"]["addons_path"],
            "data_dir": self._places.data,
            "db_name": DATABASE,
            "list_db": False,
            "http_interface": "127.0.0.1",
            "http_port": http_port,
            "gevent_port": http_port + 1,
            "workers": WORKERS,
            "max_cron_threads": CRON_WORKERS,
            "limit_time_real": 120,
            "limit_time_cpu": 90,
            "limit_memory_hard": 0,
            "logfile": self._places.server_log,
            # No mail leaves the machine.
            "smtp_server": "127.0.0.1",
            "smtp_port": smtp_port,
        }
        lines = "\n".join(f"{name} = {value}" for name, value in options.items())
        self.config.write_text(f"[options]\n{lines}\n")

    def run(self, script: str) -> None:
        """Run a script in Odoo's shell, before anybody is at work."""
        command = [sys.executable, str(self._start_file), "shell", "-c", str(self.config), "-d", DATABASE, "--no-http"]
        with (self._places.root / "world.log").open("wb") as output:
            subprocess.run(
                [*command, "--logfile=", "--log-level=warn"],
                input=script.encode(),
                env=self._variables(),
                stdout=output,
                stderr=output,
                check=True,
            )

    def _make_clock(self) -> bool:
        """:return: whether the clock can be set, for which a C compiler is needed"""
        source = Path(__file__).with_name("clock.c")
        command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(self._clock_library), str(source), "-ldl"]
        with suppress(FileNotFoundError):
            return subprocess.run(command, check=False).returncode == 0
        return False

    def set_clock(self, seconds: int) -> None:
        """How many seconds the clock of Odoo goes ahead of the real one."""
        with self._clock.open("r+b", buffering=0) as file:
            file.write(struct.pack("=q", seconds))

    def start(self) -> bool:
        """Start it, unless it runs. :return: whether it answers"""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                self._start_process()
            if self.answers():
                return True
            time.sleep(0.5)
        return False

    def _start_process(self) -> None:
        with self._places.root.joinpath("odoo.err").open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, str(self._start_file), "-c", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                env=self._variables() | self._clock_variables(),
                start_new_session=True,
            )

    def _variables(self) -> dict[str, str]:
        """These Odoo prefers to what stands in its configuration."""
        server = {"PGHOST": str(self._cluster.proxied), "PGPORT": str(PORT), "PGUSER": "odoo"}
        return os.environ | server | {"ODOO_RC": str(self.config)}

    def _clock_variables(self) -> dict[str, str]:
        if not self.has_clock:
            return {}
        return {"LD_PRELOAD": str(self._clock_library), "XPPS_CLOCK": str(self._clock)}

    def answers(self) -> bool:
        """Whether the web client's sign-in can be had, which takes server and database."""
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/web/health?db_server_status=1", timeout=10).status_code == 200
        return False

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill_worker(self, choice: random.Random) -> bool:
        pids = children_of(self._process.pid) if self._process and self.is_running() else []
        if pids:
            with suppress(ProcessLookupError):
                os.kill(choice.choice(pids), signal.SIGKILL)
        return bool(pids)

    def kill_master(self) -> list[int]:
        """Its workers notice that it is gone, and end by themselves; until then they keep the port.

        :return: their process ids
        """
        if not self._process or not self.is_running():
            return []
        workers = children_of(self._process.pid)
        self._process.kill()
        self._process.wait()
        return workers

    def sweep(self, workers: list[int]) -> None:
        """End the workers that are still there, as service managers do before they start a server again."""
        for pid in workers:
            with suppress(OSError):
                if str(self._start_file).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        if self._process and self.is_running():
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                pids = [self._process.pid, *children_of(self._process.pid)]
                for pid in pids:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                self._process.wait()
