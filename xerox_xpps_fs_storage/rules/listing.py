# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which files of a folder are fetched, and how a changed one is told from one that was fetched before."""

import posixpath
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from fnmatch import fnmatch
from typing import Any

#: What others write before they give a file its name.
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", "~")
#: How servers call what changes with the content of a file, and when it was changed.
MARKS = ("ETag", "etag", "Content-MD5", "mtime", "LastModified", "Last-Modified", "modified", "last_modified")


def awaited_names(names: Iterable[str], pattern: str) -> list[str]:
    """The names that a pattern fits, whatever their case: none that is hidden, or of a file that is being written.

    >>> awaited_names(["b.XML", "a.xml", "c.xml.part", ".d.xml", "e.csv"], "*.xml")
    ['a.xml', 'b.XML']
    >>> awaited_names(["a.xml", "b.csv", "c.pdf"], "*.xml, *.csv")
    ['a.xml', 'b.csv']
    """
    patterns = [part.strip().lower() for part in pattern.split(",") if part.strip()]
    return sorted(
        name
        for name in names
        if name
        and not name.startswith((".", "~"))
        and not name.lower().endswith(UNFINISHED)
        and any(fnmatch(name.lower(), part) for part in patterns)
    )


def is_inside(path: str) -> bool:
    """Whether a path that is meant below a folder stays there.

    >>> is_inside("2026/xerox"), is_inside("")
    (True, True)
    >>> is_inside("/etc"), is_inside("../other"), is_inside("a/../../b"), is_inside("sftp://host/a")
    (False, False, False, False)
    """
    return not path.startswith("/") and "://" not in path and "\\" not in path and ".." not in path.split("/")


def version_of(info: Mapping[str, Any]) -> str:
    r"""What of a file changes when its content does, as far as the server says so; "" if it does not.

    >>> version_of({"size": 12, "mtime": datetime(2026, 3, 1, 8), "type": "file"})
    '12|2026-03-01T08:00:00'
    >>> version_of({"size": 12, "ETag": '"a1"', "Last-Modified": "Sun, 01 Mar 2026 08:00:00 GMT"})
    '12|"a1"|Sun, 01 Mar 2026 08:00:00 GMT'
    >>> version_of({"size": 12}), version_of({"size": None})
    ('', '')
    """
    marks = [info[name] for name in MARKS if info.get(name)]
    if not marks:
        return ""
    size = info.get("size")
    said = ["" if size is None else str(size)]
    said += [mark.isoformat() if isinstance(mark, datetime) else str(mark) for mark in marks]
    return "|".join(said)


def unused_name(name: str, used: Collection[str]) -> str:
    """The name under which a file is put where others lie already.

    >>> unused_name("a.xml", []), unused_name("a.xml", ["a.xml", "a-2.xml"])
    ('a.xml', 'a-3.xml')
    """
    stem, extension = posixpath.splitext(name)
    number = 1
    while (found := name if number == 1 else f"{stem}-{number}{extension}") in used:
        number += 1
    return found
