# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What becomes of a customer's question about a line of an invoice: ``state`` of ``xpps.customer.query``."""

#: {state: those that may follow it}. A credit note ends a question whatever its state, and its cancellation takes it up
#: again.
NEXT_STATES = {
    "new": ("looked_at", "credited"),
    "looked_at": ("answered", "credited", "refused"),
    "answered": ("looked_at", "credited", "refused"),
    "credited": ("looked_at", "answered"),
    "refused": ("looked_at", "credited"),
}

#: States in which the reseller has something to do, or the customer may still write back.
OPEN_QUERY_STATES = ("new", "looked_at", "answered")


def follows(state: str, new: str) -> bool:
    """Whether a question may go from one state to another.

    >>> follows("new", "looked_at"), follows("looked_at", "answered"), follows("answered", "refused")
    (True, True, True)
    >>> follows("new", "answered"), follows("credited", "refused"), follows("answered", "answered")
    (False, False, False)
    """
    return new in NEXT_STATES[state]


def state_without_credit(answered: bool) -> str:
    """What a question is again whose credit note does not count any more.

    >>> state_without_credit(True), state_without_credit(False)
    ('answered', 'looked_at')
    """
    return "answered" if answered else "looked_at"
