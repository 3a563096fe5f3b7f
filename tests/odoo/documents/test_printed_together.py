# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Annexes of many invoices are printed at once, and each invoice gets its own and nothing of anybody else's."""

import io
import subprocess

from pypdf import PdfReader

from odoo.tools import mute_logger

from odoo.addons.base.models import ir_actions_report as printing
from odoo.addons.xerox_xpps.documents import joined_documents
from odoo.addons.xerox_xpps.documents.joined_documents import join, sort_together
from odoo.addons.xerox_xpps.models.invoice import account_move_send

from ..support.importing import ImportCase

#: Of each customer: language, and rows of the annex.
CUSTOMERS = {
    "Alpha": ("en_US", 1),
    "Beta": ("ar_001", 2),
    "Gamma": ("en_US", 90),
    "Delta": ("ar_001", 30),
    "Epsilon": ("el_GR", 1),
    "Zeta": ("en_US", 1),
}
LOGGER = "odoo.addons.base.models.ir_actions_report"


def text_of(content):
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()


class PrintingCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("ar_001", "el_GR"):
            cls.env["res.lang"]._activate_lang(code)
        cls.moves = cls.env["account.move"]
        for name, (lang, rows) in CUSTOMERS.items():
            cls.moves |= cls._billed(name, lang, rows)
        cls.moves.action_post()

    @classmethod
    def _billed(cls, name, lang, rows):
        agreement = cls._agreement(partner_id=cls._partner(f"Customer {name}", lang=lang).id)
        device = cls._device(f"SERIAL{name}", agreement, xpps_location=f"Hall{name}")
        for number in range(rows):
            cls._charge(number + 1, 0.01, subscription_id=agreement.id, device_id=device.id)
        return agreement.create_invoice()

    def _print(self, moves):
        """:return: ({account.move: PDF}, how often wkhtmltopdf was started)"""
        starts = []
        run = printing._run_wkhtmltopdf

        def counted(args):
            starts.append(args)
            return run(args)

        self.patch(printing, "_run_wkhtmltopdf", counted)
        sends = self.env["account.move.send"].with_context(force_report_rendering=True)
        # No web server answers in a test: without its style sheets the text is the same.
        with mute_logger(LOGGER):
            pdfs = sends._render_xpps_usage_pdfs(moves)
        self.patch(printing, "_run_wkhtmltopdf", run)
        return pdfs, len(starts)

    def _move(self, name):
        return self.moves.filtered(lambda move: move.partner_id.name == f"Customer {name}")

    def assertIsOf(self, content, name):
        """An annex says what is the customer's, on pages that are numbered, and names nobody else."""
        text = text_of(content)
        move = self._move(name)
        for words in (move.name, f"Customer {name}", f"SERIAL{name}", f"Hall{name}"):
            self.assertIn(words, text)
        for other in CUSTOMERS.keys() - {name}:
            for words in (other, self._move(other).name):
                self.assertNotIn(words, text)
        self.assertEqual(text.count(f"SERIAL{name}"), CUSTOMERS[name][1])
        pages = text.split("\f")[:-1]
        for number, page in enumerate(pages, start=1):
            self.assertEqual(page.count(f"{number} / {len(pages)}"), 1)
            self.assertIn(self.company.name, page)
        # Nor is there a page that is not shown.
        reader = PdfReader(io.BytesIO(content))
        objects = [reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1)]
        drawn = [item for item in objects if isinstance(item, dict) and item.get("/Type") == "/Page"]
        self.assertEqual(len(drawn), len(pages))
        return len(pages)


class TestPrintedTogether(PrintingCase):
    def test_each_gets_its_own(self):
        moves = self.moves.sorted(lambda move: move.partner_id.name, reverse=True)
        pdfs, starts = self._print(moves)
        self.assertEqual(set(pdfs), set(self.moves))
        counts = {name: self.assertIsOf(pdfs[self._move(name)], name) for name in CUSTOMERS}
        self.assertGreater(counts["Gamma"], counts["Delta"])
        self.assertGreater(counts["Delta"], counts["Alpha"])
        # At most: one for each direction of writing, and one for headers and footers.
        self.assertLessEqual(starts, 3)
        alone, _starts = self._print(self._move("Gamma"))
        self.assertEqual(text_of(alone[self._move("Gamma")]), text_of(pdfs[self._move("Gamma")]))

    def test_one_page_each(self):
        names = ("Epsilon", "Alpha")
        pdfs, _starts = self._print(self._move(names[0]) | self._move(names[1]))
        for name in names:
            self.assertEqual(self.assertIsOf(pdfs[self._move(name)], name), 1)

    def test_too_wide(self):
        """What does not fit is shrunk, and does not shrink the others."""
        alone, _starts = self._print(self._move("Alpha"))
        device = self.env["stock.lot"].search([("name", "=", "SERIALZeta")])
        device.xpps_location = "HallZeta" + 150 * "W"
        pdfs, starts = self._print(self._move("Alpha") | self._move("Zeta"))
        for name in ("Alpha", "Zeta"):
            self.assertIsOf(pdfs[self._move(name)], name)
        self.assertEqual(self._picture(pdfs[self._move("Alpha")]), self._picture(alone[self._move("Alpha")]))
        # Both together, each by itself, headers and footers.
        self.assertEqual(starts, 4)

    def _picture(self, content):
        command = ["pdftoppm", "-gray", "-r", "30", "-singlefile"]
        return subprocess.run(command, input=content, capture_output=True, check=True).stdout

    def test_too_much_for_once(self):
        """More annexes than are printed at once, and more than may be joined."""
        self.patch(account_move_send, "PRINTED_TOGETHER", 2)
        self.patch(joined_documents, "MOST_TOGETHER", 1000)
        moves = self._move("Alpha") | self._move("Epsilon") | self._move("Gamma")
        pdfs, starts = self._print(moves)
        for name in ("Alpha", "Epsilon", "Gamma"):
            self.assertIsOf(pdfs[self._move(name)], name)
        # Three annexes, headers and footers of two prints.
        self.assertEqual(starts, 5)


class TestDivided(PrintingCase):
    """Where one document ends and the next one begins is certain, or nothing is divided."""

    BODY = '<html><head><meta charset="utf-8"/></head><body dir="ltr"><p>{}</p></body></html>'

    def _printed(self, joined):
        result = subprocess.run(
            ["wkhtmltopdf", "--quiet", "--javascript-delay", "0", "-", "-"],
            input=joined.html.encode(),
            capture_output=True,
            check=True,
        )
        return result.stdout

    def test_divided(self):
        bodies = [self.BODY.format(text) for text in ("One", "Two<p style='page-break-before: always'>More</p>", "3")]
        joined = join(bodies)
        content = self._printed(joined)
        parts = joined.divide(content)
        texts = [["".join(page.extract_text().split()) for page in part] for part in parts]
        self.assertEqual(texts, [["One"], ["Two", "More"], ["3"]])
        # Marks of another print, in another order, and one that is not there.
        for marks in (join(bodies).marks, joined.marks[::-1], (*joined.marks, "4")):
            self.assertIsNone(type(joined)(joined.html, marks).divide(content))

    def test_a_document_without_a_page(self):
        joined = join([self.BODY.format("One"), self.BODY.format("Two")])
        empty = type(joined)(joined.html.replace("<p>One</p>", ""), joined.marks)
        self.assertIsNone(empty.divide(self._printed(empty)))

    def test_same_head_only(self):
        ltr, rtl = self.BODY.format("One"), self.BODY.format("One").replace("ltr", "rtl")
        self.assertEqual(sort_together([ltr, rtl, ltr]), [[0, 2], [1]])
