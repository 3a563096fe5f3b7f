# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError

from .field_types import BASE_ROLES, INVOICE_MODE_SELECTION

_logger = logging.getLogger(__name__)


class SaleSubscription(models.Model):
    """PageConnect/XPPS agreements.

    How an agreement is billed: ``create_invoice``, ``generate_invoice``, ``manual_invoice`` and the cron all come to
    ``_prepare_billing``, which locks the agreement's chargeable charges, splits what is billed into documents
    (``combined`` one, ``separate`` two) and leaves it to the invoicing mode whether these become invoices or orders.
    """

    _inherit = "sale.subscription"

    is_xpps = fields.Boolean(string="XPPS Agreement", index=True, help="Devices serviced by Xerox are billed here.")
    is_xpps_master = fields.Boolean(
        string="Master Agreement", help="An agreement to copy from. It is never started and never billed."
    )
    xpps_agreement_number = fields.Char(
        string="Xerox Agreement Number", index="btree_not_null", help="Xerox's number of this agreement.", copy=False
    )
    xpps_invoice_mode = fields.Selection(
        INVOICE_MODE_SELECTION,
        string="XPPS Invoicing",
        compute="_compute_xpps_invoice_mode",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="XPPS items are the charges and the recurring services with an XPPS role.",
    )
    xpps_invoice_detail = fields.Selection(
        [("device", "A line per device and output type"), ("material", "A line per material code and price")],
        string="XPPS Invoice Detail",
        default="device",
        required=True,
    )
    xpps_device_ids = fields.One2many(
        "stock.lot", "xpps_subscription_id", string="Devices", groups="xerox_xpps.group_xpps_user"
    )
    charge_ids = fields.One2many(
        "sale.subscription.charge", "subscription_id", string="Charges", groups="xerox_xpps.group_xpps_user"
    )
    charge_default_ids = fields.One2many(
        "sale.subscription.charge.default",
        "subscription_id",
        string="Contract Defaults",
        copy=True,
        groups="xerox_xpps.group_xpps_user",
    )
    xpps_device_count = fields.Integer(
        string="Number of Devices", compute="_compute_xpps_counts", groups="xerox_xpps.group_xpps_user"
    )
    xpps_charge_count = fields.Integer(compute="_compute_xpps_counts", groups="xerox_xpps.group_xpps_user")
    xpps_meter_read_count = fields.Integer(compute="_compute_xpps_counts", groups="xerox_xpps.group_xpps_user")

    @api.depends("partner_id")
    def _compute_xpps_invoice_mode(self):
        for subscription in self:
            subscription.xpps_invoice_mode = (
                subscription.partner_id.xpps_invoice_mode
                or subscription.partner_id.commercial_partner_id.xpps_invoice_mode
                or subscription.xpps_invoice_mode
                or "combined"
            )

    @api.depends("sale_subscription_line_ids.price_subtotal", "sale_subscription_line_ids.amount_tax_line_amount")
    def _compute_total(self):
        return super()._compute_total()

    def _compute_xpps_counts(self):
        def count(model, field_name, domain=()):
            return dict(self.env[model]._read_group([(field_name, "in", self.ids), *domain], [field_name], ["__count"]))

        devices = count("stock.lot", "xpps_subscription_id", [("is_xpps_device", "=", True)])
        charges = count("sale.subscription.charge", "subscription_id")
        reads = count("xpps.meter.read", "subscription_id")
        for subscription in self:
            subscription.xpps_device_count = devices.get(subscription, 0)
            subscription.xpps_charge_count = charges.get(subscription, 0)
            subscription.xpps_meter_read_count = reads.get(subscription, 0)

    @api.constrains("is_xpps_master", "stage_id")
    def _check_master_not_started(self):
        for subscription in self:
            if subscription.is_xpps_master and subscription.stage_type == "in_progress":
                raise ValidationError(
                    self.env._(
                        "%s is a master agreement: copy it to a customer, then start the copy.",
                        subscription.display_name,
                    )
                )

    @api.constrains("is_xpps")
    def _check_xpps_kept(self):
        # The rule holds for salespersons, too, who may not see devices and charges.
        for subscription in self.sudo():
            if not subscription.is_xpps and (subscription.xpps_device_ids or subscription.charge_ids):
                raise ValidationError(
                    self.env._(
                        "%s has devices or charges, so it must stay an XPPS agreement.", subscription.display_name
                    )
                )

    def write(self, values):
        """Starting an XPPS agreement keeps a start date in the past: Xerox bills the devices since then."""
        kept = {}
        if "stage_id" in values:
            kept = {subscription: subscription.date_start for subscription in self if subscription.is_xpps}
        result = super().write(values)
        for subscription, date_start in kept.items():
            date_start = fields.Date.to_date(values.get("date_start")) or date_start
            if date_start and date_start < subscription.date_start:
                subscription.date_start = date_start
        return result

    def _xpps_runs_between(self, date_from, date_to):
        """Whether the agreement runs in a period, at least for a day."""
        self.ensure_one()
        return bool(
            self.stage_type == "in_progress"
            and (not self.date_start or self.date_start <= date_to)
            and (not self.date or self.date >= date_from)
        )

    def _xpps_base_service(self):
        """The line that bills the base price of a device, when only one can.

        A base price comes before the two fees; of these the service fee does, as the supply fee goes with it.
        """
        lines = self.sale_subscription_line_ids.grouped("xpps_role")
        services = next(filter(None, map(lines.get, BASE_ROLES)), self.sale_subscription_line_ids.browse())
        return services if len(services) == 1 else services.browse()

    # What is billed

    def _lock_charges_to_invoice(self):
        """The charges to bill now, locked against any other transaction that would bill them.

        :raises UserError: when another transaction bills this agreement at the moment
        """
        # The invoice bills every approved charge, also when a salesperson without a right to see charges makes it.
        charges = self.env["sale.subscription.charge"].sudo()
        try:
            self.lock_for_update(allow_referencing=True)
            charges = charges.search([("subscription_id", "in", self.ids), ("invoice_status", "=", "to_invoice")])
            charges.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "%s is being invoiced by someone else right now. Look at its invoices before you try again.",
                    ", ".join(self.mapped("display_name")),
                )
            ) from error
        return charges

    def _prepare_billing(self, recurring=True):
        """Split what is billed now into documents, none of them empty.

        :param recurring: whether the recurring lines are billed, or the charges alone
        :return: [(recurring lines, charges)], one a document
        """
        self.ensure_one()
        if self.is_xpps_master:
            raise UserError(self.env._("%s is a master agreement and never billed.", self.display_name))
        charges = self._lock_charges_to_invoice()
        self._charges_left_on_orders()._release_from_orders()
        lines = self.sale_subscription_line_ids if recurring else self.sale_subscription_line_ids.browse()
        documents = [(lines, charges)]
        if self.xpps_invoice_mode == "separate":
            xpps_lines = lines.filtered("xpps_role")
            documents = [(xpps_lines, charges), (lines - xpps_lines, charges.browse())]
        return [document for document in documents if any(document)]

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

    def _in_billing_env(self):
        """The agreement in its own company and its customer's language."""
        self.ensure_one()
        partner = self.partner_invoice_id or self.partner_id
        return self.with_company(self.company_id).with_context(lang=partner.lang or self.env.lang)

    def _check_may_bill(self, model):
        """As in subscription_oca: who may write the agreement may have it billed, by invoice or by order."""
        if not self.env[model].has_access("create"):
            self.check_access("write")

    # Invoices

    def _prepare_account_move(self, line_ids):
        """Bill an XPPS agreement in its own currency and company, with its fiscal position."""
        values = super()._prepare_account_move(line_ids)
        if self.is_xpps:
            values |= {"company_id": self.company_id.id, "currency_id": self.currency_id.id}
            if self.fiscal_position_id:
                values["fiscal_position_id"] = self.fiscal_position_id.id
        return values

    def create_invoice(self):
        """Draft invoices of everything that is to be billed.

        :return: account.move; for an XPPS agreement none, one, or two when its XPPS items are billed separately
        """
        if not self.is_xpps:
            return super().create_invoice()
        return self._create_xpps_invoices()

    def _create_xpps_invoices(self, recurring=True):
        self.ensure_one()
        self._check_may_bill("account.move")
        subscription = self._in_billing_env()
        documents = subscription._prepare_billing(recurring)
        scheduled = self.recurring_next_date if any(lines for lines, _charges in documents) else False
        values_list = []
        for lines, charges in documents:
            line_values = [line._prepare_account_move_line() for line in lines]
            line_values += charges._prepare_account_move_lines(self.xpps_invoice_detail)
            values = subscription._prepare_account_move([Command.create(values) for values in line_values])
            values["invoice_date"] = scheduled or fields.Date.context_today(self)
            values_list.append(values)
        # Who may have it billed was checked above.
        moves = (
            subscription.env["account.move"]
            .sudo()
            .with_context(default_move_type="out_invoice", journal_type="sale")
            .create(values_list)
        )
        moves.filtered(lambda move: move.amount_total < 0).action_switch_move_type()
        return moves

    # Orders

    def create_sale_order(self):
        """Orders of everything that is to be billed; see ``create_invoice``."""
        if not self.is_xpps:
            return super().create_sale_order()
        return self._create_xpps_orders()

    def _create_xpps_orders(self, recurring=True):
        self.ensure_one()
        self._check_may_bill("sale.order")
        subscription = self._in_billing_env()
        values_list = []
        for lines, charges in subscription._prepare_billing(recurring):
            line_values = [line._prepare_sale_order_line() for line in lines]
            line_values += charges._prepare_sale_order_lines(self.xpps_invoice_detail)
            values = subscription._prepare_sale_order([Command.create(values) for values in line_values])
            values |= {"company_id": self.company_id.id, "order_subscription_id": self.id}
            if not self.fiscal_position_id:
                # Left out, Odoo finds the one of the customer.
                del values["fiscal_position_id"]
            values_list.append(values)
        # Who may have it billed was checked above.
        return subscription.env["sale.order"].sudo().create(values_list)

    def _bill_through_orders(self, recurring=True):
        """Make, confirm and invoice the orders of this billing, each on an invoice of its own.

        A confirmed order whose invoice was deleted lost its charges to the new order. What else it has is invoiced,
        too: nothing would bill it otherwise.
        """
        reopened = self._charges_left_on_orders().sale_line_ids.order_id.filtered(lambda order: order.state == "sale")
        orders = self._create_xpps_orders(recurring)
        orders.action_confirm()
        services = orders.order_line.filtered(lambda line: line.product_id.type == "service")
        for line in services:
            # A service of the period is delivered, whatever the product's invoicing policy.
            line.qty_delivered = line.product_uom_qty
        orders.action_lock()
        orders |= reopened
        moves = orders.with_context(raise_if_nothing_to_invoice=False)._create_invoices(grouped=True, final=True)
        for move in moves:
            move.invoice_origin = f"{move.invoice_origin}, {self.name}"
        return moves

    # Billing

    def generate_invoice(self):
        """Bill the agreement as its template's invoicing mode says, all or nothing."""
        if not self.is_xpps:
            return super().generate_invoice()
        return self._generate_xpps_invoices()

    def _generate_xpps_invoices(self, recurring=True):
        self.ensure_one()
        # A failure must leave nothing behind, although upstream's cron goes on after it.
        with self.env.cr.savepoint():
            mode = self.template_id.invoicing_mode
            if mode == "sale_and_invoice":
                moves = self._bill_through_orders(recurring)
            else:
                moves = self._create_xpps_invoices(recurring)
            if mode != "draft":
                moves.action_post()
            if recurring:
                self._set_next_invoice_date_after_invoice()
            if moves:
                self.message_post(
                    body=Markup("<b>%s</b> %s")
                    % (
                        self.env._("Created invoice with reference"),
                        Markup(", ").join(move._get_html_link() for move in moves),
                    )
                )
        if mode == "invoice_send":
            self._send_invoices(moves)

    def _send_invoices(self, moves):
        """E-mail posted invoices. One that cannot be sent says so in its chatter; the billing stands."""
        for move in moves:
            try:
                with self.env.cr.savepoint():
                    self.env["account.move.send"]._generate_and_send_invoices(
                        move, mail_template=self.template_id.invoice_mail_template_id, sending_methods=["email"]
                    )
            except UserError as error:
                move.message_post(body=self.env._("The invoice could not be sent: %s", error))

    def manual_invoice(self):
        if not self.is_xpps:
            return super().manual_invoice()
        moves = self._create_xpps_invoices()
        if not moves:
            raise UserError(
                self.env._(
                    "There is nothing to invoice on %s: it has no recurring services and no approved charges.",
                    self.display_name,
                )
            )
        self._set_next_invoice_date_after_invoice()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        action["domain"] = [("id", "in", moves.ids)]
        action["context"] = {"default_move_type": "out_invoice"}
        if len(moves) == 1:
            action |= {"views": [(False, "form")], "res_id": moves.id}
        return action

    @api.model
    def cron_subscription_management(self):
        """Also bill charges of agreements that upstream's loop passes over: nothing recurring is due on them."""
        result = super().cron_subscription_management()
        self._cron_invoice_xpps_charges()
        return result

    @api.model
    def _cron_invoice_xpps_charges(self):
        today = fields.Date.context_today(self)
        groups = self.env["sale.subscription.charge"]._read_group(
            [
                ("invoice_status", "=", "to_invoice"),
                ("subscription_id.is_paused", "=", False),
                ("subscription_id.stage_type", "in", ("in_progress", "post")),
            ],
            ["subscription_id"],
        )
        for (subscription,) in groups:
            due = bool(
                subscription.in_progress
                and subscription.recurring_next_date
                and subscription.recurring_next_date <= today
            )
            if due and subscription.sale_subscription_line_ids:
                # Upstream's loop failed on it and logged why; its charges go with its recurring services.
                continue
            try:
                subscription.with_company(subscription.company_id)._generate_xpps_invoices(recurring=due)
            except Exception:
                _logger.exception("XPPS charges of agreement %s could not be invoiced", subscription.display_name)

    # Smart buttons

    def _action_open_xpps(self, action_xmlid, field_name, context=None):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(action_xmlid)
        action["domain"] = [(field_name, "=", self.id)]
        action["context"] = context or {f"default_{field_name}": self.id}
        return action

    def action_open_xpps_devices(self):
        return self._action_open_xpps(
            "xerox_xpps.action_xpps_device",
            "xpps_subscription_id",
            {
                "default_is_xpps_device": True,
                "default_xpps_subscription_id": self.id,
                "default_xpps_partner_id": self.partner_id.id,
            },
        )

    def action_open_xpps_charges(self):
        return self._action_open_xpps("xerox_xpps.action_sale_subscription_charge", "subscription_id")

    def action_open_xpps_meter_reads(self):
        return self._action_open_xpps("xerox_xpps.action_xpps_meter_read", "subscription_id")

    # Set-up

    def action_xpps_copy_to_customer(self):
        """Open *Copy to Customer* for this agreement."""
        self.ensure_one()
        return self._action_open_xpps_wizard("xpps.agreement.copy.wizard")

    def action_xpps_add_devices(self):
        """Open *Add Devices* for this agreement."""
        self.ensure_one()
        return self._action_open_xpps_wizard("xpps.device.add.wizard")

    def _action_open_xpps_wizard(self, model):
        if not self.is_xpps:
            raise UserError(self.env._("%s is no XPPS agreement.", self.display_name))
        return {
            "type": "ir.actions.act_window",
            "name": self.env[model]._description,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_subscription_id": self.id, "dialog_size": "extra-large"},
        }
