# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The templates that translators work on have the texts of today."""

import ast
import io
from pathlib import Path

import polib

from odoo.tests import TransactionCase
from odoo.tools import file_path
from odoo.tools.translate import trans_export

from ..support.languages import ADDONS


def entries(template):
    """{text: where it stands, and what translators are told of it}; the head, which has the dates, left out"""
    return {entry.msgid: (sorted(entry.occurrences), entry.comment) for entry in polib.pofile(template)}


class TestTemplates(TransactionCase):
    def test_no_text_within_an_f_string(self):
        """There the export of Python 3.11 and before does not find it."""
        lost = [
            f"{path}:{call.lineno}"
            for addon in ADDONS
            for path in Path(file_path(addon)).rglob("*.py")
            for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(string, ast.JoinedStr)
            for call in ast.walk(string)
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) == "_"
        ]
        self.assertEqual(lost, [])

    def test_fresh(self):
        for addon in ADDONS:
            with self.subTest(addon=addon):
                self._check(addon)

    def _check(self, addon):
        cure = "setup/demo, then setup/translate"
        output = io.BytesIO()
        self.assertTrue(trans_export(None, [addon], output, "po", self.env))
        exported = entries(output.getvalue().decode())
        committed = entries(Path(file_path(f"{addon}/i18n/{addon}.pot")).read_text(encoding="utf-8"))
        self.assertEqual(sorted(exported.keys() - committed.keys()), [], f"These texts are missing: {cure}")
        self.assertEqual(sorted(committed.keys() - exported.keys()), [], f"These texts are gone: {cure}")
        moved = [text for text, place in exported.items() if committed[text] != place]
        self.assertEqual(moved, [], f"These texts stand elsewhere: {cure}")
