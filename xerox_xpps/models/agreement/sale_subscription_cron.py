# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from collections import deque
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...common.failures import failure_reason, is_unexpected
from ...common.locking import is_passing
from ...common.today import company_today
from ...rules import reached_domain, started_domain

_logger = logging.getLogger(__name__)

#: The key of the context by which upstream's loop is given the subscriptions that it works on: their ids.
UPSTREAMS_OWN = "xpps_subscriptions_of_upstream"
#: Of the activity by which an agreement says why it was not invoiced.
NOT_INVOICED = "xerox_xpps.mail_activity_not_invoiced"


def came_or_missing(name, today):
    """A day has come, or nobody said which one."""
    return Domain(name, "<=", today) | Domain(name, "=", False)


class SaleSubscription(models.Model):
    """What the scheduled action does every night.

    XPPS agreements come first, each by itself: they resume, start, are billed and close. What fails is taken back,
    stands in the log and, as an activity, on the agreement, and stops no other. Upstream's loop follows, with all that
    is no XPPS agreement; whatever becomes of it, ours stays.
    """

    _inherit = "sale.subscription"

    @api.model
    def cron_subscription_management(self):
        self.browse().check_access("write")
        if self._cron_manage_xpps():
            self._cron_manage_others()

    # XPPS agreements

    @api.model
    def _cron_manage_xpps(self):
        """:return: whether all are done; else the time of the cron is over, and it comes again"""
        told = self._xpps_told_failures()
        waiting = deque(self._xpps_to_manage(told).ids)
        put_off = set()
        self._xpps_report_progress(remaining=len(waiting))
        while waiting:
            agreement = self.browse(waiting.popleft()).exists()
            try:
                agreement._xpps_manage()
            except Exception as error:
                if is_passing(error) and agreement.id not in put_off:
                    put_off.add(agreement.id)
                    waiting.append(agreement.id)
                    continue
                agreement._xpps_tell_failure(error)
            else:
                agreement._xpps_tell_success(told)
            if not self._xpps_report_progress(1):
                return False
        return True

    @api.model
    def _xpps_to_manage(self, told):
        """The XPPS agreements of which something may have to be done today, those that have waited longest first.

        Those that failed come last: they would take up the cron's time at each of its turns.

        :param told: ids of those of which a failure was told
        """
        ours = Domain("is_xpps", "=", True) & Domain("is_xpps_master", "=", False)
        paused, runs = Domain("is_paused", "=", True), Domain("stage_id.type", "=", "in_progress")
        has_lines = Domain("sale_subscription_line_ids", "!=", False)
        # Whoever has agreements billed need not see their charges.
        charges = self.env["sale.subscription.charge"].sudo()
        charged = charges._read_group(
            Domain("invoice_status", "=", "to_invoice")
            & Domain("company_id.xpps_invoice_by_run", "=", False)
            # No company is further ahead than a day; what of each is due is asked by its own.
            & reached_domain("bill_after", fields.Date.today() + timedelta(days=1)),
            ["subscription_id"],
        )
        # What was printed on an agreement is billed, although it was archived since; and who archived it is told what
        # waits on it.
        everything = self.with_context(active_test=False)
        agreements = everything.search(
            ours
            & (
                ~paused & started_domain() & Domain("id", "in", [agreement.id for (agreement,) in charged])
                | Domain("id", "in", list(told))
            )
        )
        for (company,) in everything._read_group(ours, ["company_id"]):
            today = company_today(company)
            agreements |= everything.search(
                ours
                & Domain("company_id", "=", company.id)
                & (
                    paused & Domain("paused_until", "<=", today)
                    | ~paused
                    & (
                        Domain("stage_id.type", "=", "pre") & came_or_missing("date_start", today)
                        | runs & has_lines & came_or_missing("recurring_next_date", today)
                        | runs & Domain("date", "<", today)
                        | runs & Domain("date", "=", False) & Domain("recurring_rule_boundary", "=", False)
                        | Domain("stage_id.type", "=", "post")
                        & Domain("recurring_next_date", "<=", today)
                        & Domain("date", "!=", False)
                    )
                )
            )
        return agreements.with_env(self.env).sorted(
            lambda one: (one.id in told, str(one.recurring_next_date or ""), one.id)
        )

    def _xpps_manage(self):
        """Do what is due today on one agreement; what is done stays, whatever fails after it."""
        agreement = self.with_company(self.company_id)
        today = company_today(self.company_id)
        if self.active and self.is_paused and self.paused_until and self.paused_until <= today:
            with self._xpps_apart():
                agreement.action_resume(automatic=True)
        if self._xpps_is_managed("pre") and self.date_start and self.date_start <= today:
            with self._xpps_apart():
                agreement.action_start_subscription()
        due = self.active and self._xpps_is_due(today)
        lines_due = due and self.sale_subscription_line_ids
        if self._xpps_is_billed_by_cron() and (lines_due or self._xpps_has_charges_to_invoice()):
            with self._xpps_apart():
                agreement._generate_xpps_invoices(recurring=due)
        if self._xpps_is_managed("in_progress") and self._xpps_is_over(today):
            with self._xpps_apart():
                agreement.close_subscription()

    def _xpps_is_billed_by_cron(self):
        return self.is_xpps and not self.is_paused and not self.company_id._xpps_bills_by_run_only()

    def _xpps_is_due(self, today):
        """Whether recurring lines are to be billed: while it runs, and its last days after it was closed."""
        billed = self.stage_type == "in_progress" or (self.stage_type == "post" and self.date)
        return bool(billed and self.recurring_next_date and self.recurring_next_date <= today)

    def _xpps_waits_archived(self, day):
        """Whether recurring lines would be billed by a day, if the agreement had not been archived."""
        waits = not self.active and not self.is_paused and self.sale_subscription_line_ids
        return bool(waits and self.is_xpps and self._xpps_is_due(day))

    def _xpps_is_managed(self, stage_type):
        """Whether it is in a stage, and nothing keeps it from leaving it by itself."""
        managed = self.active and self.is_xpps and not self.is_xpps_master and not self.is_paused
        return managed and self.stage_type == stage_type

    def _xpps_is_over(self, today):
        """Whether its last day is over, whose base prices are billed before it is closed."""
        self.ensure_one()
        return bool(self.date and self.date < today)

    def _xpps_has_charges_to_invoice(self):
        self.ensure_one()
        # Whoever has agreements billed need not see their charges.
        charges = self.env["sale.subscription.charge"].sudo()
        domain = Domain("subscription_id", "=", self.id) & Domain("invoice_status", "=", "to_invoice")
        domain &= reached_domain("bill_after", company_today(self.company_id))
        return bool(charges.search_count(domain, limit=1))

    # What fails

    def _xpps_unmanageable(self):
        """:return: the sentence that says what keeps an agreement from being started, billed or closed, or None"""
        if self._xpps_is_managed("pre") and not self.date_start:
            return self.env._("It has no start date, so it is not started. Enter the date.")
        if self._xpps_waits_archived(company_today(self.company_id)):
            return self.env._("It is archived, so its recurring services are not billed. Unarchive it.")
        if not self._xpps_is_managed("in_progress"):
            return None
        if self.sale_subscription_line_ids and not self.recurring_next_date:
            return self.env._("It has no next invoice date, so its recurring services are not billed. Enter the date.")
        if not self.recurring_rule_boundary and not self.date:
            return self.env._(
                "Its template has a fixed term, but it has no finish date, so it is not closed. Enter the date."
            )
        return None

    @api.model
    def _xpps_told_failures(self):
        """:return: {sale.subscription id: the open mail.activity that says why it was not invoiced}"""
        kind = self.env.ref(NOT_INVOICED, raise_if_not_found=False)
        # The one who looks after it may be somebody else.
        activities = self.env["mail.activity"].sudo()
        found = activities.search([("res_model", "=", self._name), ("activity_type_id", "=", kind.id)]) if kind else ()
        return {activity.res_id: activity for activity in found}

    def _xpps_tell_success(self, told):
        """Nothing failed: say so, unless something keeps the agreement from being managed at all."""
        problem = self._xpps_unmanageable()
        if problem:
            self._xpps_tell_failure(UserError(problem))
        elif self.id in told:
            with self._xpps_apart():
                told[self.id].exists().unlink()

    def _xpps_tell_failure(self, error):
        """Name a failure in the log, and on the agreement for its salesperson: once, until he is done with it."""
        if is_passing(error):
            _logger.info("XPPS agreement %s waits for the next time: somebody else is at it", self.ids)
            return
        unexpected = error if is_unexpected(error) else None
        level = logging.ERROR if unexpected else logging.WARNING
        # The reason may name the customer: it stands on the agreement.
        kind = type(error).__name__
        _logger.log(level, "XPPS agreement %s was not invoiced (%s)", self.ids, kind, exc_info=unexpected)
        note = plaintext2html(failure_reason(self.env, error))
        try:
            with self._xpps_apart():
                told = self._xpps_told_failures().get(self.id)
                if not told and self.env.ref(NOT_INVOICED, raise_if_not_found=False):
                    user = self.user_id.filtered("active") or self.company_id._xpps_file_responsible() or self.env.user
                    self.activity_schedule(NOT_INVOICED, company_today(self.company_id), user_id=user.id, note=note)
                elif told and told.note != note:
                    told.note = note
        except Exception:
            _logger.exception("XPPS agreement %s cannot say that it was not invoiced", self.ids)

    # Transactions

    @api.model
    def _xpps_in_cron(self):
        """Whether the scheduled action runs, whose transactions are its own. Any other call is one transaction."""
        return bool(self.env.context.get("cron_id"))

    @api.model
    def _xpps_report_progress(self, processed=0, remaining=None):
        """:return: whether there is time for more"""
        if not self._xpps_in_cron():
            return True
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining) > 0

    @contextmanager
    def _xpps_apart(self):
        """What is done here stays whatever happens afterwards, and is taken back by itself when it fails.

        What Odoo sends may commit, which ends all savepoints. So the cron goes by transactions.
        """
        if not self._xpps_in_cron():
            with self.env.cr.savepoint():
                yield
                self._xpps_check_transaction()
            return
        try:
            yield
            self._xpps_check_transaction()
            self.env.cr.commit()  # pylint: disable=invalid-commit
        except Exception:
            self.env.cr.rollback()
            raise

    @api.model
    def _xpps_check_transaction(self):
        """:raises psycopg2.Error: when the database refused something, whoever passed over that error"""
        self.env.cr.execute("SELECT 1")

    # All other subscriptions

    @api.model
    def _cron_manage_others(self):
        """Upstream's loop; one by one, if it does not come to its end.

        The scheduled action goes on: Odoo would switch it off after some failures, and nobody would be billed.
        """
        others = self.search([("is_xpps", "=", False)])
        dateless = others.filtered_domain(self._xpps_domain_without_dates())
        if dateless:
            _logger.warning("Subscriptions %s lack a date that the scheduled action goes by", dateless.ids)
        others -= dateless
        try:
            others._xpps_run_upstreams_loop()
        except Exception:
            _logger.exception("The subscriptions that are no XPPS agreements failed together, going on one by one")
            if others._xpps_run_upstreams_loop_apart() and not self._xpps_in_cron():
                raise

    @api.model
    def _xpps_domain_without_dates(self):
        """Subscriptions at which upstream's loop would end: it compares dates without asking whether they are set."""
        running = Domain("in_progress", "=", True)
        return (Domain("is_paused", "=", False) | Domain("paused_until", "!=", False)) & (
            running & Domain("recurring_next_date", "=", False)
            | running & Domain("recurring_rule_boundary", "=", False) & Domain("date", "=", False)
            | ~running & Domain("date_start", "=", False)
        )

    def _xpps_run_upstreams_loop_apart(self):
        """:return: whether one of the subscriptions failed"""
        failed = False
        for subscription in self:
            try:
                subscription._xpps_run_upstreams_loop()
            except Exception:
                failed = True
                _logger.exception("Subscription %s failed", subscription.id)
        return failed

    def _xpps_run_upstreams_loop(self):
        """Upstream's scheduled action, with these subscriptions and no other."""
        with self._xpps_apart():
            return super(
                SaleSubscription, self.with_context(**{UPSTREAMS_OWN: self.ids})
            ).cron_subscription_management()

    @api.model
    def _search(self, domain, *args, **kwargs):
        # Upstream's loop looks for all subscriptions that there are.
        ids = self.env.context.get(UPSTREAMS_OWN)
        if ids is not None:
            domain = Domain(domain) & Domain("id", "in", ids)
        return super()._search(domain, *args, **kwargs)
