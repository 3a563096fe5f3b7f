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
        for move in foreign:
            if move._xpps_is_unrated():
                raise UserError(
                    self.env._(
                        "%(invoice)s cannot be posted: %(currency)s has no exchange rate of %(day)s or before. Enter "
                        "the rate first.",
                        invoice=move.display_name,
                        currency=move.currency_id.name,
                        day=format_date(self.env, move._xpps_rate_day()),
                    )
                )
        return super()._post(soft)

    def _xpps_rate_day(self):
        return self.invoice_date or fields.Date.context_today(self)

    def _xpps_is_unrated(self):
        """Whether it bills an XPPS agreement and its amounts cannot be converted into the company's currency."""
        self.ensure_one()
        # Who posts an invoice need not see agreements.
        agreements = self.sudo().invoice_line_ids.xpps_subscription_id
        return bool(agreements and unrated_currencies(self.currency_id, self.company_id, self._xpps_rate_day()))
