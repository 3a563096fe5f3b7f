# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Check and import one billing file and print the peak memory of this process: ``worker DATABASE FILE_ID``."""

import json
import re
import sys
from pathlib import Path

from .database import BenchDatabase, start_odoo


def main(database_name, file_id):
    start_odoo(database_name)
    database = BenchDatabase(database_name)
    database.connect()
    with database.timed() as (env, _cost):
        env["xpps.billing.file"].browse(file_id)._check_now()
    with database.timed() as (env, _cost):
        env["xpps.billing.file"].browse(file_id)._import()
    print(json.dumps({"peak_memory": peak_memory()}))


def peak_memory():
    """Bytes of this process. (What getrusage gives may be the peak of the process that started this one.)"""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
