# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The words that the table of expectations (``access_table``) is written in."""

from dataclasses import dataclass, field, replace

#: Kinds of users. What the world of the access tests calls “billing of B” is one of another company.
PUBLIC = "public"
PORTAL = "portal"
EMPLOYEE = "employee"
STOCK = "stock"
ACCOUNTANT = "accountant"
SALESMAN = "salesman"
USER = "user"
BILLING = "billing"
MANAGER = "manager"

#: Ways of a field; see ``access_table``.
PROGRAM = "program"
CHOSEN = "chosen"
ENTERED = "entered"
CORRECTED = "corrected"


@dataclass(frozen=True)
class Field:
    """``read`` and ``write`` are kinds of users; None: whoever has the model's right."""

    way: str
    read: frozenset | None = None
    write: frozenset | None = None

    def may_write(self, operation, kind):
        """:param operation: ``create``, or ``write`` on a record that is there already"""
        if self.way == PROGRAM or (operation == "write" and self.way in (CHOSEN, CORRECTED)):
            return False
        return self.write is None or kind in self.write

    def may_read(self, kind):
        return self.read is None or kind in self.read


@dataclass(frozen=True)
class Rights:
    """What is expected of one model: {operation: kinds}, {name: Field} and {method: kinds}."""

    operations: dict
    is_own: bool = True
    is_wizard: bool = False
    fields: dict = field(default_factory=dict)
    methods: dict = field(default_factory=dict)

    def having(self, *lines):
        """The same with the lines of fields and methods, each name once."""
        fields, methods = {}, {}
        for line in lines:
            target = methods if isinstance(line.value, frozenset) else fields
            for name in line.names.split():
                if name in target:
                    raise ValueError(f"{name} stands in two lines")
                target[name] = line.value
        return replace(self, fields=fields, methods=methods)


@dataclass(frozen=True)
class Line:
    names: str
    value: object


def Model(**operations):
    return Rights(operations)


def Wizard(kinds):
    return Rights({"create": kinds}, is_wizard=True)


def Abstract():
    return Rights({})


def Extension():
    return Rights({}, is_own=False)


def program(names, read=None):
    return Line(names, Field(PROGRAM, read))


def chosen(names, read=None, write=None):
    return Line(names, Field(CHOSEN, read, write or read))


def entered(names, read=None, write=None):
    return Line(names, Field(ENTERED, read, read if write is None else write))


def corrected(names, read=None):
    return Line(names, Field(CORRECTED, read, read))


def wizard(names):
    return Line(names, Field(ENTERED))


def calls(names, who):
    return Line(names, frozenset(who))
