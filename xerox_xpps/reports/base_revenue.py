# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What invoices earn with base prices, by device and component, as queries for the reports.

An invoice line bills a base price for many devices, and maybe for a quarter or a year, while Xerox bills each device
each month. So its amount is split: among the devices that were on its service in its period, by the months of that
period, then between service and supply fee. Shares are rounded as they add up, so that those of a line are its amount
to the cent.

- A line that says which devices it bills, and for how many days of each, is split as it says: one of a period in
  advance, and what makes up for devices that come or go.
- Else a device counts for the days that it was there where the company bills by day, or in full. Of devices that took
  each other's place in the period, each counts for its days, so that together they are one.
- The months of a period are counted from its first day: those of one from 15 January begin on the 15th.
- A service fee and a supply fee are what they say. A base price of both goes by Xerox's fees for the device, of the
  periods that end within the line's; as long as these are unknown or not split, it is a service fee.
- A line whose devices are not known, such as one without a period, stays whole, without a device.
"""

from odoo.tools import SQL

from ..common.constants import BASE_ROLES
from ..rules import billed_fee_sql, days_in_common_sql, overlap_sql
from .charge_revenue import CHARGE_LINKS

ALL = SQL("TRUE")

#: Invoice lines, with the product and the agreement that they bill.
AGREEMENT_LINES = SQL(
    """
    account_move_line line
    JOIN account_move move ON move.id = line.move_id
    JOIN product_product product ON product.id = line.product_id
    JOIN product_template template ON template.id = product.product_tmpl_id
    JOIN sale_subscription agreement ON agreement.id = COALESCE(line.xpps_subscription_id, move.subscription_id)
    """
)

#: How many months ``line`` bills, to the nearest: 1 where it does not say.
MONTHS = SQL("GREATEST(ROUND((line.xpps_period_end - line.xpps_period_start + 1) / 30.44), 1)::int")

#: What the queries read, for ``_depends``. The spans of devices are flushed where their query is made.
BASE_REVENUE_DEPENDS = {
    "account.move": ["move_type", "subscription_id"],
    "account.move.line": [
        "balance",
        "company_id",
        "display_type",
        "move_id",
        "parent_state",
        "product_id",
        "xpps_base_adjustment",
        "xpps_base_days",
        "xpps_charge_ids",
        "xpps_credited_charge_ids",
        "xpps_period_end",
        "xpps_period_start",
        "xpps_subscription_id",
        "xpps_subscription_line_id",
    ],
    "product.product": ["product_tmpl_id"],
    "product.template": ["xpps_role"],
    "res.company": ["currency_id", "xpps_proration"],
    "sale.subscription": ["is_xpps"],
    "sale.subscription.charge": ["earlier_line_ids"],
    "sale.subscription.line": ["product_id", "sale_subscription_id", "xpps_devices_line_id"],
    "xpps.billing.file.line": [
        "base_price_cost",
        "base_supply_cost",
        "billed_period_end",
        "device_id",
        "standing_service_cost",
        "standing_supply_cost",
        "superseded_by_id",
    ],
    "xpps.device.assignment": ["date_from", "date_to", "device_id", "replaces_id", "subscription_line_id"],
}


def base_revenue(env, condition=ALL):
    """Base revenue by device, component and period; draft and posted invoices, credit notes negative.

    A device may have several rows of one month: those of two services, or of periods that differ. No row is about more
    than one month.

    :param condition: SQL, on ``line``, the invoice line; as for the other functions
    :return: SQL of a SELECT with ``company_id``, ``subscription_id``, ``subscription_line_id`` (NULL: the line does not
        say which service it bills), ``device_id`` (NULL: not known), ``component`` (base_service or base_supply),
        ``period_start``, ``period_end`` (NULL: the line has none), and, in the company's currency, ``drafted_amount``
        (posted and draft) and ``posted_amount``
    """
    return SQL(
        """
        SELECT company_id, subscription_id, subscription_line_id, device_id, component, period_start, period_end,
               SUM(amount) AS drafted_amount, COALESCE(SUM(amount) FILTER (WHERE posted), 0) AS posted_amount
          FROM (%s) share
      GROUP BY company_id, subscription_id, subscription_line_id, device_id, component, period_start, period_end
        """,
        base_revenue_shares(env, condition=condition),
    )


def base_revenue_shares(env, posted_only=False, condition=ALL):
    """The shares that invoice lines are split into.

    :return: SQL of a SELECT with the columns of ``base_revenue`` but the amounts, and with ``move_line_id``, ``slot``
        (a number of the share within its line, from 0), ``date`` of the accounting entry, ``posted`` and ``amount``
    """
    return SQL(
        """
        WITH item AS (%(items)s
        ), month AS (
            SELECT item.*, number,
                   (item.period_start + number * INTERVAL '1 month')::date AS month_start,
                   CASE WHEN number = item.months - 1 THEN item.period_end
                        ELSE (item.period_start + (number + 1) * INTERVAL '1 month')::date - 1 END AS month_end
              FROM item
        CROSS JOIN generate_series(0, item.months - 1) number
        ), service AS (%(services)s
        ), swap AS (
            SELECT DISTINCT old.device_id AS old_id, new.device_id AS new_id, new.date_from AS day,
                   new.subscription_line_id
              FROM xpps_device_assignment new
              JOIN xpps_device_assignment old
                ON old.device_id = new.replaces_id AND old.date_to = new.date_from - 1
               AND old.subscription_line_id = new.subscription_line_id
        ), presence AS (
            SELECT month.id, month.number, span.device_id,
                   SUM(%(days)s) AS days,
                   BOOL_OR(EXISTS (
                       SELECT FROM swap
                        WHERE span.device_id IN (swap.old_id, swap.new_id)
                          AND swap.subscription_line_id = span.subscription_line_id
                          AND swap.day > month.period_start AND swap.day <= month.period_end
                   )) AS swapped
              FROM month
              JOIN service ON service.id = month.subscription_line_id
              JOIN (%(spans)s) span
                ON span.subscription_line_id = service.counted_id
               AND %(there)s
             WHERE month.period_start <= month.period_end
          GROUP BY month.id, month.number, span.device_id
        ), said AS (%(said)s
        ), counted AS (
            SELECT presence.id, presence.number, presence.device_id,
                   CASE WHEN month.by_day OR presence.swapped THEN presence.days
                        ELSE month.month_end - month.month_start + 1 END AS weight
              FROM presence
              JOIN month ON month.id = presence.id AND month.number = presence.number AND NOT month.says
         UNION ALL
            SELECT id, number, device_id, weight FROM said
        ), weighted AS (
            SELECT month.*, counted.device_id,
                   COALESCE(counted.weight, month.month_end - month.month_start + 1) AS weight
              FROM month
         LEFT JOIN counted ON counted.id = month.id AND counted.number = month.number
        ), share AS (
            SELECT weighted.*, ROW_NUMBER() OVER so_far AS share_number,
                   CASE WHEN device_id IS NULL AND months = 1 THEN amount
                        ELSE ROUND(amount * (SUM(weight) OVER so_far) / (SUM(weight) OVER whole), places)
                           - ROUND(amount * (SUM(weight) OVER so_far - weight) / (SUM(weight) OVER whole), places)
                    END AS device_amount
              FROM weighted
            WINDOW whole AS (PARTITION BY id), so_far AS (PARTITION BY id ORDER BY device_id, number)
        )
        SELECT share.id AS move_line_id, (share.share_number - 1) * 2 + part.number AS slot, share.company_id,
               share.subscription_id, share.subscription_line_id, share.device_id, part.component,
               share.month_start AS period_start, share.month_end AS period_end, share.date, share.posted, part.amount
          FROM share
     LEFT JOIN LATERAL (
                   SELECT SUM(%(service_fee)s) AS service, SUM(%(supply_fee)s) AS supply
                     FROM xpps_billing_file_line line
                    WHERE share.role = 'base_price' AND line.device_id = share.device_id
                      AND line.billed_period_end BETWEEN share.month_start AND share.month_end
                      AND line.superseded_by_id IS NULL
               ) fee ON TRUE
    CROSS JOIN LATERAL (
                   SELECT CASE WHEN share.role = 'base_supply' THEN share.device_amount
                               WHEN fee.service >= 0 AND fee.supply > 0
                               THEN ROUND(share.device_amount * fee.supply / (fee.service + fee.supply), share.places)
                               ELSE 0 END AS amount
               ) supply
    CROSS JOIN LATERAL (
                   VALUES (0, 'base_service', share.device_amount - supply.amount), (1, 'base_supply', supply.amount)
               ) part(number, component, amount)
         WHERE part.amount <> 0
        """,
        items=base_revenue_items(posted_only, condition),
        service_fee=billed_fee_sql("base_service"),
        supply_fee=billed_fee_sql("base_supply"),
        services=_counted_services(),
        said=_said_shares(),
        days=days_in_common_sql(
            SQL("span.date_from"), SQL("span.date_to"), SQL("month.month_start"), SQL("month.month_end")
        ),
        there=overlap_sql(
            SQL("span.date_from"), SQL("span.date_to"), SQL("month.period_start"), SQL("month.period_end")
        ),
        spans=env["xpps.device.assignment"]._spans(),
    )


def _said_shares():
    """What lines say themselves of the devices that they bill: of ``month`` and ``presence``.

    The days of a device are divided among the months of a longer period: as it was there in them, and those of a credit
    as it was not; where it was there for other days by now, as long as they are.

    :return: SQL of a SELECT with ``id``, ``number``, ``device_id`` and ``weight``
    """
    return SQL(
        """
            SELECT id, number, device_id,
                   CASE WHEN NOT (by_day OR adjusts OR swapped) THEN length
                        WHEN months = 1 THEN days
                        WHEN SUM(there) OVER device = ABS(days) THEN SIGN(days) * there
                        ELSE days * length::numeric / SUM(length) OVER device END AS weight
              FROM (SELECT month.id, month.number, month.months, month.by_day, month.adjusts,
                           device.key::int AS device_id, device.value::numeric AS days,
                           COALESCE(presence.swapped, FALSE) AS swapped,
                           month.month_end - month.month_start + 1 AS length,
                           CASE WHEN month.adjusts AND device.value::int < 0
                                THEN month.month_end - month.month_start + 1 - COALESCE(presence.days, 0)
                                ELSE COALESCE(presence.days, 0) END AS there
                      FROM month
                CROSS JOIN LATERAL jsonb_each_text(month.days) device
                 LEFT JOIN presence
                        ON presence.id = month.id AND presence.number = month.number
                       AND presence.device_id = device.key::int
                     WHERE month.says AND device.value::int <> 0) device
            WINDOW device AS (PARTITION BY id, device_id)
        """
    )


def base_revenue_items(posted_only=False, condition=ALL):
    """The invoice lines of base prices, whole.

    :return: SQL of a SELECT with ``id``, the columns of ``base_revenue`` that a line has, ``date`` of the accounting
        entry, ``amount``, ``posted``, and what says how to split it: ``months``, ``role``, ``places``, ``by_day``, and
        whether the line ``says`` for which ``days`` it bills each device, and ``adjusts`` what another line bills
    """
    return SQL(
        """
            SELECT line.id, line.company_id, agreement.id AS subscription_id,
                   line.xpps_subscription_line_id AS subscription_line_id, line.xpps_period_start AS period_start,
                   line.xpps_period_end AS period_end, %(months)s AS months, line.date, -line.balance AS amount,
                   line.parent_state = 'posted' AS posted,
                   template.xpps_role AS role, currency.decimal_places AS places,
                   company.xpps_proration = 'day' AS by_day, line.xpps_base_adjustment IS TRUE AS adjusts,
                   line.xpps_base_days::jsonb -> 'days' AS days,
                   COALESCE(line.xpps_base_days::jsonb -> 'days', '{}') <> '{}' AS says
              FROM %(lines)s
              JOIN res_company company ON company.id = line.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
             WHERE %(uncharged)s AND %(condition)s
        """,
        lines=AGREEMENT_LINES,
        months=MONTHS,
        uncharged=uncharged(BASE_ROLES, ["posted"] if posted_only else ["draft", "posted"]),
        condition=condition,
    )


def uncharged(roles, states):
    """Condition on ``AGREEMENT_LINES``: lines of customer invoices that bill services of some roles, and no charges.

    :param roles: values of ``product.template.xpps_role``
    :param states: of the invoices
    """
    return SQL(
        """
        line.display_type = 'product' AND line.parent_state = ANY(%(states)s)
        AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
        AND template.xpps_role = ANY(%(roles)s) AND agreement.is_xpps
        AND NOT EXISTS (SELECT FROM (%(links)s) link WHERE link.move_line_id = line.id)
        """,
        states=states,
        roles=list(roles),
        links=CHARGE_LINKS,
    )


def _counted_services():
    """The service whose devices each service bills, as ``sale.subscription.line._xpps_counted_line`` finds it.

    :return: SQL of a SELECT with ``id`` and ``counted_id``
    """
    return SQL(
        """
            SELECT line.id, COALESCE(line.xpps_devices_line_id, only_service.id, line.id) AS counted_id
              FROM sale_subscription_line line
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN LATERAL (
                       SELECT MIN(other.id) AS id
                         FROM sale_subscription_line other
                         JOIN product_product other_product ON other_product.id = other.product_id
                         JOIN product_template other_template ON other_template.id = other_product.product_tmpl_id
                        WHERE other.sale_subscription_id = line.sale_subscription_id
                          AND other_template.xpps_role = 'base_service'
                       HAVING COUNT(*) = 1
                   ) only_service
                ON template.xpps_role = 'base_supply'
               AND NOT EXISTS (SELECT FROM stock_lot WHERE xpps_subscription_line_id = line.id)
        """
    )
