# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every model, field and public method of the addon, tried by every kind of user, against ``access_table``."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase

from ..support import access_registry as registry
from ..support.access_calls import calls_of
from ..support.access_probe import FAILED, GRANTED, QUIET, Probes
from ..support.access_reading import FIRST_READINGS, PATH_SEARCHES, READINGS, SEARCHES
from ..support.access_recipes import NOT_BY_HAND, recipe
from ..support.access_rights import BILLING, MANAGER
from ..support.access_table import TABLE
from ..support.access_world import AccessWorld, kind_of

#: Types of fields that an import cannot give as one text.
NOT_LOADED = ("one2many", "many2many", "binary", "json")


class TestAccessMatrix(Probes, AccessWorld, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()

    def grant(self, *words):
        self.found.append(" ".join(str(word) for word in words))

    # What the table has to list

    def test_table_lists_everything(self):
        env = self.env
        names = {*registry.own_models(env), *registry.extended_models(env)}
        for name in sorted(names - TABLE.keys()):
            self.grant(f"add the model {name} to access_table.TABLE")
        for name in sorted(TABLE.keys() - names):
            self.grant(f"take the model {name} out of access_table.TABLE")
        for name in sorted(names & TABLE.keys()):
            model, rights = env[name], TABLE[name]
            kinds = [("method", registry.public_methods(model), rights.methods)]
            if not model._abstract:
                kinds.append(("field", registry.added_fields(model), rights.fields))
            for kind, found, listed in kinds:
                for missing in sorted(set(found) - set(listed)):
                    self.grant(f"add the {kind} {name}.{missing} to access_table.TABLE")
                for stale in sorted(set(listed) - set(found)):
                    self.grant(f"take the {kind} {name}.{stale} out of access_table.TABLE")
        self.assertNothingFound()

    # Records

    def _rights(self, own=True, extended=True):
        """:return: [(model, Rights)] of the models that have records; what a parent lends is as with the parent"""
        found = [
            (name, rights)
            for name, rights in TABLE.items()
            if name in self.env and not self.env[name]._abstract and (own if rights.is_own else extended)
        ]
        if extended:
            lenders = registry.delegating_models(self.env)
            found += [(name, TABLE[lender]) for name, lender in sorted(lenders.items()) if name not in TABLE]
        return found

    def _owner(self, model):
        """The user who has the wizards of a model open."""
        return MANAGER if model.startswith(("xpps.file.format", "xpps.rate", "xpps.settings")) else BILLING

    def _expected(self, model, rights, operation, user, is_own):
        if not is_own:
            return False
        if rights.is_wizard:
            # Each company's wizards are open with its own clerk or manager.
            return user.removesuffix(" of B") == self._owner(model)
        return kind_of(user) in rights.operations.get(operation, ())

    def _sides(self, model, user):
        """:return: [(records, whether they are of the user's company)]"""
        a, b = self.a.records_of(model), self.b.records_of(model)
        return [(b, True), (a, False)] if user.endswith("of B") else [(a, True), (b, False)]

    def test_operations(self):
        for name, rights in self._rights(extended=False):
            for user in self.users:
                env = self._env_of(user)
                for records, is_own in self._sides(name, user):
                    self.assertTrue(records, f"The world has no {name}.")
                    for operation in ("read", "write", "unlink"):
                        with QUIET:
                            granted = any(record.has_access(operation) for record in records.with_env(env))
                        if granted != self._expected(name, rights, operation, user, is_own):
                            self.grant(
                                name, operation, "own" if is_own else "foreign", user, "" if granted else "REFUSED"
                            )
                with QUIET:
                    granted = env[name].has_access("create")
                if granted != (kind_of(user) in rights.operations.get("create", ())):
                    self.grant(name, "create", user, "" if granted else "REFUSED")
        self.assertNothingFound()

    def test_reading(self):
        for name, rights in self._rights(extended=False):
            for user in self.users:
                model = self.env[name].with_env(self._env_of(user))
                for records, is_own in self._sides(name, user):
                    if not self._expected(name, rights, "read", user, is_own):
                        self._try_reading(model, records, "own" if is_own else "foreign", user)
        self.assertNothingFound()

    def _try_reading(self, model, records, side, user):
        with QUIET:
            # Who may read no record at all is refused by one and the same check.
            ways = READINGS if model.has_access("read") else FIRST_READINGS
        for way in ways:
            outcome, learned = self.attempt_reading(READINGS[way], model, records.ids)
            if outcome == GRANTED and learned:
                self.grant(model._name, way, side, user)

    def test_deleting(self):
        """Also what lies behind the right to delete: nobody deletes what must stay."""
        for name, rights in self._rights(extended=False):
            for user in self.users:
                for records, is_own in self._sides(name, user):
                    if not self._expected(name, rights, "unlink", user, is_own):
                        mine = records.with_env(self._env_of(user))
                        if self.attempt(self._delete, mine)[0] == GRANTED:
                            self.grant(name, "unlink", "own" if is_own else "foreign", user)
        self.assertNothingFound()

    def _delete(self, records):
        records.unlink()
        return not records.sudo().exists()

    # Fields

    def _accessible(self, name, env, operation):
        with QUIET:
            return self.a.records_of(name).with_env(env).filtered(lambda record: record.has_access(operation))

    def _users(self):
        """Users of one company."""
        return [user for user in self.users if " of " not in user]

    def test_reading_fields(self):
        for name, rights in self._rights():
            for user in self._users():
                records = self._accessible(name, self._env_of(user), "read")[:1]
                if not records:
                    continue
                for field, right in rights.fields.items():
                    if field not in records._fields:
                        continue
                    expected = right.may_read(kind_of(user))
                    outcome, what = self.attempt_reading(records.read, [field])
                    if outcome == GRANTED and not expected:
                        self.grant(name, field, "read", user)
                    elif expected and outcome != GRANTED and not self._reads_others(records, field):
                        self.grant(name, field, "read", user, "REFUSED", what)
        self.assertNothingFound()

    def _reads_others(self, records, name):
        """Whether a field is about records of a model that the user has no right to."""
        field = records._fields[name]
        models = [field.comodel_name] if field.relational else ["stock.lot"] if name == "xpps_device_count" else []
        return any(not records.env[model].has_access("read") for model in models)

    def test_searching_by_fields(self):
        """Who may not read a field learns nothing of it by searching, ordering, grouping and adding up."""
        for name, rights in self._rights():
            for user in self._users():
                env = self._env_of(user)
                hidden = [
                    field
                    for field, right in rights.fields.items()
                    if field in env[name]._fields and not right.may_read(kind_of(user))
                ]
                if not hidden or not self._accessible(name, env, "read"):
                    continue
                for field in hidden:
                    for way, search in SEARCHES.items():
                        outcome, _what = self.attempt_reading(search, env[name], field)
                        if outcome == GRANTED:
                            self.grant(name, field, way, user)
        self.assertNothingFound()

    def test_searching_by_paths(self):
        """Nor by the way over another record."""
        hidden = {}
        for name, rights in self._rights():
            for field, right in rights.fields.items():
                if right.read is not None and field in self.env[name]._fields:
                    hidden.setdefault(name, []).append((field, right))
        for user in self._users():
            env, seen = self._env_of(user), set()
            for model, link in self._links(env, hidden):
                target = model._fields[link].comodel_name
                ways = PATH_SEARCHES if target not in seen else PATH_SEARCHES[:1]
                seen.add(target)
                for field, right in hidden[target]:
                    if right.may_read(kind_of(user)):
                        continue
                    for way in ways:
                        separator = "/" if way == "export_data" else "."
                        path = f"{link}{separator}{field}"
                        outcome, _what = self.attempt_reading(SEARCHES[way], model, path)
                        if outcome == GRANTED:
                            self.grant(model._name, path, way, user)
        self.assertNothingFound()

    def _links(self, env, targets):
        """:return: [(model that the user reads, name of a stored field of it to one of the target models)]"""
        for name in sorted({*TABLE, "res.users", "product.product"}):
            model = env[name]
            if model._abstract or model._transient or not model.has_access("read"):
                continue
            for field in model._fields.values():
                if field.relational and field.store and field.comodel_name in targets:
                    if model._has_field_access(field, "read"):
                        yield model, field.name

    def test_writing_fields(self):
        for name, rights in self._rights():
            if rights.is_wizard:
                continue
            for user in self._users():
                records = self._accessible(name, self._env_of(user), "write")
                for field, right in rights.fields.items() if records else ():
                    if right.may_write("write", kind_of(user)) or not self._is_set(records, field):
                        continue
                    self._try_writing(records, field, user)
        self.assertNothingFound()

    def _is_set(self, records, name):
        field = records._fields.get(name)
        return field and bool(field.store or field.inverse)

    def _try_writing(self, records, name, user):
        """On one record after the other, until one takes the value or the right is refused."""
        loaded = records._fields[name].type not in NOT_LOADED
        for record in records[:4]:
            for value in self.other_values(record, name):
                outcome, what = self.try_write(record, name, value)
                self._note_failure(outcome, what, records._name, name, "write", user)
                if loaded:
                    loaded = False
                    if self.try_load(record, name, value)[0] == GRANTED:
                        self.grant(records._name, name, "load", user)
                if outcome != FAILED:
                    return

    def _note_failure(self, outcome, what, *words):
        """A refusal is a matter of rights, or a sentence that a user can read."""
        if outcome == GRANTED:
            self.grant(*words)
        elif outcome == FAILED and not isinstance(what, (UserError, IntegrityError)):
            self.grant(*words, f"FAILED {what!r}"[:160])

    def test_creating_with_fields(self):
        for name, rights in self._rights():
            if rights.is_wizard:
                continue
            for user in self._users():
                env = self._env_of(user)
                values = self._recipe(name, rights, user)
                model = env[name]
                fields = [
                    field
                    for field, right in rights.fields.items()
                    if not right.may_write("create", kind_of(user)) and self._is_set(model, field)
                ]
                plain = values is not None and self.made(fields, model.create, values)
                for field in fields if plain else ():
                    for value in self.other_values(model.browse(), field)[:1]:
                        for way, by_default in (("create", False), ("default_", True)):
                            outcome, what = self.try_create(model, values, plain, field, value, by_default)
                            self._note_failure(outcome, what, name, field, way, user)
                        if model._fields[field].type not in NOT_LOADED:
                            if self.try_load_new(model, values, plain, field, value)[0] == GRANTED:
                                self.grant(name, field, "load new", user)
        self.assertNothingFound()

    def _recipe(self, name, rights, user):
        """:return: values with which the user may create a record, or None if the user may not"""
        env = self._env_of(user)
        with QUIET:
            if not env[name].has_access("create"):
                return None
        if rights.is_own and kind_of(user) not in rights.operations.get("create", ()):
            return None
        values = recipe(self.a, env, name)
        if not rights.is_own or rights.is_wizard:
            # Rows are made by their wizard; what upstream's models want is upstream's.
            return values if values is not None and self.attempt(env[name].create, values)[0] == GRANTED else None
        self.assertIsNotNone(values, f"access_recipes has none of {name}.")
        outcome, what = self.attempt(env[name].create, values)
        if outcome != GRANTED and name not in NOT_BY_HAND:
            self.grant(name, "create", user, "REFUSED", what)
        return values if outcome == GRANTED else None

    def test_copying_with_fields(self):
        for name, rights in self._rights():
            if rights.is_wizard:
                continue
            for user in self._users():
                env = self._env_of(user)
                with QUIET:
                    records = self._accessible(name, env, "read")[:1] if env[name].has_access("create") else None
                fields = [
                    field
                    for field, right in rights.fields.items()
                    if records and not right.may_write("create", kind_of(user)) and self._is_set(records, field)
                ]
                plain = fields and self.made(fields, records.copy)
                for field in fields if plain else ():
                    for value in self.other_values(records, field)[:1]:
                        if self.try_copy(records, plain, field, value)[0] == GRANTED:
                            self.grant(name, field, "copy", user)
        self.assertNothingFound()

    # References

    def test_foreign_references(self):
        """A client names nothing that it may not read: neither stored, nor shown, nor in a refusal."""
        for name, rights in self._rights():
            # Whoever has the least rights with which one can try.
            users = [user for user in (BILLING, MANAGER) if self._may_set(name, rights, user)][:1]
            for user in users:
                model = self.env[name].with_env(self._env_of(user))
                values = self._recipe(name, rights, user)
                own = self._accessible(name, model.env, "write")[:1]
                for field in filter(None, map(model._fields.get, rights.fields)):
                    foreign = self._foreign(model, field)
                    if foreign:
                        self._try_reference(model, field, foreign, values, own)
        self.assertNothingFound()

    def _may_set(self, name, rights, user):
        if rights.is_wizard:
            return user == self._owner(name)
        with QUIET:
            model = self.env[name].with_env(self._env_of(user))
            return model.has_access("create") or model.has_access("write")

    def _foreign(self, model, field):
        """A record of the other company that a field could name, if the user may not read it."""
        if not field.relational or not (field.store or field.inverse):
            return None
        records = self.b.records_of(field.comodel_name)[:1].with_env(model.env)
        with QUIET:
            return None if not records or records.has_access("read") else records

    def _try_reference(self, model, field, foreign, values, own):
        name = field.name
        value = foreign.id if field.type == "many2one" else [Command.link(foreign.id)]
        spec = self._spec(model)

        def names_it(records):
            return foreign.id in self.stored(records, name)[0]

        def shows(records):
            return bool(records.onchange({name: value}, [name], spec).get("value"))

        tries = {"onchange": lambda: shows(model.browse())}
        if values is not None:
            others = {key: given for key, given in values.items() if key != name}
            tries["create"] = lambda: names_it(model.create({**values, name: value}))
            tries["default_"] = lambda: names_it(model.with_context(**{f"default_{name}": value}).create(others))
        if own:
            tries["write"] = lambda: own.write({name: value}) and names_it(own)
            tries["onchange of own"] = lambda: shows(own)
        for way, function in tries.items():
            outcome, what = self.attempt(function)
            if outcome == GRANTED:
                self.grant(model._name, name, way, "of a foreign", foreign._name)
            elif self._tells(what):
                self.grant(model._name, name, way, "of a foreign", foreign._name, f"TELLS {what}"[:200])

    def _spec(self, model):
        return {
            name: {"fields": {"display_name": {}}} if field.type == "many2one" else {}
            for name, field in model._fields.items()
            if model._has_field_access(field, "read") and field.type not in ("properties", "many2one_reference")
        }

    def _tells(self, what):
        """Whether something that a client gets has a word of the other company."""
        return self.b.name in str(what)

    # Methods

    def _methods(self):
        """:return: [(model, method, Rights)] of what there is"""
        return [
            (name, method, rights)
            for name, rights in TABLE.items()
            for method in rights.methods
            if name in self.env and hasattr(self.env[name], method)
        ]

    def test_methods(self):
        for name, method, rights in self._methods():
            kinds = rights.methods[method]
            for user in self.users:
                for is_own, call in calls_of(self, name, method, user):
                    allowed = is_own and kind_of(user) in kinds
                    if allowed and rights.is_wizard:
                        allowed = user.removesuffix(" of B") == self._owner(name)
                    if not allowed:
                        outcome, what = self.attempt(call)
                        if not isinstance(what, self._refusal(name, kinds)):
                            side = "own" if is_own else "foreign"
                            self.grant(name, f"{method}()", side, user, f"{outcome} {what!r}"[:160])
        self.assertNothingFound()

    def _refusal(self, name, kinds):
        """:return: how a method that a user may not call ends: what nobody may call need not look at rights first"""
        if kinds:
            return AccessError
        return Exception if self.env[name]._abstract else UserError

    def test_methods_of_those_who_may(self):
        """The table refuses nobody his work: a right that is expected is one that there is."""
        for name, method, rights in self._methods():
            for user in rights.methods[method] if rights.is_own else ():
                if rights.is_wizard and user != self._owner(name):
                    continue
                for is_own, call in calls_of(self, name, method, user):
                    if is_own:
                        outcome, what = self.attempt(call)
                        if isinstance(what, AccessError):
                            self.grant(name, f"{method}()", user, "REFUSED", what)
                        elif outcome == FAILED and not isinstance(what, UserError):
                            self.grant(name, f"{method}()", user, f"FAILED {what!r}"[:160])
        self.assertNothingFound()
