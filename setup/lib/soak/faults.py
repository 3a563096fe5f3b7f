# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What goes wrong, at random and one after the other, and which complaints each fault explains."""

import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from .cluster import Cluster
from .places import Journal, Places
from .server import Server

#: Seconds between two faults.
PAUSE = (8, 25)
#: For so long after its end a fault explains what goes wrong: whoever was at work notices only then that his connection
#: is gone, and work may take as long as limit_time_real.
AFTERMATH = 120
#: What connections say that are no more, and what a server says that begins or ends.
LOST = re.compile(
    r"OperationalError|InterfaceError|AdminShutdown|CrashShutdown|CannotConnectNow|connection already closed"
    r"|cursor already closed|server closed the connection|terminating connection|Connection to the database failed"
    r"|database system is|the connection is closed"
)
#: A full disk is met at any statement.
FULL = re.compile(r"DiskFull|No space left on device|could not extend file|could not write")
#: Workers that do not answer are ended by their master, also when it is the clock that says so.
ENDED = re.compile(
    r"WorkerCron|Worker \(?\d+|timeout|Parent changed|timed out|Address already in use|broken pipe", re.I
)


@dataclass
class Fault:
    kind: str
    began: float
    ended: float | None = None
    log_from: int = 0
    log_to: int | None = None

    def covers(self, since: float) -> bool:
        """Whether it explains what began at a time and has failed now."""
        return self.ended is None or self.ended + AFTERMATH >= since


@dataclass
class FaultLog:
    """All faults of a run. ``covers`` and ``explains`` answer for now, ``explains_log`` for a place in the log."""

    places: Places
    faults: list[Fault] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)  # kind -> why

    def counts(self) -> Counter[str]:
        return Counter(fault.kind for fault in self.faults)

    def covers(self, since: float) -> bool:
        return any(fault.covers(since) for fault in self.faults)

    def between(self, first: float, again: float) -> bool:
        """Whether one explains that something was done at a time and again at another."""
        return any(fault.began <= again and fault.covers(first) for fault in self.faults)

    def explains(self, text: str, since: float) -> bool:
        return self.covers(since) and is_of_fault(text)

    def explains_log(self, text: str, place: int) -> bool:
        """:param place: in bytes from the beginning of the log"""
        return self.covers_log(place) and is_of_fault(text)

    def covers_log(self, place: int) -> bool:
        return any(fault.log_from <= place and (fault.log_to or place) >= place for fault in self.faults)

    def log_size(self) -> int:
        log = self.places.server_log
        return log.stat().st_size if log.exists() else 0

    def settle(self) -> None:
        """Note where in the log the aftermath of faults ends."""
        for fault in self.faults:
            if fault.ended and fault.log_to is None and time.monotonic() > fault.ended + AFTERMATH:
                fault.log_to = self.log_size()


def is_of_fault(text: str) -> bool:
    return any(pattern.search(text) for pattern in (LOST, FULL, ENDED))


class Misfortune:
    """Brings faults about. One at a time: each is over, and all of it up again, before the next."""

    def __init__(self, log: FaultLog, journal: Journal, cluster: Cluster, server: Server, seed: int) -> None:
        self.log, self._journal, self._cluster, self._server = log, journal, cluster, server
        self._random = random.Random(f"{seed} faults")
        self.kinds = [name.removeprefix("bring_") for name in dir(self) if name.startswith("bring_")]

    def skip(self, kind: str, why: str) -> None:
        self.kinds.remove(kind)
        self.log.skipped[kind] = why

    def strike(self, over: threading.Event) -> None:
        """Until it is over. Each kind comes once before any comes again."""
        waiting: list[str] = []
        while not over.wait(self._random.uniform(*PAUSE)):
            if not waiting:
                waiting = self._random.sample(self.kinds, len(self.kinds))
            self.bring(waiting.pop())

    def bring(self, kind: str) -> None:
        fault = Fault(kind, time.monotonic(), log_from=self.log.log_size())
        self.log.faults.append(fault)
        note = ""
        try:
            note = str(getattr(self, f"bring_{kind}")() or "")
        finally:
            self.heal()
            fault.ended = time.monotonic()
            self._journal.write(fault=kind, seconds=round(fault.ended - fault.began, 1), note=note)
            self.log.settle()

    def heal(self) -> None:
        """Everything up and running again, and the clock right."""
        self._cluster.free_volume()
        self._cluster.let_go()
        self._server.set_clock(0)
        if not self._cluster.start():
            raise RuntimeError("PostgreSQL does not come up again: see postgres.log")
        if not self._server.start():
            raise RuntimeError("Odoo does not come up again: see odoo.log")

    def _wait(self, low: float, high: float) -> None:
        time.sleep(self._random.uniform(low, high))

    # The kinds

    def bring_worker_killed(self) -> None:
        """One process of Odoo, be it for the web or for crons; up to four one after the other."""
        for _time in range(self._random.randint(1, 4)):
            self._server.kill_worker(self._random)
            self._wait(0.1, 2)

    def bring_server_killed(self) -> None:
        workers = self._server.kill_master()
        self._wait(0, 4)
        self._server.sweep(workers)

    def bring_database_killed(self) -> None:
        self._cluster.kill()
        self._wait(0, 4)

    def bring_disk_full(self) -> None:
        self._cluster.fill_volume()
        self._wait(3, 12)

    def bring_connections_cut(self) -> None:
        for _time in range(self._random.randint(1, 4)):
            self._cluster.cut_connections()
            self._wait(0.1, 1.5)

    def bring_connections_ended(self) -> str:
        """By the database server, as an administrator does."""
        return f"{self._cluster.terminate_backends(self._random.choice((0.3, 1)), self._random.random)} ended"

    def bring_network_held_up(self) -> None:
        self._cluster.hold_up()
        self._wait(2, 9)

    def bring_clock_jump(self) -> str:
        seconds = self._random.choice((-26, -1, 1, 26)) * 3600 + self._random.randint(-600, 600)
        self._server.set_clock(seconds)
        self._wait(5, 15)
        return f"{seconds} seconds"
