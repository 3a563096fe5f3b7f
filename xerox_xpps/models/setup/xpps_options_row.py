# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ...billing_file import OUTPUT_TYPES
from ...common.listing import enumeration
from ...reports.row_ids import options_row_id

#: The fields that are a row's cells.
CODE_FIELDS = tuple(f"{output_type}_product_id" for output_type in OUTPUT_TYPES)
STATE_FIELDS = tuple(f"{output_type}_state" for output_type in OUTPUT_TYPES)
#: Printer models of a price level that are named on the screen.
SHOWN_MODELS = 3


class XppsOptionsRow(models.Model):
    """The options grid of a company: which material code bills each output type of its printer models.

    A row is a price level, or a printer model without one. A model of a price level has a row, too, once it has a
    mapping of its own, as its codes win. The codes are kept by ``xpps.material.mapping``: what is written here is
    written there, for the company of the row. What a branch does not say itself its parents say.
    """

    _name = "xpps.options.row"
    _description = "XPPS Options Grid"
    _inherit = ["xpps.options.cells", "xpps.guard"]
    _auto = False
    _rec_name = "product_tmpl_id"
    _order = "price_level_id, product_tmpl_id, id"

    company_id = fields.Many2one("res.company", readonly=True)
    price_level_id = fields.Many2one("xpps.price.level", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", string="Printer Model", readonly=True)
    model_names = fields.Char(
        string="Printer Models", compute="_compute_model_names", help="The printer models that the codes are for."
    )
    model_count = fields.Integer(readonly=True, aggregator=False, string="Models")
    gap_count = fields.Integer(string="Gaps", readonly=True, help="Output types without a material code.")
    unpriced_count = fields.Integer(
        string="Prices Missing", readonly=True, help="Output types whose material code has the sales price 0."
    )
    in_last_file = fields.Boolean(
        string="In the Last File",
        readonly=True,
        help="Devices of these models are in the company's last billing file, be it imported or a draft.",
    )

    # What the query reads, so that the ORM writes it first.
    _depends = {
        "product.product": ["product_tmpl_id"],
        "product.template": [
            "active",
            "company_id",
            "is_xpps_printer",
            "list_price",
            "xpps_price_level_id",
            "xpps_role",
        ],
        "res.company": ["active", "parent_path"],
        "stock.lot": ["product_id"],
        "xpps.billing.file": ["company_id", "period_end", "state"],
        "xpps.billing.file.line": ["billing_file_id", "device_id"],
        "xpps.material.mapping": ["company_id", "price_level_id", "product_tmpl_id", *CODE_FIELDS],
        "xpps.price.level": ["company_id"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            WITH company AS (SELECT id, parent_path FROM res_company WHERE active),
            last_file AS (%(last_file)s),
            in_file AS (%(in_file)s),
            mapped AS (%(mapped)s),
            model AS (%(model)s),
            owner AS (%(level_rows)s UNION ALL %(model_rows)s),
            unpriced AS (
                SELECT product.id
                  FROM product_product product
                  JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE template.xpps_role = 'material_code' AND COALESCE(template.list_price, 0) = 0
            )
            SELECT %(id)s AS id, cell.*, %(gaps)s AS gap_count, %(unpriced)s AS unpriced_count
              FROM (SELECT company_id, price_level_id, product_tmpl_id, model_count, in_last_file, %(cells)s
                      FROM owner) cell
            """,
            last_file=self._query_last_file(),
            in_file=self._query_in_file(),
            mapped=self._query_mapped(),
            model=self._query_model(),
            level_rows=self._query_level_rows(),
            model_rows=self._query_model_rows(),
            id=options_row_id(SQL("cell.company_id"), SQL("cell.price_level_id"), SQL("cell.product_tmpl_id")),
            cells=_each(
                """
                %(code)s,
                CASE WHEN %(code)s IS NULL THEN CASE WHEN %(needed)s THEN 'gap' ELSE 'none' END
                     WHEN %(code)s IN (SELECT id FROM unpriced) THEN 'unpriced'
                     WHEN %(here)s THEN 'own'
                     ELSE 'inherited'
                      END AS %(state)s
                """
            ),
            gaps=_each("(%(state)s = 'gap')::int", " + "),
            unpriced=_each("(%(state)s = 'unpriced')::int", " + "),
        )

    def _query_last_file(self):
        return SQL(
            """
            SELECT DISTINCT ON (file.company_id) file.company_id, file.id
              FROM xpps_billing_file file
             WHERE file.state <> 'cancelled'
               AND EXISTS (SELECT FROM xpps_billing_file_line line WHERE line.billing_file_id = file.id)
          ORDER BY file.company_id, file.period_end DESC NULLS LAST, file.id DESC
            """
        )

    def _query_in_file(self):
        return SQL(
            """
            SELECT DISTINCT last_file.company_id, product.product_tmpl_id AS template_id
              FROM last_file
              JOIN xpps_billing_file_line line ON line.billing_file_id = last_file.id
              JOIN stock_lot device ON device.id = line.device_id
              JOIN product_product product ON product.id = device.product_id
            """
        )

    def _query_mapped(self):
        """The codes that an owner has in a company: of itself and the companies above it the nearest that says one."""
        return SQL(
            """
            SELECT company.id AS company_id, mapping.product_tmpl_id, mapping.price_level_id, %s
              FROM xpps_material_mapping mapping
              JOIN res_company holder ON holder.id = mapping.company_id
              JOIN company ON starts_with(company.parent_path, holder.parent_path)
          GROUP BY company.id, mapping.product_tmpl_id, mapping.price_level_id
            """,
            _each(
                """
                (ARRAY_AGG(mapping.%(code)s ORDER BY LENGTH(holder.parent_path) DESC)
                    FILTER (WHERE mapping.%(code)s IS NOT NULL))[1] AS %(code)s,
                BOOL_OR(mapping.%(code)s IS NOT NULL AND holder.id = company.id) AS %(here)s
                """
            ),
        )

    def _query_model(self):
        """The printer models that a company may use, each with its own codes."""
        return SQL(
            """
            SELECT company.id AS company_id, template.id AS template_id, template.xpps_price_level_id AS level_id,
                   (template.id, company.id) IN (SELECT template_id, company_id FROM in_file) AS in_last_file,
                   mapped.company_id IS NOT NULL AS is_mapped, %(codes)s
              FROM product_template template
         LEFT JOIN res_company holder ON holder.id = template.company_id
              JOIN company ON holder.id IS NULL OR starts_with(company.parent_path, holder.parent_path)
         LEFT JOIN mapped ON mapped.company_id = company.id AND mapped.product_tmpl_id = template.id
             WHERE template.is_xpps_printer AND template.active
            """,
            codes=_each("mapped.%(code)s, mapped.%(here)s"),
        )

    def _query_level_rows(self):
        """A price level needs a code for the pages of those of its models that have none of their own."""
        return SQL(
            """
            SELECT found.company_id, found.level_id AS price_level_id, NULL::int AS product_tmpl_id, found.model_count,
                   found.in_last_file, %(codes)s
              FROM (SELECT company.id AS company_id, level.id AS level_id, COUNT(model.template_id) AS model_count,
                           COALESCE(BOOL_OR(model.in_last_file), FALSE) AS in_last_file, %(needed)s
                      FROM xpps_price_level level
                 LEFT JOIN res_company holder ON holder.id = level.company_id
                      JOIN company ON holder.id IS NULL OR starts_with(company.parent_path, holder.parent_path)
                 LEFT JOIN model ON model.company_id = company.id AND model.level_id = level.id
                  GROUP BY company.id, level.id) found
         LEFT JOIN mapped ON mapped.company_id = found.company_id AND mapped.price_level_id = found.level_id
            """,
            codes=_each("mapped.%(code)s, mapped.%(here)s, found.%(needed)s"),
            needed=_each("COUNT(model.template_id) > COUNT(model.%(code)s) AS %(needed)s"),
        )

    def _query_model_rows(self):
        return SQL(
            """
            SELECT model.company_id, NULL::int, model.template_id, 1, model.in_last_file, %(codes)s
              FROM model
         LEFT JOIN mapped ON mapped.company_id = model.company_id AND mapped.price_level_id = model.level_id
             WHERE model.level_id IS NULL OR model.is_mapped
            """,
            codes=_each(
                "COALESCE(model.%(code)s, mapped.%(code)s), model.%(code)s IS NOT NULL AND model.%(here)s, "
                "model.level_id IS NULL"
            ),
        )

    @api.depends("price_level_id", "product_tmpl_id")
    def _compute_display_name(self):
        for row in self:
            owner = row.product_tmpl_id or row.price_level_id
            row.display_name = owner.display_name

    @api.depends("price_level_id", "product_tmpl_id")
    def _compute_model_names(self):
        models_of = self._models()
        for row in self:
            row.model_names = enumeration(self.env, models_of[row].mapped(model_label), SHOWN_MODELS)

    def _models(self):
        """The printer models that rows are for, the first that was entered first.

        :return: {row: product.template}
        """
        levels = self.price_level_id
        members = self.env["product.template"].search(
            [("is_xpps_printer", "=", True), ("xpps_price_level_id", "in", levels.ids)], order="id"
        )
        by_level = members.grouped("xpps_price_level_id")
        found = {}
        for row in self:
            # Whoever works in a branch need not have access to the companies above it.
            companies = row.company_id.sudo().parent_ids
            found[row] = row.product_tmpl_id or by_level.get(row.price_level_id, members.browse()).filtered(
                # Whose a model is decides, not what the user may see of that company.
                lambda template, companies=companies: not template.company_id or template.sudo().company_id in companies
            )
        return found

    @api.model
    def _of_company(self, company, domain=()):
        """The rows of a company as they are now, whichever company the user works in at the moment."""
        rows = self.with_company(company)
        rows.invalidate_model()
        return rows.search([("company_id", "=", company.id), *domain])

    @api.model
    def _of_models(self, templates, company):
        """The rows that say which codes bill some printer models.

        :return: {row: product.template, those of the models that it is for}
        """
        rows = self._of_company(
            company,
            [
                "|",
                ("product_tmpl_id", "in", templates.ids),
                ("price_level_id", "in", templates.xpps_price_level_id.ids),
            ],
        )
        of_levels = templates - rows.product_tmpl_id
        found = {}
        for row in rows:
            models_of_row = row.product_tmpl_id or of_levels.filtered(
                lambda template, row=row: template.xpps_price_level_id == row.price_level_id
            )
            if models_of_row:
                found[row] = models_of_row
        return found

    @api.model
    def _counts(self, company):
        """How complete the grid of a company is, by one query.

        :return: {"rows", "cells", "mapped", "gaps", "unpriced": numbers}; the other cells need no code
        """
        ((rows, gaps, unpriced, *mapped),) = self._read_group(
            [("company_id", "=", company.id)],
            [],
            ["__count", "gap_count:sum", "unpriced_count:sum", *(f"{name}:count" for name in CODE_FIELDS)],
        )
        return {
            "rows": rows,
            "cells": rows * len(OUTPUT_TYPES),
            "mapped": sum(mapped),
            "gaps": gaps or 0,
            "unpriced": unpriced or 0,
        }

    def write(self, vals):  # pylint: disable=method-required-super
        """Have the owners of rows use other codes, in the company of the row.

        An emptied cell has what the row inherits.
        """
        self.check_access("write")
        for name in vals:
            self._check_field_access(self._fields[name], "write")
        self._xpps_check_references([vals])
        codes = {name: vals[name] or False for name in CODE_FIELDS if name in vals}
        self._store_codes(dict.fromkeys(self, codes))
        return True

    @api.model
    def _store_codes(self, codes_of):
        """Keep codes in the mappings of rows. What is inherited is not made a row's own by being shown.

        :param codes_of: {row: {name of the cell: id of the material code, or False}}
        """
        changes = {
            row: {name: code for name, code in codes.items() if code != row[name].id} for row, codes in codes_of.items()
        }
        changes = {row: changed for row, changed in changes.items() if changed}
        if not changes:
            return
        rows = self.union(*changes)
        found = self.env["xpps.material.mapping"].search(
            [
                ("company_id", "in", rows.company_id.ids),
                "|",
                ("product_tmpl_id", "in", rows.product_tmpl_id.ids),
                ("price_level_id", "in", rows.price_level_id.ids),
            ]
        )
        own = {(mapping.company_id, mapping.product_tmpl_id, mapping.price_level_id): mapping for mapping in found}
        new = []
        for row, changed in changes.items():
            mapping = own.get((row.company_id, row.product_tmpl_id, row.price_level_id))
            if mapping:
                mapping.write(changed)
            elif any(changed.values()):
                owner = {"product_tmpl_id": row.product_tmpl_id.id, "price_level_id": row.price_level_id.id}
                new.append({"company_id": row.company_id.id, **owner, **changed})
        found.create(new)
        self.invalidate_model()


def model_label(template):
    """A printer model with Xerox's number of it: “Phaser 8700/#4150”."""
    return f"{template.name}/#{template.xpps_model_number}" if template.xpps_model_number else template.name


def _each(code, separator=", "):
    """SQL of all output types: ``code`` with the names of an output type's columns in it."""
    return SQL(separator).join(
        SQL(
            code,
            code=SQL.identifier(f"{output_type}_product_id"),
            here=SQL.identifier(f"{output_type}_here"),
            needed=SQL.identifier(f"{output_type}_needed"),
            state=SQL.identifier(f"{output_type}_state"),
        )
        for output_type in OUTPUT_TYPES
    )
