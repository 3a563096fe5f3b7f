# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...billing_run import RELEASABLE, Billable, HoldReasons, RunPreparation, joint_key
from ...common.constants import FAILED_DELIVERIES
from ...common.formats import amount_text, period_text
from ...common.listing import bullets
from ...common.locking import lock_or_refuse
from ...common.plural import plural
from ...common.today import company_today
from ...common.window_actions import open_invoices, open_records

#: How many invoices a refusal names.
MAX_LISTED = 10
#: What the agreements of a run were chosen by.
CRITERIA = {"company_id", "period_start", "period_end", "invoice_date"}


class XppsBillingRun(models.Model):
    """Invoices the agreements of a company in one go.

    ``action_prepare`` looks for agreements that are due or have charges to invoice, and holds back those of which
    something is missing; ``action_create_drafts`` bills the ready ones, ``action_post`` and ``action_send`` go on with
    their invoices, ``action_undo`` takes all of it back while they are drafts. What fails stands on its line and stops
    no other. See ``xpps.billing.run.queue`` for how it is done.
    """

    _name = "xpps.billing.run"
    _description = "XPPS Billing Run"
    _inherit = ["mail.thread", "mail.activity.mixin", "xpps.background.work", "xpps.guard"]
    _order = "period_end desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True, required=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    period_start = fields.Date(
        compute="_compute_period", store=True, readonly=False, precompute=True, required=True, tracking=True
    )
    period_end = fields.Date(
        compute="_compute_period",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
        help="Charges of periods that end on or before this date are billed, and devices must be in a billing file of "
        "the period.",
    )
    invoice_date = fields.Date(
        compute="_compute_invoice_date",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
        help="Date of the invoices. Recurring services are billed for agreements whose next invoice date is on or "
        "before this date, and whose month before that date begins in the run's period or earlier.",
    )
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, tracking=True, check_company=True
    )
    state = fields.Selection(
        [
            ("draft", "To Invoice"),
            ("queued", "In Progress"),
            ("done", "Drafts Created"),
            ("posted", "Posted"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
    )
    task = fields.Selection(
        [("create", "Creating invoices"), ("post", "Posting invoices"), ("send", "Sending invoices")],
        readonly=True,
        copy=False,
        help="What the run is doing.",
    )
    task_count = fields.Integer(readonly=True, copy=False, help="Number of agreements in the current step.")
    queued_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress", help="Progress in percent.")
    line_ids = fields.One2many("xpps.billing.run.line", "run_id", string="Agreements", copy=False)
    prepared_on = fields.Datetime(string="Agreements as of", readonly=True, copy=False)

    line_count = fields.Integer(string="Number of Agreements", compute="_compute_counts")
    ready_count = fields.Integer(string="Ready", compute="_compute_counts")
    held_count = fields.Integer(string="Held Back", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts", help="Agreements to invoice again.")
    error_count = fields.Integer(string="Problems", compute="_compute_counts")
    error_text = fields.Char(compute="_compute_counts")
    held_text = fields.Char(compute="_compute_counts")
    invoiced_count = fields.Integer(string="Invoiced", compute="_compute_counts")
    ready_amounts = fields.Char(string="Ready to Invoice", compute="_compute_counts", help="Untaxed, by currency.")
    held_amounts = fields.Char(string="Amount Held Back", compute="_compute_counts", help="Untaxed, by currency.")
    invoiced_amounts = fields.Char(string="Invoiced Amount", compute="_compute_counts", help="Untaxed, by currency.")
    move_ids = fields.One2many(
        "account.move", "xpps_billing_run_id", string="Invoices", domain=[("state", "!=", "cancel")], readonly=True
    )
    move_count = fields.Integer(string="Number of Invoices", compute="_compute_move_counts")
    draft_move_count = fields.Integer(compute="_compute_move_counts")
    unsent_move_count = fields.Integer(compute="_compute_move_counts")
    returned_move_count = fields.Integer(compute="_compute_move_counts")
    lock_text = fields.Char(
        compute="_compute_lock_text", help="The invoice date is locked: posting will book the invoices on another one."
    )
    returned_text = fields.Char(compute="_compute_move_counts")

    _period_check = models.Constraint("CHECK (period_start <= period_end)", "The period ends before it starts.")

    @api.depends("period_start", "period_end")
    def _compute_name(self):
        for run in self:
            start, end = run.period_start, run.period_end
            if not start or not end:
                run.name = run.name or False
            else:
                run.name = period_text(self.env, start, end)

    @api.depends("company_id")
    def _compute_period(self):
        """The period of the newest billing file, else the month before."""
        for run in self:
            last_month = company_today(run.company_id) - relativedelta(months=1)
            file = self.env["xpps.billing.file"].search(
                [
                    ("company_id", "=", run.company_id.id),
                    ("state", "=", "imported"),
                    ("period_start", "!=", False),
                    ("period_end", "!=", False),
                ],
                order="period_end desc",
                limit=1,
            )
            run.period_start = file.period_start or last_month + relativedelta(day=1)
            run.period_end = file.period_end or last_month + relativedelta(day=31)

    @api.depends("company_id")
    def _compute_invoice_date(self):
        for run in self:
            run.invoice_date = run.invoice_date or company_today(run.company_id)

    @api.depends("line_ids.state", "line_ids.error", "line_ids.amount_total")
    def _compute_counts(self):
        counts, amounts, errors = {}, {}, {}
        lines = self.env["xpps.billing.run.line"]
        domain = [("run_id", "in", self.ids)]
        for run, state, currency, count, amount in lines._read_group(
            domain, ["run_id", "state", "subscription_id.currency_id"], ["__count", "amount_total:sum"]
        ):
            counts[run.id, state] = counts.get((run.id, state), 0) + count
            if currency and amount:
                amounts.setdefault((run.id, state), {})[currency] = amount
        for run, count in lines._read_group([*domain, ("error", "!=", False)], ["run_id"], ["__count"]):
            errors[run.id] = count
        for run in self:
            of_run = {state: count for (run_id, state), count in counts.items() if run_id == run.id}
            run.line_count = sum(of_run.values())
            run.ready_count = of_run.get("ready", 0)
            run.held_count = of_run.get("held", 0)
            run.failed_count = of_run.get("failed", 0)
            run.invoiced_count = of_run.get("invoiced", 0)
            run.error_count = errors.get(run.id, 0)
            run.error_text = self._say_failed(run.error_count)
            run.held_text = plural(
                run.held_count,
                self.env._("1 agreement is held back."),
                self.env._("%s agreements are held back.", run.held_count),
            )
            for state in ("ready", "held", "invoiced"):
                run[f"{state}_amounts"] = run._format_amounts(amounts.get((run.id, state), {}))

    def _format_amounts(self, amounts):
        texts = [amount_text(self.env, amount, currency) for currency, amount in amounts.items()]
        return " + ".join(texts) or False

    @api.depends("move_ids.state", "move_ids.is_move_sent")
    def _compute_move_counts(self):
        counts = {}
        for run, state, sent, count in self.env["account.move"]._read_group(
            [("xpps_billing_run_id", "in", self.ids), ("state", "!=", "cancel")],
            ["xpps_billing_run_id", "state", "is_move_sent"],
            ["__count"],
        ):
            counts[run.id, state, sent] = count
        # What was returned does not depend on the right to see e-mails.
        returned = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("xpps_billing_run_id", "in", self.ids),
                    ("state", "=", "posted"),
                    ("is_move_sent", "=", True),
                    ("xpps_sent_message_id.notification_ids.notification_status", "in", FAILED_DELIVERIES),
                ],
                ["xpps_billing_run_id"],
                ["__count"],
            )
        )
        returned = {run.id: count for run, count in returned}
        for run in self:
            drafts, posted, sent = (
                sum(counts.get((run.id, state, sent), 0) for sent in sents)
                for state, sents in (("draft", (True, False)), ("posted", (False,)), ("posted", (True,)))
            )
            run.move_count = drafts + posted + sent
            run.draft_move_count = drafts
            run.returned_move_count = returned.get(run.id, 0)
            run.unsent_move_count = posted + run.returned_move_count
            run.returned_text = plural(
                run.returned_move_count,
                self.env._("1 invoice was not delivered."),
                self.env._("%s invoices were not delivered.", run.returned_move_count),
            )

    @api.depends("company_id", "invoice_date", "state", "move_ids.state")
    def _compute_lock_text(self):
        """Whether posting will move the accounting date, because the invoice date is locked."""
        for run in self:
            waiting = run.state in ("draft", "queued") or run.draft_move_count
            if not waiting or not run.invoice_date:
                run.lock_text = False
                continue
            values = {"move_type": "out_invoice", "company_id": run.company_id.id, "invoice_date": run.invoice_date}
            # Who bills agreements need not see journals and lock dates.
            move = self.env["account.move"].sudo().with_company(run.company_id).new(values)
            run.lock_text = move._get_lock_date_message(run.invoice_date, True)

    @api.depends("state", "line_ids.waiting")
    def _compute_progress(self):
        waiting = dict(
            self.env["xpps.billing.run.line"]._read_group(
                [("run_id", "in", self.ids), ("waiting", "=", True)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            done = run.task_count - waiting.get(run, 0)
            run.progress = 100.0 * done / run.task_count if run.state == "queued" and run.task_count else 0.0

    def write(self, vals):
        changed = CRITERIA.intersection(vals)
        if changed and any(run.state != "draft" for run in self):
            raise UserError(self.env._("The run has already been started. Undo it first, or create another run."))
        prepared = self.filtered("prepared_on") if changed else self.browse()
        result = super().write(vals)
        for run in prepared:
            # Who may change the run may have it look anew; what was decided of another period is void.
            if changed & {"company_id", "period_start", "period_end"}:
                run.sudo().line_ids.unlink()
            run._prepare()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        for run in self:
            if run.state == "queued" or run.move_ids:
                raise UserError(
                    self.env._("%s cannot be deleted because it has invoices. Undo it first.", run.display_name)
                )

    def _lock(self):
        """:raises UserError: when somebody else is at one of the runs"""
        lock_or_refuse(
            self,
            self.env._(
                "%s is being processed by someone else right now, or has just been. Reload it before you continue.",
                ", ".join(self.mapped("display_name")),
            ),
        )

    def _includes(self, file):
        """Whether the run bills what a billing file is about: its company and its whole period."""
        self.ensure_one()
        return (
            self.company_id == file.company_id
            and self.period_start <= file.period_start
            and file.period_end <= self.period_end
        )

    def _begin(self, states):
        """Check that something may be done with the run now, and keep others from it.

        :param states: in which it may be done
        """
        self.ensure_one()
        self.check_access("write")
        self._lock()
        if self.state == "queued":
            raise UserError(self.env._("%s is being processed. Wait until it is finished.", self.display_name))
        if self.state not in states:
            state = dict(self._fields["state"]._description_selection(self.env))[self.state]
            raise UserError(
                self.env._(
                    "This is not possible for %(run)s: its status is “%(state)s”.", run=self.display_name, state=state
                )
            )

    # What is to be billed

    def action_prepare(self):
        """Look for agreements to bill, and at what speaks against it. What was invoiced stays as it is."""
        self._begin(("draft", "done", "posted"))
        self._prepare()
        return True

    def _prepare(self, subscriptions=None):
        """Bring the lines up to date, or those of some agreements.

        The caller has checked access; what lines say is not written by users.
        """
        self.ensure_one()
        # Lines are the program's, and tell of the run's agreements whoever looks.
        run = self.sudo()
        domain = [("run_id", "=", run.id)]
        if subscriptions is not None:
            domain.append(("subscription_id", "in", subscriptions.ids))
        lines = run.line_ids.search(domain)
        lines._without_invoices()._set_back()
        kept = lines.filtered(lambda line: line._is_billed())
        wanted = run._prepare_line_values(subscriptions, lines)
        for line in kept:
            wanted.pop(line.subscription_id, None)
        (lines - kept).filtered(lambda line: line.subscription_id not in wanted).unlink()
        existing = {line.subscription_id: line for line in lines.exists() - kept}
        for subscription, values in wanted.items():
            if subscription in existing:
                existing[subscription]._update(values)
        new = [(subscription, values) for subscription, values in wanted.items() if subscription not in existing]
        new.sort(key=lambda pair: (pair[0].partner_id.display_name or "", pair[0].id))
        run.line_ids.create(
            [
                {"run_id": run.id, "company_id": run.company_id.id, "subscription_id": subscription.id, **values}
                for subscription, values in new
            ]
        )
        run.prepared_on = fields.Datetime.now()

    def _cycle_day(self):
        """The day by which cycles are over whose charges the run bills."""
        return max(self.period_end, self.invoice_date)

    def _prepare_line_values(self, subscriptions, lines):
        """:return: {sale.subscription: values of its line} of all that the run has to do with"""
        preparation = RunPreparation(self, subscriptions)
        preparation.bring_taxes_up_to_date()
        billable = preparation.billable()
        holds = preparation.hold_reasons(billable, lines._approvals())
        released = {line.subscription_id for line in lines if line.override_reason}
        values = {}
        for subscription in {**billable, **holds}:
            found = billable.get(subscription) or Billable(subscription)
            hold = holds.get(subscription) or HoldReasons()
            code = next(iter(hold.reasons), False)
            if code and (code not in RELEASABLE or subscription not in released):
                state = "held"
            else:
                state = "ready" if found.is_billable else "nothing"
            waits = not found.is_billable and preparation.later_charges(subscription)
            values[subscription] = {
                "state": state,
                "hold_code": code,
                "reason": "\n".join(filter(None, [*hold.reasons.values(), waits])) or False,
                "noted": preparation.notice(subscription, found),
                "error": False,
                "joint_key": joint_key(subscription),
                "recurring_due": found.recurring_due,
                "recurring_amount": found.recurring_amount,
                "charge_count": found.charge_count,
                "charge_amount": found.charge_amount,
                "device_count": len(hold.devices),
                "covered_count": len(hold.covered),
            }
        self._hold_joint(values, released)
        return values

    def _hold_joint(self, values, released):
        """Hold back what is invoiced together with an agreement that is held back: the invoice is to be complete."""
        waited_for = {}
        for subscription, line in values.items():
            if line["state"] == "held" and line["joint_key"]:
                waited_for.setdefault(line["joint_key"], []).append(subscription.display_name)
        for subscription, line in values.items():
            names = waited_for.get(line["joint_key"])
            if names and line["state"] == "ready" and subscription not in released:
                line |= {
                    "state": "held",
                    "hold_code": "joint",
                    "reason": self.env._("Invoiced together with %s, which is held back.", ", ".join(names)),
                }

    def _log_override(self, lines, reason):
        names = Markup().join(Markup("<li>%s</li>") % line.subscription_id.display_name for line in lines)
        if reason:
            text = self.env._("Billed although something is missing: %s", reason)
        else:
            text = self.env._("Held back again until nothing is missing:")
        self.message_post(body=Markup("<p>%s</p><ul>%s</ul>") % (text, names))

    # What is done

    def action_create_drafts(self):
        """Bill the agreements that are ready."""
        self._begin(("draft", "done", "posted"))
        if not self.prepared_on:
            self._prepare()
        lines = self.line_ids.filtered(lambda line: line.state == "ready")
        if not lines:
            raise UserError(self.env._("No agreement is ready to be invoiced."))
        return self._start("create", lines)

    def action_retry(self):
        """Bill the agreements that failed once more, and nothing else."""
        self._begin(("draft", "done", "posted"))
        failed = self.line_ids.filtered(lambda line: line.state == "failed")
        if not failed:
            raise UserError(self.env._("No agreement failed."))
        self._prepare(failed._with_joint().subscription_id)
        lines = failed.exists().filtered(lambda line: line.state == "ready")
        if lines:
            self._start("create", lines)
        return True

    def action_post(self):
        """Post the draft invoices."""
        self._begin(("done", "posted"))
        return self._start("post", self._lines_to_post())

    def _lines_to_post(self):
        return self.line_ids.filtered(lambda line: "draft" in line.move_ids.mapped("state"))

    def action_send(self):
        """Send the posted invoices that were not sent yet or did not arrive, as each customer wants."""
        self._begin(("done", "posted"))
        lines = self.line_ids.filtered(lambda line: line._moves_to_send())
        if not lines:
            raise UserError(self.env._("All posted invoices have already been sent."))
        return self._start("send", lines)

    def action_undo(self):
        """Delete the invoices of the run, all of which must be drafts, and set the agreements back."""
        self._begin(("done", "posted"))
        moves = self.move_ids
        fixed = moves.filtered(lambda move: move.state == "posted")
        if fixed:
            values = {
                "run": self.display_name,
                "count": len(fixed),
                "listed": bullets(self.env, fixed[:MAX_LISTED].mapped("display_name"), MAX_LISTED, len(fixed)),
            }
            raise UserError(
                plural(
                    len(fixed),
                    self.env._(
                        "%(run)s cannot be undone: 1 of its invoices is posted. Reset it to draft first, or credit "
                        "it.\n%(listed)s",
                        **values,
                    ),
                    self.env._(
                        "%(run)s cannot be undone: %(count)s of its invoices are posted. Reset them to draft first, or "
                        "credit them.\n%(listed)s",
                        **values,
                    ),
                )
            )
        later = self.line_ids._runs_afterwards()
        if later:
            raise UserError(
                self.env._(
                    "%(run)s cannot be undone: %(later)s billed later periods of the same agreements. Undo the later "
                    "run first; otherwise the period of this one would never be billed.",
                    run=self.display_name,
                    later=", ".join(later.mapped("display_name")),
                )
            )
        # Those that were there before stay, without what the run added.
        deleted = len(moves) - len(moves.filtered("xpps_is_joined"))
        self.line_ids._undo()
        # Nobody sets the state but by what is done here; see write.
        self.sudo().state = "draft"
        self.message_post(
            body=plural(
                deleted,
                self.env._("Undone: 1 invoice was deleted."),
                self.env._("Undone: %s invoices were deleted.", deleted),
            )
        )
        return True

    def action_cancel(self):
        """Give up a run that has no invoices."""
        self._begin(("draft", "done", "posted"))
        if self.move_ids:
            raise UserError(self.env._("%s has invoices. Undo it first.", self.display_name))
        # See action_undo.
        self.sudo().state = "cancelled"
        return True

    def action_draft(self):
        """Take up a cancelled run again."""
        self._begin(("cancelled",))
        # See action_undo.
        self.sudo().state = "draft"
        return True

    # Looking at it

    def _action_lines(self, lines=None, filter_name=None):
        domain = [("run_id", "in", self.ids)] if lines is None else [("id", "in", lines.ids)]
        context = {f"search_default_{filter_name}": 1} if filter_name else {}
        # Whoever bills agreements follows the company's settings without a right to read them.
        if any(self.company_id.sudo().mapped("xpps_approve_services")):
            context["xpps_approves_services"] = True
        return open_records(self, "xerox_xpps.action_xpps_billing_run_line", domain, context)

    def action_open_lines(self):
        return self._action_lines()

    def action_open_held(self):
        return self._action_lines(filter_name="held")

    def action_open_problems(self):
        return self._action_lines(filter_name="problems")

    def action_open_invoices(self):
        return open_invoices(self, [("xpps_billing_run_id", "in", self.ids)])
