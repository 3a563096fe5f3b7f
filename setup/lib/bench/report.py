# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The table that setup/bench prints."""

from statistics import median

HEADS = ("figure", "what", "", "ours", "min", "max", "yardstick", "min", "max", "ratio", "target", "", "n")
#: Columns of text, by number.
LEFT = {0, 1, 2, 11}


def print_rows(rows, sizes):
    print(
        f"\nDevices: few {sizes.few:,}, many {sizes.many:,}, huge {sizes.huge:,}; each with five meters, and 12 "
        "overages of 10 devices.\n"
        f"Agreements of billing runs: few {sizes.runs_few:,}, many {sizes.runs_many:,}, huge {sizes.runs_huge:,}. "
        f"Invoices that are sent: {sizes.sent:,}.\n"
        "Median, minimum and maximum of n rounds; ours and the yardstick in turn.\n"
    )
    print("\n".join(format_rows(rows)), end="\n\n")
    for row in rows:
        if row.figure.note:
            print(f"{row.figure.name}: {row.figure.note}")


def format_rows(rows):
    """:return: [line], the heads first"""
    table = [HEADS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(_justify(cells, widths)).rstrip() for cells in table]


def _justify(cells, widths):
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        yield cell.ljust(width) if column in LEFT else cell.rjust(width)


def _cells(row):
    figure = row.figure
    sign = "≥" if figure.faster or figure.at_least else "≤"
    return (
        figure.name,
        figure.what,
        figure.unit,
        *_spread(row.ours),
        *_spread(row.yardstick),
        _number(row.result) if row.yardstick else "–",
        f"{sign} {_number(row.target)}",
        "ok" if row.reached else "missed",
        str(len(row.ours)),
    )


def _spread(values):
    return [_number(value) for value in (median(values), min(values), max(values))] if values else ["–"] * 3


def _number(value):
    """Three significant digits, or the whole number."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"
