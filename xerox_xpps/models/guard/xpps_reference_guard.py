# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import Command, api, models
from odoo.tools import ormcache

#: Fields of these addons are guarded; those of other addons stay as their authors made them.
ADDON_PREFIX = "xerox_xpps"
#: x2many commands that name one existing record.
NAMING_COMMANDS = (Command.UPDATE, Command.DELETE, Command.UNLINK, Command.LINK)
#: x2many commands that bring values of a record.
FILLING_COMMANDS = (Command.CREATE, Command.UPDATE)


class XppsReferenceGuard(models.AbstractModel):
    """Whoever names a record must be allowed to read it.

    Odoo lets a client put any id into a relation. Related and computed fields follow it as superuser, so that a wizard
    which is given the id of another company's record would tell what that says. Nothing follows a reference in this
    addon's fields that its writer may not read: not by ``create``, ``write``, ``onchange``, import, nor by the defaults
    of a context.
    """

    _name = "xpps.reference.guard"
    _description = "XPPS Guard of References"

    @api.model_create_multi
    def create(self, vals_list):
        self._xpps_check_references(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._xpps_check_references([vals])
        return super().write(vals)

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        self._xpps_check_references([defaults])
        return defaults

    def onchange(self, values, field_names, fields_spec):
        # The rows inside are not created, so that nothing else looks at what they name.
        self._xpps_check_references([values], nested=True)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    @ormcache()
    def _xpps_guarded_relations(self):
        """:return: the names of this addon's fields that name records"""
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.type in ("many2one", "one2many", "many2many") and is_own_field(field)
        )

    def _xpps_check_references(self, vals_list, nested=False):
        """Check what values name, as ``create`` and ``write`` take them; what a record names already may stay.

        :param nested: whether to look at the values of rows, too
        :raises AccessError: when the user may not read one of the records
        """
        if self.env.su or not any(map(self._xpps_guarded_relations().intersection, vals_list)):
            return
        named = defaultdict(set)
        for vals in vals_list:
            self._xpps_add_references(vals, named, nested)
        for model, ids in named.items():
            self.env[model].browse(ids).check_access("read")

    def _xpps_add_references(self, vals, named, nested):
        """Add the ids that values name to ``named``, {model: ids}."""
        # What is named already is compared, and told to nobody.
        known = self.sudo()
        for name in self._xpps_guarded_relations().intersection(vals):
            field = self._fields[name]
            ids, rows = _references(field, vals[name])
            new = ids.difference(known[name].ids) if ids else ids
            if new:
                named[field.comodel_name] |= new
            comodel = self.env[field.comodel_name]
            if nested and hasattr(comodel, "_xpps_add_references"):
                for id_, row in rows:
                    comodel.browse(id_)._xpps_add_references(row, named, nested)


def is_own_field(field):
    """Whether a field is of this addon or of one that goes with it; also by way of a model that lends its fields."""
    return (field.base_field._module or "").startswith(ADDON_PREFIX)


def _references(field, value):
    """What a value names, in all the forms that a client may write it in.

    :return: the ids of existing records as a set, and [(id or False, values)] of the records that it fills
    """
    if field.type == "many2one":
        return _many2one_reference(value)
    ids, rows = set(), []
    for command in value or ():
        if isinstance(command, int):
            ids.add(command)
            continue
        kind, id_, content = (*command, False, False)[:3]
        if kind in NAMING_COMMANDS and _is_id(id_):
            ids.add(id_)
        if kind == Command.SET:
            ids.update(content or ())
        elif kind in FILLING_COMMANDS and isinstance(content, dict):
            rows.append((id_ if kind == Command.UPDATE and _is_id(id_) else False, content))
    return ids, rows


def _many2one_reference(value):
    rows = []
    if isinstance(value, dict):
        # A row that is edited inside a form brings its parent along.
        rows.append((value.get("id") if _is_id(value.get("id")) else False, value))
        value = value.get("id")
    elif isinstance(value, list | tuple):
        value = value[0] if value else False
    return ({value} if _is_id(value) else set()), rows


def _is_id(value):
    return isinstance(value, int) and value > 0
