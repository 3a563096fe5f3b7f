# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...common.constants import BASE_ROLES, INVOICE_DETAIL_SELECTION, INVOICE_MODE_SELECTION, USER_GROUP
from ...common.today import company_today
from ...common.window_actions import open_dialog, open_invoices, open_records
from ...rules import runs_in_period

#: What gives the services of an agreement other prices.
PRICE_CAUSES = {"partner_id", "pricelist_id"}
#: What gives them other taxes; the fiscal position itself is upstream's matter.
TAX_CAUSES = {"partner_id", "partner_invoice_id", "partner_shipping_id"}


class SaleSubscription(models.Model):
    """PageConnect/XPPS agreements.

    How agreements are billed stands in ``sale_subscription_invoicing.py``, to which ``create_invoice``,
    ``generate_invoice``, ``manual_invoice``, the cron and billing runs all come.
    """

    _name = "sale.subscription"
    _inherit = ["sale.subscription", "xpps.usage", "xpps.guard"]
    _xpps_usage_field = "subscription_id"

    is_xpps = fields.Boolean(string="XPPS Agreement", index=True, help="Devices serviced by Xerox are billed here.")
    is_xpps_master = fields.Boolean(
        string="Master Agreement", help="An agreement to copy from. It is never started or billed."
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
        INVOICE_DETAIL_SELECTION,
        string="XPPS Invoice Detail",
        default="device",
        required=True,
    )
    xpps_closed_on = fields.Date(
        string="Closed On",
        readonly=True,
        copy=False,
        help="The day on which the agreement was closed. It is cleared when the agreement is started again, and it is "
        "empty if the agreement never ran.",
    )
    xpps_device_ids = fields.One2many(
        "stock.lot", "xpps_subscription_id", string="Devices", readonly=True, groups=USER_GROUP
    )
    charge_ids = fields.One2many(
        "sale.subscription.charge",
        "subscription_id",
        string="Charges",
        readonly=True,
        groups=USER_GROUP,
    )
    charge_default_ids = fields.One2many(
        "sale.subscription.charge.default",
        "subscription_id",
        string="Contract Defaults",
        copy=True,
        groups=USER_GROUP,
    )
    xpps_service_ids = fields.One2many(
        "sale.subscription.line",
        "xpps_agreement_id",
        string="XPPS Services",
        readonly=True,
        help="The lines of an XPPS agreement; there are none of any other subscription.",
    )
    xpps_device_count = fields.Integer(string="Number of Devices", compute="_compute_xpps_counts", groups=USER_GROUP)
    xpps_charge_count = fields.Integer(compute="_compute_xpps_counts", groups=USER_GROUP)
    xpps_meter_read_count = fields.Integer(compute="_compute_xpps_counts", groups=USER_GROUP)

    @api.depends("partner_id")
    def _compute_xpps_invoice_mode(self):
        for subscription in self:
            subscription.xpps_invoice_mode = (
                subscription.partner_id.xpps_invoice_mode
                or subscription.partner_id.commercial_partner_id.xpps_invoice_mode
                or subscription.xpps_invoice_mode
                or "combined"
            )

    @api.depends("xpps_service_ids.price_subtotal", "xpps_service_ids.amount_tax_line_amount")
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

    def _xpps_usage_devices(self):
        active = [
            ("is_xpps_device", "=", True),
            ("xpps_state", "=", "active"),
            ("xpps_subscription_id", "in", self.ids),
        ]
        groups = self.env["stock.lot"]._read_group(active, ["xpps_subscription_id"], ["__count"])
        return dict.fromkeys(self.ids, 0) | {agreement.id: count for agreement, count in groups}

    @api.constrains("is_xpps_master", "stage_id")
    def _check_master_not_started(self):
        for subscription in self:
            # What is ready to start is started by the cron.
            if subscription.is_xpps_master and subscription.stage_type in ("pre", "in_progress"):
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

    @api.constrains("pricelist_id")
    def _check_currency_of_charges(self):
        # Charges keep the currency in which they were priced, whoever changes the agreement.
        charges = self.env["sale.subscription.charge"].sudo()
        ours = self._xpps_ours()
        waiting = ours and charges.search(
            Domain("subscription_id", "in", ours.ids)
            & Domain("billable", "=", True)
            & Domain("state", "!=", "rejected")
            & (Domain("invoice_status", "!=", "invoiced") | Domain("invoice_line_ids.parent_state", "=", "draft"))
        )
        for charge in waiting:
            agreement = charge.subscription_id
            if charge.currency_id != agreement.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s cannot be billed in %(new)s yet: charges in %(old)s are not invoiced, "
                        "“%(charge)s” of device %(device)s among them. Invoice or reject them first, and post the "
                        "drafts.",
                        agreement=agreement.display_name,
                        new=agreement.currency_id.name,
                        old=charge.currency_id.name,
                        charge=charge.name,
                        device=charge.device_id.name or "–",
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        agreements = super().create(vals_list)
        # One that is closed from the start is known from elsewhere, so it ran.
        ours = agreements._xpps_ours()
        ours._xpps_note_closing(ours)
        return agreements

    def _xpps_ours(self):
        """Those that are XPPS agreements, whoever asks: what is none goes upstream's way, which asks for rights itself.

        It costs nobody a right, nor a query where the subscriptions are read anyhow.
        """
        # Nobody learns from it what he could not read: upstream's way tells.
        return self & self.sudo().filtered("is_xpps")

    def write(self, values):
        """Another customer or pricelist gives the services other prices, which is noted as if they were typed."""
        ours = self._xpps_ours() if (PRICE_CAUSES | TAX_CAUSES) & values.keys() else self.browse()
        if not ours:
            return self._write_terms(values)
        # What is typed on the services is noted where it is written.
        services = {name: value for name, value in values.items() if name == "sale_subscription_line_ids"}
        with self._xpps_services()._xpps_noting():
            result = self._write_terms({name: value for name, value in values.items() if name not in services})
            if not TAX_CAUSES.isdisjoint(values):
                ours._xpps_recompute_taxes()
        return super().write(services) if services else result

    def _compute_partner_address_ids(self):
        """The addresses decide on the taxes of an XPPS agreement; see ``sale.subscription.line``."""
        result = super()._compute_partner_address_ids()
        lines = self._xpps_ours().sale_subscription_line_ids
        self.env.add_to_compute(lines._fields["tax_ids"], lines)
        return result

    def _xpps_recompute_taxes(self):
        # The addresses follow the customer, and have the taxes follow them; what is typed on a line comes after that.
        self.mapped("partner_invoice_id")
        lines = self.sale_subscription_line_ids
        self.env.add_to_compute(lines._fields["tax_ids"], lines)

    def _write_terms(self, values):
        """Starting an XPPS agreement keeps its start date: Xerox bills the devices since then, or will."""
        ours = self._xpps_ours() if "stage_id" in values else self.browse()
        if not ours:
            return super().write(values)
        ran = ours.filtered(lambda agreement: agreement.stage_type == "in_progress")
        kept = {subscription: subscription.date_start for subscription in ours}
        # Upstream writes the stage itself, others its id.
        stage_id = self._fields["stage_id"].convert_to_write(values["stage_id"], self)
        if self.env["sale.subscription.stage"].browse(stage_id).type == "post":
            ours._xpps_end_pauses()
        result = super().write(values)
        ours._xpps_note_closing(ran)
        for subscription, date_start in kept.items():
            date_start = fields.Date.to_date(values.get("date_start", date_start))
            if date_start and date_start != subscription.date_start:
                subscription.date_start = date_start
            if subscription.stage_type == "post" and subscription.recurring_next_date:
                subscription._xpps_settle_closing(subscription.recurring_next_date)
        return result

    def _xpps_note_closing(self, ran):
        """Keep the day on which agreements were closed, until they are started again.

        :param ran: those that were in progress until now
        """
        by_stage = self.filtered("stage_id").grouped("stage_type")
        closed, running = (by_stage.get(stage, self.browse()) for stage in ("post", "in_progress"))
        # The program says it, whoever closes and starts agreements.
        closed = (closed & ran).filtered(lambda agreement: not agreement.xpps_closed_on).sudo()
        started = running.filtered("xpps_closed_on").sudo()
        for company, ended in closed.grouped("company_id").items():
            ended.xpps_closed_on = company_today(company)
        if started:
            started.xpps_closed_on = False

    def unlink(self):
        # The database would delete the defaults unseen, and the services are nobody's then. Whoever deletes the
        # agreement does so without a right to its defaults.
        self.check_access("unlink")
        self._unlink_except_used()
        self.sudo().charge_default_ids.unlink()
        self._xpps_services()._xpps_note_all("deleted")
        return super().unlink()

    def _xpps_services(self):
        """The recurring services of those that are XPPS agreements."""
        return self._xpps_ours().sale_subscription_line_ids

    def close_subscription(self, close_reason_id=False):
        """Of an XPPS agreement the last days of its devices may still have to be billed; it ends with its pause."""
        self._xpps_ours()._xpps_end_pauses()
        next_date = self.recurring_next_date
        result = super().close_subscription(close_reason_id)
        if self._xpps_ours():
            self._xpps_settle_closing(next_date)
        return result

    def _xpps_runs_between(self, date_from, date_to):
        """Whether the agreement runs in a period, at least for a day; see ``rules.agreement``."""
        self.ensure_one()
        return runs_in_period(self.stage_type, self.date_start, self.date, self.xpps_closed_on, date_from, date_to)

    def _xpps_base_service(self):
        """The line that bills the base price of a device, when only one can.

        A base price comes before the two fees; of these the service fee does, as the supply fee goes with it.
        """
        lines = self.sale_subscription_line_ids.grouped("xpps_role")
        services = next(filter(None, map(lines.get, BASE_ROLES)), self.sale_subscription_line_ids.browse())
        return services if len(services) == 1 else services.browse()

    # Invoices

    def _prepare_account_move(self, line_ids):
        """Bill an XPPS agreement in its own currency and company, with its fiscal position."""
        values = super()._prepare_account_move(line_ids)
        if self._xpps_ours():
            values |= {"company_id": self.company_id.id, "currency_id": self.currency_id.id}
            # Upstream gives the company's first account, whatever its currency. Odoo chooses one that fits.
            values.pop("partner_bank_id", None)
            if self.fiscal_position_id:
                values["fiscal_position_id"] = self.fiscal_position_id.id
        return values

    def create_invoice(self):
        """Draft invoices of everything that is to be billed.

        :return: account.move; for an XPPS agreement none, one, or two when its XPPS items are billed separately
        """
        if not self._xpps_ours():
            return super().create_invoice()
        return self._create_xpps_invoices()

    # Orders

    def create_sale_order(self):
        """Orders of everything that is to be billed; see ``create_invoice``."""
        if not self._xpps_ours():
            return super().create_sale_order()
        return self._create_xpps_orders()

    # Billing

    def generate_invoice(self):
        """Bill the agreement as its template's invoicing mode says, all or nothing."""
        if not self._xpps_ours():
            return super().generate_invoice()
        self._generate_xpps_invoices()
        return None

    def _send_invoices(self, moves):
        """Send posted invoices. Of one that cannot be sent somebody is told; the billing stands."""
        moves._xpps_send_each()

    def manual_invoice(self):
        if not self._xpps_ours():
            return super().manual_invoice()
        moves = self._create_xpps_invoices()
        if not moves:
            raise UserError(
                self.env._(
                    "There is nothing to invoice on %s: it has no recurring services and no approved charges, or these "
                    "come to 0.",
                    self.display_name,
                )
            )
        self._xpps_settle_billing()
        action = open_invoices(self, [("id", "in", moves.ids)])
        if len(moves) == 1:
            action |= {"views": [(False, "form")], "res_id": moves.id}
        return action

    # Smart buttons

    def _compute_account_invoice_ids_count(self):
        """Also count invoices of several agreements, which upstream knows as those of one."""
        result = super()._compute_account_invoice_ids_count()
        ours = self._xpps_ours()
        moves = ours._xpps_invoices() if ours else {}
        for subscription in ours:
            subscription.account_invoice_ids_count = len(moves.get(subscription, ()))
        return result

    def _xpps_invoices(self):
        """:return: {sale.subscription: account.move}, with the invoices that bill several agreements"""
        agreements = self._xpps_ours()
        lines = self.env["account.move.line"]
        groups = {}
        if lines.has_access("read"):
            groups = dict(
                lines._read_group(
                    [("xpps_subscription_id", "in", agreements.ids)], ["xpps_subscription_id"], ["move_id:recordset"]
                )
            )
        return {
            agreement: agreement.invoice_ids
            | agreement.sale_order_ids.invoice_ids
            | groups.get(agreement, self.env["account.move"])
            for agreement in agreements
        }

    def action_view_account_invoice_ids(self):
        action = super().action_view_account_invoice_ids()
        if self._xpps_ours():
            action["domain"] = [("id", "in", self._xpps_invoices()[self].ids)]
        return action

    def _action_open_xpps(self, action_xmlid, field_name, context=None):
        self.ensure_one()
        context = context or {f"default_{field_name}": self.id}
        return open_records(self, action_xmlid, [(field_name, "=", self.id)], context)

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

    def action_open_xpps_changes(self):
        """What was changed of its charges, contract defaults and base prices."""
        self.ensure_one()
        # Charges that came from another agreement bring what was changed of them along.
        domain = Domain("subscription_id", "=", self.id) | Domain("charge_id.subscription_id", "=", self.id)
        return open_records(self, "xerox_xpps.action_xpps_charge_change", list(domain))

    def action_open_xpps_profitability(self):
        """What the agreement earns, by device."""
        return self._action_open_xpps(
            "xerox_xpps.action_xpps_profitability_report",
            "subscription_id",
            {"pivot_row_groupby": ["device_id"], "search_default_last_months": 1},
        )

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
        self.check_access("read")
        self.env[model].check_access("create")
        if not self.is_xpps:
            raise UserError(self.env._("%s is not an XPPS agreement.", self.display_name))
        wizard = self.env[model]
        return open_dialog(wizard, wizard._description, {"default_subscription_id": self.id}, wide=True)
