# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...billing_run import RELEASABLE, RunPreparation
from ...common.constants import DELIVERY_SELECTION
from ...common.window_actions import open_dialog, open_invoices, open_records
from ...rules import ended_by_domain, reached_domain

#: What somebody has to look after, first.
DELIVERY_ORDER = ("failed", "manual", "handed_over", "sent")


class XppsBillingRunLine(models.Model):
    """An agreement in a billing run: what is billed of it, or why it is not.

    Lines are made and changed by their run alone; users only write the reason to bill an incomplete agreement.
    """

    _name = "xpps.billing.run.line"
    _description = "XPPS Billing Run Agreement"
    _inherit = ["xpps.guard"]
    _order = "run_id desc, id"
    _rec_name = "subscription_id"
    _check_company_auto = True

    run_id = fields.Many2one(
        "xpps.billing.run",
        string="Billing Run",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    subscription_id = fields.Many2one(
        "sale.subscription",
        string="Agreement",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    partner_id = fields.Many2one(related="subscription_id.partner_id", store=True, precompute=True, string="Customer")
    joint_key = fields.Char(
        readonly=True,
        help="The same for agreements that can be billed on one invoice; empty for those that are invoiced separately.",
    )
    currency_id = fields.Many2one(related="subscription_id.currency_id")
    state = fields.Selection(
        [
            ("ready", "Ready"),
            ("held", "Held Back"),
            ("nothing", "Nothing to Invoice"),
            ("invoiced", "Invoiced"),
            ("failed", "Failed"),
            ("undone", "Undone"),
        ],
        required=True,
        default="ready",
        readonly=True,
    )
    hold_code = fields.Selection(
        [
            ("paused", "Agreement Paused"),
            ("archived", "Agreement Archived"),
            ("tax_archived", "Tax Archived"),
            ("payer_archived", "Payer Archived"),
            ("reference_missing", "Customer Reference Missing"),
            ("services_to_approve", "Services to Approve"),
            ("file_missing", "File Missing"),
            ("devices_missing", "Devices Missing"),
            ("held_records", "Held Records"),
            ("flagged", "Flagged in the Vendor Report"),
            ("charges_to_approve", "Charges to Approve"),
            ("no_service", "Devices Without Service"),
            ("joint", "Invoiced Together"),
        ],
        string="Held Back For",
        readonly=True,
        help="The first of the reasons.",
    )
    reason = fields.Text(readonly=True, help="What is wrong, with the devices concerned.")
    base_notice = fields.Text(
        string="Base Prices to Look At",
        compute="_compute_base_notice",
        help="Days on which the agreement ran and that no invoice bills, and days that two invoices bill.",
    )
    has_base_gap = fields.Boolean(compute="_compute_base_notice")
    override_reason = fields.Char(
        string="Bill Anyway Because",
        help="Why the agreement is billed although something is missing. Charges that are not approved are not billed.",
    )
    noted = fields.Text(readonly=True, help="What the run found besides when it looked for agreements.")
    notice = fields.Text(
        compute="_compute_notice",
        help="What to know before the agreement is invoiced or its invoices are posted, although nothing is wrong.",
    )
    error = fields.Text(readonly=True, help="Why it could not be invoiced, posted or sent.")
    problem = fields.Text(compute="_compute_problem", help="What went wrong, or why the agreement is held back.")
    recurring_due = fields.Boolean(string="Services Due", readonly=True)
    recurring_amount = fields.Monetary(string="Services", readonly=True)
    charge_count = fields.Integer(string="Number of Charges", readonly=True)
    charge_amount = fields.Monetary(string="Charges", readonly=True)
    amount_total = fields.Monetary(
        string="Untaxed Amount", compute="_compute_amount_total", store=True, precompute=True, readonly=True
    )
    device_count = fields.Integer(string="Devices", readonly=True)
    covered_count = fields.Integer(
        string="Devices in Files", readonly=True, help="Devices that an imported billing file of the period covers."
    )
    previous_next_date = fields.Date(
        readonly=True, help="Next invoice date of the agreement before it was invoiced; an undo restores it."
    )
    next_date = fields.Date(readonly=True, help="Next invoice date of the agreement, as set by the run.")
    payer_ids = fields.Many2many(
        "res.partner",
        string="Payers",
        compute="_compute_payer_ids",
        help="Who gets invoices of the agreement, besides its invoice address.",
    )
    move_ids = fields.Many2many("account.move", string="Invoices", compute="_compute_move_ids")
    invoice_state = fields.Selection(
        [("draft", "Draft"), ("posted", "Posted"), ("sent", "Sent")],
        string="Invoice",
        compute="_compute_invoice_state",
        help="Of several invoices, that of the one that is least far.",
    )
    can_release = fields.Boolean(
        compute="_compute_can_release", help="The agreement is held back, and can be billed anyway."
    )
    delivery_state = fields.Selection(
        DELIVERY_SELECTION,
        string="Delivery",
        compute="_compute_delivery_state",
        help="Invoices that are handed over to the mail server may still be returned by it.",
    )
    waiting = fields.Boolean(readonly=True, help="The current step of the run has not been done for this line yet.")

    _subscription_uniq = models.Constraint(
        "UNIQUE (run_id, subscription_id)", "An agreement can be in a billing run only once."
    )
    _waiting_idx = models.Index("(run_id, id) WHERE waiting")

    @api.depends("recurring_amount", "charge_amount")
    def _compute_amount_total(self):
        for line in self:
            line.amount_total = line.recurring_amount + line.charge_amount

    @api.depends("state", "reason", "error", "move_ids")
    def _compute_problem(self):
        for line in self:
            returned = line.move_ids.filtered("xpps_delivery_problem").mapped("xpps_delivery_problem")
            line.problem = line.error or "\n".join(returned) or (line.state in ("held", "nothing") and line.reason)

    @api.depends("noted", "move_ids")
    def _compute_notice(self):
        """With the accounting dates that posting will move, as the drafts themselves say it."""
        for line in self:
            # What becomes of the run's drafts does not depend on the right to see them.
            drafts = line.sudo().move_ids.filtered(lambda move: move.state == "draft")
            moved = drafts.filtered("tax_lock_date_message").mapped("tax_lock_date_message")
            line.notice = "\n".join(filter(None, [line.noted, *dict.fromkeys(moved)])) or False

    @api.depends("move_ids")
    def _compute_invoice_state(self):
        for line in self:
            states = {
                "draft" if move.state == "draft" else "sent" if move.is_move_sent else "posted"
                for move in line.move_ids
            }
            line.invoice_state = next((state for state in ("draft", "posted", "sent") if state in states), False)

    @api.depends("state", "hold_code")
    def _compute_can_release(self):
        for line in self:
            line.can_release = line.state == "held" and line.hold_code in RELEASABLE

    @api.depends("move_ids")
    def _compute_delivery_state(self):
        """Of several invoices, that of the one that somebody has to look after first."""
        for line in self:
            states = line.move_ids.mapped("xpps_delivery_state")
            line.delivery_state = next(filter(states.__contains__, DELIVERY_ORDER), False)

    @api.depends("subscription_id", "state")
    def _compute_base_notice(self):
        # As superuser, for what is wrong does not depend on what the user may see of the agreement.
        for line in self.sudo():
            line.base_notice = line.subscription_id.xpps_base_notice
            line.has_base_gap = line.subscription_id.xpps_has_base_gap

    @api.depends("subscription_id", "move_ids")
    def _compute_payer_ids(self):
        """Of the invoices once there are some; else as the agreement says."""
        for line in self:
            agreement = line.subscription_id
            others = agreement._xpps_other_payers() if agreement._xpps_names_payers() else agreement.partner_id.browse()
            # Who gets the run's invoices does not depend on the right to see them.
            moves = line.sudo().move_ids
            line.payer_ids = (moves.partner_id.with_env(self.env) - agreement._xpps_payer()) if moves else others

    @api.depends("run_id.move_ids")
    def _compute_move_ids(self):
        """The run's invoices that have something of the agreement on them, with one query."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("move_id.xpps_billing_run_id", "in", self.run_id.ids),
                ("xpps_subscription_id", "in", self.subscription_id.ids),
                ("parent_state", "!=", "cancel"),
            ],
            ["xpps_subscription_id"],
            ["move_id:recordset"],
        )
        moves = dict(groups)
        for line in self:
            of_agreement = moves.get(line.subscription_id, self.env["account.move"])
            line.move_ids = of_agreement.filtered(lambda move, line=line: move.xpps_billing_run_id == line.run_id)

    def write(self, vals):
        if "override_reason" not in vals:
            return super().write(vals)
        reason = (vals["override_reason"] or "").strip()
        self._check_override(reason)
        changed = self.filtered(lambda line: (line.override_reason or "") != reason)
        result = super().write({**vals, "override_reason": reason or False})
        for run, lines in changed.grouped("run_id").items():
            run._log_override(lines, reason)
            # One agreement less that is held back may release those that are invoiced together with it.
            run._prepare(lines._with_joint().subscription_id)
        return result

    def _check_override(self, reason):
        for line in self:
            if line.run_id.state == "queued":
                raise UserError(
                    self.env._("%s is being processed. Wait until it is finished.", line.run_id.display_name)
                )
            if line.state not in ("held", "ready"):
                raise UserError(
                    self.env._(
                        "%s is not held back, so there is nothing to release.", line.subscription_id.display_name
                    )
                )
            if reason and line.hold_code and line.hold_code not in RELEASABLE:
                raise UserError(line._say_not_releasable())

    def _say_not_releasable(self):
        agreement = self.subscription_id.display_name
        if self.hold_code in ("tax_archived", "payer_archived", "reference_missing"):
            return self.env._("%(agreement)s cannot be billed yet: %(reason)s", agreement=agreement, reason=self.reason)
        if self.hold_code == "services_to_approve":
            return self.env._("The recurring services of %s are waiting for approval. Approve them first.", agreement)
        if self.hold_code == "archived":
            return self.env._("%s is archived. Unarchive the agreement to bill it.", agreement)
        return self.env._("%s is paused. Resume the agreement to bill it.", agreement)

    def _with_joint(self):
        """The lines, and those that are invoiced together with one of them."""
        keys = [key for key in set(self.mapped("joint_key")) if key]
        return self | self.search([("run_id", "in", self.run_id.ids), ("joint_key", "in", keys)])

    def _units(self):
        """:return: [lines that are invoiced together, or one that is invoiced by itself]"""
        return list(self.grouped(lambda line: line.joint_key or line.id).values())

    # Where to mend it

    def action_fix(self):
        """Open the place where the line's problem is mended."""
        self.ensure_one()
        self.check_access("read")
        if self.error and self.move_ids:
            return self.action_open_invoices()
        opener = {
            "charges_to_approve": self._action_charges,
            "held_records": self._action_held_records,
            "flagged": self._action_flagged,
            "devices_missing": self._action_missing_devices,
            "file_missing": self._action_files,
            "no_service": self._action_devices_without_service,
            "joint": self._action_joint,
            "tax_archived": self._action_untaxed,
        }
        if self.state in ("held", "ready") and self.hold_code in opener:
            return opener[self.hold_code]()
        return self.subscription_id.get_formview_action()

    def action_open_invoices(self):
        return open_invoices(self, [("id", "in", self.move_ids.ids)])

    def action_send_again(self):
        """Send the invoices once more that could not be sent, or did not arrive."""
        self.check_access("write")
        for run, lines in self.grouped("run_id").items():
            run._begin(("done", "posted"))
            lines = lines.filtered(lambda line: line._moves_to_send())
            if not lines:
                raise UserError(self.env._("All posted invoices have already been sent."))
            run._start("send", lines)
        return True

    def action_open_agreement(self):
        self.ensure_one()
        return self.subscription_id.get_formview_action()

    def action_bill_gaps(self):
        """Have days billed that no invoice bills, and look anew at what the run bills."""
        self.check_access("write")
        self.subscription_id.action_xpps_bill_gaps()
        for run, lines in (
            self.filtered(lambda line: line.state in ("ready", "held", "nothing")).grouped("run_id").items()
        ):
            run._prepare(lines._with_joint().subscription_id)
        return True

    def action_release(self):
        """Ask why the lines are billed although something is missing."""
        self.check_access("write")
        wizard = self.env["xpps.billing.run.release"]
        return open_dialog(wizard, self.env._("Bill Anyway"), {"default_line_ids": self.ids})

    def _action_charges(self):
        charges = self.env["sale.subscription.charge"].search(
            [
                ("subscription_id", "=", self.subscription_id.id),
                ("state", "=", "draft"),
                *ended_by_domain("period_start", "period_end", self.run_id.period_end),
                *reached_domain("bill_after", self.run_id._cycle_day()),
            ]
        )
        return open_records(self, "xerox_xpps.action_sale_subscription_charge", [("id", "in", charges.ids)])

    def _action_held_records(self):
        held = self._preparation()._held_records()
        # A key only: preparation looks at agreements as superuser.
        ids = list(held.get(self.subscription_id.sudo(), {}))
        return open_records(self, "xerox_xpps.action_xpps_billing_file_line", [("id", "in", ids)])

    def _action_flagged(self):
        # See _action_held_records.
        rows = self._preparation()._flagged_rows().get(self.subscription_id.sudo(), {})
        return open_records(self, "xerox_xpps.action_xpps_vendor_report", [("id", "in", [row.id for row in rows])])

    def _action_missing_devices(self):
        # See _action_held_records.
        hold = self._preparation().hold_reasons().get(self.subscription_id.sudo())
        missing = list(hold.missing) if hold else []
        return open_records(self, "xerox_xpps.action_xpps_device", [("id", "in", missing)])

    def _action_devices_without_service(self):
        # See _action_held_records.
        unserved = self._preparation()._devices_without_service().get(self.subscription_id.sudo(), {})
        return open_records(self, "xerox_xpps.action_xpps_device", [("id", "in", list(unserved))])

    def _action_files(self):
        return open_records(
            self,
            "xerox_xpps.action_xpps_billing_file",
            [("company_id", "=", self.run_id.company_id.id)],
            {"search_default_open": 1},
        )

    def _action_joint(self):
        held = (self._with_joint() - self).filtered(lambda line: line.state == "held" and line.hold_code != "joint")
        return self.run_id._action_lines(held)

    def _action_untaxed(self):
        """The agreement where somebody chose the archived tax, else the products that had it."""
        # See _action_held_records.
        archived = self._preparation()._archived_taxes().get(self.subscription_id.sudo(), {})
        ids = {product.id for product in archived}
        lines = self.subscription_id.sale_subscription_line_ids
        if any(line.xpps_taxes_by_hand and line.product_id.id in ids for line in lines):
            return self.subscription_id.get_formview_action()
        templates = self.env["product.template"].union(
            *(product.with_env(self.env).product_tmpl_id for product in archived)
        )
        if len(templates) == 1:
            return templates.get_formview_action()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Products"),
            "res_model": "product.template",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", templates.ids)],
        }

    def _preparation(self):
        return RunPreparation(self.run_id, self.subscription_id)
