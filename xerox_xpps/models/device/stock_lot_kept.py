# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import overlap_sql


class StockLot(models.Model):
    """A device is one thing: it has no copy with its serial number, and what was billed of it keeps it."""

    _inherit = "stock.lot"

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" in (default or {}):
            return vals_list
        for lot, vals in zip(self, vals_list, strict=True):
            # Who only handles stock makes a plain lot of it.
            if lot.is_xpps_device and vals and vals.get("is_xpps_device"):
                raise UserError(
                    self.env._(
                        "Device %s cannot be duplicated, as each device has its own serial number. Add devices to an "
                        "agreement by “Add Devices”.",
                        lot.name,
                    )
                )
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        devices = self.filtered("is_xpps_device")
        billed = devices and devices._xpps_billed_devices()
        if billed:
            raise UserError(
                self.env._(
                    "Device %s cannot be deleted, as it was read or billed. If it is gone, note its last day by "
                    "“Remove”. If it came by a billing file that was wrong, undo that import first.",
                    billed[0].name,
                )
            )

    def _xpps_billed_devices(self):
        """:return: those of the devices that were read or billed, whether by Xerox or to customers"""
        # What was billed does not depend on what the user may see.
        billed = self.sudo()
        domain = [("device_id", "in", self.ids)]
        ids = set()
        for model, condition in (
            ("xpps.meter.read", []),
            ("sale.subscription.charge", []),
            ("xpps.billing.file.line", [("billing_file_id.state", "=", "imported")]),
        ):
            groups = billed.env[model]._read_group(domain + condition, ["device_id"])
            ids.update(device.id for (device,) in groups)
        ids.update(billed._xpps_ids_with_base_price())
        return self.filtered(lambda device: device.id in ids)

    def _xpps_ids_with_base_price(self):
        """:return: [id] of the devices that invoices of base prices count"""
        for model in ("xpps.device.assignment", "sale.subscription.line", "account.move.line"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT assignment.device_id
                  FROM xpps_device_assignment assignment
                  JOIN sale_subscription_line service
                    ON service.id = assignment.subscription_line_id AND service.xpps_qty_from_devices
                  JOIN account_move_line line
                    ON line.xpps_subscription_line_id = service.id AND line.parent_state <> 'cancel'
                 WHERE assignment.device_id = ANY(%(ids)s) AND %(billed)s
                """,
                ids=self.ids,
                billed=overlap_sql(
                    SQL("assignment.date_from"),
                    SQL("assignment.date_to"),
                    SQL("line.xpps_period_start"),
                    SQL("line.xpps_period_end"),
                ),
            )
        )
        return [device_id for (device_id,) in rows]
