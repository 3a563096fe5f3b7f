# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Header and footers laid under the pages of a PDF, which stay as they are: packed, and not looked into."""

import io

try:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject
except ImportError:
    # Odoo works with an older library, too, which cannot take over what a page is made of.
    PdfReader = None

HEADER, FOOTER = "/XppsHeader", "/XppsFooter"


def can_lay_under():
    return PdfReader is not None


def count_pages(content: bytes) -> int:
    return len(PdfReader(io.BytesIO(content)).pages)


def lay_under(content: bytes, letterheads: bytes, bottom: float) -> bytes:
    """Draw header and footer on each page.

    :param letterheads: a PDF of the header, and of a footer for each page, at the top of their pages
    :param bottom: height of the margin that the footer is for, in points
    """
    writer = PdfWriter(clone_from=io.BytesIO(content))
    header, *footers = PdfReader(io.BytesIO(letterheads)).pages
    header_form = _form(writer, header)
    down = float(header.mediabox.height) - bottom
    # Under the page: their pages are white, and the page is so between its margins only.
    before = _stream(writer, f"q {HEADER} Do 1 0 0 1 0 {-down:.2f} cm {FOOTER} Do Q q".encode())
    after = _stream(writer, b"Q")
    for page, footer in zip(writer.pages, footers, strict=True):
        _add_forms(page, {HEADER: header_form, FOOTER: _form(writer, footer)})
        page[NameObject("/Contents")] = ArrayObject([before, *_contents(page), after])
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
