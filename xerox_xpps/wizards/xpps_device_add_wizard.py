# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import clean_context, format_date

from ..billing_file import serial_key
from ..common.constants import BASE_ROLES
from ..common.plural import plural
from ..common.today import company_today
from ..common.window_actions import open_dialog
from .serial_list import MAX_LENGTH, is_scientific, serial_lines

BAD, EXISTS, NEW = "bad", "exists", "ok"
#: What needs a look comes first.
_ORDER = {BAD: 0, EXISTS: 1, NEW: 2}


class XppsDeviceAddWizard(models.TransientModel):
    """Put many devices on an agreement at once: their serial numbers are scanned, typed or pasted.

    *Check* makes a row (``xpps.device.add.wizard.row``) of each line of ``serials``. *Add* checks again, adds all
    sound devices in one transaction, and keeps the other lines with what is wrong about them.
    """

    _name = "xpps.device.add.wizard"
    _inherit = ["xpps.device.maker", "xpps.reference.guard"]
    _description = "Add Devices"
    _check_company_auto = True

    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="subscription_id.company_id")
    customer_id = fields.Many2one(related="subscription_id.partner_id")
    commercial_partner_id = fields.Many2one(related="subscription_id.partner_id.commercial_partner_id")
    product_id = fields.Many2one(
        "product.product",
        string="Printer Model",
        required=True,
        compute="_compute_from_agreement",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="[('is_xpps_printer', '=', True), ('company_id', 'in', [False, company_id])]",
    )
    subscription_line_id = fields.Many2one(
        "sale.subscription.line",
        string="Service",
        compute="_compute_from_agreement",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain=f"[('sale_subscription_id', '=', subscription_id), ('product_id.xpps_role', 'in', {BASE_ROLES})]",
        help="The service or bundle of the agreement that bills the devices' monthly base price.",
    )
    has_base_service = fields.Boolean(compute="_compute_has_base_service")
    partner_id = fields.Many2one(
        "res.partner",
        string="Site",
        required=True,
        compute="_compute_from_agreement",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="[('id', 'child_of', commercial_partner_id)]",
        help="The customer, or the address of the customer where the devices are located.",
    )
    install_date = fields.Date(
        string="Installed On",
        required=True,
        compute="_compute_from_agreement",
        store=True,
        readonly=False,
        precompute=True,
    )
    serials = fields.Text(string="Serial Numbers")
    row_ids = fields.One2many("xpps.device.add.wizard.row", "wizard_id", string="Devices", readonly=True)
    new_count = fields.Integer(compute="_compute_row_counts")
    exists_count = fields.Integer(compute="_compute_row_counts")
    bad_count = fields.Integer(compute="_compute_row_counts")
    notice = fields.Text(readonly=True, help="Result of the last step.")
    warning = fields.Text(compute="_compute_warning")

    @api.depends("subscription_id")
    def _compute_from_agreement(self):
        for wizard in self:
            agreement = wizard.subscription_id
            today = company_today(agreement.company_id)
            models = agreement.xpps_device_ids.product_id
            wizard.product_id = models if len(models) == 1 else False
            wizard.subscription_line_id = agreement._xpps_base_service()
            wizard.partner_id = agreement.partner_id
            wizard.install_date = max(today, agreement.date_start or today)

    @api.depends("subscription_id")
    def _compute_has_base_service(self):
        for wizard in self:
            lines = wizard.subscription_id.sale_subscription_line_ids
            wizard.has_base_service = any(line.xpps_role in BASE_ROLES for line in lines)

    @api.depends("subscription_line_id", "install_date")
    def _compute_warning(self):
        """Days of devices that are noted late: nothing bills them any more."""
        for wizard in self:
            lines = wizard.subscription_line_id._xpps_invoiced_days(wizard.install_date)
            wizard.warning = False
            if lines:
                wizard.warning = self.env._(
                    "The base price has already been invoiced until %(date)s by %(invoices)s. Delete the drafts and "
                    "reset the next invoice date, or bill the days of these devices manually.",
                    date=format_date(self.env, lines[0].xpps_period_end),
                    invoices=", ".join(lines.move_id.mapped("display_name")),
                )

    @api.depends("row_ids.state")
    def _compute_row_counts(self):
        for wizard in self:
            states = wizard.row_ids.mapped("state")
            wizard.new_count = states.count(NEW)
            wizard.exists_count = states.count(EXISTS)
            wizard.bad_count = states.count(BAD)

    def action_check(self):
        """Say of each serial number whether it can be added, and why not."""
        self._check_choices()
        self._make_rows()
        self.notice = False
        return self._open()

    def action_add(self):
        """Add all devices that can be; keep the other lines."""
        self._check_choices()
        self._make_rows()
        sound = self.row_ids.filtered(lambda row: row.state != BAD)
        if not sound:
            self.notice = self.env._("No device was added.")
            return self._open()
        # The dialog's defaults are none of the devices.
        maker = self.with_context(clean_context(self.env.context))
        maker._make_devices(self.company_id, [(row.lot_id, row._prepare_device()) for row in sound])
        bad = self.row_ids - sound
        if not bad:
            return self.subscription_id.action_open_xpps_devices()
        self.notice = plural(
            len(sound),
            self.env._("1 device was added. The lines below were not: correct them, or close the window."),
            self.env._(
                "%s devices were added. The lines below were not: correct them, or close the window.", len(sound)
            ),
        )
        self.serials = "\n".join(row.text for row in bad.sorted("source_line"))
        self._make_rows()
        return self._open()

    # Check

    def _check_choices(self):
        """:raises UserError: when the agreement takes no devices, or something was chosen that does not go with it"""
        self.ensure_one()
        self._check_lot_access("create")
        agreement = self.subscription_id
        agreement.check_access("read")
        name = agreement.display_name
        if not agreement.is_xpps:
            raise UserError(self.env._("%s is not an XPPS agreement, so no devices can be added to it.", name))
        if agreement.is_xpps_master:
            raise UserError(self.env._("%s is a master agreement: copy it to a customer first.", name))
        if agreement.stage_type == "post":
            raise UserError(self.env._("%s is closed, so no devices can be added to it.", name))
        if not self.product_id.is_xpps_printer:
            raise UserError(self.env._("%s is not an XPPS printer model.", self.product_id.display_name))
        if self.partner_id.commercial_partner_id != self.commercial_partner_id:
            raise UserError(
                self.env._(
                    "%(site)s is not a site of %(customer)s, the customer of the agreement.",
                    site=self.partner_id.display_name,
                    customer=self.customer_id.display_name,
                )
            )
        service = self.subscription_line_id
        if self.has_base_service and not service:
            raise UserError(self.env._("Choose the service of %s that bills the base price of the devices.", name))
        if service and (service.sale_subscription_id != agreement or service.xpps_role not in BASE_ROLES):
            raise UserError(
                self.env._(
                    "“%(service)s” is not a base price service of %(agreement)s.",
                    service=service.name,
                    agreement=name,
                )
            )
        if not (self.serials or "").strip():
            raise UserError(self.env._("Scan or paste at least one serial number."))

    def _make_rows(self):
        """Rows for the lines of ``serials``, in place of the former ones."""
        lines = serial_lines(self.serials)
        known, plain = self._known_lots(self.company_id, {serial_key(line.serial) for line in lines})
        stocked = {}
        for (key, product), lot in plain.items():
            # The chosen model's lot becomes the device. Else a printer's says that the model is wrong.
            rank = (product == self.product_id, product.is_xpps_printer)
            if key not in stocked or rank > stocked[key][0]:
                stocked[key] = (rank, lot)
        first_lines = {}
        rows = []
        for line in lines:
            key = serial_key(line.serial)
            lot = known.get(key, self.env["stock.lot"])
            message = self._refuse_line(line, first_lines.setdefault(key, line.number))
            state = BAD
            if not message:
                if not lot and key in stocked:
                    lot = stocked[key][1]
                state, message = self._judge_lot(lot)
            if state == NEW:
                lot = lot.browse()
            rows.append(
                {
                    "source_line": line.number,
                    "text": line.text,
                    "serial": line.serial,
                    "location": line.location,
                    "asset_number": line.asset_number,
                    "lot_id": lot.id,
                    "state": state,
                    "message": message,
                }
            )
        rows.sort(key=lambda row: (_ORDER[row["state"]], row["source_line"]))
        self.row_ids = [
            Command.clear(),
            *(Command.create({"sequence": sequence, **values}) for sequence, values in enumerate(rows)),
        ]

    def _refuse_line(self, line, first_line):
        """What keeps a line from being a serial number, whatever is known of it; False if nothing does."""
        serial = line.serial
        if line.extra:
            return self.env._("The line has too many columns. It may have three: serial number, place, asset number.")
        if not serial:
            return self.env._("The line has no serial number in its first column.")
        if not serial.isprintable():
            return self.env._("The serial number has invisible characters. Type it, or scan it again.")
        if len(serial) > MAX_LENGTH:
            return self.env._("The serial number has more than %s characters.", MAX_LENGTH)
        if is_scientific(serial):
            return self.env._(
                "A spreadsheet has converted the serial number into a rounded number. Format its cells as text, enter "
                "the serial number again, and copy it."
            )
        if not any(character.isdigit() for character in serial):
            return self.env._("A serial number contains at least one digit. Is this a heading?")
        if first_line != line.number:
            return self.env._("The same serial number is also on line %s.", first_line)
        return False

    def _judge_lot(self, lot):
        """:return: the state of a row with this lot (none: an unknown serial number), and its explanation"""
        if not lot:
            return NEW, False
        values = {"model": lot.product_id.display_name, "chosen": self.product_id.display_name}
        if lot.product_id != self.product_id and (lot.is_xpps_device or lot.product_id.is_xpps_printer):
            return BAD, self.env._(
                "This serial number belongs to a %(model)s, not to a %(chosen)s. Correct the serial number, or add it "
                "as %(model)s.",
                **values,
            )
        if lot.is_xpps_device:
            return self._judge_device(lot)
        if lot.product_id != self.product_id:
            return NEW, self.env._("A lot of %(model)s has the same number. It is not changed.", **values)
        return EXISTS, self.env._("Known in inventory: it becomes a device.")

    def _judge_device(self, device):
        agreement = device.xpps_subscription_id
        values = {
            "agreement": agreement._xpps_number(),
            "customer": (device.xpps_partner_id or agreement.partner_id).display_name,
            "removed": format_date(self.env, device.xpps_removal_date),
        }
        if device.xpps_state == "removed":
            if device.xpps_removal_date and device.xpps_removal_date > self.install_date:
                return BAD, self.env._(
                    "The device was not removed from %(customer)s until %(removed)s. It cannot be installed here "
                    "before that date.",
                    **values,
                )
            if not values["customer"]:
                return EXISTS, self.env._("Removed on %(removed)s: it will be installed again.", **values)
            return EXISTS, self.env._(
                "Removed from %(customer)s on %(removed)s: it will be installed again, and its history is kept.",
                **values,
            )
        if agreement == self.subscription_id:
            if device.xpps_subscription_line_id or not self.subscription_line_id:
                return BAD, self.env._("The device is already on this agreement.")
            return EXISTS, self.env._("Already on this agreement without a service: the service will be set.")
        if agreement:
            return BAD, self.env._(
                "The device is currently on agreement %(agreement)s of %(customer)s. Move it, or remove it there "
                "first.",
                **values,
            )
        if values["customer"]:
            return EXISTS, self.env._("Known at %(customer)s without an agreement: it will be added.", **values)
        return EXISTS, self.env._("Known without an agreement: it will be added.")

    def _open(self):
        return open_dialog(self, self._description, wide=True)


