# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class XppsReminder(models.AbstractModel):
    _inherit = "xpps.reminder"

    @api.model
    def _cron_remind(self):
        result = super()._cron_remind()
        self.env["xpps.fetch.source"]._remind_of_due_files()
        return result

    def _missing_files(self):
        """Not where a source says on which day the file is due: it reminds by itself."""
        told = self.env["xpps.fetch.source"].search([("due_day", ">", 0)]).company_id
        return {file: wanted for file, wanted in super()._missing_files().items() if file.company_id not in told}
