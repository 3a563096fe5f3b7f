# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...importing import CODES


class XppsBlockingWarning(models.Model):
    """A warning of the check that one company does not let pass: in its files it is an error."""

    _name = "xpps.blocking.warning"
    _description = "XPPS Blocking Warning"
    _inherit = ["xpps.guard"]
    _order = "company_id, code"
    _rec_name = "code"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    code = fields.Selection(
        [(code, entry.blocks_as) for code, entry in CODES.items() if entry.may_block],
        string="Warning",
        required=True,
    )

    _code_uniq = models.UniqueIndex("(company_id, code)", "This warning already blocks the import.")

    @api.depends("code")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for warning in self:
            warning.display_name = labels.get(warning.code, "")

    @api.model
    def _codes(self, company):
        """:return: the set of issue codes that are errors, not warnings, in a company's files"""
        return set(self.search([("company_id", "=", company.id)]).mapped("code"))
