# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...common.formats import amount_text
from ...common.listing import enumeration
from ...common.locking import lock_in_state
from ...common.plural import plural
from ...common.window_actions import open_dialog, open_records
from ...documents import write_dispute_xlsx

#: States in which Xerox's answer is still to come.
OPEN_STATES = ("draft", "sent")
#: States in which Xerox credits what it is asked for, or a part of it.
CREDITED_STATES = ("credited", "partly_credited")

#: How many rows a text names.
MAX_LISTED = 10


class XppsDispute(models.Model):
    """What the reseller does not accept of Xerox's bill, and what became of it.

    Made from rows of ``xpps.vendor.report``, whose figures its lines keep as they were. ``action_send`` mails them to
    Xerox; then Xerox credits all of it (``action_credit``), a part, or nothing (``action_reject``).
    """

    _name = "xpps.dispute"
    _description = "XPPS Dispute with Xerox"
    _inherit = ["mail.thread", "mail.activity.mixin", "xpps.guard"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", required=True, readonly=True, copy=False, default="/")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, readonly=True, help="The currency that Xerox bills in."
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Xerox Contact",
        check_company=True,
        tracking=True,
        help="Who gets the dispute by e-mail.",
    )
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, tracking=True, check_company=True
    )
    reason = fields.Char(
        required=True, tracking=True, help="A short description of the problem, which is sent to Xerox."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("credited", "Credited"),
            ("partly_credited", "Partly Credited"),
            ("rejected", "Rejected"),
            ("cancelled", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
    )
    sent_on = fields.Date(readonly=True, copy=False)
    line_ids = fields.One2many("xpps.dispute.line", "dispute_id", string="Rows", copy=False)
    line_count = fields.Integer(string="Number of Rows", compute="_compute_line_count")
    billing_file_ids = fields.Many2many(
        "xpps.billing.file",
        string="Billing Files",
        compute="_compute_billing_file_ids",
        search="_search_billing_file_ids",
    )
    vendor_bill_id = fields.Many2one(
        "account.move",
        check_company=True,
        domain="[('company_id', '=', company_id), ('move_type', 'in', ('in_invoice', 'in_refund'))]",
        index="btree_not_null",
        help="Xerox's bill that is disputed.",
    )
    amount = fields.Monetary(
        string="Disputed Amount",
        compute="_compute_amount",
        store=True,
        tracking=True,
        help="A positive amount means that Xerox billed too much.",
    )
    credited_amount = fields.Monetary(
        copy=False,
        tracking=True,
        help="The part of the disputed amount that Xerox credits. With 0, Xerox credits the full amount.",
    )
    open_amount = fields.Monetary(
        compute="_compute_open_amount", store=True, help="Disputed amount while Xerox's answer is pending."
    )

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for dispute in self:
            dispute.amount = sum(dispute.line_ids.mapped("amount"))

    @api.depends("amount", "state")
    def _compute_open_amount(self):
        for dispute in self:
            dispute.open_amount = dispute.amount if dispute.state in OPEN_STATES else 0.0

    def _compute_line_count(self):
        counts = dict(
            self.env["xpps.dispute.line"]._read_group([("dispute_id", "in", self.ids)], ["dispute_id"], ["__count"])
        )
        for dispute in self:
            dispute.line_count = counts.get(dispute, 0)

    @api.depends("line_ids.billing_file_id")
    def _compute_billing_file_ids(self):
        for dispute in self:
            dispute.billing_file_ids = dispute.line_ids.billing_file_id

    @api.model
    def _search_billing_file_ids(self, operator, value):
        return [("line_ids.billing_file_id", operator, value)]

    @api.constrains("credited_amount", "state", "amount")
    def _check_credited_amount(self):
        """A credit of part of the amount, or of all of it; see ``action_credit``."""
        for dispute in self:
            low, high = sorted((0.0, dispute.amount))
            compare = dispute.currency_id.compare_amounts
            if compare(dispute.credited_amount, low) < 0 or compare(dispute.credited_amount, high) > 0:
                raise ValidationError(
                    self.env._(
                        "%(dispute)s: a credit of %(credited)s does not fit a dispute of %(amount)s.",
                        dispute=dispute.name,
                        credited=amount_text(self.env, dispute.credited_amount, dispute.currency_id),
                        amount=amount_text(self.env, dispute.amount, dispute.currency_id),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create(vals_list)
        for dispute in disputes.filtered(lambda dispute: dispute.name == "/"):
            # Whoever may make disputes may take the next number.
            sequence = self.env["ir.sequence"].sudo().with_company(dispute.company_id)
            dispute.sudo().name = sequence.next_by_code("xpps.dispute")
        return disputes

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        for dispute in self:
            if dispute.state != "draft" or dispute.sent_on:
                raise UserError(
                    self.env._("%s was sent to Xerox: it cannot be deleted, only withdrawn.", dispute.name)
                    if dispute.sent_on
                    else self.env._("%s is closed: it cannot be deleted.", dispute.name)
                )

    # From the report

    @api.model
    def _create_from_rows(self, rows):
        """Dispute rows of the report, as far as there is something to dispute and nobody does so yet.

        :param rows: xpps.vendor.report of one company and currency
        :return: the dispute, a draft; what was left out stands in its chatter
        :raises UserError: when nothing is left to dispute
        """
        self.check_access("create")
        rows.check_access("read")
        if len(rows.company_id) > 1 or len(rows.currency_id) > 1:
            raise UserError(
                self.env._(
                    "A dispute covers the bills of one company in one currency. Select rows of one company and "
                    "currency at a time."
                )
            )
        # Rows of a query do not notice what is disputed since they were read.
        rows.invalidate_recordset(["dispute_id"])
        faulty = rows.filtered(lambda row: row.flag or row.difference)
        disputed = faulty.filtered("dispute_id")
        left = faulty - disputed
        remarks = self._left_out(rows - faulty, disputed)
        if not left:
            raise UserError(
                "\n".join([self.env._("There is nothing to dispute in the rows that you selected."), *remarks])
            )
        company = left.company_id
        flags = dict(rows._fields["flag"]._description_selection(self.env))
        # Company, currency and figures are the report's: nobody has the right to make up others.
        disputes = self.sudo().with_company(company)
        dispute = disputes.create(
            {
                "company_id": company.id,
                "currency_id": left.currency_id.id,
                "partner_id": company._xpps_vendor_settings().xpps_vendor_id.id,
                "vendor_bill_id": self._vendor_bill_of(left.billing_file_id).id,
                "reason": ", ".join(label for flag, label in flags.items() if flag in left.mapped("flag"))
                or self.env._("Differences"),
            }
        )
        lines = dispute.line_ids
        lines.create([lines._prepare_from_row(dispute, row) for row in left])
        dispute = dispute.with_env(self.env)
        dispute.check_access("create")
        if remarks:
            dispute.message_post(body="\n".join(remarks))
        return dispute

    def _amount_text(self):
        """The disputed amount, as the mail to Xerox has it."""
        self.ensure_one()
        return amount_text(self.env, self.amount, self.currency_id)

    def _vendor_bill_of(self, files):
        """:return: Xerox's bill of the files, empty if there are several"""
        bills = files.vendor_bill_id
        return bills if len(bills) == 1 else bills.browse()

    def _left_out(self, as_expected, disputed):
        """:return: which rows are not disputed, and why: a list of texts"""
        remarks = []
        if as_expected:
            remarks.append(
                plural(
                    len(as_expected),
                    self.env._("1 row was left out because Xerox billed what was expected."),
                    self.env._("%s rows were left out because Xerox billed what was expected.", len(as_expected)),
                )
            )
        for dispute, rows in disputed.grouped("dispute_id").items():
            remarks.append(
                self.env._(
                    "Left out because %(dispute)s already covers them: %(rows)s.",
                    dispute=dispute.name,
                    rows=self._row_names(rows),
                )
            )
        return remarks

    def _row_names(self, rows):
        labels = dict(rows._fields["component"]._description_selection(self.env))
        names = [f"{row.serial} {labels[row.component]}" for row in rows[:MAX_LISTED]]
        return enumeration(self.env, names, MAX_LISTED, len(rows))

    # Life of a dispute

    def action_send(self):
        """Open Odoo's mail composer with the dispute's template and its rows as a workbook."""
        self.ensure_one()
        self.check_access("write")
        self._check_state("draft", "sent")
        if not self.line_ids:
            raise UserError(self.env._("%s has no rows to send to Xerox.", self.name))
        context = {
            "default_model": self._name,
            "default_res_ids": self.ids,
            "default_composition_mode": "comment",
            "default_template_id": self.env.ref("xerox_xpps.mail_template_dispute").id,
            "default_email_layout_xmlid": "mail.mail_notification_light",
            "hide_mail_template_management_options": True,
            "force_email": True,
            "mark_xpps_dispute_as_sent": True,
        }
        return open_dialog(self.env["mail.compose.message"], self.env._("Send to Xerox"), context)

    def message_post(self, **kwargs):
        message = super().message_post(**kwargs)
        if self.env.context.get("mark_xpps_dispute_as_sent"):
            self.filtered(lambda dispute: dispute.state == "draft")._mark_sent()
        return message

    def _process_attachments_for_template_post(self, mail_template):
        """The dispute's own template comes with the rows as a workbook."""
        attachments = super()._process_attachments_for_template_post(mail_template)
        if mail_template == self.env.ref("xerox_xpps.mail_template_dispute", raise_if_not_found=False):
            for dispute in self:
                workbook = base64.b64encode(dispute._dispute_xlsx())
                files = attachments.setdefault(dispute.id, {}).setdefault("attachments", [])
                files.append((dispute._dispute_filename(), workbook))
        return attachments

    def action_mark_sent(self):
        """Say that Xerox got the dispute on another way than by Odoo's e-mail."""
        self.check_access("write")
        self._check_state("draft")
        self._mark_sent()
        return True

    def _mark_sent(self):
        # See write.
        self.sudo().write({"state": "sent", "sent_on": fields.Date.context_today(self)})

    def action_credit(self):
        """Xerox credits the dispute: all of it, unless a smaller amount was entered."""
        self.check_access("write")
        self._check_state("sent")
        for dispute in self:
            if dispute.currency_id.is_zero(dispute.credited_amount):
                dispute.credited_amount = dispute.amount
            all_of_it = not dispute.currency_id.compare_amounts(dispute.credited_amount, dispute.amount)
            # See write.
            dispute.sudo().state = "credited" if all_of_it else "partly_credited"
        return True

    def action_reject(self):
        """Xerox credits nothing."""
        self.check_access("write")
        self._check_state("sent")
        # See write.
        self.sudo().write({"state": "rejected", "credited_amount": 0.0})
        return True

    def action_cancel(self):
        """Withdraw disputes; their rows can be disputed again."""
        self.check_access("write")
        self._check_state("draft", "sent")
        # See write.
        self.sudo().write({"state": "cancelled", "credited_amount": 0.0})
        return True

    def action_reopen(self):
        """Take up closed disputes again: as drafts, those that were sent as sent."""
        self.check_access("write")
        self._check_state("credited", "partly_credited", "rejected", "cancelled")
        for dispute in self:
            # See write.
            dispute.sudo().write({"state": "sent" if dispute.sent_on else "draft", "credited_amount": 0.0})
        return True

    def _check_state(self, *states):
        """See ``lock_in_state``."""
        lock_in_state(
            self,
            states,
            lambda wrong: self.env._("This is not possible in the current status of the dispute: %s.", wrong),
        )

    # The workbook

    def _dispute_xlsx(self):
        """:return: the rows as a workbook in the contact's language, in bytes"""
        self.ensure_one()
        self.check_access("read")
        return write_dispute_xlsx(self.with_context(lang=self.partner_id.lang or self.env.lang))

    def _dispute_filename(self):
        return f"{self.name.replace('/', '-')}.xlsx"

    def action_download(self):
        """Download the rows as XLSX."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/xerox_xpps/dispute/{self.id}", "target": "download"}

    def action_open_lines(self):
        self.ensure_one()
        self.check_access("read")
        return open_records(self, "xerox_xpps.action_xpps_dispute_line", [("dispute_id", "=", self.id)])

    def action_open_files(self):
        self.ensure_one()
        return self.billing_file_ids._action_open("xerox_xpps.action_xpps_billing_file", "id")
