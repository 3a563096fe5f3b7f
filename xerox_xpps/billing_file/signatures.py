# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the first bytes of a file say about it."""

import codecs

from .issue import ERROR, Issue, Unreadable, _

ZIP = b"PK\x03\x04"
# Excel 97-2003 (.xls), and any Office file that is protected with a password.
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
COMPRESSED = (b"\x1f\x8b", ZIP, b"BZh", b"\xfd7zXZ")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def byte_order_mark(data: bytes) -> tuple[bytes, str]:
    """The mark at the start of the text and its encoding, both empty if there is none."""
    return next(((mark, encoding) for mark, encoding in _MARKS if data.startswith(mark)), (b"", ""))


def refuse_binary(data: bytes) -> None:
    """Raise ``Unreadable`` for a file that is plainly no delimited text."""
    if data.startswith(ZIP):
        template = _(
            "This is not a text file, but a workbook or another compressed file. Save it as .csv, or rename it to "
            ".xlsx."
        )
    elif data.startswith(OLE):
        template = _("This is not a text file, but an Excel 97-2003 workbook. Save it as .csv.")
    elif data.startswith(COMPRESSED):
        template = _("The file is compressed. Please unpack it and select the .csv file inside.")
    else:
        return
    raise Unreadable(Issue(ERROR, "file_syntax", template, source_line=1))
