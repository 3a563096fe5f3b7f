# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...common.constants import BILLING_GROUP, USER_GROUP
from ...common.locking import claim, lock_or_refuse
from ...common.today import company_today
from ...common.window_actions import open_form
from ...rules import OPEN_QUERY_STATES, follows

ASKED = "xerox_xpps.mail_activity_customer_query"

#: Characters of a question.
MAX_TEXT = 4000


class XppsCustomerQuery(models.Model):
    """What a customer does not understand of a line of an invoice, and what became of it.

    Asked on the portal (``_ask``), handled by billing users; both write in its chatter. ``rules.customer_query`` says
    which state may follow which. The dispute with Xerox and the customer's credit note are in the files beside this
    one.
    """

    _name = "xpps.customer.query"
    _description = "Customer Question"
    _inherit = ["portal.mixin", "mail.thread", "mail.activity.mixin", "xpps.guard"]
    _order = "id desc"
    _check_company_auto = True
    # The customer reads, and writes in the chatter, as on an invoice.
    _mail_post_access = "read"

    name = fields.Char(string="Number", required=True, readonly=True, copy=False, default="/")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", string="Asked By", required=True, readonly=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Invoice Line", readonly=True, ondelete="set null", check_company=True
    )
    line_text = fields.Text(string="Line", readonly=True, help="What the line said when it was asked about.")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(
        string="Amount of the Line", readonly=True, help="Before taxes, when the line was asked about."
    )
    subscription_id = fields.Many2one(
        "sale.subscription",
        string="Agreement",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        groups=USER_GROUP,
    )
    device_id = fields.Many2one(
        "stock.lot", readonly=True, index="btree_not_null", ondelete="set null", check_company=True
    )
    charge_ids = fields.Many2many(
        "sale.subscription.charge",
        "xpps_customer_query_charge_rel",
        "query_id",
        "charge_id",
        string="Charges",
        readonly=True,
        groups=USER_GROUP,
        help="The charges that the line billed when it was asked about.",
    )
    period_start = fields.Date(readonly=True)
    period_end = fields.Date(readonly=True)
    text = fields.Text(string="Question", required=True, readonly=True)
    answer = fields.Text(help="Sent to the customer by “Send Answer” and “Refuse”.")
    user_id = fields.Many2one("res.users", string="Responsible", tracking=True, check_company=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("looked_at", "Looked At"),
            ("answered", "Answered"),
            ("credited", "Credited"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="new",
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )

    # Two users of a customer who ask at the same moment do not see each other's question; this index does.
    _open_uniq = models.UniqueIndex(
        "(move_line_id) WHERE state IN ('new', 'looked_at', 'answered')",
        "There is already an open question about this line.",
    )

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for query in self:
            query.access_url = f"/my/xpps/queries/{query.id}"
        return result

    @api.model_create_multi
    def create(self, vals_list):
        queries = super().create(vals_list)
        for query in queries:
            if query.state != "new":
                raise UserError(self.env._("A question begins as new."))
            if query.name == "/":
                # Whoever asks may take the next number.
                sequence = self.env["ir.sequence"].sudo().with_company(query.company_id)
                query.sudo().name = sequence.next_by_code("xpps.customer.query")
        return queries

    def write(self, vals):
        if "state" in vals:
            self._check_next_state(vals["state"])
        return super().write(vals)

    def _check_next_state(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for query in self:
            if not follows(query.state, state):
                raise UserError(
                    self.env._(
                        "%(query)s is “%(old)s”, so it cannot become “%(new)s”.",
                        query=query.name,
                        old=labels[query.state],
                        new=labels.get(state, state),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        raise UserError(self.env._("Questions of customers are kept: refuse those that have no reason."))

    # Asking

    @api.model
    def _open_about(self, lines):
        """:return: the open questions about invoice lines, {account.move.line id: xpps.customer.query}"""
        # Whoever may see the line may know that it is being looked at.
        found = self.sudo().search([("move_line_id", "in", lines.ids), ("state", "in", OPEN_QUERY_STATES)])
        return {query.move_line_id.id: query for query in found}

    @api.model
    def _ask(self, line, text, device=None):
        """A customer asks about a line; one question about it is open at a time.

        :param line: account.move.line, an XPPS item of an invoice that the user may read
        :param device: stock.lot, one of the line's, or none
        :return: (the question, whether it is new)
        :raises UserError: when the text is empty or too long
        """
        line.check_access("read")
        text = (text or "").strip()
        if not text:
            raise UserError(self.env._("Write what you want to know about this line."))
        if len(text) > MAX_TEXT:
            raise UserError(
                self.env._("Your question is too long: it can have %s characters. Attach a file to it later.", MAX_TEXT)
            )
        # What a line bills is told to the reseller, whatever the customer may see of it.
        line = line.sudo()
        claim(line.move_id)
        if known := self._open_about(line).get(line.id):
            return known, False
        charges = line.xpps_charge_ids
        if device:
            charges = charges.filtered(lambda charge: charge.device_id == device)
        starts, ends = ([day for day in charges.mapped(name) if day] for name in ("period_start", "period_end"))
        query = (
            # Customers have no right to make records.
            self.sudo()
            .with_company(line.company_id)
            .with_context(mail_create_nosubscribe=True)
            .create(
                {
                    "company_id": line.company_id.id,
                    "partner_id": self.env.user.partner_id.id,
                    "move_id": line.move_id.id,
                    "move_line_id": line.id,
                    "line_text": line.name or line.product_id.display_name,
                    "currency_id": line.currency_id.id,
                    "amount": line.price_subtotal,
                    "subscription_id": line._xpps_agreement().id,
                    "device_id": charges.device_id.id if len(charges.device_id) == 1 else False,
                    "charge_ids": [Command.set(charges.ids)],
                    "period_start": min(starts, default=line.xpps_period_start),
                    "period_end": max(ends, default=line.xpps_period_end),
                    "text": text,
                    "user_id": self._responsible(line).id,
                }
            )
        )
        query._tell_responsible()
        return query, True

    def _responsible(self, line):
        """:return: who looks after the agreement, if he handles billing; else who looks after the company's files"""
        user = line._xpps_agreement().user_id
        return self.env["xpps.reminder"]._reminded(line.company_id, user, BILLING_GROUP)

    def _tell_responsible(self):
        self.message_subscribe((self.partner_id | self.user_id.partner_id).ids)
        if self.user_id:
            env = self.with_context(lang=self.user_id.lang).env
            self.activity_schedule(
                ASKED,
                date_deadline=company_today(self.company_id),
                user_id=self.user_id.id,
                summary=env._(
                    "%(customer)s asks about a line of %(invoice)s",
                    customer=self.partner_id.display_name,
                    invoice=self.move_id.name,
                ),
            )

    # Handling

    def action_look_at(self):
        """Take questions on, also those that were refused or answered."""
        self._go("looked_at")
        for query in self.filtered(lambda query: not query.user_id):
            query.user_id = self.env.user
        return True

    def action_answer(self):
        """Send the answer to the customer."""
        for query in self._go("answered", "answer"):
            query._send(query.answer)
        return True

    def action_refuse(self):
        """Say that the line stays as it is; the answer says why."""
        told = self.filtered(lambda query: query.state == "answered")
        for query in self._go("refused", "answer"):
            if query not in told:
                query._send(query.answer)
            query._send(query._for_customer()._("We have checked this line: it stays as it is."))
        return True

    def _go(self, state, *required):
        """Have questions go to a state. :return: them

        :param required: names of fields that are filled in before
        """
        self.check_access("write")
        self._lock()
        self._check_next_state(state)
        for query in self:
            for name in required:
                if not (query[name] or "").strip():
                    label = self._fields[name]._description_string(self.env)
                    raise UserError(self.env._("%(query)s: fill in “%(field)s” first.", query=query.name, field=label))
        # Nobody but this table of states writes it.
        self.sudo().write({"state": state})
        if state != "looked_at":
            self._end_activities()
        return self

    def _lock(self):
        lock_or_refuse(
            self,
            self.env._(
                "Someone else is working on %s right now. Reload it before you continue.",
                ", ".join(self.mapped("name")),
            ),
        )

    def _end_activities(self):
        # What the responsible was told of is done, whoever did it.
        self.sudo().activity_unlink([ASKED])

    def _for_customer(self):
        """:return: the environment in the customer's language"""
        return self.with_context(lang=self.partner_id.lang or self.env.lang).env

    def _send(self, text):
        """Write to the customer, in the chatter and by e-mail."""
        self.ensure_one()
        self.message_post(body=plaintext2html(text), partner_ids=self.partner_id.ids, subtype_xmlid="mail.mt_comment")

    # Smart buttons

    def action_open_invoice(self):
        self.ensure_one()
        self.check_access("read")
        return open_form(self.move_id)

    def action_open_device(self):
        self.ensure_one()
        self.check_access("read")
        return open_form(self.device_id)
