# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.mail.tools.alias_error import AliasError


class Base(models.AbstractModel):
    _inherit = "base"

    def _alias_get_error(self, message, message_dict, alias):
        """Billing files come from those who may bring them, whatever the alias says of others.

        ``self`` is the record that Odoo asks about the sender: a company, or the file that the mail answers.
        """
        # Whoever receives mails need not read models.
        if alias.sudo().alias_model_id.model != "xpps.billing.file":
            return super()._alias_get_error(message, message_dict, alias)
        company = self if self._name == "res.company" else self.company_id if "company_id" in self else None
        if company and company._xpps_may_bring_files(message):
            return False
        return AliasError("error_xpps_sender", self.env._("restricted to billing users and Xerox's senders"))
