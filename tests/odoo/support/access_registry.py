# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the addon brings, as the registry has it: models, fields and public methods. All of it can be called by RPC."""

import inspect

from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.service.model import get_public_method

ADDON = "xerox_xpps"
#: Where the addon alters what all models with a chatter have: how Odoo's gateway takes mails in.
GATEWAY = f"odoo.addons.{ADDON}.models.billing_file.mail_thread"
#: What every model has.
AUTOMATIC = {*MAGIC_COLUMNS, "display_name"}


def own_models(env):
    """Names of the models that the addon defines, abstract and transient ones among them."""
    return sorted(name for name, model in env.registry.items() if model._original_module == ADDON)


def extended_models(env):
    """Names of the models of others that have fields or methods of the addon."""
    own = set(own_models(env))
    return sorted(
        name
        for name, model in env.registry.items()
        if name not in own and (added_fields(env[name]) or public_methods(env[name]))
    )


def added_fields(model):
    """Names of the fields of a model that are the addon's: not those that it only alters, or that a parent lends it."""
    return sorted(
        name
        for name, field in model._fields.items()
        if name not in AUTOMATIC and not field.inherited and field._modules and field._modules[0] == ADDON
    )


def delegating_models(env):
    """:return: {model that has the addon's fields by ``_inherits``: the model that lends them}"""
    return {
        name: field.related_field.model_name
        for name, model in env.registry.items()
        for field in model._fields.values()
        if field.inherited and field.base_field._modules[:1] == (ADDON,)
    }


def public_methods(model):
    """Names of the methods that a client may call and that have code of the addon.

    What every model has (``create``, ``write``, ``copy`` …) is no method here, but an operation.
    """
    names = {
        name
        for klass in type(model).mro()
        if klass.__module__.startswith(f"odoo.addons.{ADDON}.") and klass.__module__ != GATEWAY
        for name, value in vars(klass).items()
        if inspect.isroutine(value) or isinstance(value, classmethod)
    }
    base = model.env.registry["base"]
    return sorted(name for name in names if not hasattr(base, name) and _is_public(model, name))


def _is_public(model, name):
    try:
        get_public_method(model, name)
    except (AccessError, AttributeError):
        return False
    return True
