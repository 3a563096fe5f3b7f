# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which patterns of a schema are tried on a text in time, whatever the text."""

import re

_MAX_LENGTH = 250
# A repetition without an end may take any number of characters of a value, of which there are no more than these.
_UNBOUNDED = 1_000
# In how many ways a pattern may be tried on one value, and how often something may be repeated.
_MAX_WAYS = 10_000
_MAX_REPEATED = 1_000
_MAX_DEPTH = 10

_CLASS = re.compile(r"\[(?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*\])*\]|\\[pP]\{[^{}]*\}|\\.|[^\[\]()|*+?{}\\]", re.DOTALL)
_QUANTIFIER = re.compile(r"([*+?])|\{([0-9]{1,6})(?:(,)([0-9]{1,6})?)?\}")


def check_pattern(pattern: str) -> None:
    """Raise ``ValueError``, whose text follows the pattern in a sentence."""
    if len(pattern) > _MAX_LENGTH:
        raise ValueError(f"has more than {_MAX_LENGTH} characters")
    ways, end = _branches(pattern, 0, 0)[:2]
    if end < len(pattern):
        raise ValueError("cannot be understood")
    if ways > _MAX_WAYS:
        raise ValueError(
            f"may be tried in more than {_MAX_WAYS:,} ways on one value: give its repetitions an end, as in {{1,9}}"
        )


def _branches(pattern: str, position: int, depth: int) -> tuple[int, int, bool]:
    """Ways of all alternatives up to the end of the group, that end, and whether there is a choice in it."""
    if depth > _MAX_DEPTH:
        raise ValueError(f"has groups more than {_MAX_DEPTH} levels deep")
    total, ways, choice = 0, 1, False
    while position < len(pattern) and pattern[position] != ")":
        if pattern[position] == "|":
            total, ways, choice, position = total + ways, 1, True, position + 1
            continue
        inner, ambiguous = 1, False
        if pattern[position] == "(":
            inner, position, ambiguous = _branches(pattern, position + 1, depth + 1)
            if pattern[position : position + 1] != ")":
                raise ValueError("lacks the end of a group")
            position += 1
        else:
            atom = _CLASS.match(pattern, position)
            if not atom:
                raise ValueError("cannot be understood")
            position = atom.end()
        least, most, position = _quantifier(pattern, position)
        if ambiguous and most > 1:
            raise ValueError("repeats a group that holds repetitions or alternatives itself")
        choice |= ambiguous or least != most
        ways *= inner * (most - least + 1)
    return total + ways, position, choice


def _quantifier(pattern: str, position: int) -> tuple[int, int, int]:
    """How often at least and at most, and the position behind."""
    match = _QUANTIFIER.match(pattern, position)
    if not match:
        return 1, 1, position
    sign, least, comma, most = match.groups()
    if sign:
        lowest, highest = {"*": (0, _UNBOUNDED), "+": (1, _UNBOUNDED), "?": (0, 1)}[sign]
    else:
        lowest = int(least)
        highest = lowest if not comma else int(most) if most else max(_UNBOUNDED, lowest)
        if highest > _MAX_REPEATED:
            raise ValueError(f"repeats something more than {_MAX_REPEATED:,} times")
    return lowest, highest, match.end()
