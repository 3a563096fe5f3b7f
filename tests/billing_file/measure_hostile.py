# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read files of ``hostile_big`` in every way, each in a process of its own, and print what it took, a JSON line a file.

PYTHONPATH=xerox_xpps python tests/billing_file/measure_hostile.py TYPE [NAME…]
"""

import json
import os
import re
import sys
import time
from pathlib import Path

from hostile import BOOK, GOOD
from hostile_big import BIG
from reading import LAYOUTS, read

from billing_file import find_layout, inspect

LAYOUT_NAMES = {"xml": "autotask_xml", "csv": "csv", "xlsx": "workbook"}
SMALL = {"xml": GOOD, "csv": b"Serial Number\nA", "xlsx": BOOK}


def megabytes(name):
    """A line of the kernel's account of this process: VmRSS is its memory, VmHWM the peak of it."""
    return int(re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024


def measured(action):
    """:return: what the action returns, CPU seconds, and MB more at its peak than before"""
    # From here on the peak is that of the action.
    Path("/proc/self/clear_refs").write_text("5")
    before, start = megabytes("VmRSS"), time.process_time()
    result = action()
    return result, time.process_time() - start, megabytes("VmHWM") - before


def measure(file_type, data):
    """:return: {what: value} of one file"""
    layout, name = LAYOUTS[LAYOUT_NAMES[file_type]], f"a.{file_type}"
    result, *cost = measured(lambda: read(data, name, layout))
    issues = result.issues
    told = {
        "codes": sorted({issue.code for issue in issues}),
        "issues": len(issues),
        "longest": max((len(issue.message) + len(issue.serial) + len(issue.path) for issue in issues), default=0),
        "limit": next((issue.message for issue in issues if issue.code in ("file_too_large", "file_forbidden")), ""),
        "costs": [cost],
    }
    del result, issues
    for action in (lambda: find_layout(data, name, list(LAYOUTS.values())), lambda: inspect(data, name)):
        told["costs"].append(measured(action)[1:])
    return told


def main(file_type, *names):
    read(SMALL[file_type], f"a.{file_type}", LAYOUTS[LAYOUT_NAMES[file_type]])
    for name in names or BIG[file_type]:
        # What one file leaves behind must not be there for the next to use.
        process = os.fork()
        if process:
            if os.waitpid(process, 0)[1]:
                sys.exit(f"{name} ended the process")
            continue
        data = BIG[file_type][name]()
        print(json.dumps({"name": name, "size": len(data), **measure(file_type, data)}), flush=True)
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
