# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import NO_ACCESS

from ...common.constants import MANAGER_GROUP
from ...common.window_actions import open_records
from ...rules import MIN_SECRET, networks_of, target_of, unreachable
from .outgoing import addresses_of

#: System parameter: networks beside the internet that may be told something, as "10.1.0.0/16, 127.0.0.1".
ALLOWED_NETWORKS = "xerox_xpps.webhook_networks"
CRON = "xerox_xpps.ir_cron_deliver_webhooks"


class XppsWebhook(models.Model):
    """An address of another program that is told when work has ended.

    What it is told is written down in the transaction that ends the work (``xpps.webhook.delivery``), and sent by a
    cron when that is committed: nothing is lost, and nothing is told that did not happen.
    """

    _name = "xpps.webhook"
    _description = "XPPS Webhook"
    _inherit = ["mail.thread", "mail.activity.mixin", "xpps.guard"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, tracking=True
    )
    url = fields.Char(
        string="Address",
        required=True,
        tracking=True,
        help="Where the messages are posted to. It begins with https://. Addresses of your own network are refused "
        "unless an administrator of Odoo allows them.",
    )
    secret = fields.Char(
        compute="_compute_secret",
        inverse="_inverse_secret",
        help="What both sides know: each message is signed with it. It is never shown again. To change it, enter a new "
        "one.",
    )
    secret_key = fields.Char(groups=NO_ACCESS, copy=False, help="The secret, which nobody reads but the program.")
    on_file_imported = fields.Boolean(
        string="File Imported", default=True, tracking=True, help="A billing file was imported."
    )
    on_file_failed = fields.Boolean(
        string="File Failed",
        default=True,
        tracking=True,
        help="A billing file could not be checked or imported in the background, or by itself.",
    )
    on_run_done = fields.Boolean(
        string="Billing Run Done",
        default=True,
        tracking=True,
        help="A billing run has created, posted or sent its invoices.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        tracking=True,
        default=lambda self: self.env.user,
        help="Who gets an activity when a message could not be delivered.",
    )
    delivery_ids = fields.One2many("xpps.webhook.delivery", "webhook_id", string="Deliveries", readonly=True)
    delivery_count = fields.Integer(compute="_compute_delivery_counts")
    failed_count = fields.Integer(compute="_compute_delivery_counts")

    def _compute_secret(self):
        self.secret = ""

    def _inverse_secret(self):
        for webhook in self:
            if not webhook.secret:
                continue
            if len(webhook.secret) < MIN_SECRET:
                raise ValidationError(
                    webhook.env._(
                        "The secret of %(webhook)s needs %(count)s characters or more.",
                        webhook=webhook.name,
                        count=MIN_SECRET,
                    )
                )
            # Nobody writes or reads what is kept, but by way of this.
            webhook.sudo().secret_key = webhook.secret
        self.invalidate_recordset(["secret"])

    @api.depends("delivery_ids.state")
    def _compute_delivery_counts(self):
        counts = {
            (webhook.id, state): count
            for webhook, state, count in self.env["xpps.webhook.delivery"]._read_group(
                [("webhook_id", "in", self.ids)], ["webhook_id", "state"], ["__count"]
            )
        }
        for webhook in self:
            webhook.delivery_count = sum(count for (id_, _state), count in counts.items() if id_ == webhook.id)
            webhook.failed_count = counts.get((webhook.id, "failed"), 0)

    @api.constrains("url")
    def _check_url(self):
        for webhook in self:
            # A name that is not known yet may be entered; it is looked up again for each message.
            obstacle = webhook._obstacle()
            if obstacle:
                raise ValidationError(obstacle)

    @api.constrains("on_file_imported", "on_file_failed", "on_run_done")
    def _check_events(self):
        for webhook in self:
            if not (webhook.on_file_imported or webhook.on_file_failed or webhook.on_run_done):
                raise ValidationError(webhook.env._("Choose what %s is told.", webhook.name))

    @api.constrains("user_id", "company_id")
    def _check_user(self):
        for webhook in self:
            # Whoever sets the webhook up need not read other users' companies.
            user, company = webhook.user_id.sudo(), webhook.company_id
            if user and not company._xpps_has_right(user, MANAGER_GROUP):
                raise ValidationError(
                    webhook.env._(
                        "%(user)s cannot be responsible for %(webhook)s. The responsible user needs access to "
                        "%(company)s and the right “Xerox XPPS / Administrator”.",
                        user=user.name,
                        webhook=webhook.name,
                        company=company.sudo().name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        webhooks = super().create(vals_list)
        # Nobody reads what is kept; see _inverse_secret.
        if not all(webhooks.sudo().mapped("secret_key")):
            raise ValidationError(
                self.env._("A webhook needs a secret: whoever gets its messages knows by it who sent them.")
            )
        return webhooks

    # Where to

    def _allowed_networks(self):
        # An administrator of Odoo decides; whoever ends a piece of work need not read that.
        return networks_of(self.env["ir.config_parameter"].sudo().get_param(ALLOWED_NETWORKS) or "")

    def _look_up(self):
        """:return: (rules.Target, the addresses of its host); (None, []) where the address is none of the web"""
        self.ensure_one()
        target = target_of(self.url or "")
        return target, addresses_of(target) if target else []

    def _obstacle(self, found=None):
        """Why nothing may be posted to the address; "" if nothing is wrong with it, or its host is not known.

        :param found: what ``_look_up`` gave
        """
        target, addresses = found or self._look_up()
        if not target:
            return self.env._(
                "“%s” is no address to post to. It has to begin with https://, and without a user name or password.",
                self.url,
            )
        refused = unreachable(target, addresses, self._allowed_networks())
        if target.scheme != "https" and (refused or not addresses):
            return self.env._("The address of %s has to begin with https://.", self.name)
        if refused:
            return self.env._(
                "%(host)s is at %(address)s, which is not an address of the internet. Only an administrator of Odoo "
                "can allow it, by the system parameter %(parameter)s.",
                host=target.host,
                address=refused,
                parameter=ALLOWED_NETWORKS,
            )
        return ""

    # What is told

    @api.model
    def _notify(self, event, record, **details):
        """Have the webhooks of the record's company told, once this transaction is committed.

        :param event: "file_imported", "file_failed" or "run_done"
        :param record: what has ended; its ``_prepare_webhook_data`` says what is told of it
        :param details: what is told besides
        """
        # Whoever ends a piece of work need have no right to webhooks.
        webhooks = self.sudo().search([("company_id", "=", record.company_id.id), (f"on_{event}", "=", True)])
        webhooks._tell(event, record, details)
        if webhooks:
            # See above.
            self.env.ref(CRON).sudo()._trigger()

    def _tell(self, event, record, details=None):
        """:return: the deliveries, xpps.webhook.delivery"""
        # Only the program writes what is delivered.
        deliveries = self.env["xpps.webhook.delivery"].sudo()
        if not self:
            return deliveries
        data = {**record._prepare_webhook_data(), **(details or {})}
        return deliveries.create([deliveries._prepare_values(webhook, event, data) for webhook in self])

    def _prepare_webhook_data(self):
        """What a test tells: the webhook itself."""
        return {"type": "webhook", "id": self.id, "name": self.name}

    def _responsible(self):
        """:return: who looks after the webhook, if he still may; else an administrator of the company; or nobody"""
        self.ensure_one()
        # Whoever triggers this need not read users.
        users, managers = self.env["res.users"].sudo(), self.company_id._domain_xpps_group(MANAGER_GROUP)
        chosen = users.search([("id", "in", self.user_id.ids), *managers])
        return chosen or users.search(managers, order="id", limit=1)

    # Buttons

    def action_test(self):
        """Post a message of the event “test” at once, and say what became of it."""
        self.ensure_one()
        self.check_access("write")
        delivery = self._tell("test", self)
        delivery._deliver()
        is_done = delivery.state == "done"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_done else "danger",
                "sticky": not is_done,
                "title": self.name,
                "message": self.env._("The test message was delivered.") if is_done else delivery.error,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_deliveries(self):
        return open_records(self, "xerox_xpps.action_xpps_webhook_delivery", [("webhook_id", "in", self.ids)])
