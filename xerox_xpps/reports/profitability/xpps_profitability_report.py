# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.constants import COMPONENT_SELECTION
from ...common.window_actions import open_form, open_invoices, open_records
from ...rules import known_sql, margin_percent_sql
from ..base_revenue import BASE_REVENUE_DEPENDS
from ..grouping import in_environment
from . import sources
from .sources import COLUMNS, MEASURES

#: Whether some of the cost of a row is unknown.
UNKNOWN = SQL("part.cost_unknown_count > 0")
#: What can be told from sums.
SUMS = {
    "__count",
    "margin_percent:avg",
    "currency_id:array_agg_distinct",
    *(f"{name}:{total}" for name in (*MEASURES, "margin") for total in ("sum", "sum_currency")),
}
#: The columns of a part that a field is made of, where it is not one of the same name.
SOURCE_COLUMNS = {
    "currency_id": {"company_id"},
    "partner_id": {"subscription_id", "owner_id"},
    "user_id": {"subscription_id"},
    "product_id": {"device_id"},
    "margin": {"revenue", "cost", "cost_unknown_count"},
    "margin_percent": {"revenue", "cost", "cost_unknown_count"},
}


class XppsProfitabilityReport(models.Model):
    """What agreements earn: posted invoices, what Xerox bills, and what is not invoiced yet.

    A row is what one document says of one device and component: a share of a posted invoice line, a fee or the pages of
    a device record of an imported file, or a charge that waits for its invoice. So revenue is the ledger's XPPS items
    to the cent, and cost is the files' total. Amounts are in the company's currency; those of a file are converted at
    its invoice's rate and not rounded, so that their sum is its total.

    Where Xerox's file does not state what pages cost, or its currency has no rate, the cost is unknown: such rows, and
    groups of them, have no margin. ``cost_unknown_count`` says how many there are.

    Revenue stands in the month that it bills, that of a quarter or a year in each of its months; cost in the month for
    which Xerox bills it.
    """

    _name = "xpps.profitability.report"
    _description = "XPPS Profitability"
    _auto = False
    _order = "date desc, subscription_id, device_id, component, id"
    _rec_name = "subscription_id"
    _depends = {
        **BASE_REVENUE_DEPENDS,
        "account.move.line": [
            *BASE_REVENUE_DEPENDS["account.move.line"],
            "date",
            "xpps_share_key",
            "xpps_share_number",
            "xpps_share_percent",
        ],
        "res.company": ["currency_id", "parent_id", "xpps_proration"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
        "res.partner": ["commercial_partner_id"],
        "sale.subscription": ["is_xpps", "partner_id", "user_id"],
        "sale.subscription.charge": [
            "billable",
            "company_id",
            "cost_unknown",
            "currency_id",
            "device_id",
            "earlier_line_ids",
            "meter_read_id",
            "output_type",
            "page_rating_id",
            "period_end",
            "price_subtotal",
            "quantity",
            "state",
            "subscription_id",
        ],
        "stock.lot": ["product_id"],
        "xpps.billing.file": [
            "company_id",
            "currency_id",
            "invoice_date",
            "kind",
            "period_end",
            "period_start",
            "state",
        ],
        "xpps.billing.file.line": [
            *BASE_REVENUE_DEPENDS["xpps.billing.file.line"],
            "billed_period_start",
            "meter_values",
            "partner_id",
            "state",
            "subscription_id",
        ],
        "xpps.meter.read": [
            "billing_file_id",
            "cost",
            "cost_unknown",
            "device_id",
            "output_type",
            "overage",
            "pages",
            "partner_id",
            "period_end",
            "subscription_id",
            "superseded_by_id",
        ],
        "xpps.page.rating.device": ["device_id", "rating_id", "weighted"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    source = fields.Selection(
        [
            ("base", "Base Price Invoiced"),
            ("pages", "Pages Invoiced"),
            ("other", "Other XPPS Item Invoiced"),
            ("fee", "Xerox's Base Fee"),
            ("read", "Xerox's Pages"),
            ("held", "Xerox's Pages, Not Imported"),
            ("waiting", "Not Yet Invoiced"),
        ],
        readonly=True,
    )
    date = fields.Date(
        string="Period",
        readonly=True,
        help="The last day of the billed period; a quarter or a year is shown month by month.",
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    device_id = fields.Many2one("stock.lot", readonly=True)
    product_id = fields.Many2one("product.product", string="Model", readonly=True)
    component = fields.Selection(COMPONENT_SELECTION, readonly=True)
    move_line_id = fields.Many2one("account.move.line", string="Invoice Line", readonly=True)
    charge_id = fields.Many2one("sale.subscription.charge", readonly=True)
    line_id = fields.Many2one("xpps.billing.file.line", string="Device Record", readonly=True)
    meter_read_id = fields.Many2one("xpps.meter.read", readonly=True)
    billing_file_id = fields.Many2one("xpps.billing.file", readonly=True)
    revenue = fields.Monetary(readonly=True, help="On posted invoices, less posted credit notes, before taxes.")
    cost = fields.Monetary(readonly=True, help="What Xerox bills, whether or not a customer pays for it.")
    margin = fields.Monetary(readonly=True, help="Revenue less cost. Empty as long as some of the cost is unknown.")
    margin_percent = fields.Float(
        string="Margin (%)",
        readonly=True,
        aggregator="avg",
        help="Margin in percent of the revenue. Empty as long as some of the cost is unknown.",
    )
    cost_unknown_count = fields.Integer(
        string="Cost Unknown",
        readonly=True,
        help="Rows without a cost: Xerox's file does not state what a page costs, or its currency has no exchange rate "
        "of the invoice date or before.",
    )
    pages = fields.Integer(readonly=True, help="Pages printed: current less previous read.")
    overage = fields.Integer(
        string="Overage Pages", readonly=True, help="Pages above the allowance, as Xerox bills them."
    )
    uninvoiced = fields.Monetary(
        string="Not Yet Invoiced",
        readonly=True,
        help="Billable charges that are not on a posted invoice, including those waiting for approval. They are not "
        "part of the revenue.",
    )

    # Reading

    @property
    def _table_query(self):
        # Compiling this takes PostgreSQL longer than any answer; what follows in the transaction does without, too.
        self.env.cr.execute("SET LOCAL jit = off")
        return SQL(
            """
            SELECT part.*, company.currency_id, partner.commercial_partner_id AS partner_id, agreement.user_id,
                   device.product_id,
                   %s AS margin,
                   %s AS margin_percent
              FROM (%s) part
              JOIN res_company company ON company.id = part.company_id
         LEFT JOIN sale_subscription agreement ON agreement.id = part.subscription_id
         LEFT JOIN res_partner partner ON partner.id = COALESCE(agreement.partner_id, part.owner_id)
         LEFT JOIN stock_lot device ON device.id = part.device_id
            """,
            known_sql(SQL("COALESCE(part.revenue, 0) - COALESCE(part.cost, 0)"), UNKNOWN),
            known_sql(margin_percent_sql(SQL("part.revenue"), SQL("COALESCE(part.cost, 0)")), UNKNOWN),
            SQL(" UNION ALL ").join(self._parts()),
        )

    def _read_group_select(self, aggregate_spec, query):
        """The margin of a group in percent of its revenue, not the mean of its rows' percentages.

        A group of which some cost is unknown has none.
        """
        name = aggregate_spec.partition(":")[0]
        if name not in ("margin", "margin_percent"):
            return super()._read_group_select(aggregate_spec, query)
        if aggregate_spec == "margin_percent:avg":
            aggregate = SQL(
                "100 * SUM(%s) / NULLIF(SUM(%s), 0)",
                self._field_to_sql(self._table, "margin", query),
                self._field_to_sql(self._table, "revenue", query),
            )
        else:
            aggregate = super()._read_group_select(aggregate_spec, query)
        unknown = self._field_to_sql(self._table, "cost_unknown_count", query)
        return known_sql(aggregate, SQL("SUM(%s) > 0", unknown))

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        """A pivot reads sums, so that each source is summed up before it is joined to anything.

        Its count is then one of sums.
        """
        rules = self.env["ir.rule"]._compute_domain(self._name, "read")
        conditions = [condition.field_expr for condition in (Domain(domain) & rules).iter_conditions()]
        filtered, specs = self._asked(conditions), self._asked([*aggregates, *chain.from_iterable(grouping_sets)])
        report = self
        if SUMS.issuperset(aggregates) and filtered.isdisjoint(MEASURES):
            report = self.with_context(xpps_asked=filtered | specs)
        sets = super(XppsProfitabilityReport, report)._read_grouping_sets(domain, grouping_sets, aggregates, order)
        return [in_environment(self.env, groups) for groups in sets]

    @api.model
    def _asked(self, specs):
        """The columns that fields are made of; ``specs`` are paths, groupings or aggregates."""
        names = {re.split(r"[.:]", spec)[0] for spec in specs}
        return set().union(*(SOURCE_COLUMNS.get(name, {name}) for name in names)) & set(COLUMNS)

    @api.model
    def _parts(self):
        """:return: [SQL], one for each source; where only some fields are asked for, for those that tell of them"""
        asked = self.env.context.get("xpps_asked")
        # A client that says so itself sends a list.
        asked = asked if isinstance(asked, set) else None
        parts = {
            sources.base_part: {"revenue"},
            sources.charge_part: {"revenue", "cost_unknown_count"},
            sources.charges_part: {"revenue", "cost_unknown_count"},
            sources.pooled_part: {"revenue"},
            sources.other_part: {"revenue"},
            sources.fees_part: {"cost", "cost_unknown_count"},
            sources.reads_part: {"cost", "pages", "overage", "cost_unknown_count"},
            sources.held_part: {"cost", "overage", "cost_unknown_count"},
            sources.waiting_part: {"uninvoiced"},
        }
        if asked is None:
            return [part(self.env, COLUMNS) for part in parts]
        columns = {"company_id", *asked} & set(COLUMNS)
        measures = columns & set(MEASURES) or set(MEASURES)
        return [self._summed(part(self.env, columns), columns) for part, told in parts.items() if told & measures]

    @api.model
    def _summed(self, part, columns):
        """A part that has one row for all that is the same in some columns."""
        selected = []
        for name, type_ in COLUMNS.items():
            column = SQL.identifier(name)
            if name not in columns:
                selected.append(SQL("NULL::%s AS %s", SQL(type_), column))
            else:
                selected.append(SQL("SUM(%s) AS %s", column, column) if name in MEASURES else column)
        groups = SQL(", ").join(SQL.identifier(name) for name in COLUMNS if name in columns and name not in MEASURES)
        return SQL("SELECT %s FROM (%s) part GROUP BY %s", SQL(", ").join(selected), part, groups)

    # What is behind it

    def action_open(self):
        """Open the invoice, device record or charge that the row is of."""
        self.ensure_one()
        self.check_access("read")
        record = self.move_line_id.move_id or self.line_id or self._device_records()[:1] or self.charge_id
        return open_form(record)

    def action_open_invoices(self):
        """Open the invoices and credit notes behind the rows."""
        self.check_access("read")
        return open_invoices(self, self._behind(self.move_line_id.move_id))

    def action_open_charges(self):
        """Open the charges that the rows bill, or that Xerox's pages became."""
        self.check_access("read")
        charges = self.env["sale.subscription.charge"]
        of_reads = charges.search([("meter_read_id", "in", self.meter_read_id.ids)])
        domain = self._behind(self.charge_id | of_reads)
        return open_records(self, "xerox_xpps.action_sale_subscription_charge", domain)

    def action_open_records(self):
        """Open the device records of Xerox's files behind the rows."""
        self.check_access("read")
        domain = self._behind(self.line_id | self._device_records())
        return open_records(self, "xerox_xpps.action_xpps_billing_file_line", domain)

    def _device_records(self):
        """The device records that the rows' reads were in, with one query."""
        read = self.filtered("meter_read_id")
        keys = {(row.billing_file_id, row.device_id) for row in read}
        lines = self.env["xpps.billing.file.line"].search(
            [("billing_file_id", "in", read.billing_file_id.ids), ("device_id", "in", read.device_id.ids)]
        )
        return lines.filtered(lambda line: (line.billing_file_id, line.device_id) in keys)

    def _behind(self, records):
        if not records:
            raise UserError(self.env._("There are no records for the selected rows."))
        return [("id", "in", records.ids)]
