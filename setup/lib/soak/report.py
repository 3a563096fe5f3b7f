# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The figures of a run."""

from .clerks import WEIGHTS, Office

OUTCOMES = ("done", "refused", "no answer", "failed", "error")
HEADS = ("operation", "done", "refused", "no answer", "failed", "errors")
#: How much of what is wrong is printed; all of it is in the journal.
SHOWN = 12
WIDTH = 2500


def print_report(office: Office, losses: list[str], tracebacks: list[str], cured: list[str]) -> None:
    """:param cured: what an administrator had to start by hand"""
    rows = [HEADS]
    for kind in WEIGHTS:
        rows.append((kind, *(str(office.counts[kind, outcome]) for outcome in OUTCOMES)))
    totals = [sum(n for (_kind, seen), n in office.counts.items() if seen == outcome) for outcome in OUTCOMES]
    rows.append(("all", *map(str, totals)))
    for kind, *cells in rows:
        print(f"{kind:<14}" + "".join(f"{cell:>11}" for cell in cells))
    print("\nno answer, failed: while something was wrong, on purpose\n")
    for kind, count in sorted(office.faults.counts().items()):
        print(f"{kind:<24}{count:>4}")
    for kind, why in office.faults.skipped.items():
        print(f"{kind:<24}   0   NOT TRIED: {why}")
    _print_list("Started by hand", cured)
    _print_list("Losses", losses)
    _print_list("Errors that clerks met, and no fault explains", office.unexpected)
    _print_list("Tracebacks in the server's log that no fault explains", tracebacks)
    print(
        f"\n{sum(totals)} operations, {len(office.faults.faults)} faults, {len(losses)} losses, "
        f"{len(office.unexpected)} errors, {len(tracebacks)} kinds of tracebacks, "
        f"{len(office.faults.skipped)} kinds of faults skipped; seed {office.seed}"
    )


def _print_list(title: str, entries: list[str]) -> None:
    print(f"\n{title}: {len(entries)}")
    for entry in entries[:SHOWN]:
        print(f"  {entry[-WIDTH:]}")
    if len(entries) > SHOWN:
        print(f"  … and {len(entries) - SHOWN} more")
