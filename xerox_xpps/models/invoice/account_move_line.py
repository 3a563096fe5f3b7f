# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import namedtuple
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...billing_file import round_half_up, to_decimal
from ...common.constants import BILLING_GROUP, COMPONENT_SELECTION, USER_GROUP

#: Values that only invoicing and reversal set.
CHARGE_FIELDS = {"xpps_charge_ids", "xpps_credited_charge_ids"}

#: What credit notes take back of one charge: pages, a Decimal, whether it is all, whether it is anything.
CreditShare = namedtuple("CreditShare", "quantity amount full some")


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "xpps.billed.item", "xpps.guard"]

    # Not copied: a duplicated invoice or a credit note bills no charge.
    xpps_charge_ids = fields.Many2many(
        "sale.subscription.charge",
        "xpps_charge_invoice_line_rel",
        "invoice_line_id",
        "charge_id",
        string="XPPS Charges",
        copy=False,
        readonly=True,
        groups=USER_GROUP,
        help="The approved charges that this line bills.",
    )

    xpps_component = fields.Selection(
        COMPONENT_SELECTION,
        string="XPPS Component",
        readonly=True,
        help="The component that this line of a vendor bill bills, if the bill was drafted from a billing file.",
    )

    xpps_credited_charge_ids = fields.Many2many(
        "sale.subscription.charge",
        "xpps_charge_credit_line_rel",
        "credit_line_id",
        "charge_id",
        string="Credited XPPS Charges",
        copy=False,
        readonly=True,
        groups=USER_GROUP,
        help="The charges that this credit note line reverses.",
    )
    xpps_source_line_id = fields.Many2one(
        "account.move.line",
        string="XPPS Source Line",
        index="btree_not_null",
        copy=False,
        readonly=True,
        help="The line with charges that this line was copied from, either to credit it or to replace it.",
    )

    xpps_joined_run_id = fields.Many2one(
        "xpps.billing.run",
        string="Added by XPPS Billing Run",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
        groups=BILLING_GROUP,
        help="The billing run that added the line to a draft with other items.",
    )

    def _check_field_access(self, field, operation):
        if operation == "write" and field.name in CHARGE_FIELDS and not self.env.su:
            raise AccessError(
                self.env._(
                    "The charges of an invoice line are set when their agreement is invoiced and cannot be changed "
                    "manually."
                )
            )
        return super()._check_field_access(field, operation)

    @api.model_create_multi
    def create(self, vals_list):
        vals_list, said = self._xpps_take_program_values(vals_list)
        lines = super().create(vals_list)
        lines._xpps_write_program_values(said)
        return lines

    def write(self, vals):
        # Odoo leaves out lines whose values stay the same, and whoever may not write them is told so all the same.
        if not self.env.su:
            for name in self._xpps_program_fields_of(vals):
                self._check_field_access(self._fields[name], "write")
        return super().write(vals)

    def _xpps_agreement(self):
        """The agreement that the line bills, or none. Reads charges: to be called in sudo."""
        self.ensure_one()
        # What a clerk adds to an invoice belongs to the agreement of the invoice.
        return self.xpps_subscription_id or self.xpps_charge_ids.subscription_id[:1] or self.move_id.subscription_id

    def _is_xpps_item(self):
        """Whether the line bills charges or a service with an XPPS role. Reads charges: to be called in sudo."""
        self.ensure_one()
        if self.display_type != "product":
            return False
        return bool(self.xpps_charge_ids or (self.product_id.xpps_role and self._xpps_agreement().is_xpps))

    def _xpps_quantity_options(self):
        """How the printed invoice writes the quantity: pages have no decimals, all else those of its unit."""
        self.ensure_one()
        pages = self.product_id.xpps_role == "material_code" and float(self.quantity).is_integer()
        return {"precision": 0} if pages else {}

    # Credit notes

    def _copy_data_extend_business_fields(self, values):
        """Called where an invoice is reversed, or where one takes the place of a reversed invoice."""
        result = super()._copy_data_extend_business_fields(values)
        # Whoever may reverse an invoice does so without a right to see charges.
        line = self.sudo()
        if line.xpps_charge_ids or line.xpps_credited_charge_ids:
            self._xpps_say(values, {"xpps_source_line_id": self.id})
        return result

    def _xpps_credit_charges(self):
        """Lines of credit notes take back what their source lines bill; the caller acts as superuser.

        An invoice that reverses a credit note has to do with the same charges.
        """
        for line in self.filtered("xpps_source_line_id"):
            source = line.xpps_source_line_id
            charges = source.xpps_charge_ids or source.xpps_credited_charge_ids
            line.xpps_credited_charge_ids = [Command.set(charges.ids)]

    def _xpps_take_over_charges(self):
        """Lines of new invoices bill what their reversed source lines billed; the caller acts as superuser."""
        lines = self.filtered("xpps_source_line_id")
        lines.xpps_source_line_id.xpps_charge_ids._lock()
        for line in lines:
            source = line.xpps_source_line_id
            charges = source.xpps_charge_ids
            if charges:
                charges._leave_invoice_lines(source)
                line.xpps_charge_ids = [Command.set(charges.ids)]
            else:
                # It takes the place of a credit note.
                line.xpps_credited_charge_ids = [Command.set(source.xpps_credited_charge_ids.ids)]

    def _xpps_credited_line(self):
        """The invoice line that this line of a credit note takes back, or that it bills again after a credit note."""
        line = self.xpps_source_line_id
        while line.xpps_credited_charge_ids and line.xpps_source_line_id:
            line = line.xpps_source_line_id
        return line

    def _xpps_credit_shares(self):
        """What posted credit notes take back of the charges of one posted invoice line; called as superuser.

        The whole line credited means each of its charges. Part of it is split in proportion to their amounts.

        :return: {charge id: CreditShare}
        """
        self.ensure_one()
        charges, parts = self.xpps_charge_ids, self._xpps_parts_of_charges()
        credits = charges.credit_line_ids.filtered(
            lambda line: line.parent_state == "posted" and line._xpps_credited_line() == self
        )
        # Both count for the customer when positive on an invoice, and against when positive on a credit note.
        billed, pages = -self.move_id.direction_sign * self.price_subtotal, sum(charges.mapped("quantity"))
        credited = sum(line.move_id.direction_sign * line.price_subtotal for line in credits)
        credited_pages = sum(line.move_id.direction_sign * line.quantity for line in credits)
        if self.xpps_share_key:
            # The line is one of its share, whatever the pages.
            units = -self.move_id.direction_sign * self.quantity
            credited_pages = credited_pages / units * sum(part for part, _amount in parts.values()) if units else 0
            pages = sum(part for part, _amount in parts.values())
        currency = self.currency_id
        if currency.is_zero(billed):
            full = bool(credits) if self.xpps_share_key else bool(pages) and credited_pages / pages >= 1
        else:
            full = currency.compare_amounts(credited if billed > 0 else -credited, abs(billed)) >= 0
        if full:
            return {charge_id: CreditShare(*part, True, True) for charge_id, part in parts.items()}
        found = self._xpps_in_proportion(
            parts,
            round_half_up(to_decimal(credited_pages), 0),
            round_half_up(to_decimal(credited), currency.decimal_places),
        )
        some = bool(credited or credited_pages)
        return {charge_id: CreditShare(*part, False, some) for charge_id, part in zip(parts, found, strict=True)}

    def _xpps_charge_shares(self):
        """What the line bills of each of its charges, whoever changed it; called as superuser.

        A line that was not changed bills each of them as it is, but for the rounding of their sum.

        :return: {charge id: (pages, Decimal amount)}
        """
        self.ensure_one()
        charges = self.xpps_charge_ids
        currency = self.currency_id
        sign = -self.move_id.direction_sign
        pages = sign * round(self.quantity)
        amount = round_half_up(to_decimal(sign * self.price_subtotal), currency.decimal_places)
        amounts = {charge.id: to_decimal(charge.price_subtotal) for charge in charges}
        # Each of the charges, and the line, is off by half the currency's smallest amount at most.
        slack = (len(charges) + 1) * to_decimal(currency.rounding) / 2 if len(charges) > 1 else 0
        if pages == sum(charges.mapped("quantity")) and abs(amount - sum(amounts.values())) <= slack:
            return {charge.id: (charge.quantity, amounts[charge.id]) for charge in charges}
        parts = self._xpps_parts_of_charges()
        return dict(zip(parts, self._xpps_in_proportion(parts, Decimal(pages), amount), strict=True))

    def _xpps_rebilled(self):
        """The first of these lines that has to do with how a charge was billed before it was offered again.

        :return: (account.move.line, sale.subscription.charge), or None
        """
        # Whoever changes an invoice does so without a right to see charges.
        lines = self.sudo().filtered(lambda line: line.display_type == "product")
        if not lines:
            return None
        charges = lines.env["sale.subscription.charge"].search(
            Domain("credit_line_ids", "in", lines.ids) | Domain("earlier_line_ids", "in", lines.ids)
        )
        # Somebody may be about to rebill one of them.
        charges._lock()
        for charge in charges:
            for line in lines & (charge.earlier_line_ids | charge.credit_line_ids):
                if charge.earlier_line_ids & (line | line._xpps_credited_line()):
                    return line, charge
        return None

    def _xpps_check_not_rebilled(self):
        """:raises UserError: when charges of these lines were credited and are billed again: the credit must stand"""
        rebilled = self.filtered(lambda line: line.parent_state == "posted")._xpps_rebilled()
        if rebilled:
            line, charge = rebilled
            raise UserError(
                self.env._(
                    "%(move)s cannot be reset to draft or cancelled: charge “%(charge)s” of device %(device)s was "
                    "credited and has been billed again.",
                    move=line.move_id.display_name,
                    charge=charge.name,
                    device=charge.device_id.name or "–",
                )
            )

    def _xpps_check_postable(self):
        """:raises UserError: when lines credit again what was credited and is billed again, or take that credit back"""
        rebilled = self._xpps_rebilled()
        if rebilled:
            line, charge = rebilled
            raise UserError(
                self.env._(
                    "%(move)s cannot be posted: charge “%(charge)s” of device %(device)s was credited earlier and has "
                    "been billed again. Delete its line or this draft.",
                    move=line.move_id.display_name,
                    charge=charge.name,
                    device=charge.device_id.name or "–",
                )
            )

    def _xpps_check_charges_free(self):
        """:raises UserError: when other invoices bill the charges of these lines, whose invoices were cancelled"""
        # Whoever changes an invoice does so without a right to see charges.
        lines = self.sudo().filtered("xpps_charge_ids")
        for charge in lines.xpps_charge_ids:
            others = (charge.invoice_line_ids - lines).filtered(lambda line: line.parent_state != "cancel")
            if others:
                raise UserError(
                    self.env._(
                        "%(move)s cannot be used again: charge “%(charge)s” of device %(device)s is billed by "
                        "%(other)s. Delete the line from one of them first.",
                        move=(charge.invoice_line_ids & lines)[:1].move_id.display_name,
                        charge=charge.name,
                        device=charge.device_id.name or "–",
                        other=others[:1].move_id.display_name,
                    )
                )

    def _xpps_check_not_credited(self):
        """:raises UserError: when posted credit notes take back what these lines bill"""
        # Whoever changes an invoice does so without a right to see charges.
        lines = self.sudo().filtered("xpps_charge_ids")
        credits = lines.xpps_charge_ids.credit_line_ids.filtered(
            lambda line: line.parent_state == "posted" and line._xpps_credited_line() in lines
        )
        if credits:
            raise UserError(
                self.env._(
                    "%(move)s cannot be reset to draft or cancelled: its charges are credited by %(credits)s. Reset "
                    "the credit to draft first.",
                    move=credits[0]._xpps_credited_line().move_id.display_name,
                    credits=", ".join(credits.move_id.mapped("display_name")),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credited(self):
        self._xpps_check_not_rebilled()
        self._xpps_check_not_credited()
