# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Bars of months, one above the other for each output type, as a server draws them: in units of an SVG's viewBox."""

from dataclasses import dataclass

#: Colors of the output types in their order, each with enough contrast to white.
COLORS = ("#495057", "#0b5ed7", "#6f42c1", "#b02a5b", "#a04000")
WIDTH, HEIGHT, FOOT = 360, 130, 16
#: How much of a month's room its bar has.
SHARE = 0.7
#: Months that there is room for at least: two months make no wall.
MIN_MONTHS = 6


@dataclass(frozen=True)
class Part:
    """The part of a bar that an output type has."""

    x: float
    y: float
    width: float
    height: float
    color: str


@dataclass(frozen=True)
class Label:
    x: float
    text: str


@dataclass(frozen=True)
class Key:
    """What a color means."""

    color: str
    name: str


@dataclass(frozen=True)
class Chart:
    parts: list[Part]
    labels: list[Label]
    keys: list[Key]
    width: int = WIDTH
    height: int = HEIGHT + FOOT

    @property
    def foot(self) -> int:
        """Where the names of the months stand."""
        return self.height - 4


def bar_chart(labels: list[str], series: dict[str, list[int]]) -> Chart:
    """:param labels: of the months
    :param series: {output type: pages, a number each month}

    >>> chart = bar_chart(["Jan", "Feb"], {"Color": [5, 10]})
    >>> [(part.y, part.height) for part in chart.parts]
    [(65.0, 65.0), (0.0, 130.0)]
    >>> bar_chart([], {}).parts
    []
    """
    room = WIDTH / max(len(labels), MIN_MONTHS)
    highest = max((sum(pages) for pages in zip(*series.values(), strict=True)), default=0)
    keys = [Key(color, name) for color, name in zip(COLORS, series, strict=False)]
    parts = []
    for month in range(len(labels)):
        top = float(HEIGHT)
        for key, pages in zip(keys, series.values(), strict=True):
            height = round(HEIGHT * pages[month] / highest, 1) if highest else 0.0
            if height:
                top = round(top - height, 1)
                left = round(room * (month + (1 - SHARE) / 2), 1)
                parts.append(Part(left, top, round(room * SHARE, 1), height, key.color))
    names = [Label(round(room * (month + 0.5), 1), text) for month, text in enumerate(labels)]
    return Chart(parts, names, keys)
