# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Invoices of agreements, with their annex."""

from odoo.fields import Domain
from odoo.tools import format_date

from ..common.formats import amount_text, period_text
from .pages import InvoiceRow

BILLS_AGREEMENTS = Domain("line_ids", "any!", [("xpps_subscription_id", "!=", False)])


def invoices_domain(env):
    """Of the user's own: colleagues may read more, but not as theirs."""
    partners = Domain("partner_id", "child_of", env.user.commercial_partner_id.id)
    sent = Domain("state", "=", "posted") & Domain("move_type", "in", ("out_invoice", "out_refund"))
    return sent & partners & env.user._xpps_portal_invoice_domain() & BILLS_AGREEMENTS


def invoice_rows(moves):
    """:param moves: those that the user may read
    :return: [InvoiceRow]
    """
    env = moves.env
    periods = {
        move.id: (first, last)
        # What a line is for stands on the invoice.
        for move, first, last in env["account.move.line"]
        .sudo()
        ._read_group(
            [("move_id", "in", moves.ids), ("xpps_subscription_id", "!=", False)],
            ["move_id"],
            ["xpps_period_start:min", "xpps_period_end:max"],
        )
    }
    return [
        InvoiceRow(
            id=move.id,
            name=move.name,
            day=format_date(env, move.invoice_date),
            period=period_text(env, *periods.get(move.id, (None, None))),
            amount=amount_text(env, move.amount_total, move.currency_id),
            is_credit=move.move_type == "out_refund",
            has_annex=move.has_xpps_usage,
        )
        for move in moves
    ]
