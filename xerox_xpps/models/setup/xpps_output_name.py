# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import OUTPUT_TYPE_SELECTION
from ...common.nearest import nearest_by


class XppsOutputName(models.Model):
    """What a company calls an output type in documents for its customers, in their language.

    Xerox's own names, such as ClrLvl12, tell them little. Without a record it has a name that the addon gives.
    """

    _name = "xpps.output.name"
    _description = "XPPS Output Type as Customers Read It"
    _inherit = ["xpps.guard"]
    _order = "company_id, sequence, id"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    output_type = fields.Selection(OUTPUT_TYPE_SELECTION, required=True)
    sequence = fields.Integer(compute="_compute_sequence", store=True, help="Output types are shown in Xerox's order.")
    name = fields.Char(string="Name for Customers", required=True, translate=True)

    _output_type_uniq = models.UniqueIndex("(company_id, output_type)", "This output type already has a name.")

    @api.depends("output_type")
    def _compute_sequence(self):
        order = [code for code, _label in OUTPUT_TYPE_SELECTION]
        for record in self:
            record.sequence = order.index(record.output_type) if record.output_type else len(order)

    @api.model
    def _given_names(self):
        """:return: {output type: name} in the language of the environment, where a company has no other"""
        return {
            "mono": self.env._("Black & white"),
            "color": self.env._("Color"),
            "mono_color1": self.env._("Black & white and color level 1"),
            "clr_lvl12": self.env._("Color levels 1 and 2"),
            "clr_lvl3": self.env._("Color level 3"),
        }

    @api.model
    def _by_output_type(self, company):
        """The names of a company; a branch has those of its parents, unless it has others.

        :return: {output type: name} of all output types, in the language of the environment
        """
        own = nearest_by(self, company, "output_type")
        return self._given_names() | {output_type: record.name for output_type, record in own.items()}
