# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.xerox_xpps.common.window_actions import open_form, open_records
from odoo.addons.xerox_xpps.rules import overlap_sql

from ..groups import HELPDESK_GROUP


class StockLot(models.Model):
    """Tickets about a device, and whose device it was on a day."""

    _inherit = "stock.lot"

    xpps_ticket_count = fields.Integer(
        string="Tickets", compute="_compute_xpps_ticket_counts", groups=HELPDESK_GROUP, help="Tickets about the device."
    )
    xpps_open_ticket_count = fields.Integer(
        string="Open Tickets",
        compute="_compute_xpps_ticket_counts",
        groups=HELPDESK_GROUP,
        help="Tickets about the device that are not closed.",
    )

    def _compute_xpps_ticket_counts(self):
        all_of, open_of = self.env["helpdesk.ticket"]._xpps_counts("xpps_device_id", self._origin)
        for lot in self:
            lot.xpps_ticket_count = all_of[lot._origin]
            lot.xpps_open_ticket_count = open_of[lot._origin]

    @api.model
    def _xpps_holders(self, asked):
        """Who had devices on given days, with one query.

        A device that was nowhere on its day is whose it says itself: where it was last, or comes next.

        :param asked: {(stock.lot, day)}
        :return: {(stock.lot, day): (res.partner, sale.subscription, place)}, each of them empty where there is none
        """
        assignments = self.env["xpps.device.assignment"]
        assignments.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT asked.device_id, asked.day, assignment.id
                  FROM unnest(%(ids)s::int[], %(days)s::date[]) asked(device_id, day)
                  JOIN xpps_device_assignment assignment
                    ON assignment.device_id = asked.device_id AND %(there)s
                """,
                ids=[device.id for device, _day in asked],
                days=[day for _device, day in asked],
                there=overlap_sql(
                    SQL("assignment.date_from"), SQL("assignment.date_to"), SQL("asked.day"), SQL("asked.day")
                ),
            )
        )
        there = assignments.browse(id_ for *_asked, id_ in rows)
        held = {(device_id, day): place for (device_id, day, _id), place in zip(rows, there, strict=True)}
        holders = {}
        for device, day in asked:
            place = held.get((device.id, day))
            if place:
                customer, agreement, location = place.partner_id, place.subscription_id, place.location
            else:
                customer, agreement, location = (
                    device.xpps_partner_id,
                    device.xpps_subscription_id,
                    device.xpps_location,
                )
            holders[device, day] = (customer or agreement.partner_id, agreement, location)
        return holders

    def action_open_xpps_tickets(self):
        self.ensure_one()
        return open_records(
            self,
            "helpdesk_mgmt.helpdesk_ticket_action",
            [("xpps_device_id", "=", self.id)],
            {"default_xpps_device_id": self.id},
        )

    def action_xpps_new_ticket(self):
        """Open a new ticket about the device."""
        self.ensure_one()
        self.check_access("read")
        tickets = self.env["helpdesk.ticket"]
        tickets.check_access("create")
        return open_form(
            tickets,
            name=self.env._("New Ticket"),
            context={"default_xpps_device_id": self.id, "default_company_id": self.company_id.id},
        )
