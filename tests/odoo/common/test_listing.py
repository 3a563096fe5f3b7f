# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Some of many are named, and how many more there are."""

from odoo.tests import TransactionCase, tagged

from odoo.addons.xerox_xpps.common.listing import bullets, enumeration, paragraphs


@tagged("post_install", "-at_install")
class TestListing(TransactionCase):
    def test_enumeration(self):
        for names, limit, count, text in (
            ([], 3, None, ""),
            (["a"], 3, None, "a"),
            (["a", "b", "c"], 3, None, "a, b, c"),
            (["a", "b", "c", "d"], 3, None, "a, b, c and 1 more"),
            (["a", "b"], 2, 1002, "a, b and 1000 more"),
            (["a", "b"], 3, 2, "a, b"),
            (["a", "b"], 3, 5, "a, b and 3 more"),
        ):
            with self.subTest(names=names, limit=limit, count=count):
                self.assertEqual(enumeration(self.env, names, limit, count), text)
        self.assertEqual(enumeration(self.env, ["a", "b", "c"], 2, separator="; "), "a; b and 1 more")

    def test_below_each_other(self):
        self.assertEqual(paragraphs(self.env, ["a", "b"], 2), ["a", "b"])
        self.assertEqual(paragraphs(self.env, ["a", "b", "c"], 2), ["a", "b", "… and 1 more."])
        self.assertEqual(paragraphs(self.env, ["a"], 2, 4), ["a", "… and 3 more."])
        self.assertEqual(bullets(self.env, ["a", "b", "c"], 2), "• a\n• b\n… and 1 more.")
        self.assertEqual(bullets(self.env, ["a", "b"], 2, 2), "• a\n• b")
        self.assertEqual(bullets(self.env, [], 2), "")

    def test_names_are_no_format(self):
        """Whatever a customer is called."""
        self.assertEqual(enumeration(self.env, ["100 %", "%(x)s"], 1), "100 % and 1 more")
        self.assertEqual(paragraphs(self.env, ["%s", "b"], 1), ["%s", "… and 1 more."])
