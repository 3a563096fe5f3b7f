# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the profitability report is made of, source by source: invoice lines, records of files, charges.

Each function gives a SELECT with the columns of ``COLUMNS``; ``columns`` are those that are asked for. What a source
cannot tell, or is not asked for where that saves time, is NULL.
"""

from odoo import fields
from odoo.tools import SQL

from ...common.constants import OUTPUT_TYPE_SELECTION
from ...common.rates import exchange_rate_sql
from ...rules import billed_fee_sql, cost_is_unknown_sql, known_sql, line_amount_sql
from ..base_revenue import AGREEMENT_LINES, MONTHS, base_revenue_items, base_revenue_shares, uncharged
from ..charge_revenue import charge_shares, pooled_shares, waiting_charges
from ..fees import billed_records
from ..row_ids import profitability_row_id

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
    "cost_unknown_count": "int4",
}
#: Those that are summed up.
MEASURES = ("revenue", "cost", "pages", "overage", "uninvoiced", "cost_unknown_count")
#: What an invoice line of base prices can tell without being split.
WHOLE_ITEM = {
    "company_id",
    "source",
    "date",
    "subscription_id",
    "owner_id",
    "move_line_id",
    "charge_id",
    "meter_read_id",
    "billing_file_id",
    *MEASURES,
}


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


def _page_cost(amount, unknown):
    """What Xerox bills in the currency of ``file``, or that nobody knows what it is in the company's currency.

    :param SQL unknown: whether nobody stated what a page costs
    :return: {column: SQL}
    """
    return {
        "cost": known_sql(SQL("%s * file.rate", amount), unknown),
        "cost_unknown_count": SQL("(%s IS TRUE OR (file.rate IS NULL AND %s <> 0))::int", unknown, amount),
    }


def base_part(env, columns):
    """:param columns: what is asked for; as for the other parts"""
    whole = WHOLE_ITEM.issuperset(columns)
    return _part(
        "base",
        {
            "id": SQL("NULL") if whole else profitability_row_id(0, SQL("share.move_line_id"), SQL("share.slot")),
            "company_id": SQL("share.company_id"),
            "date": SQL("COALESCE(share.period_end, share.date)"),
            "subscription_id": SQL("share.subscription_id"),
            "device_id": SQL("NULL") if whole else SQL("share.device_id"),
            "component": SQL("NULL") if whole else SQL("share.component"),
            "move_line_id": SQL("share.move_line_id"),
            "revenue": SQL("share.amount"),
        },
        SQL("FROM (%s) share", _base_by_month(env) if whole else base_revenue_shares(env, posted_only=True)),
    )


def _base_by_month(env):
    """As ``base_revenue_shares``, but what an invoice line bills for one month is not split."""
    names = SQL("company_id, subscription_id, period_end, date, amount, move_line_id")
    return SQL(
        """
        SELECT %(names)s FROM (SELECT id AS move_line_id, item.* FROM (%(items)s) item) item
         UNION ALL
        SELECT %(names)s FROM (%(shares)s) share
        """,
        names=names,
        items=base_revenue_items(posted_only=True, condition=SQL("%s = 1", MONTHS)),
        shares=base_revenue_shares(env, posted_only=True, condition=SQL("%s > 1", MONTHS)),
    )


def charge_part(env, columns):
    """Invoice lines of one charge."""
    return _charges(alone=True)


def charges_part(env, columns):
    """Invoice lines of several charges."""
    return _charges(alone=False)


def _charges(alone):
    return _part(
        "pages",
        {
            "id": profitability_row_id(0, SQL("share.move_line_id"), SQL("share.slot")),
            "company_id": SQL("share.company_id"),
            "date": SQL("COALESCE(share.period_end, share.date)"),
            "subscription_id": SQL("share.subscription_id"),
            "device_id": SQL("share.device_id"),
            "component": SQL("share.output_type"),
            "move_line_id": SQL("share.move_line_id"),
            "charge_id": SQL("share.charge_id"),
            "revenue": SQL("share.amount"),
            "cost_unknown_count": SQL(
                "(share.cost_unknown AND share.is_first_payer AND EXISTS (SELECT FROM xpps_meter_read read "
                "WHERE read.id = share.meter_read_id AND read.superseded_by_id IS NULL))::int"
            ),
        },
        SQL("FROM (%s) share WHERE NOT share.is_pooled", charge_shares(alone)),
    )


def pooled_part(env, columns):
    """What page plans charge for several devices together, by device."""
    return _part(
        "pages",
        {
            # Of the table of charges: other rows of it have slot 0.
            "id": profitability_row_id(3, SQL("share.charge_id"), SQL("share.slot")),
            "company_id": SQL("share.company_id"),
            "date": SQL("COALESCE(share.period_end, share.date)"),
            "subscription_id": SQL("share.subscription_id"),
            "device_id": SQL("share.device_id"),
            "move_line_id": SQL("share.move_line_id"),
            "charge_id": SQL("share.charge_id"),
            "revenue": SQL("share.amount"),
        },
        SQL("FROM (%s) share", pooled_shares()),
    )


def other_part(env, columns):
    """Pages that somebody billed by hand, on invoices of agreements."""
    return _part(
        "other",
        {
            "id": profitability_row_id(0, SQL("line.id"), SQL("0")),
            "company_id": SQL("line.company_id"),
            "date": SQL("COALESCE(line.xpps_period_end, line.date)"),
            "subscription_id": SQL("agreement.id"),
            "move_line_id": SQL("line.id"),
            "revenue": SQL("-line.balance"),
        },
        SQL("FROM %s WHERE %s", AGREEMENT_LINES, uncharged(["material_code"], ["posted"])),
    )


def _files():
    """Imported files, and what a unit of theirs is in the company's currency: found once a file (OFFSET)."""
    return SQL(
        """
        SELECT file.id, file.state, file.period_end, currency.decimal_places AS places, %s AS rate
          FROM xpps_billing_file file
          JOIN res_company company ON company.id = file.company_id
     LEFT JOIN res_currency currency ON currency.id = file.currency_id
         WHERE file.state = 'imported'
        OFFSET 0
        """,
        exchange_rate_sql(SQL("file.currency_id"), SQL("company.currency_id"), "company", SQL("file.invoice_date")),
    )


