# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``/xpps/health``: who may ask how the work in the background goes, and what is told."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.overview.operation import operation_figures

from ...billing_file.builder import build_xml
from ..support.common import XppsCase, record

#: What a browser says when somebody opens an address.
BROWSER = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", "Sec-Fetch-User": "?1"}
IMPORTS = "ir_cron_import_billing_files"
RUNS = "ir_cron_work_on_billing_runs"


class HealthCase(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What the template database left waiting is nothing of ours.
        ours = cls.env["ir.model.data"].search([("model", "=", "ir.cron"), ("module", "=like", "xerox_xpps%")])
        cls.crons = cls.env["ir.cron"].browse(ours.mapped("res_id"))
        cls.crons.write({"nextcall": fields.Datetime.now() + timedelta(hours=5), "failure_count": 0, "active": True})
        cls.env["ir.cron.trigger"].search([("cron_id", "in", cls.crons.ids)]).unlink()

    def _figures(self):
        return operation_figures(self.env(su=True), self.company)

    def _problems(self):
        return [(each["code"], each.get("company_id") or each["cron"]) for each in self._figures()["problems"]]

    def _cron(self, name):
        return self.env.ref(f"xerox_xpps.{name}")

    def _ago(self, record_, **ago):
        """Have a record last been written so long ago."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {record_._table} SET write_date = %s, create_date = %s WHERE id = ANY(%s)",
            [fields.Datetime.now() - timedelta(**ago)] * 2 + [record_.ids],
        )
        self.env.invalidate_all()


class TestOperation(HealthCase):
    def test_nothing_waits(self):
        file = self._import([record("SN-1", MonthlyBasePrice="20.00")])
        (company,) = self._figures()["companies"]
        last = company.pop("last_import_changed")
        self.assertEqual(datetime.fromisoformat(last.removesuffix("Z")), file.write_date.replace(microsecond=0))
        self.assertEqual(
            company,
            {
                "company_id": self.company.id,
                "files_waiting": 0,
                "oldest_file_waits_seconds": None,
                "files_retried": 0,
                "drafts": 0,
                "oldest_draft_seconds": None,
                "runs_queued": 0,
                "runs_stuck": 0,
                "longest_run_quiet_seconds": None,
            },
        )
        self.assertEqual(self._problems(), [])

    def test_files_that_wait(self):
        files = self.env["xpps.billing.file"]
        for number in range(3):
            data = build_xml({"InvoiceNumber": f"X-{number}"}, [record("SN-1")])
            files |= files._create_from_upload(data, "a.xml", self.company)
        queued, checked, draft = files
        queued.state = "queued"
        checked.check_queued = True
        self.env["xpps.import.progress"].create(
            {"billing_file_id": queued.id, "company_id": self.company.id, "tries": 2, "percent": 0}
        )
        self._ago(queued, minutes=59)
        self._ago(draft, days=3)
        (company,) = self._figures()["companies"]
        self.assertEqual((company["files_waiting"], company["files_retried"], company["drafts"]), (2, 1, 2))
        self.assertAlmostEqual(company["oldest_file_waits_seconds"], 59 * 60, delta=30)
        self.assertAlmostEqual(company["oldest_draft_seconds"], 3 * 86400, delta=30)
        self.assertEqual(self._problems(), [])
        self._ago(queued, minutes=61)
        self.assertEqual(self._problems(), [("file_waits", self.company.id)])

    def test_runs_that_are_stuck(self):
        run = self.env["xpps.billing.run"].create(
            {"period_start": "2026-01-01", "period_end": "2026-01-31", "invoice_date": "2026-02-03"}
        )
        values = {"run_id": run.id, "subscription_id": self.agreement.id, "company_id": self.company.id}
        line = self.env["xpps.billing.run.line"].create(values)
        run.state = "queued"
        self._ago(run, hours=3)
        self._ago(line, minutes=5)
        (company,) = self._figures()["companies"]
        self.assertEqual((company["runs_queued"], company["runs_stuck"], self._problems()), (1, 0, []))
        self._ago(line, hours=2)
        (company,) = self._figures()["companies"]
        self.assertEqual((company["runs_queued"], company["runs_stuck"]), (1, 1))
        self.assertAlmostEqual(company["longest_run_quiet_seconds"], 2 * 3600, delta=30)
        self.assertEqual(self._problems(), [("run_stuck", self.company.id)])

    def test_scheduled_actions(self):
        self._cron(IMPORTS).active = False
        self._cron("ir_cron_remind").active = False
        self._cron(RUNS).failure_count = 2
        self._cron("ir_cron_rate_pages").nextcall = fields.Datetime.now() - timedelta(hours=2)
        self.env["ir.cron.trigger"].create(
            {
                "cron_id": self._cron("ir_cron_dated_prices").id,
                "call_at": fields.Datetime.now() - timedelta(hours=2),
            }
        )
        self.assertCountEqual(
            self._problems(),
            [
                ("cron_off", IMPORTS),
                ("cron_fails", RUNS),
                ("cron_late", "ir_cron_rate_pages"),
                ("cron_late", "ir_cron_dated_prices"),
            ],
        )
        self.assertEqual(
            {each["cron"] for each in self._figures()["crons"] if not each["active"]}, {IMPORTS, "ir_cron_remind"}
        )

    def test_queries_and_companies(self):
        other = self._company("XPPS Other Reseller")
        files = self.env["xpps.billing.file"]
        for company in (self.company, other):
            files._create_from_upload(build_xml({"InvoiceNumber": company.name}, [record("X")]), "a.xml", company)
        self.env.flush_all()
        for companies in (self.company, self.company | other):
            with self.assertQueryCount(3):
                figures = operation_figures(self.env(su=True), companies)
            self.assertEqual([each["company_id"] for each in figures["companies"]], sorted(companies.ids))
            self.assertEqual([each["drafts"] for each in figures["companies"]], [1] * len(companies))


class TestHealth(HealthCase, HttpCase):
    def _ask(self, user=None, key=True):
        """:return: the answer to a user with an API key or a session, or to nobody"""
        headers = {}
        self.authenticate(None, None)
        if user and key:
            keys = self.env(user=user, su=True)["res.users.apikeys"]
            token = keys._generate(None, "XPPS test", datetime.now() + timedelta(days=1))
            headers["Authorization"] = f"Bearer {token}"
        elif user:
            self.authenticate(user.login, user.login)
            headers |= BROWSER
        self.env.flush_all()
        with mute_logger("odoo.http"):
            return self.url_open("/xpps/health", headers=headers)

    def test_who_may_ask(self):
        operator = self._user("xpps-operator", "base.group_system")
        manager = self._user("xpps-manager", "xerox_xpps.group_xpps_manager")
        self.assertEqual(self._ask().status_code, 401)
        self.assertEqual(self._ask(manager).status_code, 403)
        for key in (True, False):
            answer = self._ask(operator, key)
            self.assertEqual(answer.status_code, 200)
            self.assertEqual([each["company_id"] for each in answer.json()["companies"]], self.company.ids)
            self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_what_is_told(self):
        file = self._import([record("SN-1", MonthlyBasePrice="20.00", CustomerName="Bright School")])
        self._cron(RUNS).active = False
        answer = self._ask(self._user("xpps-operator", "base.group_system"))
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.json()["problems"], [{"code": "cron_off", "cron": RUNS}])
        for name in (self.customer.name, self.company.name, file.name, "Bright", "SN-1", "@", "xpps-operator"):
            self.assertNotIn(name, answer.text)
