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

    def _xpps_joint_reference(self):
        """:return: the references of agreements that one invoice bills; False if they have none"""
        references = [agreement.xpps_customer_reference for agreement in self]
        return ", ".join(dict.fromkeys(filter(None, references))) or False

    def _xpps_lacks_reference(self):
        """Whether the customer, or who pays for him, asks for a reference that the agreement does not have."""
        self.ensure_one()
        if self.xpps_customer_reference:
            return False
        partners = (self.partner_id, self._xpps_payer())
        return any(
            partner.xpps_reference_required or partner.commercial_partner_id.xpps_reference_required
            for partner in partners
        )

    def _xpps_say_reference(self):
        return self.env._(
            "%(customer)s asks for a reference on each invoice. Enter the customer reference of %(agreement)s.",
            customer=self._xpps_payer().display_name,
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
