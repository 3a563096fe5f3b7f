# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ...common.constants import BILLING_GROUP
from ...common.window_actions import open_invoices
from ...invoicing import prepare_charge_lines
from ...rules import invoice_status

#: What invoicing alone writes. All the rest an invoiced charge must keep.
DOCUMENTS = {"invoice_line_ids", "sale_line_ids", "credit_line_ids", "earlier_line_ids", "invoice_status"}


class SaleSubscriptionCharge(models.Model):
    """Charges on invoices and orders.

    A charge is invoiced at most once: ``invoice_status`` is stored, so that the transaction which invoices it changes
    its row and a concurrent one fails instead of billing it again.
    """

    _inherit = "sale.subscription.charge"

    invoice_line_ids = fields.Many2many(
        "account.move.line",
        "xpps_charge_invoice_line_rel",
        "charge_id",
        "invoice_line_id",
        string="Invoice Lines",
        copy=False,
        readonly=True,
        groups=BILLING_GROUP,
    )
    sale_line_ids = fields.Many2many(
        "sale.order.line",
        "xpps_charge_sale_line_rel",
        "charge_id",
        "sale_line_id",
        string="Order Lines",
        copy=False,
        readonly=True,
        groups=BILLING_GROUP,
        help="Where the agreement is billed through sale orders.",
    )
    invoice_status = fields.Selection(
        [("no", "Nothing to Invoice"), ("to_invoice", "To Invoice"), ("invoiced", "Invoiced")],
        compute="_compute_invoice_status",
        store=True,
    )

    # The few that are to be invoiced, among the many of earlier months.
    _to_invoice_idx = models.Index("(subscription_id) WHERE invoice_status = 'to_invoice'")

    @api.depends("state", "billable", "quantity", "invoice_line_ids.parent_state")
    def _compute_invoice_status(self):
        for charge in self:
            invoiced = any(line.parent_state != "cancel" for line in charge.invoice_line_ids)
            charge.invoice_status = invoice_status(charge.state, charge.billable, charge.quantity, invoiced)

    def _check_field_access(self, field, operation):
        """Nobody marks a charge as invoiced by hand, or as not invoiced."""
        if operation == "write" and field.name in DOCUMENTS and not self.env.su:
            raise AccessError(
                self.env._(
                    "The invoice of a charge is set when its agreement is invoiced and cannot be changed manually."
                )
            )
        return super()._check_field_access(field, operation)

    def _check_not_invoiced(self):
        for charge in self:
            if charge.invoice_status == "invoiced":
                # The clerk may name the invoice of a charge without the right to read invoices.
                moves = charge.sudo().invoice_line_ids.move_id.filtered(lambda move: move.state != "cancel")
                raise UserError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s is on invoice %(invoice)s and cannot be changed. "
                        "Delete or cancel the draft invoice first, or credit the posted one.",
                        charge=charge.name,
                        device=charge.device_id.name or "–",
                        invoice=", ".join(moves.mapped("display_name")),
                    )
                )

    def _check_currency(self):
        """:raises UserError: when a charge is not in its agreement's currency: its price would be billed as another"""
        for charge in self:
            agreement = charge.subscription_id
            if charge.currency_id != agreement.currency_id:
                raise UserError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s is in %(currency)s, but %(agreement)s is now billed "
                        "in %(other)s. Reject the charge, or give the agreement a pricelist in %(currency)s.",
                        charge=charge.name,
                        device=charge.device_id.name or "–",
                        currency=charge.currency_id.name,
                        agreement=agreement.display_name,
                        other=agreement.currency_id.name,
                    )
                )

    def _release_from_orders(self):
        """Take charges off orders that do not bill them after all: the invoice was deleted or never made.

        Their lines stay on the order with a quantity of 0, so that the order cannot bill them later.
        """
        lines = self.sale_line_ids.filtered(lambda line: line.state != "cancel")
        if not lines:
            return
        locked = lines.order_id.filtered("locked")
        locked.action_unlock()
        lines.write({"product_uom_qty": 0, "qty_delivered": 0, "xpps_charge_ids": [Command.clear()]})
        locked.action_lock()

    def _prepare_account_move_lines(self, detail, taxes, payer=None, shares=None):
        """Invoice lines of charges that one agreement bills together.

        :param detail: ``device``, a line per charge; or ``material``, a line per material code and price
        :param BillingTaxes taxes: of the agreement's company
        :param payer: Payer, where the agreement names some; his detail counts
        :param shares: {charge id: Share} of those that are not his alone
        :return: [values of account.move.line]
        """
        return self._prepare_paid_lines(detail, taxes, "quantity", payer, shares or {})

    def _prepare_sale_order_lines(self, detail, taxes, payer=None, shares=None):
        """The same lines for a sale order; values of sale.order.line."""
        return self._prepare_paid_lines(detail, taxes, "product_uom_qty", payer, shares or {})

    def _prepare_document_lines(self, detail, taxes, quantity_field, other=None):
        """:param other: res.partner who gets the document, if it is somebody else than the invoice address"""
        self._check_currency()
        self._recompute_taxed_amounts(taxes)
        values_list = []
        for line in prepare_charge_lines(self, detail, taxes, other):
            charges = line.charges
            if not line.quantity:
                # They wait for others that they can be billed together with.
                continue
            values = {
                "product_id": charges.product_id.id,
                "name": line.name,
                quantity_field: line.quantity,
                "price_unit": line.price_unit,
                # A click price is a net price: no pricelist's discount comes on top.
                "discount": 0.0,
                "product_uom_id": charges.product_id._xpps_page_uom().id,
                "xpps_charge_ids": [Command.set(charges.ids)],
                "xpps_subscription_id": charges.subscription_id.id,
                "xpps_period_start": line.period_start,
                "xpps_period_end": line.period_end,
            }
            # Left out, Odoo's distribution models decide.
            if distribution := charges[0]._analytic_distribution():
                values["analytic_distribution"] = distribution
            values_list.append(values)
        return values_list

    def _analytic_distribution(self):
        """Pages are distributed as the base price of their device is, if that is billed by the same agreement."""
        service = self.device_id.xpps_subscription_line_id
        return service.analytic_distribution if service.sale_subscription_id == self.subscription_id else False

    def action_open_invoices(self):
        lines = self.invoice_line_ids | self.credit_line_ids | self.earlier_line_ids
        return open_invoices(self, [("id", "in", lines.move_id.ids)])
