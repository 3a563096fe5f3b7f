# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...billing_file import to_decimal
from ...rules import margin_percent


class XppsBillingFileSummary(models.Model):
    """What the import of a billing file charges on one agreement: shown before anything is imported."""

    _name = "xpps.billing.file.summary"
    _description = "XPPS Billing File Preview"
    _inherit = ["xpps.guard"]
    _order = "billing_file_id, partner_id, subscription_id"
    _rec_name = "subscription_id"
    _check_company_auto = True

    billing_file_id = fields.Many2one("xpps.billing.file", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True)
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Customer")
    currency_id = fields.Many2one("res.currency")
    device_count = fields.Integer(string="Devices")
    pages = fields.Integer(help="Pages above the allowance that the customer is charged for.")
    provisional_pages = fields.Integer(
        string="Pages Towards a Cycle", help="Pages above the allowance that count towards a cycle of several months."
    )
    plan_pages = fields.Integer(
        string="Pages Under Plans",
        help="Printed pages that page plans rate. What the plans charge is known once their cycles are over.",
    )
    base_cost = fields.Monetary(
        string="Base Fees",
        help="What Xerox charges for the devices besides pages, in the agreement's currency. A correction states fees, "
        "not differences, so there are none.",
    )
    cost = fields.Monetary(help="What Xerox charges for the pages, in the agreement's currency.")
    price = fields.Monetary(help="What the customer is charged for the pages.")
    cost_unknown = fields.Boolean(help="The file does not state what some of the pages cost, so there is no margin.")
    margin = fields.Monetary(help="Price less cost. The cost of pages under page plans does not count.")
    margin_percent = fields.Float(string="Margin (%)", aggregator=None)

    @api.model
    def _prepare_from_charges(self, file, subscription, devices, charges, base=0, plan_pages=0):
        """Values of one row.

        :param devices: ids of the devices that the agreement has in the file
        :param charges: [values of sale.subscription.charge]
        :param base: Decimal, base fees of the devices
        :param plan_pages: printed pages that page plans rate
        """
        billable = [charge for charge in charges if charge["billable"]]
        cost = sum(charge["cost_subtotal"] for charge in charges)
        price = sum(charge["price_subtotal"] for charge in billable)
        sold = [charge for charge in charges if not charge.get("page_plan_id")]
        sold_cost = sum(charge["cost_subtotal"] for charge in sold)
        known = not any(charge["cost_unknown"] for charge in sold)
        return {
            "billing_file_id": file.id,
            "company_id": file.company_id.id,
            "subscription_id": subscription.id,
            "partner_id": subscription.partner_id.id,
            "currency_id": subscription.currency_id.id,
            "device_count": len(devices),
            "pages": sum(charge["quantity"] for charge in billable),
            "provisional_pages": sum(charge["quantity"] for charge in charges if charge.get("is_provisional")),
            "plan_pages": plan_pages,
            "base_cost": float(base),
            "cost": cost,
            "price": price,
            "margin": price - sold_cost if known else 0.0,
            "margin_percent": float(margin_percent(to_decimal(price), to_decimal(sold_cost))) if known else 0.0,
            "cost_unknown": not known,
        }
