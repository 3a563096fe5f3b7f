# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ..common.formats import month_text
from ..common.window_actions import open_form
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
    """

    _name = "xpps.low.margin"
    _description = "XPPS Agreement Below the Margin Floor"
    _auto = False
    _order = "margin_percent, id"
    _rec_name = "subscription_id"
    _depends = {
        "xpps.profitability.report": [],
        "res.company": ["xpps_margin_floor_percent"],
        "sale.subscription": ["company_id", "stage_id"],
        "sale.subscription.stage": ["type"],
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
            xpps_asked={"subscription_id", "date", "revenue", "cost", "cost_unknown_count"}
        )
        return SQL(
            """
            WITH month AS (
                SELECT subscription_id, DATE_TRUNC('month', date)::date AS first_day,
                       COALESCE(SUM(revenue), 0) AS revenue, COALESCE(SUM(cost), 0) AS cost,
                       COALESCE(SUM(cost_unknown_count), 0) AS unknown
                  FROM (%(report)s) report
                 WHERE subscription_id IS NOT NULL
              GROUP BY subscription_id, DATE_TRUNC('month', date)
            ), billed AS (
                SELECT subscription_id, MAX(first_day) AS last_month,
                       (MAX(first_day) - %(months)s * INTERVAL '1 month')::date AS month_before
                  FROM month
                 WHERE revenue <> 0
              GROUP BY subscription_id
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
            months=MONTHS,
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
