# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from functools import cached_property


class NewModels:
    """The printer models that a billing file names, and that nobody knows.

    :param rows: xpps.device.create.wizard.row; what has a model already, or is a device that is there, needs none
    """

    def __init__(self, rows):
        self.env = rows.env
        self.company = rows.wizard_id.company_id
        self.rows = rows.filtered(lambda row: not row.product_id and not row.same_as_id)

    def names(self):
        return [line.xerox_model or line.xerox_model_number for line, _rows in self._new.values()]

    def create_models(self):
        """:return: product.product, which are on the rows from now on"""
        products = self.env["product.product"].with_company(self.company)
        created = products.create([self._prepare(line) for line, _rows in self._new.values()])
        for product, (_line, rows) in zip(created, self._new.values(), strict=True):
            rows.product_id = product
        return created.with_env(self.env)

    @cached_property
    def _new(self):
        """:return: {key: (a record that names the model, rows)}

        What is known, be it twice, is left to the user: of several models one has to be chosen.
        """
        found = {}
        for row, line in self.rows._records().items():
            key = (line.xerox_model_number or line.xerox_model or "").strip().casefold()
            if key:
                line, rows = found.get(key, (line, row.browse()))
                found[key] = (line, rows | row)
        known = self._known() if found else ()
        return {key: value for key, value in found.items() if key not in known}

    def _known(self):
        """:return: what models are called, and their numbers"""
        products = self.env["product.product"]
        models = products.search([("is_xpps_printer", "=", True), *products._check_company_domain(self.company)])
        return {
            text.strip().casefold() for model in models for text in (model.xpps_model_number, model.name or "") if text
        }

    def _prepare(self, line):
        return {
            "name": (line.xerox_model or line.xerox_model_number).strip(),
            "xpps_model_number": (line.xerox_model_number or "").strip() or False,
            "xpps_price_level_id": self._level.id,
            "is_xpps_printer": True,
            "type": "consu",
            "is_storable": True,
            "tracking": "serial",
            # Its sales price, where it is sold at all, is not the page's.
            "list_price": 0,
        }

    @cached_property
    def _level(self):
        """The price level, where there is nothing to choose."""
        levels = self.env["xpps.price.level"]
        found = levels.search(levels._check_company_domain(self.company), limit=2)
        return found if len(found) == 1 else levels
