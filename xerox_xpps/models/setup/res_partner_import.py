# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...common.constants import BILLING_GROUP
from ...common.import_template import import_template


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def get_import_templates(self):
        templates = super().get_import_templates()
        if self.env.user.has_group(BILLING_GROUP):
            templates = [
                *templates,
                import_template(self.env._("Import Template for XPPS Customers"), "xpps_customers"),
            ]
        return templates
