# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules about printer models, material codes, and the company itself."""

from odoo.tools import SQL

from ...billing_file import OUTPUT_TYPES
from .catalog import finding

#: What the rules read.
DEPENDS = {
    "product.pricelist.item": [
        "applied_on",
        "base",
        "compute_price",
        "fixed_price",
        "price_surcharge",
        "pricelist_id",
        "product_id",
        "product_tmpl_id",
    ],
    "product.product": ["active", "product_tmpl_id"],
    "product.template": [
        "active",
        "company_id",
        "is_xpps_printer",
        "list_price",
        "xpps_model_number",
        "xpps_price_level_id",
        "xpps_role",
    ],
    "res.company": ["active", "parent_path", "xpps_vendor_id"],
    "sale.subscription": ["company_id", "is_xpps", "pricelist_id"],
    "sale.subscription.charge": ["billable", "company_id", "product_id", "quantity", "subscription_id"],
    "sale.subscription.charge.default": ["billable", "price_method", "product_id", "subscription_id", "unit_price"],
    "stock.lot": ["company_id", "is_xpps_device"],
    "xpps.billing.file": ["company_id", "state"],
    "xpps.billing.file.issue": ["billing_file_id", "code", "company_id", "line_id", "res_id", "res_model"],
    "xpps.billing.file.line": ["subscription_id"],
    "xpps.material.mapping": [
        "company_id",
        "price_level_id",
        "product_tmpl_id",
        *(f"{output_type}_product_id" for output_type in OUTPUT_TYPES),
    ],
}


def rules():
    """:return: [SQL]"""
    return [_vendor_missing(), _no_number(), _number_twice(), _no_codes(), _no_price()]


def _with_xpps():
    """Companies that have to do with Xerox; what all companies share is of no concern to the others."""
    return SQL(
        """
        SELECT company.id, company.parent_path
          FROM res_company company
         WHERE company.active AND company.id IN (
            SELECT company_id FROM stock_lot WHERE is_xpps_device
             UNION
            SELECT company_id FROM sale_subscription WHERE is_xpps
             UNION
            SELECT company_id FROM xpps_billing_file
             UNION
            SELECT company_id FROM xpps_material_mapping
        )
        """
    )


def _vendor_missing():
    return finding(
        "vendor_missing",
        SQL("company.id"),
        SQL("company.id"),
        SQL(
            """
              FROM (%s) company
             WHERE NOT EXISTS (
                SELECT
                  FROM res_company above
                 WHERE starts_with(company.parent_path, above.parent_path) AND above.xpps_vendor_id IS NOT NULL
            )
            """,
            _with_xpps(),
        ),
    )


def _no_number():
    return finding(
        "model_no_number",
        SQL("model.company_id"),
        SQL("model.id"),
        SQL(
            """
              FROM product_template model
             WHERE model.is_xpps_printer AND model.active AND TRIM(COALESCE(model.xpps_model_number, '')) = ''
            """
        ),
        product_tmpl_id=SQL("model.id"),
    )


def _number_twice():
    """Numbers are compared as the check of a file does it: in any case."""
    return finding(
        "model_number_twice",
        SQL("model.company_id"),
        SQL("model.id"),
        SQL(
            """
              FROM product_template model
         LEFT JOIN res_company company ON company.id = model.company_id
             WHERE model.is_xpps_printer AND model.active AND TRIM(model.xpps_model_number) <> ''
               AND EXISTS (
                SELECT
                  FROM product_template other
             LEFT JOIN res_company holder ON holder.id = other.company_id
                 WHERE other.is_xpps_printer AND other.active AND other.id <> model.id
                   AND LOWER(TRIM(other.xpps_model_number)) = LOWER(TRIM(model.xpps_model_number))
                   AND (company.id IS NULL OR holder.id IS NULL
                        OR starts_with(company.parent_path, holder.parent_path)
                        OR starts_with(holder.parent_path, company.parent_path))
            )
            """
        ),
        product_tmpl_id=SQL("model.id"),
        number=SQL("model.xpps_model_number"),
    )


def _no_codes():
    return finding(
        "model_no_codes",
        SQL("company.id"),
        SQL("model.id"),
        SQL(
            """
              FROM (%(companies)s) company
              JOIN product_template model ON model.is_xpps_printer AND model.active
         LEFT JOIN res_company holder ON holder.id = model.company_id
             WHERE (holder.id IS NULL OR starts_with(company.parent_path, holder.parent_path))
               AND NOT EXISTS (
                SELECT
                  FROM xpps_material_mapping mapping
                  JOIN res_company above ON above.id = mapping.company_id
                 WHERE starts_with(company.parent_path, above.parent_path)
                   AND (mapping.product_tmpl_id = model.id OR mapping.price_level_id = model.xpps_price_level_id)
                   AND num_nonnulls(%(codes)s) > 0
            )
            """,
            companies=_with_xpps(),
            codes=SQL(", ").join(
                SQL.identifier("mapping", f"{output_type}_product_id") for output_type in OUTPUT_TYPES
            ),
        ),
        product_tmpl_id=SQL("model.id"),
    )


def _no_price():
    """Had overage: it was charged, or a file could not charge it for want of a price.

    Prices of their own are the default of the agreement, and whatever its pricelist does not take from the sales price.
    """
    codes = SQL(
        """
        SELECT code.id, template.id AS template_id
          FROM product_product code
          JOIN product_template template ON template.id = code.product_tmpl_id
         WHERE template.xpps_role = 'material_code' AND template.active AND code.active
           AND COALESCE(template.list_price, 0) = 0
        """
    )
    source = SQL(
        """
          FROM (%(codes)s) code
          JOIN (
            SELECT charge.company_id, charge.product_id, charge.subscription_id
              FROM sale_subscription_charge charge
             WHERE charge.quantity > 0 AND charge.billable
               AND charge.product_id IN (SELECT id FROM (%(codes)s) asked)
             UNION
            SELECT issue.company_id, issue.res_id, line.subscription_id
              FROM xpps_billing_file_issue issue
              JOIN xpps_billing_file file ON file.id = issue.billing_file_id AND file.state <> 'cancelled'
         LEFT JOIN xpps_billing_file_line line ON line.id = issue.line_id
             WHERE issue.code = 'price_missing' AND issue.res_model = 'product.product'
               ) used ON used.product_id = code.id
     LEFT JOIN sale_subscription agreement ON agreement.id = used.subscription_id
         WHERE NOT EXISTS (
            SELECT
              FROM sale_subscription_charge_default own
             WHERE own.subscription_id = used.subscription_id AND own.product_id = code.id
               AND (own.billable IS NOT TRUE OR own.price_method = 'cost_plus' OR own.unit_price > 0)
        )
           AND NOT EXISTS (
            SELECT
              FROM product_pricelist_item item
             WHERE item.pricelist_id = agreement.pricelist_id
               AND CASE item.applied_on
                   WHEN '0_product_variant' THEN item.product_id = code.id
                   WHEN '1_product' THEN item.product_tmpl_id = code.template_id
                   ELSE TRUE END
               AND CASE item.compute_price
                   WHEN 'fixed' THEN item.fixed_price > 0
                   ELSE item.base <> 'list_price' OR item.price_surcharge > 0 END
        )
      GROUP BY used.company_id, code.id, code.template_id
        """,
        codes=codes,
    )
    return finding(
        "code_no_price", SQL("used.company_id"), SQL("code.id"), source, product_tmpl_id=SQL("code.template_id")
    )
