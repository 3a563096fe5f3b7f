# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ...billing_file import round_half_up, to_decimal
from ...common.constants import BILLING_GROUP
from ...common.formats import amount_text
from ...common.window_actions import open_dialog
from ...importing import CYCLE, PAGES
from ...rules import page_amount


class SaleSubscriptionCharge(models.Model):
    """What invoices bill of charges: whoever may change an invoice may change its pages and prices.

    What an invoice leaves of a charge is not lost unseen. ``action_bill_rest`` makes it a charge that the next invoice
    bills, ``action_write_off`` one that is never billed. The charge itself says what was invoiced from then on.
    """

    _inherit = "sale.subscription.charge"

    invoiced_quantity = fields.Integer(
        string="Invoiced Pages", compute="_compute_invoiced", groups=BILLING_GROUP, help="On invoices, drafts included."
    )
    invoiced_amount = fields.Monetary(
        compute="_compute_invoiced", groups=BILLING_GROUP, help="On invoices, drafts included, before taxes."
    )
    has_rest = fields.Boolean(
        string="Changed on the Invoice",
        compute="_compute_invoiced",
        search="_search_has_rest",
        groups=BILLING_GROUP,
        help="The invoice bills other pages or another amount than the charge: somebody changed it.",
    )
    rest_text = fields.Char(compute="_compute_invoiced", groups=BILLING_GROUP)

    @api.depends(
        "quantity",
        "price_subtotal",
        "invoice_line_ids.parent_state",
        "invoice_line_ids.quantity",
        "invoice_line_ids.price_subtotal",
    )
    def _compute_invoiced(self):
        # What is invoiced does not depend on the right to see invoices.
        seen = self.sudo()
        lines = seen.invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
        shares = {line: line._xpps_charge_shares() for line in lines}
        for charge, known in zip(self, seen, strict=True):
            found = [shares[line][charge.id] for line in known.invoice_line_ids if line in shares]
            pages, amount = (sum(share[place] for share in found) for place in (0, 1))
            charge.invoiced_quantity = pages
            charge.invoiced_amount = float(amount)
            total = to_decimal(charge.price_subtotal)
            charge.has_rest = bool(found) and (pages != charge.quantity or amount != total)
            charge.rest_text = charge.has_rest and charge._say_rest()

    def _say_rest(self):
        return self.env._(
            "Invoiced: %(pages)s of %(all)s pages, %(amount)s of %(total)s.",
            pages=formatLang(self.env, self.invoiced_quantity, digits=0),
            all=formatLang(self.env, self.quantity, digits=0),
            amount=amount_text(self.env, self.invoiced_amount, self.currency_id),
            total=amount_text(self.env, self.price_subtotal, self.currency_id),
        )

    @api.model
    def _search_has_rest(self, operator, value):
        self._xpps_check_searchable("has_rest")
        if operator != "in":
            return NotImplemented
        self.env["account.move.line"].flush_model(["quantity", "price_subtotal", "parent_state"])
        self.flush_model(["quantity", "price_subtotal"])
        # Lines that may have been changed; of these, the charges themselves say whether they were.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT array_agg(charge.id)
                  FROM xpps_charge_invoice_line_rel rel
                  JOIN sale_subscription_charge charge ON charge.id = rel.charge_id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id AND line.parent_state <> 'cancel'
              GROUP BY line.id
                HAVING ABS(line.quantity) <> ABS(SUM(charge.quantity))
                    OR ABS(line.price_subtotal) <> ABS(SUM(charge.price_subtotal))
                """
            )
        )
        # What has a rest is asked of all; which of them the user sees is up to his search.
        charges = self.sudo().browse(charge_id for (ids,) in rows for charge_id in ids).filtered("has_rest")
        found = Domain("id", "in", charges.ids)
        return Domain.OR([found] * (True in value) + [~found] * (False in value))

    def action_bill_rest(self):
        """Have the next invoice bill what an invoice left of the charges."""
        return self._settle_rest(True)

    def action_write_off(self, reason=None):
        """Never bill what an invoice left of the charges; their pages still cost what they cost.

        :param reason: why, as of any correction; who gives none is asked
        :return: True, or the action that asks for the reason
        """
        reason = str(reason or "").strip()
        if reason:
            return self._settle_rest(False, reason)
        self._check_rest()
        wizard = self.env["xpps.charge.write.off.wizard"]
        context = {"active_model": self._name, "active_ids": self.ids}
        return open_dialog(wizard, self.env._("Write Off"), context)

    def _settle_rest(self, billable, reason=None):
        """Part what an invoice left of charges from what it bills.

        :param billable: whether the rest is billed
        :param reason: why it is not
        """
        self._check_rest()
        # The clerk may settle a charge without the right to see invoices.
        for charge in self.sudo():
            charge._part_rest(billable, reason)
        return True

    def _check_rest(self):
        """:raises UserError: when there is no rest, or its invoice is a draft"""
        self.check_access("write")
        self._lock()
        # The clerk may settle a charge without the right to see invoices.
        for charge in self.sudo():
            names = {"charge": charge.name, "device": charge.device_id.name or "–"}
            if not charge.has_rest:
                raise UserError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s is invoiced as it is: nothing is left.", **names
                    )
                )
            if any(line.parent_state == "draft" for line in charge.invoice_line_ids):
                raise UserError(
                    self.env._(
                        "The invoice of charge “%(charge)s” of device %(device)s is a draft. Post it first, or correct "
                        "it.",
                        **names,
                    )
                )

    def _part_rest(self, billable, reason):
        text, rest = self._say_rest(), []
        old = {"quantity": self.quantity, "unit_price": self.unit_price}
        pages, amount = self.invoiced_quantity, to_decimal(self.invoiced_amount)
        new = {"quantity": pages, "unit_price": self._price_for(pages, amount)}
        if pages != old["quantity"]:
            rest.append(self._prepare_rest(billable, old["quantity"] - pages))
        left = round(old["unit_price"] - new["unit_price"], 6)
        if left and billable:
            rest.append(self._prepare_price_rest(pages, left))
        said = self.env._("Billed later: %s", text) if billable else self.env._("Written off: %s", text)
        changes = [(name, old[name], new[name]) for name in old if old[name] != new[name]]
        self.env["xpps.charge.change"]._note_values(self._prepare_changes(changes, reason or said))
        kept = {"reason": reason} if reason else {}
        self._write_rest({name: new[name] for name, _old, _new in changes} | kept)
        self.create([values | kept for values in rest])
        self.subscription_id.message_post(
            body=Markup("<p>%s</p>" * (3 if reason else 2))
            % (
                self.env._("Charge “%(charge)s” of device %(device)s", charge=self.name, device=self.device_id.name),
                said,
                *([self.env._("Reason: %s", reason)] if reason else []),
            ),
            author_id=self.env.user.partner_id.id,
        )

    def _price_for(self, pages, amount):
        """The price at which so many pages come to an amount: the charge's own where it does."""
        places, rounding = self.currency_id.decimal_places, self.currency_id.rounding
        if not pages or page_amount(places, pages, self.unit_price_untaxed, rounding) == amount:
            return self.unit_price
        share = amount / to_decimal(self.unit_price_untaxed) if self.unit_price_untaxed else Decimal(0)
        return float(round_half_up(to_decimal(self.unit_price) * share / pages, 6)) if share else float(amount / pages)

    def _write_rest(self, vals):
        """Write what an invoice really bills: an invoiced charge is nobody's to change else."""
        return super().write(vals)

    def _prepare_rest(self, billable, pages):
        """:return: values of the charge of so many pages that the invoice left"""
        return {
            "subscription_id": self.subscription_id.id,
            "product_id": self.product_id.id,
            "device_id": self.device_id.id,
            "output_type": self.output_type,
            "meter_read_id": self.meter_read_id.id,
            "billing_file_id": self.billing_file_id.id,
            "kind": self.kind,
            "cycle_start": self.cycle_start,
            "period_start": self.period_start,
            "period_end": self.period_end,
            "name": self.name,
            "quantity": pages,
            "unit_cost": self.unit_cost,
            "unit_price": self.unit_price,
            "xerox_currency_id": self.xerox_currency_id.id,
            "xerox_unit_cost": self.xerox_unit_cost,
            "cost_unknown": self.cost_unknown,
            "billable": billable,
            "state": "approved",
        }

    def _prepare_price_rest(self, pages, price):
        """:return: values of the charge of the price that the invoice left of its pages, which have their cost"""
        return self._prepare_rest(True, pages) | {
            "meter_read_id": False,
            "billing_file_id": False,
            "kind": PAGES if self.kind == CYCLE else self.kind,
            "cycle_start": False,
            "name": self.env._("%s – rest of the price", self.name),
            "unit_cost": 0.0,
            "xerox_unit_cost": 0.0,
            "unit_price": price,
        }
