# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from ...billing_file import round_half_up, to_decimal
from ...common.listing import enumeration
from ...common.taxes import includes_tax
from ...invoicing import HUNDRED, share_of_line
from ...rating import in_proportion

#: How many invoices a refusal names.
MAX_LISTED = 5


class AccountMoveLine(models.Model):
    """Invoice lines that bill what one of several payers pays of charges and base prices."""

    _inherit = "account.move.line"

    def _xpps_bills_share(self, cancelled=False):
        return self.filtered(
            lambda line: (
                line.xpps_share_key
                and (line.parent_state == "cancel") == cancelled
                and (
                    line.xpps_charge_ids
                    or (
                        line.xpps_subscription_line_id
                        and not line.xpps_given_back
                        and not line.move_id.reversed_entry_id
                    )
                )
            )
        )

    def _xpps_documents_of(self):
        return self.move_id

    def _xpps_check_shares_return(self):
        """:raises UserError: when lines of cancelled invoices would bill shares again, and the others would not"""
        # What was billed does not depend on what the user may see.
        lines = self.sudo()._xpps_bills_share(cancelled=True)
        others = lines._xpps_other_shares(cancelled=True)
        if others:
            raise UserError(
                self.env._(
                    "%(document)s bills the shares of one payer, and %(others)s those of the others. Reset them to "
                    "draft together.",
                    document=lines.move_id[:1].display_name,
                    others=enumeration(self.env, others.move_id.mapped("display_name"), MAX_LISTED),
                )
            )

    def _xpps_payers_of_newest(self, agreement):
        """Who paid what the newest of these lines billed.

        :param agreement: whose invoice address paid what no payer is named for
        :return: [(res.partner, Decimal percent)]; none where one of them does not exist any more
        """
        if not self:
            return []
        newest = self[0]
        share = share_of_line(newest)
        if not share:
            return [(newest.xpps_payer_id.with_env(agreement.env) or agreement._xpps_payer(), HUNDRED)]
        # Partners may have been merged since; whose share came to nothing has no line.
        partners = dict(enumerate(share.partners)) | {
            line.xpps_share_number: line.xpps_payer_id
            for line in self
            if line.xpps_payer_id
            and (line.xpps_share_key, line.xpps_share_percents) == (share.key, newest.xpps_share_percents)
        }
        found = [(partners[number].with_env(agreement.env), percent) for number, percent in enumerate(share.percents)]
        return found if all(partner.exists() for partner, _percent in found) else []

    def _xpps_parts_of_charges(self):
        """What the line bills of each of its charges as long as nobody changes it.

        :return: {charge id: (pages, Decimal amount)}
        """
        self.ensure_one()
        share = share_of_line(self)
        parts = {}
        for charge in self.xpps_charge_ids:
            pages, amount = charge.quantity, to_decimal(charge.price_subtotal)
            if share:
                pages = int(share.of(Decimal(pages), Decimal(1)))
                amount = share.of(amount, to_decimal(self.currency_id.rounding))
            parts[charge.id] = pages, amount
        return parts

    def _xpps_charge_shares(self):
        """What a share bills of each charge, of which the pages are counted by its amount."""
        if not self.xpps_share_key:
            return super()._xpps_charge_shares()
        parts = self._xpps_parts_of_charges()
        unit = to_decimal(self.currency_id.rounding)
        amount = -self.move_id.direction_sign * self.price_subtotal
        amount = round_half_up(to_decimal(amount), self.currency_id.decimal_places)
        # Shares of many charges, and of a price that includes a tax, are rounded otherwise than those of each amount.
        slack = (len(parts) + 1) * unit if len(parts) > 1 or includes_tax(self.tax_ids) else 0
        expected = sum(part for _pages, part in parts.values())
        if abs(amount - expected) <= slack:
            return parts
        pages = sum(number for number, _part in parts.values())
        pages = round_half_up(pages * amount / expected, 0) if expected else Decimal(pages)
        return dict(zip(parts, self._xpps_in_proportion(parts, pages, amount), strict=True))

    def _xpps_in_proportion(self, parts, pages, amount):
        """:param parts: {charge id: (pages, Decimal amount)}
        :param pages, amount: Decimals, what the parts are to add up to
        :return: [(pages, Decimal amount)]
        """
        places = Decimal(1).scaleb(-self.currency_id.decimal_places)
        amounts = in_proportion(amount, [part for _pages, part in parts.values()], places)
        quantities = in_proportion(pages, [Decimal(number) for number, _part in parts.values()], Decimal(1))
        return [(int(quantity), part) for quantity, part in zip(quantities, amounts, strict=True)]
