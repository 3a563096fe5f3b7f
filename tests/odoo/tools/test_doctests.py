# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest import TestCase

from odoo.addons import xerox_xpps, xerox_xpps_fs_storage, xerox_xpps_helpdesk, xerox_xpps_ubl

from ...doctests import run_doctests


class TestDoctests(TestCase):
    def test_examples_in_docstrings(self):
        for package in (xerox_xpps, xerox_xpps_fs_storage, xerox_xpps_helpdesk, xerox_xpps_ubl):
            with self.subTest(package=package.__name__):
                tried, wrong = run_doctests(package)
                self.assertTrue(tried)
                self.assertFalse(wrong, "\n".join(wrong))
