# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from odoo import api, models

from ...common.locking import claim


class XppsBillingFile(models.Model):
    _inherit = "xpps.billing.file"

    @api.model
    def _receive_by_api(self, data, file_name, company):
        """Make a checked draft of a file that a program has sent, as of one that comes by e-mail.

        :param bytes data: the file
        :return: (the file, whether it is new)
        :raises UserError: when it cannot be checked
        """
        files = self.with_company(company)
        # A program that got no answer sends the file again, maybe while the first request still goes on.
        claim(company)
        known = files._known_file(hashlib.sha256(data).hexdigest(), company)
        if known:
            known._log_as_odoobot(
                known.env._("This file was received again by the API from %s. Nothing was changed.", self.env.user.name)
            )
            return known, False
        file = files._create_from_upload(data, file_name, company)
        file.action_check()
        arrived = file.env._(
            "%(file)s was received by the API from %(sender)s.", file=file_name, sender=self.env.user.name
        )
        file._log_as_odoobot(file._prepare_arrival_note(arrived, ""))
        responsible = company._xpps_file_responsible()
        if responsible:
            file.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=file.with_context(lang=responsible.lang)._prepare_arrival_summary(""),
                user_id=responsible.id,
            )
        return file, True
