# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's tests of electronic invoices, which compare XML: what bills nothing of XPPS is as without the addon."""

from odoo.tools import config

from odoo.addons.account_edi_ubl_cii.tests import test_ubl_export_bis3_be


def setUpModule():
    # Odoo's own runner gives it a text, in which these tests look for a word.
    config["test_tags"] = config["test_tags"] or ""


TestUblExportBis3BE = test_ubl_export_bis3_be.TestUblExportBis3BE
