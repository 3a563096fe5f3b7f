# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who had which device in the period of a billing file."""

from odoo.tools import SQL

from ..rules import RUN_FIELDS, days_in_common, overlap_sql, runs_in_period_sql

#: {what a device says of its last assignment: field of the assignment}; see ``snapshots.DEVICE_FIELDS``.
BILLED_FIELDS = {
    "xpps_partner_id": "partner_id",
    "xpps_subscription_id": "subscription_id",
    "xpps_subscription_line_id": "subscription_line_id",
}


def set_assignments(env, rows, period_start, period_end):
    """Have devices say who had them in the period, where that is not who has them now.

    A device that is on an agreement, and came to it by the start of the period, says it already; for all others
    together there is one query.

    :param rows: dicts of ``snapshots.DEVICE_FIELDS``. They are changed: ``until`` is the last day of the assignment in
        the period, or False; ``nowhere`` whether there was none; ``early`` the day after the period on which the device
        first came to anybody, or False
    """
    unsure = {}
    for row in rows:
        row["until"], row["nowhere"], row["early"] = row["xpps_removal_date"], False, False
        installed = row["xpps_install_date"]
        if not row["xpps_subscription_id"] or (installed and installed > period_start):
            unsure[row["id"]] = row
    if not unsure:
        return
    fields = ["device_id", "date_from", "date_to", *BILLED_FIELDS.values()]
    history = {}
    for assignment in env["xpps.device.assignment"].search_read(
        [("device_id", "in", list(unsure))], fields, order="date_from asc nulls first", load=None
    ):
        history.setdefault(assignment["device_id"], []).append(assignment)
    for device_id, assignments in history.items():
        chosen = choose(assignments, period_start, period_end)
        unsure[device_id].update(
            {name: chosen[field] if chosen else False for name, field in BILLED_FIELDS.items()},
            until=chosen["date_to"] if chosen else False,
            nowhere=not chosen,
            early=bool(chosen and chosen["date_from"] and chosen["date_from"] > period_end) and chosen["date_from"],
        )


def choose(assignments, period_start, period_end):
    """The assignment that a file of a period bills.

    :param assignments: dicts with ``date_from`` and ``date_to``, both inclusive or False, the earliest first
    :return: the one with most days in the period, of two the later one; the first of all for a period before it;
        None when the device was nowhere in the period
    """
    best, most = None, 0
    for assignment in assignments:
        days = days_in_common(assignment["date_from"], assignment["date_to"], period_start, period_end)
        if days > 0 and days >= most:
            best, most = assignment, days
    if not best and assignments[0]["date_from"] and assignments[0]["date_from"] > period_end:
        return assignments[0]
    return best


def expected_devices(env, company, period_start, period_end, named_ids):
    """Devices that were on an agreement that runs in the period, without those named, with one query.

    :return: [(stock.lot, res.partner, sale.subscription)]: who had it last in the period
    """
    env["sale.subscription"].flush_model(RUN_FIELDS)
    env["sale.subscription.stage"].flush_model(["type"])
    found = env.execute_query(
        SQL(
            """
            SELECT DISTINCT ON (span.device_id) span.device_id, span.partner_id, span.subscription_id
              FROM (%(spans)s) span
              JOIN sale_subscription agreement ON agreement.id = span.subscription_id
              JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id
         LEFT JOIN unnest(%(named)s::int[]) named(id) ON named.id = span.device_id
             WHERE span.company_id = %(company)s AND named.id IS NULL
               AND %(runs)s AND %(there)s
          ORDER BY span.device_id, span.date_from DESC NULLS LAST
            """,
            spans=env["xpps.device.assignment"]._spans(),
            company=company.id,
            named=list(named_ids),
            runs=runs_in_period_sql(period_start, period_end),
            there=overlap_sql(SQL("span.date_from"), SQL("span.date_to"), period_start, period_end),
        )
    )
    models = ("stock.lot", "res.partner", "sale.subscription")
    # Browsed together, they are read together.
    prefetch = [[id_ for id_ in column if id_] for column in zip(*found, strict=True)]
    expected = [
        tuple(env[model].browse(id_).with_prefetch(ids) for model, id_, ids in zip(models, row, prefetch, strict=True))
        for row in found
    ]
    return sorted(expected, key=lambda row: row[0].name)
