# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from itertools import chain

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.field_types import COMPONENT_SELECTION, OUTPUT_TYPE_SELECTION
from .base_revenue import BASE_REVENUE_DEPENDS, CHARGE_LINKS, base_revenue_items, base_revenue_shares

#: The columns of every part, in their order, with the type of those that a part leaves out.
COLUMNS = {
    "id": "int8",
    "company_id": "int4",
    "source": "varchar",
    "date": "date",
    "subscription_id": "int4",
    "owner_id": "int4",
    "device_id": "int4",
    "component": "varchar",
    "move_line_id": "int4",
    "charge_id": "int4",
    "line_id": "int4",
    "meter_read_id": "int4",
    "billing_file_id": "int4",
    "revenue": "numeric",
    "cost": "numeric",
    "pages": "int4",
    "overage": "int4",
    "uninvoiced": "numeric",
}
#: What the columns of a part that are summed tell, and which parts tell it.
MEASURES = ("revenue", "cost", "pages", "overage", "uninvoiced")
#: What can be told from sums.
SUMS = {"__count", "margin_percent:avg", *(f"{name}:sum" for name in (*MEASURES, "margin"))}
#: The columns of a part that a field is made of, where it is not one of the same name.
SOURCE_COLUMNS = {
    "currency_id": {"company_id"},
    "partner_id": {"subscription_id", "owner_id"},
    "user_id": {"subscription_id"},
    "product_id": {"device_id"},
    "margin": {"revenue", "cost"},
    "margin_percent": {"revenue", "cost"},
}
#: What an invoice line of base prices can tell without being split.
WHOLE_ITEM = {
    "company_id",
    "source",
    "date",
    "subscription_id",
    "owner_id",
    "move_line_id",
    "billing_file_id",
    *MEASURES,
}
#: Rows that one invoice line or record of a file may become: 2 ** 18.
SLOT_BITS = 18


def _row_id(kind, record_id, slot=SQL("0")):
    """A number that is the same whenever the report is made; ``kind`` is one of four tables."""
    return SQL("((%s::int8 * 4 + %s) << %s) + %s", record_id, kind, SLOT_BITS, slot)


def _part(source, values, tables):
    """A SELECT of all ``COLUMNS``.

    :param values: {column: SQL}; the others are NULL
    :param tables: SQL from FROM on
    """
    values = {"source": SQL("%s", source), **values}
    columns = [
        SQL("%s::%s AS %s", values.get(name, SQL("NULL")), SQL(type_), SQL.identifier(name))
        for name, type_ in COLUMNS.items()
    ]
    return SQL("SELECT %s %s", SQL(", ").join(columns), tables)


