# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...billing_file import to_decimal

#: What is kept of charges, contract defaults and services, and how a list calls it.
FIELD_SELECTION = [
    ("name", "Description"),
    ("quantity", "Pages"),
    ("unit_price", "Unit Price"),
    ("unit_cost", "Unit Cost"),
    ("billable", "Billable"),
    ("subscription_id", "Agreement"),
    ("product_id", "Product"),
    ("device_id", "Device"),
    ("output_type", "Output Type"),
    ("period_start", "Period Start"),
    ("period_end", "Period End"),
    ("state", "State"),
    ("price_method", "Pricing"),
    ("markup_percent", "Markup (%)"),
    ("price_unit", "Base Price"),
    ("discount", "Discount (%)"),
    ("product_uom_qty", "Quantity"),
    ("xpps_qty_from_devices", "By Devices"),
    ("sale_subscription_id", "Agreement of the Service"),
]


class XppsChargeChange(models.Model):
    """Who changed what of a charge or a price, when, from what to what, and why.

    It outlives what it is about. Nobody writes or deletes it, whatever his rights; the program alone adds to it. That
    imports bring unit costs up to date is kept as ``xpps.billing.file.cost.change``.
    """

    _name = "xpps.charge.change"
    _description = "XPPS Change of a Charge or Price"
    _inherit = ["xpps.guard"]
    _order = "date desc, id desc"
    _rec_name = "name"
    # Whose change it is, and when, says the change itself.
    _log_access = False

    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one(
        "res.users",
        string="Changed By",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
        ondelete="restrict",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    subject = fields.Selection(
        [("charge", "Charge"), ("default", "Contract Default"), ("service", "Base Price")],
        string="Of",
        required=True,
        readonly=True,
    )
    kind = fields.Selection(
        [("created", "Created"), ("changed", "Changed"), ("deleted", "Deleted")],
        required=True,
        readonly=True,
        default="changed",
    )
    # The names stay when the records are gone.
    name = fields.Char(
        string="Item",
        required=True,
        readonly=True,
        help="The charge, the material code of a contract default, or the service, as it was named at that time.",
    )
    serial = fields.Char(string="Serial Number", readonly=True)
    agreement_name = fields.Char(
        string="Agreement Number", readonly=True, help="The number of the agreement that had the item at that time."
    )
    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", readonly=True, index="btree_not_null", ondelete="set null"
    )
    charge_id = fields.Many2one("sale.subscription.charge", readonly=True, index="btree_not_null", ondelete="set null")
    default_id = fields.Many2one(
        "sale.subscription.charge.default",
        string="Contract Default",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    subscription_line_id = fields.Many2one(
        "sale.subscription.line", string="Service", readonly=True, index="btree_not_null", ondelete="set null"
    )
    field_name = fields.Selection(FIELD_SELECTION, string="What", required=True, readonly=True)
    old_value = fields.Char(string="Before", readonly=True)
    new_value = fields.Char(string="After", readonly=True)
    reason = fields.Char(readonly=True)

    def write(self, vals):
        self.check_access("write")
        if self:
            raise UserError(self.env._("The history of changes to charges and prices cannot be edited."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history of changes to charges and prices cannot be deleted."))

    @api.model
    def _note(self, changes):
        """Add changes.

        :param changes: [(record, field name, value before, value after, reason)], the values as texts
        """
        self._note_values(
            [
                record._xpps_change_subject()
                | {"field_name": name, "old_value": old, "new_value": new, "reason": reason, "kind": "changed"}
                for record, name, old, new, reason in changes
            ]
        )

    @api.model
    def _note_values(self, values_list):
        """:param values_list: what ``create`` takes"""
        if values_list:
            # Nobody may write what was changed, and who changes something leaves a trace whatever his rights.
            self.sudo().create(values_list)

    @api.model
    def _note_states(self, charges, state, reason):
        """Note that charges change their state, with one statement however many they are."""
        labels = dict(charges._fields["state"]._description_selection(self.env))
        charges.flush_recordset()
        self.env["stock.lot"].flush_model(["name"])
        self.env["sale.subscription"].flush_model(["name"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO xpps_charge_change (
                    date, user_id, company_id, subject, kind, name, serial, agreement_name, subscription_id, charge_id,
                    field_name, old_value, new_value, reason)
                SELECT %(date)s, %(user)s, charge.company_id, 'charge', 'changed', charge.name, device.name,
                       agreement.name, charge.subscription_id, charge.id, 'state',
                       (%(labels)s::jsonb) ->> charge.state, %(label)s, %(reason)s
                  FROM sale_subscription_charge charge
                  JOIN sale_subscription agreement ON agreement.id = charge.subscription_id
             LEFT JOIN stock_lot device ON device.id = charge.device_id
                 WHERE charge.id = ANY(%(ids)s)
                """,
                date=fields.Datetime.now(),
                user=self.env.uid,
                labels=json.dumps(labels),
                label=labels[state],
                reason=reason or None,
                ids=charges.ids,
            )
        )
        self.invalidate_model()

    @api.model
    def _text(self, record, name, value):
        """A value of a record's field as it is kept: in words, or as a number with a point."""
        field = record._fields[name]
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if field.type in ("float", "monetary"):
            return f"{to_decimal(value).normalize():f}"
        if field.type == "integer":
            return str(value)
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "many2one":
            # Who may change it may name it in what is kept, whatever he may see.
            return value.sudo().display_name or ""
        return str(value or "")
