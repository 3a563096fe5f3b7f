# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import plaintext2html

from ..groups import HELPDESK_GROUP

#: Kinds of tickets that a customer names by what the problem is about: {topic: kind}.
KINDS = {"repair": "repair", "supplies": "supplies"}


class XppsCustomerEntry(models.Model):
    """A problem that a customer reports becomes a ticket."""

    _inherit = "xpps.customer.entry"

    # Tickets refer to devices, and are no reason to keep or delete what was entered.
    ticket_id = fields.Many2one(
        "helpdesk.ticket", readonly=True, check_company=True, groups=HELPDESK_GROUP, index="btree_not_null"
    )

    def _tell_reseller(self):
        """By a ticket, in place of a message and an activity: helpdesk has its own ways to tell whose it is."""
        entry = self._in_language_of(self._responsible())
        values = entry._prepare_ticket()
        self.ticket_id = self.env["helpdesk.ticket"].create(values)
        if values.get("partner_id"):
            # As for tickets that are made in the portal: whoever reports it gets the answers.
            self.ticket_id.message_subscribe([values["partner_id"]])
        if self.photo:
            self.env["ir.attachment"].create(
                {
                    "name": self.env._("Photo %s.jpg", self.ticket_id.number),
                    "datas": self.with_context(bin_size=False).photo,
                    "res_model": "helpdesk.ticket",
                    "res_id": self.ticket_id.id,
                }
            )

    def _prepare_ticket(self):
        """:return: values of the ticket; whose it is follows from its device, unless the customer is logged in"""
        self.ensure_one()
        topic = dict(self._fields["topic"]._description_selection(self.env))[self.topic]
        description = plaintext2html(self.text)
        if self.contact:
            description += plaintext2html(self.env._("To be reached by: %s", self.contact))
        values = {
            "name": self.env._("%(serial)s: %(topic)s", serial=self.device_id.name, topic=topic),
            "description": description + plaintext2html(self._source_text()),
            "xpps_device_id": self.device_id.id,
            "xpps_kind": KINDS.get(self.topic, False),
            "company_id": self.company_id.id,
            "user_id": False,
        }
        reporter = self.user_id.partner_id
        if reporter._xpps_is_of(self.partner_id):
            values |= {"partner_id": reporter.id, "partner_name": reporter.name, "partner_email": reporter.email}
        return values
