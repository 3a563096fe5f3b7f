# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Why something failed, as users are told."""

from odoo.exceptions import RedirectWarning, UserError


def is_unexpected(error):
    """Whether an error is none of those by which Odoo tells users what to mend."""
    return not isinstance(error, UserError | RedirectWarning)


def unexpected(error):
    """:return: the error, as ``exc_info`` of the server's log; None for one that says what to mend, and of whom"""
    return error if is_unexpected(error) else None


def failure_reason(env, error):
    """:return: the sentence that tells a user why something failed; what nobody foresaw stands in the log"""
    if is_unexpected(error):
        return env._("An unexpected error occurred. Your administrator can find the details in the server log.")
    return str(error.args[0] if isinstance(error, RedirectWarning) else error)
