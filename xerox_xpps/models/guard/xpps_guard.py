# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .xpps_reference_guard import is_own_field


class XppsGuard(models.AbstractModel):
    """What only the program says, nobody else does.

    A field of this addon that is read-only, as a form shows it, is so for every client: ``write``, ``create``, the
    defaults of a context and import refuse it; a copy starts without it, and what a user has set as its default does
    not count. The program writes it as superuser.
    """

    _name = "xpps.guard"
    _inherit = ["xpps.reference.guard"]
    _description = "XPPS Guard of Fields"

    @api.model
    def _xpps_is_program_field(self, field):
        """Whether only the program writes a field."""
        return field.readonly and is_own_field(field)

    def _has_field_access(self, field, operation):
        if operation == "write" and not self.env.su and self._xpps_is_program_field(field):
            return False
        return super()._has_field_access(field, operation)

    def _check_field_access(self, field, operation):
        if operation == "write" and not self.env.su and self._xpps_is_program_field(field):
            raise AccessError(
                self.env._(
                    "“%(field)s” of %(model)s cannot be set manually.",
                    field=field._description_string(self.env),
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )
        return super()._check_field_access(field, operation)

    @api.model
    def default_get(self, fields):
        """The program's fields have the default that their model gives them, whatever context and user defaults say."""
        program = self._xpps_program_fields_of(fields)
        result = super().default_get([name for name in fields if name not in program])
        for name in program:
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(self), self, validate=False)
                result[name] = field.convert_to_write(value, self)
        return result

    def copy_data(self, default=None):
        """What the program said of a record does not hold for its copy.

        :raises UserError: when nothing would say it of the copy
        """
        vals_list = super().copy_data(default)
        if self.env.su:
            return vals_list
        self.browse().check_access("create")
        program = self._xpps_program_fields_of(self._fields) - (default or {}).keys()
        for name in program:
            field = self._fields[name]
            if field.required and not (field.default or field.compute):
                raise UserError(
                    self.env._(
                        "%(model)s: a record cannot be duplicated.", model=self.env["ir.model"]._get(self._name).name
                    )
                )
        return [vals and {name: value for name, value in vals.items() if name not in program} for vals in vals_list]

    def onchange(self, values, field_names, fields_spec):
        """A client sends all that a form shows. What the program says of a record is not taken from there."""
        program = set() if self.env.su else self._xpps_program_fields_of(values)
        changed = [name for name in field_names if name not in program]
        if field_names and not changed:
            return {}
        values = {name: value for name, value in values.items() if name not in program}
        return super().onchange(values, changed, fields_spec)

    @api.model
    def _xpps_check_searchable(self, name):
        """Odoo asks who may search a stored field. A method that searches a computed one asks for itself.

        :raises AccessError: when the user may not read the field
        """
        self._check_field_access(self._fields[name], "read")

    @api.model
    def _xpps_program_fields_of(self, names):
        """:return: those of the names, a set, that are fields which only the program writes"""
        return {name for name in names if name in self._fields and self._xpps_is_program_field(self._fields[name])}
