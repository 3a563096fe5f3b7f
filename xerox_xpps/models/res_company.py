# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    xpps_quarantine = fields.Boolean(
        string="Hold Back Faulty Devices",
        help="Import the sound device records of a file, and hold back the faulty ones until they are mended.",
    )
    xpps_background_threshold = fields.Integer(
        string="Import in the Background Above",
        default=2000,
        help="Billing files with more devices are imported in the background.",
    )
    xpps_usage_spike_percent = fields.Float(
        string="Usage Spike",
        default=50.0,
        help="Warn when a device prints this much more, in percent, than its mean of three months. 0: never.",
    )
    xpps_margin_floor_percent = fields.Float(
        string="Margin Floor",
        help="Warn when the margin of a charge, in percent of its price, is below this. "
        "0: only when the price is below Xerox's.",
    )
    xpps_responsible_id = fields.Many2one(
        "res.users",
        string="Responsible for Billing Files",
        domain=lambda self: [("all_group_ids", "in", self.env.ref("xerox_xpps.group_xpps_billing").ids)],
        help="Gets an activity for every billing file that arrives by e-mail.",
    )

    @api.constrains("xpps_background_threshold", "xpps_usage_spike_percent", "xpps_margin_floor_percent")
    def _check_xpps_limits(self):
        for company in self:
            if company.xpps_background_threshold < 0:
                raise ValidationError(
                    self.env._("The number of devices above which a file is imported in the background is negative.")
                )
            if company.xpps_usage_spike_percent < 0:
                raise ValidationError(self.env._("The percentage of a usage spike is negative."))
            if not 0 <= company.xpps_margin_floor_percent < 100:
                raise ValidationError(
                    self.env._("The margin floor is a percentage of the price: from 0 to less than 100.")
                )

    @api.constrains("xpps_responsible_id")
    def _check_xpps_responsible(self):
        for company in self:
            user = company.xpps_responsible_id
            if user and (company not in user.company_ids or not user.has_group("xerox_xpps.group_xpps_billing")):
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot look after the billing files of %(company)s: that takes access to the company "
                        "and the right “Xerox XPPS / Billing”.",
                        user=user.name,
                        company=company.name,
                    )
                )
