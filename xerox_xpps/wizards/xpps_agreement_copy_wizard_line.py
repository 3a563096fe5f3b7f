# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools.misc import get_lang


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
