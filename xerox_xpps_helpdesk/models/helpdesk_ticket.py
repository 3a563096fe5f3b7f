# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.xerox_xpps.common.today import company_day


class HelpdeskTicket(models.Model):
    """What a ticket says of the device that it is about: whose it was, under which agreement, and where.

    All of that is as it was on the day of the ticket: what becomes of the device later is not the ticket's matter.
    """

    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "xpps.guard"]
    _check_company_auto = True

    partner_id = fields.Many2one(compute="_compute_partner_id", store=True, readonly=False)
    xpps_device_id = fields.Many2one(
        "stock.lot",
        string="Device",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="commercial_partner_id and [('is_xpps_device', '=', True), '|', ('xpps_partner_id', '=', False), "
        "('xpps_partner_id', 'child_of', commercial_partner_id)] or [('is_xpps_device', '=', True)]",
        help="The printer that the ticket is about. It is found by its serial number, its asset number or its model; "
        "scan the serial number and press Enter.",
    )
    xpps_customer_id = fields.Many2one(
        "res.partner",
        string="Customer of the Device",
        compute="_compute_xpps_held",
        store=True,
        help="Who had the device when the ticket was made.",
    )
    xpps_subscription_id = fields.Many2one(
        "sale.subscription",
        string="Agreement",
        compute="_compute_xpps_held",
        store=True,
        index="btree_not_null",
        help="The agreement that the device was on when the ticket was made. It stays when the device moves later.",
    )
    xpps_location = fields.Char(
        string="Place",
        compute="_compute_xpps_location",
        store=True,
        readonly=False,
        copy=False,
        help="Where the device stood when the ticket was made. Correct it here if it stands somewhere else.",
    )
    xpps_kind = fields.Selection(
        [
            ("repair", "Repair"),
            ("supplies", "Supplies"),
            ("move", "Move"),
            ("removal", "Removal"),
            ("billing_question", "Billing Question"),
        ],
        string="Kind",
        index="btree_not_null",
        help="What the customer wants. A move and a removal open their assistant, a billing question links the invoice "
        "and the charges that it is about.",
    )
    xpps_service_reference = fields.Char(
        string="Xerox Call Number", copy=False, help="The number that Xerox gave this service call."
    )
    xpps_reported_on = fields.Date(
        string="Reported On",
        copy=False,
        help="The day on which the ticket was reported to Xerox. “Report to Xerox” enters it.",
    )

    def _xpps_held(self):
        """:return: {helpdesk.ticket: (res.partner, sale.subscription, place)} of the tickets' devices on their days"""
        asked = {
            ticket: (ticket.xpps_device_id._origin, ticket._xpps_day()) for ticket in self if ticket.xpps_device_id
        }
        holders = self.env["stock.lot"]._xpps_holders(set(asked.values()))
        return {ticket: holders[pair] for ticket, pair in asked.items()}

    @api.depends("xpps_device_id")
    def _compute_xpps_held(self):
        held = self._xpps_held()
        for ticket in self:
            ticket.xpps_customer_id, ticket.xpps_subscription_id, _place = held.get(ticket, (False, False, False))

    @api.depends("xpps_device_id")
    def _compute_xpps_location(self):
        """Apart from the above, which nobody enters: Odoo computes nothing beside a field that is entered."""
        held = self._xpps_held()
        for ticket in self:
            ticket.xpps_location = held[ticket][2] if ticket in held else False

    @api.depends("xpps_customer_id")
    def _compute_partner_id(self):
        """A ticket about a device is its customer's, unless somebody said whose it is."""
        for ticket in self:
            ticket.partner_id = ticket.partner_id or ticket.xpps_customer_id

    def _xpps_day(self):
        """:return: the day of the company on which the ticket was made; today for one that is being made"""
        self.ensure_one()
        return company_day(self.company_id or self.env.company, self._origin.create_date)

    @api.constrains("xpps_device_id", "partner_id")
    def _check_xpps_device(self):
        # The rule does not depend on what whoever writes the ticket may see.
        for ticket in self.sudo():
            device, customer = ticket.xpps_device_id, ticket.xpps_customer_id
            if not device:
                continue
            if not device.is_xpps_device:
                raise ValidationError(
                    self.env._("“%s” is not an XPPS device. Choose the device that the ticket is about.", device.name)
                )
            if customer and ticket.partner_id and not ticket._xpps_is_theirs(customer):
                raise ValidationError(
                    self.env._(
                        "Device %(serial)s belongs to %(customer)s, so the ticket cannot be for %(partner)s. Choose a "
                        "device of %(partner)s, or correct the contact of the ticket.",
                        serial=device.name,
                        customer=customer.display_name,
                        partner=ticket.partner_id.commercial_partner_id.display_name,
                    )
                )

    def _xpps_is_theirs(self, customer):
        """Whether what belongs to a customer belongs to the contact of the ticket: to the same company, or to a site or
        subsidiary of it.
        """
        self.ensure_one()
        return self.partner_id._xpps_is_of(customer)

    @api.model
    def _xpps_counts(self, field_name, records):
        """How many tickets name records, and how many of these are open: those that the user sees, with one query.

        :param field_name: the field that names them
        :return: two Counters by record
        """
        all_of, open_of = Counter(), Counter()
        groups = self._read_group([(field_name, "in", records.ids)], [field_name, "stage_id"], ["__count"])
        for record, stage, count in groups:
            all_of[record] += count
            if not stage.closed:
                open_of[record] += count
        return all_of, open_of

    def action_open_xpps_device(self):
        self.ensure_one()
        self.check_access("read")
        self.xpps_device_id.check_access("read")
        return self.xpps_device_id._xpps_form_action()

    def action_open_xpps_subscription(self):
        self.ensure_one()
        self.check_access("read")
        self.xpps_subscription_id.check_access("read")
        return self.xpps_subscription_id.get_formview_action()
