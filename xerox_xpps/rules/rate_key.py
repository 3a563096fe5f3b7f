# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a line of a rate card states: whose rate it is, of what, and which of the two measures."""

from collections.abc import Iterable

from odoo.tools import SQL

from ..common.constants import COMPONENT_SELECTION

#: What a fee or a page costs, or how many pages are included.
UNIT_COST = "unit_cost"
INCLUDED = "included"
#: Who has a rate, by its scope; the nearest first: {scope: field}.
RATE_OWNERS = {
    "device": "device_id",
    "agreement": "subscription_id",
    "model": "product_tmpl_id",
    "price_level": "price_level_id",
}
_COMPONENTS = tuple(component for component, _label in COMPONENT_SELECTION)


def rate_key(table: str = "") -> str:
    """A number that all lines have in common which state the same, and no others.

    :param table: the name of the table in a query, with its point
    :return: an expression of SQL, as constraints and indexes have it too
    """
    key = f"({_owner(table)}::bigint * {len(RATE_OWNERS)} + {_number(table + 'scope', RATE_OWNERS)})"
    key = f"({key} * {len(_COMPONENTS)} + {_number(table + 'component', _COMPONENTS)})"
    return f"({key} * 2 + {_number(table + 'measure', (UNIT_COST, INCLUDED))})"


def rate_key_sql(table: str) -> SQL:
    """As ``rate_key``, in a query.

    :param table: its name in the query
    """
    return SQL(rate_key(f"{table}."))


def rate_owner_sql(table: str) -> SQL:
    """The id of what a line holds for, whatever its scope.

    :param table: its name in the query
    """
    return SQL(_owner(f"{table}."))


def _owner(table: str) -> str:
    return f"COALESCE({', '.join(table + name for name in RATE_OWNERS.values())})"


def _number(column: str, names: Iterable[str]) -> str:
    cases = " ".join(f"WHEN '{name}' THEN {at}" for at, name in enumerate(names))
    return f"CASE {column} {cases} END"
