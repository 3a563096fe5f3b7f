# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Xerox billed, record by record, and what was expected of it: the parts of the vendor report's rows.

Each function gives a SELECT with the columns of ``COLUMNS``. ``expected_*`` are what a device that was there is
expected to cost. ``wrong_quantity``, ``wrong_rate``, ``wrong_allowance``, ``allowance_changed``, ``rate_changed``,
``base_changed``, ``read_gap`` and ``estimated`` say what differs: ``wrong_rate`` and ``wrong_allowance`` from what the
rate card says, ``…_changed`` from the month before, where no card says anything; ``wrong_customer``,
``wrong_agreement`` and ``serial_form`` say so of a record, on the row of its service fee. ``cost_unknown`` says that
Xerox does not state what a page costs: unit cost and cost are NULL; ``held`` that the record was not imported,
``missing`` that Xerox sent none. ``base_key`` tells the record whose base fee the row is; it is negative where there is
none.

Columns that a query does not ask for are not computed, so nothing here joins what only some of them need.
"""

from odoo.tools import SQL

from ...rules import billed_fee_sql, cost_is_unknown_sql, expected_overage_sql, known_sql, line_amount_sql
from ..fees import contract_row_fee, expected_row_fee, held_condition
from ..row_ids import BASE_CODES, METER_CODES, MISSING_CODES, READ_CODE, missing_key, record_key, vendor_row_id
from .presence import missing_devices

#: {column: type}. Only where the types of all parts are the same does PostgreSQL leave out what is not asked for.
COLUMNS = {
    "id": "bigint",
    "company_id": "int",
    "currency_id": "int",
    "billing_file_id": "int",
    "line_id": "int",
    "base_key": "bigint",
    "meter_read_id": "int",
    "period_start": "date",
    "period_end": "date",
    "device_id": "int",
    "serial": "varchar",
    "partner_id": "int",
    "subscription_id": "int",
    "page_plan_id": "int",
    "component": "varchar",
    "quantity": "int",
    "unit_cost": "numeric",
    "cost": "numeric",
    "expected_quantity": "int",
    "expected_unit_cost": "numeric",
    "contract_unit_cost": "numeric",
    "contract_included": "int",
    "included": "int",
    "last_included": "int",
    "cost_unknown": "bool",
    "wrong_quantity": "bool",
    "wrong_rate": "bool",
    "wrong_allowance": "bool",
    "allowance_changed": "bool",
    "wrong_customer": "bool",
    "wrong_agreement": "bool",
    "rate_changed": "bool",
    "base_changed": "bool",
    "read_gap": "bool",
    "estimated": "bool",
    "serial_form": "bool",
    "held": "bool",
    "missing": "bool",
}


def report_rows(env, asked):
    """:param RowFilter asked: as for the parts
    :return: SQL, all rows
    """
    parts = [base_fees(component, asked) for component in BASE_CODES]
    parts += [meter_reads(asked), held_records(asked), missing_fees(env, asked)]
    return SQL(" UNION ALL ").join(parts)


def _select(values, tail):
    """:param values: {column: SQL}; those that are not named are empty"""
    empty = {name: SQL("FALSE") if kind == "bool" else SQL("NULL") for name, kind in COLUMNS.items()}
    columns = (
        SQL("(%s)::%s AS %s", values.get(name, empty[name]), SQL(kind), SQL.identifier(name))
        for name, kind in COLUMNS.items()
    )
    return SQL("SELECT %s %s", SQL(", ").join(columns), tail)


def _record_flags(condition):
    """What differs of a record besides amounts: once, so that sums by flag count it once.

    :param condition: SQL, whether the row is the one that says it
    """
    columns = {
        "wrong_customer": "expected_customer_number",
        "wrong_agreement": "expected_agreement_number",
        "serial_form": "expected_serial",
    }
    return {
        flag: SQL("(%s AND %s IS NOT NULL)", condition, SQL.identifier("line", column))
        for flag, column in columns.items()
    }


def base_fees(component, asked):
    """Base fees of live records: a supply fee only where there is, or was, one."""
    fee = billed_fee_sql(component)
    contract_fee = contract_row_fee(component)
    expected_fee = SQL("COALESCE(%s, %s)", expected_row_fee(component), fee)
    return _select(
        {
            "id": vendor_row_id(record_key(), BASE_CODES[component]),
            "company_id": SQL("line.company_id"),
            "currency_id": SQL("line.currency_id"),
            "billing_file_id": SQL("line.billing_file_id"),
            "line_id": SQL("line.id"),
            "base_key": record_key(),
            # A record of days that an earlier one bills, too, does not say it itself.
            "period_start": SQL("COALESCE(line.billed_period_start, file.period_start)"),
            "period_end": SQL("line.billed_period_end"),
            "device_id": SQL("line.device_id"),
            "serial": SQL("line.serial"),
            "partner_id": SQL("line.partner_id"),
            "subscription_id": SQL("line.subscription_id"),
            "component": SQL("%s", component),
            "quantity": SQL("(%s <> 0)::int", fee),
            "unit_cost": fee,
            "cost": fee,
            "expected_quantity": SQL("(%s <> 0)::int", expected_fee),
            "expected_unit_cost": expected_fee,
            "contract_unit_cost": contract_fee,
            "wrong_rate": SQL("COALESCE(%s <> %s, FALSE)", contract_fee, fee),
            "base_changed": SQL("%s IS NULL AND %s <> %s", contract_fee, expected_fee, fee),
            **(_record_flags(SQL("TRUE")) if component == "base_service" else {}),
        },
        SQL(
            # A subquery for each record would keep the whole report from being read by several processes at once.
            "FROM xpps_billing_file_line line LEFT JOIN xpps_billing_file file ON file.id = line.billing_file_id "
            "WHERE line.state = 'imported' AND line.superseded_by_id IS NULL AND %s AND %s",
            asked.of("line"),
            SQL("(%s <> 0 OR %s <> 0)", fee, expected_fee) if component == "base_supply" else SQL("TRUE"),
        ),
    )


def meter_reads(asked):
    """Live meter reads of files. An import and its undo leave none of a file that is not imported."""
    quantity = SQL("COALESCE(read.expected_overage, read.overage)")
    unknown = SQL("COALESCE(read.cost_unknown, FALSE)")
    billed = known_sql(SQL("read.unit_cost"), unknown)
    unit_cost = SQL("COALESCE(read.contract_unit_cost, read.expected_unit_cost, %s)", billed)
    return _select(
        {
            "id": vendor_row_id(SQL("read.id::bigint"), READ_CODE),
            "company_id": SQL("read.company_id"),
            "currency_id": SQL("read.currency_id"),
            "billing_file_id": SQL("read.billing_file_id"),
            "line_id": SQL(
                "(SELECT MIN(line.id) FROM xpps_billing_file_line line "
                "WHERE line.device_id = read.device_id AND line.billing_file_id = read.billing_file_id)"
            ),
            "meter_read_id": SQL("read.id"),
            "period_start": SQL("read.period_start"),
            "period_end": SQL("read.period_end"),
            "device_id": SQL("read.device_id"),
            "partner_id": SQL("read.partner_id"),
            "subscription_id": SQL("read.subscription_id"),
            "page_plan_id": SQL("read.page_plan_id"),
            "component": SQL("read.output_type"),
            "quantity": SQL("read.overage"),
            "unit_cost": billed,
            "cost": known_sql(SQL("read.cost"), unknown),
            "expected_quantity": quantity,
            "expected_unit_cost": unit_cost,
            "contract_unit_cost": SQL("read.contract_unit_cost"),
            "contract_included": SQL("read.contract_included"),
            "included": SQL("read.included"),
            "last_included": SQL("read.last_included"),
            "wrong_quantity": SQL(
                "(read.expected_overage IS NOT NULL AND read.overage <> %s)",
                expected_overage_sql(SQL("read.previous_read"), SQL("read.current_read"), SQL("read.included")),
            ),
            "cost_unknown": unknown,
            # Of what is stated: the rate also where no page is billed.
            "wrong_rate": SQL("(NOT %s AND COALESCE(read.contract_unit_cost <> read.unit_cost, FALSE))", unknown),
            "wrong_allowance": SQL("COALESCE(read.contract_included <> read.included, FALSE)"),
            "allowance_changed": SQL(
                "(read.contract_included IS NULL AND COALESCE(read.last_included <> read.included, FALSE))"
            ),
            "rate_changed": SQL(
                "(read.contract_unit_cost IS NULL AND read.overage <> 0 AND NOT %s AND %s <> read.unit_cost)",
                unknown,
                unit_cost,
            ),
            "read_gap": SQL("COALESCE(read.expected_previous <> read.previous_read, FALSE)"),
            "estimated": SQL("COALESCE(read.estimated, FALSE)"),
        },
        SQL(
            "FROM xpps_meter_read read WHERE read.origin = 'file' AND read.superseded_by_id IS NULL AND %s",
            asked.of("read"),
        ),
    )


def held_records(asked):
    """Base fees and meters of records that were held back or left out: of them there are no reads."""
    overage = SQL("COALESCE((meter.value ->> 'overage')::int, 0)")
    unit_cost = SQL("(meter.value ->> 'unit_cost')::numeric")
    included = SQL("(meter.value ->> 'included')::int")
    contract_unit_cost = SQL("(meter.value ->> 'contract_unit_cost')::numeric")
    contract_included = SQL("(meter.value ->> 'contract_included')::int")
    stated, expected = (
        expected_overage_sql(
            SQL("(meter.value ->> 'previous')::int"), SQL("(meter.value ->> 'current')::int"), allowance
        )
        for allowance in (included, SQL("COALESCE(%s, %s)", contract_included, included))
    )
    codes = SQL(" ").join(SQL("WHEN %s THEN %s", output_type, code) for output_type, code in METER_CODES.items())
    parts = [
        SQL(
            "SELECT %s AS code, %s AS component, (%s <> 0)::int AS quantity, %s AS unit_cost, "
            "COALESCE(%s, %s) AS expected_unit_cost, 1 AS expected_quantity, 1 AS stated_quantity, "
            "%s AS contract_unit_cost, NULL::int AS contract_included, NULL::int AS included",
            code,
            component,
            billed_fee_sql(component),
            billed_fee_sql(component),
            expected_row_fee(component),
            billed_fee_sql(component),
            contract_row_fee(component),
        )
        for component, code in BASE_CODES.items()
    ]
    parts.append(
        SQL(
            """
            SELECT CASE meter.key %(codes)s END, meter.key, %(overage)s, %(unit_cost)s,
                   COALESCE(%(contract_unit_cost)s, %(unit_cost)s), COALESCE(%(expected)s, %(overage)s),
                   COALESCE(%(stated)s, %(overage)s), %(contract_unit_cost)s, %(contract_included)s, %(included)s
              FROM jsonb_each(line.meter_values) meter
            """,
            codes=codes,
            overage=overage,
            stated=stated,
            expected=expected,
            included=included,
            contract_unit_cost=contract_unit_cost,
            contract_included=contract_included,
            unit_cost=known_sql(SQL("COALESCE(%s, 0)", unit_cost), cost_is_unknown_sql(overage, unit_cost)),
        )
    )
    return _select(
        {
            "id": vendor_row_id(record_key(), SQL("part.code")),
            "company_id": SQL("line.company_id"),
            "currency_id": SQL("line.currency_id"),
            "billing_file_id": SQL("line.billing_file_id"),
            "line_id": SQL("line.id"),
            "base_key": SQL("CASE WHEN part.code < %s THEN %s END", min(METER_CODES.values()), record_key()),
            "period_start": SQL("file.period_start"),
            "period_end": SQL("file.period_end"),
            "device_id": SQL("line.device_id"),
            "serial": SQL("line.serial"),
            "partner_id": SQL("line.partner_id"),
            "subscription_id": SQL("line.subscription_id"),
            "component": SQL("part.component"),
            "quantity": SQL("part.quantity"),
            "unit_cost": SQL("part.unit_cost"),
            "cost": line_amount_sql(
                SQL("COALESCE(currency.decimal_places, 2)"), SQL("part.quantity"), SQL("part.unit_cost")
            ),
            "expected_quantity": SQL(
                "CASE WHEN part.code < %s THEN (part.expected_unit_cost <> 0)::int ELSE part.expected_quantity END",
                min(METER_CODES.values()),
            ),
            "expected_unit_cost": SQL("part.expected_unit_cost"),
            "contract_unit_cost": SQL("part.contract_unit_cost"),
            "contract_included": SQL("part.contract_included"),
            "included": SQL("part.included"),
            "wrong_quantity": SQL(
                "part.code >= %s AND part.stated_quantity <> part.quantity", min(METER_CODES.values())
            ),
            "cost_unknown": SQL("part.unit_cost IS NULL"),
            "wrong_rate": SQL("COALESCE(part.contract_unit_cost <> part.unit_cost, FALSE)"),
            "wrong_allowance": SQL("COALESCE(part.contract_included <> part.included, FALSE)"),
            "base_changed": SQL(
                "part.contract_unit_cost IS NULL AND COALESCE(part.expected_unit_cost <> part.unit_cost, FALSE)"
            ),
            "estimated": SQL("part.code >= %s AND COALESCE(line.estimated, FALSE)", min(METER_CODES.values())),
            "held": SQL("TRUE"),
            **_record_flags(SQL("part.component = 'base_service'")),
        },
        SQL(
            """
              FROM xpps_billing_file_line line
              JOIN xpps_billing_file file ON file.id = line.billing_file_id
         LEFT JOIN res_currency currency ON currency.id = line.currency_id
        CROSS JOIN LATERAL (%s) part
             WHERE %s AND %s
               AND (part.component <> 'base_supply' OR part.unit_cost <> 0 OR part.expected_unit_cost <> 0)
            """,
            SQL(" UNION ALL ").join(parts),
            asked.of("line"),
            held_condition(),
        ),
    )


def missing_fees(env, asked):
    """Base fees last billed of devices that should be in a file, and are not."""
    return _select(
        {
            "id": vendor_row_id(SQL("-%s", missing_key()), SQL("fee.code")),
            "company_id": SQL("missing.company_id"),
            "currency_id": SQL("missing.currency_id"),
            "billing_file_id": SQL("missing.file_id"),
            "period_start": SQL("missing.period_start"),
            "period_end": SQL("missing.period_end"),
            "device_id": SQL("missing.device_id"),
            "partner_id": SQL("missing.partner_id"),
            "subscription_id": SQL("missing.subscription_id"),
            "base_key": missing_key(),
            "component": SQL("fee.component"),
            "quantity": SQL("0"),
            "unit_cost": SQL("0::numeric"),
            "cost": SQL("0::numeric"),
            "expected_quantity": SQL("(fee.amount <> 0)::int"),
            "expected_unit_cost": SQL("fee.amount"),
            "missing": SQL("TRUE"),
        },
        SQL(
            """
              FROM (%s) missing
        CROSS JOIN LATERAL (VALUES (%s, 'base_service', missing.base_service),
                                   (%s, 'base_supply', missing.base_supply)) fee(code, component, amount)
             WHERE fee.component = 'base_service' OR fee.amount <> 0
            """,
            missing_devices(env, asked),
            MISSING_CODES["base_service"],
            MISSING_CODES["base_supply"],
        ),
    )
