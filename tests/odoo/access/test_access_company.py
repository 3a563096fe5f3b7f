# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Companies do not see each other: of every model that the addon has, or will have."""

import base64

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.access import MANAGER
from ..support.common import XppsCase, record
from ..support.fetching import Sources
from ..support.importing import NEXT_INVOICE
from ..support.plans import plan_records
from ..support.rate_cards import rate_card
from ..support.usage_alerts import alert_records


class TestCompany(Sources, XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._company("XPPS Other Reseller")
        cls.stranger = cls._user("xpps_test_stranger", MANAGER, company=cls.other)

    def _as_stranger(self, records):
        return records.with_user(self.stranger).with_context(allowed_company_ids=self.other.ids)

    def _models(self):
        return [
            model
            for name, model in self.env.items()
            if name.startswith(("xpps.", "sale.subscription.charge")) and not model._abstract
        ]

    def test_every_model_has_access_rights(self):
        self.assertGreater(len(self._models()), 8)
        for model in self._models():
            with self.subTest(model=model._name):
                rights = self.env["ir.model.access"].search([("model_id.model", "=", model._name)])
                self.assertTrue(rights)
                self.assertTrue(all(rights.mapped("group_id")), "A right for everybody")

    def test_every_model_has_a_company_rule(self):
        for model in self._models():
            if model._transient:
                continue
            with self.subTest(model=model._name):
                self.assertIn("company_id", model._fields)
                rules = self.env["ir.rule"].search([("model_id.model", "=", model._name), ("groups", "=", False)])
                self.assertTrue(
                    any("company_id" in rule.domain_force and "company_ids" in rule.domain_force for rule in rules)
                )

    def test_a_stranger_sees_nothing(self):
        self.env["xpps.price.level"].create({"name": "XPPS Test A4", "company_id": self.company.id})
        self.env.ref("xerox_xpps.format_autotask_xml").copy({"company_id": self.company.id})
        self.env["xpps.blocking.warning"].create({"code": "usage_spike", "company_id": self.company.id})
        self.env["xpps.component.account"].create({"component": "mono", "company_id": self.company.id})
        self.env["xpps.output.name"].create({"output_type": "mono", "name": "Black", "company_id": self.company.id})
        self.agreement.xpps_payer_ids = [Command.create({"partner_id": self.customer.id})]
        self._device("SN-2")
        plan_records(self.agreement, self.device, self.color)
        rate_card(self.company, [{"device_id": self.device.id, "component": "mono", "unit_cost": 0.004}])
        file = self._import([record("SN-1", mono=(100, "0.004"))])
        self.assertTrue(file.issue_ids)
        self.company.xpps_vendor_id = self.company.partner_id
        file.action_create_vendor_bill()
        draft = self._check(build_xml(NEXT_INVOICE, [record("SN-1", mono=(100, "0.004"))]))
        draft._decide(draft.line_ids, output_type="mono", pages=5)
        self.env["xpps.import.progress"].create({"billing_file_id": file.id, "company_id": self.company.id})
        self.env["xpps.billing.run"].create({}).action_prepare()
        self.env["xpps.dispute"]._create_from_rows(self.env["xpps.vendor.report"].search([("flag", "!=", False)]))
        increase = self._increases(self.agreement)
        increase.action_mark_notified()
        increase.action_apply()
        self.env["xpps.holding.flag"].create({"flag": "wrong_rate", "company_id": self.company.id})
        self.env["xpps.cutoff"].create({"date": "2026-01-31", "company_id": self.company.id}).action_compute()
        self.env["xpps.customer.entry"]._report_problem(self.device, "label", "repair", "It is jammed.")
        source = self._make_source(self.env, self._storage(self.env, "file", "/nowhere"), company_id=self.company.id)
        self.env["xpps.fetched.file"].create(
            {"source_id": source.id, "name": "a.xml", "path": "a.xml", "version": "1", "state": "new"}
        )
        hook = {"name": "Hook", "url": "https://hooks.example.com/", "secret": "0123456789abcdef", "user_id": False}
        webhook = self.env["xpps.webhook"].create(hook)
        webhook._tell("test", webhook)
        self._query()
        alert_records(self.agreement, self.device)
        findings = self.env["xpps.health"].search([("company_id", "=", self.company.id)], limit=1)
        self.env["xpps.health.snooze"]._keep(findings, "2031-01-01", "Later")
        for model in (*self._models(), self.env["stock.lot"], self.env["sale.subscription"]):
            if model._transient:
                continue
            with self.subTest(model=model._name):
                mine = model.search([("company_id", "=", self.company.id)])
                if model._auto:
                    self.assertTrue(mine, "The test makes no such record.")
                self.assertFalse(mine & self._as_stranger(model).search([]))
                if mine:
                    with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
                        self._as_stranger(mine[:1]).read(["company_id"])

    def _query(self):
        """A customer's question about the only line of an invoice."""
        self.agreement.generate_invoice()
        move = self._moves()
        move.action_post()
        return self.env["xpps.customer.query"]._ask(move._xpps_item_lines()[:1], "Why?")[0]

    def test_a_stranger_cannot_import_here(self):
        data = build_xml(devices=[record("SN-1", mono=(100, "0.004"))])
        wizards = self._as_stranger(self.env["xpps.import.wizard"])
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            wizard = wizards.create(
                {
                    "company_id": self.company.id,
                    "file_name": "billing.xml",
                    "file_data": base64.b64encode(data),
                }
            )
            wizard.action_import()
        self.env.invalidate_all()
        self.assertFalse(self.device.xpps_charge_ids)

    def test_an_upload_for_another_of_ones_companies(self):
        """The wizard's company decides, not the one that the user works in."""
        self.stranger.company_ids = self.other | self.company
        user = self.stranger
        wizard = self._wizard(build_xml(devices=[record("SN-1", mono=(100, "0.004"))]), user=user, company=self.company)
        wizard = wizard.with_context(allowed_company_ids=[self.other.id, self.company.id])
        wizard.action_check()
        self.assertFalse(wizard.error_count)
        wizard.action_import()
        file = wizard.billing_file_id
        self.assertEqual((file.company_id, file.charge_ids.company_id), (self.company, self.company))
