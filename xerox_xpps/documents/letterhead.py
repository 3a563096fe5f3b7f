# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Header and footer of Odoo's report layout as pages of their own, for where wkhtmltopdf prints neither.

What is given are Odoo's documents for wkhtmltopdf: its scripts would fill in page numbers, and pick one of several.
"""

from copy import deepcopy

from lxml import html

HEADERS, FOOTERS = "minimal_layout_report_headers", "minimal_layout_report_footers"


def header_page(document: str) -> str:
    """:return: a document of one page, the header"""
    root, place, headers = _parts(document, HEADERS)
    place.extend(headers[:1])
    return _text(root)


def footer_pages(document: str, count: int) -> str:
    """:return: a document of ``count`` pages, a footer each, with its page numbers"""
    root, place, footers = _parts(document, FOOTERS)
    for number in range(1, count + 1) if footers else ():
        page = html.Element("div", style="page-break-after: always" if number < count else "")
        page.append(deepcopy(footers[0]))
        _fill(page, "page", number)
        _fill(page, "topage", count)
        place.append(page)
    return _text(root)


def _parts(document, id_):
    root = html.document_fromstring(document)
    # Its script waits for what only a patched wkhtmltopdf tells it.
    root.body.attrib.pop("onload", None)
    place = root.get_element_by_id(id_)
    parts = list(place)
    for part in parts:
        place.remove(part)
    return root, place, parts


def _fill(page, name, number):
    for node in page.find_class(name):
        node.text = str(number)


def _text(root):
    return html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")
