# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from ...billing_file import to_decimal
from ...common.constants import BASE_ROLES
from ...common.formats import amount_text, percent_text
from ...invoicing import BillingPart, Splitting


class SaleSubscription(models.Model):
    """How the bills of XPPS agreements are split among those who pay them.

    A billing bills all shares of a charge, or of the days of a base price, or none: all payers' documents are made in
    one transaction, and their lines have a key in common, by which they stand or fall together (see
    ``xpps.billed.item``). So what any line bills is billed, as without payers.

    What is billed again goes to those who paid it before: a charge or base price that was credited, pages that a
    correction adds or gives back, and devices that are made up for.
    """

    _inherit = "sale.subscription"

    def _xpps_parts(self, lines, charges):
        """What these agreements bill, by agreement and payer.

        :param lines: {sale.subscription: recurring lines that are due}
        :param charges: {sale.subscription: charges}
        :return: {sale.subscription: [BillingPart]}, that of the invoice address first; some may be empty
        """
        parts = {agreement: [BillingPart(agreement, lines[agreement], charges[agreement])] for agreement in self}
        # Whoever invoices follows the company's settings without a right to read them.
        split = self.filtered(lambda one: one.company_id.sudo().xpps_payers or one._xpps_names_payers())
        if not split:
            return parts
        base = {one: lines[one].filtered(lambda line: line.xpps_role in BASE_ROLES) for one in split}
        all_base = self.env["sale.subscription.line"].union(*base.values())
        bills = all_base._xpps_base_bills()
        before = all_base._xpps_lines_before(bills)
        charges_before = self.env["sale.subscription.charge"].union(*map(charges.get, split))._xpps_payers_before()
        for agreement in split:
            splitting = Splitting(agreement)
            for line in base[agreement]:
                for bill in line._xpps_filled_bills(bills):
                    payers = line._xpps_payers_before(before, bill) or splitting.payers("base")
                    splitting.add_bill(line, bill, payers)
            for charge in charges[agreement]:
                payers = charges_before.get(charge.id) or splitting.payers(charge._xpps_payer_role())
                splitting.add_charge(charge, payers)
            if agreement._xpps_names_payers() or len(splitting.partners) > 1:
                agreement._xpps_check_not_archived(splitting.partners[1:])
                parts[agreement] = splitting.parts(lines[agreement], base[agreement], charges[agreement])
        return parts

    def _xpps_check_not_archived(self, partners):
        """:raises UserError: when an invoice would go to a payer who is archived"""
        archived = self.env["res.partner"].union(*partners).filtered(lambda partner: not partner.active)
        if archived:
            raise UserError(
                self.env._(
                    "%(agreement)s cannot be invoiced: %(reason)s",
                    agreement=self.display_name,
                    reason=self._xpps_say_archived(archived),
                )
            )

    def _prepare_xpps_share(self, values, share, quantity_field, totals=None):
        """What a share makes of the values of a line: one of what it comes to of the whole.

        :param totals: [Decimal] that are split one by one, where it is not the line's amount
        """
        self.ensure_one()
        currency = self.currency_id
        if totals is None:
            price = values["price_unit"] * (1 - values["discount"] / 100.0)
            totals = [to_decimal(currency.round(values[quantity_field] * price))]
        unit = to_decimal(currency.rounding)
        amount = sum(share.of(total, unit) for total in totals)
        sign = -1 if values[quantity_field] < 0 else 1
        text = self.env._(
            "%(percent)s of %(amount)s",
            percent=percent_text(self.env, share.percent),
            amount=amount_text(self.env, sum(totals), currency),
        )
        return share.line_values() | {
            quantity_field: float(sign),
            "price_unit": float(sign * amount),
            "discount": 0.0,
            "name": f"{values['name']}\n{text}",
        }

    # Invoices and orders

    def _prepare_xpps_payer(self, payer):
        """What differs on the invoice of another payer.

        :param payer: Payer, or None; as below
        """
        if not payer or not payer.other:
            return {}
        partner = payer.partner.with_company(self.company_id)
        return {
            "partner_id": partner.id,
            "invoice_payment_term_id": partner.property_payment_term_id.id,
            "fiscal_position_id": self._xpps_fiscal_position(partner).id,
        }

    def _prepare_xpps_order_payer(self, payer):
        """What differs on the order of a payer, which is the customer's all the same."""
        if not payer:
            return {}
        values = {"client_order_ref": payer.reference}
        if payer.other:
            partner = payer.partner.with_company(self.company_id)
            values |= {
                "partner_invoice_id": partner.id,
                "payment_term_id": partner.property_payment_term_id.id,
                "fiscal_position_id": self._xpps_fiscal_position(partner).id,
            }
        return values
