# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read a billing file record by record and from a tree, and print what each takes: ``reader DEVICES``.

CPU seconds, and bytes at the peak beside those that the process had before. It asks no database, so Odoo is not there.
"""

import gc
import json
import os
import re
import sys
import time
from pathlib import Path

from . import billing_xml

#: More tags than a file may have.
NEVER = 10**9


def main(devices):
    sys.path.append(str(Path(__file__).parents[3] / "xerox_xpps"))
    import billing_file
    from billing_file import xml_reader

    # As the addon reads: there are no cycles to be found.
    gc.disable()
    data = billing_xml.build_file(devices, billing_xml.PRESENT)
    billing_file.read(billing_xml.build_file(1, billing_xml.PRESENT), "a.xml")
    costs = {}
    for way, limit in (("stream", 0), ("tree", NEVER)):
        xml_reader.MAX_TREE = limit
        costs |= _in_a_process(lambda way=way: _cost(way, lambda: billing_file.read(data, "a.xml"), devices))
    print(json.dumps(costs))


def _cost(way, read, devices):
    """:return: {name: number}"""
    Path("/proc/self/clear_refs").write_text("5")
    before, started = _bytes("VmRSS"), time.process_time()
    result = read()
    seconds = time.process_time() - started
    if result.issues or len(result.details.devices) != devices:
        raise RuntimeError(f"Of {devices} devices {len(result.details.devices)} were read.")
    return {f"{way}_seconds": seconds, f"{way}_memory": _bytes("VmHWM") - before}


def _in_a_process(function):
    """What one way leaves behind must not be there for the other to use."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        os.write(writing, json.dumps(function()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(process, 0)
    return json.loads(told)


def _bytes(name):
    return int(re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
