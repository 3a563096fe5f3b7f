# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...common.formats import period_text
from ...common.today import company_today
from ...rules import first_free
from .sale_subscription_schedule import DAY


class SaleSubscription(models.Model):
    """Days of base prices that are not billed (``xpps.base.waiver``), such as those of a pause."""

    _inherit = "sale.subscription"

    def _xpps_waivers(self):
        # They are kept whoever changes the agreement.
        waivers = self.env["xpps.base.waiver"].sudo()
        return waivers.search(Domain("subscription_id", "in", self.ids)) if self else waivers

    @api.model
    def _xpps_waive(self, values_list):
        # See _xpps_waivers.
        return self.env["xpps.base.waiver"].sudo().create(values_list)

    def _xpps_check_may_bill_waived(self):
        self.check_access("write")
        # Who sells agreements may change them, too; which days are billed is the billing users' to say.
        self.env["sale.subscription.charge"].check_access("write")

    def _xpps_bill_waived(self, waivers):
        """Bill days after all that were not to be billed; the caller asks for the right to it."""
        self.ensure_one()
        spans = waivers._spans()
        text = self.env._("To be billed after all: %s", ", ".join(waiver._period_label() for waiver in waivers))
        # See _xpps_waivers.
        waivers.sudo().unlink()
        lines = self.sale_subscription_line_ids
        lines._xpps_give_back(dict.fromkeys(lines, spans))
        self._message_log(body=plaintext2html(text))

    # Pauses

    def action_xpps_resume(self):
        """Ask whether the pause is billed."""
        self.ensure_one()
        return self._action_open_xpps_wizard("xpps.agreement.resume.wizard")

    def _xpps_note_pause(self):
        for company, paused in self.grouped("company_id").items():
            paused._xpps_set_schedule({"xpps_paused_on": company_today(company)})

    def _xpps_resume(self):
        """The pause is over: it is left out, or, with ``xpps_bill_pause`` in the context, billed on one invoice."""
        for agreement in self:
            first, last = agreement._xpps_pause_to_skip()
            agreement._xpps_set_schedule({"xpps_paused_on": False})
            if not first:
                continue
            if self.env.context.get("xpps_bill_pause"):
                last_due = agreement._xpps_cycle().last_due(company_today(agreement.company_id))
                if last_due > agreement.recurring_next_date:
                    agreement._xpps_set_schedule({"recurring_next_date": last_due})
                continue
            agreement._xpps_waive_standstill(first, last, "pause", self.env._("It was paused."))
            agreement._xpps_reschedule()

    def _xpps_end_pauses(self):
        """Agreements are closed: those that are paused stood still until now, which is not billed."""
        for agreement in self.filtered("is_paused"):
            agreement.action_resume()

    def _xpps_pause_to_skip(self):
        """What is not billed if the agreement is resumed today.

        :return: as ``_xpps_standstill``, or (None, None) where nothing is scheduled
        """
        self.ensure_one()
        if not self.recurring_next_date:
            return None, None
        paused_on = self.xpps_paused_on
        # Of one that was paused today the day is not known: all that is due became so meanwhile.
        known = paused_on and paused_on < company_today(self.company_id)
        return self._xpps_standstill(paused_on if known else None)

    def _xpps_standstill(self, first):
        """What is not billed when the agreement stood still until yesterday.

        By day, these are the days. Else, periods are billed as a whole or not: those that became due meanwhile are not.

        :param first: the first day, None where it is not known
        :return: (first day, last day), the last before the first where nothing became due
        """
        self.ensure_one()
        today = company_today(self.company_id)
        if first and first >= today:
            return first, today - DAY
        # See _xpps_counts_days.
        if first and self.company_id.sudo().xpps_proration == "day":
            return first, today - DAY
        cycle = self._xpps_cycle()
        advance = self.xpps_base_timing == "advance"
        if not first:
            begin = self._xpps_recurring_period()[0]
        else:
            period = cycle.period(first)
            begin = period[0] if not advance or period[0] == first else period[1] + DAY
        period = cycle.period(today)
        last = period[1] if advance else period[0] - DAY
        # What was billed nevertheless is not left out.
        covered = self.sale_subscription_line_ids._xpps_covered()
        free = [first_free(covered[line.id], begin, last) for line in self.sale_subscription_line_ids]
        return min(filter(None, free), default=last + DAY), last

    def _xpps_days_stood_still(self):
        """Days of pauses and closings that are over, in which devices cost nothing; see ``_xpps_standstill``.

        :return: {sale.subscription: [(first day, last day)]}
        """
        days = {agreement: [] for agreement in self}
        waivers = self._xpps_waivers().filtered(lambda waiver: waiver.kind in ("pause", "closing"))
        for waiver in waivers.filtered(lambda waiver: waiver.date_to and not waiver.subscription_line_id):
            days[waiver.subscription_id.with_env(self.env)] += waiver._spans()
        return days

    def _xpps_waive_standstill(self, first, last, kind, reason):
        if first > last:
            return
        self._xpps_waive(
            [{"subscription_id": self.id, "kind": kind, "date_from": first, "date_to": last, "reason": reason}]
        )
        text = self.env._(
            "No base price is billed for %(period)s: %(reason)s",
            period=period_text(self.env, first, last),
            reason=reason,
        )
        self._message_log(body=plaintext2html(text))
