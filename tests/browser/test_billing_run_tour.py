# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A billing run from looking for agreements to posting, one of them billed although its file is missing:
xerox_xpps/static/tests/tours/billing_run_tour.js."""

from datetime import timedelta

from odoo import Command
from odoo.tests import HttpCase

LIST_ACTION = "/odoo/action-xerox_xpps.action_xpps_billing_run"


class TestBillingRunTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whatever else is in the database is not to be billed here.
        cls.env["sale.subscription"].search([("is_xpps", "=", True)]).is_paused = True
        products = cls.env["product.product"]
        base = products.create(
            {"name": "Run tour base", "type": "service", "xpps_role": "base_price", "list_price": 55, "taxes_id": False}
        )
        printer = products.create(
            {"name": "Run tour printer", "is_storable": True, "tracking": "serial", "is_xpps_printer": True}
        )
        template = cls.env["sale.subscription.template"].create({"name": "Run tour", "code": "RT"})
        pricelist = cls.env["product.pricelist"].create(
            {"name": "Run tour prices", "currency_id": cls.env.company.currency_id.id}
        )
        cls.agreements = cls.env["sale.subscription"].create(
            [
                {
                    "partner_id": cls.env["res.partner"].create({"name": name}).id,
                    "template_id": template.id,
                    "pricelist_id": pricelist.id,
                    "is_xpps": True,
                    "date_start": "2026-01-01",
                    "sale_subscription_line_ids": [Command.create({"product_id": base.id})],
                }
                for name in ("Run tour complete", "Run tour incomplete")
            ]
        )
        for agreement in cls.agreements:
            agreement.action_start_subscription()
        # Due for the period that a new run proposes.
        cls.agreements.recurring_next_date = cls.env["xpps.billing.run"].new({}).period_end + timedelta(days=1)
        cls.env["stock.lot"].create(
            {
                "name": "RUN-TOUR-1",
                "product_id": printer.id,
                "company_id": cls.env.company.id,
                "is_xpps_device": True,
                "xpps_partner_id": cls.agreements[1].partner_id.id,
                "xpps_subscription_id": cls.agreements[1].id,
                "xpps_subscription_line_id": cls.agreements[1].sale_subscription_line_ids.id,
            }
        )

    def test_billing_run(self):
        self.start_tour(LIST_ACTION, "xpps_billing_run_tour", login="admin", timeout=600)
        lines = self.env["xpps.billing.run.line"].search([("subscription_id", "in", self.agreements.ids)])
        self.assertEqual(len(lines), 2)
        self.assertEqual(set(lines.mapped("state")), {"invoiced"})
        self.assertEqual(set(lines.run_id.mapped("state")), {"posted"})
        self.assertEqual([sum(line.move_ids.mapped("amount_untaxed")) for line in lines], [55.0, 55.0])
        self.assertEqual(set(lines.move_ids.mapped("state")), {"posted"})
        overridden = lines.filtered("override_reason")
        self.assertEqual(overridden.subscription_id, self.agreements[1])
        self.assertIn("Switched off all month", "".join(overridden.run_id.message_ids.mapped("body")))
