# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The customers' pages: which routes there are, and who looks at them."""

import io
import re

from openpyxl import load_workbook

from odoo import Command

#: {route of the addons that a customer or nobody in particular may open: {name in it: model whose id it is}}.
#: Each route has a line, so that whoever adds one says whose ids it takes. Names that are no ids are in OTHERS.
ROUTES = {
    "/my/xpps": {},
    "/my/xpps/agreements": {},
    "/my/xpps/agreements/page/<int:page>": {},
    "/my/xpps/agreements/<int:agreement_id>": {"agreement_id": "sale.subscription"},
    "/my/xpps/devices": {},
    "/my/xpps/devices/page/<int:page>": {},
    "/my/xpps/devices/<int:device_id>": {"device_id": "stock.lot"},
    "/my/xpps/devices/<int:device_id>/page/<int:page>": {"device_id": "stock.lot"},
    "/my/xpps/devices/<int:device_id>/read": {"device_id": "stock.lot"},
    "/my/xpps/devices/<int:device_id>/problem": {"device_id": "stock.lot"},
    "/my/xpps/usage": {},
    "/my/xpps/usage/<any(csv, xlsx):extension>": {},
    "/my/xpps/invoices": {},
    "/my/xpps/invoices/page/<int:page>": {},
    "/my/xpps/invoices/<int:invoice_id>/annex/<any(pdf, xlsx):extension>": {"invoice_id": "account.move"},
    # Of the back office: whoever may read the record may have it.
    "/xerox_xpps/device_usage/<int:move_id>": {"move_id": "account.move"},
    "/xerox_xpps/dispute/<int:dispute_id>": {"dispute_id": "xpps.dispute"},
    "/xerox_xpps/back_test/<int:wizard_id>": {"wizard_id": "xpps.back.test.wizard"},
    "/xerox_xpps/vendor_report/file/<int:file_id>": {"file_id": "xpps.billing.file"},
    "/xerox_xpps/vendor_report/period/<int:wizard_id>": {"wizard_id": "xpps.vendor.report.wizard"},
    "/my/invoices/<int:invoice_id>/xpps/<int:line_id>/ask": {
        "invoice_id": "account.move",
        "line_id": "account.move.line",
    },
    "/my/xpps/queries": {},
    "/my/xpps/queries/page/<int:page>": {},
    "/my/xpps/queries/<int:query_id>": {"query_id": "xpps.customer.query"},
    # By the token on a label: without it there is nothing.
    "/xpps/d/<string:token>": {},
    "/xpps/d/<string:token>/read": {},
    "/xpps/d/<string:token>/problem": {},
    # By the link of a mail.
    "/xpps/usage-alerts/<int:partner_id>/<string:token>": {"partner_id": "res.partner"},
    # What they say is nobody's: a sample file, and how the API is used.
    "/xerox_xpps/sample/<string:file_type>": {},
    "/xpps/v1/openapi.json": {},
    "/xpps/v1/docs": {},
}
#: {name in a route that is no id: what it may be}; of several the last one costs the least.
OTHERS = {"page": ("1",), "extension": ("csv", "pdf", "xlsx"), "file_type": ("xml",), "token": ("unknown",)}
#: Who opens the others: the API's own key, and monitors.
ELSEWHERE = ("xpps_key", "bearer")

NAME = re.compile(r"<(?:[^:<>]+:)?(\w+)>")


def routes_of_the_addons(env):
    """:return: {route: endpoint} of what the addons answer to customers and to whoever comes"""
    http = env["ir.http"]
    modules = sorted(env.registry._init_modules)
    return {
        route: endpoint
        for route, endpoint in http._generate_routing_rules(modules, converters=http._get_converters())
        if _is_ours(endpoint) and route.startswith(("/my/", "/xerox_xpps", "/xpps"))
    }


def _is_ours(endpoint):
    ours = endpoint.__module__.startswith("odoo.addons.xerox_xpps")
    return ours and endpoint.routing["auth"] not in ELSEWHERE


def names_of(route):
    return NAME.findall(route)


def address(route, **values):
    """:param values: of the names in the route; of others the last that OTHERS has and the route allows"""

    def fill(match):
        name = match.group(1)
        if name in values:
            return str(values[name])
        allowed = [value for value in OTHERS[name] if "any(" not in match.group(0) or value in match.group(0)]
        return allowed[-1]

    return NAME.sub(fill, route)


def cells_of_workbook(content):
    """:return: all that the cells of a workbook say, [str]"""
    book = load_workbook(io.BytesIO(content))
    cells = (cell.value for sheet in book for row in sheet.iter_rows() for cell in row)
    return [str(value) for value in cells if value is not None]


def texts_of_workbook(content):
    """:return: all that a workbook says, as one text"""
    return " ".join(cells_of_workbook(content))


class Customers:
    """To be mixed into a case that has the ``Records``."""

    @classmethod
    def _portal_user(cls, partner, login="xpps_test_customer", company=None):
        """:return: a portal user who is this contact; the password is the login"""
        return cls._user(
            login,
            company=company,
            name=partner.name,
            partner_id=partner.id,
            password=login,
            lang="en_US",
            group_ids=[Command.set(cls.env.ref("base.group_portal").ids)],
        )

    @classmethod
    def _portal_contact(cls, customer, login):
        """:return: a portal user who is a contact of the customer"""
        return cls._portal_user(cls._partner(f"Contact of {customer.name}", parent_id=customer.id), login)
