# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.plural import plural


class XppsBillingRun(models.Model):
    """Whom the invoices of a run cannot be sent to, as long as they are not: said before anybody presses *Send*."""

    _inherit = "xpps.billing.run"

    no_address_count = fields.Integer(
        string="Without E-Mail Address",
        compute="_compute_no_address",
        help="Customers who get their invoices by e-mail and have no address, with invoices that are not sent yet.",
    )
    no_address_text = fields.Char(compute="_compute_no_address")

    @api.depends("move_ids.state", "move_ids.is_move_sent", "move_ids.partner_id.email")
    def _compute_no_address(self):
        for run in self:
            count = len(run._customers_without_address())
            run.no_address_count = count
            run.no_address_text = plural(
                count,
                self.env._("1 customer who gets invoices by e-mail has no e-mail address."),
                self.env._("%s customers who get invoices by e-mail have no e-mail address.", count),
            )

    def _customers_without_address(self):
        """:return: res.partner, of the invoices that are still to be posted or sent"""
        self.ensure_one()
        groups = self.env["account.move"]._read_group(
            [
                ("xpps_billing_run_id", "=", self.id),
                ("state", "in", ("draft", "posted")),
                ("is_move_sent", "=", False),
                ("partner_id.email", "=", False),
            ],
            ["partner_id"],
        )
        partners = self.env["res.partner"].union(*(partner for (partner,) in groups))
        # As ``account.move.send`` chooses the way of an invoice.
        return partners.filtered(
            lambda partner: (
                (partner.commercial_partner_id.with_company(self.company_id).invoice_sending_method or "email")
                == "email"
            )
        )

    def action_open_no_address(self):
        """The customers to enter an e-mail address for."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customers Without E-Mail Address"),
            "res_model": "res.partner",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self._customers_without_address().ids)],
        }
