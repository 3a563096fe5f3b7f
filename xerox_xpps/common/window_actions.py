# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What buttons open: window actions with records of one's own choice."""

from odoo.exceptions import AccessError

from .constants import USER_GROUP


def open_records(records, xmlid, domain, context=None):
    """A window action for whoever may read the records whose button it is, and those that it shows.

    :param records: whose button it is
    :return: the action that shows the records of a domain, without its own filters
    :raises AccessError: also when somebody without XPPS rights opens one of this addon's screens
    """
    env = records.env
    records.check_access("read")
    if xmlid.startswith("xerox_xpps.") and not (env.su or env.user.has_group(USER_GROUP)):
        raise AccessError(
            env._("Only XPPS users can do this. Ask your administrator for the right “Xerox XPPS / User”.")
        )
    action = env["ir.actions.act_window"]._for_xml_id(xmlid)
    env[action["res_model"]].check_access("read")
    return action | {"domain": domain, "context": context or {}}


def open_invoices(records, domain):
    """:return: the action of customer invoices and credit notes, with those of a domain; see ``open_records``"""
    # Without the type, Odoo's list has no customers and no invoice dates.
    return open_records(records, "account.action_move_out_invoice_type", domain, {"default_move_type": "out_invoice"})


def open_form(record, **values):
    """:param values: what the action has besides, as its ``name``
    :return: the action that opens the form of a record
    """
    return {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "views": [(False, "form")],
        "target": "current",
        **values,
    }


def open_dialog(wizard, name, context=None, view=None, wide=False):
    """Open a form above the current one.

    :param wizard: the record that it shows, as to open a wizard again after a step; an empty one for a new record
    :param view: the form, where it is not the model's first
    :param wide: whether it has tables, which need all the width
    """
    return open_form(
        wizard,
        name=name,
        views=[(view.id if view else False, "form")],
        target="new",
        context={**(context or {}), **({"dialog_size": "extra-large"} if wide else {})},
    )


def say_done(message, button=None, following=None):
    """Say that something is done, in a notification whose button is the next step.

    :param button: (label, record, name of its method), or None
    :param following: the action that is run besides; else a dialog is closed, or the screen shown anew
    """
    params = {"message": message, "next": following or {"type": "ir.actions.act_window_close"}}
    if button:
        label, record, method = button
        params["button"] = {"label": label, "model": record._name, "id": record.id, "method": method}
    return {"type": "ir.actions.client", "tag": "xpps_said_done", "params": params}
