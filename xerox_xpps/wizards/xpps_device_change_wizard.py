# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.constants import OUTPUT_TYPE_SELECTION
from ..common.formats import period_text
from ..common.listing import bullets, enumeration
from ..common.today import company_today

#: How many devices or billing files a message names.
MAX_NAMED = 10


class XppsDeviceChangeWizard(models.AbstractModel):
    """What swapping, moving and removing devices have in common: a day, and what was billed around it."""

    _name = "xpps.device.change.wizard"
    _description = "XPPS: Swap, Move or Remove Devices"

    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    date = fields.Date(required=True, compute="_compute_date", store=True, readonly=False, precompute=True)
    warning = fields.Text(compute="_compute_warning")

    def _compute_company_id(self):
        raise NotImplementedError

    @api.depends("company_id")
    def _compute_date(self):
        """Today, unless somebody said another day."""
        for wizard in self:
            wizard.date = wizard.date or company_today(wizard.company_id)

    @api.depends("date")
    def _compute_warning(self):
        for wizard in self:
            wizard.warning = "\n".join(wizard._warnings()) or False

    def _warnings(self):
        """What the user should know before going on, each a sentence."""
        return []

    @api.model
    def _check_devices(self, devices):
        """:raises UserError: when there is nothing to change, or too much at once"""
        if not devices or not all(devices.mapped("is_xpps_device")):
            raise UserError(self.env._("Choose XPPS devices."))
        if len(devices.company_id) > 1:
            raise UserError(self.env._("Choose devices of one company."))

    def _check_first_day(self, devices, date, day_before=False):
        """:param day_before: whether the devices must have been there for a day when ``date`` comes

        :raises UserError: when a device came to where it is only after the date
        """
        early = devices.filtered(
            lambda device: (
                device.xpps_install_date
                and (date <= device.xpps_install_date if day_before else date < device.xpps_install_date)
            )
        )
        for device in early[:1]:
            raise UserError(
                self.env._(
                    "Device %(serial)s has been with %(customer)s since %(installed)s. Choose a later date than "
                    "%(date)s, or correct the device's history.",
                    serial=device.name,
                    customer=self._holder(device),
                    installed=format_date(self.env, device.xpps_install_date),
                    date=format_date(self.env, date),
                )
            )

    def _billed_lines(self, devices, date):
        """The live records of billing files that bill the devices on the date or after it, the last periods first."""
        # What was billed does not depend on what the user may see.
        return (
            self.env["xpps.billing.file.line"]
            .sudo()
            .search(
                [
                    ("device_id", "in", devices.ids),
                    ("billed_period_end", ">=", date),
                    ("superseded_by_id", "=", False),
                ],
                order="billed_period_end desc, serial, id",
            )
        )

    def _check_not_billed(self, devices, date):
        """:raises UserError: when a billing file billed a device on the date or after it"""
        lines = self._billed_lines(devices, date)
        if not lines:
            return
        raise UserError(
            self.env._(
                "These devices have already been billed for a period that ends after %(date)s. Choose a date after "
                "the period, or undo the import first:\n%(devices)s",
                date=format_date(self.env, date),
                devices=bullets(
                    self.env,
                    [
                        self.env._(
                            "%(serial)s: %(period)s, to %(agreement)s, by billing file %(file)s",
                            serial=line.serial,
                            period=period_text(self.env, line.billed_period_start, line.billed_period_end),
                            agreement=line.subscription_id.display_name or "?",
                            file=line.billing_file_id.display_name,
                        )
                        for line in lines
                    ],
                    MAX_NAMED,
                ),
            )
        )

    def _billed_warnings(self, devices, date):
        """Says which devices a file billed on the date or after it: what was billed stays so."""
        lines = self._billed_lines(devices, date) if date else None
        if not lines:
            return []
        return [
            self.env._(
                "%(devices)s: already billed until %(date)s by %(files)s. What was billed is not changed.",
                devices=enumeration(self.env, sorted(set(lines.mapped("device_id.name"))), MAX_NAMED),
                date=format_date(self.env, lines[0].billed_period_end),
                files=self._enumerated(lines.billing_file_id),
            )
        ]

    def _invoiced_warnings(self, devices, date):
        """Says which invoices billed base prices by day on the date or after it: no later one corrects them."""
        lines = devices.xpps_subscription_line_id._xpps_invoiced_days(date)
        if not lines:
            return []
        return [
            self.env._(
                "The base price has already been invoiced until %(date)s by %(invoices)s. Delete the drafts and reset "
                "the next invoice date, or credit the days manually.",
                date=format_date(self.env, lines[0].xpps_period_end),
                invoices=self._enumerated(lines.move_id),
            )
        ]

    def _enumerated(self, records):
        return enumeration(self.env, records[:MAX_NAMED].mapped("display_name"), MAX_NAMED, len(records))

    def _holder(self, device):
        """Who has a device: its customer and agreement, as messages name them."""
        customer = device.xpps_partner_id or device.xpps_subscription_id.partner_id
        names = [record.display_name for record in (customer, device.xpps_subscription_id) if record]
        return " / ".join(names) or self.env._("nobody")


class XppsDeviceReadRow(models.AbstractModel):
    """What a counter of a device showed when it was taken away."""

    _name = "xpps.device.read.row"
    _description = "XPPS: Counter of a Device"
    _order = "id"

    output_type = fields.Selection(OUTPUT_TYPE_SELECTION, required=True)
    last_read = fields.Integer(readonly=True, aggregator=False)
    closing_read = fields.Integer(aggregator=False, help="Counter of the device when it was removed.")

    @api.model
    def _prepare_commands(self, device):
        """A row for each output type that the device ever had, proposing its last read."""
        reads = self.env["stock.lot"]._xpps_last_reads(device.ids)
        return [
            Command.create({"output_type": output_type, "last_read": counter, "closing_read": counter})
            for (_device_id, output_type), (_day, counter, *_billed) in sorted(reads.items())
        ]

    def _warnings(self):
        labels = dict(self._fields["output_type"]._description_selection(self.env))
        return [
            self.env._(
                "The closing read of %(type)s, %(closing)s, is below the last read, %(last)s.",
                type=labels[row.output_type],
                closing=row.closing_read,
                last=row.last_read,
            )
            for row in self
            if row.closing_read < row.last_read
        ]
