# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .incoming_mail import as_bytes, head_of, is_too_long, recipients


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        """Read only the head of a mail to billing files that is too long to be read at all.

        Python's parser takes a mail line by line, which Odoo has done before it asks who may send it where.
        """
        content = as_bytes(message)
        if is_too_long(content) and self._xpps_is_to_billing_files(content):
            cut = self.with_context(xpps_mail_too_long=True)
            return super(MailThread, cut).message_process(model, head_of(content), *args, **kwargs)
        return super().message_process(model, message, *args, **kwargs)

    @api.model
    def _xpps_is_to_billing_files(self, content):
        # Mails are received by users who need not read aliases.
        aliases = self.env["mail.alias"].sudo().search([("alias_model_id.model", "=", "xpps.billing.file")])
        return not recipients(content).isdisjoint(aliases.mapped("alias_full_name"))

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """Ask billing files about mails to them also where Odoo asks in the name of all models.

        It does so for answers, and for mails that a server hands to one model without an alias.
        """
        files = self.env["xpps.billing.file"]
        if self._name == "mail.thread" and route[0] == files._name:
            return files._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
        return super()._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
