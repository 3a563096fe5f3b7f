# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import clean_context
from odoo.tools.misc import get_lang

from ..common.constants import BASE_TIMING_SELECTION, INVOICE_MODE_SELECTION
from ..common.plural import plural
from ..common.today import company_today


class XppsAgreementCopyWizard(models.TransientModel):
    """Copy an agreement, mostly a master agreement, to customers: one agreement for each of them.

    Services, prices and contract defaults are those of the source; taxes, addresses and languages are the customer's.
    ``pricelist_id`` and ``xpps_invoice_mode`` are left empty when they differ from customer to customer: each gets its
    own then.
    """

    _name = "xpps.agreement.copy.wizard"
    _description = "Copy to Customer"
    _inherit = ["xpps.reference.guard"]
    _check_company_auto = True

    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="subscription_id.company_id")
    currency_id = fields.Many2one(related="subscription_id.currency_id")
    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        check_company=True,
        domain="[('company_id', 'in', [False, company_id])]",
        help="Each of these customers gets an agreement.",
    )
    partner_count = fields.Integer(compute="_compute_partner_count")
    xpps_agreement_number = fields.Char(string="Xerox Agreement Number", help="Xerox's number of the new agreement.")
    date_start = fields.Date(
        string="Start Date", required=True, compute="_compute_date_start", store=True, readonly=False, precompute=True
    )
    start = fields.Boolean(
        string="Start It",
        help="The copy starts immediately or, if its start date is in the future, automatically on that date.",
    )
    template_id = fields.Many2one(
        "sale.subscription.template",
        string="Subscription Template",
        required=True,
        compute="_compute_from_agreement",
        store=True,
        readonly=False,
        precompute=True,
    )
    xpps_invoice_detail = fields.Selection(
        selection=lambda self: (
            self.env["sale.subscription"]._fields["xpps_invoice_detail"]._description_selection(self.env)
        ),
        string="XPPS Invoice Detail",
        required=True,
        compute="_compute_from_agreement",
        store=True,
        readonly=False,
        precompute=True,
    )
    xpps_base_timing = fields.Selection(
        BASE_TIMING_SELECTION,
        string="Base Price Timing",
        required=True,
        compute="_compute_from_agreement",
        store=True,
        readonly=False,
        precompute=True,
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        compute="_compute_from_customers",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('currency_id', '=', currency_id), ('company_id', 'in', [False, company_id])]",
    )
    xpps_invoice_mode = fields.Selection(
        INVOICE_MODE_SELECTION,
        string="XPPS Invoicing",
        compute="_compute_from_customers",
        store=True,
        readonly=False,
    )
    line_ids = fields.One2many(
        "xpps.agreement.copy.wizard.line",
        "wizard_id",
        string="Services",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    default_count = fields.Integer(compute="_compute_default_count")
    default_text = fields.Char(compute="_compute_default_count")

    @api.depends("subscription_id")
    def _compute_from_agreement(self):
        for wizard in self:
            agreement = wizard.subscription_id
            wizard.template_id = agreement.template_id
            wizard.xpps_invoice_detail = agreement.xpps_invoice_detail
            wizard.xpps_base_timing = agreement.xpps_base_timing

    @api.depends("subscription_id")
    def _compute_date_start(self):
        for wizard in self:
            wizard.date_start = wizard.date_start or company_today(wizard.company_id)

    @api.depends("subscription_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "subscription_line_id": line.id,
                            "product_uom_qty": line.product_uom_qty,
                            "price_unit": line._xpps_price_on(company_today(wizard.company_id)),
                            "discount": line.discount,
                        }
                    )
                    for line in wizard.subscription_id.sale_subscription_line_ids
                ),
            ]

    @api.depends("subscription_id", "partner_ids")
    def _compute_from_customers(self):
        """What the customers have in common."""
        for wizard in self:
            partners = wizard.partner_ids._origin
            pricelists = {wizard._pricelist_of(partner) for partner in partners}
            modes = {wizard._invoice_mode_of(partner) for partner in partners}
            wizard.pricelist_id = pricelists.pop() if len(pricelists) == 1 else False
            wizard.xpps_invoice_mode = modes.pop() if len(modes) == 1 else False

    @api.depends("partner_ids")
    def _compute_partner_count(self):
        for wizard in self:
            wizard.partner_count = len(wizard.partner_ids)

    @api.depends("subscription_id")
    def _compute_default_count(self):
        for wizard in self:
            count = wizard.default_count = len(wizard.subscription_id.charge_default_ids)
            wizard.default_text = plural(
                count,
                self.env._("The copy also gets the contract default of the agreement."),
                self.env._("The copy also gets the %s contract defaults of the agreement.", count),
            )

    def _pricelist_of(self, partner):
        """The customer's pricelist where it has the currency of the agreed prices, else the agreement's own."""
        pricelist = partner.with_company(self.company_id).property_product_pricelist
        return pricelist if pricelist.currency_id == self.currency_id else self.subscription_id.pricelist_id

    def _invoice_mode_of(self, partner):
        return (
            partner.xpps_invoice_mode
            or partner.commercial_partner_id.xpps_invoice_mode
            or self.subscription_id.xpps_invoice_mode
        )

    def action_copy(self):
        """Make the agreements.

        :return: an action that opens them
        """
        copies = self._copy_to([(partner, {}) for partner in self.partner_ids])
        action = self.env["ir.actions.act_window"]._for_xml_id("xerox_xpps.action_xpps_agreement")
        if len(copies) == 1:
            return action | {"views": [(False, "form")], "res_id": copies.id}
        return action | {"domain": [("id", "in", copies.ids)]}

    def _copy_to(self, customers):
        """:param customers: [(res.partner of ``partner_ids``, values that its agreement has besides)]
        :return: sale.subscription, one for each of them in this order
        """
        self._check_choices()
        # The dialog's defaults are none of the new records.
        self = self.with_context(clean_context(self.env.context)).with_company(self.company_id)
        source = self.subscription_id
        copies = source.create([self._prepare_agreement(partner) | values for partner, values in customers])
        services = self.line_ids.filtered("selected").subscription_line_id
        for copy in copies:
            copy.sale_subscription_line_ids.sorted("id")._xpps_count_like(services)
        source._xpps_copy_rule(copies)
        if self.start:
            self._start(copies)
        for copy in copies:
            copy.message_post(body=self.env._("Copied from %s", source._get_html_link()))
        source.message_post(
            body=self.env._(
                "Copied to %s",
                Markup(", ").join(copy._get_html_link() for copy in copies),
            )
        )
        return copies

    def _check_choices(self):
        """:raises UserError: when something was chosen that does not go with the agreement"""
        self.ensure_one()
        source = self.subscription_id
        source.check_access("read")
        source.browse().check_access("create")
        if not source.is_xpps:
            raise UserError(self.env._("%s is not an XPPS agreement.", source.display_name))
        if not self.partner_ids:
            raise UserError(self.env._("Choose at least one customer."))
        if self.xpps_agreement_number and len(self.partner_ids) > 1:
            raise UserError(
                self.env._(
                    "An agreement number belongs to one agreement. Copy to a single customer, or leave the number "
                    "empty."
                )
            )
        if self.line_ids.subscription_line_id - source.sale_subscription_line_ids:
            raise UserError(self.env._("A service does not belong to agreement %s.", source.display_name))
        if self.pricelist_id and self.pricelist_id.currency_id != self.currency_id:
            raise UserError(
                self.env._(
                    "The prices of %(agreement)s are in %(currency)s, but pricelist “%(pricelist)s” is in %(other)s. "
                    "Choose a pricelist in %(currency)s.",
                    agreement=source.display_name,
                    currency=self.currency_id.name,
                    pricelist=self.pricelist_id.display_name,
                    other=self.pricelist_id.currency_id.name,
                )
            )

    def _prepare_agreement(self, partner):
        """:return: values of a draft agreement of a customer"""
        source = self.subscription_id
        values = source.copy_data()[0]
        # Addresses, end date and, with another template, the terms follow from the new customer and template.
        for name in ("code", "date", "partner_invoice_id", "partner_shipping_id"):
            values.pop(name, None)
        if self.template_id != source.template_id:
            values.pop("terms", None)
        lines = self.line_ids.filtered("selected")
        return (
            values
            | source._xpps_payers_for(partner, values)
            | {
                "partner_id": partner.id,
                "is_xpps_master": False,
                "xpps_agreement_number": self.xpps_agreement_number,
                "date_start": self.date_start,
                "recurring_next_date": self.date_start,
                "template_id": self.template_id.id,
                "pricelist_id": (self.pricelist_id or self._pricelist_of(partner)).id,
                "fiscal_position_id": self.env["account.fiscal.position"]._get_fiscal_position(partner).id,
                "xpps_invoice_mode": self.xpps_invoice_mode or self._invoice_mode_of(partner),
                "xpps_invoice_detail": self.xpps_invoice_detail,
                "xpps_base_timing": self.xpps_base_timing,
                "sale_order_id": False,
                "in_progress": False,
                "active": True,
                "to_renew": False,
                "close_reason_id": False,
                "stage_id": self._stage("draft").id,
                "sale_subscription_line_ids": [Command.create(line._prepare_service()) for line in lines],
            }
        )

    def _stage(self, stage_type):
        return self.env["sale.subscription.stage"].search([("type", "=", stage_type)], limit=1)

    def _start(self, copies):
        if self.date_start <= company_today(self.company_id):
            copies.action_start_subscription()
            return
        # Started now, it would run from today. The cron starts what is ready on its day.
        ready = self._stage("pre")
        if not ready:
            raise UserError(
                self.env._(
                    "There is no stage for agreements that start later. Clear “Start It”, and start the agreement "
                    "manually on its start date."
                )
            )
        copies.stage_id = ready


