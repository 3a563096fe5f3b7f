# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date, formatLang

from ...common.constants import OUTPUT_TYPE_SELECTION
from ...common.formats import month_text, percent_text
from ...common.window_actions import open_dialog
from ...rules import (
    RUN_FIELDS,
    beyond_border_sql,
    billed_twice_sql,
    cycle_allowance_sql,
    half_months_sql,
    overlap_sql,
    runs_in_period_sql,
    says_where_meter_is_sql,
    used_pages_sql,
)

KIND_SELECTION = [
    ("absent", "Missing from the Last File"),
    ("no_read", "Not Read"),
    ("allowance", "Allowance Nearly Used Up"),
    ("above_mean", "Far Above Model Average"),
    ("unused", "Unused"),
    ("no_service", "No Agreement or Service"),
    ("base_gap", "Base Price Not Billed"),
    ("base_twice", "Base Price Billed Twice"),
]
#: Rows keep their ids between queries: the device's id times this, plus the place of the kind.
ID_STEP = 16

#: Days between start and end of a month's file at least; what is shorter is a read in between.
MONTH_DAYS = 27
#: Days after a month in which reads are of the next one, as long as that has no file.
OPEN_DAYS = 31
#: Months of files that tell what a device prints nowadays.
RECENT_MONTHS = 3
#: Months after which a device is overdue for a read.
UNREAD_MONTHS = 2
#: Other devices of a model that make up a mean.
MIN_OTHERS = 2
#: Percent of the included pages that are worth a warning while the month is open.
ALLOWANCE_PERCENT = 80


