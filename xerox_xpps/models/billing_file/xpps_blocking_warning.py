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
        [
            ("model_mismatch", "Xerox's printer model is not the device's"),
            ("read_backwards", "A meter runs backwards"),
            ("read_gap", "A meter does not start at our last read"),
            ("read_estimated", "Xerox estimated a meter read"),
            ("overage_mismatch", "The billed overage does not follow from the reads"),
            ("usage_spike", "A device prints far more than in previous months"),
            ("device_absent", "An active device is not in the file"),
            ("base_fee_changed", "Xerox's base fee for a device changed"),
            ("margin_low", "The margin is below the company's floor"),
        ],
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