def fees_part(env, columns):
    """Service and supply fee. One that Xerox does not split is a service fee."""
    service, supply = billed_fee_sql("base_service"), billed_fee_sql("base_supply")
    if {"id", "component"}.isdisjoint(columns):
        fees = SQL("(VALUES (0, NULL)) fee(slot, component)")
        cost = SQL("(%s + %s)", service, supply)
        # As many as there would be rows.
        count = SQL("(%s <> 0)::int + (%s <> 0)::int", service, supply)
    else:
        fees = SQL("(VALUES (0, 'base_service'), (1, 'base_supply')) fee(slot, component)")
        cost = SQL("CASE fee.slot WHEN 0 THEN %s ELSE %s END", service, supply)
        count = SQL("1")
    return _part(
        "fee",
        {
            "id": profitability_row_id(1, SQL("line.id"), SQL("fee.slot")),
            "company_id": SQL("line.company_id"),
            "date": SQL("file.period_end"),
            "subscription_id": SQL("line.subscription_id"),
            "owner_id": SQL("line.partner_id"),
            "device_id": SQL("line.device_id"),
            "component": SQL("fee.component"),
            "line_id": SQL("line.id"),
            "billing_file_id": SQL("line.billing_file_id"),
            "cost": SQL("%s * file.rate", cost),
            "cost_unknown_count": SQL("CASE WHEN file.rate IS NULL THEN %s ELSE 0 END", count),
        },
        SQL(
            """
            FROM xpps_billing_file_line line
            JOIN (%s) file ON file.id = line.billing_file_id
            CROSS JOIN %s
           WHERE %s AND %s <> 0
            """,
            _files(),
            fees,
            billed_records(),
            cost,
        ),
    )


def reads_part(env, columns):
    return _part(
        "read",
        {
            "id": profitability_row_id(2, SQL("read.id"), SQL("0")),
            "company_id": SQL("read.company_id"),
            "date": SQL("read.period_end"),
            "subscription_id": SQL("read.subscription_id"),
            "owner_id": SQL("read.partner_id"),
            "device_id": SQL("read.device_id"),
            "component": SQL("read.output_type"),
            "meter_read_id": SQL("read.id"),
            "billing_file_id": SQL("read.billing_file_id"),
            **_page_cost(SQL("read.cost"), SQL("read.cost_unknown")),
            "pages": SQL("read.pages"),
            "overage": SQL("read.overage"),
        },
        SQL(
            "FROM xpps_meter_read read JOIN (%s) file ON file.id = read.billing_file_id "
            "WHERE read.superseded_by_id IS NULL %s",
            _files(),
            SQL() if "pages" in columns else SQL("AND (read.cost <> 0 OR read.overage <> 0)"),
        ),
    )


def held_part(env, columns):
    """Pages of records that are not imported; Xerox bills them all the same."""
    slots = SQL(", ").join(
        SQL("(%s, %s)", number, value) for number, (value, _label) in enumerate(OUTPUT_TYPE_SELECTION, 2)
    )
    return _part(
        "held",
        {
            "id": profitability_row_id(1, SQL("line.id"), SQL("type.slot")),
            "company_id": SQL("line.company_id"),
            "date": SQL("file.period_end"),
            "subscription_id": SQL("line.subscription_id"),
            "owner_id": SQL("line.partner_id"),
            "device_id": SQL("line.device_id"),
            "component": SQL("type.name"),
            "line_id": SQL("line.id"),
            "billing_file_id": SQL("line.billing_file_id"),
            **_page_cost(
                line_amount_sql(SQL("file.places"), SQL("meter.overage"), SQL("meter.unit_cost")),
                cost_is_unknown_sql(SQL("meter.overage"), SQL("meter.unit_cost")),
            ),
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
           WHERE line.state IN ('held', 'left_out') AND meter.overage <> 0 AND %s
            """,
            _files(),
            slots,
            billed_records(),
        ),
    )


def waiting_part(env, columns):
    """What charges come to at today's rate."""
    return _part(
        "waiting",
        {
            "id": profitability_row_id(3, SQL("charge.id"), SQL("0")),
            "company_id": SQL("charge.company_id"),
            "date": SQL("COALESCE(charge.period_end, charge.create_date::date)"),
            "subscription_id": SQL("charge.subscription_id"),
            "device_id": SQL("charge.device_id"),
            "component": SQL("charge.output_type"),
            "charge_id": SQL("charge.id"),
            "billing_file_id": SQL("charge.billing_file_id"),
            "uninvoiced": SQL("charge.uninvoiced"),
        },
        SQL("FROM (%s) charge", waiting_charges(SQL("%s::date", fields.Date.context_today(env.user)))),
    )
