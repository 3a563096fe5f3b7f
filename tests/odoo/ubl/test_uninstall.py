# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""xerox_xpps does without electronic invoices: it needs nothing of them, and removing the addon leaves no trace."""

import unittest

from ..support.uninstalling import Uninstalling

#: A company that has said what it wants, and what the settings show.
FILL = """
company = env["res.company"].search([], limit=1)
company.write({"xpps_ubl_annex": "both", "xpps_ubl_annex_limit": 3})
assert "xpps_ubl_annex" in env["xpps.settings"].get_view(view_type="form")["arch"]
env.cr.commit()
"""

#: XPPS is there, with its settings, and electronic invoices are Odoo's own.
CHECK = """
assert "xpps_ubl_annex" not in env["res.company"]._fields
assert "xpps_ubl_annex" not in env["xpps.settings"].get_view(view_type="form")["arch"]
assert "xpps_page_plans" in env["xpps.settings"].get_view(view_type="form")["arch"]
assert not hasattr(env["account.edi.xml.ubl_bis3"], "_xpps_add_note")
modules = env["ir.module.module"].search([("name", "in", ["xerox_xpps", "account_edi_ubl_cii"])])
assert modules.mapped("state") == ["installed", "installed"]
"""


class TestUninstall(Uninstalling, unittest.TestCase):
    addon = "xerox_xpps_ubl"
    fill = FILL
    check = CHECK

    def test_needs_nothing_of_it(self):
        found = self._depends()
        self.assertEqual([name for name in found["xerox_xpps"] if "edi" in name], [])
        self.assertEqual(sorted(found["xerox_xpps_ubl"]), ["account_edi_ubl_cii", "xerox_xpps"])
        for name in ("requirements-addon.txt", "requirements.txt"):
            self.assertNotIn("ubl", self._requirements(name))
