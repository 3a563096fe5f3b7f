# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Header and footer of Odoo's report layout as pages of their own, for where wkhtmltopdf prints neither.

What is given are Odoo's documents for wkhtmltopdf: its scripts would fill in page numbers, and pick one of several.
"""

from copy import deepcopy
from dataclasses import dataclass

from lxml import html

#: As in the documents themselves: of web fonts, some builds of wkhtmltopdf draw every letter as a picture.
FONT = "* { font-family: Arial, Helvetica, sans-serif !important; }"

HEADERS, FOOTERS = "minimal_layout_report_headers", "minimal_layout_report_footers"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
BREAK = "page-break-after: always"


@dataclass(frozen=True)
class Letterheads:
    """``html`` has each header and each footer on a page of its own, what looks the same once.

    ``places`` says where they are: for each document, the number of its header and those of its pages' footers.
    """

    html: str
    places: tuple


def letterheads(header: str, footer: str, counts: list) -> Letterheads:
    """:param header, footer: those of several documents
    :param counts: of the pages of each document
    """
    root = html.document_fromstring(header)
    # Its script waits for what only a patched wkhtmltopdf tells it.
    root.body.attrib.pop("onload", None)
    style = html.Element("style")
    style.text = FONT
    root.head.append(style)
    place = root.get_element_by_id(HEADERS)
    headers, footers = list(place), list(html.document_fromstring(footer).get_element_by_id(FOOTERS))
    for part in headers:
        place.remove(part)
    pages = _Pages()
    places = tuple(
        (
            pages.add(headers[number : number + 1]),
            [pages.add(footers[number : number + 1], page=page, topage=count) for page in range(1, count + 1)],
        )
        for number, count in enumerate(counts)
    )
    place.extend(pages.elements)
    place[-1].attrib.pop("style")
    return Letterheads(html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>"), places)


class _Pages:
    def __init__(self):
        self.elements = []
        self._numbers = {}

    def add(self, parts, **numbers):
        """:return: the number of the page that shows the first of the parts"""
        page = html.Element("div", style=BREAK)
        if parts:
            page.append(deepcopy(parts[0]))
        else:
            # Without any text there would be no page.
            page.text = NO_BREAK_SPACE
        for name, number in numbers.items():
            for node in page.find_class(name):
                node.text = str(number)
        key = html.tostring(page)
        if key not in self._numbers:
            self._numbers[key] = len(self.elements)
            self.elements.append(page)
        return self._numbers[key]
