# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from odoo.addons.xerox_xpps.common.constants import USER_GROUP


class HelpdeskTicket(models.Model):
    """A billing question, and the invoice and charges that it is about."""

    _inherit = "helpdesk.ticket"

    xpps_invoice_id = fields.Many2one(
        "account.move",
        string="Invoice",
        compute="_compute_xpps_invoice_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('move_type', 'in', ('out_invoice', 'out_refund')), ('state', '!=', 'cancel'), "
        "('commercial_partner_id', '=', commercial_partner_id)]",
        groups=USER_GROUP,
        help="The invoice that the customer asks about: the last one of the agreement, unless you choose another.",
    )
    xpps_charge_ids = fields.Many2many(
        "sale.subscription.charge",
        "helpdesk_ticket_xpps_charge_rel",
        "ticket_id",
        "charge_id",
        string="Charges",
        compute="_compute_xpps_charge_ids",
        store=True,
        readonly=False,
        copy=False,
        check_company=True,
        domain="xpps_device_id and [('device_id', '=', xpps_device_id)] "
        "or [('subscription_id', '=', xpps_subscription_id)]",
        groups=USER_GROUP,
        help="The charges that the customer asks about: those of the device on the invoice, unless you choose others.",
    )

    @api.depends("xpps_kind", "xpps_subscription_id")
    def _compute_xpps_invoice_id(self):
        asking = self.filtered(lambda ticket: ticket.xpps_kind == "billing_question")
        agreements = asking.xpps_subscription_id._origin
        invoices = agreements._xpps_invoices() if agreements else {}
        last = {
            agreement: moves.filtered(lambda move: move.state == "posted" and move.move_type == "out_invoice").sorted(
                lambda move: (move.invoice_date, move.id)
            )[-1:]
            for agreement, moves in invoices.items()
        }
        for ticket in self:
            agreement = (ticket & asking).xpps_subscription_id._origin
            ticket.xpps_invoice_id = last.get(agreement, False)

    @api.depends("xpps_invoice_id", "xpps_device_id")
    def _compute_xpps_charge_ids(self):
        for ticket in self:
            charges = ticket.xpps_invoice_id._origin.invoice_line_ids.xpps_charge_ids
            device = ticket.xpps_device_id._origin
            ticket.xpps_charge_ids = charges.filtered(lambda charge, device=device: charge.device_id == device)
