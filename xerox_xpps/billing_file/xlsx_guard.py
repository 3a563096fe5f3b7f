# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Look at a workbook from a stranger before any library opens it: a bomb is known by its size on the label.

What is unpacked never exceeds what the archive declares, since ``zipfile`` stops there.
"""

import io
import re
import zipfile
import zlib
from xml.parsers import expat

from .issue import ERROR, Issue, Unreadable, _, shown
from .signatures import OLE, ZIP

_MAX_PARTS = 2_000
_MAX_UNPACKED = 256 * 1024 * 1024
# Sheets come to a tenth of their size, seldom to a thirtieth; a small archive may do as it likes.
_MAX_RATIO = 100
_SMALL = 1024 * 1024
# Tags of cells and texts, and of all the rest, of which each costs far more.
_MAX_TAGS = 8_000_000
_MAX_OTHER_TAGS = 40_000
_MAX_MERGED = 10_000

_CHUNK = 1024 * 1024
_DOCTYPE = b"<!DOCTYPE"
_CONTENT = re.compile(r"xl/(?:worksheets/[^/]+|sharedStrings)\.xml", re.IGNORECASE)
_XML = re.compile(r"\.(?:xml|rels)$", re.IGNORECASE)
# openpyxl copies the attributes of an element one by one, and looks for each among all.
_MAX_ATTRIBUTES = 1_000
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
        raise _no_workbook(_("This is no Excel workbook (.xlsx), whatever its name says."))
    if data.count(b"PK\x01\x02") > _MAX_PARTS:
        raise _too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive, len(data))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise damaged(str(error)) from error


def damaged(detail: str) -> Unreadable:
    """The workbook is broken, as ``detail`` says in technical words."""
    template = _("The workbook is damaged: %(detail)s. Open it in your spreadsheet program, and save it again.")
    return Unreadable(Issue(ERROR, "file_syntax", template, {"detail": shown(detail).rstrip(".") or "?"}))


def _check_parts(archive: zipfile.ZipFile, packed: int) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MAX_UNPACKED or (unpacked > _SMALL and unpacked > packed * _MAX_RATIO):
        raise _too_large()
    names = [part.filename for part in parts]
    if len(set(names)) < len(names):
        raise damaged("it holds two parts of one name")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise _no_workbook(_("This is a packed file, but no Excel workbook (.xlsx)."))
    if any(part.flag_bits & 1 for part in parts):
        raise _no_workbook(_("The workbook has a password. Save it without."))
    content_tags = other_tags = 0
    for part in parts:
        if _XML.search(part.filename):
            tags = _check_part(archive, part)
            if _CONTENT.fullmatch(part.filename):
                content_tags += tags
            else:
                other_tags += tags
                _check_attributes(archive, part)
    if content_tags > _MAX_TAGS or other_tags > _MAX_OTHER_TAGS:
        raise _too_large()


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Number of tags of the part, in the worst case. Raises ``Unreadable`` for a DTD."""
    tags = merged = 0
    first, last = True, b""
    with archive.open(part) as source:
        while chunk := source.read(_CHUNK):
            if first and not _is_plain(chunk):
                raise damaged(f"{part.filename} is in an unknown encoding")
            first = False
            chunk = chunk.replace(b"\0", b"")
            tags += chunk.count(b"<")
            merged += chunk.count(b"mergeCell ")
            if _DOCTYPE in last + chunk:
                template = _("A part of the workbook declares a document type (DOCTYPE). For safety it is not read.")
                raise Unreadable(Issue(ERROR, "file_forbidden", template))
            last = chunk[-len(_DOCTYPE) :]
    if merged > _MAX_MERGED:
        raise _too_large()
    return tags


def _check_attributes(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = _refuse_attributes
    try:
        with archive.open(part) as source:
            parser.ParseFile(source)
    except expat.ExpatError as error:
        raise damaged(f"{part.filename}, {error}") from error


def _refuse_attributes(_name: str, attributes: dict[str, str]) -> None:
    if len(attributes) > _MAX_ATTRIBUTES:
        raise _too_large()


def _is_plain(start: bytes) -> bool:
    declared = _ENCODING.match(start.lstrip(b"\xef\xbb\xbf \t\r\n"))
    return start.startswith(_STARTS) and (declared is None or declared.group(1).lower() in _ENCODINGS)


def _no_workbook(template: str) -> Unreadable:
    return Unreadable(Issue(ERROR, "file_syntax", template))


def _too_large() -> Unreadable:
    template = _("The workbook holds more than is read, or far more than its size tells.")
    return Unreadable(Issue(ERROR, "file_too_large", template))
