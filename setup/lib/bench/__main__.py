# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Measure and print: started by setup/bench, which makes the database and drops it afterwards."""

import argparse
import sys

from . import hostile, report
from .database import BenchDatabase, start_odoo
from .figures import FIGURES, FULL, QUICK, Samples
from .rounds import measure

#: Rows of another kind: CPU seconds and MB of each file that is made to take them.
HOSTILE = "hostile"
#: Rows of another kind: a billing run by one, two and four workers.
SCALE = "scale"


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="setup/bench", description="Measure the addon against yardsticks of the same run, a row a figure."
    )
    parser.add_argument("--database", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it works, the ratios mean little")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="measure everything N times (default: 3)")
    parser.add_argument("--strict", action="store_true", help="exit status 1 when a target is missed")
    parser.add_argument(
        "figures", nargs="*", metavar="FIGURE", help=", ".join((*(figure.name for figure in FIGURES), HOSTILE, SCALE))
    )
    parser.add_argument("--agreements", type=int, metavar="N", help="of scale (default: 2,000)")
    arguments = parser.parse_args()
    unknown = set(arguments.figures) - {figure.name for figure in FIGURES} - {HOSTILE, SCALE}
    if unknown:
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    if arguments.rounds < 1:
        parser.error("at least one round")
    return arguments


def main():
    arguments = parse_arguments()
    figures = [figure for figure in FIGURES if not arguments.figures or figure.name in arguments.figures]
    sizes = QUICK if arguments.quick else FULL
    samples = Samples(sizes)
    start_odoo(arguments.database)
    database = BenchDatabase(arguments.database)
    reached = True
    if figures:
        measure(database, figures, samples, arguments.rounds)
        rows = [figure.row(samples) for figure in figures]
        report.print_rows(rows, sizes)
        reached = all(row.reached for row in rows)
    if HOSTILE in arguments.figures:
        reached &= all(map(hostile.keeps_to_the_budget, hostile.measure(database, arguments.quick)))
    if SCALE in arguments.figures:
        # It imports the addons, which Odoo has only now.
        from . import scale

        reached &= scale.measure(database, arguments.agreements or (80 if arguments.quick else 2_000))
    if arguments.strict and not reached:
        sys.exit(1)


if __name__ == "__main__":
    main()
