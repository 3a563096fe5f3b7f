# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the server's log says: one line an import and a task of a run; ids in the place of people and customers."""

import ast
import logging
import re
from pathlib import Path

from odoo.addons.xerox_xpps.common.log_line import log_line
from odoo.addons.xerox_xpps.models.billing_file import xpps_billing_file_log
from odoo.addons.xerox_xpps.models.billing_run import xpps_billing_run_log

from ..support.billing_runs import BillingRunCase
from ..support.common import record

ADDONS = Path(__file__).parents[3].glob("xerox_xpps*")
#: What names somebody, wherever it stands in a call.
NAMES = {"display_name", "name", "email", "login", "complete_name", "email_from"}


class TestLogLines(BillingRunCase):
    def _logged(self, module):
        """Context of what a module logs when the transaction ends."""
        self.env.cr.postcommit.clear()
        return self.assertLogs(module._logger, logging.INFO)

    def _values(self, logs):
        """:return: [{name: text}] of the lines"""
        self.env.cr.postcommit.run()
        return [dict(re.findall(r'(\w+)=("[^"]*"|\S+)', each.getMessage())) for each in logs.records]

    def test_an_import(self):
        clerk = self._user("xpps-log-clerk", "xerox_xpps.group_xpps_billing")
        row = record("SN-1", mono=(10, "0.0045"), MonthlyBasePrice="20.00", CustomerName="Bright School")
        with self._logged(xpps_billing_file_log) as logs:
            wizard = self._wizard(self._xml([row], {"InvoiceNumber": "X 7"}), user=clerk)
            wizard.action_check()
            wizard.action_import()
            file = wizard.billing_file_id
            (values,) = self._values(logs)
        self.assertLess(float(values.pop("seconds")), 600)
        self.assertEqual(
            values,
            {
                "file": str(file.id),
                "invoice": '"X 7"',
                "company": str(self.company.id),
                "user": str(clerk.id),
                "kind": "regular",
                "devices": "1",
                "held": "0",
                "reads": "1",
                "charges": "1",
            },
        )
        self.assertTrue(logs.records[0].getMessage().startswith("xpps import file="))

    def test_nothing_is_said_of_what_is_taken_back(self):
        with self.assertNoLogs(xpps_billing_file_log._logger, logging.INFO):
            self._import([record("SN-1", MonthlyBasePrice="20.00")])
            self.env.cr.postcommit.clear()

    def test_tasks_of_a_run(self):
        self._cover("SN-1", "SN-2")
        run = self._run()
        with self._logged(xpps_billing_run_log) as logs:
            run.action_create_drafts()
            run.action_post()
            created, posted = self._values(logs)
        told = {"run": str(run.id), "company": str(self.company.id), "user": str(self.env.uid), "failed": "0"}
        for values, task, drafts, posts in ((created, "create", "1", "0"), (posted, "post", "0", "1")):
            self.assertGreaterEqual(int(values.pop("seconds")), 0)
            expected = {"task": task, **told, "agreements": "1", "drafts": drafts, "posted": posts, "sent": "0"}
            self.assertEqual(values, {**expected, "undelivered": "0"})

    def test_a_failure_of_a_run(self):
        self._cover("SN-1", "SN-2")
        self._make_fail(self.agreement)
        run = self._run()
        with self._logged(xpps_billing_run_log) as logs:
            run.action_create_drafts()
            (values,) = self._values(logs)
        self.assertEqual((values["failed"], values["drafts"]), ("1", "0"))

    def test_a_text_from_a_file_stays_on_its_line(self):
        with self._logged(xpps_billing_file_log) as logs:
            log_line(xpps_billing_file_log._logger, self.env.cr, "import", invoice='a"\nxpps run=1', file=2)
            self.env.cr.postcommit.run()
        self.assertEqual(
            [each.getMessage() for each in logs.records], ['xpps import invoice="a\\"\\nxpps run=1" file=2']
        )

    def test_no_line_names_anybody(self):
        found = []
        calls = 0
        for path in (path for addon in ADDONS for path in addon.rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call) or not ast.unparse(call.func).startswith("_logger."):
                    continue
                calls += 1
                said = {node.attr for each in call.args for node in ast.walk(each) if isinstance(node, ast.Attribute)}
                found += [f"{path}:{call.lineno}" for _name in said & NAMES]
        self.assertFalse(found)
        self.assertGreater(calls, 10)
