"""Print the WARNING and worse records of an Odoo log that are about this checkout's addons.

    check_log.py LOG DIRECTORY…    exit status 1 when there is one

The name of an addon in a path below one of the directories does not count: a checkout, and the
cache, are called xerox_xpps as well.
"""

import re
import sys
from pathlib import Path

RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) ")


def records(lines):
    """Log records, each with its continuation lines (tracebacks) and its level."""
    level, record = "INFO", ""
    for line in lines:
        match = RECORD.match(line)
        if match:
            yield level, record
            level, record = match["level"], ""
        record += line
    yield level, record


def offenders(text, directories):
    for directory in sorted(directories, key=len, reverse=True):
        text = text.replace(directory + "/", "")
    for level, record in records(text.splitlines(keepends=True)):
        if level in ("WARNING", "ERROR", "CRITICAL") and "xerox_xpps" in record:
            yield record


if __name__ == "__main__":
    found = list(offenders(Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace"), sys.argv[2:]))
    sys.stderr.write("".join(found))
    sys.exit(bool(found))
