"""Companies with a chart of accounts, for tests to take: making one takes seconds, and most classes of tests need one.

The template database has them, archived (database.sh). A test takes one in its transaction, which is rolled back, so
that the next one finds it as it was made; tests/odoo/support/companies.py does so.
"""

#: By it those are known that nobody has taken.
NAME = "XPPS Spare Company"
#: Most classes need one, and some of their tests another one or two.
COUNT = 3


def make_company(env, name, currency):
    """:return: res.company in the United States, with Odoo's generic chart of accounts"""
    # Outside of tests Odoo would load the chart of the country, too, when the company is committed.
    companies = env["res.company"].with_context(chart_template_load=True)
    company = companies.create({"name": name, "currency_id": currency.id, "country_id": env.ref("base.us").id})
    company = company.with_env(env)
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    return company


def make_spare_companies(env):
    # As tests make them: a shell's language and zone would become those of the companies' partners.
    env = env(context={})
    for number in range(1, COUNT + 1):
        company = make_company(env, f"{NAME} {number}", env.ref("base.USD"))
        # Odoo makes one for each company of a test.
        env["stock.warehouse"].create({"company_id": company.id})
        company.active = False
