# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsPagePlanModel(models.Model):
    """How many pages a plan includes for each active device of a printer model."""

    _name = "xpps.page.plan.model"
    _description = "XPPS Included Pages by Printer Model"
    _inherit = ["xpps.page.plan.part"]
    _order = "plan_id, product_tmpl_id, id"
    _check_company_auto = True

    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Printer Model",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain=[("is_xpps_printer", "=", True)],
    )
    included_pages = fields.Integer(help="Pages that a cycle includes for each active device of the model.")

    _model_uniq = models.Constraint(
        "UNIQUE (plan_id, product_tmpl_id)", "A printer model can be named only once in a plan."
    )
    _not_negative = models.Constraint("CHECK (included_pages >= 0)", "Included pages cannot be below 0.")
