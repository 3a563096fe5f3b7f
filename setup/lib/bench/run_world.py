# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A reseller whose agreements are all due, five services on each, and plain subscriptions of the same services."""

from datetime import date

from odoo import Command

from .world import CLERK, COMPANY, WARM_UP_COMPANY

#: What the yardstick is measured with; a subscription takes the same time, whatever others there are.
PLAIN = 100
SERVICES = 5
DUE = date(2026, 2, 1)


def make_run_world(env, agreements):
    companies = [_make_company(env, COMPANY, agreements), _make_company(env, WARM_UP_COMPANY, 2)]
    groups = env.ref("base.group_user") | env.ref("xerox_xpps.group_xpps_billing")
    env["res.users"].create(
        {
            "name": "Billing Clerk",
            "login": CLERK,
            "company_id": companies[0].id,
            "company_ids": [Command.set([company.id for company in companies])],
            "group_ids": [Command.set(groups.ids)],
        }
    )


def _make_company(env, name, agreements):
    usd = env.ref("base.USD")
    company = env["res.company"].create({"name": name, "currency_id": usd.id, "country_id": env.ref("base.us").id})
    # Odoo loads the chart of the country when the company is committed.
    env.cr.commit()
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    env = env(context=dict(env.context, allowed_company_ids=company.ids, tracking_disable=True))
    tax = env["account.tax"].search([("type_tax_use", "=", "sale"), ("company_id", "=", company.id)], limit=1)
    services = env["product.product"].create(
        [
            {
                "name": f"Bench Service {number}",
                "type": "service",
                "xpps_role": "base_price",
                "list_price": 10 + number,
                "taxes_id": [Command.set(tax.ids)],
                "company_id": company.id,
                # Subscription_oca finds no other account.
                "property_account_income_id": company.income_account_id.id,
            }
            for number in range(SERVICES)
        ]
    )
    _make_subscriptions(env, company, services, agreements, True)
    _make_subscriptions(env, company, services, min(agreements, PLAIN), False)
    return company


def _make_subscriptions(env, company, services, count, is_xpps):
    pricelist = env["product.pricelist"].create(
        {"name": "Bench Prices", "currency_id": company.currency_id.id, "company_id": company.id}
    )
    template = env["sale.subscription.template"].create(
        {"name": "Bench", "code": company.name, "invoicing_mode": "draft"}
    )
    customers = env["res.partner"].create([{"name": f"{company.name} Customer {number}"} for number in range(count)])
    subscriptions = env["sale.subscription"].create(
        [
            {
                "is_xpps": is_xpps,
                "partner_id": customer.id,
                "company_id": company.id,
                "template_id": template.id,
                "pricelist_id": pricelist.id,
                "date_start": date(2025, 1, 1),
                "sale_subscription_line_ids": [Command.create({"product_id": service.id}) for service in services],
            }
            for customer in customers
        ]
    )
    subscriptions.stage_id = env["sale.subscription.stage"].search([("type", "=", "in_progress")], limit=1)
    subscriptions.recurring_next_date = DUE
