# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Agreements as cards, and grouped by stage: all stages are columns, whatever the agreements are searched by."""

from ..support.access import BILLING, MANAGER, USER
from ..support.common import XppsCase


class TestAgreementStages(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stages = cls.env["sale.subscription.stage"].search([])

    def _columns(self, domain, user=None):
        agreements = self.env["sale.subscription"].with_user(user or self.env.user)
        # As a kanban view asks.
        result = agreements.with_context(read_group_expand=True).web_read_group(
            domain,
            ["stage_id"],
            ["recurring_total:sum"],
            auto_unfold=True,
            unfold_read_specification={"display_name": {}},
        )
        return [group["stage_id"][0] for group in result["groups"] if group["stage_id"]]

    def test_with_any_domain(self):
        for domain in (
            [("is_xpps", "=", True)],
            [("is_xpps_master", "=", True)],
            [("is_xpps", "=", True), ("is_xpps_master", "=", False), ("xpps_device_ids.name", "ilike", "SN")],
            ["|", ("partner_id", "ilike", "nobody"), ("display_name", "ilike", "SUB")],
            ["!", ("charge_ids.invoice_status", "=", "to_invoice")],
            [("partner_id.name", "ilike", "XPPS"), ("in_progress", "=", True)],
            [("sale_subscription_line_ids", "any", [("product_id", "=", self.base.id)])],
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self._columns(domain), self.stages.ids)

    def test_every_user(self):
        for group in (USER, BILLING, MANAGER):
            with self.subTest(group=group):
                user = self._user(f"xpps_stages_{group}", group)
                self.assertEqual(self._columns([("is_xpps", "=", True)], user), self.stages.ids)

    def test_upstreams_own_way(self):
        """Of subscriptions that are searched by what stages have, too, upstream finds the columns."""
        subscriptions = self.env["sale.subscription"]
        self.assertEqual(subscriptions._read_group_stage_ids(self.stages, []), self.stages)
        draft = self.stages.filtered(lambda stage: stage.type == "draft")
        found = subscriptions._read_group_stage_ids(self.stages, [("name", "=", draft.name)])
        self.assertEqual(found, draft)
