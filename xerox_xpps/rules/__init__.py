# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Business rules, a file each. Where a rule is needed in SQL, too, its ``…_sql`` stands beside it.

Everything here takes and gives plain values: days, pages, ``Decimal``, or ``odoo.tools.SQL`` of them. Nothing asks the
database. May import ``billing_file`` and ``common``.
"""

from .agreement import RUN_FIELDS, STARTED_STAGES, running_days, runs_in_period, runs_in_period_sql
from .period import (
    beyond_border_sql,
    covers_day,
    days_in_common,
    days_in_common_sql,
    ended_by_domain,
    ends_in_domain,
    overlap,
    overlap_domain,
    overlap_sql,
    same_period_domain,
    same_period_sql,
)

__all__ = [
    "RUN_FIELDS",
    "STARTED_STAGES",
    "beyond_border_sql",
    "covers_day",
    "days_in_common",
    "days_in_common_sql",
    "ended_by_domain",
    "ends_in_domain",
    "overlap",
    "overlap_domain",
    "overlap_sql",
    "running_days",
    "runs_in_period",
    "runs_in_period_sql",
    "same_period_domain",
    "same_period_sql",
]
