# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import models
from odoo.fields import Domain

from ...common.today import company_today

ACTIVITY = "xerox_xpps.mail_activity_usage_alert"


class XppsUsageAlert(models.Model):
    """Who is told of alerts: contacts of the customer, the agreement, and who looks after it."""

    _inherit = "xpps.usage.alert"

    def _tell(self):
        """Write letters, notes and activities, one of each for all alerts of an agreement.

        :return: self
        """
        if self:
            for alert in self:
                alert.told_count += 1
            self._write_notices()
            self._write_notes()
            self._schedule_activities()
        return self

    def _write_notices(self):
        by_mail = self.filtered("rule_id.by_mail")
        values = []
        for (agreement, rule), alerts in by_mail._by_letter().items():
            for contact in agreement.partner_id._xpps_usage_contacts(rule.recipients):
                values.append(
                    {
                        "company_id": agreement.company_id.id,
                        "subscription_id": agreement.id,
                        "partner_id": contact.id,
                        "mail_template_id": rule.mail_template_id.id,
                        "alert_ids": alerts.ids,
                    }
                )
        self.env["xpps.usage.notice"].create(values)._write_letters()

    def _by_letter(self):
        """:return: {(sale.subscription, xpps.usage.alert.rule): alerts that go into one letter}"""
        letters = {}
        for alert in self:
            rule = alert.rule_id
            same = (alert.subscription_id, rule.mail_template_id, rule.recipients)
            letters.setdefault(same, self.browse())
            letters[same] |= alert
        return {(agreement, alerts[0].rule_id): alerts for (agreement, *_rest), alerts in letters.items()}

    def _write_notes(self):
        for lang, alerts in self.filtered("rule_id.by_note").grouped(_lang_of).items():
            told = alerts.with_context(lang=lang)
            agreements = told.subscription_id
            grouped = told.grouped("subscription_id")
            agreements._message_log_batch(
                bodies={agreement.id: grouped[agreement]._note() for agreement in agreements},
            )

    def _note(self):
        """:return: HTML that lists the alerts"""
        items = Markup("").join(
            Markup("<li><strong>%s</strong><br/>%s</li>") % (what, sentence) for what, sentence in self._rows()
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (self.env._("Usage alert:"), items)

    def _schedule_activities(self):
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        values = []
        model_id = self.env["ir.model"]._get_id("sale.subscription")
        for agreement, alerts in (
            self.filtered("rule_id.by_activity").grouped("subscription_id").items() if kind else ()
        ):
            user = self.env["xpps.reminder"]._reminded(agreement.company_id, agreement.user_id)
            if not user:
                continue
            told = alerts.with_context(lang=user.lang)
            values.append(
                {
                    "activity_type_id": kind.id,
                    "res_model_id": model_id,
                    "res_id": agreement.id,
                    "automated": True,
                    "date_deadline": company_today(agreement.company_id),
                    "user_id": user.id,
                    "summary": told.env._("Look at the customer's usage"),
                    "note": told._note(),
                }
            )
        # Who is assigned finds it among the activities; there is no e-mail about each.
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(values)

    def _take_back(self):
        """Alerts that fell: what waits is not told any more, and what was never told is forgotten."""
        notices = self.notice_ids
        untold = self.filtered(lambda alert: alert._is_untold())
        notices.filtered(lambda notice: notice._is_unsent() and notice.alert_ids <= self)._take_back()
        self._drop_activities()
        untold.unlink()

    def _is_untold(self):
        """Whether nobody knows of it: all of its letters wait, or it was withdrawn and told inside the company only."""
        is_unsent = all(notice._is_unsent() for notice in self.notice_ids)
        return is_unsent and bool(self.notice_ids or self.state == "withdrawn")

    def _undo(self, files):
        """Files were undone: what was reached by them is not told any more, and withdrawn if it was.

        :param files: xpps.billing.file
        """
        alerts = self.search([("billing_file_id", "in", files.ids), ("state", "=", "reached")])
        for company, same in alerts.grouped("company_id").items():
            same.write({"state": "withdrawn", "changed_on": company_today(company)})
        alerts._take_back()

    def _drop_activities(self):
        """Nobody has to look after an agreement any more of which no alert is left."""
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        agreements = self.subscription_id
        # What is left does not depend on what the user may see.
        left = self.sudo().search(
            Domain("subscription_id", "in", agreements.ids)
            & Domain("state", "=", "reached")
            & Domain("is_handled", "=", False)
            & Domain("rule_id.by_activity", "=", True)
        )
        done = agreements - left.subscription_id
        if kind and done:
            # Whoever has the activities, the program made them.
            self.env["mail.activity"].sudo().search(
                [
                    ("activity_type_id", "=", kind.id),
                    ("automated", "=", True),
                    ("res_model", "=", "sale.subscription"),
                    ("res_id", "in", done.ids),
                ]
            ).unlink()


def _lang_of(alert):
    agreement = alert.subscription_id
    return agreement.user_id.lang or agreement.company_id.partner_id.lang or "en_US"
