# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models

from ...common.taxes import BillingTaxes, converted_price, taxed_price, untaxed_price


class SaleSubscriptionLine(models.Model):
    """Taxes of services on XPPS agreements, and what they make of prices that include them."""

    _inherit = "sale.subscription.line"

    xpps_taxes_by_hand = fields.Boolean(
        string="Taxes by Hand",
        help="The taxes were chosen on this line, so that it is billed with these. Otherwise, it is billed with the "
        "taxes that its product and the fiscal position give on the day of the invoice.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        stated = [line.id for line, vals in zip(lines, vals_list, strict=True) if "tax_ids" in vals]
        # A form sends all that it shows, the unticked box among it.
        told = {line.id for line, vals in zip(lines, vals_list, strict=True) if vals.get("xpps_taxes_by_hand")}
        self.browse(id_ for id_ in stated if id_ not in told)._xpps_note_taxes()
        return lines

    def write(self, vals):
        if "xpps_taxes_by_hand" in vals or {"tax_ids", "product_id"}.isdisjoint(vals):
            return super().write(vals)
        if "tax_ids" not in vals:
            # The taxes of another product are not those that were chosen.
            return super().write({**vals, "xpps_taxes_by_hand": False})
        result = super().write(vals)
        self._xpps_note_taxes()
        return result

    def _xpps_note_taxes(self):
        """Taxes that differ from what product and fiscal position give were chosen by whoever stated them."""
        taxes = {}
        lines = self.filtered("sale_subscription_id.is_xpps")
        # Where a tax was added, the ORM has forgotten the archived ones that the line still has.
        lines.invalidate_recordset(["tax_ids"])
        for line in lines:
            company = line.sale_subscription_id.company_id
            taxes.setdefault(company, BillingTaxes(company))
            stored = line._xpps_stored_taxes()
            in_force = stored.filtered("active")
            if in_force and stored != in_force:
                # Nobody sees an archived tax on the line: it is not what was chosen.
                line.with_context(active_test=False).tax_ids = [Command.unlink(tax.id) for tax in stored - in_force]
            by_hand = line._xpps_stored_taxes() != line._xpps_taxes_in_force(taxes[company])
            if line.xpps_taxes_by_hand != by_hand:
                line.xpps_taxes_by_hand = by_hand

    @api.depends("xpps_taxes_by_hand")
    def _compute_tax_ids(self):
        """Taxes that were chosen stay, whatever becomes of the customer, as long as the product does."""
        kept = self.filtered(lambda line: line.xpps_taxes_by_hand and line._origin.product_id == line.product_id)
        return super(SaleSubscriptionLine, self - kept)._compute_tax_ids()

    def _compute_price_unit(self):
        """A price that includes tax follows the fiscal position of the invoices, also where Odoo finds it."""
        xpps = self.filtered(
            lambda line: (
                line.sale_subscription_id.is_xpps
                and line.product_id
                and line.sale_subscription_id.pricelist_id
                and (line.sale_subscription_id.partner_id or line.sale_subscription_id.is_xpps_master)
            )
        )
        result = super(SaleSubscriptionLine, self - xpps)._compute_price_unit()
        taxes = {}
        for line in xpps:
            company = line.sale_subscription_id.company_id or self.env.company
            taxes.setdefault(company, BillingTaxes(company))
            line.price_unit = line._xpps_list_price(line.product_id, taxes[company])
        return result

    def _xpps_list_price(self, product, taxes):
        """What the agreement's pricelist asks for a product, with the taxes that are included on its invoices.

        :param BillingTaxes taxes: of the agreement's company
        """
        return taxes.price_terms(self.sale_subscription_id, product).price(self._get_display_price(product))

    def _xpps_stored_taxes(self):
        """The taxes of the line, archived ones among them."""
        self.ensure_one()
        # Whoever bills agreements need not see taxes.
        return self.sudo().with_context(active_test=False).tax_ids

    def _xpps_taxes_in_force(self, taxes):
        """:param BillingTaxes taxes: of the agreement's company"""
        return taxes.terms(self.sale_subscription_id, self.product_id).applied

    def _xpps_archived_taxes(self, taxes):
        """The archived taxes without which the line would be billed.

        :param taxes: {res.company: BillingTaxes}
        """
        taxes = taxes[self.sale_subscription_id.company_id]
        if self.xpps_taxes_by_hand:
            return self._xpps_stored_taxes().filtered(lambda tax: not tax.active)
        return taxes.archived(self.sale_subscription_id, self.product_id)

    def _xpps_refresh_taxes(self, taxes):
        """Give lines whose taxes nobody chose those that hold by now; see ``converted_price``.

        :param BillingTaxes taxes: of the agreement's company
        """
        for line in self.filtered(lambda line: not line.xpps_taxes_by_hand):
            stored, now = line._xpps_stored_taxes(), line._xpps_taxes_in_force(taxes)
            if stored != now:
                # Whoever has the agreement billed need not be allowed to change it: the law changes its taxes.
                line.sudo().with_context(active_test=False).write(
                    {"tax_ids": [Command.set(now.ids)], "xpps_taxes_by_hand": False}
                )
                line._xpps_reprice(converted_price(line.price_unit, stored, now, line.product_id))

    def _xpps_follow_position(self, before):
        """Keep the untaxed price where another fiscal position gave the line other taxes.

        :param before: account.tax with which the price was agreed
        """
        untaxed = untaxed_price(before, self.price_unit, self.product_id)
        self._xpps_reprice(taxed_price(self._xpps_stored_taxes(), untaxed, self.product_id))

    def _xpps_reprice(self, price):
        if price != self.price_unit:
            # As above; the price history has it.
            self.sudo().write({"price_unit": price, "change_reason": self.env._("The taxes of the service changed.")})
