# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Several documents printed as one, for where wkhtmltopdf prints one at a time and most of its time is its start.

Each begins with a page that says which one it is. A PDF is divided at these pages only, and not at all unless every one
of them is where it is expected: no page may end up in the document of somebody else.
"""

import io
import re
import secrets
from dataclasses import dataclass

try:
    from pypdf import PdfReader
except ImportError:
    # See overlay.
    PdfReader = None

BODY = re.compile(r"<body\b[^>]*>")
#: Characters of documents that are printed together: these take little memory, and larger ones little of their time for
#: the start.
MOST_TOGETHER = 500_000
#: Bytes of what draws a page that says which document follows, at most.
LARGEST_MARK = 2_000
#: In a font of the system, as the documents are. The script of page_heads takes it away where a document is too wide.
MARK = (
    '<div class="o_xpps_mark" style="font-family: Arial, Helvetica, sans-serif; page-break-before: {}; '
    'page-break-after: always">{}</div>'
)


@dataclass(frozen=True)
class JoinedDocuments:
    """``html`` prints documents one after another, each behind a page with its mark."""

    html: str
    marks: tuple

    def divide(self, content: bytes):
        """Divide what was printed.

        :return: the pages of each document; None when it is not certain which page is whose
        """
        pages = list(PdfReader(io.BytesIO(content)).pages)
        found = [(number, mark) for number, page in enumerate(pages) if (mark := _mark_of(page)) in self.marks]
        starts = [number for number, _mark in found]
        if starts[:1] != [0] or tuple(mark for _number, mark in found) != self.marks:
            return None
        documents = [pages[start + 1 : end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
        return documents if all(documents) else None


def sort_together(bodies: list) -> list:
    """:return: lists of the numbers of documents that can be printed together"""
    groups = {}
    for number, body in enumerate(bodies):
        # Documents of other languages may have another style and direction.
        same = groups.setdefault(_parts(body)[0], [[]])
        if same[-1] and sum(len(bodies[other]) for other in same[-1]) + len(body) > MOST_TOGETHER:
            same.append([])
        same[-1].append(number)
    return [numbers for same in groups.values() for numbers in same]


def join(bodies: list) -> JoinedDocuments:
    """:param bodies: documents of Odoo's report layout with the same head"""
    # Digits, as letters may be drawn as one, and nothing that stands in a document.
    token = f"{secrets.randbelow(10**18):018}"
    marks = tuple(f"{token}.{number}" for number in range(len(bodies)))
    parts = [_parts(body) for body in bodies]
    contents = (
        MARK.format("always" if number else "auto", mark) + content
        for number, (mark, (_head, content, _end)) in enumerate(zip(marks, parts, strict=True))
    )
    head, _content, end = parts[0]
    return JoinedDocuments(f"{head}{''.join(contents)}{end}", marks)


def _parts(body):
    """:return: (a document up to what its body contains, this, and the rest)"""
    start = BODY.search(body).end()
    end = body.rindex("</body>")
    return str(body[:start]), str(body[start:end]), str(body[end:])


def _mark_of(page):
    contents = page.get_contents()
    # To read the text of a long page takes as long as to print it.
    if contents is None or len(contents.get_data()) > LARGEST_MARK:
        return None
    return "".join(page.extract_text().split())
