# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The least that any import costs: parse the file and copy its rows into the tables, all keys and indexes on."""

import io

from lxml import etree

#: What an import writes, in the order of its foreign keys.
TABLES = ("xpps_billing_file_line", "xpps_meter_read", "sale_subscription_charge")


def take_rows(env, file_id):
    """The rows that an import left, as text: {table: (columns, bytes)}"""
    rows = {}
    for table in TABLES:
        env.cr.execute(
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) "
            "FROM information_schema.columns WHERE table_schema = current_schema AND table_name = %s",
            [table],
        )
        (columns,) = env.cr.fetchone()
        buffer = io.BytesIO()
        env.cr.copy_expert(
            f"COPY (SELECT {columns} FROM {table} WHERE billing_file_id = {file_id:d} ORDER BY id) TO STDOUT", buffer
        )
        rows[table] = columns, buffer.getvalue()
    return rows


def put_rows(env, data, rows):
    """Parse the file and write the rows."""
    etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    for table, (columns, text) in rows.items():
        env.cr.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.BytesIO(text))


def count_rows(rows):
    return {table: text.count(b"\n") for table, (_columns, text) in rows.items()}
