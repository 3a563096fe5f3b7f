# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""No route shows a customer anything of another one: each route with each id that is not the customer's."""

from odoo.http import Request
from odoo.tests import HttpCase

from ..support.access_clients import Clients
from ..support.access_rights import EMPLOYEE, PORTAL
from ..support.access_world import AccessWorld
from ..support.portal import ELSEWHERE, ROUTES, address, names_of, routes_of_the_addons

#: What is no id, or no number that PostgreSQL has.
NO_IDS = (0, 999999999, 2**31, 2**63, 10**40)


class TestPortalRoutes(Clients, AccessWorld, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()
        cls.a.device.company_id.xpps_customer_reads = True

    def setUp(self):
        super().setUp()
        self.found = []
        self.routes = routes_of_the_addons(self.env)

    def _foreign(self, model):
        """Ids of another customer of the same reseller, and of another reseller's."""
        others = {
            "sale.subscription": self.a.agreement_2 | self.a.spare_agreement,
            "stock.lot": self.a.device_2,
            "account.move": self.a.invoice_2,
            "account.move.line": self.a.invoice_2.invoice_line_ids,
            "xpps.customer.query": self.a.query_2,
        }
        return [*others.get(model, self.a.records_of(model)).ids, *self.b.records_of(model).ids]

    def _own(self, ids):
        """:param ids: {name: model}. :return: {name: an id that is the customer's own}"""
        records = {
            "sale.subscription": self.a.agreement,
            "stock.lot": self.a.device,
            "account.move": self.a.invoice,
            "account.move.line": self.a.invoice._xpps_item_lines()[:1],
            "xpps.customer.query": self.a.query,
        }
        return {name: records[model].id if model in records else 1 for name, model in ids.items()}

    def _with_ids(self):
        return {route: ids for route, ids in ROUTES.items() if ids}

    def _ask(self, route, address):
        """:return: the status, by the method that the route takes"""
        methods = self.routes[route].routing["methods"] or ("GET",)
        if "GET" in methods:
            return self.open(address)
        data = {"csrf_token": Request.csrf_token(self)}
        return self._taken_back(lambda: self.url_open(address, data=data, allow_redirects=False).status_code)

    def assertStatus(self, route, address, *expected):
        status = self._ask(route, address)
        if status not in expected:
            self.found.append(f"{address}: {status}")

    def assertNothingFound(self):
        self.assertFalse(self.found, "\n".join(self.found))

    def test_table_lists_every_route(self):
        self.assertEqual(set(self.routes), set(ROUTES))
        for route, ids in ROUTES.items():
            self.assertEqual({name for name in names_of(route) if name.endswith("_id")}, set(ids), route)

    def test_every_route_says_who_may_come(self):
        for route, endpoint in self.routes.items():
            auth = endpoint.routing["auth"]
            self.assertIn(auth, ("user", "public"), route)
            self.assertNotIn(auth, ELSEWHERE)

    def test_nothing_of_others(self):
        self.enter(PORTAL)
        for route, ids in self._with_ids().items():
            # Odoo's pages say 404; a clerk's download says which right is lacking.
            refused = (404,) if route.startswith("/my/") else (403, 404)
            own = self._own(ids)
            for name, model in ids.items():
                foreign = self._foreign(model)
                self.assertTrue(foreign, model)
                for id_ in (*foreign, *NO_IDS):
                    for query in ("", "?access_token=", "?access_token=wrong"):
                        self.assertStatus(route, address(route, **own | {name: id_}) + query, *refused)
        self.assertNothingFound()

    def test_nothing_of_others_among_what_is_asked_for(self):
        self.enter(PORTAL)
        agreement = self.a.agreement_2.id
        self.assertEqual(self.open(f"/my/xpps/devices?agreement={agreement}"), 404)
        for nonsense in ("0", "x", "9" * 30, "-1", "1.5"):
            self.assertEqual(self.open(f"/my/xpps/devices?agreement={nonsense}"), 404)

    def test_own_and_nonsense(self):
        self.enter(PORTAL)
        for route, ids in ROUTES.items():
            if not route.startswith("/my/"):
                continue
            own = self._own(ids)
            for query in ("", "?sortby=x&filterby=y&search_in=z&page=q", "?filterby=99999&search=%25%27%5C"):
                self.assertStatus(route, address(route, **own) + query, 200)
        self.assertNothingFound()

    def test_nobody(self):
        """Whoever has not logged in is asked to; what links may show is not there without one."""
        self.enter(None)
        for route, ids in ROUTES.items():
            if not route.startswith(("/my/", "/xerox_xpps/")):
                continue
            is_public = self.routes[route].routing["auth"] == "public"
            values = {name: self.a.records_of(model)[:1].id for name, model in ids.items()}
            for query in ("", "?access_token=wrong"):
                self.assertStatus(route, address(route, **values) + query, 404 if is_public else 303)
        self.assertNothingFound()

    def test_colleagues(self):
        """An employee without a right sees the same pages without anything, and nobody's records."""
        self.enter(EMPLOYEE)
        for route, ids in ROUTES.items():
            if route.startswith("/my/"):
                values = {name: self.a.records_of(model)[:1].id for name, model in ids.items()}
                empty = 404 if ids or "usage/" in route else 200
                self.assertStatus(route, address(route, **values), empty)
        self.assertNothingFound()

    def test_shared_links(self):
        """A link shows its own record to whoever has it, and no other."""
        tokens = {record: record._portal_ensure_token() for record in (self.a.agreement_2, self.a.invoice_2)}
        self.env.flush_all()
        agreement = f"/my/xpps/agreements/{self.a.agreement_2.id}?access_token="
        annex = f"/my/xpps/invoices/{self.a.invoice_2.id}/annex/xlsx?access_token="
        for user in (None, PORTAL):
            self.enter(user)
            self.assertEqual(self.open(agreement + tokens[self.a.agreement_2]), 200)
            self.assertEqual(self.open(annex + tokens[self.a.invoice_2]), 200)
            self.assertEqual(self.open(agreement + tokens[self.a.invoice_2]), 404)
            self.assertEqual(self.open(annex + tokens[self.a.agreement_2]), 404)
            other = f"/my/xpps/agreements/{self.b.agreement.id}?access_token={tokens[self.a.agreement_2]}"
            self.assertEqual(self.open(other), 404)
        self.enter(None)
        page = self._taken_back(lambda: self.url_open(agreement + tokens[self.a.agreement_2]).text)
        self.assertNotIn("/my/xpps/devices?agreement", page)
