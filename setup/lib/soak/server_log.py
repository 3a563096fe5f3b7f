# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tracebacks in Odoo's log that none of the faults explains."""

import re
from pathlib import Path

from .faults import FaultLog

RECORD = re.compile(rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) ", re.MULTILINE)
TRACEBACK = b"Traceback (most recent call last)"
#: Of this checkout's addons.
OURS = str(Path(__file__).resolve().parents[3] / "xerox_xpps")
#: Odoo's crons meet each other like this, with no fault at all.
OTHERS_CONCURRENCY = re.compile(r"SerializationFailure|LockNotAvailable|DeadlockDetected")
#: Odoo's mail queue goes on after a statement that failed, and then tells of the next one.
OTHERS_NEXT = re.compile(r"InFailedSqlTransaction")


def unexplained(log: FaultLog) -> list[str]:
    """:return: the records, those of a kind once, with their number; without what is Odoo's alone"""
    data = log.places.server_log.read_bytes()
    begins = list(RECORD.finditer(data))
    ends = [match.start() for match in begins[1:]] + [len(data)]
    found: dict[str, list[str]] = {}
    for match, end in zip(begins, ends, strict=True):
        record = data[match.start() : end]
        if match["level"] in (b"INFO", b"DEBUG") or TRACEBACK not in record:
            continue
        text = record.decode(errors="replace")
        place = match.start()
        alone = OURS not in text and (
            OTHERS_CONCURRENCY.search(text) or (OTHERS_NEXT.search(text) and log.covers_log(place))
        )
        if not alone and not log.explains_log(text, place):
            found.setdefault(text.strip().splitlines()[-1], []).append(text)
    return [f"{len(same)} ×\n{same[0]}" for same in found.values()]
