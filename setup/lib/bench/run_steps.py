# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is measured of invoicing. Samples are milliseconds and queries an invoice."""

from odoo import SUPERUSER_ID

from .run_world import DUE, PLAIN, SERVICES, make_run_world


class RunSteps:
    """The steps for one number of agreements, all of them due.

    :param BenchDatabase database:
    """

    unit = "agreements"

    def __init__(self, database, agreements):
        self.database = database
        self.agreements = agreements

    def _begin(self, warm_up):
        self.database.reset(self.agreements, make_run_world, warm_up)

    def billing_run(self):
        """A run as the clerk starts it: looks for agreements, creates their invoices in the background, posts them."""
        self._begin(lambda env: self._run(env, background=False))
        with self.database.timed() as (env, cost):
            run = self._run(env)
        with self.database.environment() as env:
            self._check(env["xpps.billing.run"].browse(run.id).move_ids, self.agreements)
        return self._samples("run", cost, self.agreements)

    def _run(self, env, background=True):
        run = env["xpps.billing.run"].create(
            {
                "company_id": env.company.id,
                "period_start": "2026-01-01",
                "period_end": "2026-01-31",
                "invoice_date": DUE,
            }
        )
        run.action_prepare()
        for action in (run.action_create_drafts, run.action_post):
            action()
            if background:
                env["xpps.billing.run"].with_user(SUPERUSER_ID)._cron_work()
                env.invalidate_all()
        return run

    def one_by_one(self):
        """Subscription_oca's own loop, and the invoices posted one by one."""
        count = min(PLAIN, self.agreements)
        self._begin(lambda env: self._loop(env, 2))
        with self.database.timed() as (env, cost):
            moves = self._loop(env, count)
        with self.database.environment() as env:
            self._check(env["account.move"].browse(moves.ids), count)
        return self._samples("one_by_one", cost, count)

    @staticmethod
    def _loop(env, count):
        subscriptions = env["sale.subscription"].search(
            [("is_xpps", "=", False), ("company_id", "=", env.company.id)], limit=count
        )
        for subscription in subscriptions:
            subscription.generate_invoice()
            subscription.invoice_ids.action_post()
        return subscriptions.invoice_ids

    @staticmethod
    def _samples(name, cost, count):
        return {name: 1000 * cost.seconds / count, f"{name}_queries": cost.queries / count}

    @staticmethod
    def _check(moves, count):
        found = (len(moves), set(moves.mapped("state")), len(moves.invoice_line_ids))
        if found != (count, {"posted"}, count * SERVICES):
            raise RuntimeError(f"Invoices, states and lines are {found} instead of {count} posted ones.")
