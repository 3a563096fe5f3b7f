# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who may not see cost does not get at it by any public method of what reports on it."""

import inspect

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tools import mute_logger

from ..support.access import USER
from ..support.report_example import ReportExample

MODELS = (
    "xpps.vendor.report",
    "xpps.savings.report",
    "xpps.profitability.report",
    "xpps.low.margin",
    "xpps.dispute",
    "xpps.dispute.line",
    "xpps.vendor.bill.component",
    "xpps.component.account",
    "xpps.vendor.report.wizard",
    "xpps.billing.file",
)


class TestReportAccess(ReportExample):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rows = cls.env["xpps.vendor.report"].search([("flag", "!=", False)], limit=3)
        cls.env["xpps.dispute"]._create_from_rows(rows)
        portal = cls._user("xpps_test_portal")
        portal.group_ids = cls.env.ref("base.group_portal")
        cls.users = cls._user("xpps_test_user", USER) | portal

    def _methods(self, model):
        """The public methods that the addon has for a model, without those that need arguments."""
        found = set()
        for klass in type(model).mro():
            if not klass.__module__.startswith("odoo.addons.xerox_xpps"):
                continue
            for name, method in vars(klass).items():
                if name.startswith("_") or not inspect.isfunction(method):
                    continue
                parameters = list(inspect.signature(method).parameters.values())[1:]
                if all(p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
                    found.add(name)
        # Overrides of what every model has do as that does.
        return sorted(name for name in found if not hasattr(self.env["res.partner.category"], name))

    def test_public_methods(self):
        called = 0
        for user in self.users:
            for name in MODELS:
                records = self.env[name].search([("company_id", "=", self.company.id)], limit=1)
                if name == "xpps.vendor.report.wizard":
                    records = self.env[name].create({})
                for method in self._methods(self.env[name]):
                    with self.subTest(user=user.login, model=name, method=method):
                        mine = records.with_user(user)
                        get_public_method(mine, method)
                        with (
                            mute_logger("odoo.models", "odoo.addons.base.models.ir_model"),
                            self.assertRaises(AccessError),
                            self.cr.savepoint(),
                        ):
                            getattr(mine, method)()
                        called += 1
        self.assertGreater(called, 60)

    def test_reading(self):
        for user in self.users:
            for name in MODELS:
                model = self.env[name].with_user(user)
                reads = (
                    lambda model=model: model.search([]),
                    lambda model=model: model.search_count([]),
                    lambda model=model: model.web_search_read([], {"company_id": {}}),
                    lambda model=model: model.web_read_group([], ["company_id"], ["__count"]),
                    lambda model=model: model.read_group([], ["company_id"], ["company_id"]),
                    lambda model=model: model.formatted_read_group([], ["company_id"], ["__count"]),
                    lambda model=model: model.formatted_read_grouping_sets([], [["company_id"]], ["__count"]),
                    lambda model=model: model.export_data(["company_id"]),
                    lambda model=model: model.create({}),
                )
                for number, read in enumerate(reads):
                    if model._transient and number < 8:
                        continue
                    with (
                        self.subTest(user=user.login, model=name, number=number),
                        mute_logger("odoo.models", "odoo.addons.base.models.ir_model"),
                        self.assertRaises(AccessError if number != 7 else Exception),
                        self.cr.savepoint(),
                    ):
                        read()

    def test_documents(self):
        """The PDF of a file and of a period."""
        reports = self.env["ir.actions.report"]
        for user in self.users:
            for report in reports.search([("report_name", "like", "xerox_xpps.%vendor%")]):
                records = (
                    self.files[0]
                    if report.model == "xpps.billing.file"
                    else self.env["xpps.vendor.report.wizard"].create({})
                )
                with (
                    self.subTest(user=user.login, report=report.report_name),
                    mute_logger("odoo.models", "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule"),
                    self.assertRaises(AccessError),
                    self.cr.savepoint(),
                ):
                    reports.with_user(user)._render_qweb_html(report.report_name, records.ids)
