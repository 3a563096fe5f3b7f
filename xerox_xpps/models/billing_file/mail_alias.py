# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MailAlias(models.Model):
    _inherit = "mail.alias"

    alias_contact = fields.Selection(
        selection_add=[("xpps_senders", "XPPS billing users and Xerox's senders")],
        ondelete={"xpps_senders": "cascade"},
    )

    def _get_alias_contact_description(self):
        # Whatever an older alias says: see _alias_get_error.
        if self.alias_model_id.model == "xpps.billing.file":
            return self.env._("users who may import billing files, and senders on the company's list,")
        return super()._get_alias_contact_description()
