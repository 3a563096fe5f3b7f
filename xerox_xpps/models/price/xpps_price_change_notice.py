# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...common.listing import enumeration
from ...common.today import company_today

#: How many increases a message names.
MAX_LISTED = 5


class XppsPriceChange(models.Model):
    """How customers are notified of increases, and what becomes of those that are told too late."""

    _inherit = "xpps.price.change"

    def action_notify(self):
        """Send customers the letter of their escalator, in their language.

        :raises UserError: when one of them cannot be sent one: then none is
        """
        self.check_access("write")
        self._check_state("proposed")
        self._check_raises()
        without = self.filtered(lambda change: not change.partner_id.email)
        if without:
            raise UserError(
                self.env._(
                    "These customers have no e-mail address: %s. Enter it, or notify them otherwise and choose “Mark "
                    "as Notified”.",
                    enumeration(self.env, sorted(set(without.partner_id.mapped("display_name"))), MAX_LISTED),
                )
            )
        lacking = self.filtered(lambda change: not change.rule_id.mail_template_id)
        if lacking:
            raise UserError(
                self.env._(
                    "Choose a letter on the escalator of %s.",
                    enumeration(self.env, lacking.subscription_id.mapped("display_name"), MAX_LISTED),
                )
            )
        # The letter names the day from which the prices hold.
        self._mark_notified()
        for change in self:
            # Whoever notifies customers need not read templates.
            template = change.rule_id.sudo().mail_template_id
            change.message_post_with_source(
                template, subtype_xmlid="mail.mt_comment", email_layout_xmlid="mail.mail_notification_light"
            )
        return True

    def action_mark_notified(self):
        """Say that customers were notified in another way: today, unless another day was entered."""
        self.check_access("write")
        self._check_state("proposed")
        self._check_raises()
        self._mark_notified()
        return True

    def _check_raises(self):
        """:raises UserError: when there is nothing to tell the customer of"""
        nothing = self.filtered(lambda change: not change.raised_count)
        if nothing:
            raise UserError(
                self.env._(
                    "No price rises on %s. Skip the increase.",
                    enumeration(self.env, nothing.subscription_id.mapped("display_name"), MAX_LISTED),
                )
            )

    def _mark_notified(self):
        # The state is the program's to say.
        changes = self.sudo()
        earliest = changes.subscription_id._xpps_first_unbilled_days()
        moved = changes.browse()
        for change in changes:
            today = company_today(change.company_id)
            day = change.notified_on or today
            if day > today:
                raise UserError(
                    self.env._(
                        "%(change)s: the customer cannot have been notified on %(day)s, which is still to come.",
                        change=change.display_name,
                        day=format_date(self.env, day),
                    )
                )
            values = {"state": "notified", "notified_on": day}
            first = day + timedelta(days=change.rule_id.notice_days)
            if change.date_effective < max(first, earliest.get(change.subscription_id, first)):
                start, note = change._next_start(earliest, day)
                values |= {"date_effective": start, "delay_note": note}
                moved |= change
            change.write(values)
        if moved:
            moved._refresh_lines()

    def _next_start(self, earliest, notified_on=None):
        """When the increase can take effect, at the earliest.

        :param earliest: {sale.subscription: first day that is not billed}
        :param notified_on: by default, today
        :return: see ``xpps.price.rule._start``
        """
        self.ensure_one()
        notice_ends = (notified_on or company_today(self.company_id)) + timedelta(days=self.rule_id.notice_days)
        return self.rule_id._start(self.date_due, notice_ends, earliest.get(self.subscription_id))
