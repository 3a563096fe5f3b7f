# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...billing_file import to_decimal
from ...common.constants import BILLING_GROUP, CLICK_DIGITS
from ...common.taxes import BillingTaxes
from ...common.window_actions import open_records
from ...importing import price_for_cost


class SaleSubscriptionChargeDefault(models.Model):
    """An agreement's own cost, price and billability of a material code.

    What is changed by hand is kept as ``xpps.charge.change``, and tracked in the chatter. What imports change is kept
    as ``xpps.billing.file.cost.change``.
    """

    _name = "sale.subscription.charge.default"
    _description = "XPPS Contract Cost and Price Default"
    _inherit = ["mail.thread", "xpps.price.history", "xpps.guard"]
    _check_company_auto = True
    _rec_name = "product_id"
    _xpps_price_unset = {
        "unit_price": None,
        "price_method": "fixed",
        "markup_percent": 0,
        "billable": True,
        "unit_cost": 0,
    }
    _xpps_price_terms = ("product_id", "subscription_id")

    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, ondelete="cascade", index=True, check_company=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="subscription_id.currency_id")
    product_id = fields.Many2one(
        "product.product",
        string="Material Code",
        required=True,
        domain=[("xpps_role", "=", "material_code")],
        ondelete="restrict",
        check_company=True,
    )
    unit_cost = fields.Float(
        digits=CLICK_DIGITS,
        min_display_digits=2,
        tracking=True,
        groups=BILLING_GROUP,
        help="What Xerox last billed for a page on this agreement. Each import updates it.",
    )
    price_method = fields.Selection(
        [("fixed", "Fixed Price"), ("cost_plus", "Xerox's Cost Plus")],
        string="Pricing",
        required=True,
        default="fixed",
        tracking=True,
        help="A price that follows Xerox's cost changes with the unit cost in each billing file.",
    )
    markup_percent = fields.Float(
        string="Markup (%)",
        digits=(16, 2),
        tracking=True,
        # Together with the price it would tell the cost.
        groups=BILLING_GROUP,
        help="What is added to Xerox's cost of a page.",
    )
    unit_price = fields.Float(
        digits=CLICK_DIGITS,
        min_display_digits=2,
        compute="_compute_unit_price",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="What the customer pays for a page. If it is 0, the agreement's pricelist is used, then the sales price. "
        "For a price that follows Xerox's cost, the price based on the last unit cost is shown; each charge is "
        "priced by its own unit cost.",
    )
    billable = fields.Boolean(
        default=True, tracking=True, help="Pages that are not billable are never invoiced, but they count as cost."
    )
    cost_change_ids = fields.One2many(
        "xpps.billing.file.cost.change",
        "default_id",
        string="Xerox's Costs",
        domain=[("applied", "=", True)],
        readonly=True,
        groups=BILLING_GROUP,
    )

    _material_uniq = models.Constraint(
        "UNIQUE (subscription_id, product_id)",
        "An agreement can have only one contract default for each material code.",
    )

    @api.depends("price_method", "markup_percent", "unit_cost")
    def _compute_unit_price(self):
        following = self.filtered(lambda default: default.price_method == "cost_plus")
        prices = following._cost_plus_prices()
        for default in self:
            default.unit_price = float(prices[default]) if default in prices else default.unit_price

    def _cost_plus_prices(self):
        """:return: {default: Decimal}"""
        prices = {}
        for company, defaults in self.grouped("company_id").items():
            taxes = BillingTaxes(company or self.env.company)
            for default in defaults:
                terms = taxes.price_terms(default.subscription_id, default.product_id)
                prices[default] = price_for_cost(terms, default.unit_cost, default.markup_percent)
        return prices

    @api.constrains("markup_percent")
    def _check_markup_percent(self):
        # The rule holds for whoever may not see costs, too.
        for default in self.sudo():
            if default.markup_percent < 0:
                raise ValidationError(
                    self.env._(
                        "A markup below 0%% would sell %s below Xerox's cost. Set a fixed price instead.",
                        default.display_name,
                    )
                )

    @api.constrains("price_method", "markup_percent", "unit_cost", "unit_price")
    def _check_cost_plus(self):
        # See _check_markup_percent.
        following = self.sudo().filtered(lambda default: default.price_method == "cost_plus")
        for default, price in following._cost_plus_prices().items():
            if to_decimal(default.unit_price) != price:
                raise ValidationError(
                    self.env._(
                        "The price of %s follows Xerox's cost. Change the markup, or choose a fixed price.",
                        default.display_name,
                    )
                )

    def copy(self, default=None):
        if {"subscription_id", "product_id"}.isdisjoint(default or {}):
            raise UserError(
                self.env._(
                    "Contract default %s cannot be duplicated, as an agreement has one for each material code. Change "
                    "this one, or add one for another material code.",
                    self[:1].display_name,
                )
            )
        return super().copy(default)

    def _is_only_cost(self):
        """Whether the default says nothing but what Xerox charges, as one does that an import made."""
        return self.price_method == "fixed" and not self.unit_price and self.billable

    def _xpps_change_subject(self):
        return {
            "subject": "default",
            "default_id": self.id,
            "subscription_id": self.subscription_id.id,
            "agreement_name": self.subscription_id.name,
            "company_id": self.company_id.id,
            "name": self.product_id.display_name or self.display_name,
        }

    def _xpps_note_all(self, kind, reasons=()):
        # What says nothing but Xerox's cost comes and goes with imports, which keep that.
        kept = self if kind == "created" else self.filtered(lambda default: not default._is_only_cost())
        return super(SaleSubscriptionChargeDefault, kept)._xpps_note_all(kind, reasons)

    def action_open_changes(self):
        """What was changed of the price, when, by whom and why."""
        self.ensure_one()
        # Also of those that were deleted before.
        domain = [
            ("subject", "=", "default"),
            ("subscription_id", "=", self.subscription_id.id),
            ("name", "=", self.product_id.display_name),
        ]
        return open_records(self, "xerox_xpps.action_xpps_charge_change", domain)

    def _quietly(self):
        """The defaults, with no trace in the chatter of what an import or its undo changes: it has a record of its own.

        Nobody waits for an entry in each of hundreds of chatters.
        """
        return self.with_context(tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True)
