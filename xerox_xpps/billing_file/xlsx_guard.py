# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Look at a workbook from a stranger before any library opens it: a bomb is known by its size on the label.

What is unpacked never exceeds what the archive declares, since ``zipfile`` stops there.
"""

import io
import re
import zipfile
import zlib
from collections import Counter

from .issue import ERROR, Issue, Unreadable, _, shown
from .limits import (
    MAX_ASIDES,
    MAX_CDATA,
    MAX_ELEMENT_ATTRIBUTES,
    MAX_MERGED,
    MAX_OTHER_ELEMENTS,
    MAX_PARTS,
    MAX_RATIO,
    MAX_SHEET_ELEMENTS,
    MAX_STRING_ELEMENTS,
    MAX_UNPACKED,
    SMALL_ARCHIVE,
    check_limit,
    too_large,
)
from .signatures import OLE, ZIP

_MIB = 1024 * 1024
_CHUNK = _MIB
_TOO_MANY_PARTS = _("The workbook has more than %(limit)s parts.")
_TOO_MANY_ATTRIBUTES = _("An element of the workbook has more than %(limit)s attributes.")
# What is counted over all parts -> how much of it there may be, and the sentence that says that there is more.
_LIMITS = {
    "sheets": (MAX_SHEET_ELEMENTS, _("The sheets of the workbook have more than %(limit)s elements.")),
    "strings": (MAX_STRING_ELEMENTS, _("The texts of the workbook have more than %(limit)s elements.")),
    "others": (MAX_OTHER_ELEMENTS, _("The workbook has more than %(limit)s elements that are not cells.")),
    "merged": (MAX_MERGED, _("The workbook has more than %(limit)s merged ranges.")),
    "asides": (MAX_ASIDES, _("The workbook has more than %(limit)s comments and processing instructions.")),
    "cdata": (MAX_CDATA, _("The workbook has more than %(limit)s CDATA sections.")),
}
_DOCTYPE = b"<!DOCTYPE"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_STRINGS = re.compile(r"xl/sharedStrings\.xml", re.IGNORECASE)
_XML = re.compile(r"\.(?:xml|rels)$", re.IGNORECASE)
_NO_MARKS = bytes(set(range(256)) - set(b"<="))
# How a part in UTF-8 or UTF-16 starts; in other encodings a DTD would not be seen.
_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<", b" ", b"\t", b"\r", b"\n")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)", re.DOTALL)
_ENCODINGS = (b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1")


def check_archive(data: bytes) -> None:
    """Raise ``Unreadable`` when the bytes are no workbook, or one that would do harm."""
    if data.startswith(OLE):
        raise _no_workbook(
            _("This is an Excel 97-2003 workbook, or one with a password. Save it as .xlsx without a password.")
        )
    if not data.startswith(ZIP):
        raise _no_workbook(_("This is not an Excel workbook (.xlsx), although its name says so."))
    check_limit(data.count(b"PK\x01\x02"), MAX_PARTS, _TOO_MANY_PARTS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive, len(data))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise damaged(str(error)) from error


def is_content(name: str) -> bool:
    """Whether the part of this name is a sheet, or has the shared texts: it may be bigger than others."""
    return bool(_SHEET.fullmatch(name) or _STRINGS.fullmatch(name))


def damaged(detail: str) -> Unreadable:
    """The workbook is broken, as ``detail`` says in technical words."""
    template = _("The workbook is damaged: %(detail)s. Open it in your spreadsheet program, and save it again.")
    return Unreadable(Issue(ERROR, "file_syntax", template, {"detail": shown(detail).rstrip(".") or "?"}))


def _check_parts(archive: zipfile.ZipFile, packed: int) -> None:
    parts = archive.infolist()
    check_limit(len(parts), MAX_PARTS, _TOO_MANY_PARTS)
    unpacked = sum(part.file_size for part in parts)
    check_limit(unpacked // _MIB, MAX_UNPACKED // _MIB, _("Unpacked, the workbook has more than %(limit)s MiB."))
    if unpacked > SMALL_ARCHIVE:
        check_limit(unpacked // packed, MAX_RATIO, _("Unpacked, the workbook is more than %(limit)s times its size."))
    names = [part.filename for part in parts]
    if len(set(names)) < len(names):
        raise damaged("it holds two parts of one name")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise _no_workbook(_("This is a compressed file, but not an Excel workbook (.xlsx)."))
    if any(part.flag_bits & 1 for part in parts):
        raise _no_workbook(_("The workbook has a password. Save it without a password."))
    counts: Counter[str] = Counter()
    for part in parts:
        if _XML.search(part.filename):
            _count_part(archive, part, counts)
            # After each part: what is too much must not be unpacked to its end.
            for name, (limit, template) in _LIMITS.items():
                check_limit(counts[name], limit, template)


def _count_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, counts: Counter[str]) -> None:
    """Add what the part holds, in the worst case. Raises ``Unreadable`` for a DTD."""
    kind = "sheets" if _SHEET.fullmatch(part.filename) else "others"
    if _STRINGS.fullmatch(part.filename):
        kind = "strings"
    last, last_marks = b"", b""
    with archive.open(part) as source:
        while chunk := source.read(_CHUNK):
            if not last and not _is_plain(chunk):
                raise damaged(f"{part.filename} is in an unknown encoding")
            chunk = chunk.replace(b"\0", b"")
            # Of each element there is one end.
            counts[kind] += chunk.count(b"</") + chunk.count(b"/>")
            counts["asides"] += chunk.count(b"<!--") + chunk.count(b"<?")
            counts["cdata"] += chunk.count(b"<![CDATA[")
            counts["merged"] += chunk.count(b"mergeCell ")
            if _DOCTYPE in last + chunk:
                template = _("A part of the workbook declares a document type (DOCTYPE). For safety it is not read.")
                raise Unreadable(Issue(ERROR, "file_forbidden", template))
            marks = last_marks + chunk.translate(None, _NO_MARKS)
            if b"=" * (MAX_ELEMENT_ATTRIBUTES + 1) in marks:
                raise too_large(_TOO_MANY_ATTRIBUTES, MAX_ELEMENT_ATTRIBUTES)
            last, last_marks = chunk[-len(_DOCTYPE) :], marks[-MAX_ELEMENT_ATTRIBUTES:]
            if counts[kind] > _LIMITS[kind][0]:
                return


def _is_plain(start: bytes) -> bool:
    declared = _ENCODING.match(start.lstrip(b"\xef\xbb\xbf \t\r\n"))
    return start.startswith(_STARTS) and (declared is None or declared.group(1).lower() in _ENCODINGS)


def _no_workbook(template: str) -> Unreadable:
    return Unreadable(Issue(ERROR, "file_syntax", template))
