# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is wrong with a file, in a form that can be translated later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ERROR = "error"
WARNING = "warning"
INFO = "info"

# Nobody mends more than this before trying again, and each takes half a kilobyte.
MAX_ISSUES = 100_000

_SHOWN_LENGTH = 60


def _(template: str) -> str:
    """Mark ``template`` for translation. It stays as it is: whoever shows the issue knows the language."""
    return template


def shown(text: str) -> str:
    """``text`` on one line, and cut to a length that fits into a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 1]}…"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem.

    ``template`` is an English sentence with ``%(name)s`` placeholders and ``params`` their values, so that
    ``env._(issue.template, **issue.params)`` translates it. ``source_line`` counts from 1, None when the
    problem has no place in the file; ``serial`` is the device's as in the file, or empty; ``path`` names the
    element, or is empty.
    """

    severity: str
    code: str
    template: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)
    source_line: int | None = None
    serial: str = ""
    path: str = ""

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.template % self.params


class IssueLog:
    """Collects issues, at most ``MAX_ISSUES``, and counts those beyond."""

    def __init__(self) -> None:
        self._issues: list[Issue] = []
        self._left_out = 0

    def add(self, issue: Issue) -> None:
        """Keep the issue, or count it."""
        if len(self._issues) < MAX_ISSUES:
            self._issues.append(issue)
        else:
            self._left_out += 1

    def listed(self) -> list[Issue]:
        """The issues by line, and in the end how many are left out."""
        issues = sorted(self._issues, key=lambda issue: issue.source_line or 0)
        if self._left_out:
            template = _("%(count)s more problems are not listed.")
            params, last_line = {"count": self._left_out}, issues[-1].source_line
            issues.append(Issue(ERROR, "file_schema", template, params, last_line))
        return issues


class Unreadable(Exception):
    """The file cannot be read at all, for the reason of ``issue``. Does not leave this package."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message)
        self.issue = issue
