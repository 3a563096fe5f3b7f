# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A PostgreSQL cluster of the run's own, which keeps what it confirms, on a small volume, and the way to it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg2

from .places import DATABASE, Places

#: Of the volume; the database takes a fifth of it.
VOLUME_SIZE = "700m"
PORT = 5432
#: What disk space is kept free for nobody, so that "full" is reached at once.
CHUNK = 1 << 20
TIMEOUT = 90


def children_of(pid: int) -> list[int]:
    """The processes that a process has started. Each backend has a session of its own, so that there is no group."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


class Cluster:
    """``socket`` is the server's own; ``proxied`` the one that Odoo gets."""

    def __init__(self, places: Places, bindir: str, owner: list[str]) -> None:
        """:param owner: the command in front of what the cluster's owner runs"""
        self._places = places
        self._bindir, self._owner = Path(bindir), owner
        self.on_own_volume = False
        self.socket = places.root / "pg"
        self.proxied = places.root / "via"
        self._process: subprocess.Popen[bytes] | None = None
        self._proxy: subprocess.Popen[bytes] | None = None

    @property
    def ballast(self) -> Path:
        return self._places.volume / "ballast"

    def sweep(self) -> None:
        """Take away the volume that a run has left which was killed, and end the server that is still on it."""
        volume = self._places.volume
        if not volume.is_mount():
            return
        with suppress(OSError, ValueError, IndexError):
            pid = int((volume / "data" / "postmaster.pid").read_text().split()[0])
            # The number may be another's by now.
            if Path(f"/proc/{pid}/cwd").readlink() == volume / "data":
                for process in (pid, *children_of(pid)):
                    os.kill(process, signal.SIGKILL)
                time.sleep(1)
        subprocess.run(["umount", str(volume)], check=True)

    def make(self) -> None:
        volume = self._places.volume
        for directory in (volume, self.socket, self.proxied):
            directory.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            mount = ["mount", "-t", "tmpfs", "-o", f"size={VOLUME_SIZE},mode=755", "xpps-soak", str(volume)]
            self.on_own_volume = subprocess.run(mount, check=False, capture_output=True).returncode == 0
        data = volume / "data"
        data.mkdir()
        for directory in (data, self.socket):
            directory.chmod(0o700)
            self._give_to_owner(directory)
        self._run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()
        with self.connect("postgres", "postgres") as connection:
            connection.cursor().execute("CREATE ROLE odoo LOGIN CREATEDB")
            connection.commit()
        self._proxy = subprocess.Popen(
            [sys.executable, "-m", "soak.proxy", self._socket_file(self.proxied), self._socket_file(self.socket)]
        )

    def _give_to_owner(self, directory: Path) -> None:
        if os.getuid() == 0:
            owner = subprocess.run([*self._owner, "id", "-u"], check=True, capture_output=True, text=True, cwd="/")
            os.chown(directory, int(owner.stdout), -1)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._owner, str(self._bindir / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    @staticmethod
    def _socket_file(directory: Path) -> str:
        return str(directory / f".s.PGSQL.{PORT}")

    def connect(self, database: str = DATABASE, user: str = "odoo"):
        """A connection that no fault of the way to the server touches."""
        return psycopg2.connect(host=str(self.socket), port=PORT, user=user, dbname=database)

    @property
    def _variables(self) -> dict[str, str]:
        """Of PostgreSQL's programs: past what is in the way of Odoo."""
        return {**os.environ, "PGHOST": str(self.socket), "PGPORT": str(PORT), "PGUSER": "odoo"}

    def fill(self, source: dict[str, str], name: str) -> None:
        """Copy a database of another server.

        :param source: environment variables that name the server
        """
        subprocess.run(["createdb", DATABASE], check=True, env=self._variables)
        dump = subprocess.Popen(["pg_dump", name], stdout=subprocess.PIPE, env={**os.environ, **source})
        with (self._places.root / "restore.log").open("wb") as log:
            load = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", DATABASE]
            subprocess.run(load, check=True, stdin=dump.stdout, stdout=log, stderr=log, env=self._variables)
        if dump.wait():
            raise RuntimeError(f"pg_dump of {name} failed")
        with self.connect() as connection:
            connection.cursor().execute("ANALYZE")

    def keep(self, path: Path) -> None:
        """Write the database to a file for pg_restore, so that what is wrong in it can be looked at afterwards."""
        subprocess.run(["pg_dump", "-Fc", "-f", str(path), DATABASE], check=True, env=self._variables)

    # Start and end

    def start(self) -> bool:
        """Start it, unless it runs. :return: whether it answers"""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                self._start_process()
            with suppress(psycopg2.Error):
                self.connect("postgres", "postgres").close()
                return True
            time.sleep(0.3)
        return False

    def _start_process(self) -> None:
        settings = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": f'"{self.socket}"',
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "shared_buffers": "128MB",
            "max_wal_size": "96MB",
            "min_wal_size": "32MB",
            "max_connections": 120,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self._places.root / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._owner, str(self._bindir / "postgres"), "-D", str(self._places.volume / "data"), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )

    def kill(self) -> None:
        """End the server and all of its processes at once, as a power cut would."""
        if not self._process or self._process.poll() is not None:
            return
        pids = [self._process.pid, *children_of(self._process.pid)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        # Until the last one is gone they hold its shared memory.
        deadline = time.monotonic() + TIMEOUT
        while any(Path(f"/proc/{pid}/exe").exists() for pid in pids[1:]) and time.monotonic() < deadline:
            time.sleep(0.05)

    def terminate_backends(self, share: float, choose) -> int:
        """Have the server end some of Odoo's connections.

        :param choose: gives a number from 0 to 1
        :return: how many
        """
        with self.connect("postgres", "postgres") as connection, connection.cursor() as cr:
            cr.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'odoo'")
            pids = [pid for (pid,) in cr.fetchall() if choose() < share]
            cr.execute("SELECT count(pg_terminate_backend(pid)) FROM unnest(%s::int[]) pid", [pids])
            return cr.fetchone()[0]

    def fill_volume(self) -> None:
        """Take all space that is left."""
        with suppress(OSError), self.ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(CHUNK))
        with suppress(OSError), self.ballast.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(512))

    def free_volume(self) -> None:
        self.ballast.unlink(missing_ok=True)

    # The way to it

    def cut_connections(self) -> None:
        if self._proxy:
            self._proxy.send_signal(signal.SIGUSR1)

    def hold_up(self) -> None:
        if self._proxy:
            self._proxy.send_signal(signal.SIGSTOP)

    def let_go(self) -> None:
        if self._proxy:
            self._proxy.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it and take its volume away."""
        if self._proxy:
            self._proxy.kill()
            self._proxy.wait()
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.on_own_volume:
            subprocess.run(["umount", str(self._places.volume)], check=True)
        else:
            shutil.rmtree(self._places.volume, ignore_errors=True)
