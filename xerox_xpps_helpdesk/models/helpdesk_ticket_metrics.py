# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models

from odoo.addons.xerox_xpps.billing_file import OUTPUT_TYPES

from ..groups import METRICS_GROUPS

#: What a ticket says of its device: {field of the ticket: field of the device}.
FACTS = {
    "xpps_serial": "name",
    "xpps_asset_number": "xpps_asset_number",
    "xpps_product_id": "product_id",
    "xpps_device_contact_id": "xpps_contact_id",
    "xpps_ip_address": "xpps_ip_address",
    "xpps_install_date": "xpps_install_date",
    "xpps_last_read_date": "xpps_last_read_date",
}


class HelpdeskTicket(models.Model):
    """The tab *Xerox Metrics*: what the device of a ticket is, and what it printed.

    Whoever handles tickets sees it, also without a right to devices and reads: the fields below follow the device as
    superuser, and none of them has a cost or a price.
    """

    _inherit = "helpdesk.ticket"

    xpps_serial = fields.Char(
        string="Serial Number", compute="_compute_xpps_facts", compute_sudo=True, groups=METRICS_GROUPS
    )
    xpps_asset_number = fields.Char(
        string="Asset Number", compute="_compute_xpps_facts", compute_sudo=True, groups=METRICS_GROUPS
    )
    xpps_product_id = fields.Many2one(
        "product.product",
        string="Printer Model",
        compute="_compute_xpps_facts",
        compute_sudo=True,
        groups=METRICS_GROUPS,
    )
    xpps_device_contact_id = fields.Many2one(
        "res.partner",
        string="Contact at the Device",
        compute="_compute_xpps_facts",
        compute_sudo=True,
        groups=METRICS_GROUPS,
    )
    xpps_ip_address = fields.Char(
        string="IP Address", compute="_compute_xpps_facts", compute_sudo=True, groups=METRICS_GROUPS
    )
    xpps_install_date = fields.Date(
        string="Installed On", compute="_compute_xpps_facts", compute_sudo=True, groups=METRICS_GROUPS
    )
    xpps_last_read_date = fields.Date(
        string="Last Read On", compute="_compute_xpps_facts", compute_sudo=True, groups=METRICS_GROUPS
    )
    xpps_usage = fields.Json(
        string="Usage by Output Type",
        compute="_compute_xpps_usage",
        compute_sudo=True,
        groups=METRICS_GROUPS,
        help="As of the device, with overage (pages) of the last billed month in each row.",
    )
    xpps_usage_chart = fields.Json(
        string="Pages a Month", compute="_compute_xpps_usage", compute_sudo=True, groups=METRICS_GROUPS
    )
    xpps_other_ticket_ids = fields.Many2many(
        "helpdesk.ticket",
        string="Other Open Tickets",
        compute="_compute_xpps_other_ticket_ids",
        groups=METRICS_GROUPS,
        help="Other tickets about the device that are not closed.",
    )

    @api.depends("xpps_device_id")
    def _compute_xpps_facts(self):
        """No related fields: whoever may not read them could search by them, and imports would look for tickets."""
        for ticket in self:
            for name, of_device in FACTS.items():
                ticket[name] = ticket.xpps_device_id[of_device]

    @api.depends("xpps_device_id")
    @api.depends_context("lang")
    def _compute_xpps_usage(self):
        labels = dict(self.env["xpps.meter.read"]._fields["output_type"]._description_selection(self.env))
        for ticket in self:
            device = ticket.xpps_device_id
            if not device:
                ticket.xpps_usage = ticket.xpps_usage_chart = False
                continue
            overages = {labels[name]: device[f"xpps_{name}_last_overage"] for name in OUTPUT_TYPES}
            overages = {row["label"]: overages.get(row["label"]) for row in device.xpps_usage["rows"]}
            total = sum(filter(None, overages.values()))
            ticket.xpps_usage = device.xpps_usage | {
                "rows": [
                    row | {"overage": total if overages[row["label"]] is None else overages[row["label"]]}
                    for row in device.xpps_usage["rows"]
                ]
            }
            ticket.xpps_usage_chart = device.xpps_usage_chart

    @api.depends("xpps_device_id")
    def _compute_xpps_other_ticket_ids(self):
        tickets = self.search([("xpps_device_id", "in", self.xpps_device_id.ids), ("closed", "=", False)])
        by_device = defaultdict(self.browse)
        for ticket in tickets:
            by_device[ticket.xpps_device_id] |= ticket
        for ticket in self:
            ticket.xpps_other_ticket_ids = by_device[ticket.xpps_device_id._origin] - ticket._origin
