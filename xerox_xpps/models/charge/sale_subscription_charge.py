# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ...billing_file import to_decimal
from ...common.bulk import bulk_update
from ...common.constants import BILLING_GROUP, CLICK_DIGITS, OUTPUT_TYPE_SELECTION
from ...common.formats import period_text
from ...common.locking import lock_or_refuse
from ...common.plural import plural
from ...common.window_actions import open_dialog, open_invoices, open_records
from ...rules import AMOUNT_FIELDS, charge_amounts, invoice_status, page_amount, uninvoiced_status_sql

#: What a clerk may correct before the charge is invoiced, saying why.
CORRECTABLE = ("name", "quantity", "unit_price", "billable", "subscription_id")
#: What Xerox's file says of a charge. Of one that was made by hand its maker does, until it is approved.
FACTS = ("product_id", "device_id", "output_type", "period_start", "period_end", "unit_cost")
#: What approval looks at: read by one query, where the records would be read by the thousand.
APPROVAL_FIELDS = ("state", "invoice_status")
#: What invoicing alone writes. All the rest an invoiced charge must keep.
DOCUMENTS = {"invoice_line_ids", "sale_line_ids", "credit_line_ids", "earlier_line_ids", "invoice_status"}


class SaleSubscriptionCharge(models.Model):
    """Pages of one output type that an agreement's customer is charged for.

    What they cost and earn, their approval, their correction and their invoice are in the files beside this one.
    """

    _name = "sale.subscription.charge"
    _description = "XPPS Contract Charge"
    _inherit = ["xpps.guard"]
    _order = "period_end desc, subscription_id, device_id, output_type, id"
    _check_company_auto = True

    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, index=True, ondelete="restrict", check_company=True
    )
    partner_id = fields.Many2one(
        related="subscription_id.partner_id", store=True, precompute=True, string="Customer", index=True
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_from_subscription", store=True, precompute=True, required=True
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_from_subscription", store=True, precompute=True, required=True
    )
    product_id = fields.Many2one(
        "product.product",
        string="Material Code",
        required=True,
        domain=[("xpps_role", "=", "material_code")],
        ondelete="restrict",
        check_company=True,
    )
    device_id = fields.Many2one(
        "stock.lot",
        domain=[("is_xpps_device", "=", True)],
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    output_type = fields.Selection(OUTPUT_TYPE_SELECTION)
    meter_read_id = fields.Many2one(
        "xpps.meter.read", index="btree_not_null", ondelete="restrict", readonly=True, copy=False
    )
    billing_file_id = fields.Many2one(
        "xpps.billing.file", index="btree_not_null", ondelete="restrict", readonly=True, copy=False
    )
    is_manual = fields.Boolean(
        string="Entered Manually",
        compute="_compute_is_manual",
        store=True,
        precompute=True,
        help="The charge was not created by a billing file.",
    )
    kind = fields.Selection(
        [(PAGES, "Pages"), (CORRECTION, "Corrected Pages"), (COST_CORRECTION, "Corrected Cost")],
        default=PAGES,
        readonly=True,
        copy=False,
        help="Pages as they were billed first, pages that a correction file charged or took back, or pages that it "
        "moved from one unit cost to another.",
    )
    period_start = fields.Date()
    period_end = fields.Date()
    name = fields.Char(string="Description", required=True)
    quantity = fields.Integer(string="Pages")
    unit_cost = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, aggregator="avg", groups=BILLING_GROUP)
    unit_price = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, aggregator="avg")
    cost_subtotal = fields.Monetary(
        compute="_compute_amounts", store=True, precompute=True, string="Cost", groups=BILLING_GROUP
    )
    price_subtotal = fields.Monetary(compute="_compute_amounts", store=True, precompute=True, string="Amount")
    margin = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        precompute=True,
        groups=BILLING_GROUP,
        help="Amount less cost. Pages that are not billable have a cost but no revenue.",
    )
    margin_percent = fields.Float(
        compute="_compute_amounts",
        store=True,
        precompute=True,
        string="Margin (%)",
        aggregator="avg",
        groups=BILLING_GROUP,
    )
    xerox_currency_id = fields.Many2one("res.currency", readonly=True, groups=BILLING_GROUP)
    xerox_unit_cost = fields.Float(
        string="Xerox's Unit Cost",
        digits=CLICK_DIGITS,
        min_display_digits=2,
        aggregator="avg",
        readonly=True,
        groups=BILLING_GROUP,
        help="What Xerox bills for a page, in the currency of its file.",
    )
    xerox_cost = fields.Monetary(
        compute="_compute_xerox_cost",
        store=True,
        precompute=True,
        string="Xerox's Cost",
        currency_field="xerox_currency_id",
        groups=BILLING_GROUP,
        help="What Xerox bills for the pages, in the currency of its file.",
    )
    has_other_currency = fields.Boolean(
        compute="_compute_has_other_currency", groups=BILLING_GROUP, help="Xerox bills in another currency."
    )
    billable = fields.Boolean(default=True, help="A charge that is not billable is never invoiced.")
    state = fields.Selection(
        [("draft", "To Approve"), ("approved", "Approved"), ("rejected", "Rejected")],
        required=True,
        default="draft",
        copy=False,
        readonly=True,
    )
    invoice_line_ids = fields.Many2many(
        "account.move.line",
        "xpps_charge_invoice_line_rel",
        "charge_id",
        "invoice_line_id",
        string="Invoice Lines",
        copy=False,
        readonly=True,
        groups=BILLING_GROUP,
    )
    sale_line_ids = fields.Many2many(
        "sale.order.line",
        "xpps_charge_sale_line_rel",
        "charge_id",
        "sale_line_id",
        string="Order Lines",
        copy=False,
        readonly=True,
        groups=BILLING_GROUP,
        help="Where the agreement is billed through sale orders.",
    )
    invoice_status = fields.Selection(
        [("no", "Nothing to Invoice"), ("to_invoice", "To Invoice"), ("invoiced", "Invoiced")],
        compute="_compute_invoice_status",
        store=True,
    )
    reason = fields.Char(
        help="Why the charge was last corrected or rejected. Earlier reasons are stored with the changes.",
        copy=False,
    )
    change_count = fields.Integer(compute="_compute_change_count", groups=BILLING_GROUP)

    # The few that somebody waits for, among the many of earlier months.
    _to_approve_idx = models.Index("(company_id) WHERE state = 'draft'")
    _to_invoice_idx = models.Index("(subscription_id) WHERE invoice_status = 'to_invoice'")

    @api.depends("billing_file_id", "meter_read_id")
    def _compute_is_manual(self):
        for charge in self:
            charge.is_manual = not charge.billing_file_id and not charge.meter_read_id

    @api.depends("subscription_id")
    def _compute_from_subscription(self):
        for charge in self:
            charge.company_id = charge.subscription_id.company_id
            charge.currency_id = charge.subscription_id.currency_id

    @api.depends(*AMOUNT_FIELDS, "currency_id")
    def _compute_amounts(self):
        for charge in self:
            inputs = {name: charge[name] for name in AMOUNT_FIELDS}
            for name, amount in charge_amounts(charge.currency_id.decimal_places, **inputs).items():
                charge[name] = amount

    @api.depends("quantity", "xerox_unit_cost", "xerox_currency_id")
    def _compute_xerox_cost(self):
        for charge in self:
            places = charge.xerox_currency_id.decimal_places
            charge.xerox_cost = float(page_amount(places, charge.quantity, charge.xerox_unit_cost))

    @api.depends("xerox_currency_id", "currency_id")
    def _compute_has_other_currency(self):
        for charge in self:
            charge.has_other_currency = (
                bool(charge.xerox_currency_id) and charge.xerox_currency_id != charge.currency_id
            )

    @api.depends("state", "billable", "quantity", "invoice_line_ids.parent_state")
    def _compute_invoice_status(self):
        for charge in self:
            invoiced = any(line.parent_state != "cancel" for line in charge.invoice_line_ids)
            charge.invoice_status = invoice_status(charge.state, charge.billable, charge.quantity, invoiced)

    @api.onchange("product_id")
    def _onchange_product_id(self):
        if self.product_id:
            self.name = self.product_id.with_context(lang=self.subscription_id.partner_id.lang).display_name

    # Approval

    def action_approve(self):
        """Approve charges that wait for it; those that are approved already stay so.

        :return: True, or the notification that some of them are sold below the company's margin floor
        :raises UserError: when one was rejected, or somebody else is at them
        """
        self.check_access("write")
        self.fetch(APPROVAL_FIELDS)
        wrong = self.filtered(lambda charge: charge.state == "rejected")
        if wrong:
            raise UserError(self.env._("“%s” was rejected. Set it back to “To Approve” first.", wrong[0].display_name))
        waiting = self.filtered(lambda charge: charge.state == "draft")
        self._set_state("approved")
        return waiting._warn_of_low_margin() or True

    def action_reject(self, reason=None):
        """Reject charges: they are never invoiced.

        :param reason: why; the charges and their changes say so
        """
        self.check_access("write")
        return self._set_state("rejected", reason)

    def action_open_reject(self):
        """Ask why the charges are rejected, and reject them."""
        self.check_access("write")
        wizard = self.env["xpps.charge.reject.wizard"]
        context = {"active_model": self._name, "active_ids": self.ids}
        return open_dialog(wizard, self.env._("Reject Charges"), context)

    def action_reset(self):
        """Back to “To Approve”."""
        self.check_access("write")
        return self._set_state("draft")

    def _lock(self):
        """:raises UserError: when somebody else is approving, changing or invoicing one of the charges"""
        lock_or_refuse(
            self,
            self.env._(
                "Some of these charges are being approved, changed or invoiced by someone else right now, or have "
                "just been. Reload them before you continue."
            ),
        )

    def _set_state(self, state, reason=None):
        """Approve, reject or reset charges with a single UPDATE: the ORM makes one of every hundred records.

        The caller has checked access.
        """
        reason = str(reason or "").strip() or None
        self.fetch(APPROVAL_FIELDS)
        charges = self.filtered(lambda charge: charge.state != state)
        if not charges:
            return True
        charges._check_not_invoiced()
        charges._lock()
        # See write.
        charges.sudo()._release_from_orders()
        self.env["xpps.charge.change"]._note_states(charges, state, reason)
        status = uninvoiced_status_sql(state, SQL("billable"), SQL("quantity"))
        bulk_update(
            # The caller has checked access.
            self.sudo(),
            SQL("id = ANY(%s)", charges.ids),
            {"state": state, "reason": SQL("COALESCE(%s, reason)", reason), "invoice_status": status},
        )
        return True

    def write(self, vals):
        self.check_access("write")
        for name in vals.keys() & self._fields.keys():
            self._check_field_access(self._fields[name], "write")
        if DOCUMENTS.issuperset(vals):
            return super().write(vals)
        self._check_by_hand(vals)
        self._check_not_invoiced()
        # An order must not bill what the charge was before; a clerk may correct it without rights on orders.
        self.sudo()._release_from_orders()
        corrections = self._corrections(vals)
        reason = str(vals.get("reason") or "").strip()
        if corrections and not reason:
            raise UserError(self.env._("Enter a reason together with the new values of the charge."))
        if "reason" in vals and not corrections and not self.env.su:
            raise UserError(
                self.env._(
                    "A reason must be entered together with the change that it explains: enter it with the new "
                    "values, or press Reject and enter the reason there."
                )
            )
        if "subscription_id" in vals:
            self._check_move(self.env["sale.subscription"].browse(vals["subscription_id"]))
        origins = {charge: charge.subscription_id for charge in corrections}
        self.env["xpps.charge.change"]._note_values(
            [values for charge, changes in corrections.items() for values in charge._prepare_changes(changes, reason)]
        )
        corrected = self.browse(charge.id for charge in corrections)
        if corrections:
            # The reason of an earlier correction stays on charges that keep their values.
            others = {name: value for name, value in vals.items() if name != "reason"}
            super(SaleSubscriptionCharge, self - corrected).write(others)
        result = super(SaleSubscriptionCharge, corrected or self).write(vals)
        for charge, changes in corrections.items():
            charge._log_correction(changes, origins[charge])
        return result

    def unlink(self):
        # What goes with the import of a file is kept with that.
        manual = self.filtered("is_manual")
        self.env["xpps.charge.change"]._note_values(
            [
                charge._xpps_change_subject()
                | {"kind": "deleted", "field_name": name, "old_value": charge._change_text(name, charge[name])}
                for charge in manual
                for name in ("quantity", "unit_price", "subscription_id")
            ]
        )
        return super().unlink()

    def _check_field_access(self, field, operation):
        """Nobody marks a charge as invoiced by hand, or as not invoiced."""
        if operation == "write" and field.name in DOCUMENTS and not self.env.su:
            raise AccessError(
                self.env._(
                    "The invoice of a charge is set when its agreement is invoiced and cannot be changed manually."
                )
            )
        return super()._check_field_access(field, operation)

    def _check_by_hand(self, vals):
        """Only the program says again what Xerox's file said, or what was approved.

        :raises AccessError: when the user would do so
        """
        if self.env.su or not set(vals).intersection(FACTS):
            return
        for charge in self:
            names = {"charge": charge.name, "device": charge.device_id.name or "–"}
            if not charge.is_manual:
                raise AccessError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s was created from Xerox's file: its material code, "
                        "device, output type, period and unit cost cannot be changed. Its description, pages, price, "
                        "agreement, and whether it is billable can be corrected.",
                        **names,
                    )
                )
            if charge.state != "draft":
                raise UserError(
                    self.env._(
                        "“%(charge)s” of device %(device)s was approved or rejected. Set it back to “To Approve” "
                        "first.",
                        **names,
                    )
                )

    def _check_move(self, agreement):
        """A charge may go to another agreement that bills it just so: for the same pages at the same price.

        :raises UserError: when ``agreement`` cannot
        """
        for charge in self:
            if charge.subscription_id == agreement:
                continue
            names = {"charge": charge.name, "agreement": agreement.display_name or "–"}
            if not agreement.is_xpps or agreement.is_xpps_master or agreement.stage_type != "in_progress":
                raise UserError(
                    self.env._(
                        "“%(charge)s” cannot be moved to %(agreement)s because it is not a running XPPS agreement. "
                        "Choose one that is running.",
                        **names,
                    )
                )
            if agreement.company_id != charge.company_id:
                raise UserError(
                    self.env._(
                        "“%(charge)s” cannot be moved to %(agreement)s because it is an agreement of another company.",
                        **names,
                    )
                )
            if agreement.currency_id != charge.currency_id:
                raise UserError(
                    self.env._(
                        "“%(charge)s” is in %(currency)s and cannot be moved to %(agreement)s, which is billed in "
                        "%(other)s. Reject it, and charge the pages on that agreement.",
                        currency=charge.currency_id.name,
                        other=agreement.currency_id.name,
                        **names,
                    )
                )

    def _corrections(self, vals):
        """:return: {charge: [(field name, old value, new value)]} for the charges that ``vals`` really changes"""
        corrections = {}
        names = [name for name in (*CORRECTABLE, *FACTS) if name in vals]
        # Whoever may correct a charge may say what it costs only if he sees that; the guard looks after it.
        for charge in self.sudo() if names else ():
            changes = []
            for name in names:
                field = self._fields[name]
                new = field.convert_to_record(field.convert_to_cache(vals[name], charge), charge)
                if charge[name] != new:
                    changes.append((name, charge[name], new))
            if changes:
                corrections[charge.with_env(self.env)] = changes
        return corrections

    def _change_text(self, name, value):
        return self.env["xpps.charge.change"]._text(self, name, value)

    def _xpps_change_subject(self):
        """What a change of the charge says of it: values of ``xpps.charge.change``."""
        self.ensure_one()
        return {
            "subject": "charge",
            "charge_id": self.id,
            "subscription_id": self.subscription_id.id,
            "agreement_name": self.subscription_id.name,
            "company_id": self.company_id.id,
            "name": self.name,
            "serial": self.device_id.name,
        }

    def _prepare_changes(self, changes, reason):
        """:return: [values of xpps.charge.change] of a correction, before it is made"""
        subject = self._xpps_change_subject()
        return [
            subject
            | {
                "field_name": name,
                "old_value": self._change_text(name, old),
                "new_value": self._change_text(name, new),
                "reason": reason,
            }
            for name, old, new in changes
        ]

    def _log_correction(self, changes, origin):
        """Track a correction where the whole agreement is followed: in its chatter.

        :param origin: the agreement that the charge was on; it gets to know of a move, too
        """
        items = Markup().join(
            Markup("<li>%s: %s → %s</li>")
            % (
                self._fields[name]._description_string(self.env),
                self._change_text(name, old) or "–",
                self._change_text(name, new) or "–",
            )
            for name, old, new in changes
        )
        body = Markup("<p>%s</p><ul>%s</ul><p>%s</p>") % (
            self.env._(
                "Charge “%(charge)s” of device %(device)s was corrected:",
                charge=self.name,
                device=self.device_id.name or "–",
            ),
            items,
            self.env._("Reason: %s", self.reason),
        )
        # A billing clerk may correct charges without being a follower who may write on the agreement.
        for agreement in (self.subscription_id | origin).sudo():
            agreement.message_post(body=body, author_id=self.env.user.partner_id.id)

    def _check_not_invoiced(self):
        for charge in self:
            if charge.invoice_status == "invoiced":
                # The clerk may name the invoice of a charge without the right to read invoices.
                moves = charge.sudo().invoice_line_ids.move_id.filtered(lambda move: move.state != "cancel")
                raise UserError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s is on invoice %(invoice)s and cannot be changed. "
                        "Delete or cancel the draft invoice first, or credit the posted one.",
                        charge=charge.name,
                        device=charge.device_id.name or "–",
                        invoice=", ".join(moves.mapped("display_name")),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        self._check_not_invoiced()
        self._check_deletable()
        self._check_never_billed()
        # An order must not bill what is gone; whoever may delete a charge needs no rights on orders for that.
        self.sudo()._release_from_orders()

    def _check_deletable(self):
        """Only the undo of an import deletes what it made, and nobody what was approved."""
        if self.env.su:
            return
        for charge in self:
            names = {"charge": charge.name, "device": charge.device_id.name or "–"}
            if not charge.is_manual:
                raise UserError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s was created by a billing file and cannot be "
                        "deleted. Reject it if it should not be billed, or have the import undone.",
                        **names,
                    )
                )
            if charge.state == "approved":
                raise UserError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s is approved and cannot be deleted. Reject it if it "
                        "should not be billed.",
                        **names,
                    )
                )

    def action_open_changes(self):
        """What was changed of the charge, when, by whom and why."""
        self.ensure_one()
        return open_records(self, "xerox_xpps.action_xpps_charge_change", [("charge_id", "=", self.id)])

    # Invoicing

    def _release_from_orders(self):
        """Take charges off orders that do not bill them after all: the invoice was deleted or never made.

        Their lines stay on the order with a quantity of 0, so that the order cannot bill them later.
        """
        lines = self.sale_line_ids.filtered(lambda line: line.state != "cancel")
        if not lines:
            return
        locked = lines.order_id.filtered("locked")
        locked.action_unlock()
        lines.write({"product_uom_qty": 0, "qty_delivered": 0, "xpps_charge_ids": [Command.clear()]})
        locked.action_lock()

    def _prepare_account_move_lines(self, detail):
        """Invoice lines of charges that one agreement bills together.

        :param detail: ``device``, a line per charge; or ``material``, a line per material code and price
        :return: [values of account.move.line]
        """
        return self._prepare_document_lines(detail, "quantity")

    def _prepare_sale_order_lines(self, detail):
        """The same lines for a sale order; values of sale.order.line."""
        return self._prepare_document_lines(detail, "product_uom_qty")

    def _prepare_document_lines(self, detail, quantity_field):
        self._check_currency()
        values_list = []
        for charges, name in self._group_for_invoice(detail):
            values = {
                "product_id": charges.product_id.id,
                "name": name,
                quantity_field: sum(charges.mapped("quantity")),
                "price_unit": charges[0].unit_price,
                # A click price is a net price: no pricelist's discount comes on top.
                "discount": 0.0,
                "product_uom_id": charges.product_id.uom_id.id,
                "xpps_charge_ids": [Command.set(charges.ids)],
                "xpps_subscription_id": charges.subscription_id.id,
                "xpps_period_start": min(filter(None, charges.mapped("period_start")), default=False),
                "xpps_period_end": max(filter(None, charges.mapped("period_end")), default=False),
            }
            # Left out, Odoo's distribution models decide.
            if distribution := charges[0]._analytic_distribution():
                values["analytic_distribution"] = distribution
            values_list.append(values)
        return values_list

    def _analytic_distribution(self):
        """Pages are distributed as the base price of their device is, if that is billed by the same agreement."""
        service = self.device_id.xpps_subscription_line_id
        return service.analytic_distribution if service.sale_subscription_id == self.subscription_id else False

    def _check_currency(self):
        """:raises UserError: when a charge is not in its agreement's currency: its price would be billed as another"""
        for charge in self:
            agreement = charge.subscription_id
            if charge.currency_id != agreement.currency_id:
                raise UserError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s is in %(currency)s, but %(agreement)s is now billed "
                        "in %(other)s. Reject the charge, or give the agreement a pricelist in %(currency)s.",
                        charge=charge.name,
                        device=charge.device_id.name or "–",
                        currency=charge.currency_id.name,
                        agreement=agreement.display_name,
                        other=agreement.currency_id.name,
                    )
                )

    def _group_for_invoice(self, detail):
        """:return: [(charges of one invoice line, its description)]"""
        ordered = self.sorted(
            lambda charge: (charge.device_id.name or "", charge.period_end or fields.Date.today(), charge.id)
        )
        if detail == "device":
            return [(charge, charge._describe_device_line()) for charge in ordered]
        groups = ordered.grouped(
            lambda charge: (
                charge.product_id,
                charge.unit_price,
                frozenset((charge._analytic_distribution() or {}).items()),
            )
        )
        return [(charges, charges._describe_material_line()) for charges in groups.values()]

    def _describe_device_line(self):
        self.ensure_one()
        charge = self._in_customer_language()
        parts = [charge.name]
        if charge.device_id:
            parts.append(charge.device_id._xpps_label())
        parts.append(charge._describe_pages())
        return "\n".join(parts)

    def _describe_material_line(self):
        charges = self._in_customer_language()
        devices = len(charges.device_id)
        parts = [charges[0].name]
        if devices:
            parts.append(charges.env._("Devices: %s", devices))
        parts.append(charges._describe_pages())
        return "\n".join(parts)

    def _in_customer_language(self):
        return self.with_context(lang=self.partner_id[:1].lang or self.env.lang)

    def _describe_pages(self):
        """Period, pages and click price, as a customer checks them: “June 2026: 1,234 pages × 0.0085 USD”."""
        starts = [charge.period_start for charge in self if charge.period_start]
        ends = [charge.period_end for charge in self if charge.period_end]
        quantity = sum(self.mapped("quantity"))
        values = {
            "pages": formatLang(self.env, quantity, digits=0),
            "price": self[0]._format_click_price(),
        }
        pages = plural(
            quantity,
            self.env._("1 page × %(price)s", **values),
            self.env._("%(pages)s pages × %(price)s", **values),
        )
        if not starts or not ends:
            return pages
        return f"{period_text(self.env, min(starts), max(ends))}: {pages}"

    def _format_click_price(self):
        """The click price with as many decimals as it has, at least the currency's."""
        self.ensure_one()
        price = to_decimal(self.unit_price).normalize()
        digits = max(self.currency_id.decimal_places, -price.as_tuple().exponent)
        return f"{formatLang(self.env, self.unit_price, digits=digits)} {self.currency_id.name}"

    def action_open_invoices(self):
        lines = self.invoice_line_ids | self.credit_line_ids | self.earlier_line_ids
        return open_invoices(self, [("id", "in", lines.move_id.ids)])
