# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ...billing_file import OUTPUT_TYPES, serial_key
from ...common.constants import BASE_ROLES, BILLING_GROUP, CLICK_DIGITS, USER_GROUP
from ...common.window_actions import open_records
from ...rules import says_where_meter_is_sql, stated_allowance_sql
from .stock_lot_history import ASSIGNMENT_FIELDS

LAST_READ = "_compute_xpps_last_reads"
LAST_COST = "_compute_xpps_last_costs"
#: What makes a lot a device of an agreement, and who pays for it and for which service: those who bill say so.
BILLED_BY = {
    "is_xpps_device",
    "xpps_partner_id",
    "xpps_subscription_id",
    "xpps_subscription_line_id",
    "xpps_assignment_ids",
}
#: From when to when it is billed: XPPS users who handle stock say so. Place and asset number are anybody's who does.
BILLED_WHEN = {"xpps_install_date", "xpps_removal_date", "xpps_state"}
#: What ``_xpps_last_reads`` would have of a meter that was never read.
NO_READ = (None, 0, 0, 0.0, None, None)


class StockLot(models.Model):
    _name = "stock.lot"
    _inherit = ["stock.lot", "xpps.usage", "xpps.guard"]
    _xpps_usage_field = "device_id"

    # Known before the row is written: the database refuses a device without a company.
    company_id = fields.Many2one(compute="_compute_company_id", store=True, readonly=False, precompute=True)
    is_xpps_device = fields.Boolean(string="XPPS Device", help="A printer serviced under PageConnect/XPPS.")
    xpps_serial_key = fields.Char(
        string="Serial Key",
        compute="_compute_xpps_serial_key",
        store=True,
        precompute=True,
        help="The serial number as it is compared: upper case, without white space.",
    )
    xpps_partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null", tracking=True, copy=False, check_company=True
    )
    xpps_subscription_id = fields.Many2one(
        "sale.subscription",
        string="Agreement",
        index="btree_not_null",
        tracking=True,
        copy=False,
        check_company=True,
        domain=[("is_xpps", "=", True), ("is_xpps_master", "=", False)],
    )
    xpps_subscription_line_id = fields.Many2one(
        "sale.subscription.line",
        string="Base Price Service",
        index="btree_not_null",
        tracking=True,
        copy=False,
        check_company=True,
        domain=f"[('sale_subscription_id', '=', xpps_subscription_id), ('product_id.xpps_role', 'in', {BASE_ROLES})]",
        help="The service or bundle of the agreement that bills this device's monthly base price.",
    )
    xpps_location = fields.Char(string="Place", copy=False, help="Location of the device in the customer's words.")
    xpps_asset_number = fields.Char(string="Asset Number", copy=False)
    xpps_install_date = fields.Date(string="Installed On", tracking=True, copy=False)
    xpps_removal_date = fields.Date(string="Removed On", tracking=True, copy=False)
    xpps_state = fields.Selection(
        [("active", "Active"), ("removed", "Removed")],
        string="State",
        compute="_compute_xpps_state",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        copy=False,
        index=True,
    )
    xpps_assignment_ids = fields.One2many(
        "xpps.device.assignment", "device_id", string="Device History", groups=USER_GROUP
    )
    xpps_meter_read_ids = fields.One2many("xpps.meter.read", "device_id", string="Meter Reads", readonly=True)
    xpps_charge_ids = fields.One2many("sale.subscription.charge", "device_id", string="Charges", readonly=True)
    xpps_billing_line_ids = fields.One2many(
        "xpps.billing.file.line", "device_id", string="Billing File Lines", readonly=True, groups=BILLING_GROUP
    )
    xpps_meter_read_count = fields.Integer(compute="_compute_xpps_counts", groups=USER_GROUP)
    xpps_charge_count = fields.Integer(compute="_compute_xpps_counts", groups=USER_GROUP)

    xpps_last_read_date = fields.Date(string="Last Read On", compute=LAST_READ)
    xpps_mono_last_read = fields.Integer(string="Mono Read", compute=LAST_READ)
    xpps_color_last_read = fields.Integer(string="Color Read", compute=LAST_READ)
    xpps_mono_color1_last_read = fields.Integer(string="MonoColor1 Read", compute=LAST_READ)
    xpps_clr_lvl12_last_read = fields.Integer(string="ClrLvl12 Read", compute=LAST_READ)
    xpps_clr_lvl3_last_read = fields.Integer(string="ClrLvl3 Read", compute=LAST_READ)
    xpps_mono_last_overage = fields.Integer(string="Mono Overage", compute=LAST_READ)
    xpps_color_last_overage = fields.Integer(string="Color Overage", compute=LAST_READ)
    xpps_mono_color1_last_overage = fields.Integer(string="MonoColor1 Overage", compute=LAST_READ)
    xpps_clr_lvl12_last_overage = fields.Integer(string="ClrLvl12 Overage", compute=LAST_READ)
    xpps_clr_lvl3_last_overage = fields.Integer(string="ClrLvl3 Overage", compute=LAST_READ)
    xpps_mono_unit_cost = fields.Float(
        string="Mono Unit Cost", digits=CLICK_DIGITS, min_display_digits=2, compute=LAST_COST, groups=BILLING_GROUP
    )
    xpps_color_unit_cost = fields.Float(
        string="Color Unit Cost", digits=CLICK_DIGITS, min_display_digits=2, compute=LAST_COST, groups=BILLING_GROUP
    )
    xpps_mono_color1_unit_cost = fields.Float(
        string="MonoColor1 Unit Cost",
        digits=CLICK_DIGITS,
        min_display_digits=2,
        compute=LAST_COST,
        groups=BILLING_GROUP,
    )
    xpps_clr_lvl12_unit_cost = fields.Float(
        string="ClrLvl12 Unit Cost",
        digits=CLICK_DIGITS,
        min_display_digits=2,
        compute=LAST_COST,
        groups=BILLING_GROUP,
    )
    xpps_clr_lvl3_unit_cost = fields.Float(
        string="ClrLvl3 Unit Cost",
        digits=CLICK_DIGITS,
        min_display_digits=2,
        compute=LAST_COST,
        groups=BILLING_GROUP,
    )
    xpps_base_service_cost = fields.Float(
        string="Base Service Cost", digits=CLICK_DIGITS, min_display_digits=2, compute=LAST_COST, groups=BILLING_GROUP
    )
    xpps_base_supply_cost = fields.Float(
        string="Base Supply Cost", digits=CLICK_DIGITS, min_display_digits=2, compute=LAST_COST, groups=BILLING_GROUP
    )

    _xpps_identified = models.Constraint(
        "CHECK (is_xpps_device IS NOT TRUE OR (company_id IS NOT NULL AND COALESCE(xpps_serial_key, '') <> ''))",
        "An XPPS device needs a serial number and a company.",
    )
    _xpps_serial_uniq = models.UniqueIndex(
        "(company_id, xpps_serial_key) WHERE is_xpps_device",
        "A device with this serial number already exists in this company.",
    )

    @api.model
    def _xpps_is_program_field(self, field):
        """What a device is billed by is none of those who only handle stock."""
        if field.name in BILLED_BY:
            return not self.env.user.has_group(BILLING_GROUP)
        if field.name in BILLED_WHEN:
            return not self.env.user.has_group(USER_GROUP)
        return super()._xpps_is_program_field(field)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_device(self):
        if self.env.su or self.env.user.has_group(BILLING_GROUP):
            return
        # Whose device it is or was does not depend on what the user may see.
        for lot in self.sudo().filtered("is_xpps_device"):
            if lot.xpps_partner_id or lot.xpps_subscription_id or lot.xpps_assignment_ids:
                raise AccessError(self.env._("Only billing users can delete XPPS devices that a customer has or had."))

    @api.depends("name")
    def _compute_xpps_serial_key(self):
        for lot in self:
            lot.xpps_serial_key = serial_key(lot.name or "")

    @api.depends("product_id.company_id", "is_xpps_device", "xpps_subscription_id.company_id")
    def _compute_company_id(self):
        """A device belongs to one company: its agreement's, else its model's, else the user's."""
        kept = {lot: lot.company_id for lot in self}
        result = super()._compute_company_id()
        for lot in self:
            if lot.is_xpps_device and not lot.company_id:
                lot.company_id = lot.xpps_subscription_id.company_id or kept[lot] or self.env.company
        return result

    @api.depends("is_xpps_device", "xpps_removal_date")
    def _compute_xpps_state(self):
        for lot in self:
            if not lot.is_xpps_device:
                lot.xpps_state = False
            else:
                lot.xpps_state = "removed" if lot.xpps_removal_date else "active"

    @api.constrains("is_xpps_device", "xpps_subscription_id", "xpps_subscription_line_id")
    def _check_xpps_agreement(self):
        for lot in self:
            agreement = lot.xpps_subscription_id
            if agreement and not agreement.is_xpps:
                raise ValidationError(
                    self.env._(
                        "“%(agreement)s” is not an XPPS agreement, so it cannot bill device %(serial)s.",
                        agreement=agreement.display_name,
                        serial=lot.name,
                    )
                )
            service = lot.xpps_subscription_line_id
            if service and service.sale_subscription_id != agreement:
                raise ValidationError(
                    self.env._(
                        "The base price service of device %(serial)s belongs to another agreement than %(agreement)s.",
                        serial=lot.name,
                        agreement=agreement.display_name or "–",
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lots = super().create(vals_list)
        lots._xpps_start_assignments()
        return lots

    def write(self, vals):
        if vals.get("is_xpps_device") and "company_id" not in vals:
            # The database refuses a device without a company, so the company comes first.
            for lot in self.filtered(lambda lot: not lot.company_id):
                agreement = lot.xpps_subscription_id.browse(vals.get("xpps_subscription_id"))
                lot.company_id = agreement.company_id or self.env.company
        if vals.keys().isdisjoint({*ASSIGNMENT_FIELDS, "is_xpps_device", "xpps_assignment_ids"}):
            return super().write(vals)
        self._xpps_start_assignments()
        # The history that a form sends with the device was made before what is changed on the device itself.
        history = {name: value for name, value in vals.items() if name == "xpps_assignment_ids"}
        result = super().write({name: value for name, value in vals.items() if name not in history})
        self._xpps_keep_assignments()
        return super().write(history) if history else result

    @api.onchange("xpps_subscription_id")
    def _onchange_xpps_subscription_id(self):
        """Propose what nearly always follows from the agreement: its customer, its only base price, and its start."""
        if self.xpps_subscription_line_id.sale_subscription_id != self.xpps_subscription_id:
            self.xpps_subscription_line_id = self.xpps_subscription_id._xpps_base_service()
        if self.xpps_subscription_id and not self.xpps_partner_id:
            self.xpps_partner_id = self.xpps_subscription_id.partner_id
        if self.xpps_subscription_id and not self._origin and not self.xpps_install_date:
            self.xpps_install_date = self.xpps_subscription_id.date_start

    def _compute_xpps_counts(self):
        reads = dict(
            self.env["xpps.meter.read"]._read_group([("device_id", "in", self.ids)], ["device_id"], ["__count"])
        )
        charges = dict(
            self.env["sale.subscription.charge"]._read_group(
                [("device_id", "in", self.ids)], ["device_id"], ["__count"]
            )
        )
        for lot in self:
            lot.xpps_meter_read_count = reads.get(lot, 0)
            lot.xpps_charge_count = charges.get(lot, 0)

    @api.depends("xpps_meter_read_ids.current_read", "xpps_meter_read_ids.superseded_by_id")
    def _compute_xpps_last_reads(self):
        last = self._xpps_last_reads(self.ids)
        billed = self._xpps_last_reads(self.ids, billed=True)
        for lot in self:
            dates = []
            for output_type in OUTPUT_TYPES:
                read_date, current_read, *_billed = last.get((lot.id, output_type), NO_READ)
                lot[f"xpps_{output_type}_last_read"] = current_read
                lot[f"xpps_{output_type}_last_overage"] = billed.get((lot.id, output_type), NO_READ)[2]
                dates.append(read_date)
            lot.xpps_last_read_date = max(filter(None, dates), default=False)

    @api.depends("xpps_meter_read_ids.unit_cost", "xpps_billing_line_ids.base_service_cost")
    def _compute_xpps_last_costs(self):
        last = self._xpps_last_reads(self.ids, billed=True)
        base_costs = self.env["xpps.billing.file.line"]._last_base_costs(self)
        for lot in self:
            for output_type in OUTPUT_TYPES:
                lot[f"xpps_{output_type}_unit_cost"] = last.get((lot.id, output_type), NO_READ)[3]
            _currency, _price, service_cost, supply_cost = base_costs.get(lot.id, (None, 0, 0, 0))
            lot.xpps_base_service_cost = service_cost
            lot.xpps_base_supply_cost = supply_cost

    @api.model
    def _xpps_last_reads(self, device_ids, before=None, billed=False, shared=None):
        """The last live meter read of each device and output type, with one query. Those of customers do not count.

        :param before: a date; only periods that ended by then count, also on the very day: Xerox's may share one
        :param billed: leave out opening and closing reads, which bill nothing; else those of which nobody stated the
            counter, which is not known to be 0
        :param dict shared: what is the same is kept in it, once for all calls: there are five reads for each device
        :return: {(device id, output type): (read date, current read, overage, unit cost, id of the cost's currency,
            included pages, None where nobody stated them)}
        """
        if not device_ids:
            return {}
        reads = self.env["xpps.meter.read"]
        reads.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (device_id, output_type)
                       device_id, output_type, COALESCE(read_date, period_end), current_read, overage, unit_cost,
                       currency_id, %(included)s
                  FROM %(table)s
                 WHERE device_id = ANY(%(ids)s) AND superseded_by_id IS NULL %(before)s %(billed)s
              ORDER BY device_id, output_type, period_end DESC
                """,
                table=SQL.identifier(reads._table),
                included=stated_allowance_sql(SQL("included"), SQL("included_stated")),
                ids=list(device_ids),
                before=SQL("AND period_end <= %s", before) if before else SQL(),
                billed=SQL("AND origin = 'file'")
                if billed
                else SQL("AND current_read IS NOT NULL AND %s", says_where_meter_is_sql(SQL("origin"))),
            )
        )
        once = ({} if shared is None else shared).setdefault
        last = {}
        for device_id, output_type, read_date, current_read, overage, unit_cost, *rest in rows:
            key = (device_id, once(output_type, output_type))
            read = (once(read_date, read_date), current_read or 0, overage or 0, float(unit_cost or 0), *rest)
            last[once(key, key)] = once(read, read)
        return last

    def _xpps_usage_last_reads(self):
        return self._xpps_last_reads(self.ids)

    @api.model
    def _xpps_mean_pages(self, device_ids, before):
        """Pages a month that each device printed on the mean of up to three months, with one query.

        :param before: a date; only periods that ended by then count, also on the very day: Xerox's may share one
        :return: {device id: pages}
        """
        reads = self.env["xpps.meter.read"]
        reads.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT device_id, SUM(pages)::float / COUNT(DISTINCT period_end)
                  FROM %(table)s
                 WHERE device_id = ANY(%(ids)s) AND superseded_by_id IS NULL AND origin = 'file'
                   AND period_end <= %(before)s AND period_end > %(since)s
              GROUP BY device_id
                """,
                table=SQL.identifier(reads._table),
                ids=list(device_ids),
                before=before,
                since=before - relativedelta(months=3),
            )
        )
        return dict(rows)

    def _mail_get_partner_fields(self, introspect_fields=False):
        """A device's customer; upstream's partners come from deliveries, which not all who see devices may read."""
        if self and all(lot.is_xpps_device for lot in self):
            return ["xpps_partner_id"]
        return super()._mail_get_partner_fields(introspect_fields=introspect_fields)

    def _xpps_label(self):
        """The device as a customer knows it: model, serial number and place."""
        self.ensure_one()
        place = f" ({self.xpps_location})" if self.xpps_location else ""
        return f"{self.product_id.name} {self.name}{place}"

    def _xpps_form_action(self):
        """:return: action that opens the device in the form of XPPS devices, not in that of any lot"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("xerox_xpps.action_xpps_device")
        form = self.env.ref("xerox_xpps.view_xpps_device_form")
        return action | {"views": [(form.id, "form")], "res_id": self.id}

    def _action_open_xpps(self, action_xmlid):
        self.ensure_one()
        return open_records(self, action_xmlid, [("device_id", "=", self.id)], {"default_device_id": self.id})

    def action_xpps_add_devices(self):
        """Open *Add Devices* for the agreement whose devices are listed."""
        self.env["xpps.device.add.wizard"].check_access("create")
        agreement = self.env["sale.subscription"].browse(self.env.context.get("default_xpps_subscription_id")).exists()
        if not agreement:
            raise UserError(self.env._("Devices are added to an agreement. Open the devices of an agreement first."))
        return agreement.action_xpps_add_devices()

    def action_open_xpps_meter_reads(self):
        return self._action_open_xpps("xerox_xpps.action_xpps_meter_read")

    def action_open_xpps_charges(self):
        return self._action_open_xpps("xerox_xpps.action_sale_subscription_charge")

    def action_open_xpps_subscription(self):
        self.ensure_one()
        self.xpps_subscription_id.check_access("read")
        return self.xpps_subscription_id.get_formview_action()
