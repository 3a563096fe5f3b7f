# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the lists of the addon have in common."""

from lxml import etree

from odoo.tests import TransactionCase

#: What a row is about: it is never cut, however narrow the screen.
WHOLE = {"serial", "device_id", "partner_id", "subscription_id", "xpps_partner_id", "xpps_subscription_id"}
OTHERS = ("wizard", "report", "low.margin")
ROW_COLORS = ("decoration-info", "decoration-primary", "decoration-warning", "decoration-success")


class TestListViews(TransactionCase):
    def _lists(self):
        """The lists in the addon's own views, those on forms included: (name of the view, list)."""
        found = self.env["ir.model.data"].search([("module", "=", "xerox_xpps"), ("model", "=", "ir.ui.view")])
        for view in self.env["ir.ui.view"].browse(found.mapped("res_id")):
            # Wizards and reports have lists of their own kinds.
            if view.type in ("list", "form") and not any(part in view.name for part in OTHERS):
                for node in etree.fromstring(view.arch_db).iter("list"):
                    yield view.name, node

    def test_what_a_row_is_about_is_whole(self):
        count = 0
        for name, node in self._lists():
            for field in node.iter("field"):
                if field.get("name") in WHOLE and not field.get("column_invisible") and not field.get("widget"):
                    count += 1
                    with self.subTest(view=name, field=field.get("name")):
                        self.assertIn("o_xpps_whole", (field.get("class") or "").split())
        self.assertGreater(count, 40)

    def test_rows_are_plain(self):
        """Only what is wrong, or over, has a color of its own; the state of the others is on their badge."""
        for name, node in self._lists():
            with self.subTest(view=name):
                self.assertFalse([color for color in ROW_COLORS if node.get(color)])

    def test_the_severity_stands_beside_the_fix(self):
        """The button hides itself on information: it looks for the severity on the same list."""
        for name, node in self._lists():
            names = {child.get("name") for child in node}
            if "xpps_fix_button" in names:
                with self.subTest(view=name):
                    self.assertIn("severity", names)

    def test_what_waits_for_approval_has_no_invoice_status(self):
        seen = 0
        for name, node in self._lists():
            for field in node.iter("field"):
                if field.get("name") == "invoice_status":
                    seen += 1
                    with self.subTest(view=name):
                        self.assertEqual(field.get("invisible"), "state == 'draft'")
        self.assertGreaterEqual(seen, 3)
