# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What ``access_table`` keeps from a user is kept from his client, too, by both endpoints; and what routes answer."""

from odoo.tests import HttpCase

from ..support.access_calls import arguments_of
from ..support.access_clients import DENIED, Clients
from ..support.access_probe import Probes
from ..support.access_rights import ACCOUNTANT, BILLING, EMPLOYEE, MANAGER, PORTAL, STOCK, USER
from ..support.access_table import TABLE
from ..support.access_world import AccessWorld, kind_of

OF_B = (f"{BILLING} of B", f"{MANAGER} of B")
#: More than any id that PostgreSQL has a number for, and what is none.
NO_IDS = ("0", "-1", "abc", "1.5", "999999999", str(2**31), str(2**63), "9" * 40, "1,2", "")
ROUTES = (
    ("/xerox_xpps/device_usage/", "account.move"),
    ("/xerox_xpps/dispute/", "xpps.dispute"),
    ("/xerox_xpps/vendor_report/file/", "xpps.billing.file"),
    ("/xerox_xpps/vendor_report/period/", "xpps.vendor.report.wizard"),
    ("/xerox_xpps/back_test/", "xpps.back.test.wizard"),
)


class TestAccessHttp(Clients, Probes, AccessWorld, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()

    def assertDenied(self, user, model, method, ids, args=(), kwargs=None, ways=None):
        for endpoint in ways or (self.call_kw, self.json_2):
            outcome, answer = endpoint(model, method, ids, args, kwargs)
            if outcome != DENIED:
                self.found.append(f"{endpoint.__name__} {model}.{method} {user} {outcome} {answer}"[:200])

    def _ids(self, name, method):
        """:return: what a client names as ids: of the model's own methods none"""
        model = self.env[name]
        if getattr(getattr(type(model), method), "_api_model", False):
            return None
        return [1] if model._abstract else self.a.records_of(name)[:1].ids

    def test_methods(self):
        """Every public method, by every kind of user that may not call it on records of the first company.

        One kind calls it in the one way, the next kind in the other: what is asked is the method's own.
        """
        methods = [(name, *method) for name, rights in TABLE.items() for method in rights.methods.items()]
        ways = (self.call_kw, self.json_2)
        for turn, user in enumerate((*self.a.users, *OF_B)):
            self.enter(user)
            for number, (name, method, kinds) in enumerate(methods, turn):
                # Abstract models have nothing to call a method on.
                if name not in self.env or not hasattr(self.env[name], method) or not kinds:
                    continue
                ids = self._ids(name, method)
                of_model = ids is None
                if kind_of(user) in kinds and (user not in OF_B or of_model):
                    continue
                if ids == []:
                    continue
                args, kwargs = arguments_of(self, name, method, user)
                self.assertDenied(user, name, method, ids, args, kwargs, ways=ways[number % 2 :][:1])
        self.assertNothingFound()

    def test_methods_without_a_user(self):
        """Nobody calls anything without having logged in."""
        self.enter(None)
        for name, rights in TABLE.items():
            for method in list(rights.methods)[:1] if name in self.env else ():
                self.assertDenied("nobody", name, method, self._ids(name, method) or [])
        self.assertNothingFound()

    def test_operations(self):
        """A model of each kind, by every user who has no right to it."""
        for user in (*self.a.users, *OF_B):
            self.enter(user)
            for name in (
                "sale.subscription.charge",
                "xpps.billing.file",
                "xpps.import.wizard",
                "xpps.vendor.report",
                "xpps.savings.report",
                "xpps.dispute",
            ):
                ids = self.a.records_of(name)[:1].ids
                rights = TABLE[name]
                may_read = user == BILLING if rights.is_wizard else kind_of(user) in rights.operations["read"]
                if user not in OF_B and may_read:
                    continue
                self.assertDenied(user, name, "read", ids, (["id"],))
                self.assertDenied(user, name, "write", ids, ({"write_date": False},))
                self.assertDenied(user, name, "unlink", ids)
        self.assertNothingFound()

    def test_hidden_fields(self):
        """Read, searched and grouped: one of each model that has some."""
        for user, name, field in (
            (USER, "sale.subscription.charge", "unit_cost"),
            (USER, "sale.subscription.charge", "margin_low"),
            (USER, "sale.subscription.charge", "credit_state"),
            (USER, "sale.subscription.charge.default", "markup_percent"),
            (USER, "xpps.meter.read", "cost"),
            (USER, "stock.lot", "xpps_mono_unit_cost"),
            (PORTAL, "xpps.meter.read", "unit_cost"),
            (PORTAL, "xpps.meter.read", "billing_file_id"),
            (PORTAL, "res.company", "xpps_margin_floor_percent"),
            (EMPLOYEE, "res.company", "xpps_margin_floor_percent"),
            (STOCK, "stock.lot", "xpps_base_service_cost"),
        ):
            self.enter(user)
            ids = self.a.records_of(name)[:1].ids
            self.assertDenied(user, name, "read", ids, ([field],))
            self.assertDenied(user, name, "web_read", ids, ({field: {}},))
            if self.env[name]._fields[field].store or self.env[name]._fields[field].search:
                self.assertDenied(user, name, "search", None, ([[field, "!=", False]],))
                self.assertDenied(user, name, "search_count", None, ([[field, "=", True]],))
        self.assertNothingFound()

    def test_fields_of_the_program(self):
        for user, name, field in (
            (BILLING, "sale.subscription.charge", "unit_cost"),
            (BILLING, "sale.subscription.charge", "state"),
            (BILLING, "sale.subscription.charge", "billing_file_id"),
            (BILLING, "xpps.billing.file", "attachment_id"),
            (BILLING, "xpps.billing.file", "state"),
            (MANAGER, "xpps.billing.run", "task"),
            (MANAGER, "xpps.dispute", "sent_on"),
            (ACCOUNTANT, "account.move.line", "xpps_period_start"),
            (ACCOUNTANT, "account.move", "xpps_usage_xlsx_file"),
            (STOCK, "stock.lot", "xpps_partner_id"),
        ):
            self.enter(user)
            records = self.a.records_of(name)[:1]
            value = self.other_value(records, field)
            if hasattr(value, "isoformat"):
                value = value.isoformat()
            elif isinstance(value, bytes):
                value = value.decode()
            self.assertDenied(user, name, "write", records.ids, ({field: value},))
        self.assertNothingFound()

    def test_routes(self):
        """Nothing there, or not yours: 404 or 403, a login for whoever has none, and never a 500."""
        for user in (None, PORTAL, EMPLOYEE, BILLING):
            self.enter(user)
            for route, name in ROUTES:
                for identifier in (*NO_IDS, str(self.b.records_of(name)[:1].id)):
                    status = self.open(f"{route}{identifier}")
                    if status not in ((303, 404) if user is None else (403, 404)):
                        self.found.append(f"{route}{identifier} {user} {status}")
        self.assertNothingFound()

    def test_routes_of_others(self):
        """Records of the first company, by those who may not read them."""
        readers = {"account.move": (ACCOUNTANT, PORTAL), "xpps.vendor.report.wizard": ()}
        for user in (PORTAL, f"{PORTAL} 2", EMPLOYEE, STOCK, USER, ACCOUNTANT, MANAGER, *OF_B):
            self.enter(user)
            for route, name in ROUTES:
                if user == MANAGER and name != "xpps.vendor.report.wizard" or user in readers.get(name, ()):
                    continue
                status = self.open(f"{route}{self.a.records_of(name)[:1].id}")
                if status not in (403, 404):
                    self.found.append(f"{route} {user} {status}")
        self.assertNothingFound()
