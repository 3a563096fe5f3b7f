# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.xerox_xpps.models.setup.res_company import SETTINGS_GROUPS

#: In MiB. In XML a file is a third longer, and who reads XML takes no text of more than ten million characters.
LARGEST_ANNEX = 7


class ResCompany(models.Model):
    _inherit = "res.company"

    xpps_ubl_annex = fields.Selection(
        [("none", "None"), ("pdf", "As PDF"), ("xlsx", "As XLSX"), ("both", "As PDF and XLSX")],
        string="Device Usage in E-Invoices",
        required=True,
        default="pdf",
        help="Electronic invoices contain the annex “Device Usage” of what they bill.",
        groups=SETTINGS_GROUPS,
    )
    xpps_ubl_annex_limit = fields.Float(
        string="Largest Device Usage (MiB)",
        digits=(3, 1),
        required=True,
        default=2.0,
        help="How large the files of the annex may be together. What is larger is left out of the electronic invoice.",
        groups=SETTINGS_GROUPS,
    )

    @api.constrains("xpps_ubl_annex_limit")
    def _check_xpps_ubl_annex_limit(self):
        # The rule holds for whoever makes a company, also without a right to these settings.
        for company in self.sudo():
            if not 0 < company.xpps_ubl_annex_limit <= LARGEST_ANNEX:
                raise ValidationError(
                    self.env._(
                        "The largest “Device Usage” of an electronic invoice is more than 0 and at most %s MiB.",
                        LARGEST_ANNEX,
                    )
                )
