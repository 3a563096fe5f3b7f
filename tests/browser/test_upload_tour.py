# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files are dropped onto the list, and uploaded: xerox_xpps/static/tests/tours/upload_tour.js."""

from odoo.tests import HttpCase

from .actions import LIST_ACTION


class TestUploadTour(HttpCase):
    def test_drop_and_upload(self):
        files = self.env["xpps.billing.file"]
        self.assertFalse(files.search([]))
        self.start_tour(LIST_ACTION, "xpps_upload_tour", login="admin", timeout=600)
        drafts = files.search([], order="name")
        self.assertEqual(drafts.mapped("name"), ["UPLOAD-1", "UPLOAD-2", "UPLOAD-3"])
        self.assertEqual(set(drafts.mapped("state")), {"draft"})
        self.assertEqual([draft.error_count for draft in drafts], [1, 1, 1])
        uploads = self.env["ir.attachment"].search([("name", "like", "UPLOAD-"), ("res_id", "=", 0)])
        self.assertFalse(uploads)