class XppsAgreementCopyWizardLine(models.TransientModel):
    _name = "xpps.agreement.copy.wizard.line"
    _description = "Copy to Customer: Service"
    _inherit = ["xpps.reference.guard"]

    wizard_id = fields.Many2one("xpps.agreement.copy.wizard", required=True, index=True, ondelete="cascade")
    subscription_line_id = fields.Many2one("sale.subscription.line", required=True, readonly=True, ondelete="cascade")
    product_id = fields.Many2one(related="subscription_line_id.product_id", string="Service")
    name = fields.Char(related="subscription_line_id.name", string="Description")
    xpps_role = fields.Selection(related="subscription_line_id.xpps_role")
    by_devices = fields.Boolean(related="subscription_line_id.xpps_qty_from_devices")
    currency_id = fields.Many2one(related="subscription_line_id.currency_id")
    selected = fields.Boolean(string="Copy", default=True)
    product_uom_qty = fields.Float(string="Quantity")
    price_unit = fields.Float(string="Unit Price")
    discount = fields.Float(string="Discount (%)")

    def _prepare_service(self):
        """:return: values of the new agreement's line; what follows from its customer is left out"""
        self.ensure_one()
        line = self.subscription_line_id
        values = line.copy_data({"price_unit": self.price_unit, "discount": self.discount})[0]
        for name in ("sale_subscription_id", "tax_ids", "product_uom_qty"):
            values.pop(name, None)
        if not line.xpps_qty_from_devices:
            values["product_uom_qty"] = self.product_uom_qty
        if self._has_product_description():
            # Left out, it is written in the language of the new customer.
            values.pop("name", None)
        return values

    def _has_product_description(self):
        """Whether the line says what its product says, in the language of the line's own customer."""
        line = self.subscription_line_id
        lang = get_lang(self.env, line.sale_subscription_id.partner_id.lang).code
        return line.name == line.product_id.with_context(lang=lang).get_product_multiline_description_sale()
