# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ..common.formats import month_text
from ..common.window_actions import open_form
from ..importing import CYCLE
from ..rules import below_floor_sql, margin_percent_sql

ACTIVITY_TYPE = "xerox_xpps.mail_activity_low_margin"
#: How many months are looked at, up to the last one with revenue.
MONTHS = 3


class XppsLowMargin(models.Model):
    """Running agreements that earn less than the company's margin floor: a worklist.

    Looked at are the three calendar months that end with the last one that has revenue, so that a month whose file is
    imported but whose invoices are not made yet does not count as a loss. Without a floor these are the agreements
    that cost more than they earn. Of an agreement of which some cost is unknown, nobody can tell. A row's id is its
    agreement's.

    Pages that are billed for several months together count with the month in which their cycle ends, what they cost
    and what they earn, once the cycle is billed. Such an agreement is looked at for whole cycles, three months at
    least, so that in each of them as many months of pages count as of base prices.
    """

    _name = "xpps.low.margin"
    _description = "XPPS Agreement Below the Margin Floor"
    _auto = False
    _order = "margin_percent, id"
    _rec_name = "subscription_id"
    _depends = {
        "xpps.profitability.report": [],
        "res.company": ["xpps_margin_floor_percent", "xpps_overage_cycles"],
        "sale.subscription": ["company_id", "stage_id", "xpps_overage_cycle"],
        "sale.subscription.charge": ["bill_after", "kind"],
        "sale.subscription.stage": ["type"],
        "xpps.page.plan": ["cycle", "subscription_id"],
        "xpps.meter.read": ["origin"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    date_from = fields.Date(string="From", readonly=True, help="First day of the months that are compared.")
    last_month = fields.Date(readonly=True, help="Last day of the last month with revenue.")
    revenue = fields.Monetary(readonly=True)
    cost = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True)
    margin_percent = fields.Float(string="Margin (%)", readonly=True, aggregator=None)
    floor_percent = fields.Float(string="Floor (%)", readonly=True, aggregator=None)
    activity_user_id = fields.Many2one(
        "res.users",
        string="Assigned To",
        compute="_compute_activity",
        help="The user who has an open activity for this.",
    )
    activity_date_deadline = fields.Date(string="Due", compute="_compute_activity")

    @property
    def _table_query(self):
        report = self.env["xpps.profitability.report"].with_context(
            xpps_asked={
                "subscription_id",
                "date",
                "charge_id",
                "meter_read_id",
                "revenue",
                "cost",
                "cost_unknown_count",
            }
        )
        return SQL(
            """
            WITH %(cycles)s, month AS (
                SELECT report.subscription_id, COALESCE(SUM(report.revenue), 0) AS revenue,
                       COALESCE(SUM(report.cost), 0) AS cost, COALESCE(SUM(report.cost_unknown_count), 0) AS unknown,
                       DATE_TRUNC('month', COALESCE(charge.bill_after, read.bill_after, report.date))::date AS first_day
                  FROM (%(report)s) report
             LEFT JOIN cycle_charge charge ON charge.id = report.charge_id
             LEFT JOIN cycle_read read ON read.id = report.meter_read_id
                 WHERE report.subscription_id IS NOT NULL AND COALESCE(charge.is_billed, read.is_billed, TRUE)
              GROUP BY report.subscription_id, first_day
            ), billed AS (
                SELECT month.subscription_id, MAX(month.first_day) AS last_month,
                       (MAX(month.first_day) - MAX(%(months)s) * INTERVAL '1 month')::date AS month_before
                  FROM month
                  JOIN sale_subscription agreement ON agreement.id = month.subscription_id
                  JOIN res_company company ON company.id = agreement.company_id
                 WHERE month.revenue <> 0
              GROUP BY month.subscription_id
            ), total AS (
                SELECT billed.*, SUM(month.revenue) AS revenue, SUM(month.cost) AS cost, SUM(month.unknown) AS unknown
                  FROM billed
                  JOIN month
                    ON month.subscription_id = billed.subscription_id
                   AND month.first_day > billed.month_before AND month.first_day <= billed.last_month
              GROUP BY billed.subscription_id, billed.last_month, billed.month_before
            )
            SELECT agreement.id, agreement.id AS subscription_id, agreement.company_id, company.currency_id,
                   partner.commercial_partner_id AS partner_id, agreement.user_id,
                   (total.month_before + INTERVAL '1 month')::date AS date_from,
                   (total.last_month + INTERVAL '1 month - 1 day')::date AS last_month,
                   total.revenue, total.cost, total.revenue - total.cost AS margin,
                   %(margin_percent)s AS margin_percent,
                   company.xpps_margin_floor_percent AS floor_percent
              FROM total
              JOIN sale_subscription agreement ON agreement.id = total.subscription_id
              JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id AND stage.type = 'in_progress'
              JOIN res_partner partner ON partner.id = agreement.partner_id
              JOIN res_company company ON company.id = agreement.company_id
             WHERE total.unknown = 0 AND %(low)s
            """,
            margin_percent=margin_percent_sql(SQL("total.revenue"), SQL("total.cost")),
            low=below_floor_sql(SQL("total.revenue"), SQL("total.cost"), SQL("company.xpps_margin_floor_percent")),
            report=report._table_query,
            cycles=self._cycles(),
            months=self._months(),
        )

    @api.model
    def _months(self):
        """How many months are looked at: whole cycles."""
        cycle = SQL(
            "GREATEST(CASE WHEN company.xpps_overage_cycles THEN agreement.xpps_overage_cycle::int END, "
            "(SELECT MAX(plan.cycle::int) FROM xpps_page_plan plan WHERE plan.subscription_id = agreement.id), 1)"
        )
        return SQL("CEIL(%(months)s::numeric / %(cycle)s) * %(cycle)s", months=MONTHS, cycle=cycle)

    @api.model
    def _cycles(self):
        """What is billed for several months together: charges, and the live reads that they are of.

        A cycle is billed once its last month is imported and no charge of it waits to be invoiced.

        :return: SQL of the items of a WITH clause
        """
        return SQL(
            """
            cycle AS (
                SELECT charge.subscription_id, charge.bill_after, NOT BOOL_OR(
                           charge.billable AND charge.state IN ('draft', 'approved') AND charge.quantity <> 0
                           AND NOT EXISTS (
                               SELECT FROM xpps_charge_invoice_line_rel link
                                 JOIN account_move_line line ON line.id = link.invoice_line_id
                                WHERE link.charge_id = charge.id AND line.parent_state = 'posted'
                           )
                       ) AS is_billed
                  FROM sale_subscription_charge charge
                 WHERE charge.bill_after IS NOT NULL
              GROUP BY charge.subscription_id, charge.bill_after
            ), cycle_charge AS (
                SELECT charge.id, charge.device_id, charge.output_type, charge.period_end, charge.kind,
                       charge.bill_after, cycle.is_billed AND EXISTS (
                           SELECT FROM xpps_meter_read read
                            WHERE read.subscription_id = charge.subscription_id AND read.origin = 'file'
                              AND read.period_end >= charge.bill_after
                       ) AS is_billed
                  FROM sale_subscription_charge charge
                  JOIN cycle
                    ON cycle.subscription_id = charge.subscription_id AND cycle.bill_after = charge.bill_after
            ), cycle_read AS (
                SELECT read.id, MAX(charge.bill_after) AS bill_after, BOOL_AND(charge.is_billed) AS is_billed
                  FROM cycle_charge charge
                  JOIN xpps_meter_read read
                    ON read.device_id = charge.device_id AND read.output_type = charge.output_type
                   AND read.period_end = charge.period_end AND read.superseded_by_id IS NULL
                 WHERE charge.kind <> %(cycle)s
              GROUP BY read.id
            )
            """,
            cycle=CYCLE,
        )

    def _open_activities(self):
        """:return: {sale.subscription id: the open mail.activity about its margin}"""
        # Whoever sees the list sees who looks after it, also where the agreement's activities are somebody else's.
        activities = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "sale.subscription"),
                    ("res_id", "in", self.subscription_id.ids),
                    ("activity_type_id", "=", self.env.ref(ACTIVITY_TYPE).id),
                ]
            )
        )
        return {activity.res_id: activity for activity in activities}

    def _compute_activity(self):
        activities = self._open_activities()
        for row in self:
            activity = activities.get(row.subscription_id.id, self.env["mail.activity"])
            row.activity_user_id = activity.user_id
            row.activity_date_deadline = activity.date_deadline

    def action_schedule_activity(self):
        """Have the salesperson of each agreement look at its price, unless that is being done.

        Who may not see costs may get the activity, so it says no figures.
        """
        self.check_access("read")
        activities = self._open_activities()
        deadline = self.env.ref(ACTIVITY_TYPE)._get_date_deadline()
        for row in self.filtered(lambda row: row.subscription_id.id not in activities):
            agreement = row.subscription_id
            agreement.activity_schedule(
                ACTIVITY_TYPE,
                deadline,
                user_id=(agreement.user_id or row.company_id._xpps_file_responsible() or self.env.user).id,
                note=self.env._(
                    "The margin of %(agreement)s in the last months up to %(month)s is below the margin floor of "
                    "%(company)s.",
                    agreement=agreement.display_name,
                    month=month_text(self.env, row.last_month),
                    company=row.company_id.display_name,
                ),
            )
        return True

    @api.model
    def _cron_schedule_activities(self):
        """Once a month, in companies that have a margin floor."""
        self.search([("floor_percent", ">", 0)]).action_schedule_activity()

    def action_open_agreement(self):
        """Open the agreement, where its prices are."""
        self.check_access("read")
        self.ensure_one()
        return open_form(self.subscription_id)

    def action_open_profitability(self):
        """Open what the agreement earned in these months, by device."""
        self.check_access("read")
        self.ensure_one()
        action = self.subscription_id.action_open_xpps_profitability()
        months = [("date", ">=", self.date_from), ("date", "<=", self.last_month)]
        return action | {
            "domain": [*action["domain"], *months],
            "context": {"pivot_row_groupby": ["device_id"]},
        }
