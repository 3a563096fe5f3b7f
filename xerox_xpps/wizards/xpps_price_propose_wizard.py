# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.today import company_today
from ..common.window_actions import open_records

#: How far ahead who asks for increases wants to see them.
AHEAD = timedelta(days=60)


class XppsPriceProposeWizard(models.TransientModel):
    """Propose the price increases that are due until a day, of some agreements or of all of the company."""

    _name = "xpps.price.propose.wizard"
    _description = "Propose Increases"
    _inherit = ["xpps.reference.guard"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    date_until = fields.Date(
        string="Due Until",
        required=True,
        default=lambda self: company_today(self.env.company) + AHEAD,
        help="Increases that are due until this day are proposed.",
    )
    subscription_ids = fields.Many2many(
        "sale.subscription",
        string="Agreements",
        check_company=True,
        domain="[('company_id', '=', company_id), ('is_xpps', '=', True), ('is_xpps_master', '=', False)]",
        help="If it is empty, those of all agreements are proposed.",
    )

    @api.model
    def default_get(self, fields):
        """The agreements, or those of the escalators, that a list has selected."""
        values = super().default_get(fields)
        model, ids = self.env.context.get("active_model"), self.env.context.get("active_ids") or []
        if "subscription_ids" in fields and model in ("sale.subscription", "xpps.price.rule"):
            records = self.env[model].browse(ids)
            records.check_access("read")
            agreements = records if model == "sale.subscription" else records.subscription_id
            values["subscription_ids"] = agreements.ids
        return values

    def action_propose(self):
        """Propose them.

        :return: the action that shows the increases
        :raises UserError: when none is due
        """
        self.ensure_one()
        self.check_access("write")
        domain = [("company_id", "=", self.company_id.id)]
        if self.subscription_ids:
            domain.append(("subscription_id", "in", self.subscription_ids.ids))
        rules = self.env["xpps.price.rule"].search(domain)
        # What is proposed says the escalator, whoever asks for it.
        changes = rules.sudo()._propose(self.date_until)
        if not changes:
            raise UserError(
                self.env._(
                    "No increase is due until %s: no running agreement has an escalator whose next increase is due, or "
                    "it is proposed already.",
                    format_date(self.env, self.date_until),
                )
            )
        return open_records(self, "xerox_xpps.action_xpps_price_change", [("id", "in", changes.ids)])
