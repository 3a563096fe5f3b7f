# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...common.constants import DELIVERY_SELECTION, FAILED_DELIVERIES
from ...common.failures import unexpected
from ...common.formats import period_text
from ...common.locking import RETRY

_logger = logging.getLogger(__name__)

ACTIVITY_TYPE = "xerox_xpps.mail_activity_invoice_unsent"
MAIL_TEMPLATE = "xerox_xpps.mail_template_xpps_invoice"


class AccountMove(models.Model):
    """Invoices of agreements go out as their customers want to have them, and say whether they arrived.

    A mail is handed over to the mail server, which may refuse it a minute or a day later: only its notifications know.
    """

    _inherit = "account.move"

    xpps_sent_message_id = fields.Many2one(
        "mail.message",
        string="XPPS Message",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The message that the invoice was last sent with.",
    )
    xpps_delivery_state = fields.Selection(
        DELIVERY_SELECTION, string="Delivery", compute="_compute_xpps_delivery", compute_sudo=True
    )
    xpps_delivery_problem = fields.Char(compute="_compute_xpps_delivery", compute_sudo=True)
    xpps_billed_period = fields.Char(
        string="Billed Period", compute="_compute_xpps_billed", compute_sudo=True, help="For e-mails to customers."
    )
    xpps_billed_device_count = fields.Integer(
        string="Billed Devices", compute="_compute_xpps_billed", compute_sudo=True, help="For e-mails to customers."
    )
    xpps_billed_pages = fields.Integer(
        string="Billed Pages", compute="_compute_xpps_billed", compute_sudo=True, help="For e-mails to customers."
    )

    @api.depends("state", "is_move_sent", "xpps_sent_message_id.notification_ids.notification_status")
    def _compute_xpps_delivery(self):
        for move in self:
            move.xpps_delivery_state = move.xpps_delivery_problem = False
            if move.state == "posted" and move.is_move_sent and move._xpps_bills_agreements():
                move.xpps_delivery_state, move.xpps_delivery_problem = move._xpps_delivery()

    def _xpps_delivery(self):
        """:return: state of the delivery, and what went wrong or False"""
        notifications = self.xpps_sent_message_id.notification_ids
        if not notifications:
            methods = self.env["account.move.send"]._get_default_sending_methods(self)
            return ("manual" if methods == {"manual"} else "handed_over"), False
        failed = notifications.filtered(lambda mail: mail.notification_status in FAILED_DELIVERIES)
        if failed:
            reasons = [
                f"{mail.res_partner_id.email or mail.mail_email_address or '–'}: {mail.format_failure_reason()}"
                for mail in failed
            ]
            return "failed", "; ".join(reasons)
        arrived = all(mail.notification_status == "sent" for mail in notifications)
        return ("sent" if arrived else "handed_over"), False

    @api.depends("invoice_line_ids.xpps_period_start", "invoice_line_ids.xpps_period_end")
    def _compute_xpps_billed(self):
        for move in self:
            move.xpps_billed_period, move.xpps_billed_device_count, move.xpps_billed_pages = False, 0, 0
            if not move.has_xpps_usage:
                continue
            usage = move._xpps_usage()
            rows = [row for agreement in usage.agreements for site in agreement.sites for row in site.rows]
            env = move._in_usage_language().env
            move.xpps_billed_period = period_text(env, usage.period_start, usage.period_end)
            move.xpps_billed_device_count = len({row.serial for row in rows if row.serial})
            move.xpps_billed_pages = sum(row.billed_pages or 0 for row in rows)

    def _xpps_bills_agreements(self):
        """Whether it is an invoice of XPPS agreements."""
        self.ensure_one()
        # Whoever sends an invoice need not see agreements.
        return self.is_sale_document() and any(self.sudo().invoice_line_ids.xpps_subscription_id.mapped("is_xpps"))

    def _get_mail_template(self):
        if len(self) == 1 and self.move_type == "out_invoice" and self._xpps_bills_agreements():
            template = self._xpps_mail_template()
            if template:
                return template
        return super()._get_mail_template()

    def _xpps_mail_template(self):
        """:return: the mail.template of the agreements' own template, else the addon's; empty if both were deleted"""
        # As above.
        templates = self.sudo().invoice_line_ids.xpps_subscription_id.template_id.invoice_mail_template_id
        if len(templates) == 1:
            return templates.with_env(self.env)
        return self.env.ref(MAIL_TEMPLATE, raise_if_not_found=False) or self.env["mail.template"]

    # Sending

    def _xpps_send(self):
        """Send invoices as Odoo's own buttons do: in the ways that their customers want. All of them, or none.

        :raises UserError: when one cannot be sent in that way
        """
        for move in self:
            move._xpps_check_sendable()
        self._xpps_send_checked()

    def _xpps_send_checked(self):
        self.env["account.move.send"]._generate_and_send_invoices(self)
        # The activity is the program's, whoever has it.
        self.sudo().activity_feedback([ACTIVITY_TYPE])

    def _xpps_check_sendable(self):
        """:raises UserError: when an invoice cannot be sent in the way that its customer wants"""
        self.ensure_one()
        send = self.env["account.move.send"]
        settings = send._get_default_sending_settings(self)
        methods = settings["sending_methods"]
        recipients = self.env["res.partner"].browse(settings.get("mail_partner_ids") or [])
        if "email" in methods and not recipients:
            raise UserError(
                self.env._(
                    "%(invoice)s could not be sent: %(customer)s has no e-mail address.",
                    invoice=self.display_name,
                    customer=self.partner_id.display_name,
                )
            )
        send._raise_danger_alerts(send._get_alerts(self, {self: {**settings, "mail_partner_ids": recipients}}))
        labels = dict(self.env["res.partner"]._fields["invoice_sending_method"]._description_selection(self.env))
        for method in methods:
            if not send._is_applicable_to_move(method, self, **settings):
                raise UserError(
                    self.env._(
                        "%(invoice)s could not be sent: %(customer)s cannot be reached “%(method)s”. Check the "
                        "invoice sending of the customer.",
                        invoice=self.display_name,
                        customer=self.partner_id.display_name,
                        method=labels.get(method, method),
                    )
                )

    def _xpps_send_each(self):
        """Send what can be sent of some invoices: one that cannot keeps no other back.

        :return: {account.move: why it was not sent}, of which somebody is told
        """
        reasons, sendable = {}, self.browse()
        for move in self:
            try:
                move._xpps_check_sendable()
                sendable |= move
            except UserError as error:
                reasons[move] = str(error)
        for move in sendable - sendable._xpps_send_together():
            try:
                with self.env.cr.savepoint():
                    move._xpps_send_checked()
            except UserError as error:
                reasons[move] = str(error)
        for move, reason in reasons.items():
            move._xpps_say_unsent(reason)
        return reasons

    def _xpps_send_together(self):
        """Send the invoices that can be sent at once: their documents take a fraction of the time then.

        :return: those that were sent; none if something stands in the way of one
        """
        moves = self.filtered(lambda move: move._xpps_leaves_at_commit())
        if len(moves) < 2:
            return self.browse()
        try:
            with self.env.cr.savepoint():
                moves._xpps_send_checked()
        except RETRY:
            raise
        except Exception as error:
            why = unexpected(error)
            _logger.info("Invoices %s could not be sent together, going on one by one", moves.ids, exc_info=why)
            return self.browse()
        return moves

    def _xpps_leaves_at_commit(self):
        """Whether nothing of an invoice leaves before the transaction ends, as what is given to a web service does."""
        send = self.env["account.move.send"]
        return not send._get_default_extra_edis(self) and send._get_default_sending_methods(self) <= {"email", "manual"}

    def _xpps_say_unsent(self, reason):
        """Somebody has to look after an invoice that could not be sent; he is told once."""
        # Who is told need not be the one who sends, nor may he who sends see the other's activities.
        for move in self.sudo():
            move.message_post(body=reason)
            if not move.activity_search([ACTIVITY_TYPE]):
                user = move.invoice_user_id or move.company_id._xpps_file_responsible() or self.env.user
                move.activity_schedule(ACTIVITY_TYPE, user_id=user.id, note=reason)

    def action_xpps_send_again(self):
        """Send an invoice once more that did not arrive."""
        self.ensure_one()
        self.check_access("write")
        if self.xpps_delivery_state != "failed":
            raise UserError(self.env._("%s was not returned, so it need not be sent again.", self.display_name))
        self._xpps_send()
        return True

    def button_draft(self):
        result = super().button_draft()
        # What was sent is another version; nobody but the program says which message it was.
        self.filtered("xpps_sent_message_id").sudo().xpps_sent_message_id = False
        return result
