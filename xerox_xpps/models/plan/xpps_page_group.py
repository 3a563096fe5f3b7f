# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...billing_file import OUTPUT_TYPES, to_decimal

WEIGHT_DIGITS = (6, 3)


def weight_field(label):
    return fields.Float(
        string=label,
        digits=WEIGHT_DIGITS,
        min_display_digits=0,
        help="As how many pages a page of this output type counts. 0 means that it is not of the group.",
    )


class XppsPageGroup(models.Model):
    """Output types whose pages a plan rates together, and as how many pages each of them counts."""

    _name = "xpps.page.group"
    _description = "XPPS Page Group"
    _inherit = ["xpps.guard"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    mono_weight = weight_field("Mono")
    color_weight = weight_field("Color")
    mono_color1_weight = weight_field("MonoColor1")
    clr_lvl12_weight = weight_field("ClrLvl12")
    clr_lvl3_weight = weight_field("ClrLvl3")

    @api.constrains(*(f"{output_type}_weight" for output_type in OUTPUT_TYPES))
    def _check_weights(self):
        for group in self:
            weights = [group[f"{output_type}_weight"] for output_type in OUTPUT_TYPES]
            if min(weights) < 0 or not any(weights):
                raise ValidationError(
                    self.env._(
                        "Page group “%s” needs at least one output type that counts, and none that counts less than 0.",
                        group.name,
                    )
                )

    def _weights(self):
        """:return: {output type: Decimal} of the types that are of the group"""
        self.ensure_one()
        weights = {output_type: to_decimal(self[f"{output_type}_weight"], 3) for output_type in OUTPUT_TYPES}
        return {output_type: weight for output_type, weight in weights.items() if weight > Decimal(0)}

    def write(self, vals):
        if any(f"{output_type}_weight" in vals for output_type in OUTPUT_TYPES):
            changed = self.filtered(
                lambda group: any(
                    name in vals and group[name] != vals[name] for name in vals if name.endswith("_weight")
                )
            )
            # Whether a plan counted by it does not depend on what the user may see.
            rating = self.env["xpps.page.rating"].sudo().search([("plan_id.group_id", "in", changed.ids)], limit=1)
            if rating:
                raise UserError(
                    self.env._(
                        "Pages were rated by group “%(group)s”, in plan “%(plan)s”. Make another group, and a new "
                        "version of the plan that uses it.",
                        group=rating.plan_id.group_id.name,
                        plan=rating.plan_id.name,
                    )
                )
        return super().write(vals)
