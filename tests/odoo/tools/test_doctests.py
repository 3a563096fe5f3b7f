# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest import TestCase

from odoo.addons import xerox_xpps

from ...doctests import run_doctests


class TestDoctests(TestCase):
    def test_examples_in_docstrings(self):
        tried, wrong = run_doctests(xerox_xpps)
        self.assertTrue(tried)
        self.assertFalse(wrong, "\n".join(wrong))