class XppsDeviceAddWizardRow(models.TransientModel):
    _name = "xpps.device.add.wizard.row"
    _description = "Add Devices: Device"
    _inherit = ["xpps.reference.guard"]
    _order = "sequence, id"

    wizard_id = fields.Many2one("xpps.device.add.wizard", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer()
    source_line = fields.Integer(string="Line", readonly=True, aggregator=False, help="Line of the entered text.")
    text = fields.Char(readonly=True, trim=False, help="The line as it was entered.")
    serial = fields.Char(string="Serial Number", readonly=True)
    location = fields.Char(string="Place", readonly=True)
    asset_number = fields.Char(readonly=True)
    lot_id = fields.Many2one("stock.lot", string="Known Device", readonly=True, ondelete="cascade")
    state = fields.Selection([("ok", "New"), ("exists", "Known"), ("bad", "Not added")], readonly=True, required=True)
    message = fields.Text(string="Explanation", readonly=True)

    def action_open_device(self):
        """Show the known device in a tab of its own: an action in this one would lose the list."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/odoo/xpps-devices/{self.lot_id.id}", "target": "new"}

    def _prepare_device(self):
        """:return: values of ``stock.lot``: of a new device, or those that change on a known one"""
        self.ensure_one()
        wizard = self.wizard_id
        device = self.lot_id
        typed = {"xpps_location": self.location, "xpps_asset_number": self.asset_number}
        given = {name: value for name, value in typed.items() if value}
        service = {"xpps_subscription_line_id": wizard.subscription_line_id.id}
        if device.xpps_state == "active" and device.xpps_subscription_id == wizard.subscription_id:
            return given | service
        former = device.xpps_partner_id.commercial_partner_id
        if former and former != wizard.commercial_partner_id:
            # Where it stood at its former customer, and how that one called and reached it, is no more.
            given = {name: value or False for name, value in typed.items()} | {"xpps_ip_address": False}
        values = (
            given
            | service
            | {
                "xpps_partner_id": wizard.partner_id.id,
                "xpps_subscription_id": wizard.subscription_id.id,
                "xpps_install_date": wizard.install_date,
            }
        )
        if not device:
            return values | {"name": self.serial, "product_id": wizard.product_id.id}
        return values | {"xpps_removal_date": False}
