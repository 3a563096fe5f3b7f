# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How much of a file is read, whatever its type. Beyond a limit the file is refused, before work is done on it.

Whatever the bytes are, they cost at most some two seconds and 300 MB, or are refused within that: but for the
devices that are sound, which take what they take.
"""

from .issue import ERROR, Issue, Unreadable, _

# A month of 50,000 devices with all of their meters.
MAX_SIZE = 64 * 1024 * 1024
# More records than any reseller has printers.
MAX_DEVICES = 100_000

# Problems that are listed: nobody mends more before trying again. Those beyond are counted only.
MAX_ISSUES = 1_000
# Problems that are counted at all.
MAX_FAULTS = 100_000
# Elements or cells that are read without being part of a sound device. Each costs some microseconds; a record costs
# as much as these, and one that only lacks a serial number of its own as much as those.
MAX_UNSOUND = 250_000
FAULTY_RECORD = 10
NAMELESS_RECORD = 4
# An element that only the validator finds to break the schema.
REFUSED_ELEMENT = 50
# Cells of records that are not sound in a workbook, of which each takes longer; elements in an XML file that is too big
# for memory, which is counted and looked through before it is read.
MAX_UNSOUND_OF_WORKBOOK = 200_000
MAX_UNSOUND_OF_STREAM = 100_000

# Characters of the path of an element, of a serial or another number, and of a name or place.
MAX_PATH = 200
MAX_IDENTIFIER = 250
MAX_TEXT = 1_000

# XML. 50,000 devices with all of their meters are two million elements.
MAX_ELEMENTS = 2_500_000
MAX_ATTRIBUTES = 500_000
MAX_ELEMENT_ATTRIBUTES = 256
# Comments and processing instructions; CDATA sections; declarations of namespaces.
MAX_ASIDES = 100_000
MAX_CDATA = 250_000
MAX_NAMESPACES = 100_000
# Attributes of a file whose schema knows none.
MAX_UNKNOWN_ATTRIBUTES = 20_000
# Tags and attributes that may be in memory all at once, at some 150 bytes each.
MAX_TREE = 1_000_000
# Elements inside one, in a file of more tags.
MAX_NESTED = 100_000
# Different forms, such as with another unknown element each, in which records may break the schema.
MAX_FORMS = 10_000

# Tables. Lines, including those that are empty; their length and their number of cells; cells of the whole table.
MAX_LINES = 250_000
MAX_LINE = 1_000_000
MAX_COLUMNS = 16_384
MAX_CELLS = 5_000_000

# Workbooks: parts of the archive, unpacked bytes, and how much smaller they may be packed. Sheets come to a tenth of
# their size, seldom to a thirtieth; a small archive may do as it likes.
MAX_PARTS = 2_000
MAX_SHEETS = 500
MAX_UNPACKED = 256 * 1024 * 1024
MAX_RATIO = 100
SMALL_ARCHIVE = 1024 * 1024
# Elements of the sheets, of one row, of the shared texts, and of all the rest, of which each costs far more.
MAX_SHEET_ELEMENTS = 5_000_000
MAX_ROW_ELEMENTS = 65_536
MAX_STRING_ELEMENTS = 500_000
MAX_STRINGS = 250_000
# Parts of texts that are formatted differently: words in bold, of which serials and numbers have none.
MAX_TEXT_PARTS = 100_000
MAX_OTHER_ELEMENTS = 20_000
MAX_MERGED = 10_000
# As Excel has it.
MAX_CELL_TEXT = 32_767


def too_large(template: str, limit: int, line: int | None = None) -> Unreadable:
    """``file_too_large``, to be raised; ``template`` is the sentence that names what there is too much of."""
    return Unreadable(Issue(ERROR, "file_too_large", template, {"limit": f"{limit:,}"}, line))


def check_limit(count: int, limit: int, template: str) -> None:
    """Raise ``Unreadable`` with ``file_too_large`` when ``count`` is above the limit."""
    if count > limit:
        raise too_large(template, limit)


class Allowance:
    """What may still be read that is no part of a sound device."""

    def __init__(self, limit: int = MAX_UNSOUND) -> None:
        self._limit = self._left = limit
        self._line: int | None = None

    def spend(self, count: int, line: int | None = None) -> None:
        """Take ``count`` elements or cells from it. Raises ``Unreadable`` when it is used up.

        ``line`` is where a faulty record is: the refusal names the first.
        """
        self._line = self._line or line
        self._left -= count
        if self._left < 0:
            raise too_large(
                _(
                    "More than %(limit)s elements or cells of the file are not part of a valid device record. Correct "
                    "the file, or split it."
                ),
                self._limit,
                self._line,
            )
