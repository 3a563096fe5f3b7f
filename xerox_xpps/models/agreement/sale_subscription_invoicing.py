# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from dataclasses import replace

from markupsafe import Markup

from odoo import Command, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain

from ...common.plural import plural
from ...common.today import company_today
from ...invoicing import BillingDocument
from ...rules import ended_by_domain, reached_domain


class SaleSubscription(models.Model):
    """How XPPS agreements are billed, one or many at a time.

    ``_prepare_billing`` locks the agreements and their chargeable charges, and splits what is billed into documents:
    ``combined`` makes one of an agreement, ``separate`` two, ``customer`` one of several agreements. These become
    invoices, or, where the template says so, orders first. All agreements of a call belong to one billing: all of it
    succeeds or none.
    """

    _inherit = "sale.subscription"

    # What is billed

    def _lock_charges_to_invoice(self, until=None, day=None):
        """The charges to bill now, locked against any other transaction that would bill them.

        :param until: a date; charges of periods that end later wait
        :param day: a date; charges of cycles that end later wait
        :raises UserError: when another transaction bills one of the agreements at the moment
        """
        # The invoice bills every approved charge, also when a salesperson without a right to see charges makes it.
        charges = self.env["sale.subscription.charge"].sudo()
        domain = Domain("subscription_id", "in", self.ids) & Domain("invoice_status", "=", "to_invoice")
        if until:
            domain &= ended_by_domain("period_start", "period_end", until)
        if day:
            domain &= reached_domain("bill_after", day)
        try:
            self.lock_for_update(allow_referencing=True)
            charges = charges.search(domain)
            charges.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "%s is being invoiced by someone else right now. Review its invoices before you try again.",
                    ", ".join(self.mapped("display_name")),
                )
            ) from error
        return charges

    def _prepare_billing(self, due, until=None, day=None):
        """Split what is billed now into documents, none of them empty.

        :param due: the agreements whose recurring lines are billed, too
        :param until, day: see ``_lock_charges_to_invoice``
        :return: [BillingDocument]
        """
        master = self.filtered("is_xpps_master")[:1]
        if master:
            raise UserError(self.env._("%s is a master agreement, which is never billed.", master.display_name))
        charges = self._lock_charges_to_invoice(until, day)
        taxes = self._xpps_billing_taxes()
        self._xpps_check_taxes((self & due).sale_subscription_line_ids, charges, taxes)
        (self & due)._xpps_refresh_taxes(taxes)
        charges = charges.grouped("subscription_id")
        # Like those that are locked, which whoever bills agreements need not see.
        no_charges = self.env["sale.subscription.charge"].sudo()
        self._charges_left_on_orders()._release_from_orders()
        lines = {
            agreement: agreement.sale_subscription_line_ids[: None if agreement in due else 0] for agreement in self
        }
        charges = {agreement: charges.get(agreement, no_charges) for agreement in self}
        documents = defaultdict(list)
        for agreement, parts in self._xpps_parts(lines, charges).items():
            for part in parts:
                for key, piece in agreement._xpps_documents(part):
                    documents[key].append(piece)
        filled = [[part for part in parts if part] for parts in documents.values()]
        self.browse().union(*(part.agreement for parts in filled for part in parts))._xpps_check_customer_references()
        return [BillingDocument(parts) for parts in filled if parts]

    def _xpps_documents(self, part):
        """:return: [(key, BillingPart)]; parts of one key go on one invoice"""
        self.ensure_one()
        other = part.payer.partner if part.payer and part.payer.other else None
        if self.xpps_invoice_mode != "separate":
            return [(self._xpps_invoice_key(other), part)]
        xpps_lines = part.lines.filtered("xpps_role")
        return [
            ((self, other, "xpps"), replace(part, lines=xpps_lines)),
            ((self, other, "other"), replace(part, lines=part.lines - xpps_lines, charges=part.charges.browse())),
        ]

    def _xpps_invoice_key(self, other=None):
        """What agreements have in common that go on one invoice.

        :param other: res.partner who gets it, if it is somebody else than the invoice address; as below
        """
        self.ensure_one()
        if self.xpps_invoice_mode != "customer":
            return self, other
        payer = other or self._xpps_payer()
        return (
            self.company_id,
            self.partner_id.commercial_partner_id,
            payer,
            self.currency_id,
            self._xpps_fiscal_position(other),
            self.journal_id,
            self.template_id.invoicing_mode,
        )

    def _xpps_payer(self):
        """Who gets the invoices."""
        self.ensure_one()
        return self.partner_invoice_id or self.partner_id

    def _xpps_fiscal_position(self, other=None):
        """The agreement's own, else the one that Odoo finds for its invoices; that of another payer is his own."""
        self.ensure_one()
        positions = self.env["account.fiscal.position"].with_company(self.company_id)
        if other:
            return positions._get_fiscal_position(other)
        partner = self._xpps_payer()
        return self.fiscal_position_id or positions._get_fiscal_position(partner, self.partner_shipping_id)

    def _xpps_billed_together(self):
        """The other agreements that are due today and go on the same invoice."""
        self.ensure_one()
        if self.xpps_invoice_mode != "customer":
            return self.browse()
        candidates = self.search(
            [
                ("id", "!=", self.id),
                ("is_xpps", "=", True),
                ("is_xpps_master", "=", False),
                ("is_paused", "=", False),
                ("stage_id.type", "=", "in_progress"),
                ("xpps_invoice_mode", "=", "customer"),
                ("company_id", "=", self.company_id.id),
                ("partner_id.commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
            ],
            order="id",
        )
        key = self._xpps_invoice_key()
        return candidates.filtered(lambda agreement: agreement._xpps_invoice_key() == key)

    def _xpps_due(self):
        """The agreements whose recurring lines are due today."""
        return self.filtered(
            lambda agreement: (
                agreement.recurring_next_date and agreement.recurring_next_date <= company_today(agreement.company_id)
            )
        )

    def _xpps_hold_reasons(self, day):
        """What of the agreement itself keeps it from being billed on a day, whatever becomes of its files and charges.

        :return: {hold code of ``xpps.billing.run.line``: sentence}, the most important first
        """
        self.ensure_one()
        reasons = {}
        if self.is_paused:
            reasons["paused"] = self.env._("The agreement is paused.")
        elif self._xpps_waits_archived(day):
            reasons["archived"] = self.env._(
                "The agreement is archived, and its recurring services are due. Unarchive it to bill it."
            )
        return reasons

    def _charges_left_on_orders(self):
        """Charges that an order was to bill, but whose invoice was deleted, cancelled or never made."""
        # Whoever bills the agreement must find them, also without a right to see charges.
        charges = self.env["sale.subscription.charge"].sudo()
        return charges.search(
            [
                ("subscription_id", "in", self.ids),
                ("invoice_status", "!=", "invoiced"),
                ("sale_line_ids.state", "!=", "cancel"),
            ]
        )

    def _xpps_orders_left(self):
        """Orders of which the invoice was deleted or cancelled, or never made: they still bill recurring services."""
        # Whoever bills the agreement bills it through orders without rights on these.
        lines = self.env["sale.order.line"].sudo()
        lines = lines.search(
            [
                ("xpps_subscription_line_id.sale_subscription_id", "in", self.ids),
                ("state", "=", "sale"),
                ("product_uom_qty", "!=", 0),
                ("invoice_lines", "not any", [("parent_state", "in", ("draft", "posted"))]),
            ]
        )
        return lines.order_id

    def _xpps_release_orders_left(self):
        """Recurring services that such orders bill are billed otherwise: no order of these agreements follows."""
        lines = self._xpps_orders_left().order_line
        lines.filtered(lambda line: line.xpps_subscription_line_id.sale_subscription_id in self)._xpps_release_days()

    def _check_may_bill(self, model):
        """As in subscription_oca: who may write the agreement may have it billed, by invoice or by order."""
        if not self.env[model].has_access("create"):
            self.check_access("write")

    def _xpps_customer_lang(self, payer=None):
        """:param payer: Payer, or None; as below"""
        self.ensure_one()
        partner = payer.partner if payer else self._xpps_payer()
        return partner.lang or self.env.lang

    def _in_billing_env(self, payer=None):
        """The agreement in its own company and its customer's, or payer's, language."""
        self.ensure_one()
        return self.with_company(self.company_id).with_context(lang=self._xpps_customer_lang(payer))

    def _xpps_bills(self, documents):
        """:return: {id of a recurring line: [BaseBill or BaseChange]} of those that are not split among payers"""
        parts = [part for document in documents for part in document.parts]
        lines = [part.lines.filtered(lambda line, part=part: line.id not in part.bills) for part in parts]
        return self.env["sale.subscription.line"].union(*lines)._xpps_base_bills()

    # Invoices

    def _create_xpps_invoices(self, due=None, until=None, day=None, run=None, other_items=None):
        """Draft invoices of everything that is to be billed.

        :param due: the agreements whose recurring lines are billed, too; all of them by default
        :param until, day: see ``_lock_charges_to_invoice``
        :param run: the ``xpps.billing.run`` that makes them, on its invoice date; without one it is the date on which
            the recurring lines are due, else today
        :param OtherItems other_items: the drafts and orders of customers that go on the same invoices, if any may
        :return: account.move; their lines say which agreement they bill
        """
        self._check_may_bill("account.move")
        due = self if due is None else due
        due._xpps_release_orders_left()
        documents = self._prepare_billing(due, until, day)
        bills = self._xpps_bills(documents)
        taxes = self._xpps_billing_taxes()
        shared = {}
        # Whoever has agreements billed need not see distribution models.
        if not self.env["account.analytic.distribution.model"].sudo().search_count([], limit=1):
            # Odoo would ask for them line by line.
            shared["analytic_distribution"] = False
        values_lists = defaultdict(list)
        journals = {}
        # Who may have it billed was checked above.
        moves = self.env["account.move"].sudo()
        joined = moves
        if other_items:
            other_items.find(documents)
        for document in documents:
            first = document.first
            commands = []
            for part in document.parts:
                items = part.agreement._prepare_xpps_items(part, bills, shared, taxes)
                if items and len(document.parts) > 1:
                    items.insert(0, part.agreement._prepare_xpps_section())
                commands += [Command.create(values) for values in items]
            if not commands:
                continue
            values = first._in_billing_env(document.payer)._prepare_account_move(commands)
            values |= first._prepare_xpps_payer(document.payer)
            if run:
                # Said here: Odoo looks through all lines of an invoice again when anything of it is written.
                values |= {"invoice_date": run.invoice_date, "xpps_billing_run_id": run.id}
            else:
                values["invoice_date"] = document.scheduled or company_today(first.company_id)
            agreements = self.union(*(part.agreement for part in document.parts))
            values["invoice_origin"] = ", ".join(agreements.mapped("name"))
            values["ref"] = document.reference
            if "journal_id" not in values:
                # As Odoo finds it, but once for all invoices that are alike.
                key = (first.company_id, first.currency_id)
                if key not in journals:
                    journals[key] = first._xpps_default_journal()
                values["journal_id"] = journals[key].id
            if other_items:
                others, names = other_items.order_commands(document, values)
                draft = other_items.draft_for(document, values)
                values["invoice_line_ids"] += others
                if draft:
                    draft = draft.with_context(lang=first._xpps_customer_lang(document.payer))
                    draft._xpps_join(values["invoice_line_ids"], other_items.run)
                    joined |= draft
                    continue
                values["invoice_origin"] = ", ".join([values["invoice_origin"], *names])
            values_lists[first.company_id, first._xpps_customer_lang(document.payer)].append(values)
        for (company, lang), values_list in values_lists.items():
            context = {
                "default_move_type": "out_invoice",
                "journal_type": "sale",
                # Odoo's own note, invoice by invoice, would take as long as the invoices themselves.
                "mail_create_nolog": True,
                # Nothing of what is made has an earlier value.
                "mail_notrack": True,
                # It is the program that makes them.
                "skip_is_manually_modified": True,
            }
            moves |= moves.with_company(company).with_context(lang=lang, **context).create(values_list)
        # See above.
        moves = moves.with_env(self.env).sudo()
        # Written at once, all that Odoo still has to compute of the lines: reading them writes what is known of them.
        moves.line_ids.flush_model()
        moves = moves._xpps_drop_empty()
        moves.filtered(lambda move: move.amount_total < 0).action_switch_move_type()
        self._log_xpps_origin(moves)
        return moves | joined.with_env(moves.env)

    def _xpps_default_journal(self):
        """:return: the account.journal that Odoo would choose for an invoice of the agreement"""
        self.ensure_one()
        values = {"move_type": "out_invoice", "company_id": self.company_id.id, "currency_id": self.currency_id.id}
        # Who may have it billed need not see journals.
        return self.env["account.move"].with_company(self.company_id).sudo().new(values).journal_id

    def _log_xpps_origin(self, moves):
        """Name the agreements in the chatters of their invoices."""
        bodies = {}
        for move in moves:
            agreements = move.invoice_line_ids.xpps_subscription_id
            links = Markup(", ").join(agreement._get_html_link() for agreement in agreements)
            bodies[move.id] = Markup("%s %s") % (self.env._("Invoice created for agreement"), links)
        if bodies:
            moves._message_log_batch(bodies=bodies)

    def _prepare_xpps_section(self):
        """The heading of an agreement on an invoice of several: its name and, where they differ, its site."""
        self.ensure_one()
        site = self.partner_shipping_id
        name = self.name
        if self.xpps_agreement_number:
            name += f" ({self.xpps_agreement_number})"
        if site and site != self._xpps_payer():
            name += f" – {site.display_name}"
        return {"display_type": "line_section", "name": name, "xpps_subscription_id": self.id}

    def _prepare_xpps_items(self, part, bills, shared, taxes):
        """Invoice lines of what one agreement contributes.

        :param bills: {line id: [BaseBill or BaseChange]}
        :param shared: values of lines that do not have their own
        :param taxes: {res.company: BillingTaxes}
        :return: [values of account.move.line]
        """
        agreement = self._in_billing_env(part.payer)
        mine = taxes[self.company_id]
        recurring = [
            line._prepare_xpps_paid(
                line._prepare_account_move_line()
                | line._prepare_xpps_billed_item(bill)
                | line._prepare_xpps_quantity(bill, "quantity"),
                "quantity",
                part.payer,
                share,
                mine,
            )
            for line in part.lines.with_env(agreement.env)
            for bill, share in part.bills_of(line, bills)
        ]
        items = recurring + part.charges._prepare_account_move_lines(
            self.xpps_invoice_detail, mine, part.payer, part.shares
        )
        return [{**shared, **values, **self._prepare_xpps_amounts(values, part.payer)} for values in items]

    def _prepare_xpps_amounts(self, values, payer):
        """What Odoo finds for nearly every line.

        It would write this to each line after the other, which takes as long as all the rest of an invoice. Where it
        finds something else, because of a tax that is included in the price, it corrects the line.
        """
        partner = (payer.partner if payer else self._xpps_payer()).commercial_partner_id
        currency = self.currency_id
        if currency != self.company_id.currency_id:
            return {"partner_id": partner.id}
        price = values["price_unit"] * (1 - values["discount"] / 100.0)
        amount = -currency.round(values["quantity"] * price)
        return {"partner_id": partner.id, "amount_currency": amount, "balance": amount}

    # Orders

    def _create_xpps_orders(self, due=None, until=None, day=None):
        """Orders of everything that is to be billed; see ``_create_xpps_invoices``. Each is of one agreement."""
        self._check_may_bill("sale.order")
        documents = self._prepare_billing(self if due is None else due, until, day)
        bills = self._xpps_bills(documents)
        taxes = self._xpps_billing_taxes()
        # Whoever may bill agreements bills them through orders without rights on these.
        orders = self.env["sale.order"].sudo()
        for part in (part for document in documents for part in document.parts):
            agreement = part.agreement._in_billing_env(part.payer)
            mine = taxes[agreement.company_id]
            line_values = [
                line._prepare_xpps_paid(
                    line._prepare_sale_order_line()
                    | line._prepare_xpps_billed_item(bill)
                    | line._prepare_xpps_quantity(bill, "product_uom_qty"),
                    "product_uom_qty",
                    part.payer,
                    share,
                    mine,
                )
                for line in part.lines.with_env(agreement.env)
                for bill, share in part.bills_of(line, bills)
            ]
            line_values += part.charges._prepare_sale_order_lines(
                agreement.xpps_invoice_detail, mine, part.payer, part.shares
            )
            if not line_values:
                continue
            values = agreement._prepare_sale_order([Command.create(values) for values in line_values])
            values |= {
                "company_id": agreement.company_id.id,
                "order_subscription_id": agreement.id,
                # As on an invoice that is made without an order.
                "fiscal_position_id": agreement._xpps_fiscal_position().id,
            }
            values |= agreement._prepare_xpps_order_payer(part.payer)
            # Who may have it billed was checked above.
            orders |= agreement.env["sale.order"].sudo().create(values)
        return orders._xpps_drop_empty()

    def _bill_through_orders(self, due=None, until=None, day=None):
        """Make, confirm and invoice the orders of this billing, on invoices of their own or one a customer.

        A confirmed order whose invoice was deleted lost its charges to the new order. What else it has is invoiced,
        too: nothing would bill it otherwise.
        """
        reopened = self._charges_left_on_orders().sale_line_ids.order_id | self._xpps_orders_left()
        reopened = reopened.filtered(lambda order: order.state == "sale")
        orders = self._create_xpps_orders(due, until, day)
        orders.action_confirm()
        services = orders.order_line.filtered(lambda line: line.product_id.type == "service")
        for line in services:
            # A service of the period is delivered, whatever the product's invoicing policy.
            line.qty_delivered = line.product_uom_qty
        orders.action_lock()
        orders |= reopened
        together = orders.filtered(lambda order: order.order_subscription_id.xpps_invoice_mode == "customer")
        moves = orders.env["account.move"]
        for same, grouped in ((orders - together, True), (together, False)):
            if same:
                invoicing = same.with_context(raise_if_nothing_to_invoice=False)
                moves |= invoicing._create_invoices(grouped=grouped, final=True)
        for move in moves:
            names = move.invoice_line_ids.sale_line_ids.order_id.order_subscription_id.mapped("name")
            move.invoice_origin = ", ".join([move.invoice_origin, *names])
        return moves

    # Billing

    def _generate_xpps_invoices(self, recurring=True):
        """Bill the agreement, and those that share its invoices, as its template's invoicing mode says.

        :param recurring: whether the recurring lines are billed, or the charges alone
        """
        self.ensure_one()
        together = self._xpps_billed_together()
        agreements = self | together
        due = together._xpps_due()
        if recurring:
            due |= self
        mode, today = self.template_id.invoicing_mode, company_today(self.company_id)
        # A failure must leave nothing behind, although upstream's cron goes on after it.
        with self.env.cr.savepoint():
            if mode == "sale_and_invoice":
                moves = agreements._bill_through_orders(due, day=today)
            else:
                moves = agreements._create_xpps_invoices(due, day=today)
            if mode != "draft":
                moves.action_post()
            due._xpps_settle_billing()
            agreements._log_xpps_invoices(moves)
        if mode == "invoice_send":
            self._send_invoices(moves)
        return moves

    def _log_xpps_invoices(self, moves):
        """Name the invoices in the chatters of the agreements that they bill."""
        bodies = {
            agreement.id: Markup("<b>%s</b> %s")
            % (
                self.env._("Created invoice with reference"),
                Markup(", ").join(move._get_html_link() for move in mine),
            )
            for agreement, mine in self._xpps_moves_by_agreement(moves).items()
        }
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)

    def _xpps_moves_by_agreement(self, moves):
        """:return: {sale.subscription: account.move}, the invoices that bill each agreement"""
        by_agreement = defaultdict(moves.browse)
        for line in moves.invoice_line_ids:
            by_agreement[line.xpps_subscription_id] |= line.move_id
        return {agreement: mine for agreement, mine in by_agreement.items() if agreement}

    # Recurring periods

    def _xpps_counts_days(self):
        """Whether services that follow their devices are billed for a period rather than for today's devices."""
        self.ensure_one()
        # Whoever invoices follows the company's settings without a right to read them.
        return self.company_id.sudo().xpps_proration != "none"

    def _xpps_interval_label(self):
        """What a recurring price pays for: “1 month”."""
        self.ensure_one()
        count = self.template_id.recurring_interval or 1
        labels = {
            "days": (self.env._("1 day"), self.env._("%s days", count)),
            "weeks": (self.env._("1 week"), self.env._("%s weeks", count)),
            "months": (self.env._("1 month"), self.env._("%s months", count)),
            "years": (self.env._("1 year"), self.env._("%s years", count)),
        }
        return plural(count, *labels[self.template_id.recurring_rule_type])
