# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models

from ...common.taxes import taxed_price, untaxed_price
from ...invoicing import BaseChange


class SaleSubscriptionLine(models.Model):
    """Who paid which days of recurring services, and the taxes of somebody else than the invoice address."""

    _inherit = "sale.subscription.line"

    def _xpps_lines_before(self, bills):
        """The lines that bill these days, or billed them before they were given back, with one query.

        :param bills: {line id: [BaseBill or BaseChange]}
        :return: {line id: account.move.line, the newest first}
        """
        spans = [(bill.first, bill.last) for of_line in bills.values() for bill in of_line]
        if not spans:
            return {}
        # What was billed does not depend on what the user may see.
        lines = self.env["account.move.line"].sudo()
        lines = lines.search(
            [
                ("xpps_subscription_line_id", "in", self.ids),
                ("xpps_period_start", "<=", max(last for _first, last in spans)),
                ("xpps_period_end", ">=", min(first for first, _last in spans)),
                ("xpps_base_adjustment", "=", False),
                ("parent_state", "!=", "cancel"),
                ("move_id.reversed_entry_id", "=", False),
            ],
            order="id desc",
        )
        return {service.id: same for service, same in lines.grouped("xpps_subscription_line_id").items()}

    def _xpps_payers_before(self, lines, bill):
        """Who paid the days of a bill before.

        :param lines: of ``_xpps_lines_before``
        :return: [(res.partner, Decimal percent)], none if nobody did
        """
        self.ensure_one()
        # What makes up for devices follows the line that stands; days are billed again when theirs no longer does.
        again = not isinstance(bill, BaseChange)
        found = lines.get(self.id, self.env["account.move.line"].sudo()).filtered(
            lambda line: (
                line.xpps_given_back == again
                and line.xpps_period_start <= bill.last
                and line.xpps_period_end >= bill.first
            )
        )
        return found._xpps_payers_of_newest(self.sale_subscription_id)

    def _prepare_xpps_paid(self, values, quantity_field, payer, share, taxes):
        """What the line of a bill says, as it is for who pays it.

        :param values: of the line, as it bills the whole
        :param payer: Payer, or None where the agreement names none
        :param share: Share, or None where it is all paid by one
        :param BillingTaxes taxes: of the agreement's company
        """
        self.ensure_one()
        if payer is None:
            return values
        values = {**values, "xpps_payer_id": payer.partner.id}
        if payer.other:
            values |= self._prepare_xpps_taxes(values, payer.partner, taxes)
        if share:
            values |= self.sale_subscription_id._prepare_xpps_share(values, share, quantity_field)
        return values

    def _prepare_xpps_taxes(self, values, payer, taxes):
        """Taxes and account, and the price with the taxes that it includes, where a payer has his own.

        :param values: of the line of a bill
        :param payer: res.partner
        :param BillingTaxes taxes: of the agreement's company
        """
        self.ensure_one()
        agreement, result = self.sale_subscription_id, {}
        position = taxes.position(agreement, payer)
        if values.get("account_id"):
            # Whoever has agreements billed need not see accounts.
            account = self.env["account.account"].sudo().browse(values["account_id"])
            result["account_id"] = position.map_account(account).id
        if self.xpps_taxes_by_hand:
            return result
        now = taxes.terms(agreement, self.product_id, payer).applied
        untaxed = untaxed_price(self._xpps_stored_taxes(), values["price_unit"], self.product_id)
        return result | {
            "tax_ids": [Command.set(now.ids)],
            "price_unit": taxed_price(now, untaxed, self.product_id),
        }
