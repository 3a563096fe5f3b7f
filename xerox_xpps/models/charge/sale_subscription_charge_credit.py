# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...common.constants import BILLING_GROUP
from ...common.formats import amount_text
from ...common.listing import paragraphs
from ...common.locking import lock_or_refuse

#: How many charges a message names.
MAX_LISTED = 20

CREDIT_STATES = [("no", "Not Credited"), ("partial", "Partly Credited"), ("full", "Credited")]


class SaleSubscriptionCharge(models.Model):
    """What becomes of invoiced charges when their invoice is reversed.

    A credit note that Odoo makes of an invoice says which charges it credits. They stay invoiced: only
    ``action_rebill`` offers them for another invoice. It takes a charge off its reversed invoice lines, which are
    remembered in ``earlier_line_ids``; from then on the credit note must stand.
    """

    _inherit = "sale.subscription.charge"

    credit_line_ids = fields.Many2many(
        "account.move.line",
        "xpps_charge_credit_line_rel",
        "charge_id",
        "credit_line_id",
        string="Credit Note Lines",
        copy=False,
        readonly=True,
        groups=BILLING_GROUP,
    )
    earlier_line_ids = fields.Many2many(
        "account.move.line",
        "xpps_charge_earlier_line_rel",
        "charge_id",
        "invoice_line_id",
        string="Earlier Invoice Lines",
        copy=False,
        readonly=True,
        groups=BILLING_GROUP,
        help="Lines that billed the charge and were credited later.",
    )
    credited_quantity = fields.Integer(
        string="Credited Pages", compute="_compute_credit", groups=BILLING_GROUP, help="On posted credit notes."
    )
    credited_amount = fields.Monetary(
        compute="_compute_credit", groups=BILLING_GROUP, help="On posted credit notes, before taxes."
    )
    credit_state = fields.Selection(
        CREDIT_STATES, compute="_compute_credit", search="_search_credit_state", groups=BILLING_GROUP
    )

    @api.depends(
        "quantity",
        "price_subtotal",
        "invoice_line_ids.parent_state",
        "invoice_line_ids.price_subtotal",
        "credit_line_ids.parent_state",
        "credit_line_ids.quantity",
        "credit_line_ids.price_subtotal",
    )
    def _compute_credit(self):
        # What is credited does not depend on the right to see invoices.
        seen = self.sudo()
        lines = seen.invoice_line_ids.filtered(lambda line: line.parent_state == "posted")
        shares = {line: line._xpps_credit_shares() for line in lines}
        for charge, invoiced in zip(self, seen, strict=True):
            found = [shares[line][charge.id] for line in invoiced.invoice_line_ids if line in shares]
            charge.credited_quantity = sum(share.quantity for share in found)
            charge.credited_amount = float(sum(share.amount for share in found))
            # Of several payers' shares one may be credited while another is not even posted.
            waits = any(line.parent_state == "draft" for line in invoiced.invoice_line_ids)
            if found and not waits and all(share.full for share in found):
                charge.credit_state = "full"
            else:
                charge.credit_state = "partial" if any(share.some for share in found) else "no"

    @api.model
    def _search_credit_state(self, operator, value):
        self._xpps_check_searchable("credit_state")
        if operator != "in":
            return NotImplemented
        # Few charges are ever credited.
        credited = self.sudo().search([("credit_line_ids.parent_state", "=", "posted")])
        states = credited.grouped("credit_state")
        found = Domain.OR(Domain("id", "in", same.ids) for state, same in states.items() if state in value)
        if "no" in value:
            found |= Domain("id", "not in", credited.ids)
        return found

    def action_rebill(self):
        """Offer charges for another invoice whose invoice was credited as a whole.

        Base prices that were credited with them are billed again, too.

        :raises UserError: when one is not, or somebody else is at them
        """
        self.check_access("write")
        self._lock()
        # The clerk may rebill a charge without the right to see invoices and orders, and nobody but invoicing writes
        # which lines bill it.
        charges = self.sudo()
        lock_or_refuse(
            charges.credit_line_ids.move_id,
            self.env._("The credit notes of these charges are being changed by someone else right now. Try again."),
        )
        for charge in charges:
            charge._check_rebillable()
        charges.invoice_line_ids.move_id._xpps_bill_base_again(through_orders=False)
        charges._release_from_orders()
        for same in charges.grouped("subscription_id").values():
            same._log_rebilling()
        for charge in charges:
            charge._leave_invoice_lines(charge.invoice_line_ids.filtered(lambda line: line.parent_state == "posted"))
        return True

    def _check_rebillable(self):
        if self.credit_state == "full":
            self._check_currency()
            return
        names = {"charge": self.name, "device": self.device_id.name or "–"}
        if self.credit_state == "partial":
            raise UserError(
                self.env._(
                    "Charge “%(charge)s” of device %(device)s is partly credited: %(credited)s of %(amount)s. Only "
                    "charges that are fully credited can be billed again.",
                    credited=amount_text(self.env, self.credited_amount, self.currency_id),
                    amount=amount_text(self.env, self.price_subtotal, self.currency_id),
                    **names,
                )
            )
        raise UserError(
            self.env._(
                "Charge “%(charge)s” of device %(device)s is not credited by a posted credit note, so it cannot be "
                "billed again. Reverse its invoice first.",
                **names,
            )
        )

    def _check_never_billed(self):
        """:raises UserError: when a charge was billed earlier: it keeps its credit note from being taken back"""
        # Whoever deletes a charge does so without a right to see invoices.
        for charge in self.sudo():
            if charge.earlier_line_ids:
                raise UserError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s was billed by %(invoices)s and credited by "
                        "%(credits)s, so it cannot be deleted. Reject it if it should not be billed again.",
                        charge=charge.name,
                        device=charge.device_id.name or "–",
                        invoices=", ".join(charge.earlier_line_ids.move_id.mapped("display_name")),
                        credits=", ".join(charge.credit_line_ids.move_id.mapped("display_name")),
                    )
                )

    def _leave_invoice_lines(self, lines):
        """Remember lines as those that billed the charges earlier."""
        self.write(
            {
                "earlier_line_ids": [Command.link(line.id) for line in lines],
                "invoice_line_ids": [Command.unlink(line.id) for line in lines],
            }
        )

    def _log_rebilling(self):
        moves = self.invoice_line_ids.move_id.filtered(lambda move: move.state == "posted")
        credit_notes = self.credit_line_ids.move_id.filtered(lambda move: move.state == "posted")
        named = [f"{charge.name}, {charge.device_id.name or '–'}" for charge in self[:MAX_LISTED]]
        listed = paragraphs(self.env, named, MAX_LISTED, len(self))
        self.subscription_id.message_post(
            body=Markup("<p>%s</p><ul>%s</ul>")
            % (
                self.env._(
                    "These charges of %(invoices)s were credited by %(credits)s and will be billed again:",
                    invoices=", ".join(moves.mapped("display_name")),
                    credits=", ".join(credit_notes.mapped("display_name")),
                ),
                Markup().join(Markup("<li>%s</li>") % text for text in listed),
            ),
            author_id=self.env.user.partner_id.id,
        )
