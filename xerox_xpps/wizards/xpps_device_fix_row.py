# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..common.constants import BASE_ROLES

#: Agreements of the row's company, and of its customer where it has one, that can bill a device now.
AGREEMENT_DOMAIN = (
    "[('is_xpps', '=', True), ('is_xpps_master', '=', False), ('stage_id.type', '=', 'in_progress'),"
    " ('company_id', '=', company_id), ('partner_id.commercial_partner_id', '=?', commercial_partner_id)]"
)
SERVICE_DOMAIN = f"[('sale_subscription_id', '=', subscription_id), ('product_id.xpps_role', 'in', {BASE_ROLES})]"


class XppsDeviceFixRow(models.AbstractModel):
    """A device of a billing file, and what is to be known about it."""

    _name = "xpps.device.fix.row"
    _description = "XPPS: Device to Mend"
    _order = "sequence, id"

    #: Columns that a complete row has.
    _needed = ("subscription_id", "subscription_line_id")

    sequence = fields.Integer()
    selected = fields.Boolean(help="Fill In sets its values on the selected rows.")
    source_line = fields.Integer(string="Line", readonly=True, aggregator=False, help="Line of the file.")
    serial = fields.Char(string="Serial Number", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer")
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", domain=AGREEMENT_DOMAIN)
    subscription_line_id = fields.Many2one("sale.subscription.line", string="Service", domain=SERVICE_DOMAIN)
    customer_differs = fields.Boolean(compute="_compute_missing")
    missing = fields.Char(compute="_compute_missing", string="Still Missing")

    @api.depends(lambda self: (*self._needed, "partner_id", "subscription_id.partner_id"))
    def _compute_missing(self):
        labels = {name: self._fields[name]._description_string(self.env) for name in self._needed}
        for row in self:
            missing = [labels[name] for name in self._needed if not row[name]]
            payer = row.subscription_id.partner_id
            row.customer_differs = bool(
                row.partner_id and payer and row.commercial_partner_id != payer.commercial_partner_id
            )
            if row.customer_differs:
                missing.append(self.env._("the agreement is with %s", payer.display_name))
            row.missing = ", ".join(missing)

    @api.onchange("subscription_id")
    def _onchange_subscription_id(self):
        """What nearly always follows from the agreement."""
        for row in self:
            if row.subscription_line_id.sale_subscription_id != row.subscription_id:
                row.subscription_line_id = row.subscription_id._xpps_base_service()
            if row.subscription_id and not row.partner_id:
                row.partner_id = row.subscription_id.partner_id

    def _lacking(self, name, value):
        """The rows that have no such value and that this one suits: no agreement of another customer."""
        rows = self.filtered(lambda row: not row[name])
        if name == "subscription_id":
            customer = value.partner_id.commercial_partner_id
            rows = rows.filtered(lambda row: row.commercial_partner_id in (customer, customer.browse()))
        return rows

    def _fill(self, name, value):
        """Set one value; a service only on the rows of its own agreement."""
        rows = self
        if name == "subscription_line_id":
            rows = self.filtered(lambda row: row.subscription_id == value.sale_subscription_id)
        rows[name] = value
        if name == "subscription_id":
            rows._onchange_subscription_id()

    def _prepare_device(self):
        """:return: values of ``stock.lot`` that a row decides"""
        self.ensure_one()
        return {
            "xpps_partner_id": (self.partner_id or self.subscription_id.partner_id).id,
            "xpps_subscription_id": self.subscription_id.id,
            "xpps_subscription_line_id": self.subscription_line_id.id,
        }
