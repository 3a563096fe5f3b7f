# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...common.formats import months_text
from ...common.today import company_today
from .sale_subscription_charge_correction import CORRECTABLE


class SaleSubscriptionCharge(models.Model):
    """Charges of agreements whose overage is billed for several months together.

    They wait until their cycle is over, unless somebody invoices the agreement before. Where the cycle is rated as a
    whole, its months have *provisional* charges: these keep what Xerox bills, and nobody approves or invoices them. The
    charge of the cycle is what the customer pays.
    """

    _inherit = "sale.subscription.charge"

    bill_after = fields.Date(
        string="Billed From",
        compute="_compute_bill_after",
        store=True,
        precompute=True,
        help="The last day of its cycle. Until then, neither the scheduled invoicing nor a billing run bills the "
        "charge; Create Invoice does.",
    )
    cycle_start = fields.Date(
        readonly=True, copy=False, help="The first day of the cycle, where this is rated as a whole."
    )
    is_provisional = fields.Boolean(
        string="Provisional",
        readonly=True,
        copy=False,
        help="The pages count towards a cycle that is rated as a whole. The charge of the cycle bills them.",
    )
    cycle_note = fields.Char(string="Cycle", compute="_compute_cycle_note")

    @api.depends("subscription_id", "period_end")
    def _compute_bill_after(self):
        for charge in self:
            if charge.cycle_start:
                # That of a cycle is of its days; what is provisional was given the end of its cycle.
                charge.bill_after = charge.bill_after if charge.is_provisional else charge.period_end
                continue
            terms = charge.period_end and charge.subscription_id._xpps_overage_terms()
            cycle = terms and terms.cycle(charge.period_end)
            charge.bill_after = cycle and cycle[1]

    @api.depends("is_provisional", "billable", "cycle_start", "bill_after", "invoice_status")
    def _compute_cycle_note(self):
        for charge in self:
            charge.cycle_note = charge._say_cycle()

    def _say_cycle(self):
        if self.is_provisional:
            return self.env._("Counts towards %s", months_text(self.env, self.cycle_start, self.bill_after))
        if (
            self.billable
            and self.invoice_status != "invoiced"
            and self.bill_after
            and self.bill_after > company_today(self.company_id)
        ):
            return self.env._("Waits until %s", format_date(self.env, self.bill_after))
        return False

    def _check_by_hand(self, vals):
        if not self.env.su and not set(CORRECTABLE).isdisjoint(vals):
            self._check_not_provisional()
        return super()._check_by_hand(vals)

    def _set_state(self, state, reason=None):
        if state != "approved":
            self._check_not_provisional()
        return super()._set_state(state, reason)

    def _check_not_provisional(self):
        charge = self.filtered("is_provisional")[:1]
        if charge:
            raise UserError(
                self.env._(
                    "Charge “%(charge)s” of device %(device)s is provisional: it counts towards %(cycle)s and is not "
                    "billed by itself. Correct or reject the charge of the cycle, once it is there.",
                    charge=charge.name,
                    device=charge.device_id.name or "–",
                    cycle=months_text(self.env, charge.cycle_start, charge.bill_after),
                )
            )
