# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...billing_file import OUTPUT_TYPES
from ...common.plural import plural
from ...common.window_actions import open_records
from .xpps_options_row import model_label

#: Printer models that the name of a material code names.
NAMED_MODELS = 3


class XppsOptionsRow(models.Model):
    """*Create Missing Codes*: a material code for each cell that needs one and has none. It has no price yet."""

    _inherit = "xpps.options.row"

    def action_create_missing_codes(self):
        """Create the codes that the selected rows lack; without a selection, those of all rows.

        :return: the action that lists them, for their prices
        """
        self.check_access("write")
        rows = self or self.search([("company_id", "in", self.env.companies.ids)])
        codes = rows._create_missing_codes()
        if not codes:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {"type": "info", "message": self.env._("No material code is missing.")},
            }
        name = plural(
            len(codes),
            self.env._("1 Material Code Was Created: Enter Its Price"),
            self.env._("%s Material Codes Were Created: Enter Their Prices", len(codes)),
        )
        action = open_records(self, "xerox_xpps.action_xpps_code_price", [("id", "in", codes.product_tmpl_id.ids)])
        return action | {"name": name, "display_name": name}

    def _create_missing_codes(self):
        """:return: the product.product that were created, one a gap"""
        codes = self.env["product.product"]
        codes.check_access("create")
        # What a company gets, the branches below it have.
        for company in self.company_id.sorted(lambda company: company.sudo().parent_path):
            rows = self._of_company(company, [("id", "in", self.ids), ("gap_count", ">", 0)])
            codes |= rows._create_codes_of(company)
        return codes.with_env(self.env)

    def _create_codes_of(self, company):
        gaps = [
            (row, output_type) for row in self for output_type in OUTPUT_TYPES if row[f"{output_type}_state"] == "gap"
        ]
        models_of = self._models()
        types = dict(self.env["sale.subscription.charge"]._fields["output_type"]._description_selection(self.env))
        codes = (
            self.env["product.product"]
            .with_company(company)
            .create(
                [
                    {
                        "name": self._code_name(models_of[row], types[output_type]),
                        "type": "service",
                        "xpps_role": "material_code",
                        "list_price": 0,
                        "company_id": company.id,
                    }
                    for row, output_type in gaps
                ]
            )
        )
        cells = {}
        for (row, output_type), code in zip(gaps, codes, strict=True):
            cells.setdefault(row, {})[f"{output_type}_product_id"] = code.id
        self._store_codes(cells)
        return codes

    def _code_name(self, models_of_row, type_label):
        """“Phaser 8700/#4150, Phaser 6700/#2050 - Mono Overage”"""
        names = models_of_row[:NAMED_MODELS].mapped(model_label)
        if len(models_of_row) > NAMED_MODELS:
            names.append("…")
        return self.env._("%(models)s - %(type)s Overage", models=", ".join(names), type=type_label)
