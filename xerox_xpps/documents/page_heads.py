# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tables with their head on each page, where wkhtmltopdf prints it on the first page only.

A script in the document measures what fits on a page, and cuts tables there.
"""

from pathlib import Path

SCRIPT = Path(__file__).with_name("page_heads.js").read_text(encoding="utf-8")
#: WebKit lays a page out from 1.25 to 2 times as wide as it is, or as wide as its content is in between, and shrinks it
#: then. A screen of Qt has 75 to 100 pixels an inch: a content of this many is in between for all of them.
PIXELS_PER_INCH = 126
MM_PER_INCH = 25.4


def with_page_heads(body: str, width: float, height: float) -> str:
    """:param body: a document of Odoo's report layout
    :param width, height: of what is printed on a page, in mm
    """
    pixels = [int(size / MM_PER_INCH * PIXELS_PER_INCH) for size in (width, height)]
    before, end, after = body.rpartition("</body>")
    return f"{before}<script>{SCRIPT}\nrepeatHeads({pixels[0]}, {pixels[1]});</script>{end}{after}"
