# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

from odoo.exceptions import ConcurrencyError, LockError, UserError
from odoo.tools import SQL

#: What another transaction is the reason of: in a new one it may go well.
RETRY = (OperationalError, ConcurrencyError)


def lock_or_refuse(records, message):
    """Keep every other transaction from changing records until this one ends.

    Odoo would try again by itself after another transaction has committed. What a user decided on may have become
    something else by then - giving up a draft would undo its import -, so it is the user who decides again.

    :raises UserError: with the message, when another transaction is changing the records, or has done so since this
        one began
    """
    if not records:
        return
    try:
        with records.env.cr.savepoint():
            # Others may go on to refer to the records.
            records.lock_for_update(allow_referencing=True)
    except (LockError, SerializationFailure) as error:
        raise UserError(message) from error


def lock_in_state(records, states, refusal):
    """Keep others from doing anything with records, and refuse those that are in another state.

    :param refusal: a function that gives the sentence, of the wrong ones with their states
    :raises UserError: naming them
    """
    lock_or_refuse(
        records,
        records.env._(
            "Someone else is working on %s right now. Reload it before you continue.",
            ", ".join(records.mapped("display_name")),
        ),
    )
    labels = dict(records._fields["state"]._description_selection(records.env))
    wrong = records.filtered(lambda record: record.state not in states)
    if wrong:
        raise UserError(refusal(", ".join(f"{record.display_name} ({labels[record.state]})" for record in wrong)))


def claim(records):
    """Have every other transaction that claims one of the records wait for this one, and begin anew then.

    For work whose result depends on what others write meanwhile: whoever only waited for a lock would go on to see it
    as it was when its transaction began. Here the database tells whoever waited that a record was written, and Odoo
    tries again. In the order of the ids, so that no two wait for each other.
    """
    if not records:
        return
    records.env.execute_query(
        SQL(
            "UPDATE %(table)s SET write_date = %(table)s.write_date FROM ("
            "SELECT id FROM %(table)s WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
            ") claimed WHERE claimed.id = %(table)s.id RETURNING %(table)s.id",
            table=SQL.identifier(records._table),
            ids=list(records.ids),
        )
    )


def is_passing(error):
    """Whether something failed only because somebody else was at the records, so that it may go well another time."""
    return isinstance(error, RETRY) or isinstance(error.__cause__, LockError)
