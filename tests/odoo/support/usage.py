# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What devices print, for tests that reckon with counters."""

from .assignment import AssignmentCase
from .common import TYPES, record
from .importing import FEBRUARY, JANUARY


def meters(serial, **counters):
    """A record with ``mono=(previous, current, included)`` and the like; the overage follows from them."""
    row = {}
    for output_type, (previous, current, included) in counters.items():
        prefix = TYPES[output_type]
        row |= {
            f"{prefix}Previous": previous,
            f"{prefix}Current": current,
            f"{prefix}Included": included,
            f"{prefix}Over": max(0, current - previous - included),
            f"{prefix}OverUnitCost": "0.004",
        }
    return record(serial, **row)


class UsageCase(AssignmentCase):
    """Two months of SN-1: 1,000 and 1,500 Mono pages, 100 and 51 Color pages; Color includes none."""

    def _print_two_months(self):
        self._load([meters("SN-1", mono=(0, 1000, 800), color=(0, 100, 0))], **JANUARY)
        self._load([meters("SN-1", mono=(1000, 2500, 2000), color=(100, 151, 0))], **FEBRUARY)

    def _usage(self, record):
        """[(label, average, pages, included, percent)], and the bars of the graph."""
        self.env.invalidate_all()
        rows = [
            tuple(row[name] for name in ("label", "average", "pages", "included", "percent"))
            for row in record.xpps_usage["rows"]
        ]
        chart = record.xpps_usage_chart
        return rows, chart["labels"], {bars["label"]: bars["data"] for bars in chart["datasets"]}
