# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import COMPONENT_SELECTION

#: What is on the bill and tells no component.
OTHER = "other"


class XppsVendorBillComponent(models.Model):
    """A component of Xerox's bill: what the billing file says, and what the bill does.

    The file's amounts are kept when a bill is drafted or matched; those of the bill follow its lines.
    """

    _name = "xpps.vendor.bill.component"
    _description = "XPPS Vendor Bill Component"
    _inherit = ["xpps.guard"]
    _order = "billing_file_id, id"
    _rec_name = "component"
    _check_company_auto = True

    billing_file_id = fields.Many2one("xpps.billing.file", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True)
    component = fields.Selection([*COMPONENT_SELECTION, (OTHER, "Not Recognized")], required=True)
    file_amount = fields.Monetary(readonly=True)
    bill_amount = fields.Monetary(compute="_compute_bill_amount")
    difference = fields.Monetary(compute="_compute_bill_amount", help="Vendor bill less billing file.")

    @api.depends("component")
    def _compute_display_name(self):
        labels = dict(self._fields["component"]._description_selection(self.env))
        for row in self:
            row.display_name = labels[row.component]

    @api.depends(
        "file_amount",
        "billing_file_id.vendor_bill_id.move_type",
        "billing_file_id.vendor_bill_id.currency_id",
        "billing_file_id.vendor_bill_id.amount_untaxed",
        "billing_file_id.vendor_bill_id.invoice_line_ids.name",
        "billing_file_id.vendor_bill_id.invoice_line_ids.account_id",
        "billing_file_id.vendor_bill_id.invoice_line_ids.price_subtotal",
        "billing_file_id.vendor_bill_id.invoice_line_ids.xpps_component",
    )
    def _compute_bill_amount(self):
        for file, rows in self.grouped("billing_file_id").items():
            amounts = file._vendor_bill_amounts()
            for row in rows:
                row.bill_amount = amounts.get(row.component, 0.0)
                row.difference = row.bill_amount - row.file_amount