class XppsProfitabilityReport(models.Model):
    """What agreements earn: posted invoices, what Xerox bills, and what is not invoiced yet.

    A row is what one document says of one device and component: a share of a posted invoice line, a fee or the pages of
    a device record of an imported file, or a charge that waits for its invoice. So revenue is the ledger's XPPS items
    to the cent, and cost is the files' total. Amounts are in the company's currency; those of a file are converted at
    its invoice's rate and not rounded, so that their sum is its total.

    Revenue stands in the month that it bills, cost in the month for which Xerox bills it.
    """

    _name = "xpps.profitability.report"
    _description = "XPPS Profitability"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "subscription_id"
    _depends = {}

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
    date = fields.Date(string="Period", readonly=True, help="The last day of the period that is billed.")
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
    margin = fields.Monetary(readonly=True, help="Revenue less cost.")
    margin_percent = fields.Float(
        string="Margin (%)", readonly=True, aggregator="avg", help="Margin in percent of the revenue."
    )
    pages = fields.Integer(readonly=True, help="Pages printed: current less previous read.")
    overage = fields.Integer(
        string="Overage Pages", readonly=True, help="Pages above the allowance, as Xerox bills them."
    )
    uninvoiced = fields.Monetary(
        string="Not Yet Invoiced",
        readonly=True,
        help="Billable charges that are on no posted invoice, also those that wait for approval. Not part of the revenue.",
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
                   COALESCE(part.revenue, 0) - COALESCE(part.cost, 0) AS margin,
                   100 * (part.revenue - COALESCE(part.cost, 0)) / NULLIF(part.revenue, 0) AS margin_percent
              FROM (%s) part
              JOIN res_company company ON company.id = part.company_id
         LEFT JOIN sale_subscription agreement ON agreement.id = part.subscription_id
         LEFT JOIN res_partner partner ON partner.id = COALESCE(agreement.partner_id, part.owner_id)
         LEFT JOIN stock_lot device ON device.id = part.device_id
            """,
            SQL(" UNION ALL ").join(self._parts()),
        )

    def _read_group_select(self, aggregate_spec, query):
        """The margin of a group in percent of its revenue, not the mean of its rows' percentages."""
        if aggregate_spec != "margin_percent:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "100 * SUM(%s) / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, "margin", query),
            self._field_to_sql(self._table, "revenue", query),
        )

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        """A pivot reads sums, so that each source is summed up before it is joined to anything."""
        if all(spec in SUMS for spec in aggregates):
            specs = [*aggregates, *chain.from_iterable(grouping_sets)]
            specs += [condition.field_expr for condition in Domain(domain).iter_conditions()]
            asked = {re.split(r"[.:]", spec)[0] for spec in specs}
            self = self.with_context(xpps_asked=asked)
        return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)

    @api.model
    def _parts(self):
        """:return: [SQL], one for each source; where only some fields are asked for, what can tell of these"""
        asked = self.env.context.get("xpps_asked")
        parts = {
            self._base_part: {"revenue"},
            self._charge_part: {"revenue"},
            self._charges_part: {"revenue"},
            self._other_part: {"revenue"},
            self._fees_part: {"cost"},
            self._reads_part: {"cost", "pages", "overage"},
            self._held_part: {"cost", "overage"},
            self._waiting_part: {"uninvoiced"},
        }
        if asked is None:
            return [part(COLUMNS) for part in parts]
        columns = set().union(*(SOURCE_COLUMNS.get(name, {name}) for name in asked)) & set(COLUMNS) | {"company_id"}
        measures = columns & set(MEASURES) or set(MEASURES)
        return [self._summed(part(columns), columns) for part, told in parts.items() if told & measures]

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

    # Sources

    @api.model
    def _base_part(self, columns):
        """:param columns: what is asked for; as for the other parts"""
        whole = WHOLE_ITEM.issuperset(columns)
        return _part(
            "base",
            {
                "id": SQL("NULL") if whole else _row_id(0, SQL("share.move_line_id"), SQL("share.slot")),
                "company_id": SQL("share.company_id"),
                "date": SQL("COALESCE(share.period_end, share.date)"),
                "subscription_id": SQL("share.subscription_id"),
                "device_id": SQL("NULL") if whole else SQL("share.device_id"),
                "component": SQL("NULL") if whole else SQL("share.component"),
                "move_line_id": SQL("share.id") if whole else SQL("share.move_line_id"),
                "revenue": SQL("share.amount"),
            },
            SQL(
                "FROM (%s) share",
                base_revenue_items(posted_only=True) if whole else base_revenue_shares(self.env, posted_only=True),
            ),
        )

    @api.model
    def _charge_values(self, revenue, slot):
        return {
            "id": _row_id(0, SQL("share.move_line_id"), slot),
            "company_id": SQL("share.company_id"),
            "date": SQL("COALESCE(share.period_end, share.date)"),
            "subscription_id": SQL("share.subscription_id"),
            "device_id": SQL("share.device_id"),
            "component": SQL("share.output_type"),
            "move_line_id": SQL("share.move_line_id"),
            "charge_id": SQL("share.charge_id"),
            "revenue": revenue,
        }

    @api.model
    def _charge_lines(self, alone):
        """Posted invoice lines and their charges.

        :param alone: whether of the lines of one charge, which are most and need no splitting, or of the others
        """
        return SQL(
            """
            SELECT line.id AS move_line_id, line.company_id, line.date, -line.balance AS amount,
                   COALESCE(line.xpps_subscription_id, charge.subscription_id) AS subscription_id,
                   charge.id AS charge_id, charge.device_id, charge.output_type, charge.period_end,
                   charge.price_subtotal AS price, line.company_currency_id
              FROM (%(links)s) link
              JOIN account_move_line line ON line.id = link.move_line_id
              JOIN sale_subscription_charge charge ON charge.id = link.charge_id
             WHERE line.parent_state = 'posted' AND line.display_type = 'product'
               AND %(alone)s EXISTS (
                       SELECT FROM (%(links)s) other
                        WHERE other.move_line_id = link.move_line_id AND other.charge_id <> link.charge_id
                   )
            """,
            links=CHARGE_LINKS,
            alone=SQL("NOT") if alone else SQL(),
        )

    @api.model
    def _charge_part(self, columns):
        """Invoice lines of one charge."""
        return _part(
            "pages",
            self._charge_values(SQL("share.amount"), SQL("0")),
            SQL("FROM (%s) share", self._charge_lines(alone=True)),
        )

    @api.model
    def _charges_part(self, columns):
        """Invoice lines of several charges, split among these by what each comes to, rounded as they add up."""
        revenue = SQL(
            """
            CASE WHEN share.total = 0 THEN CASE WHEN share.number = 1 THEN share.amount ELSE 0 END
                 ELSE ROUND(share.amount * share.so_far / share.total, currency.decimal_places)
                    - ROUND(share.amount * (share.so_far - share.price) / share.total, currency.decimal_places) END
            """
        )
        return _part(
            "pages",
            self._charge_values(revenue, SQL("share.number")),
            SQL(
                """
                FROM (
                    SELECT line.*, ROW_NUMBER() OVER so_far AS number, SUM(price) OVER so_far AS so_far,
                           SUM(price) OVER (PARTITION BY move_line_id) AS total
                      FROM (%s) line
                    WINDOW so_far AS (PARTITION BY move_line_id ORDER BY charge_id)
                ) share
                JOIN res_currency currency ON currency.id = share.company_currency_id
                """,
                self._charge_lines(alone=False),
            ),
        )

    @api.model
    def _other_part(self, columns):
        """Pages that somebody billed by hand, on invoices of agreements."""
        return _part(
            "other",
            {
                "id": _row_id(0, SQL("line.id")),
                "company_id": SQL("line.company_id"),
                "date": SQL("COALESCE(line.xpps_period_end, line.date)"),
                "subscription_id": SQL("agreement.id"),
                "move_line_id": SQL("line.id"),
                "revenue": SQL("-line.balance"),
            },
            SQL(
                """
                FROM account_move_line line
                JOIN account_move move ON move.id = line.move_id
                JOIN product_product product ON product.id = line.product_id
                JOIN product_template template ON template.id = product.product_tmpl_id
                JOIN sale_subscription agreement
                  ON agreement.id = COALESCE(line.xpps_subscription_id, move.subscription_id)
               WHERE line.parent_state = 'posted' AND line.display_type = 'product' AND agreement.is_xpps
                 AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                 AND template.xpps_role = 'material_code'
                 AND NOT EXISTS (SELECT FROM (%s) link WHERE link.move_line_id = line.id)
                """,
                CHARGE_LINKS,
            ),
        )

    @api.model
    def _files(self):
        """Imported files, and what a unit of theirs is in the company's currency: found once a file (OFFSET)."""
        return SQL(
            """
            SELECT file.id, file.company_id, file.period_end, currency.decimal_places AS places,
                   CASE WHEN file.currency_id = company.currency_id THEN 1
                        ELSE %(company_rate)s / %(file_rate)s END AS rate
              FROM xpps_billing_file file
              JOIN res_company company ON company.id = file.company_id
         LEFT JOIN res_currency currency ON currency.id = file.currency_id
             WHERE file.state = 'imported'
            OFFSET 0
            """,
            company_rate=self._rate(SQL("company.currency_id"), SQL("file.invoice_date")),
            file_rate=self._rate(SQL("file.currency_id"), SQL("file.invoice_date")),
        )

    @api.model
    def _rate(self, currency, date):
        """The rate of a currency on a day in ``company``, as ``res.currency._get_rates`` finds it."""
        rates = SQL(
            """
            SELECT rate.rate FROM res_currency_rate rate
             WHERE rate.currency_id = %s
               AND (rate.company_id IS NULL OR rate.company_id = split_part(company.parent_path, '/', 1)::int)
            """,
            currency,
        )
        return SQL(
            """
            COALESCE((%(rates)s AND rate.name <= %(date)s ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                     (%(rates)s ORDER BY rate.company_id, rate.name LIMIT 1), 1)
            """,
            rates=rates,
            date=date,
        )

    @api.model
    def _fees_part(self, columns):
        """Service and supply fee. One that Xerox does not split is a service fee."""
        if {"id", "component"}.isdisjoint(columns):
            fees = SQL("(VALUES (0, NULL)) fee(slot, component)")
            cost = SQL("line.base_price_cost")
        else:
            fees = SQL("(VALUES (0, 'base_service'), (1, 'base_supply')) fee(slot, component)")
            cost = SQL(
                "CASE fee.slot WHEN 0 THEN line.base_price_cost - line.base_supply_cost ELSE line.base_supply_cost END"
            )
        return _part(
            "fee",
            {
                "id": _row_id(1, SQL("line.id"), SQL("fee.slot")),
                "company_id": SQL("line.company_id"),
                "date": SQL("file.period_end"),
                "subscription_id": SQL("line.subscription_id"),
                "owner_id": SQL("line.partner_id"),
                "device_id": SQL("line.device_id"),
                "component": SQL("fee.component"),
                "line_id": SQL("line.id"),
                "billing_file_id": SQL("line.billing_file_id"),
                "cost": SQL("%s * file.rate", cost),
            },
            SQL(
                """
                FROM xpps_billing_file_line line
                JOIN (%s) file ON file.id = line.billing_file_id
                CROSS JOIN %s
               WHERE line.superseded_by_id IS NULL AND %s <> 0
                """,
                self._files(),
                fees,
                cost,
            ),
        )

    @api.model
    def _reads_part(self, columns):
        return _part(
            "read",
            {
                "id": _row_id(2, SQL("read.id")),
                "company_id": SQL("read.company_id"),
                "date": SQL("read.period_end"),
                "subscription_id": SQL("read.subscription_id"),
                "owner_id": SQL("read.partner_id"),
                "device_id": SQL("read.device_id"),
                "component": SQL("read.output_type"),
                "meter_read_id": SQL("read.id"),
                "billing_file_id": SQL("read.billing_file_id"),
                "cost": SQL("read.cost * file.rate"),
                "pages": SQL("read.pages"),
                "overage": SQL("read.overage"),
            },
            SQL(
                "FROM xpps_meter_read read JOIN (%s) file ON file.id = read.billing_file_id "
                "WHERE read.superseded_by_id IS NULL %s",
                self._files(),
                SQL() if "pages" in columns else SQL("AND (read.cost <> 0 OR read.overage <> 0)"),
            ),
        )

    @api.model
    def _held_part(self, columns):
        """Pages of records that are not imported; Xerox bills them all the same."""
        slots = SQL(", ").join(
            SQL("(%s, %s)", number, value) for number, (value, _label) in enumerate(OUTPUT_TYPE_SELECTION, 2)
        )
        return _part(
            "held",
            {
                "id": _row_id(1, SQL("line.id"), SQL("type.slot")),
                "company_id": SQL("line.company_id"),
                "date": SQL("file.period_end"),
                "subscription_id": SQL("line.subscription_id"),
                "owner_id": SQL("line.partner_id"),
                "device_id": SQL("line.device_id"),
                "component": SQL("type.name"),
                "line_id": SQL("line.id"),
                "billing_file_id": SQL("line.billing_file_id"),
                "cost": SQL("ROUND(meter.overage * meter.unit_cost, file.places) * file.rate"),
                "overage": SQL("meter.overage"),
            },
            SQL(
                """
                FROM xpps_billing_file_line line
                JOIN (%s) file ON file.id = line.billing_file_id
                CROSS JOIN (VALUES %s) type(slot, name)
                CROSS JOIN LATERAL (
                    SELECT (line.meter_values -> type.name ->> 'overage')::int AS overage,
                           (line.meter_values -> type.name ->> 'unit_cost')::numeric AS unit_cost
                ) meter
               WHERE line.state IN ('held', 'left_out') AND meter.overage <> 0
                """,
                self._files(),
                slots,
            ),
        )

    @api.model
    def _waiting_part(self, columns):
        """What charges come to at today's rate."""
        today = SQL("%s", fields.Date.context_today(self))
        return _part(
            "waiting",
            {
                "id": _row_id(3, SQL("charge.id")),
                "company_id": SQL("charge.company_id"),
                "date": SQL("COALESCE(charge.period_end, charge.create_date::date)"),
                "subscription_id": SQL("charge.subscription_id"),
                "device_id": SQL("charge.device_id"),
                "component": SQL("charge.output_type"),
                "charge_id": SQL("charge.id"),
                "billing_file_id": SQL("charge.billing_file_id"),
                "uninvoiced": SQL(
                    """
                    CASE WHEN charge.currency_id = company.currency_id THEN charge.price_subtotal
                         ELSE ROUND((charge.price_subtotal * %s / %s)::numeric, currency.decimal_places) END
                    """,
                    self._rate(SQL("company.currency_id"), today),
                    self._rate(SQL("charge.currency_id"), today),
                ),
            },
            SQL(
                """
                FROM sale_subscription_charge charge
                JOIN res_company company ON company.id = charge.company_id
                JOIN res_currency currency ON currency.id = company.currency_id
               WHERE charge.billable AND charge.state IN ('draft', 'approved') AND charge.quantity <> 0
                 AND NOT EXISTS (
                         SELECT FROM xpps_charge_invoice_line_rel link
                           JOIN account_move_line line ON line.id = link.invoice_line_id
                          WHERE link.charge_id = charge.id AND line.parent_state = 'posted'
                     )
                """
            ),
        )