class XppsDeviceAttention(models.Model):
    """Active devices that a service manager should look at: a row per device and reason.

    They are on agreements that run today; what is missing from the last file was on one that ran in its month.

    All of it is reckoned from the company's last month: the period of its last imported regular file that is a month
    long. A company without one has no rows. Which devices count for what stands in the help of ``kind``.
    """

    _name = "xpps.device.attention"
    _description = "XPPS Device to Review"
    _auto = False
    _rec_name = "device_id"
    _order = "since, id"

    device_id = fields.Many2one("stock.lot", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", readonly=True)
    product_id = fields.Many2one("product.product", string="Printer Model", readonly=True)
    kind = fields.Selection(
        KIND_SELECTION,
        string="Reason",
        readonly=True,
        help="Missing from the last file: the device was on a running agreement in the last month that was imported, "
        "but it is not in any file of that month.\nNot read: there has been no read for two months. Xerox's "
        "estimates do not count as reads.\nAllowance nearly used up: more than 80% of the pages that an output type "
        "includes in a month, by a read after the last month's; or of those that a cycle of several months includes, "
        "which is not over yet.\nFar above model average: the average "
        "pages of the last three months, compared with all other devices of the same model in the company (at "
        "least two). The limit is the setting Usage Spike.\nUnused: the device has been in the files for three "
        "months or more and was read, but it printed no pages in the last three.\nNo agreement or service: nothing "
        "bills the base price of the device.\nBase price not billed: no invoice bills the service of the device for "
        "days on which its agreement ran.\nBase price billed twice: two invoices do.",
    )
    since = fields.Date(
        readonly=True,
        help="End of the month in which the device is missing, its last read, the read in between, or the end of the "
        "last month with pages.",
    )
    last_read_date = fields.Date(
        string="Last Read On",
        readonly=True,
        help="The last read that Xerox did not estimate, or that was recorded manually.",
    )
    output_type = fields.Selection(OUTPUT_TYPE_SELECTION, readonly=True)
    pages = fields.Integer(readonly=True, aggregator=False, help="Pages a month, or since the last month's read.")
    compared_pages = fields.Integer(
        string="Compared With",
        readonly=True,
        aggregator=False,
        help="The average of the model's other devices, or the pages included in a month or cycle.",
    )
    cycle_end = fields.Date(readonly=True, help="The last day of the cycle whose allowance is nearly used up.")
    explanation = fields.Text(compute="_compute_explanation")

    # What the query reads, so that the ORM writes it first.
    _depends = {
        "account.move": ["move_type", "reversed_entry_id"],
        "account.move.line": [
            "move_id",
            "parent_state",
            "quantity",
            "xpps_base_adjustment",
            "xpps_given_back",
            "xpps_period_end",
            "xpps_period_start",
            "xpps_subscription_line_id",
        ],
        "res.company": ["xpps_usage_spike_percent"],
        "sale.subscription": ["is_xpps", "partner_id", *RUN_FIELDS],
        "sale.subscription.stage": ["type"],
        "stock.lot": [
            "company_id",
            "is_xpps_device",
            "product_id",
            "xpps_install_date",
            "xpps_partner_id",
            "xpps_state",
            "xpps_subscription_id",
            "xpps_subscription_line_id",
        ],
        "xpps.base.waiver": ["date_to", "kind", "subscription_id", "subscription_line_id"],
        "xpps.billing.file": ["company_id", "kind", "period_end", "period_start", "state"],
        "xpps.billing.file.line": ["billing_file_id", "device_id"],
        "xpps.meter.read": [
            "company_id",
            "current_read",
            "cycle_end",
            "cycle_start",
            "device_id",
            "estimated",
            "included",
            "included_stated",
            "origin",
            "output_type",
            "overage",
            "pages",
            "period_end",
            "period_start",
            "previous_read",
            "read_date",
            "superseded_by_id",
        ],
        "xpps.page.rating": [
            "company_id",
            "cycle_end",
            "cycle_start",
            "device_id",
            "included",
            "rolled_in",
            "weighted",
        ],
    }

    @property
    def _table_query(self):
        # OFFSET keeps conditions, such as that of the company, out of the parts: PostgreSQL knows nothing of what WITH
        # has found, takes a few rows for granted, and joins thousands in a loop.
        return SQL(
            """
            WITH last_month AS (
                SELECT DISTINCT ON (company_id) company_id, period_start, period_end,
                       (period_start - %(before)s * INTERVAL '1 month')::date AS recent_start
                  FROM xpps_billing_file
                 WHERE state = 'imported' AND kind = 'regular' AND period_end - period_start >= %(month_days)s
              ORDER BY company_id, period_end DESC, id DESC
            ),
            fleet AS (%(fleet)s),
            recent AS (%(recent_pages)s),
            found AS (%(found)s)
            SELECT fleet.device_id * %(step)s + array_position(%(kinds)s::varchar[], found.kind::varchar) AS id,
                   fleet.device_id, fleet.company_id, fleet.partner_id, fleet.subscription_id, fleet.product_id,
                   fleet.last_read_date, found.kind, found.since, found.output_type, found.pages, found.compared_pages,
                   found.cycle_end
              FROM found
              JOIN fleet ON fleet.device_id = found.device_id
             WHERE fleet.on_running OR (found.kind = 'absent' AND fleet.subscription_id IS NOT NULL)
                OR found.kind = 'no_service'
            OFFSET 0
            """,
            before=RECENT_MONTHS - 1,
            month_days=MONTH_DAYS,
            step=ID_STEP,
            kinds=[kind for kind, _label in KIND_SELECTION],
            fleet=self._query_fleet(),
            recent_pages=self._query_recent(),
            found=SQL(" UNION ALL ").join(
                SQL("(%s)", query)
                for query in (
                    self._query_absent(),
                    self._query_no_read(),
                    self._query_any_allowance(),
                    self._query_above_mean(),
                    self._query_unused(),
                    self._query_no_service(),
                    self._query_base_gap(),
                    self._query_base_twice(),
                )
            ),
        )

    def _query_fleet(self):
        """The devices that count at all, with what their whole history tells.

        ``on_running`` says whether the agreement runs today.
        """
        today = fields.Date.context_today(self)
        return SQL(
            """
            SELECT device.id AS device_id, device.company_id, device.product_id, agreement.id AS subscription_id,
                   COALESCE(device.xpps_partner_id, agreement.partner_id) AS partner_id,
                   device.xpps_subscription_line_id AS service_id,
                   COALESCE(device.xpps_install_date, device.create_date::date) AS known_since,
                   %(runs)s AS on_running,
                   last_month.period_start, last_month.period_end, last_month.recent_start,
                   history.last_read_date, history.last_used, history.first_billed, history.last_billed
              FROM stock_lot device
              JOIN last_month ON last_month.company_id = device.company_id
         LEFT JOIN sale_subscription agreement ON agreement.id = device.xpps_subscription_id AND agreement.is_xpps
         LEFT JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id
         LEFT JOIN (
                SELECT device_id,
                       MAX(COALESCE(read_date, period_end)) FILTER (WHERE estimated IS NOT TRUE) AS last_read_date,
                       MAX(period_end) FILTER (WHERE origin = 'file' AND pages > 0) AS last_used,
                       MIN(period_start) FILTER (WHERE origin = 'file') AS first_billed,
                       MAX(period_end) FILTER (WHERE origin = 'file' AND estimated IS NOT TRUE) AS last_billed
                  FROM xpps_meter_read
                 WHERE superseded_by_id IS NULL AND %(counts)s
              GROUP BY device_id
                   ) history ON history.device_id = device.id
             WHERE device.is_xpps_device AND device.xpps_state = 'active'
            """,
            runs=runs_in_period_sql(today, today),
            counts=says_where_meter_is_sql(SQL("origin")),
        )

    def _query_recent(self):
        """Pages a month of the last months, of the devices that have been read in them."""
        return SQL(
            """
            SELECT read.device_id, SUM(read.pages) AS pages,
                   SUM(read.pages)::float / COUNT(DISTINCT DATE_TRUNC('month', read.period_end)) AS monthly
              FROM xpps_meter_read read
              JOIN last_month ON last_month.company_id = read.company_id
             WHERE read.superseded_by_id IS NULL AND read.origin = 'file'
               AND read.period_end > last_month.recent_start AND read.period_end <= last_month.period_end
          GROUP BY read.device_id
            """
        )

    # Each of these: device_id, kind, since, output_type, pages, compared_pages, cycle_end

    def _query_absent(self):
        """As the check of a file does it: who had the device in the month may differ from who has it now."""
        month = SQL("last_month.period_start"), SQL("last_month.period_end")
        return SQL(
            """
            SELECT fleet.device_id, 'absent' AS kind, fleet.period_end AS since, NULL AS output_type,
                   NULL::int AS pages, NULL::int AS compared_pages, NULL::date AS cycle_end
              FROM fleet
              JOIN (
                    SELECT span.device_id
                      FROM (%(spans)s) span
                      JOIN last_month ON last_month.company_id = span.company_id
                      JOIN sale_subscription agreement ON agreement.id = span.subscription_id
                      JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id
                     WHERE %(runs)s AND %(there)s
                    EXCEPT
                    SELECT line.device_id
                      FROM last_month
                      JOIN xpps_billing_file file ON file.company_id = last_month.company_id
                       AND %(same)s
                      JOIN xpps_billing_file_line line ON line.billing_file_id = file.id
                     WHERE file.state = 'imported'
                   ) absent ON absent.device_id = fleet.device_id
            """,
            spans=self.env["xpps.device.assignment"]._spans(),
            runs=runs_in_period_sql(*month),
            there=overlap_sql(SQL("span.date_from"), SQL("span.date_to"), *month),
            same=beyond_border_sql(SQL("file.period_start"), SQL("file.period_end"), *month),
        )

    def _query_no_read(self):
        return SQL(
            """
            SELECT device_id, 'no_read', COALESCE(last_read_date, known_since), NULL, NULL, NULL, NULL
              FROM fleet
             WHERE COALESCE(last_read_date, known_since) < %s
            """,
            fields.Date.context_today(self) - relativedelta(months=UNREAD_MONTHS),
        )

    def _query_any_allowance(self):
        """Of a device the allowance of which most is used up: of a month that is open, or of a longer cycle."""
        return SQL(
            """
            SELECT DISTINCT ON (device_id) device_id, kind, since, output_type, pages, compared_pages, cycle_end
              FROM ((%s) UNION ALL (%s)) any_allowance
          ORDER BY device_id, pages::float / compared_pages DESC, output_type
            """,
            self._query_allowance(),
            self._query_cycle_allowance(),
        )

    def _query_cycle_allowance(self):
        """Xerox's files come once a month: what a running cycle of several months has left is known by them.

        What a page plan of several devices includes is none of a single device.
        """
        halves = SQL("SUM(halves) FILTER (WHERE stated)")
        last, last_halves = (
            SQL("(ARRAY_AGG(%s ORDER BY period_end DESC) FILTER (WHERE stated))[1]", SQL.identifier(name))
            for name in ("included", "halves")
        )
        return SQL(
            """
            SELECT device_id, 'allowance', read_until, output_type, used::int, allowed::int, cycle_end
              FROM (SELECT device_id, output_type, cycle_end, MAX(period_end) AS read_until, SUM(used) AS used,
                           %(allowed)s AS allowed
                      FROM (SELECT read.device_id, read.output_type, read.cycle_start, read.cycle_end, read.period_end,
                                   read.included, read.included > 0 OR read.included_stated IS TRUE AS stated,
                                   %(used)s AS used, %(halves)s AS halves
                              FROM last_month
                              JOIN xpps_meter_read read ON read.company_id = last_month.company_id
                               AND read.cycle_end > last_month.period_end
                             WHERE read.superseded_by_id IS NULL AND read.origin = 'file'
                               AND read.cycle_start <= last_month.period_end) cycle_read
                  GROUP BY device_id, output_type, cycle_start, cycle_end) cycle
             WHERE allowed > 0 AND used * 100 > allowed * %(percent)s
             UNION ALL
            SELECT rating.device_id, 'allowance', last_month.period_end, NULL, rating.weighted,
                   rating.included + rating.rolled_in, rating.cycle_end
              FROM last_month
              JOIN xpps_page_rating rating ON rating.company_id = last_month.company_id
             WHERE rating.device_id IS NOT NULL AND rating.cycle_start <= last_month.period_end
               AND rating.cycle_end > last_month.period_end AND rating.included + rating.rolled_in > 0
               AND rating.weighted * 100 > (rating.included + rating.rolled_in) * %(percent)s
            """,
            allowed=cycle_allowance_sql(
                SQL("SUM(included) FILTER (WHERE stated)"),
                halves,
                last,
                last_halves,
                half_months_sql(SQL("cycle_start"), SQL("cycle_end")),
            ),
            used=used_pages_sql("read"),
            halves=half_months_sql(SQL("read.period_start"), SQL("read.period_end")),
            percent=ALLOWANCE_PERCENT,
        )

    def _query_allowance(self):
        """Of a device the output type that has used up most, by a read in between."""
        return SQL(
            """
            SELECT DISTINCT ON (billed.device_id)
                   billed.device_id, 'allowance' AS kind, latest.period_end AS since, billed.output_type,
                   latest.current_read - billed.current_read AS pages, billed.included AS compared_pages,
                   NULL::date AS cycle_end
              FROM (
                    SELECT DISTINCT ON (read.device_id, read.output_type)
                           read.device_id, read.output_type, read.current_read, read.period_end,
                           last_month.period_end AS billed_end
                      FROM last_month
                      JOIN xpps_meter_read read ON read.company_id = last_month.company_id
                     WHERE read.superseded_by_id IS NULL AND read.period_end > last_month.period_end
                       AND read.period_end <= last_month.period_end + %s AND %s
                  ORDER BY read.device_id, read.output_type, read.period_end DESC
                   ) latest
              JOIN xpps_meter_read billed
                ON billed.device_id = latest.device_id AND billed.output_type = latest.output_type
               AND billed.period_end = latest.billed_end AND billed.superseded_by_id IS NULL
               AND billed.origin = 'file' AND billed.included > 0
             WHERE (latest.current_read - billed.current_read) * 100 > billed.included * %s
          ORDER BY billed.device_id,
                   (latest.current_read - billed.current_read)::float / billed.included DESC, billed.output_type
            """,
            OPEN_DAYS,
            says_where_meter_is_sql(SQL("read.origin")),
            ALLOWANCE_PERCENT,
        )

    def _query_above_mean(self):
        """Against all others of the model: a device that is far above lifts a mean that it is part of."""
        return SQL(
            """
            SELECT device_id, 'above_mean', period_end, NULL, ROUND(monthly)::int, ROUND(mean)::int, NULL
              FROM (
                    SELECT fleet.device_id, fleet.company_id, fleet.period_end, recent.monthly,
                           COUNT(*) OVER same_model - 1 AS others,
                           (SUM(recent.monthly) OVER same_model - recent.monthly)
                           / NULLIF(COUNT(*) OVER same_model - 1, 0) AS mean
                      FROM fleet
                      JOIN recent ON recent.device_id = fleet.device_id
                     WHERE fleet.on_running
                    WINDOW same_model AS (PARTITION BY fleet.company_id, fleet.product_id)
                   ) compared
              JOIN res_company company ON company.id = compared.company_id
             WHERE others >= %s AND mean > 0 AND company.xpps_usage_spike_percent > 0
               AND monthly > mean * (1 + company.xpps_usage_spike_percent / 100)
            """,
            MIN_OTHERS,
        )

    def _query_unused(self):
        return SQL(
            """
            SELECT fleet.device_id, 'unused', COALESCE(fleet.last_used, fleet.first_billed), NULL, NULL, NULL, NULL
              FROM fleet
              JOIN recent ON recent.device_id = fleet.device_id AND recent.pages = 0
             WHERE fleet.first_billed <= fleet.recent_start AND fleet.last_billed > fleet.recent_start
            """
        )

    def _query_no_service(self):
        """Of a customer, but of no agreement; or on a running one, but of no service."""
        return SQL(
            """
            SELECT device_id, 'no_service', known_since, NULL, NULL, NULL, NULL
              FROM fleet
             WHERE service_id IS NULL AND partner_id IS NOT NULL AND (subscription_id IS NULL OR on_running)
            """
        )

    def _query_base_gap(self):
        return SQL(
            """
            SELECT fleet.device_id, 'base_gap', MAX(waiver.date_to), NULL, NULL, NULL, NULL
              FROM fleet
              JOIN xpps_base_waiver waiver
                ON waiver.subscription_id = fleet.subscription_id AND waiver.kind = 'gap'
               AND (waiver.subscription_line_id IS NULL OR waiver.subscription_line_id = fleet.service_id)
          GROUP BY fleet.device_id
            """
        )

    def _query_base_twice(self):
        return SQL(
            """
            SELECT fleet.device_id, 'base_twice', twice.last_day, NULL, NULL, NULL, NULL
              FROM fleet
              JOIN (
                    SELECT service_id, MAX(last_day) AS last_day
                      FROM (%s) pair
                  GROUP BY service_id
                   ) twice ON twice.service_id = fleet.service_id
            """,
            billed_twice_sql(),
        )

    # What the list loads at once: the query is not cheap.
    @api.depends("kind", "since", "last_read_date", "output_type", "pages", "compared_pages", "cycle_end")
    def _compute_explanation(self):
        types = dict(self._fields["output_type"]._description_selection(self.env))
        for row in self:
            since = format_date(self.env, row.since)
            if row.kind == "absent":
                text = self.env._(
                    "Active on its agreement, but not in any file of %s.", month_text(self.env, row.since)
                )
            elif row.kind == "no_read" and row.last_read_date:
                text = self.env._("Last read on %s.", since)
            elif row.kind == "no_read":
                text = self.env._("Never read, although installed since %s.", since)
            elif row.kind == "allowance" and row.cycle_end:
                text = self.env._(
                    "%(pages)s pages (%(type)s) until %(date)s: %(percent)s of the %(included)s that are included "
                    "until %(end)s.",
                    pages=row._format(row.pages),
                    type=types.get(row.output_type) or self.env._("weighted"),
                    date=since,
                    percent=percent_text(self.env, 100 * row.pages // row.compared_pages),
                    included=row._format(row.compared_pages),
                    end=format_date(self.env, row.cycle_end),
                )
            elif row.kind == "allowance":
                text = self.env._(
                    "%(pages)s %(type)s pages until %(date)s: %(percent)s of the %(included)s that are included in "
                    "a month.",
                    pages=row._format(row.pages),
                    type=types[row.output_type],
                    date=since,
                    percent=percent_text(self.env, 100 * row.pages // row.compared_pages),
                    included=row._format(row.compared_pages),
                )
            elif row.kind == "above_mean":
                text = self.env._(
                    "%(pages)s pages per month; the other devices of its model print %(mean)s.",
                    pages=row._format(row.pages),
                    mean=row._format(row.compared_pages),
                )
            elif row.kind == "no_service":
                text = self.env._("Nothing bills its base price: enter its agreement and service.")
            elif row.kind == "base_gap":
                text = self.env._("Its base price was not billed for days until %s; see its agreement.", since)
            elif row.kind == "base_twice":
                text = self.env._("Two invoices bill its base price of days until %s; see its agreement.", since)
            else:
                text = self.env._("Read, but no pages printed since %s.", since)
            row.explanation = text

    def _format(self, pages):
        return formatLang(self.env, pages, digits=0)

    def action_open_device(self):
        self.ensure_one()
        return self.device_id._xpps_form_action()

    def action_schedule_activity(self):
        """Open Odoo's dialog that plans an activity on each of the devices."""
        context = {"active_model": "stock.lot", "active_ids": self.device_id.ids}
        return open_dialog(self.env["mail.activity.schedule"], self.env._("Schedule Activity"), context)
