# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the pages of some months come to."""

from collections import defaultdict

from dateutil.relativedelta import relativedelta

from ...billing_file import OUTPUT_TYPES
from ...rules import month_of

#: Months of a graph: a year, and the same month of the year before.
MONTHS_SHOWN = 13
#: Months that an average is of.
MONTHS_AVERAGED = 12

NOTHING = (0, 0)


def pages_by_month(groups):
    """Pages of periods as those of the months that these are about.

    :param groups: an iterable of (first day, last day, output type, pages, included pages)
    :return: {first day of the month: {output type: (pages, included pages)}}
    """
    found = defaultdict(dict)
    for first, last, output_type, pages, included in groups:
        month = found[month_of(first, last)]
        before = month.get(output_type, NOTHING)
        month[output_type] = (before[0] + pages, before[1] + included)
    return found


class UsageMonths:
    """Pages that a device, or many, printed month by month. Without a month, all figures are 0 or empty.

    :param pages: {first day of the month: {output type: (pages, included pages)}}
    """

    def __init__(self, pages):
        self._pages = pages
        self.last = max(pages, default=None)
        self.types = [name for name in OUTPUT_TYPES if any(name in month for month in pages.values())]

    def is_used(self, output_type):
        """Whether any month has pages of a type, printed or included."""
        return any(any(month.get(output_type, NOTHING)) for month in self._pages.values())

    @property
    def shown(self):
        """The months of the graph, one after the other; the last one is the last with pages read."""
        if not self._pages:
            return []
        first = max(min(self._pages), self.last - relativedelta(months=MONTHS_SHOWN - 1))
        count = (self.last.year - first.year) * 12 + self.last.month - first.month + 1
        return [first + relativedelta(months=number) for number in range(count)]

    def series(self, output_type):
        """Pages of a type, one number a month that is shown. A month without reads has none."""
        return [self._of(month, output_type)[0] for month in self.shown]

    def average(self, types):
        """Pages a month: the mean of the months that were read, of the last twelve, whatever types they had."""
        if not self._pages:
            return 0
        earliest = self.last - relativedelta(months=MONTHS_AVERAGED - 1)
        months = [month for month in self._pages if month >= earliest]
        return round(sum(self._of(month, name)[0] for month in months for name in types) / len(months))

    def last_month(self, types):
        """Pages and included pages of the last month, and the share of the allowance.

        :return: (pages, included pages, percent). The share is that of the types that include pages, None without any
        """
        found = [self._of(self.last, name) for name in types]
        pages, included = sum(of for of, _included in found), sum(included for _of, included in found)
        limited = sum(of for of, included in found if included)
        return pages, included, 100 * limited / included if included else None

    def _of(self, month, output_type):
        return self._pages.get(month, {}).get(output_type, NOTHING)
