# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Groups of reports whose query depends on what is asked for."""

from odoo.models import BaseModel


def in_environment(env, groups):
    """Groups whose records know nothing of the query that found them: their context would say it to the next search.

    :param groups: [tuple], as ``_read_group`` returns them
    """
    return [
        tuple(value.with_env(env) if isinstance(value, BaseModel) else value for value in group) for group in groups
    ]
