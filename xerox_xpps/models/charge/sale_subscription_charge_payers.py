# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...billing_file import to_decimal
from ...importing import CORRECTION, UNDERS


class SaleSubscriptionCharge(models.Model):
    """Who pays charges, and what several payers pay of them."""

    _inherit = "sale.subscription.charge"

    def _xpps_payer_role(self):
        self.ensure_one()
        return "unders" if self.kind == UNDERS else "overage"

    def _xpps_payers_before(self):
        """Who paid charges that were credited and are billed again, and the pages that a correction changes.

        :return: {charge id: [(res.partner, Decimal percent)]} of those that somebody paid before
        """
        # What was billed does not depend on what the user may see.
        charges = self.sudo()
        lines = {charge.id: charge.earlier_line_ids for charge in charges}
        corrections = charges.filtered(lambda charge: charge.kind == CORRECTION and charge.period_end)
        corrected = corrections and charges.search(
            [
                ("subscription_id", "in", corrections.subscription_id.ids),
                ("device_id", "in", corrections.device_id.ids),
                ("period_end", "in", list(set(corrections.mapped("period_end")))),
                "|",
                ("invoice_status", "=", "invoiced"),
                ("earlier_line_ids", "!=", False),
            ]
        ).grouped(_pages_of)
        for charge in corrections:
            if not lines[charge.id]:
                same = corrected.get(_pages_of(charge), charge.browse())
                # Who paid pages that are billed again gets them with what corrects them.
                lines[charge.id] = same.invoice_line_ids or same.earlier_line_ids
        return {
            charge.id: payers
            for charge in charges
            if (payers := lines[charge.id].sorted("id", reverse=True)._xpps_payers_of_newest(charge.subscription_id))
        }

    def _prepare_paid_lines(self, detail, taxes, quantity_field, payer, shares):
        """Lines of charges as they are for who pays them; those that several pay are on lines of their own.

        :param payer: Payer, or None where the agreement names none
        :param shares: {charge id: Share} of those that are not his alone
        """
        if payer is None:
            return self._prepare_document_lines(detail, taxes, quantity_field)
        other = payer.partner if payer.other else None
        values_list = []
        for share, charges in self.grouped(lambda charge: shares.get(charge.id)).items():
            for values in charges._prepare_document_lines(payer.detail, taxes, quantity_field, other):
                values["xpps_payer_id"] = payer.partner.id
                if share:
                    values |= charges._prepare_share(values, share, taxes, quantity_field, other)
                values_list.append(values)
        return values_list

    def _prepare_share(self, values, share, taxes, quantity_field, other):
        """:param other: res.partner who gets the document, if it is somebody else than the invoice address"""
        agreement = self.subscription_id._in_billing_env()
        totals = None
        if not share.joined:
            charges = self.browse(values["xpps_charge_ids"][0][2])
            terms = taxes.price_terms(agreement, charges.product_id, other)
            currency = agreement.currency_id
            totals = [
                to_decimal(currency.round(charge.quantity * terms.price(charge.unit_price))) for charge in charges
            ]
        agreement = agreement.with_context(lang=(other or agreement._xpps_payer()).lang or self.env.lang)
        return agreement._prepare_xpps_share(values, share, quantity_field, totals)


def _pages_of(charge):
    return charge.subscription_id, charge.device_id, charge.output_type, charge.period_end
