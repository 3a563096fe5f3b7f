# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import USER_GROUP
from ...common.window_actions import open_records


class ResPartner(models.Model):
    """Contacts, and whether they want to be told of usage."""

    _inherit = "res.partner"

    xpps_usage_alert_opt_out = fields.Boolean(
        string="No XPPS Usage Alerts", copy=False, help="The contact gets no e-mails about its use of included pages."
    )
    xpps_usage_alert_count = fields.Integer(
        string="Usage Alerts", compute="_compute_xpps_usage_alert_count", groups=USER_GROUP
    )

    def _compute_xpps_usage_alert_count(self):
        alerts = self.env["xpps.usage.alert"]
        for partner in self:
            partner.xpps_usage_alert_count = alerts.search_count(
                [*partner._xpps_domain("partner_id"), ("state", "=", "reached")]
            )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("xpps_usage_alert_opt_out"):
            # Whoever opts a contact out need not see what it was told.
            self.env["xpps.usage.notice"].sudo()._stop(self)
        return result

    def _xpps_usage_contacts(self, recipients):
        """Who is told of the usage of a customer.

        :param recipients: see ``xpps.usage.alert.rule``
        :return: those with an e-mail address, each address once, without those that have opted out
        """
        self.ensure_one()
        contacts = self
        if recipients == "contacts":
            contacts |= self.child_ids.filtered(lambda child: child.type == "contact" and not child.is_company)
        if not any(contacts.mapped("email_normalized")):
            contacts = self.commercial_partner_id
        # One address may be that of several contacts: if one of them has opted out, it gets nothing.
        opted_out = set(contacts.filtered("xpps_usage_alert_opt_out").mapped("email_normalized"))
        found = {}
        for contact in contacts:
            email = contact.email_normalized
            if email and email not in opted_out:
                found.setdefault(email, contact)
        return list(found.values())

    @api.readonly
    def action_open_xpps_usage_alerts(self):
        self.ensure_one()
        return open_records(self, "xerox_xpps.action_xpps_usage_alert", self._xpps_domain("partner_id"))
