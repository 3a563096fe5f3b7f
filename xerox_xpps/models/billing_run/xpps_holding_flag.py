# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class XppsHoldingFlag(models.Model):
    """A flag of the vendor report that one company does not let pass: its billing runs hold the agreement back."""

    _name = "xpps.holding.flag"
    _description = "XPPS Holding Flag"
    _inherit = ["xpps.guard"]
    _order = "company_id, flag"
    _rec_name = "flag"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    flag = fields.Selection(selection="_selection_flag", required=True)

    _flag_uniq = models.UniqueIndex("(company_id, flag)", "This flag already holds agreements back.")

    @api.model
    def _selection_flag(self):
        return self.env["xpps.vendor.report"]._fields["flag"]._description_selection(self.env)

    @api.depends("flag")
    def _compute_display_name(self):
        labels = dict(self._selection_flag())
        for holding in self:
            holding.display_name = labels.get(holding.flag, "")

    @api.model
    def _flags(self, company):
        """:return: the set of flags that hold agreements of a company back"""
        return set(self.search([("company_id", "=", company.id)]).mapped("flag"))
