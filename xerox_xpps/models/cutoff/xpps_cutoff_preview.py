# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from fractions import Fraction

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...audit import VendorAmounts, VendorBillDraft
from ...billing_file import to_decimal
from ...common.formats import amount_text
from ...common.plural import plural
from ...common.rates import unrated_currencies
from ...reports.cutoff import DEFERRED_REVENUE, billed_base, billed_charges, unbilled_charges
from ...rules import days_in_common, part_of, passed_share, started_domain
from .posting import Posting

#: Lines that are made at a time.
BATCH = 1000


class XppsCutoff(models.Model):
    """The preview of a cut-off: a line for all that its entry accrues or defers.

    - Charges that are approved count from the end of their period on, those whose period goes on after the date by the
      days before it. What waits for approval is told beside the preview, as nobody knows whether it stands.
    - Base prices are billed past the date or not yet billed by the days of their periods; what no invoice bills yet by
      the terms of its period.
    - Billing files cost what they say as a whole, at the exchange rate of the date, until a posted vendor bill of that
      date or before is matched with them; a correction costs the difference to what it corrects.
    """

    _inherit = "xpps.cutoff"

    def action_compute(self):
        """Compute the preview anew. An entry that is drafted already is made anew, too."""
        self.check_access("write")
        self._lock_unposted()
        for cutoff in self:
            cutoff._compute_preview()
            if cutoff._live_moves():
                cutoff._make_entry()
        return True

    def _compute_preview(self):
        self.ensure_one()
        # The queries see what is written, and other companies' settings do not count.
        self = self.with_company(self.company_id)
        self.env.flush_all()
        posting, remarks = Posting(self.company_id), []
        values_list = [
            *self._prepare_charges(posting, remarks),
            *self._prepare_billed_base(),
            *self._prepare_unbilled_base(posting),
            *self._prepare_costs(posting, remarks),
        ]
        # Only the program writes what is computed; see xpps.guard.
        cutoff = self.sudo()
        cutoff.line_ids.unlink()
        lines = cutoff.env["xpps.cutoff.line"]
        for start in range(0, len(values_list), BATCH):
            lines.create([{"cutoff_id": self.id, **values} for values in values_list[start : start + BATCH]])
        cutoff.write({"computed_on": fields.Datetime.now(), "remarks": "\n".join(remarks)})

    # Charges

    def _prepare_charges(self, posting, remarks):
        # What is earned does not depend on what the user may see.
        env = self.sudo().env
        waiting = unbilled_charges(env, self.company_id, self.date)
        charges = env["sale.subscription.charge"]
        self._check_rated(charges.browse(waiting.unrated).currency_id)
        items = waiting.items + billed_charges(env, self.company_id, self.date)
        # They are fetched together.
        charges = charges.browse({item.charge_id for item in items})
        move_lines = env["account.move.line"].browse({item.move_line_id for item in items if item.move_line_id})
        self._remark_charges(waiting, remarks)
        return [self._prepare_charge(item, charges, move_lines, posting) for item in items]

    def _prepare_charge(self, item, charges, move_lines, posting):
        charge = charges.browse(item.charge_id).with_prefetch(charges._ids)
        line = move_lines.browse(item.move_line_id).with_prefetch(move_lines._ids)
        # A draft says which account it is going to be.
        bill = line or charge.invoice_line_ids.filtered(lambda line: line.parent_state == "draft")[:1]
        values = {
            "charge_id": charge.id,
            "move_line_id": bill.id,
            "partner_id": (bill.partner_id or charge.partner_id).id,
            "subscription_id": charge.subscription_id.id,
            "product_id": charge.product_id.id,
            "device_id": charge.device_id.id,
            "component": charge.output_type,
            **self._prepare_item(item),
        }
        if bill:
            return values | self._prepare_billed(bill)
        account = posting.income_account(charge.subscription_id, charge.product_id)
        partner = charge.subscription_id._xpps_payer()
        own = charge._analytic_distribution()
        distribution = own or posting.distribution(partner, account, charge.product_id)
        return values | {"account_id": account.id, "analytic_distribution": distribution or False}

    def _remark_charges(self, waiting, remarks):
        if waiting.unapproved:
            count = len(waiting.unapproved)
            amount = amount_text(self.env, sum(item.amount for item in waiting.unapproved), self.currency_id)
            remarks.append(
                plural(
                    count,
                    self.env._("1 charge waits for approval and is left out: %s.", amount),
                    self.env._(
                        "%(count)s charges wait for approval and are left out: %(amount)s.", count=count, amount=amount
                    ),
                )
            )
        if waiting.dateless:
            count = len(waiting.dateless)
            remarks.append(
                plural(
                    count,
                    self.env._("1 charge has no period. It is earned when it is invoiced, so it is left out."),
                    self.env._(
                        "%s charges have no period. They are earned when they are invoiced, so they are left out.",
                        count,
                    ),
                )
            )

    # Base prices

    def _prepare_billed_base(self):
        # See _prepare_charges.
        env = self.sudo().env
        items = billed_base(env, self.company_id, self.date)
        move_lines = env["account.move.line"].browse([item.move_line_id for item in items])
        return [
            {
                "move_line_id": line.id,
                "partner_id": line.partner_id.id,
                "subscription_id": (line.xpps_subscription_id or line.move_id.subscription_id).id,
                "subscription_line_id": line.xpps_subscription_line_id.id,
                "product_id": line.product_id.id,
                **self._prepare_item(item),
                **self._prepare_billed(line),
            }
            for item, line in zip(items, move_lines, strict=True)
        ]

    def _prepare_unbilled_base(self, posting):
        # See _prepare_charges.
        agreements = (
            self.sudo()
            .env["sale.subscription"]
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("is_xpps", "=", True),
                    ("is_xpps_master", "=", False),
                    ("recurring_next_date", "!=", False),
                    ("date_start", "<=", self.date),
                    *started_domain(),
                ]
            )
        )
        found = agreements.sale_subscription_line_ids._xpps_unbilled_base(self.date)
        self._check_rated(agreements.browse({base.line.sale_subscription_id.id for base in found}).currency_id)
        values_list = []
        for base in found:
            agreement, product = base.line.sale_subscription_id, base.line.product_id
            account = posting.income_account(agreement, product)
            partner = agreement._xpps_payer()
            distribution = base.line.analytic_distribution or posting.distribution(partner, account, product)
            values_list.append(
                {
                    "kind": "unbilled_base",
                    "partner_id": partner.commercial_partner_id.id,
                    "subscription_id": agreement.id,
                    "subscription_line_id": base.line.id,
                    "product_id": product.id,
                    **self._prepare_days(base.first, base.last),
                    "account_id": account.id,
                    "analytic_distribution": distribution or False,
                    **self._prepare_amounts(base.amount, base.share, agreement.currency_id),
                }
            )
        return [values for values in values_list if values["amount"]]

    # Xerox's bills

    def _prepare_costs(self, posting, remarks):
        # Whether there is a bill does not depend on what the user may see.
        files = (
            self.env["xpps.billing.file"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("state", "=", "imported"),
                    ("period_start", "<=", self.date),
                    "!",
                    "&",
                    ("vendor_bill_id.state", "=", "posted"),
                    ("vendor_bill_id.date", "<=", self.date),
                ],
                order="period_end, id",
            )
        )
        files = files.with_env(self.env)
        self._check_rated(files.currency_id)
        settings = self.company_id._xpps_vendor_settings()
        vendor = settings.xpps_vendor_id.with_env(self.env)
        # See Posting.
        position = self.env["account.fiscal.position"].sudo()._get_fiscal_position(vendor)
        values_list = []
        for file in files:
            try:
                draft = VendorBillDraft(file, VendorAmounts(file), vendor, settings.xpps_vendor_bill_analytic)
                costs = draft.costs(position)
            except UserError as error:
                # What keeps one bill from being drafted keeps no other from being accrued.
                remarks.append(self.env._("%(file)s is left out: %(reason)s", file=file.display_name, reason=error))
                continue
            values_list += [self._prepare_cost(file, cost, vendor, posting) for cost in costs]
        return [values for values in values_list if values["amount"]]

    def _prepare_cost(self, file, cost, vendor, posting):
        account = cost.account or posting.expense_account(vendor)
        first, last = file.period_start, file.period_end
        return {
            "kind": "accrued_cost",
            "billing_file_id": file.id,
            "partner_id": cost.partner_id or False,
            "component": cost.component,
            **self._prepare_days(first, last),
            "account_id": account.id,
            "analytic_distribution": cost.distribution or posting.distribution(vendor, account) or False,
            **self._prepare_amounts(cost.cost, passed_share(first, last, self.date), file.currency_id),
        }

    # What lines have in common

    def _prepare_item(self, item):
        """:param item: CutoffItem"""
        values = self._prepare_days(item.first, item.last)
        if item.kind == DEFERRED_REVENUE:
            values["days"] = values["period_days"] - values["days"]
        return values | {"kind": item.kind, "whole_amount": float(item.whole), "amount": float(item.amount)}

    def _prepare_days(self, first, last):
        """A period, and the days of it until the date."""
        return {
            "period_start": first,
            "period_end": last,
            "days": days_in_common(None, self.date, first, last),
            "period_days": (last - first).days + 1,
        }

    def _prepare_billed(self, line):
        return {"account_id": line.account_id.id, "analytic_distribution": line.analytic_distribution}

    def _prepare_amounts(self, whole, share, currency):
        """An amount in another currency, and its share by the date, at the date's exchange rate: one rounding each.

        :param whole: Decimal
        """
        own = self.currency_id
        exact = to_decimal(currency._convert(float(whole), own, self.company_id, self.date, round=False), 12)
        return {
            f"{prefix}amount": float(part_of(exact, part, own.decimal_places, own.rounding))
            for prefix, part in (("whole_", Fraction(1)), ("", share))
        }

    def _check_rated(self, currencies):
        unrated = unrated_currencies(currencies, self.company_id, self.date)
        if unrated:
            raise UserError(
                self.env._(
                    "%(currency)s has no exchange rate of %(day)s or before. Enter the rate, and compute the cut-off "
                    "again.",
                    currency=unrated[0].name,
                    day=format_date(self.env, self.date),
                )
            )
