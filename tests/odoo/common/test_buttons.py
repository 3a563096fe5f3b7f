# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Buttons call what takes the records of the form."""

from lxml import etree

from odoo.tests import TransactionCase

from ..support.languages import ADDONS


class TestButtons(TransactionCase):
    def test_methods_take_records(self):
        """The web client hands the record's id over, which a method of the model alone does not take."""
        owned = self.env["ir.model.data"].search([("module", "in", ADDONS), ("model", "=", "ir.ui.view")])
        seen = 0
        for view in self.env["ir.ui.view"].browse(owned.mapped("res_id")).filtered("model"):
            for button in etree.fromstring(view.arch_db).xpath("//button[@type='object']"):
                method = getattr(self._model(view, button), button.get("name"), None)
                seen += method is not None
                self.assertFalse(getattr(method, "_api_model", False), f"{view.xml_id}: {button.get('name')}")
        self.assertGreater(seen, 200)

    def _model(self, view, button):
        model = self.env[view.model]
        for field in [field for field in button.iterancestors("field") if not field.get("position")][::-1]:
            model = self.env[model._fields[field.get("name")].comodel_name]
        return model
