# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When two writings of a customer's name are the same: upper case and white space make no difference, all else does."""

from collections.abc import Collection

from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tools import SQL, Query

from .serial import WHITE_SPACE


def name_key(name: str) -> str:
    """What two writings of one name have in common.

    >>> name_key("  Bright  SCHOOL District "), name_key("Bright School District, Inc.")
    ('bright school district', 'bright school district, inc.')
    """
    return " ".join(name.split()).lower()


def name_key_sql(name: SQL) -> SQL:
    """As ``name_key``, as far as the database knows the lower case of letters that are not English."""
    return SQL("LOWER(TRIM(REGEXP_REPLACE(%s, %s, ' ', 'g')))", name, f"[{WHITE_SPACE}]+")


def named_domain(field: str, keys: Collection[str]) -> Domain:
    """Records of which a field has the ``name_key`` of one of several names."""

    def to_sql(model: BaseModel, alias: str, query: Query) -> SQL:
        return SQL("%s = ANY(%s)", name_key_sql(model._field_to_sql(alias, field, query)), list(keys))

    return Domain.custom(to_sql=to_sql, predicate=lambda record: name_key(record[field] or "") in keys)
