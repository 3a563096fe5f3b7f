# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ...common.constants import BASE_ROLES, BILLING_GROUP, USER_GROUP
from ...common.rates import unrated_currencies
from ...common.today import company_today


class SaleSubscriptionLine(models.Model):
    _name = "sale.subscription.line"
    _inherit = ["sale.subscription.line", "xpps.price.history", "xpps.guard"]
    _xpps_price_unset = {"price_unit": None, "discount": 0, "product_uom_qty": 1}
    _xpps_price_terms = ("product_id", "sale_subscription_id", "xpps_qty_from_devices")

    xpps_agreement_id = fields.Many2one(
        "sale.subscription",
        string="XPPS Agreement",
        compute="_compute_xpps_agreement_id",
        store=True,
        index="btree_not_null",
        help="The subscription of the line if it is an XPPS agreement. What depends on it leaves all others alone.",
    )
    xpps_device_ids = fields.One2many(
        "stock.lot", "xpps_subscription_line_id", string="Devices", readonly=True, groups=USER_GROUP
    )
    xpps_role = fields.Selection(related="product_id.xpps_role")
    xpps_qty_from_devices = fields.Boolean(
        string="By Devices", help="The quantity follows the number of active devices that the line bills."
    )
    product_uom_qty = fields.Float(
        compute="_compute_product_uom_qty", store=True, readonly=False, precompute=True, default=None
    )

    xpps_devices_line_id = fields.Many2one(
        "sale.subscription.line",
        string="Devices Of",
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        domain="[('sale_subscription_id', '=', sale_subscription_id), ('id', '!=', id)]",
        help="If service fee and supply fee are two services, a device is linked to one of them, and the other counts "
        "its devices. If empty, a supply fee without its own devices counts those of the only service fee.",
    )
    xpps_base_cost = fields.Monetary(
        string="Xerox's Base Price",
        compute="_compute_xpps_base_costs",
        groups=BILLING_GROUP,
        help="What Xerox last billed per month for the devices that this service bills.",
    )
    xpps_base_service_cost = fields.Monetary(
        string="Xerox's Service Fee", compute="_compute_xpps_base_costs", groups=BILLING_GROUP
    )
    xpps_base_supply_cost = fields.Monetary(
        string="Xerox's Supply Fee", compute="_compute_xpps_base_costs", groups=BILLING_GROUP
    )

    @api.depends("sale_subscription_id.is_xpps")
    def _compute_xpps_agreement_id(self):
        for line in self:
            line.xpps_agreement_id = line.sale_subscription_id if line.sale_subscription_id.is_xpps else False

    @api.depends(
        "xpps_qty_from_devices",
        "xpps_devices_line_id",
        "sale_subscription_id.sale_subscription_line_ids.product_id",
        "sale_subscription_id.sale_subscription_line_ids.xpps_device_ids.xpps_state",
    )
    def _compute_product_uom_qty(self):
        following = self.filtered("xpps_qty_from_devices")
        counted = {line: line._xpps_counted_line() for line in following}
        line_ids = [line.id for line in set(counted.values())]
        counts = dict(
            self.env["stock.lot"]._read_group(
                [("xpps_subscription_line_id", "in", line_ids), ("xpps_state", "=", "active")],
                ["xpps_subscription_line_id"],
                ["__count"],
            )
        )
        for line in following:
            line.product_uom_qty = counts.get(counted[line], 0)
        for line in self - following:
            # What stands on an existing line was typed, be it 0.
            line.product_uom_qty = line.product_uom_qty if line._origin else line.product_uom_qty or 1.0

    @api.onchange("product_id")
    def _onchange_xpps_qty_from_devices(self):
        """What bills a base price is mostly there for each device."""
        for line in self.filtered(lambda line: line.sale_subscription_id.is_xpps and not line._origin):
            line.xpps_qty_from_devices = line.product_id.xpps_role in BASE_ROLES

    @api.constrains("xpps_devices_line_id", "sale_subscription_id")
    def _check_xpps_devices_line(self):
        for line in self:
            counted = line.xpps_devices_line_id
            if counted and (counted == line or counted.sale_subscription_id != line.sale_subscription_id):
                raise ValidationError(
                    self.env._(
                        "“%s” can only count the devices of another service of the same agreement.", line.display_name
                    )
                )

    def _xpps_change_subject(self):
        agreement = self.sale_subscription_id
        return {
            "subject": "service",
            "subscription_line_id": self.id,
            "subscription_id": agreement.id,
            "agreement_name": agreement.name,
            "company_id": (self.company_id or self.env.company).id,
            "name": self.product_id.display_name or self.display_name,
        }

    def _xpps_priced(self):
        """The services of XPPS agreements that bill a base price."""
        return self.filtered(lambda line: line.sale_subscription_id.is_xpps and line.product_id.xpps_role)

    def _xpps_price_fields(self):
        names = super()._xpps_price_fields()
        if self.xpps_qty_from_devices:
            names.remove("product_uom_qty")
        return names

    def _xpps_counted_line(self):
        """The line whose devices this one bills: mostly itself."""
        self.ensure_one()
        if self.xpps_devices_line_id:
            return self.xpps_devices_line_id
        # Whoever edits the agreement need not see devices.
        if self.xpps_role == "base_supply" and not self.sudo().xpps_device_ids:
            services = self.sale_subscription_id.sale_subscription_line_ids.filtered(
                lambda line: line.xpps_role == "base_service"
            )
            if len(services) == 1:
                return services
        return self

    def _compute_xpps_base_costs(self):
        """Xerox's base fees of the active devices, in the agreement's currency at today's rate.

        They are empty where a currency has no rate yet.
        """
        counted = {line: line._xpps_counted_line() for line in self}
        devices = self.env["stock.lot"].search(
            [("xpps_subscription_line_id", "in", [line.id for line in counted.values()]), ("xpps_state", "=", "active")]
        )
        costs = self.env["xpps.billing.file.line"]._last_base_costs(devices)
        by_line = devices.grouped("xpps_subscription_line_id")
        used = self.currency_id.browse({currency_id for currency_id, *_amounts in costs.values() if currency_id})
        unrated = {
            company: unrated_currencies(used | self.currency_id, company, company_today(company))
            for company in self.company_id
        }
        for line in self:
            today = company_today(line.company_id)
            totals = [0.0, 0.0, 0.0]
            for device in by_line.get(counted[line], devices.browse()):
                currency_id, *amounts = costs.get(device.id, (False, 0.0, 0.0, 0.0))
                currency = self.env["res.currency"].browse(currency_id) or line.currency_id
                both = currency | line.currency_id
                if len(both) > 1 and both & unrated.get(line.company_id, used.browse()):
                    # Nobody knows what the devices cost together.
                    totals = [0.0, 0.0, 0.0]
                    break
                for place, amount in enumerate(amounts):
                    totals[place] += currency._convert(amount, line.currency_id, line.company_id, today)
            role = line.xpps_role
            line.xpps_base_service_cost = totals[1] if role != "base_supply" else 0.0
            line.xpps_base_supply_cost = totals[2] if role != "base_service" else 0.0
            line.xpps_base_cost = {"base_service": totals[1], "base_supply": totals[2]}.get(role, totals[0])

    def _compute_tax_ids(self):
        """Taxes of the agreement's company, whichever company the user works in. A branch has its parent's.

        They follow its addresses, too: ``sale.subscription`` has them computed anew, where a dependency would have Odoo
        compute the taxes or totals of all other subscriptions, too.
        """
        xpps = self.filtered("sale_subscription_id.is_xpps")
        result = super(SaleSubscriptionLine, self - xpps)._compute_tax_ids()
        for line in xpps:
            agreement = line.sale_subscription_id
            taxes = line.product_id.taxes_id._filter_taxes_by_company(agreement.company_id)
            line.tax_ids = agreement._xpps_fiscal_position().map_tax(taxes)
        return result

    def _get_display_price(self, product):
        """The price of the agreement's pricelist.

        Upstream takes the sales price where that is higher, and gives the difference back as a discount only when the
        user who happens to edit the line may see discounts.
        """
        if not self.sale_subscription_id.is_xpps:
            return super()._get_display_price(product)
        agreement = self.sale_subscription_id
        # Whoever edits the agreement need not see every pricelist, nor costs; whatever company he works in at the
        # moment, prices are the agreement's.
        pricelist = agreement.pricelist_id.sudo().with_company(agreement.company_id)
        product = (product or self.product_id).sudo().with_company(agreement.company_id)
        return pricelist._get_product_price(product, self.product_uom_qty or 1.0, uom=product.uom_id)

    def _compute_discount(self):
        """The price is net already: a discount of an XPPS agreement is what somebody typed."""
        xpps = self.filtered("sale_subscription_id.is_xpps")
        result = super(SaleSubscriptionLine, self - xpps)._compute_discount()
        for line in xpps:
            line.discount = line.discount or 0.0
        return result

    def _prepare_account_move_line(self):
        """Leave the income account to Odoo, which maps it by fiscal position and company.

        And an analytic distribution that the line does not have: Odoo's distribution models decide.
        """
        values = super()._prepare_account_move_line()
        if self.sale_subscription_id.is_xpps:
            # Whoever bills the agreement need not see taxes.
            values["tax_ids"] = [Command.set(self.sudo().tax_ids.ids)]
            del values["account_id"]
            del values["price_subtotal"]
            if not values["analytic_distribution"]:
                del values["analytic_distribution"]
        return values

    def _prepare_sale_order_line(self):
        values = super()._prepare_sale_order_line()
        if self.sale_subscription_id.is_xpps:
            del values["price_subtotal"]
            # As above.
            values["tax_ids"] = [Command.set(self.sudo().tax_ids.ids)]
        return values

    def _xpps_invoiced_days(self, date):
        """What billed days of the devices of these services on a date or after it, the latest first.

        No later invoice corrects it. In full months there is nothing to correct.

        :return: account.move.line of invoices that are not cancelled
        """
        # What was invoiced does not depend on what the user may see.
        lines = self.env["account.move.line"].sudo()
        if not date or "day" not in self.company_id.mapped("xpps_proration"):
            return lines
        lines = lines.search(
            [
                ("xpps_subscription_id", "in", self.sale_subscription_id.ids),
                ("xpps_subscription_line_id.xpps_qty_from_devices", "=", True),
                ("xpps_period_end", ">=", date),
                ("move_type", "=", "out_invoice"),
                ("parent_state", "!=", "cancel"),
                # In advance, the next invoice makes up for it.
                ("xpps_base_days", "=", False),
            ],
            order="xpps_period_end desc, id",
        )
        return lines.filtered(lambda line: line.xpps_subscription_line_id._xpps_counted_line() in self)
