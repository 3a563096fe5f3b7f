# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is wrong with a file, in a form that can be translated later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ERROR = "error"
WARNING = "warning"
INFO = "info"

# Characters of foreign text that fit into a sentence, and those that are looked at: the rest may be white space.
_SHOWN_LENGTH = 60
_LOOKED_AT = 600


def _(template: str) -> str:
    """Mark ``template`` for translation. It stays as it is: whoever shows the issue knows the language."""
    return template


def shown(text: str) -> str:
    """``text`` on one line, and cut to a length that fits into a sentence."""
    text = " ".join(text[:_LOOKED_AT].split()) + ("…" if len(text) > _LOOKED_AT else "")
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 1]}…"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem.

    ``template`` is an English sentence with ``%(name)s`` placeholders and ``params`` their values, so that
    ``env._(issue.template, **issue.params)`` translates it; dates and amounts among them are ``date`` and ``Decimal``,
    for whoever shows them to format. ``source_line`` counts from 1, None when the problem has no place in the file;
    ``serial`` is the device's as in the file, or empty; ``path`` names the element, or is empty. ``unlisted`` is 0 but
    for an issue that stands for others of its code, which are not listed: then it is how many these are.
    """

    severity: str
    code: str
    template: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)
    source_line: int | None = None
    serial: str = ""
    path: str = ""
    unlisted: int = 0

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.template % self.params


class Unreadable(Exception):
    """The file cannot be read at all, for the reason of ``issue``. Does not leave this package.

    ``found`` are some of the problems that were found before.
    """

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message)
        self.issue = issue
        self.found: list[Issue] = []
