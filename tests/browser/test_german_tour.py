# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The main path in German, with decimal commas, and an invoice in the customer's German:
xerox_xpps/static/tests/tours/german_tour.js."""

from odoo.tests import HttpCase

from ..odoo.support.languages import WEB_CLIENT, speak
from ..odoo.support.records import Records

OVERVIEW = "/odoo/action-xerox_xpps.action_xpps_overview"


class TestGermanTour(Records, HttpCase):
    def test_main_path(self):
        speak(self.env, "de_DE", WEB_CLIENT)
        self._make_reseller()
        self.agreement.recurring_next_date = "2026-07-01"
        self.customer.lang = "de_DE"
        user = self._user(
            "xpps_german_clerk", "xerox_xpps.group_xpps_billing", password="xpps_german_clerk", lang="de_DE"
        )
        self.start_tour(OVERVIEW, "xpps_german_tour", login=user.login, timeout=600)
        file = self.env["xpps.billing.file"].search([("name", "=", "DE-2")])
        move = file.billing_run_id.move_ids
        self.assertEqual((move.state, move.amount_untaxed), ("posted", 40.0))
        line = move.invoice_line_ids.filtered("xpps_charge_ids")
        self.assertEqual(line.name.splitlines()[-1], "Juni 2026: 1.000 Seiten × 0,01 USD")
