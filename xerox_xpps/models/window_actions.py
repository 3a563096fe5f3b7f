# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What buttons open: window actions with records of one's own choice."""


def open_records(env, xmlid, domain, context=None):
    """:return: a window action that shows the records of a domain, without the action's own filters"""
    return env["ir.actions.act_window"]._for_xml_id(xmlid) | {"domain": domain, "context": context or {}}


def open_invoices(env, domain):
    """:return: the action of customer invoices and credit notes, with those of a domain"""
    # Without the type, Odoo's list has no customers and no invoice dates.
    return open_records(env, "account.action_move_out_invoice_type", domain, {"default_move_type": "out_invoice"})
