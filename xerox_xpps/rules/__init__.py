# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Business rules, a file each. Where a rule is needed in SQL, too, its ``…_sql`` stands beside it.

Everything here takes and gives plain values: days, pages, ``Decimal``, or ``odoo.tools.SQL`` of them. Nothing asks the
database. May import ``billing_file`` and ``common``.
"""

from .agreement import RUN_FIELDS, STARTED_STAGES, running_days, runs_in_period, runs_in_period_sql, started_domain
from .arrival import next_end, usual_arrival
from .base_price import billed_twice_sql, bills_days_sql, order_bills_days_sql, other_share_sql
from .charge import invoice_status, uninvoiced_status_sql
from .cutoff import part_of, passed_share
from .dated_price import (
    PriceStep,
    increased,
    next_increase,
    possible_increase,
    price_after,
    price_on,
    raised_price,
)
from .fees import is_unsplit, service_fee, billed_fee_sql, billed_fees
from .meter import (
    counted_reads,
    expected_overage,
    expected_overage_sql,
    missing_overage,
    printed_pages,
)
from .money import (
    AMOUNT_FIELDS,
    below_floor,
    below_floor_sql,
    charge_amounts,
    cost_is_unknown,
    cost_is_unknown_sql,
    cost_plus_price,
    known_sql,
    line_amount,
    line_amount_sql,
    margin_percent,
    margin_percent_sql,
    page_amount,
    round_amount,
    round_amount_sql,
)
from .naming import name_key, name_key_sql, named_domain
from .network import ip_address, mac_address
from .overage_cycle import OverageTerms, reached_domain
from .page_plan import plan_in_force
from .period import (
    beyond_border,
    beyond_border_domain,
    beyond_border_sql,
    covers_day,
    covers_period,
    days_in_common,
    days_in_common_sql,
    ended_by,
    ended_by_domain,
    ends_in_domain,
    lies_in,
    month_of,
    overlap,
    overlap_domain,
    overlap_sql,
    same_period_domain,
    same_period_sql,
)
from .schedule import Cycle, add_months, first_free, free_spans, pieces
from .serial import blurred_key, blurred_key_sql, near_keys, serial_key_sql
from .stock import in_stock_domain, in_stock_sql

__all__ = [
    "AMOUNT_FIELDS",
    "Cycle",
    "OverageTerms",
    "PriceStep",
    "RUN_FIELDS",
    "STARTED_STAGES",
    "add_months",
    "below_floor",
    "below_floor_sql",
    "beyond_border",
    "beyond_border_domain",
    "beyond_border_sql",
    "blurred_key",
    "blurred_key_sql",
    "billed_twice_sql",
    "bills_days_sql",
    "charge_amounts",
    "cost_is_unknown",
    "cost_is_unknown_sql",
    "cost_plus_price",
    "counted_reads",
    "covers_day",
    "covers_period",
    "days_in_common",
    "days_in_common_sql",
    "ended_by",
    "ended_by_domain",
    "ends_in_domain",
    "expected_overage",
    "expected_overage_sql",
    "first_free",
    "free_spans",
    "in_stock_domain",
    "in_stock_sql",
    "increased",
    "invoice_status",
    "ip_address",
    "is_unsplit",
    "known_sql",
    "lies_in",
    "line_amount",
    "line_amount_sql",
    "mac_address",
    "margin_percent",
    "margin_percent_sql",
    "missing_overage",
    "month_of",
    "name_key",
    "name_key_sql",
    "named_domain",
    "near_keys",
    "next_end",
    "next_increase",
    "order_bills_days_sql",
    "other_share_sql",
    "overlap",
    "overlap_domain",
    "overlap_sql",
    "page_amount",
    "part_of",
    "passed_share",
    "pieces",
    "plan_in_force",
    "possible_increase",
    "price_after",
    "price_on",
    "printed_pages",
    "raised_price",
    "reached_domain",
    "round_amount",
    "round_amount_sql",
    "running_days",
    "runs_in_period",
    "runs_in_period_sql",
    "same_period_domain",
    "same_period_sql",
    "serial_key_sql",
    "service_fee",
    "started_domain",
    "billed_fee_sql",
    "billed_fees",
    "uninvoiced_status_sql",
    "usual_arrival",
]
