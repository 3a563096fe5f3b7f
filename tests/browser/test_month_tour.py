# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A month in which nothing is wrong, by a billing clerk, in at most nine clicks:
xerox_xpps/static/tests/tours/month_tour.js."""

from odoo.tests import HttpCase

from ..odoo.support.records import Records

OVERVIEW = "/odoo/action-xerox_xpps.action_xpps_overview"


class TestMonthTour(Records, HttpCase):
    def test_nine_clicks(self):
        self._make_reseller()
        self.agreement.recurring_next_date = "2026-07-01"
        user = self._user("xpps_month_clerk", "xerox_xpps.group_xpps_billing", password="xpps_month_clerk")
        self.start_tour(OVERVIEW, "xpps_month_tour", login=user.login, timeout=600)
        file = self.env["xpps.billing.file"].search([("name", "=", "MONTH-1")])
        self.assertEqual((file.state, file.charge_ids.state), ("imported", "approved"))
        run = file.billing_run_id
        self.assertEqual((run.state, run.unsent_move_count), ("posted", 0))
        move = run.move_ids
        self.assertEqual((move.state, move.is_move_sent, move.amount_untaxed), ("posted", True, 40.0))
        self.assertEqual(move.xpps_sent_message_id.notification_ids.res_partner_id, self.customer)
