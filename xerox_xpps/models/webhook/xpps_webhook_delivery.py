# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import logging
import time
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...common.plural import plural
from ...common.window_actions import say_done
from ...rules import retry_delay, signature_of
from .outgoing import HTTPError, post
from .xpps_webhook import CRON

_logger = logging.getLogger(__name__)

FAILED = "xerox_xpps.mail_activity_webhook_failed"
#: How long what other messages to a webhook wait for after one has failed: whoever does not answer holds up no others.
PAUSE = timedelta(minutes=1)
#: Days after which deliveries are forgotten.
KEPT_DAYS = 30


class XppsWebhookDelivery(models.Model):
    """One message of a webhook: what is told, and what became of it.

    It is sent until the other side has answered, at least once: whoever kills the server between the answer and the
    commit has it sent again, under the same id. Only the program writes these records.
    """

    _name = "xpps.webhook.delivery"
    _description = "XPPS Webhook Delivery"
    _inherit = ["xpps.guard"]
    _order = "id desc"
    _rec_name = "uid"
    _check_company_auto = True

    webhook_id = fields.Many2one(
        "xpps.webhook", required=True, readonly=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="webhook_id.company_id", store=True, precompute=True, index=True)
    uid = fields.Char(string="Delivery Id", required=True, readonly=True, help="By which the other side tells repeats.")
    event = fields.Selection(
        [
            ("file_imported", "File Imported"),
            ("file_failed", "File Failed"),
            ("run_done", "Billing Run Done"),
            ("test", "Test"),
        ],
        required=True,
        readonly=True,
    )
    payload = fields.Text(string="Message", required=True, readonly=True, help="The body as it is posted.")
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Delivered"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    tries = fields.Integer(readonly=True, aggregator=False)
    next_try = fields.Datetime(readonly=True)
    last_try = fields.Datetime(readonly=True)
    status_code = fields.Integer(
        string="Status", readonly=True, aggregator=False, help="Of the last answer; 0 if none."
    )
    error = fields.Char(readonly=True, help="Why the last try failed.")

    _uid_uniq = models.UniqueIndex("(uid)", "There is a delivery of this id already.")

    @api.model
    def _prepare_values(self, webhook, event, data):
        uid = str(uuid.uuid4())
        now = fields.Datetime.now()
        message = {
            "id": uid,
            "event": event,
            "created_at": f"{now.isoformat()}Z",
            "company": {"id": webhook.company_id.id, "name": webhook.company_id.name},
            "data": data,
        }
        return {
            "webhook_id": webhook.id,
            "uid": uid,
            "event": event,
            "payload": json.dumps(message, ensure_ascii=False, separators=(",", ":")),
            "next_try": now,
        }

    # Sending

    @api.model
    def _cron_deliver(self):
        """Send what is due, a message a transaction. Whose messages fail waits, and keeps nobody else waiting."""
        cron = self.env["ir.cron"]
        due = self.search(
            [
                ("state", "=", "waiting"),
                ("next_try", "<=", fields.Datetime.now()),
                # The test button sends by itself.
                ("event", "!=", "test"),
                ("webhook_id.active", "=", True),
            ],
            order="next_try, id",
        )
        cron._commit_progress(remaining=len(due))
        failing = set()
        for delivery in due:
            # Another server may be at it, or it is deleted.
            if not delivery.try_lock_for_update() or delivery.state != "waiting":
                pass
            elif delivery.webhook_id.id in failing:
                delivery._wait(PAUSE)
            elif not delivery._deliver():
                failing.add(delivery.webhook_id.id)
            if not cron._commit_progress(1):
                break

    def _deliver(self):
        """Post the message, and write down what became of it.

        :return: whether it is delivered
        """
        self.ensure_one()
        webhook = self.webhook_id
        status, error = self._post()
        values = {
            "tries": self.tries + 1,
            "last_try": fields.Datetime.now(),
            "status_code": status,
            "error": error,
            "state": "waiting" if error else "done",
            "next_try": False,
        }
        _logger.info(
            "Webhook %s, delivery %s (%s), try %s: %s",
            webhook.id,
            self.uid,
            self.event,
            values["tries"],
            error or status,
        )
        self.write(values)
        if error:
            self._plan_next()
        return not error

    def _post(self):
        """:return: (status of the answer, 0 without any; why it failed, "" if it did not)"""
        # The responsible user reads why.
        webhook = self.webhook_id.with_context(lang=self.webhook_id._responsible().lang)
        found = webhook._look_up()
        # What was allowed when it was entered may be another computer by now.
        obstacle = webhook._obstacle(found)
        if obstacle:
            return 0, obstacle
        target, addresses = found
        if not addresses:
            return 0, webhook.env._("The host %s is not known.", target.host)
        body = self.payload.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "xerox_xpps",
            "X-Xpps-Event": self.event,
            "X-Xpps-Delivery": self.uid,
            # The program alone reads the secret.
            "X-Xpps-Signature": signature_of(webhook.sudo().secret_key, int(time.time()), body),
        }
        try:
            status = post(target, addresses, body, headers)
        except (HTTPError, OSError) as error:
            _logger.info("Webhook %s, delivery %s: %s", webhook.id, self.uid, error)
            return 0, self._say_no_answer(webhook.env, target, error)
        if 200 <= status < 300:
            return status, ""
        if 300 <= status < 400:
            return status, webhook.env._(
                "%(host)s answered with a redirection (%(status)s), which is not followed. Enter the address that it "
                "leads to.",
                host=target.host,
                status=status,
            )
        return status, webhook.env._("%(host)s answered %(status)s.", host=target.host, status=status)

    @api.model
    def _say_no_answer(self, env, target, error):
        kind = type(error).__name__
        if "SSL" in kind or "Certificate" in kind:
            return env._("The certificate of %s is not accepted. The server log says why.", target.host)
        if "Timeout" in kind:
            return env._("%s did not answer in time.", target.host)
        return env._("%s could not be reached, or ended the connection.", target.host)

    def _plan_next(self):
        delay = None if self.event == "test" else retry_delay(self.tries)
        if delay:
            self._wait(delay)
            return
        self.state = "failed"
        if self.event != "test":
            self._ask_for_help()

    def _wait(self, delay):
        self.next_try = fields.Datetime.now() + delay
        self.env.ref(CRON)._trigger(self.next_try)

    def _ask_for_help(self):
        """One activity, however many messages fail."""
        webhook = self.webhook_id
        user = webhook._responsible()
        is_asked = webhook.activity_ids.filtered(
            lambda activity: activity.automated and activity.activity_type_id == self.env.ref(FAILED)
        )
        if user and not is_asked:
            webhook.activity_schedule(
                FAILED,
                summary=webhook.with_context(lang=user.lang).env._("Messages could not be delivered"),
                note=plaintext2html(self.error),
                user_id=user.id,
            )

    # Buttons

    def action_send_again(self):
        """Have failed messages sent once more, with all their tries."""
        self.check_access("read")
        self.webhook_id.check_access("write")
        failed = self.filtered(lambda delivery: delivery.state == "failed" and delivery.event != "test")
        if not failed:
            raise UserError(self.env._("Only messages that have failed can be sent again."))
        # Nobody writes by hand what becomes of a message, or starts crons.
        failed.sudo().write({"state": "waiting", "tries": 0, "next_try": fields.Datetime.now()})
        # See above.
        failed.webhook_id.sudo().activity_unlink([FAILED])
        self.env.ref(CRON).sudo()._trigger()
        return say_done(
            plural(
                len(failed),
                self.env._("The message is being sent again."),
                self.env._("%s messages are being sent again.", len(failed)),
            )
        )

    @api.autovacuum
    def _gc_deliveries(self):
        """Forget what is long past, also what waits for a webhook that is archived."""
        self.search([("create_date", "<", fields.Datetime.now() - timedelta(days=KEPT_DAYS))]).unlink()
