# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When an agreement runs.

It runs in a period if it was started, and any day of the period lies between its start and its end or closing, all
inclusive. Whether it is closed or archived today does not matter: the last pages of an agreement come after its end.
"""

from datetime import date
from typing import Literal

from odoo.fields import Domain
from odoo.tools import SQL

from .period import Day

#: Stages of agreements that were started, or may have been: ``sale.subscription.stage.type``.
STARTED_STAGES = ("in_progress", "post")

#: What the rule reads of ``sale.subscription``, besides the type of its stage.
RUN_FIELDS = ("stage_id", "date_start", "date", "xpps_closed_on")


def runs_in_period(
    stage_type: str | Literal[False] | None, start: Day, end: Day, closed_on: Day, first: date, last: date
) -> bool:
    """Whether an agreement runs on any day of a period.

    :param stage_type: of its stage; one that is not in progress was started only if it has a day on which it was closed
    :param start, end, closed_on: its first and last day, and the day on which it was closed; empty where there is none
    :param first, last: the period

    >>> month = date(2026, 1, 1), date(2026, 1, 31)
    >>> runs_in_period("in_progress", date(2025, 1, 1), None, None, *month)
    True
    >>> runs_in_period("post", date(2025, 1, 1), None, date(2026, 1, 1), *month)
    True
    >>> runs_in_period("post", date(2025, 1, 1), None, date(2025, 12, 31), *month)
    False
    >>> runs_in_period("post", date(2025, 1, 1), None, None, *month)
    False
    """
    started = stage_type == "in_progress" or bool(closed_on)
    first_day, last_day = running_days(start, end, closed_on, first, last)
    return started and first_day <= last_day


def running_days(start: Day, end: Day, closed_on: Day, first: date, last: date) -> tuple[date, date]:
    """The first and the last day of a period on which an agreement runs, if it does; else the last before the first.

    >>> running_days(date(2026, 1, 10), None, None, date(2026, 1, 1), date(2026, 1, 31))
    (datetime.date(2026, 1, 10), datetime.date(2026, 1, 31))
    """
    return max(start or first, first), min(end or last, closed_on or last, last)


def runs_in_period_sql(first: SQL | date, last: SQL | date, agreement: str = "agreement", stage: str = "stage") -> SQL:
    """As ``runs_in_period``, of tables ``sale_subscription`` and ``sale_subscription_stage``.

    :param agreement, stage: their names in the query
    """
    # LEAST and GREATEST pass over what is NULL.
    return SQL(
        """(
            (%(type)s = 'in_progress' OR %(closed_on)s IS NOT NULL)
            AND GREATEST(%(start)s, %(first)s) <= LEAST(%(end)s, %(closed_on)s, %(last)s)
        )""",
        type=SQL.identifier(stage, "type"),
        start=SQL.identifier(agreement, "date_start"),
        end=SQL.identifier(agreement, "date"),
        closed_on=SQL.identifier(agreement, "xpps_closed_on"),
        first=first,
        last=last,
    )


def started_domain() -> Domain:
    """Agreements that were started, or may have been: what was printed on them is billed, whatever became of them."""
    return Domain("stage_id.type", "in", STARTED_STAGES) | Domain("xpps_closed_on", "!=", False)
