# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The reseller with many agreements, each of them a pool of devices; the same one without plans is the yardstick."""

from . import billing_xml
from .world import COMPANY, WARM_UP_COMPANY, make_world

#: Agreements of 10,000 devices, and so pools.
POOLS = 500
DEVICES = 10_000


def _pools(devices):
    return max(2, devices * POOLS // DEVICES)


def make_poolless_world(env, devices):
    """As the world, with more agreements."""
    make_world(env, devices, _pools(devices))


def make_plan_world(env, devices):
    """The same, with a plan of all output types for each agreement, from the measured month on."""
    make_poolless_world(env, devices)
    companies = env["res.company"].search([("name", "in", (COMPANY, WARM_UP_COMPANY))])
    companies.xpps_page_plans = True
    for company in companies:
        _make_plans(env(context=dict(env.context, allowed_company_ids=company.ids)), company)


def _make_plans(env, company):
    names = ("mono", "color", "mono_color1", "clr_lvl12", "clr_lvl3")
    group = env["xpps.page.group"].create(
        {"name": "All pages", "company_id": company.id, **{f"{name}_weight": 1 for name in names}}
    )
    product = env["product.product"].create(
        {"name": "Pool Pages", "type": "service", "xpps_role": "material_code", "company_id": company.id}
    )
    env["xpps.page.plan"].create(
        [
            {
                "name": "Pool",
                "subscription_id": agreement.id,
                "group_id": group.id,
                "product_id": product.id,
                "included_pages": 1000,
                "unit_price": 0.0125,
                "date_from": billing_xml.PRESENT.start,
            }
            for agreement in env["sale.subscription"].search([("company_id", "=", company.id)])
        ]
    )
