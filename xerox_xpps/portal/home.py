# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The first page: what there is, and how much of it."""

from odoo.fields import Domain

from .agreements import agreements_domain
from .devices import DeviceSearch
from .invoices import invoices_domain
from .pages import HomeCard, HomePage


def counts_of(env):
    """:return: {name: function that counts what the user sees}"""

    def count(model, domain):
        # Odoo shows the same first page to colleagues who have no right to the rest.
        return env[model].search_count(domain()) if env[model].has_access("read") else 0

    return {
        "xpps_agreement_count": lambda: count("sale.subscription", lambda: agreements_domain(env, "running")),
        "xpps_device_count": lambda: count("stock.lot", DeviceSearch(env).domain),
        "xpps_invoice_count": lambda: count("account.move", lambda: invoices_domain(env)),
        "xpps_query_count": lambda: count("xpps.customer.query", lambda: Domain.TRUE),
    }


def home_page(env):
    """:return: HomePage"""
    counts = counts_of(env)
    return HomePage(
        [
            HomeCard(
                env._("Devices"),
                env._("Find a device, its reads and its usage"),
                "/my/xpps/devices",
                "fa-print",
                counts["xpps_device_count"](),
            ),
            HomeCard(
                env._("Agreements"),
                env._("What is agreed, and since when"),
                "/my/xpps/agreements",
                "fa-file-text-o",
                counts["xpps_agreement_count"](),
            ),
            HomeCard(
                env._("Invoices"),
                env._("Invoices with their device usage"),
                "/my/xpps/invoices",
                "fa-money",
                counts["xpps_invoice_count"](),
            ),
            HomeCard(
                env._("Usage"),
                env._("Pages by month, also as CSV and XLSX"),
                "/my/xpps/usage",
                "fa-bar-chart",
            ),
            HomeCard(
                env._("Questions"),
                env._("What became of your questions about invoices"),
                "/my/xpps/queries",
                "fa-question-circle-o",
                counts["xpps_query_count"](),
            ),
        ],
        _usage_mails_url(env),
    )


def _usage_mails_url(env):
    """:return: where the user says whether he wants e-mails about usage, or None where nobody gets any"""
    # Customers do not see the rules; that there is one of their reseller is all they learn.
    mailed = env["xpps.usage.alert.rule"].sudo()
    if mailed.search_count([("by_mail", "=", True), ("company_id", "in", env.companies.ids)], limit=1):
        return env["xpps.usage.notice"]._opt_out_path(env.user.partner_id)
    return None
