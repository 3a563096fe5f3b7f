# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Header and footer of Odoo's report layout as pages of their own, for where wkhtmltopdf prints neither.

What is given are Odoo's documents for wkhtmltopdf: its scripts would fill in page numbers, and pick one of several.
"""

from copy import deepcopy

from lxml import html

#: As in the documents themselves: of web fonts, some builds of wkhtmltopdf draw every letter as a picture.
FONT = "* { font-family: Arial, Helvetica, sans-serif !important; }"

HEADERS, FOOTERS = "minimal_layout_report_headers", "minimal_layout_report_footers"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def letterhead(header: str, footer: str, count: int) -> str:
    """:return: a document of the header, and of a footer for each of ``count`` pages, each on a page of its own"""
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
    place.append(_page(headers, "page-break-after: always"))
    for number in range(1, count + 1):
        page = _page(footers, "page-break-after: always" if number < count else "")
        _fill(page, "page", number)
        _fill(page, "topage", count)
        place.append(page)
    return html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")


def _page(parts, style):
    page = html.Element("div", style=style)
    if parts:
        page.append(deepcopy(parts[0]))
    else:
        # Without any text there would be no page.
        page.text = NO_BREAK_SPACE
    return page


def _fill(page, name, number):
    for node in page.find_class(name):
        node.text = str(number)
