# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Open a workbook with openpyxl, but keep it from what takes too long."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from lxml import etree
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from .issue import _
from .limits import MAX_SHEETS, MAX_STRINGS, MAX_TEXT_PARTS, check_limit, too_large
from .xlsx_guard import damaged, is_content
from .xlsx_rows import STRING, rich_text
from .xml_parser import OPTIONS

_CHUNK = 128 * 1024
_STRINGS = f"{{{SHEET_MAIN_NS}}}sst"
_TOO_MANY_FORMATS = _("Formats divide the texts of the workbook into more than %(limit)s parts. Remove the formats.")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """Where the sheet is in the archive, and whether a user sees it."""

    path: str
    visible: bool


class WorkbookReader(ExcelReader):
    """Reads everything but the sheets, of which ``sheets`` says where they are. Raises whatever openpyxl raises."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__(source, read_only=True, keep_links=False)
        self.sheets: dict[str, SheetPart] = {}

    def read_manifest(self) -> None:  # pylint: disable=missing-return
        """Which part is what. What may be big is a sheet, or the shared texts, and nothing else."""
        super().read_manifest()
        for part in self.package.Override:
            if is_content(part.PartName[1:]) and "worksheet" not in part.ContentType.casefold():
                if part.ContentType != SHARED_STRINGS:
                    raise damaged(f"{part.PartName} is no sheet")

    def read_strings(self) -> None:
        """The shared texts in their order: openpyxl would build objects of each, which takes ten times as long."""
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        parts = 0
        with self.archive.open(part.PartName[1:]) as source:
            for element in _children(source):
                if element.tag == STRING:
                    parts += max(len(element) - 1, 0)
                    if parts > MAX_TEXT_PARTS:
                        raise too_large(_TOO_MANY_FORMATS, MAX_TEXT_PARTS)
                    self.shared_strings.append(rich_text(element))
                    if len(self.shared_strings) > MAX_STRINGS:
                        raise too_large(_("The workbook has more than %(limit)s different texts."), MAX_STRINGS)

    def open(self) -> None:
        """Read what there is but for the sheets. openpyxl would look for the size of each, at the end of its rows."""
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        for sheet, relation in self.parser.find_sheets():
            # A sheet that is only a chart has no cells.
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                self.sheets[sheet.name] = SheetPart(relation.target, sheet.state == "visible")
        check_limit(len(self.sheets), MAX_SHEETS, _("The workbook has more than %(limit)s sheets."))


def _children(source: IO[bytes]) -> Iterator[etree._Element]:
    """The elements right below the root, which are taken out of the tree chunk by chunk of the source.

    An event for each of them, as of ``iterparse``, takes three times as long.
    """
    parser, root = etree.XMLPullParser(("start",), tag=_STRINGS, **OPTIONS), None
    while chunk := source.read(_CHUNK):
        parser.feed(chunk)
        if root is None:
            root = next((element for _event, element in parser.read_events()), None)
        if root is not None:
            # The last one may go on.
            yield from root[:-1]
            del root[:-1]
    parser.close()
    yield from () if root is None else root
