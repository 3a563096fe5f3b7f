# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A reseller who has posted an invoice of each agreement: the base price and the pages of some devices."""

from .world import COMPANY, make_world

DEVICES = 5


def make_send_world(env, invoices):
    make_world(env, invoices * DEVICES, invoices)
    company = env["res.company"].search([("name", "=", COMPANY)])
    # Odoo loads the chart of the country when the company is committed.
    env.cr.commit()
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    env = env(context=dict(env.context, allowed_company_ids=company.ids, tracking_disable=True))
    agreements = env["sale.subscription"].search([("company_id", "=", company.id)])
    agreements._create_xpps_invoices().action_post()
