# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two years of billing: one month is imported, and its rows are copied to the months before, with their invoices."""

from odoo import Command
from odoo.tools import SQL

from .world import COMPANY, make_world

MONTHS = 24


def make_vendor_world(env, devices):
    make_world(env, devices)
    file = env["xpps.billing.file"].search([("company_id.name", "=", COMPANY)])
    env.flush_all()
    # What an import keeps of what it expected; the first one had nothing to compare with.
    env.cr.execute(
        "UPDATE xpps_meter_read SET expected_previous = previous_read, expected_overage = overage, "
        "expected_unit_cost = unit_cost"
    )
    env.cr.execute(
        "UPDATE xpps_billing_file_line SET expected_service_cost = base_service_cost, "
        "expected_supply_cost = base_supply_cost"
    )
    _invoice(env, file)
    tables = "xpps_billing_file", "xpps_billing_file_line", "xpps_meter_read", "sale_subscription_charge"
    tables += "account_move", "account_move_line"
    steps = {table: _last_id(env, table) for table in tables}
    for month in range(1, MONTHS):
        _copy_month(env, file, month, {table: month * step for table, step in steps.items()})
    for table in tables:
        env.cr.execute(
            SQL(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT MAX(id) FROM %s))",
                table,
                SQL.identifier(table),
            )
        )
    env.invalidate_all()


def _invoice(env, file):
    """A posted invoice with a line for each charge, and one for the base price of each agreement.

    Its journal items do not balance: nothing here asks for that.
    """
    company = file.company_id
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    env = env(context=dict(env.context, allowed_company_ids=company.ids, tracking_disable=True))
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": file.charge_ids[:1].partner_id.id,
            "invoice_date": file.invoice_date,
            "invoice_line_ids": [Command.create({"name": "Bench", "price_unit": 1, "tax_ids": False})],
        }
    )
    move.action_post()
    env.flush_all()
    line = move.invoice_line_ids
    # Each copy of the line has the id of what it bills, above all others.
    last_id = _last_id(env, "account_move_line")
    _copy(
        env,
        "account_move_line",
        SQL("JOIN sale_subscription_charge charge ON charge.billing_file_id = %s", file.id),
        SQL("item.id = %s", line.id),
        id=SQL("%s + charge.id", last_id),
        balance=SQL("-charge.price_subtotal"),
        price_subtotal=SQL("charge.price_subtotal"),
        xpps_subscription_id=SQL("charge.subscription_id"),
    )
    env.cr.execute(
        "INSERT INTO xpps_charge_invoice_line_rel (charge_id, invoice_line_id) "
        "SELECT id, id + %s FROM sale_subscription_charge WHERE billing_file_id = %s",
        [last_id, file.id],
    )
    _copy(
        env,
        "account_move_line",
        SQL("JOIN sale_subscription_line service ON service.company_id = item.company_id"),
        SQL("item.id = %s", line.id),
        id=SQL("%s + service.id", _last_id(env, "account_move_line")),
        balance=SQL("-30 * (SELECT COUNT(*) FROM stock_lot WHERE xpps_subscription_line_id = service.id)"),
        product_id=SQL("service.product_id"),
        xpps_subscription_id=SQL("service.sale_subscription_id"),
        xpps_subscription_line_id=SQL("service.id"),
        xpps_period_start=SQL("%s", file.period_start),
        xpps_period_end=SQL("%s", file.period_end),
    )


def _copy_month(env, file, months, steps):
    """Copy what the file left to an earlier month.

    :param steps: {table: what is added to the ids}
    """
    new_file, new_line, new_read, new_charge, new_move, new_item = steps.values()
    own = SQL("item.billing_file_id = %s", file.id)
    period = {"period_start": _earlier("period_start", months), "period_end": _last_day("period_start", months)}
    _copy(
        env,
        "xpps_billing_file",
        SQL(),
        SQL("item.id = %s", file.id),
        id=SQL("item.id + %s", new_file),
        name=SQL("item.name || %s", f"-{months}"),
        checksum=SQL("item.checksum || %s", f"-{months}"),
        invoice_date=_earlier("invoice_date", months),
        **period,
    )
    belongs = {"billing_file_id": SQL("item.billing_file_id + %s", new_file)}
    _copy(
        env,
        "xpps_billing_file_line",
        SQL(),
        own,
        id=SQL("item.id + %s", new_line),
        billed_period_start=_earlier("billed_period_start", months),
        billed_period_end=_last_day("billed_period_start", months),
        **belongs,
    )
    _copy(env, "xpps_meter_read", SQL(), own, id=SQL("item.id + %s", new_read), **belongs, **period)
    _copy(
        env,
        "sale_subscription_charge",
        SQL(),
        own,
        id=SQL("item.id + %s", new_charge),
        meter_read_id=SQL("item.meter_read_id + %s", new_read),
        **belongs,
        **period,
    )
    _copy(
        env,
        "account_move",
        SQL(),
        SQL("item.company_id = %s AND item.name NOT LIKE 'BENCH%%'", file.company_id.id),
        id=SQL("item.id + %s", new_move),
        name=SQL("%s", f"BENCH/{months}"),
        sequence_prefix=SQL("%s", f"BENCH/{months}"),
    )
    _copy(
        env,
        "account_move_line",
        SQL("JOIN account_move move ON move.id = item.move_id AND move.name NOT LIKE 'BENCH%%'"),
        SQL("item.company_id = %s", file.company_id.id),
        id=SQL("item.id + %s", new_item),
        move_id=SQL("item.move_id + %s", new_move),
        xpps_period_start=_earlier("xpps_period_start", months),
        xpps_period_end=_last_day("xpps_period_start", months),
    )
    env.cr.execute(
        "INSERT INTO xpps_charge_invoice_line_rel (charge_id, invoice_line_id) "
        "SELECT rel.charge_id + %s, rel.invoice_line_id + %s FROM xpps_charge_invoice_line_rel rel "
        "JOIN sale_subscription_charge charge ON charge.id = rel.charge_id AND charge.billing_file_id = %s",
        [new_charge, new_item, file.id],
    )


def _last_id(env, table):
    env.cr.execute(SQL("SELECT MAX(id) FROM %s", SQL.identifier(table)))
    return env.cr.fetchone()[0]


def _earlier(name, months):
    return SQL("(item.%s - make_interval(months => %s))::date", SQL.identifier(name), months)


def _last_day(name, months):
    """The last day of the month, so many months before the one in which the field's date is."""
    return SQL(
        "(DATE_TRUNC('month', item.%s - make_interval(months => %s)) + interval '1 month - 1 day')::date",
        SQL.identifier(name),
        months,
    )


def _copy(env, table, joins, condition, **values):
    """Copy rows (``item``) of a table, with other values in some columns."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema AND table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    names = [name for (name,) in env.cr.fetchall()]
    columns = SQL(", ").join(map(SQL.identifier, names))
    selected = SQL(", ").join(values.get(name, SQL.identifier("item", name)) for name in names)
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s item %s WHERE %s",
            SQL.identifier(table),
            columns,
            selected,
            SQL.identifier(table),
            joins,
            condition,
        )
    )
