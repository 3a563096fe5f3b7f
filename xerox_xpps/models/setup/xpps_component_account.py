# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import COMPONENT_SELECTION
from ...common.nearest import nearest_by


class XppsComponentAccount(models.Model):
    """Account and taxes of one component on Xerox's bills.

    What is left empty Odoo decides, as on any bill of the vendor. The vendor's fiscal position maps both.
    """

    _name = "xpps.component.account"
    _description = "XPPS Vendor Bill Account"
    _inherit = ["xpps.guard"]
    _order = "company_id, sequence, id"
    _rec_name = "component"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    component = fields.Selection(COMPONENT_SELECTION, required=True)
    sequence = fields.Integer(compute="_compute_sequence", store=True, help="Components are shown in Xerox's order.")
    account_id = fields.Many2one(
        "account.account",
        check_company=True,
        ondelete="restrict",
        domain=[
            (
                "account_type",
                "not in",
                ("asset_receivable", "liability_payable", "asset_cash", "liability_credit_card", "off_balance"),
            )
        ],
        help="If empty, the account that Odoo proposes on bills of this vendor is used.",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        check_company=True,
        domain=[("type_tax_use", "=", "purchase"), ("price_include", "=", False)],
        help="If empty, the taxes of the account are used.",
    )

    _component_uniq = models.UniqueIndex("(company_id, component)", "This component already has an account.")

    @api.depends("component")
    def _compute_sequence(self):
        order = [code for code, _label in COMPONENT_SELECTION]
        for setting in self:
            setting.sequence = order.index(setting.component) if setting.component else len(order)

    @api.depends("component")
    def _compute_display_name(self):
        labels = dict(self._fields["component"]._description_selection(self.env))
        for setting in self:
            setting.display_name = labels.get(setting.component, "")

    @api.model
    def _by_component(self, company):
        """The settings of a company; a branch has those of its parents, unless it has others.

        :return: {component: xpps.component.account}
        """
        return nearest_by(self, company, "component")
