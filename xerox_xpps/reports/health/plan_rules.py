# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules about page plans that go on today, but for those of master agreements."""

from datetime import timedelta

from odoo.tools import SQL

from ...rules import RUN_FIELDS, runs_in_period_sql
from .catalog import finding

#: How long before its end a plan without a following version is listed.
NOTICE = timedelta(days=60)

#: What the rules read.
DEPENDS = {
    "product.product": ["active", "product_tmpl_id"],
    "sale.subscription": ["partner_id", "stage_id", *RUN_FIELDS],
    "sale.subscription.stage": ["type"],
    "xpps.page.plan": [
        "active",
        "company_id",
        "date_from",
        "date_to",
        "partner_id",
        "product_id",
        "scope",
        "subscription_id",
        "type_mask",
    ],
}


def rules(today):
    """:param today: a date
    :return: [SQL]
    """
    running = runs_in_period_sql(today, today)
    return [
        _plans("plan_agreement_ended", today, SQL("%s < %s", _agreement_end(), today), since=_agreement_end()),
        _plans("plan_code_archived", today, SQL("code.active IS NOT TRUE")),
        _plans(
            "plan_ends",
            today,
            SQL("plan.date_to <= %s AND %s AND NOT %s", today + NOTICE, running, _followed()),
            since=SQL("plan.date_to"),
        ),
    ]


def _agreement_end():
    """NULL where it has none."""
    return SQL("LEAST(agreement.date, agreement.xpps_closed_on)")


def _followed():
    """Whether a later plan rates output types of the plan, for the same agreement or customer."""
    return SQL(
        """
        EXISTS (
            SELECT
              FROM xpps_page_plan later
             WHERE later.active AND later.type_mask & plan.type_mask > 0 AND later.date_from > plan.date_to
               AND (later.subscription_id = plan.subscription_id
                    OR later.scope = 'customer' AND later.company_id = plan.company_id
                   AND later.partner_id = plan.partner_id)
        )
        """
    )


def _plans(kind, today, condition, **columns):
    return finding(
        kind,
        SQL("plan.company_id"),
        SQL("plan.id"),
        SQL(
            """
              FROM xpps_page_plan plan
              JOIN sale_subscription agreement ON agreement.id = plan.subscription_id
         LEFT JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id
         LEFT JOIN product_product code ON code.id = plan.product_id
             WHERE plan.active AND agreement.is_xpps_master IS NOT TRUE AND COALESCE(plan.date_to >= %s, TRUE) AND %s
            """,
            today,
            condition,
        ),
        product_tmpl_id=SQL("code.product_tmpl_id"),
        subscription_id=SQL("agreement.id"),
        partner_id=SQL("agreement.partner_id"),
        **columns,
    )
