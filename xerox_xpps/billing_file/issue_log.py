# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The issues of one file: some of them listed, all of them counted."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from .issue import ERROR, Issue, Unreadable, _
from .limits import MAX_FAULTS, MAX_ISSUES, too_large

_ONE_MORE = _("1 more problem of this kind is not listed.")
_MORE = _("%(count)s more problems of this kind are not listed.")
# Problems that tell what is wrong with a file of which too much is wrong to read it.
_TELLING = 20
_TOO_MANY = _("The file has more than %(limit)s problems. Correct it, or split it.")


class IssueLog:
    """Collects issues: ``MAX_ISSUES``, and the first of each code. Those beyond are counted by their code.

    An issue takes far longer to make than to count, so whoever finds many asks ``takes`` first.
    """

    def __init__(self) -> None:
        self._issues: list[Issue] = []
        self._codes: set[str] = set()
        self._left_out: Counter[str] = Counter()
        self._count = 0

    def takes(self, code: str) -> bool:
        """Whether an issue of this code would be listed."""
        return len(self._issues) < MAX_ISSUES or code not in self._codes

    def add(self, issue: Issue) -> None:
        """List the issue, or count it. Raises ``Unreadable`` as ``count`` does."""
        if self.takes(issue.code):
            self._codes.add(issue.code)
            self._issues.append(issue)
        else:
            self.count(issue.code)

    def count(self, code: str, number: int = 1) -> None:
        """Count problems that are not listed. Raises ``Unreadable`` when there are more than ``MAX_FAULTS``."""
        self._left_out[code] += number
        self._count += number
        if self._count > MAX_FAULTS:
            raise too_large(_TOO_MANY, MAX_FAULTS)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Have the ``Unreadable`` that is raised tell of the first problems, too."""
        try:
            yield
        except Unreadable as error:
            error.found = self.listed()[:_TELLING]
            raise

    def listed(self) -> list[Issue]:
        """The issues by line, and in the end one for each code of which some are left out."""
        issues = sorted(self._issues, key=lambda issue: issue.source_line or 0)
        line = issues[-1].source_line if issues else None
        return issues + [
            # The line keeps it behind the others.
            Issue(ERROR, code, _ONE_MORE if count == 1 else _MORE, {"count": f"{count:,}"}, line, unlisted=count)
            for code, count in self._left_out.items()
        ]
