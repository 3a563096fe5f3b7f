# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Measure and print: started by setup/bench, which makes the database and drops it afterwards."""

import argparse
import sys

from . import report
from .figures import FIGURES, FULL, QUICK, Samples
from .process import start_odoo


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="setup/bench", description="Measure the addon against yardsticks of the same run, a row a figure."
    )
    parser.add_argument("--database", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--template", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it works, the ratios mean little")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="measure everything N times (default: 3)")
    parser.add_argument("--strict", action="store_true", help="exit status 1 when a target is missed")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=", ".join(figure.name for figure in FIGURES))
    arguments = parser.parse_args()
    unknown = set(arguments.figures) - {figure.name for figure in FIGURES}
    if unknown:
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    if arguments.rounds < 1:
        parser.error("at least one round")
    return arguments


def main():
    arguments = parse_arguments()
    figures = [figure for figure in FIGURES if not arguments.figures or figure.name in arguments.figures]
    sizes = QUICK if arguments.quick else FULL
    # Only now: they import Odoo, which reads its configuration.
    start_odoo(arguments.database)
    from .database import BenchDatabase
    from .rounds import measure

    samples = Samples(sizes)
    measure(BenchDatabase(arguments.database, arguments.template), figures, samples, arguments.rounds)
    rows = [figure.row(samples) for figure in figures]
    report.print_rows(rows, sizes)
    if arguments.strict and not all(row.reached for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
