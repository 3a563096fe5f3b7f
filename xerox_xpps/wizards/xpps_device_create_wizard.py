# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..billing_file import serial_key
from ..common.plural import plural


class XppsDeviceCreateWizard(models.TransientModel):
    """Create the devices that a billing file names and nobody knows, prefilled from its records."""

    _name = "xpps.device.create.wizard"
    _inherit = ["xpps.device.fix.wizard", "xpps.reference.guard"]
    _description = "Create Devices"

    _mended_by = "create"
    _filled = ("product_id", "partner_id", "subscription_id", "subscription_line_id")

    row_ids = fields.One2many("xpps.device.create.wizard.row", "wizard_id", string="Devices")
    fill_product_id = fields.Many2one("product.product", string="Printer Model")

    has_near = fields.Boolean(
        compute="_compute_has_near", help="Some serial numbers are nearly those of devices that are there."
    )

    @api.depends("billing_file_id")
    def _compute_has_near(self):
        for wizard in self:
            wizard.has_near = bool(wizard.billing_file_id.line_ids.near_device_id)

    @api.model
    def _check_rights(self):
        self._check_lot_access("create")

    @api.model
    def _prepare_rows(self, lines):
        prepared = lines._prepare_devices()
        rows = {}
        for line in lines:
            values = prepared[line]
            rows.setdefault(
                serial_key(values["name"]),
                {
                    "source_line": line.source_line,
                    "record_sequence": line.sequence,
                    "same_as_id": line.near_device_id.id,
                    "serial": values["name"],
                    "xerox_model": line.xerox_model or line.xerox_model_number,
                    "xerox_customer": line.xerox_customer_name or line.xerox_customer_number,
                    "product_id": values["product_id"],
                    "partner_id": values["xpps_partner_id"],
                    "subscription_id": values["xpps_subscription_id"],
                    "subscription_line_id": values["xpps_subscription_line_id"],
                    "location": values["xpps_location"],
                    # It printed from then on, as far as anybody knows.
                    "install_date": line.billing_file_id.period_start,
                },
            )
        return list(rows.values())

    def _say_rows(self, count):
        return plural(
            count,
            self.env._("1 serial number of the file is unknown. Its row is prefilled from the file."),
            self.env._("%s serial numbers of the file are unknown. Their rows are prefilled from the file.", count),
        )

    def _apply(self, rows):
        """Create the devices with one ``create``; a plain lot with the serial number becomes the device.

        A row that is a device which is there already makes none.
        """
        known_rows = rows.filtered("same_as_id")
        known_rows._confirm()
        rows -= known_rows
        keys = {row: serial_key(row.serial) for row in rows}
        # Somebody else may have created a device since the wizard was opened.
        known, plain = self._known_lots(self.company_id, keys.values())
        prepared = []
        for row, key in keys.items():
            if key in known:
                continue
            lot = plain.get((key, row.product_id), self.env["stock.lot"])
            values = row._prepare_device()
            if not lot:
                values |= {"name": row.serial, "product_id": row.product_id.id}
            prepared.append((lot, values))
        self._make_devices(self.company_id, prepared)
        created = plural(
            len(prepared),
            self.env._("1 device was created."),
            self.env._("%s devices were created.", len(prepared)),
        )
        if not known_rows:
            return created
        confirmed = plural(
            len(known_rows),
            self.env._("1 record is of a device that is there already."),
            self.env._("%s records are of devices that are there already.", len(known_rows)),
        )
        return f"{created} {confirmed}"


class XppsDeviceCreateWizardRow(models.TransientModel):
    _name = "xpps.device.create.wizard.row"
    _inherit = ["xpps.device.fix.row", "xpps.reference.guard"]
    _description = "Create Devices: Device"

    _needed = ("product_id", "subscription_id", "subscription_line_id")

    wizard_id = fields.Many2one("xpps.device.create.wizard", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    xerox_model = fields.Char(readonly=True)
    xerox_customer = fields.Char(readonly=True)
    record_sequence = fields.Integer(readonly=True, help="Number of the device record in the file.")
    same_as_id = fields.Many2one(
        "stock.lot",
        string="Is the Device",
        domain="[('is_xpps_device', '=', True), ('company_id', '=', company_id)]",
        help="A device whose serial number is nearly the same. Clear it to create another device.",
    )
    product_id = fields.Many2one("product.product", string="Printer Model")
    location = fields.Char(string="Place")
    install_date = fields.Date(string="Installed On")

    @api.depends("same_as_id")
    def _compute_missing(self):
        result = super()._compute_missing()
        for row in self.filtered("same_as_id"):
            row.missing, row.customer_differs = False, False
        return result

    def _confirm(self):
        """Keep that records are of devices which are there already."""
        for row, line in self._records().items():
            line.billing_file_id._decide(line, device_id=row.same_as_id.id)

    def _records(self):
        """:return: {row: xpps.billing.file.line that it was prefilled from, as it is now}"""
        by_sequence = {line.sequence: line for line in self.wizard_id.billing_file_id.line_ids} if self else {}
        found = {row: by_sequence.get(row.record_sequence) for row in self}
        return {row: line for row, line in found.items() if line and (line.serial or "").strip() == row.serial}

    def _prepare_device(self):
        return super()._prepare_device() | {
            "xpps_location": self.location,
            "xpps_install_date": self.install_date,
        }
