# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of billing runs share: agreements of January 2026 that are due on the first of February."""

from odoo import Command

from ...billing_file.builder import build_xml
from .common import record
from .importing import JANUARY
from .invoicing import InvoicingCase


class BillingRunCase(InvoicingCase):
    """Nothing is in the way of ``agreement`` but that no file covers its devices SN-1 and SN-2."""

    def _run(self, user=None, companies=None, **values):
        """A billing run of January that has looked for agreements."""
        runs = self.env["xpps.billing.run"]
        if user:
            runs = runs.with_user(user)
        if companies:
            runs = runs.with_context(allowed_company_ids=companies)
        run = runs.create(
            {"period_start": "2026-01-01", "period_end": "2026-01-31", "invoice_date": "2026-02-03", **values}
        )
        run.action_prepare()
        return run

    @classmethod
    def _many(cls, count, charges=True, **values):
        """So many agreements with a base price of 30.00 that are due, and a charge of 1.00 on each."""
        contracts = cls.env["sale.subscription"].create(
            [
                {
                    "is_xpps": True,
                    "partner_id": cls.customer.id,
                    "template_id": cls.templates["draft"].id,
                    "pricelist_id": cls.pricelist.id,
                    "date_start": "2025-01-01",
                    "sale_subscription_line_ids": [Command.create({"product_id": cls.base.id})],
                    **values,
                }
                for _number in range(count)
            ]
        )
        stage = cls.env["sale.subscription.stage"].search([("type", "=", "in_progress")], limit=1)
        contracts.stage_id = stage
        contracts.recurring_next_date = "2026-02-01"
        if charges:
            cls.env["sale.subscription.charge"].create(
                [
                    {
                        "subscription_id": contract.id,
                        "product_id": cls.mono.id,
                        "output_type": "mono",
                        "period_start": "2026-01-01",
                        "period_end": "2026-01-31",
                        "name": "Mono Pages",
                        "quantity": 100,
                        "unit_price": 0.01,
                        "state": "approved",
                    }
                    for contract in contracts
                ]
            )
        return contracts

    def _line(self, run, agreement=None):
        agreement = agreement or self.agreement
        return run.line_ids.filtered(lambda line: line.subscription_id == agreement)

    def _cover(self, *serials, **invoice):
        """Import a file of the devices, without pages."""
        rows = [record(serial, MonthlyBasePrice="20.00") for serial in serials]
        return self._import(rows, **{**JANUARY, **invoice})

    def _xml(self, rows, invoice):
        return build_xml(invoice, rows)

    def _states(self, run):
        return {line.subscription_id: line.state for line in run.line_ids}

    def _drafts(self, run):
        run.action_create_drafts()
        return run.move_ids

    def _make_fail(self, agreement):
        """No customer invoice can be made in the journal of vendor bills."""
        agreement.journal_id = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", agreement.company_id.id)], limit=1
        )

    def assertNothingTwice(self, agreements):
        """Each agreement's services are billed once, and each approved charge."""
        for agreement in agreements:
            lines = self.env["account.move.line"].search(
                [
                    ("xpps_subscription_id", "=", agreement.id),
                    ("xpps_subscription_line_id", "!=", False),
                    ("parent_state", "!=", "cancel"),
                ]
            )
            self.assertEqual(len(lines), len(agreement.sale_subscription_line_ids), agreement.name)
        charges = agreements.charge_ids.filtered(lambda charge: charge.state == "approved" and charge.billable)
        self.assertBilledOnce(charges)
