# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...common.rates import unrated_currencies


class AccountMove(models.Model):
    """Invoices of agreements in a currency that has no rate yet: Odoo would book them 1 to 1, or at a later rate."""

    _inherit = "account.move"

    def _post(self, soft=True):
        foreign = self.filtered(lambda move: move.currency_id != move.company_currency_id and move.is_sale_document())
        if foreign:
            foreign._xpps_check_rated()
        return super()._post(soft)

    def _xpps_check_rated(self):
        """:raises UserError: when one of them bills an XPPS agreement and cannot be converted into the company's
        currency
        """
        # Who posts an invoice need not see agreements.
        ours = self.filtered(lambda move: move.sudo().invoice_line_ids.xpps_subscription_id)
        for (company, day), same in ours.grouped(lambda move: (move.company_id, move._xpps_rate_day())).items():
            unrated = unrated_currencies(same.currency_id, company, day)
            for move in same.filtered(lambda move, unrated=unrated: move.currency_id in unrated):
                raise UserError(
                    self.env._(
                        "%(invoice)s cannot be posted: %(currency)s has no exchange rate of %(day)s or before. Enter "
                        "the rate first.",
                        invoice=move.display_name,
                        currency=move.currency_id.name,
                        day=format_date(self.env, day),
                    )
                )

    def _xpps_rate_day(self):
        return self.invoice_date or fields.Date.context_today(self)
