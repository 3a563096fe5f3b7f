# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What two writings of one serial number have in common; in Python it is ``billing_file.serial_key``.

And which serial numbers are so near each other that one may be the other, misspelled or made a number by a spreadsheet.
"""

from odoo.tools import SQL

from ..billing_file.model import FORMAT_CHARACTERS

#: What Python takes for white space, as ranges of a class of PostgreSQL's regular expressions.
WHITE_SPACE = r"\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_FORMAT = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in FORMAT_CHARACTERS)
#: Letters that are taken for digits: I and O for 1 and 0.
_LETTERS, _DIGITS = "IO", "10"
_AS_DIGITS = str.maketrans(_LETTERS, _DIGITS)


def serial_key_sql(serial: SQL) -> SQL:
    """As ``billing_file.serial_key``, but NULL without a serial number."""
    return SQL(
        "NULLIF(UPPER(REGEXP_REPLACE(NORMALIZE(%s, NFKC), %s, '', 'g')), '')", serial, f"[{WHITE_SPACE}{_FORMAT}]"
    )


def blurred_key(key: str) -> str:
    """What keys of serial numbers have in common that differ by leading zeros, by O and 0, or by I and 1 alone.

    >>> blurred_key("00O12I"), blurred_key("0121")
    ('121', '121')
    """
    return key.translate(_AS_DIGITS).lstrip("0")


def blurred_key_sql(key: SQL) -> SQL:
    """As ``blurred_key``."""
    return SQL("LTRIM(TRANSLATE(%s, %s, %s), '0')", key, _LETTERS, _DIGITS)


def near_keys(key: str) -> set[str]:
    """The ``blurred_key`` of all serial numbers that may be meant by a key, or by it with two neighbours changed over.

    >>> sorted(near_keys("0123")), near_keys("000")
    (['1023', '123', '132', '213'], set())
    """
    keys = {key, *(f"{key[:at]}{key[at + 1]}{key[at]}{key[at + 2 :]}" for at in range(len(key) - 1))}
    return {blurred_key(each) for each in keys} - {""}
