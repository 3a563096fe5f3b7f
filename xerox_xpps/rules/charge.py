# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether a charge is to be invoiced: ``invoice_status`` of ``sale.subscription.charge``."""

from odoo.tools import SQL


def invoice_status(state: str, billable: bool, quantity: int, invoiced: bool) -> str:
    """What is approved, billable and not 0 pages is to be invoiced, once.

    :param state: of its approval
    :param invoiced: whether it is on an invoice that is not cancelled

    >>> invoice_status("approved", True, 100, False), invoice_status("approved", True, 100, True)
    ('to_invoice', 'invoiced')
    >>> invoice_status("draft", True, 100, False), invoice_status("approved", True, 0, False)
    ('no', 'no')
    """
    if invoiced:
        return "invoiced"
    return "to_invoice" if state == "approved" and billable and quantity else "no"


def uninvoiced_status_sql(state: SQL | str, billable: SQL, quantity: SQL) -> SQL:
    """As ``invoice_status``, of a charge that is on no live invoice."""
    return SQL(
        "CASE WHEN %s = 'approved' AND %s AND %s <> 0 THEN 'to_invoice' ELSE 'no' END", state, billable, quantity
    )
