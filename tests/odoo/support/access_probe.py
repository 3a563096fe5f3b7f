# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Trying what a client may do. What counts is what comes of it: each try looks at the database and takes it back."""

import base64
from contextlib import suppress
from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

QUIET = mute_logger(
    "odoo.models",
    "odoo.sql_db",
    "odoo.domains",
    "odoo.orm.domains",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.subscription_oca.models.sale_subscription",
    "odoo.addons.xerox_xpps.models.agreement.sale_subscription",
    "odoo.addons.mail.models.mail_mail",
)

GRANTED = "granted"
REFUSED = "refused"
#: Neither refused as a matter of rights, nor done: something else stood in the way.
FAILED = "failed"


class _TakeBack(Exception):
    pass


class Probes:
    """``attempt`` and what is tried with it. To be mixed into a test case with the ``AccessWorld``.

    ``found`` takes a text for each outcome that is not as it should be, so that a test names all of them.
    """

    def setUp(self):
        super().setUp()
        self.found = []

    def assertNothingFound(self):
        lines = list(dict.fromkeys(self.found))
        if lines:
            self.fail(f"{len(lines)} unexpected:\n" + "\n".join(lines))

    def attempt(self, function, *args, **kwargs):
        """Do something and take it back.

        :param function: returns False where it had no effect
        :return: (GRANTED, REFUSED or FAILED, the exception or the result)
        """
        result = None
        try:
            with QUIET, self.cr.savepoint():
                result = function(*args, **kwargs)
                self.env.flush_all()
                raise _TakeBack
        except _TakeBack:
            return (REFUSED if result is False else GRANTED), result
        except AccessError as error:
            return REFUSED, error
        except UserError as error:
            return FAILED, error
        except Exception as error:
            return FAILED, error

    def attempt_reading(self, function, *args):
        """The same for what changes nothing, and is done by the thousand: nothing has to be taken back."""
        try:
            with QUIET, self.cr.savepoint(flush=False):
                result = function(*args)
        except AccessError as error:
            return REFUSED, error
        except Exception as error:
            return FAILED, error
        return GRANTED, result

    # Values

    def other_value(self, records, name):
        """A value that a field of a record does not have, as ``write`` takes it.

        :raises LookupError: when the world has no such value
        """
        record = records.sudo()
        field = record._fields[name]
        old = record[name] if record else False
        if field.relational:
            return self._other_records(record, field, old)
        if field.type == "selection":
            keys = [key for key in field.get_values(record.env) if key != old]
            if not keys:
                raise LookupError(name)
            return keys[0]
        if field.type == "many2one_reference":
            return (old or 0) + 1
        makers = {
            "boolean": lambda: not old,
            "integer": lambda: (old or 0) + 7,
            "float": lambda: (old or 0) + 7.5,
            "monetary": lambda: (old or 0) + 7.5,
            "date": lambda: date(2031, 5, 5),
            "datetime": lambda: datetime(2031, 5, 5),
            "binary": lambda: base64.b64encode(b"not what Xerox sent"),
            "json": lambda: {"probe": 1},
        }
        return makers.get(field.type, lambda: "<p>probe</p>" if field.type == "html" else "probe")()

    def other_values(self, records, name):
        """Values that ``write`` takes and that a field does not have, as far as the world has any."""
        values = []
        with suppress(LookupError):
            values.append(self.other_value(records, name))
        field = records._fields[name]
        if field.type == "many2one" and not field.required and records.sudo()[name] and False not in values:
            values.append(False)
        return values

    def _other_records(self, record, field, old):
        if field.type == "one2many" and old:
            return [Command.clear()]
        if field.comodel_name == "res.company":
            return self.b.company.id
        others = self.a.records_of(field.comodel_name) or self._shared(field.comodel_name)
        if old:
            others -= old
        if not others:
            if field.type == "many2many" and old:
                return [Command.clear()]
            if field.type == "many2one" and old and not field.required:
                return False
            raise LookupError(field.name)
        return others[0].id if field.type == "many2one" else [Command.link(others[0].id)]

    def _shared(self, model):
        """Records of a model that the company may use, or that belong to no company."""
        records = self.env[model].sudo()
        domain = [("company_id", "in", [False, self.a.company.id])] if "company_id" in records._fields else []
        if "company_ids" in records._fields:
            domain = [("company_ids", "in", self.a.company.ids)]
        return records.search(domain, limit=3)

    def stored(self, records, name):
        """What the database has of a field, whoever may see it."""
        records = records.sudo().exists()
        records.env.flush_all()
        records.invalidate_recordset()
        field = records._fields[name]
        return [
            sorted(record[name].ids) if field.relational else record[name]
            for record in records.with_context(bin_size=False)
        ]

    # Operations

    def try_write(self, records, name, value, **others):
        """Whether a client's ``write`` changes a field."""

        def function():
            before = self.stored(records, name)
            records.write({name: value, **others})
            return self.stored(records, name) != before

        return self.attempt(function)

    def try_load(self, records, name, value):
        """Whether an import changes a field of a record that is there."""
        field = records._fields[name]
        column = f"{name}/.id" if field.relational else name
        text = "1" if value is True else "0" if value is False else str(value)

        def function():
            before = self.stored(records, name)
            result = records.browse().load([".id", column], [[str(records.id), text]])
            if not result["ids"]:
                raise UserError(result["messages"][0]["message"])
            return self.stored(records, name) != before

        return self.attempt(function)

    def try_create(self, model, values, plain, name, value, by_default=False):
        """Whether a client that creates a record decides a field of it.

        :param plain: what ``made`` has of a record that is created with ``values`` alone
        """

        def function():
            if by_default:
                made = model.with_context(**{f"default_{name}": value}).create(values)
            else:
                made = model.create({**values, name: value})
            return self.stored(made, name) != plain[name]

        return self.attempt(function)

    def try_load_new(self, model, values, plain, name, value):
        """Whether an import of a new record decides a field of it."""
        given = {
            key: given for key, given in values.items() if model._fields[key].type not in ("one2many", "many2many")
        }

        def column(key):
            return f"{key}/.id" if model._fields[key].relational else key

        def function():
            row = {column(key): str(given[key]) for key in given}
            row[column(name)] = "1" if value is True else "0" if value is False else str(value)
            result = model.load(list(row), [list(row.values())])
            if not result["ids"]:
                raise UserError(result["messages"][0]["message"])
            return self.stored(model.browse(result["ids"]), name) != plain[name]

        return self.attempt(function)

    def try_copy(self, records, plain, name, value):
        """Whether whoever duplicates a record decides a field of the copy; ``plain`` as for ``try_create``."""

        def function():
            return self.stored(records.copy({name: value}), name) != plain[name]

        return self.attempt(function)

    def made(self, names, function, *args):
        """:return: {name: what is stored} of a record that a function makes and that is taken back, None if it makes
        none"""

        def make():
            made = function(*args)
            return {name: self.stored(made, name) for name in names}

        outcome, result = self.attempt(make)
        return result if outcome == GRANTED else None
