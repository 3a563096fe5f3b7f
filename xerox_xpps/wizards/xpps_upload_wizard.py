# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class XppsUploadWizard(models.AbstractModel):
    """A wizard that a file is uploaded to. The file is its user's, and gone with the wizard: nobody searches in it."""

    _name = "xpps.upload.wizard"
    _description = "XPPS Upload"
    _inherit = ["xpps.reference.guard"]

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super(XppsUploadWizard, self.with_context(xpps_not_indexed=True)).create(vals_list)
        return wizards.with_env(self.env)

    def write(self, vals):
        return super(XppsUploadWizard, self.with_context(xpps_not_indexed=True)).write(vals)
