# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What two writings of one serial number have in common; in Python it is ``billing_file.serial_key``."""

from odoo.tools import SQL

#: What Python takes for white space, as a class of PostgreSQL's regular expressions.
_WHITE_SPACE = r"[\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"


def serial_key_sql(serial: SQL) -> SQL:
    """As ``billing_file.serial_key``, but NULL without a serial number."""
    return SQL("NULLIF(UPPER(REGEXP_REPLACE(%s, %s, '', 'g')), '')", serial, _WHITE_SPACE)
