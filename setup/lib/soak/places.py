# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where a run keeps what it makes, and what the outcome of a run can be told by."""

import json
import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATABASE = "xpps_soak"


@dataclass
class Places:
    """Everything below ``.run/soak``: ``root`` of a run, which the next run makes anew."""

    root: Path

    def make(self) -> None:
        """Empty."""
        shutil.rmtree(self.root, ignore_errors=True)
        for directory in (self.files, self.data):
            directory.mkdir(parents=True, exist_ok=True)

    @property
    def volume(self) -> Path:
        """Of the database server: a small file system of its own, where there may be one."""
        return self.root / "volume"

    @property
    def files(self) -> Path:
        """What the clerks upload, as they uploaded it."""
        return self.root / "files"

    @property
    def data(self) -> Path:
        """Odoo's data directory."""
        return self.root / "data"

    @property
    def filestore(self) -> Path:
        return self.data / "filestore" / DATABASE

    @property
    def kept(self) -> Path:
        """The database as it was at the end, where something is wrong with it."""
        return self.root / f"{DATABASE}.dump"

    @property
    def server_log(self) -> Path:
        return self.root / "odoo.log"


@dataclass
class Journal:
    """All that was done and all that went wrong, a JSON object a line, in the order of its end."""

    path: Path
    began: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, **entry: Any) -> None:
        line = json.dumps({"at": round(time.monotonic() - self.began, 2), **entry}, default=str)
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
