# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from odoo import api, fields, models

from ...common.constants import USER_GROUP
from ...common.formats import month_text
from ...common.plural import plural
from ...common.today import company_day, company_today
from ...rules import next_end, usual_arrival

_logger = logging.getLogger(__name__)

FILE_MISSING = "xerox_xpps.mail_activity_file_missing"
CHARGES_WAITING = "xerox_xpps.mail_activity_charges_waiting"
DRAFTS_WAITING = "xerox_xpps.mail_activity_drafts_waiting"
DISPUTE_WAITING = "xerox_xpps.mail_activity_dispute_waiting"

#: Days after which somebody is reminded.
WAITING_DAYS = 3
ANSWER_DAYS = 14


class XppsReminder(models.AbstractModel):
    """Reminds of what waits, by activities: once each, and no longer than it waits.

    An activity that somebody has done or deleted as done is not made again for the same record.
    """

    _name = "xpps.reminder"
    _description = "XPPS Reminders"

    @api.model
    def _cron_remind(self):
        """Every day, for all companies."""
        for activity_type, method in (
            (FILE_MISSING, self._missing_files),
            (CHARGES_WAITING, self._waiting_charges),
            (DRAFTS_WAITING, self._waiting_drafts),
            (DISPUTE_WAITING, self._waiting_disputes),
        ):
            kind = self.env.ref(activity_type, raise_if_not_found=False)
            if kind:
                self._remind(kind, method())

    def _remind(self, kind, wanted):
        """Bring the activities of a kind up to date.

        :param wanted: {record: (res.users or none, function of an environment that gives the summary)}
        """
        # Whoever has the activities, the program made them.
        activities = self.env["mail.activity"].sudo().with_context(active_test=False)
        made = activities.search([("activity_type_id", "=", kind.id), ("automated", "=", True)])
        told = {(activity.res_model, activity.res_id) for activity in made}
        waiting = {(record._name, record.id) for record in wanted}
        made.filtered(
            lambda activity: activity.active and (activity.res_model, activity.res_id) not in waiting
        ).unlink()
        for record, (user, summary) in wanted.items():
            user = self._reminded(record.company_id, user)
            if (record._name, record.id) in told or not user:
                continue
            try:
                with self.env.cr.savepoint():
                    # Nobody else assigns it.
                    record.sudo().activity_schedule(
                        activity_type_id=kind.id,
                        date_deadline=company_today(record.company_id),
                        user_id=user.id,
                        summary=summary(self.with_context(lang=user.lang).env),
                    )
            except Exception:
                # One reminder that cannot be made stops no other.
                _logger.exception("No reminder on %s %s", record._name, record.id)

    def _reminded(self, company, user, group=USER_GROUP):
        """:return: the user who looks after a record, if he still may; else who looks after the company's files

        :param group: what it takes to look after it
        """
        user = user.filtered(lambda user: user.active and company._xpps_has_right(user, group))
        return user or company._xpps_file_responsible()

    def _long_ago(self):
        return fields.Datetime.now() - timedelta(days=WAITING_DAYS)

    def _missing_files(self):
        """On the last file of a company with devices, from the day on which the next one usually is there."""
        wanted = {}
        groups = self.env["stock.lot"]._read_group(
            [("is_xpps_device", "=", True), ("xpps_state", "=", "active"), ("xpps_subscription_id", "!=", False)],
            ["company_id"],
        )
        files = self.env["xpps.billing.file"].search(
            [
                ("company_id", "in", [company.id for (company,) in groups]),
                ("state", "!=", "cancelled"),
                ("is_unusable", "=", False),
                ("kind", "=", "regular"),
                ("period_end", "!=", False),
            ],
            order="period_end desc, id desc",
        )
        for company, of_company in files.grouped("company_id").items():
            day = usual_arrival((file.period_end, company_day(company, file.create_date)) for file in of_company)
            if day and day <= company_today(company):
                wanted[of_company[0]] = self.env["res.users"], self._file_summary(next_end(of_company[0].period_end))
        return wanted

    def _file_summary(self, end):
        return lambda env: env._("The billing file of %s has not come yet", month_text(env, end))

    def _waiting_charges(self):
        """On the file that the charges are of."""
        groups = self.env["sale.subscription.charge"]._read_group(
            [("state", "=", "draft"), ("billing_file_id", "!=", False), ("create_date", "<=", self._long_ago())],
            ["billing_file_id"],
            ["__count"],
        )
        return {file: (self.env["res.users"], self._charges_summary(count)) for file, count in groups}

    def _charges_summary(self, count):
        return lambda env: plural(
            count,
            env._("1 charge has been waiting for approval for days"),
            env._("%s charges have been waiting for approval for days", count),
        )

    def _waiting_drafts(self):
        """On the billing run, for who is responsible for it."""
        groups = self.env["account.move"]._read_group(
            [
                ("xpps_billing_run_id", "!=", False),
                ("state", "=", "draft"),
                ("create_date", "<=", self._long_ago()),
            ],
            ["xpps_billing_run_id"],
            ["__count"],
        )
        return {run: (run.user_id, self._drafts_summary(count)) for run, count in groups}

    def _drafts_summary(self, count):
        return lambda env: plural(
            count,
            env._("1 draft invoice is waiting to be posted"),
            env._("%s draft invoices are waiting to be posted", count),
        )

    def _waiting_disputes(self):
        """On the dispute, for who is responsible for it."""
        disputes = self.env["xpps.dispute"].search([("state", "=", "sent"), ("sent_on", "!=", False)])
        return {
            dispute: (dispute.user_id, lambda env: env._("Xerox has not answered the dispute yet"))
            for dispute in disputes
            if dispute.sent_on <= company_today(dispute.company_id) - timedelta(days=ANSWER_DAYS)
        }
