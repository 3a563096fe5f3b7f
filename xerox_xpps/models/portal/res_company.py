# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..setup.res_company import SETTINGS_GROUPS


class ResCompany(models.Model):
    _inherit = "res.company"

    xpps_portal_by_site = fields.Boolean(
        string="Sites See Only Their Own",
        help="In the portal, those who belong to a delivery or other address of a customer see the devices, agreements "
        "and invoices of that address and of what is below it. Otherwise, everybody sees all of the customer's.",
        groups=SETTINGS_GROUPS,
    )
