# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A billing clerk disputes what Xerox bills too much: xerox_xpps/static/tests/tours/dispute_tour.js."""

from odoo.tests import HttpCase

from ..billing_file.builder import build_xml
from ..odoo.support.common import record
from ..odoo.support.importing import JANUARY
from ..odoo.support.records import Records


class TestDisputeTour(Records, HttpCase):
    def test_dispute(self):
        self._make_reseller()
        self.company.xpps_vendor_id = self.env["res.partner"].create({"name": "Xerox", "email": "xerox@example.com"})
        # Ten pages more than the meter says.
        row = record("SN-1", mono=(110, "0.004"), MonoPrevious=0, MonoCurrent=600, MonoIncluded=500)
        files = self.env["xpps.billing.file"]
        file = files._create_from_upload(build_xml(JANUARY, [row]), "january.xml", self.company)
        file.action_import()
        user = self._user("xpps_dispute_user", "xerox_xpps.group_xpps_billing", password="xpps_dispute_user")
        self.start_tour("/odoo", "xpps_dispute_tour", login=user.login, timeout=600)
        dispute = self.env["xpps.dispute"].search([("billing_file_ids", "in", file.ids)])
        self.assertEqual((dispute.state, dispute.amount), ("sent", 0.04))
        sent = dispute.message_ids.filtered("attachment_ids")
        self.assertEqual(sent.partner_ids, self.company.xpps_vendor_id)
