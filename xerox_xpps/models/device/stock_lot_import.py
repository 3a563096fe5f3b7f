# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...common.import_template import import_template


class StockLot(models.Model):
    """Import of devices from a workbook, which proposes what the form does."""

    _inherit = "stock.lot"

    @api.model
    def get_import_templates(self):
        templates = super().get_import_templates()
        if self.env.context.get("default_is_xpps_device"):
            templates = [*templates, import_template(self.env._("Import Template for XPPS Devices"), "xpps_devices")]
        return templates

    def _load_records_create(self, vals_list):
        if self.env.context.get("import_file"):
            vals_list = self._xpps_complete_import(vals_list)
        return super()._load_records_create(vals_list)

    @api.model
    def _xpps_complete_import(self, vals_list):
        """What follows from the agreements, where it is not stated: customer, service, and day of installation."""
        agreements = self.env["sale.subscription"].browse(
            {vals["xpps_subscription_id"] for vals in vals_list if vals.get("xpps_subscription_id")}
        )
        # Read together, not one by one.
        agreements.mapped("sale_subscription_line_ids.xpps_role")
        return [self._xpps_follow_agreement(vals) if vals.get("xpps_subscription_id") else vals for vals in vals_list]

    @api.model
    def _xpps_follow_agreement(self, vals):
        names = ("xpps_subscription_id", "xpps_partner_id", "xpps_subscription_line_id", "xpps_install_date")
        device = self.new({name: vals.get(name) for name in names})
        device._onchange_xpps_subscription_id()
        return vals | {name: self._fields[name].convert_to_write(device[name], device) for name in names}
