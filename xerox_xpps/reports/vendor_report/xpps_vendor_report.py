# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.constants import BASE_ROLES, CLICK_DIGITS, COMPONENT_SELECTION, OUTPUT_TYPE_SELECTION
from ...common.rates import exchange_rate_sql
from ...common.window_actions import open_invoices, open_records
from ...rules import known_sql, line_amount_sql, overlap_domain, same_period_domain
from ..grouping import in_environment
from .base_charges import charged_base
from .charges import charged_pages, invoiced_pages
from .presence import absences, unserved_lines
from .row_filter import RowFilter, find_row_filter
from .rows import report_rows

#: Components that are fees, not pages.
BASE_COMPONENTS = set(dict(COMPONENT_SELECTION)) - set(dict(OUTPUT_TYPE_SELECTION))
#: What may be wrong with a row, the most severe first.
FLAG_SELECTION = [
    ("unknown_device", "Unknown Device"),
    ("billed_after_removal", "Billed After Removal"),
    ("missing_from_file", "Missing from File"),
    ("quantity_wrong", "Quantity Wrong"),
    ("wrong_rate", "Wrong Rate"),
    ("wrong_allowance", "Wrong Included Pages"),
    ("allowance_changed", "Included Pages Changed"),
    ("wrong_customer", "Wrong Customer"),
    ("wrong_agreement", "Wrong Agreement"),
    ("rate_changed", "Unit Cost Changed"),
    ("base_changed", "Base Fee Changed"),
    ("cost_unknown", "Cost Not Stated"),
    ("read_gap", "Read Gap"),
    ("not_billed_to_customer", "Not Billed to Customer"),
    ("estimated_read", "Estimated Read"),
    ("serial_form", "Serial Number Written Otherwise"),
]
#: Fields of which there are far fewer values than rows; see ``_condensed``.
FEW_VALUES = {
    "company_id",
    "company_currency_id",
    "currency_id",
    "billing_file_id",
    "period_start",
    "period_end",
    "product_id",
    "partner_id",
    "subscription_id",
    "page_plan_id",
    "component",
    "flag",
}
#: Keys of the context: what the rows are grouped by, and what is added up; which rows (``RowFilter``).
CONDENSED = "xpps_vendor_report_condensed"
ASKED = "xpps_vendor_report_asked"


