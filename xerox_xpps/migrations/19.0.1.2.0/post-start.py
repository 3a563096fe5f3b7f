# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Make what the first agreement needs, as a new installation does, where it is missing."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    api.Environment(cr, SUPERUSER_ID, {})["res.company"]._xpps_start()
