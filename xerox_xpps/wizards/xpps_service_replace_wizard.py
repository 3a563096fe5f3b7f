# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..common.taxes import BillingTaxes


class XppsServiceReplaceWizard(models.TransientModel):
    """Puts another service in the place of one that bills devices.

    Devices, their history and what was billed belong to the new service afterwards, and the old one is removed: each
    day stays billed as it is, and the next invoice goes on from there at the new price.
    """

    _name = "xpps.service.replace.wizard"
    _description = "Replace Service"
    _inherit = ["xpps.reference.guard"]
    _check_company_auto = True

    subscription_line_id = fields.Many2one(
        "sale.subscription.line", string="Service to Replace", required=True, readonly=True, ondelete="cascade"
    )
    subscription_id = fields.Many2one(related="subscription_line_id.sale_subscription_id", string="Agreement")
    company_id = fields.Many2one(related="subscription_line_id.company_id")
    currency_id = fields.Many2one(related="subscription_line_id.currency_id")
    device_count = fields.Integer(compute="_compute_device_count")
    product_id = fields.Many2one(
        "product.product",
        string="New Service",
        required=True,
        check_company=True,
        domain="[('xpps_role', 'in', ('base_price', 'base_service', 'base_supply')), "
        "('company_id', 'in', [False, company_id])]",
    )
    price_unit = fields.Float(
        string="Unit Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        help="For a period and device, in the currency of the agreement. It is the price of the agreement's pricelist "
        "unless you enter another one.",
    )

    @api.depends("subscription_line_id")
    def _compute_device_count(self):
        for wizard in self:
            wizard.device_count = len(wizard.subscription_line_id.xpps_device_ids)

    @api.depends("product_id")
    def _compute_price_unit(self):
        for wizard in self:
            line, product = wizard.subscription_line_id, wizard.product_id
            wizard.price_unit = product and line._xpps_list_price(product, BillingTaxes(wizard.company_id))

    def action_replace(self):
        """:return: an action that closes the dialog"""
        self.ensure_one()
        old = self.subscription_line_id
        old.check_access("write")
        old.sale_subscription_id.check_access("write")
        old._xpps_replace_by(old.create(self._prepare_service()))
        return {"type": "ir.actions.act_window_close"}

    def _prepare_service(self):
        """:return: values of the new service"""
        old = self.subscription_line_id
        values = {
            "sale_subscription_id": old.sale_subscription_id.id,
            "product_id": self.product_id.id,
            "price_unit": self.price_unit,
            "discount": old.discount,
            "xpps_qty_from_devices": old.xpps_qty_from_devices,
            "xpps_devices_line_id": old.xpps_devices_line_id.id,
            "analytic_distribution": old.analytic_distribution,
        }
        if not old.xpps_qty_from_devices:
            values["product_uom_qty"] = old.product_uom_qty
        return values
