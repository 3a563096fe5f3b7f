# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...billing_file import OUTPUT_TYPES
from ...importing import DeviceProposals


class XppsBillingFileLine(models.Model):
    """One device record of a billing file, as Xerox sent it and as it was matched.

    Lines are made by checks and imports alone, within the file's company; see ``xpps.meter.read``.
    """

    _name = "xpps.billing.file.line"
    _description = "XPPS Billing File Line"
    _inherit = ["xpps.guard"]
    _order = "billing_file_id, sequence"
    _rec_name = "serial"
    _check_company_auto = True

    billing_file_id = fields.Many2one("xpps.billing.file", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one("res.currency")
    sequence = fields.Integer()
    source_line = fields.Integer(string="Line", aggregator=False, help="Line of the file.")
    serial = fields.Char(string="Serial Number")
    device_id = fields.Many2one("stock.lot", index="btree_not_null")
    subscription_id = fields.Many2one("sale.subscription", string="Agreement")
    partner_id = fields.Many2one("res.partner", string="Customer")
    xerox_model = fields.Char()
    xerox_model_number = fields.Char()
    xerox_customer_number = fields.Char()
    xerox_customer_name = fields.Char(string="Xerox Customer")
    xerox_agreement_number = fields.Char(string="Xerox Agreement")
    xerox_location = fields.Char()
    read_date = fields.Date()
    estimated = fields.Boolean()
    base_price_cost = fields.Monetary(
        string="Base Cost", help="Service and supply fee, or the monthly base price if Xerox does not split it."
    )
    base_service_cost = fields.Monetary()
    base_supply_cost = fields.Monetary()
    base_service_stated = fields.Boolean(
        help="Whether Xerox states the fee. A base price that is not split states both."
    )
    base_supply_stated = fields.Boolean(
        help="Whether Xerox states the fee. A base price that is not split states both."
    )
    xerox_partner_number = fields.Char(related="billing_file_id.partner_number")
    # What the vendor report compares with, NULL where there is nothing.
    expected_service_cost = fields.Monetary(help="Base service fee of the previous month.")
    expected_supply_cost = fields.Monetary(help="Base supply fee of the previous month.")
    contract_service_cost = fields.Monetary(help="Base service fee by the rate card of the period's last day.")
    contract_supply_cost = fields.Monetary(help="Base supply fee by the rate card of the period's last day.")
    # What our side said when the file was imported, where Xerox states something else; NULL where nothing differs.
    expected_customer_number = fields.Char(
        help="The customer's number, if Xerox billed the device to another one when the file was imported."
    )
    expected_agreement_number = fields.Char(
        help="The agreement's number, if Xerox billed the device on another one when the file was imported."
    )
    expected_serial = fields.Char(
        string="Our Serial Number", help="The device's serial number, if Xerox writes it in another form."
    )
    standing_service_cost = fields.Monetary(help="Base service fee after a correction that does not state both fees.")
    standing_supply_cost = fields.Monetary(help="Base supply fee after a correction that does not state both fees.")
    overage_cost = fields.Monetary()
    cost_total = fields.Monetary(string="Total Cost")
    meter_values = fields.Json(
        help="Per output type of the record: previous, current, included, overage (pages) and unit_cost "
        "(a decimal as text). The meter reads are made of it. Where a rate card says otherwise, contract_unit_cost and "
        "contract_included, too."
    )
    mono_overage = fields.Integer(compute="_compute_overages", string="Mono Over")
    color_overage = fields.Integer(compute="_compute_overages", string="Color Over")
    mono_color1_overage = fields.Integer(compute="_compute_overages", string="MonoColor1 Over")
    clr_lvl12_overage = fields.Integer(compute="_compute_overages", string="ClrLvl12 Over")
    clr_lvl3_overage = fields.Integer(compute="_compute_overages", string="ClrLvl3 Over")
    state = fields.Selection(
        [("draft", "Not Imported"), ("imported", "Imported"), ("held", "Held"), ("left_out", "Left Out")],
        required=True,
        default="draft",
        help="A record that is held back waits until its problem is fixed; one that was left out will never be "
        "imported.",
    )
    device_fix = fields.Selection(
        [("create", "Create the device"), ("assign", "Assign the device")],
        string="Fixed By",
        help="How the device can be fixed if the record cannot be billed because of it.",
    )
    near_device_id = fields.Many2one(
        "stock.lot",
        ondelete="set null",
        help="The only device whose serial number is nearly that of the record, if no device has that.",
    )
    billed_period_start = fields.Date(help="Period start of the file, once the record is imported.")
    billed_period_end = fields.Date(help="Period end of the file, once the record is imported.")
    superseded_by_id = fields.Many2one(
        "xpps.billing.file.line",
        index="btree_not_null",
        ondelete="set null",
        help="The record of a correction file that replaces this one.",
    )
    issue_ids = fields.One2many("xpps.billing.file.issue", "line_id", readonly=True)

    # The few that wait or were given up: the vendor report shows them though they are not imported.
    _not_imported_idx = models.Index("(billing_file_id) WHERE state IN ('held', 'left_out')")
    # Two imports of the same days at the same moment do not see each other's lines; these do. As in the check, two
    # periods are about the same days when they have more in common than a border day. A device and a day make one
    # number, which no other device has, so that no extension of PostgreSQL is needed.
    _billed_uniq = models.UniqueIndex(
        "(device_id, billed_period_end) WHERE billed_period_end IS NOT NULL AND superseded_by_id IS NULL",
        "A device of this billing file has just been billed for the period by another file. Check the file again.",
    )
    _billed_once = models.Constraint(
        """EXCLUDE USING gist (
            int8range(
                device_id::bigint * 10000000 + (billed_period_start - DATE '2000-01-01'),
                device_id::bigint * 10000000
                + (GREATEST(billed_period_end, billed_period_start + 1) - DATE '2000-01-01')
            ) WITH &&
        ) WHERE (billed_period_start IS NOT NULL AND superseded_by_id IS NULL)""",
        "A device of this billing file has just been billed for days of the period by another file. Check the file "
        "again.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        line = self.filtered(lambda line: line.billing_file_id.state == "imported")[:1]
        if line:
            raise UserError(
                self.env._(
                    "The record of device %(serial)s cannot be deleted: billing file %(file)s is imported, and Xerox "
                    "bills it. Undo the import of the file first.",
                    serial=line.serial or "–",
                    file=line.billing_file_id.display_name,
                )
            )

    @api.depends("meter_values")
    def _compute_overages(self):
        for line in self:
            meters = line.meter_values or {}
            for output_type in OUTPUT_TYPES:
                line[f"{output_type}_overage"] = meters.get(output_type, {}).get("overage") or 0

    @api.model
    def _last_base_costs(self, devices, before=None):
        """The base fees on the last live line of each device, with one query.

        :param before: a date; only periods that ended by then count
        :return: {stock.lot id: (res.currency id, base price, service fee, supply fee)}
        """
        if not devices.ids:
            return {}
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (device_id)
                       device_id, currency_id,
                       COALESCE(standing_service_cost + standing_supply_cost, base_price_cost),
                       COALESCE(standing_service_cost, base_service_cost),
                       COALESCE(standing_supply_cost, base_supply_cost)
                  FROM %(table)s
                 WHERE device_id = ANY(%(ids)s) AND superseded_by_id IS NULL
                   AND billed_period_end IS NOT NULL %(before)s
              ORDER BY device_id, billed_period_end DESC
                """,
                table=SQL.identifier(self._table),
                ids=list(devices.ids),
                before=SQL("AND billed_period_end <= %s", before) if before else SQL(),
            )
        )
        return {device_id: tuple(values) for device_id, *values in rows}

    def action_leave_out(self):
        """Give up held records for good, such as those of devices that Xerox should not have billed."""
        self.check_access("read")
        files = self.billing_file_id
        files.check_access("write")
        held = self.filtered(lambda line: line.state == "held")
        # Records are evidence that nobody has the right to write; what is done with them is said on the file.
        held.sudo().state = "left_out"
        self.env["xpps.billing.file.issue"].sudo().search([("line_id", "in", held.ids)]).unlink()
        for file, lines in held.grouped("billing_file_id").items():
            file.message_post(
                body=self.env._("Left out of the import permanently: %s.", ", ".join(lines.mapped("display_name")))
            )
        return True

    def _prepare_devices(self):
        """What the records tell about devices that do not exist yet; see ``importing.proposals``.

        :return: {xpps.billing.file.line: values of stock.lot}; ids or False
        """
        return DeviceProposals(self).prepare() if self else {}
