# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Header and footers laid under the pages of a PDF, which stay as they are: packed, and not looked into."""

import io
from itertools import accumulate

try:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import (
        ArrayObject,
        DecodedStreamObject,
        DictionaryObject,
        NameObject,
        NumberObject,
        TextStringObject,
    )
except ImportError:
    # Odoo works with an older library, too, which cannot take over what a page is made of.
    PdfReader = None

HEADER, FOOTER = "/XppsHeader", "/XppsFooter"


def can_lay_under():
    return PdfReader is not None


def pages_of(content: bytes) -> list:
    return list(PdfReader(io.BytesIO(content)).pages)


def lay_under(documents: list, letterheads: bytes, places: tuple, bottom: float) -> bytes:
    """Draw header and footer on each page.

    :param documents: the pages of each
    :param letterheads: a PDF of headers and footers, each at the top of a page
    :param places: for each document, the number of its header there, and those of its pages' footers
    :param bottom: height of the margin that the footer is for, in points
    :return: a PDF of all documents, which Odoo can split
    """
    writer = PdfWriter()
    drawn = PdfReader(io.BytesIO(letterheads)).pages
    numbers = {number for header, footers in places for number in (header, *footers)}
    forms = {number: _form(writer, drawn[number]) for number in sorted(numbers)}
    down = float(drawn[0].mediabox.height) - bottom
    # Under the page: their pages are white, and the page is so between its margins only.
    before = _stream(writer, f"q {HEADER} Do 1 0 0 1 0 {-down:.2f} cm {FOOTER} Do Q q".encode())
    after = _stream(writer, b"Q")
    for pages, (header, footers) in zip(documents, places, strict=True):
        for page, footer in zip(pages, footers, strict=True):
            added = writer.add_page(page)
            _add_forms(added, {HEADER: forms[header], FOOTER: forms[footer]})
            added[NameObject("/Contents")] = ArrayObject([before, *_contents(added), after])
    if len(documents) > 1:
        _add_outline(writer, documents)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _stream(writer, data, **entries):
    """:return: a reference to a new stream"""
    stream = DecodedStreamObject()
    stream.set_data(data)
    stream.update({NameObject(f"/{name}"): value for name, value in entries.items()})
    return writer._add_object(stream.flate_encode())


def _form(writer, page):
    """:return: a reference to what a page of another PDF shows, to be drawn"""
    return _stream(
        writer,
        page.get_contents().get_data(),
        Type=NameObject("/XObject"),
        Subtype=NameObject("/Form"),
        BBox=ArrayObject(page.mediabox),
        Resources=page["/Resources"].clone(writer),
    )


def _add_forms(page, forms):
    # Pages may share what they are made of.
    resources = DictionaryObject(page["/Resources"])
    objects = DictionaryObject()
    if "/XObject" in resources:
        objects.update(resources["/XObject"])
    objects.update({NameObject(name): form for name, form in forms.items()})
    resources[NameObject("/XObject")] = objects
    page[NameObject("/Resources")] = resources


def _contents(page):
    """:return: references to the streams of a page"""
    contents = page["/Contents"]
    return contents if isinstance(contents, ArrayObject) else [page.raw_get("/Contents")]


def _add_outline(writer, documents):
    """Say where each document begins, as a patched wkhtmltopdf does: Odoo looks there when it splits a PDF."""
    starts = [0, *accumulate(len(pages) for pages in documents[:-1])]
    names = [NameObject(f"/Document{number}") for number in range(len(documents))]
    items = [
        writer._add_object(
            DictionaryObject({NameObject("/Title"): TextStringObject(str(number)), NameObject("/Dest"): name})
        )
        for number, name in enumerate(names, 1)
    ]
    for item, following in zip(items, items[1:], strict=False):
        item.get_object()[NameObject("/Next")] = following
        following.get_object()[NameObject("/Prev")] = item
    root = writer._root_object
    root[NameObject("/Outlines")] = writer._add_object(
        DictionaryObject(
            {
                NameObject("/First"): items[0],
                NameObject("/Last"): items[-1],
                NameObject("/Count"): NumberObject(len(items)),
            }
        )
    )
    for item in items:
        item.get_object()[NameObject("/Parent")] = root.raw_get("/Outlines")
    root[NameObject("/Dests")] = DictionaryObject(
        {
            name: ArrayObject([NumberObject(start), NameObject("/Fit")])
            for name, start in zip(names, starts, strict=True)
        }
    )
