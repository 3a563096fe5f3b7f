# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of billing runs share: agreements of January 2026 that are due on the first of February."""

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
