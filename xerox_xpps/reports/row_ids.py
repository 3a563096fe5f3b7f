# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The ids of rows that are no records: the same whenever a report is made, and telling what a row is about.

JavaScript's integers end at 2^53, which is why the parts of an id take no more room than they need.
"""

from odoo.tools import SQL

from ..billing_file import OUTPUT_TYPES

# The vendor report: sixteen times the id of what the row is about, and its kind.
KINDS = 16
BASE_CODES = {"base_service": 0, "base_supply": 1}
METER_CODES = {output_type: 2 + index for index, output_type in enumerate(OUTPUT_TYPES)}
READ_CODE = 7
MISSING_CODES = {"base_service": 8, "base_supply": 9}
#: Rows of the savings report that are of disputes, of which it has besides those of the vendor report.
DISPUTE_CODE = 15
#: Rows of missing devices are about a file and a device. This leaves room for 2 million files and 268 million devices.
DEVICES = 2**28

#: Rows of the profitability report that one invoice line or record of a file may become: 2 ** 18.
SLOT_BITS = 18


def vendor_row_id(source, code):
    """:param SQL source: the id of a record of a file, of a meter read, or of a missing device
    :param code: the kind of the row, as SQL or one of the codes above
    :return: SQL
    """
    return SQL("%s * %s + %s", source, KINDS, code)


def record_key():
    """:return: SQL, what tells the base fees of a record from those of others"""
    return SQL("line.id::bigint")


def missing_key():
    """:return: SQL, the same where there is no record, but should be one: below 0"""
    return SQL("(-(missing.file_id::bigint * %s + missing.device_id))", DEVICES)


def read_vendor_row_ids(ids):
    """What rows of the vendor report are about.

    :return: ([id of a record of a file], [id of a meter read], {(file id, device id) of a missing device})
    """
    records, reads, missing = [], [], set()
    for source, code in (divmod(row_id, KINDS) for row_id in ids if row_id):
        if code < READ_CODE:
            records.append(source)
        elif code == READ_CODE:
            reads.append(source)
        else:
            missing.add(divmod(source, DEVICES))
    return records, reads, missing


def dispute_row_id(source):
    """:param SQL source: the id of a line of a dispute. :return: SQL"""
    return vendor_row_id(source, SQL("%s", DISPUTE_CODE))


def read_savings_row_ids(ids):
    """:return: ([id of a row of the vendor report], [id of a line of a dispute])"""
    rows = [row_id for row_id in ids if row_id]
    lines = [row_id // KINDS for row_id in rows if row_id % KINDS == DISPUTE_CODE]
    return [row_id for row_id in rows if row_id % KINDS != DISPUTE_CODE], lines


def profitability_row_id(kind, record_id, slot):
    """:param kind: one of four tables, 0 to 3
    :param SQL record_id: of a record of the table
    :param SQL slot: which of its rows it is
    :return: SQL
    """
    return SQL("((%s::int8 * 4 + %s) << %s) + %s", record_id, kind, SLOT_BITS, slot)


def options_row_id(company, level, template):
    """Of the options grid: the company, and a price level or a printer model, of which one is NULL.

    :param SQL company, level, template: ids
    :return: SQL. This leaves room for a million companies.
    """
    return SQL("(%s::int8 << 33) + COALESCE(%s::int8 * 2, %s::int8 * 2 + 1)", company, level, template)


def health_row_id(record, kind, company):
    """Of the health list: a record, the place of the rule that finds it, and the company, NULL if it is of none.

    :param SQL record, kind, company: numbers
    :return: SQL. This leaves room for 31 rules and 65,535 companies.
    """
    return SQL("((%s::int8 * 32 + %s) << 16) + COALESCE(%s, 0)", record, kind, company)
