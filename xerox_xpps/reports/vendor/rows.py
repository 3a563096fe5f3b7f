# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Xerox billed, record by record, and what was expected of it: the parts of the vendor report's rows.

Each function gives a SELECT with the columns of ``COLUMNS``. ``expected_*`` are what a device that was there is
expected to cost; ``wrong_quantity``, ``rate_changed``, ``base_changed``, ``read_gap`` and ``estimated`` say what
differs; ``held`` that the record was not imported, ``missing`` that Xerox sent none. ``base_key`` tells the record
whose base fee the row is; it is negative where there is none.

Columns that a query does not ask for are not computed, so nothing here joins what only some of them need.
"""

from odoo.tools import SQL

from ...billing_file import OUTPUT_TYPES
from .fees import base_key, billed_records, missing_key, row_fee
from .presence import missing_devices

COLUMNS = (
    "id",
    "company_id",
    "currency_id",
    "billing_file_id",
    "line_id",
    "base_key",
    "meter_read_id",
    "period_start",
    "period_end",
    "device_id",
    "serial",
    "partner_id",
    "subscription_id",
    "component",
    "quantity",
    "unit_cost",
    "cost",
    "expected_quantity",
    "expected_unit_cost",
    "expected_cost",
    "wrong_quantity",
    "rate_changed",
    "base_changed",
    "read_gap",
    "estimated",
    "held",
    "missing",
)
#: What a row's id ends with: its kind. Times 16 comes the id of what the row is about.
BASE_CODES = {"base_service": 0, "base_supply": 1}
METER_CODES = {output_type: 2 + index for index, output_type in enumerate(OUTPUT_TYPES)}
READ_CODE = 7
MISSING_CODES = {"base_service": 8, "base_supply": 9}
KINDS = 16


def report_rows(env):
    """:return: SQL, all rows"""
    parts = [base_fees(component) for component in BASE_CODES]
    parts += [meter_reads(), held_meters(), *(missing_fees(env, component) for component in MISSING_CODES)]
    return SQL(" UNION ALL ").join(parts)


def _select(values, tail):
    """:param values: {column: SQL}; those that are not named are empty"""
    empty = {
        "line_id": SQL("NULL::int"),
        "base_key": SQL("NULL::bigint"),
        "meter_read_id": SQL("NULL::int"),
        **dict.fromkeys(COLUMNS[-7:], SQL("FALSE")),
    }
    values = empty | values
    columns = (SQL("%s AS %s", values[name], SQL.identifier(name)) for name in COLUMNS)
    return SQL("SELECT %s %s", SQL(", ").join(columns), tail)


def base_fees(component):
    """Base fees of live records, and of those that were held back: a supply fee only where there is, or was, one."""
    supply = component == "base_supply"
    fee = row_fee(component)
    expected_fee = SQL("COALESCE(%s, %s)", SQL("line.expected_%s_cost", SQL(component.removeprefix("base_"))), fee)
    return _select(
        {
            "id": SQL("line.id::bigint * %s + %s", KINDS, BASE_CODES[component]),
            "company_id": SQL("line.company_id"),
            "currency_id": SQL("line.currency_id"),
            "billing_file_id": SQL("line.billing_file_id"),
            "line_id": SQL("line.id"),
            "base_key": base_key(),
            "period_start": SQL("file.period_start"),
            "period_end": SQL("file.period_end"),
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
            "expected_cost": expected_fee,
            "base_changed": SQL("%s <> %s", expected_fee, fee),
            "held": SQL("line.state <> 'imported'"),
        },
        SQL(
            """
              FROM xpps_billing_file_line line
              JOIN xpps_billing_file file ON file.id = line.billing_file_id
             WHERE %s AND %s
            """,
            billed_records(),
            SQL("(%s <> 0 OR %s <> 0)", fee, expected_fee) if supply else SQL("TRUE"),
        ),
    )


def meter_reads():
    """Live meter reads of files. An import and its undo leave none of a file that is not imported."""
    quantity = SQL("COALESCE(read.expected_overage, read.overage)")
    unit_cost = SQL("COALESCE(read.expected_unit_cost, read.unit_cost)")
    return _select(
        {
            "id": SQL("read.id::bigint * %s + %s", KINDS, READ_CODE),
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
            "serial": SQL("NULL::varchar"),
            "partner_id": SQL("read.partner_id"),
            "subscription_id": SQL("read.subscription_id"),
            "component": SQL("read.output_type"),
            "quantity": SQL("read.overage"),
            "unit_cost": SQL("read.unit_cost"),
            "cost": SQL("read.cost"),
            "expected_quantity": quantity,
            "expected_unit_cost": unit_cost,
            # Few reads deviate, so that few look for the decimals of their currency.
            "expected_cost": SQL(
                """
                CASE WHEN %(quantity)s = read.overage AND (%(unit_cost)s = read.unit_cost OR read.overage = 0)
                     THEN read.cost
                     ELSE ROUND(%(quantity)s * %(unit_cost)s,
                                (SELECT decimal_places FROM res_currency WHERE id = read.currency_id)) END
                """,
                quantity=quantity,
                unit_cost=unit_cost,
            ),
            "wrong_quantity": SQL(
                "(read.expected_overage IS NOT NULL "
                "AND read.overage <> GREATEST(0, read.current_read - read.previous_read - read.included))"
            ),
            "rate_changed": SQL("(read.overage <> 0 AND %s <> read.unit_cost)", unit_cost),
            "read_gap": SQL("COALESCE(read.expected_previous <> read.previous_read, FALSE)"),
            "estimated": SQL("COALESCE(read.estimated, FALSE)"),
        },
        SQL("FROM xpps_meter_read read WHERE read.origin = 'file' AND read.superseded_by_id IS NULL"),
    )


def held_meters():
    """Meters of records that were held back or left out: of them there are no reads."""
    overage = SQL("COALESCE((meter.value ->> 'overage')::int, 0)")
    unit_cost = SQL("COALESCE((meter.value ->> 'unit_cost')::numeric, 0)")
    cost = SQL("ROUND(%s * %s, COALESCE(currency.decimal_places, 2))", overage, unit_cost)
    # GREATEST would take a 0 for what the record does not state.
    turned = SQL(
        "(meter.value ->> 'current')::int - (meter.value ->> 'previous')::int "
        "- COALESCE((meter.value ->> 'included')::int, 0)"
    )
    by_reads = SQL(
        "CASE WHEN %(turned)s < 0 THEN 0 ELSE COALESCE(%(turned)s, %(overage)s) END", turned=turned, overage=overage
    )
    codes = SQL(" ").join(SQL("WHEN %s THEN %s", output_type, code) for output_type, code in METER_CODES.items())
    return _select(
        {
            "id": SQL("line.id::bigint * %s + CASE meter.key %s END", KINDS, codes),
            "company_id": SQL("line.company_id"),
            "currency_id": SQL("line.currency_id"),
            "billing_file_id": SQL("line.billing_file_id"),
            "line_id": SQL("line.id"),
            "period_start": SQL("file.period_start"),
            "period_end": SQL("file.period_end"),
            "device_id": SQL("line.device_id"),
            "serial": SQL("line.serial"),
            "partner_id": SQL("line.partner_id"),
            "subscription_id": SQL("line.subscription_id"),
            "component": SQL("meter.key"),
            "quantity": overage,
            "unit_cost": unit_cost,
            "cost": cost,
            "expected_quantity": by_reads,
            "expected_unit_cost": unit_cost,
            "expected_cost": SQL("ROUND(%s * %s, COALESCE(currency.decimal_places, 2))", by_reads, unit_cost),
            "wrong_quantity": SQL("%s <> %s", by_reads, overage),
            "estimated": SQL("COALESCE(line.estimated, FALSE)"),
            "held": SQL("TRUE"),
        },
        SQL(
            """
              FROM xpps_billing_file_line line
              JOIN xpps_billing_file file ON file.id = line.billing_file_id
         LEFT JOIN res_currency currency ON currency.id = line.currency_id
        CROSS JOIN jsonb_each(line.meter_values) meter
             WHERE line.state IN ('held', 'left_out') AND %s
            """,
            billed_records(),
        ),
    )


def missing_fees(env, component):
    """Base fees last billed of devices that should be in a file, and are not."""
    fee = SQL("missing.%s", SQL.identifier(component))
    return _select(
        {
            "id": SQL("-%s * %s + %s", missing_key(), KINDS, MISSING_CODES[component]),
            "company_id": SQL("missing.company_id"),
            "currency_id": SQL("missing.currency_id"),
            "billing_file_id": SQL("missing.file_id"),
            "period_start": SQL("missing.period_start"),
            "period_end": SQL("missing.period_end"),
            "device_id": SQL("missing.device_id"),
            "serial": SQL("NULL::varchar"),
            "partner_id": SQL("missing.partner_id"),
            "subscription_id": SQL("missing.subscription_id"),
            "base_key": missing_key(),
            "component": SQL("%s", component),
            "quantity": SQL("0"),
            "unit_cost": SQL("0::numeric"),
            "cost": SQL("0::numeric"),
            "expected_quantity": SQL("(%s <> 0)::int", fee),
            "expected_unit_cost": fee,
            "expected_cost": fee,
            "missing": SQL("TRUE"),
        },
        SQL(
            "FROM (%s) missing WHERE %s",
            missing_devices(env),
            SQL("%s <> 0", fee) if component == "base_supply" else SQL("TRUE"),
        ),
    )
