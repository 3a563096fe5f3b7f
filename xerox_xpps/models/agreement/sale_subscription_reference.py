# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError


class SaleSubscription(models.Model):
    """The customer's own reference of an agreement, without which some customers pay no invoice."""

    _inherit = "sale.subscription"

    xpps_customer_reference = fields.Char(
        string="Customer Reference",
        copy=False,
        tracking=True,
        help="The customer's purchase order. It is printed on the invoices as their reference.",
    )

    def _xpps_lacks_reference(self):
        """Whether somebody asks for a reference that the agreement does not have."""
        return bool(self._xpps_payer_without_reference())

    def _xpps_payer_without_reference(self):
        """:return: the first payer whose invoice lacks the reference that he, or the customer, asks for: res.partner"""
        self.ensure_one()
        invoice_address = self._xpps_payer()
        if (
            not self._xpps_payer_terms(invoice_address).reference
            and (self.partner_id | invoice_address)._xpps_asks_reference()
        ):
            return invoice_address
        for partner in self._xpps_other_payers() if self._xpps_names_payers() else ():
            if partner._xpps_asks_reference() and not self._xpps_payer_terms(partner).reference:
                return partner
        return self.env["res.partner"]

    def _xpps_say_reference(self):
        partner = self._xpps_payer_without_reference()
        if partner != self._xpps_payer():
            return self.env._(
                "%(payer)s asks for a reference on each invoice. Enter it among the payers of %(agreement)s.",
                payer=partner.display_name,
                agreement=self._xpps_number(),
            )
        return self.env._(
            "%(customer)s asks for a reference on each invoice. Enter the customer reference of %(agreement)s.",
            customer=partner.display_name,
            agreement=self._xpps_number(),
        )

    def _xpps_check_customer_references(self):
        """:raises UserError: when an invoice would lack the reference that its customer asks for"""
        for agreement in self:
            if agreement._xpps_lacks_reference():
                raise UserError(agreement._xpps_say_reference())

    def _prepare_sale_order(self, line_ids=False):
        values = super()._prepare_sale_order(line_ids)
        if self.is_xpps:
            values["client_order_ref"] = self.xpps_customer_reference
        return values
