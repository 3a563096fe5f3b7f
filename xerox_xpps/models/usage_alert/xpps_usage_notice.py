# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS
from odoo.tools import consteq, hmac

_logger = logging.getLogger(__name__)

SCOPE = "xpps-usage-alerts"


class XppsUsageNotice(models.Model):
    """An e-mail about usage to one contact, in the contact's language.

    The mail is made in the transaction that makes the notice, and sent by Odoo's mail queue.
    """

    _name = "xpps.usage.notice"
    _description = "XPPS Usage Notice"
    _inherit = ["xpps.guard"]
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, readonly=True, index=True, ondelete="cascade"
    )
    mail_template_id = fields.Many2one("mail.template", readonly=True, ondelete="set null")
    alert_ids = fields.Many2many("xpps.usage.alert", string="Alerts", readonly=True)
    mail_id = fields.Many2one(
        "mail.mail",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups=NO_ACCESS,
    )
    stage = fields.Selection(
        [("waiting", "Waiting"), ("written", "Written"), ("stopped", "Opted Out")],
        required=True,
        readonly=True,
        default="waiting",
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("queued", "Being Sent"),
            ("sent", "Sent"),
            ("failed", "Not Delivered"),
            ("stopped", "Opted Out"),
        ],
        compute="_compute_state",
    )

    # The few that could not be written yet.
    _waiting_idx = models.Index("(id) WHERE stage = 'waiting'")

    @api.depends("stage", "mail_id")
    def _compute_state(self):
        # Whoever sees the notice need not read mails.
        for notice, secret in zip(self, self.sudo(), strict=True):
            if notice.stage != "written":
                notice.state = notice.stage
            elif secret.mail_id.state == "outgoing":
                notice.state = "queued"
            elif secret.mail_id.state in ("exception", "cancel"):
                notice.state = "failed"
            else:
                notice.state = "sent"

    @api.depends("partner_id", "subscription_id")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = f"{notice.partner_id.name or ''} – {notice.subscription_id.name or ''}"

    def _is_unsent(self):
        return self.state in ("waiting", "queued", "stopped")

    # Letters

    def _write_letters(self):
        """Make mails of them. What cannot be written waits for the next time."""
        for (template, company), notices in self.grouped(lambda one: (one.mail_template_id, one.company_id)).items():
            try:
                with self.env.cr.savepoint():
                    notices.with_company(company)._write_by(template)
            except Exception:
                # A template is anybody's to break; alerts of others are told all the same.
                _logger.exception("No usage alerts by mail template %s of company %s", template.id, company.id)

    def _write_by(self, template):
        mails = template.send_mail_batch(self.ids)
        by_notice = {mail.res_id: mail for mail in mails}
        for notice in self:
            mail = by_notice[notice.id]
            url = notice._opt_out_url()
            mail.headers = repr({"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"})
            notice.write({"mail_id": mail.id, "stage": "written"})

    def _rows(self):
        """What the letter lists: [(what, sentence)]"""
        return self.alert_ids._rows()

    def _take_back(self):
        """Forget what nobody was sent."""
        self.mail_id.filtered(lambda mail: mail.state == "outgoing").unlink()
        self.unlink()

    # Opting out

    @api.model
    def _opt_out_token(self, partner):
        return hmac(self.env(su=True), SCOPE, partner.id)

    def _opt_out_url(self):
        self.ensure_one()
        # The address of the server is the same for all.
        return f"{self.sudo().get_base_url()}{self._opt_out_path(self.partner_id)}"

    @api.model
    def _opt_out_path(self, partner):
        """:return: the page on which a contact says whether it wants such e-mails"""
        return f"/xpps/usage-alerts/{partner.id}/{self._opt_out_token(partner)}"

    @api.model
    def _partner_of(self, partner_id, token):
        """:return: the contact that a link is of, res.partner, or None where it is wrong"""
        partner = self.env["res.partner"].browse(partner_id).exists()
        return partner if partner and consteq(self._opt_out_token(partner), token) else None

    @api.model
    def _stop(self, partners):
        """Contacts want no more of them: what was not sent yet is not sent."""
        for notice in self.search([("partner_id", "in", partners.ids), ("stage", "!=", "stopped")]):
            if notice.state in ("waiting", "queued"):
                notice.mail_id.unlink()
                notice.stage = "stopped"

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(self.env._("Usage notices cannot be duplicated. They come by alerts."))
