# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The table that setup/bench prints."""

from statistics import median


def print_rows(rows, sizes):
    print(
        f"\nDevices: few {sizes.few:,}, many {sizes.many:,}, huge {sizes.huge:,}; each with five meters, and 12 "
        "overages of 10 devices.\nMedian, minimum and maximum of n rounds; ours and the yardstick in turn.\n"
    )
    heads = ("figure", "what", "", "ours", "min", "max", "yardstick", "min", "max", "ratio", "target", "", "n")
    table = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(heads))]
    for line in table:
        cells = (
            cell.ljust(width) if column < 3 or column == 11 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join(cells).rstrip())
    print()
    for row in rows:
        if row.figure.note:
            print(f"{row.figure.name}: {row.figure.note}")


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
