# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """Ask billing files about mails to them also where Odoo asks in the name of all models.

        It does so for answers, and for mails that a server hands to one model without an alias.
        """
        files = self.env["xpps.billing.file"]
        if self._name == "mail.thread" and route[0] == files._name:
            return files._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
        return super()._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
