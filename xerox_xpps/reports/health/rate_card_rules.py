# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules about active rate cards."""

from datetime import timedelta

from odoo.tools import SQL

from ...rules import RATE_OWNERS, rate_key_sql
from .catalog import finding

#: How long before its end, and after it, a card is listed that no other one follows.
NOTICE = timedelta(days=60)

#: What the rules read.
DEPENDS = {
    "xpps.rate.card": ["company_id", "currency_id", "date_from", "date_to", "state"],
    "xpps.rate.card.line": ["card_id", "component", "measure", "scope", *RATE_OWNERS.values()],
}


def rules(today):
    """:param today: a date
    :return: [SQL]
    """
    return [_ends(today)]


def _ends(today):
    """A card follows that states one of its rates later on."""
    source = SQL(
        """
          FROM xpps_rate_card card
         WHERE card.state = 'active' AND card.date_to BETWEEN %(first)s AND %(last)s
           AND NOT EXISTS (
            SELECT
              FROM xpps_rate_card later
              JOIN xpps_rate_card_line next_rate ON next_rate.card_id = later.id
              JOIN xpps_rate_card_line rate ON %(rate)s = %(next_rate)s
             WHERE later.state = 'active' AND later.company_id = card.company_id
               AND later.currency_id = card.currency_id AND later.date_from > card.date_to
               AND rate.card_id = card.id
        )
        """,
        first=today - NOTICE,
        last=today + NOTICE,
        rate=rate_key_sql("rate"),
        next_rate=rate_key_sql("next_rate"),
    )
    return finding("rate_card_ends", SQL("card.company_id"), SQL("card.id"), source, since=SQL("card.date_to"))