class XppsVendorReport(models.Model):
    """What Xerox billed, what was to be expected, and what the customer was charged: device × period × component.

    Rows are the live records and reads of imported files, records that were held back, and devices that should be in
    a file and are not. What was expected of a record is kept on it by its import.
    """

    _name = "xpps.vendor.report"
    _description = "Xerox Vendor Report"
    _auto = False
    _order = "period_end desc, serial, component, id"
    _rec_name = "serial"

    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", string="Xerox's Currency", readonly=True)
    billing_file_id = fields.Many2one("xpps.billing.file", readonly=True)
    line_id = fields.Many2one("xpps.billing.file.line", string="Device Record", readonly=True)
    meter_read_id = fields.Many2one("xpps.meter.read", readonly=True)
    period_start = fields.Date(readonly=True)
    period_end = fields.Date(readonly=True)
    device_id = fields.Many2one("stock.lot", readonly=True)
    serial = fields.Char(string="Serial Number", readonly=True)
    product_id = fields.Many2one("product.product", string="Printer Model", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", readonly=True)
    page_plan_id = fields.Many2one(
        "xpps.page.plan",
        string="Covered by Our Plan",
        readonly=True,
        help="The page plan that the pages count towards. What it charges for all of them is on its page ratings.",
    )
    component = fields.Selection(COMPONENT_SELECTION, readonly=True)
    xerox_quantity = fields.Integer(string="Xerox's Quantity", readonly=True, help="Pages; 1 for a base fee.")
    xerox_unit_cost = fields.Float(
        string="Xerox's Unit Cost", digits=CLICK_DIGITS, min_display_digits=2, aggregator="avg", readonly=True
    )
    xerox_cost = fields.Monetary(string="Xerox's Cost", readonly=True)
    cost_unknown = fields.Boolean(
        string="Cost Not Stated",
        readonly=True,
        help="Xerox bills the pages, but does not state what one of them costs. That is not 0.",
    )
    expected_quantity = fields.Integer(
        readonly=True,
        help="Pages above the allowance, from our last read to Xerox's; 1 for a base fee. The allowance is the rate "
        "card's or, if it has none, the one that Xerox states.",
    )
    expected_unit_cost = fields.Float(
        digits=CLICK_DIGITS,
        min_display_digits=2,
        aggregator="avg",
        readonly=True,
        help="What the rate card says. If there is none, the agreement's default or last month's cost; for a base "
        "fee, last month's fee.",
    )
    contract_unit_cost = fields.Float(
        string="Unit Cost by Contract",
        digits=CLICK_DIGITS,
        min_display_digits=2,
        aggregator="avg",
        readonly=True,
        help="What a page or the fee costs by the rate card that covered the last day of the period.",
    )
    contract_included = fields.Integer(
        string="Included by Contract",
        aggregator=None,
        readonly=True,
        help="How many pages are included by the rate card that covered the last day of the period.",
    )
    included = fields.Integer(
        string="Included Pages", aggregator=None, readonly=True, help="How many pages Xerox includes."
    )
    last_included = fields.Integer(
        string="Last Included Pages",
        aggregator=None,
        readonly=True,
        help="How many pages were included when Xerox billed the device the last time.",
    )
    expected_cost = fields.Monetary(readonly=True)
    difference = fields.Monetary(readonly=True, help="How much more Xerox bills than was expected.")
    cost = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="Xerox's cost in the company's currency, at the rate of the invoice date. Empty if the currency has no "
        "rate of that day or before.",
    )
    charged_quantity = fields.Integer(readonly=True)
    charged_amount = fields.Monetary(
        currency_field="company_currency_id", readonly=True, help="What the customer is charged, invoiced or not."
    )
    invoiced_amount = fields.Monetary(
        currency_field="company_currency_id", readonly=True, help="Posted invoices less posted credit notes."
    )
    margin = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="Charged amount less cost. Empty as long as some of the cost is unknown. The cost of pages covered by our "
        "plan does not count: page ratings have it, with what the plan charges.",
    )
    cost_unknown_count = fields.Integer(
        string="Cost Unknown",
        readonly=True,
        help="Rows without a margin: Xerox does not state what a page costs, or an amount cannot be converted.",
    )
    flag = fields.Selection(
        FLAG_SELECTION, readonly=True, help="What is wrong; if there are several problems, the most severe one."
    )
    flags = fields.Char(string="All Flags", readonly=True)
    reason = fields.Text(compute="_compute_reason")

    def _compute_reason(self):
        for row in self:
            row.reason = "; ".join(row._reason(flag) for flag in (row.flags or "").split(",") if flag)

    # Opening what a row is about

    def action_open_device(self):
        self.check_access("read")
        self.ensure_one()
        if not self.device_id:
            raise UserError(self.env._("No device has the serial number %s yet.", self.serial))
        return self.device_id._xpps_form_action()

    def action_open_file(self):
        self.check_access("read")
        self.ensure_one()
        return self.billing_file_id.get_formview_action()

    def action_open_charges(self):
        """The charges of the rows' pages, those of corrections included."""
        self.check_access("read")
        return open_records(self, "xerox_xpps.action_sale_subscription_charge", self._charge_domain())

    def action_open_invoices(self):
        """The invoices and credit notes that bill the rows' pages or base fees."""
        self.check_access("read")
        charges = self.env["sale.subscription.charge"].search(self._charge_domain())
        # Which invoices those are does not depend on the right to see them; whoever opens them needs it.
        lines = charges.sudo().invoice_line_ids | charges.sudo().earlier_line_ids | charges.sudo().credit_line_ids
        lines |= lines.search(self._base_line_domain())
        action = open_invoices(self, [("id", "in", lines.move_id.ids)])
        return action | {
            "context": {**action["context"], "create": False},
            "help": Markup("<p class='o_view_nocontent_smiling_face'>%s</p>") % self.env._("Nothing is invoiced yet"),
        }

    def _charge_domain(self):
        """Charges of the device and output type whose period starts or ends with the row's, as a correction's may."""
        return Domain.OR(
            Domain("device_id", "=", row.device_id.id)
            & Domain("output_type", "=", row.component)
            & same_period_domain(row.period_start, row.period_end)
            for row in self
            if row.device_id
        )

    def _base_line_domain(self):
        """Invoice lines of base prices, of the rows' agreements and periods."""
        return Domain.OR(
            Domain("xpps_subscription_id", "=", row.subscription_id.id)
            & Domain("product_id.xpps_role", "in", BASE_ROLES)
            & overlap_domain("xpps_period_start", "xpps_period_end", row.period_start, row.period_end)
            for row in self
            if row.subscription_id and row.component in BASE_COMPONENTS
        )

    # The query

    @property
    def _table_query(self):
        # Compiling the query takes longer than running it.
        self.env.cr.execute("SET LOCAL jit = off")
        for name in ("xpps.billing.file", "xpps.billing.file.line", "xpps.meter.read", "sale.subscription.charge"):
            self.env[name].flush_model()
        for name in ("res.company", "res.currency", "res.currency.rate", "account.move.line"):
            self.env[name].flush_model()
        asked = self.env.context.get(ASKED)
        if not isinstance(asked, RowFilter):
            asked = RowFilter()
        # Not rounded, so that the rows of a file add up to what its total is worth.
        cost = SQL("CASE WHEN item.cost = 0 THEN 0 ELSE item.cost * rate.rate END")
        charged_amount = SQL(
            "CASE WHEN charged.meter_read_id IS NULL THEN COALESCE(base.drafted, 0) ELSE charged.amount END"
        )
        rows = SQL(
            """
            SELECT item.id, item.company_id, company.currency_id AS company_currency_id, item.currency_id,
                   item.billing_file_id, item.line_id, item.meter_read_id, item.period_start, item.period_end,
                   item.device_id, COALESCE(device.name, item.serial) AS serial, device.product_id,
                   item.partner_id, item.subscription_id, item.page_plan_id, item.component,
                   item.quantity AS xerox_quantity, item.unit_cost AS xerox_unit_cost, item.cost AS xerox_cost,
                   item.cost_unknown,
                   %(expected_quantity)s AS expected_quantity,
                   %(expected_unit_cost)s AS expected_unit_cost,
                   item.contract_unit_cost, item.contract_included, item.included, item.last_included,
                   %(expected_cost)s AS expected_cost,
                   item.cost - %(expected_cost)s AS difference,
                   %(cost)s AS cost,
                   COALESCE(charged.quantity, (base.drafted <> 0)::int, 0) AS charged_quantity,
                   %(charged_amount)s AS charged_amount,
                   COALESCE(invoiced.amount, base.posted, 0) AS invoiced_amount,
                   %(margin)s AS margin,
                   ((%(margin)s) IS NULL)::int AS cost_unknown_count,
                   %(flag)s AS flag,
                   %(flags)s AS flags
              FROM (%(rows)s) item
         LEFT JOIN stock_lot device ON device.id = item.device_id
         LEFT JOIN res_company company ON company.id = item.company_id
         LEFT JOIN res_currency currency ON currency.id = item.currency_id
         LEFT JOIN (%(absences)s) absence
                ON absence.device_id = item.device_id AND absence.period_start = item.period_start
               AND absence.period_end = item.period_end
         LEFT JOIN (%(rates)s) rate ON rate.file_id = item.billing_file_id
         LEFT JOIN (%(unserved)s) unserved ON unserved.id = item.base_key
         LEFT JOIN (%(base)s) base ON base.base_key = item.base_key AND base.component = item.component
         LEFT JOIN (%(charged)s) charged ON charged.meter_read_id = item.meter_read_id
         LEFT JOIN (%(invoiced)s) invoiced ON invoiced.meter_read_id = item.meter_read_id
            """,
            expected_quantity=self._expected(SQL("item.expected_quantity")),
            expected_unit_cost=self._expected(SQL("item.expected_unit_cost")),
            expected_cost=self._expected(
                SQL(
                    "CASE WHEN item.expected_quantity = item.quantity AND item.expected_unit_cost = item.unit_cost "
                    "THEN item.cost ELSE %s END",
                    line_amount_sql(
                        SQL("currency.decimal_places"), SQL("item.expected_quantity"), SQL("item.expected_unit_cost")
                    ),
                )
            ),
            cost=cost,
            charged_amount=charged_amount,
            margin=SQL("%s - CASE WHEN item.page_plan_id IS NULL THEN %s ELSE 0 END", charged_amount, cost),
            flag=self._flag(),
            flags=self._flags(),
            rows=report_rows(self.env, asked),
            absences=absences(self.env, asked),
            rates=self._rates(),
            unserved=unserved_lines(self.env, asked),
            base=charged_base(self.env, asked),
            charged=charged_pages(asked),
            invoiced=invoiced_pages(self.env, asked),
        )
        condensed = self._condensed_by()
        return self._condense(rows, *condensed) if condensed else rows

    @api.model
    def _search(self, domain, *args, **kwargs):
        report = self.with_context(**{ASKED: find_row_filter(self, domain)})
        return super(XppsVendorReport, report)._search(domain, *args, **kwargs)

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """A page of a list: which rows it has is found without what only its rows need."""
        if not limit or not field_names:
            return super().search_fetch(domain, field_names, offset, limit, order)
        rows = self.browse(self._search(domain, offset=offset, limit=limit, order=order or self._order))
        rows.fetch(field_names)
        return rows

    # Groups

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        report = self._condensed(domain, groupby, aggregates)
        groups = super(XppsVendorReport, report)._read_group(domain, groupby, aggregates, *args, **kwargs)
        return in_environment(self.env, groups)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), *args, **kwargs):
        report = self._condensed(domain, [spec for groupby in grouping_sets for spec in groupby], aggregates)
        sets = super(XppsVendorReport, report)._read_grouping_sets(domain, grouping_sets, aggregates, *args, **kwargs)
        return [in_environment(self.env, groups) for groups in sets]

    def _read_group_select(self, aggregate_spec, query):
        """A group of which some cost is unknown has no margin."""
        if aggregate_spec == "__count" and self._condensed_by():
            return SQL("COALESCE(SUM(%s), 0)::bigint", SQL.identifier(self._table, "row_count"))
        aggregate = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec.partition(":")[0] != "margin":
            return aggregate
        unknown = self._field_to_sql(self._table, "cost_unknown_count", query)
        return known_sql(aggregate, SQL("SUM(%s) > 0", unknown))

    @api.model
    def _condensed(self, domain, groupby, aggregates):
        """The report with rows that are sums of its rows, where the groups do not tell the difference.

        What the web client asks of amounts for each group, such as the currencies that there are, has the database
        sort all rows once for each of them. Sums of the rows by what is asked for are found without sorting, by
        several processes at once, and are few.
        """
        names = {"company_id", *(spec.partition(":")[0].partition(".")[0] for spec in groupby)}
        rules = self.env["ir.rule"]._compute_domain(self._name, "read")
        conditions = (Domain(domain) & rules).iter_conditions()
        names |= {condition.field_expr.partition(".")[0] for condition in conditions}
        sums = set()
        for spec in aggregates:
            name, _colon, function = spec.partition(":")
            if function in ("sum", "sum_currency"):
                sums |= {name, "cost_unknown_count"} if name == "margin" else {name}
                if function == "sum_currency":
                    names.add(self._fields[name].get_currency_field(self))
            elif function == "array_agg_distinct":
                names.add(name)
            elif spec != "__count":
                return self
        if not names <= FEW_VALUES:
            return self
        return self.with_context(**{CONDENSED: (sorted(names), sorted(sums))})

    def _condensed_by(self):
        """:return: what ``_condensed`` put into the context; a client that says so itself sends a list"""
        condensed = self.env.context.get(CONDENSED)
        return condensed if isinstance(condensed, tuple) else None

    def _condense(self, rows, names, sums):
        """Group the rows by fields, and add up others; ``row_count`` is how many they are."""
        columns = SQL(", ").join(map(SQL.identifier, names))
        totals = SQL("").join(SQL(", SUM(%s) AS %s", *[SQL.identifier(name)] * 2) for name in sums)
        return SQL("SELECT %s%s, COUNT(*) AS row_count FROM (%s) detail GROUP BY %s", columns, totals, rows, columns)

    # Parts of the query

    def _expected(self, value):
        """Nothing is expected of a device that nobody knows, or that has left."""
        return SQL("CASE WHEN item.device_id IS NULL OR absence.device_id IS NOT NULL THEN 0 ELSE %s END", value)

    def _rates(self):
        """What Xerox's currency was worth in the company's at the invoice date of each file."""
        return SQL(
            """
            SELECT DISTINCT ON (file.id) file.id AS file_id, %s AS rate
              FROM xpps_billing_file file
              JOIN res_company company ON company.id = file.company_id
            """,
            exchange_rate_sql(SQL("file.currency_id"), SQL("company.currency_id"), "company", SQL("file.invoice_date")),
        )

    def _conditions(self):
        """:return: {flag: SQL}, none of which is NULL; the most severe first"""
        billed = SQL("(item.quantity <> 0 OR item.cost <> 0)")
        return {
            "unknown_device": SQL("item.device_id IS NULL"),
            "billed_after_removal": SQL("(absence.device_id IS NOT NULL AND %s)", billed),
            "missing_from_file": SQL("item.missing"),
            "quantity_wrong": SQL("item.wrong_quantity"),
            "wrong_rate": SQL("item.wrong_rate"),
            "wrong_allowance": SQL("item.wrong_allowance"),
            "allowance_changed": SQL("item.allowance_changed"),
            "wrong_customer": SQL("item.wrong_customer"),
            "wrong_agreement": SQL("item.wrong_agreement"),
            "rate_changed": SQL("item.rate_changed"),
            "base_changed": SQL("item.base_changed"),
            "cost_unknown": SQL("item.cost_unknown"),
            "read_gap": SQL("item.read_gap"),
            "not_billed_to_customer": SQL(
                "(item.device_id IS NOT NULL AND absence.device_id IS NULL AND (item.held AND %s "
                "OR unserved.id IS NOT NULL AND item.cost <> 0 "
                "OR item.meter_read_id IS NOT NULL AND item.page_plan_id IS NULL "
                "AND item.quantity > COALESCE(charged.covered, 0)))",
                billed,
            ),
            "estimated_read": SQL("item.estimated"),
            "serial_form": SQL("item.serial_form"),
        }

    def _flag(self):
        cases = (SQL("WHEN %s THEN %s", condition, flag) for flag, condition in self._conditions().items())
        return SQL("CASE %s END", SQL(" ").join(cases))

    def _flags(self):
        cases = (SQL("CASE WHEN %s THEN %s END", condition, flag) for flag, condition in self._conditions().items())
        return SQL("NULLIF(CONCAT_WS(',', %s), '')", SQL(", ").join(cases))
