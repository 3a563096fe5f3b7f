# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from .field_types import CLICK_DIGITS, OUTPUT_TYPE_SELECTION


class XppsMeterRead(models.Model):
    """Pages of one output type that a device printed in a period, as Xerox read and billed them.

    Reads are made by imports alone, which match everything within the file's company. So the many2one fields are
    not checked for their company record by record: at fifty thousand reads that would double the import's time.
    """

    _name = "xpps.meter.read"
    _description = "XPPS Meter Read"
    _order = "period_end desc, device_id, output_type"
    _check_company_auto = True

    # Always loaded together with its device; an index on the device is the first column of the unique one.
    device_id = fields.Many2one("stock.lot", required=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null", help="Who had the device in the period."
    )
    subscription_id = fields.Many2one("sale.subscription", string="Agreement")
    output_type = fields.Selection(OUTPUT_TYPE_SELECTION, required=True)
    period_start = fields.Date(required=True)
    period_end = fields.Date(required=True)
    read_date = fields.Date()
    previous_read = fields.Integer(aggregator=False)
    current_read = fields.Integer(aggregator="max")
    pages = fields.Integer(
        compute="_compute_pages",
        store=True,
        precompute=True,
        help="Pages printed in the period: current less previous read.",
    )
    included = fields.Integer(string="Included Pages")
    overage = fields.Integer(help="Pages above the included ones, as Xerox billed them.")
    currency_id = fields.Many2one("res.currency", groups="xerox_xpps.group_xpps_billing")
    unit_cost = fields.Float(
        digits=CLICK_DIGITS, min_display_digits=2, aggregator="avg", groups="xerox_xpps.group_xpps_billing"
    )
    cost = fields.Monetary(groups="xerox_xpps.group_xpps_billing")
    estimated = fields.Boolean(help="Xerox estimated this read, because the device did not report.")
    billing_file_id = fields.Many2one("xpps.billing.file", index=True, ondelete="restrict")
    origin = fields.Selection(
        [("file", "Billing File"), ("opening", "Opening Read"), ("closing", "Closing Read")],
        required=True,
        default="file",
        help="Opening and closing reads are noted when a device is installed, swapped or removed. They bill no pages.",
    )
    superseded_by_id = fields.Many2one(
        "xpps.meter.read", index="btree_not_null", help="The read of a correction file that replaces this one."
    )

    _live_uniq = models.UniqueIndex(
        "(device_id, output_type, period_end) WHERE superseded_by_id IS NULL",
        "This device has a meter read of this output type for the period already.",
    )

    # What an agreement's invoice says of its devices, and the agreement's number of reads.
    _agreement_idx = models.Index("(subscription_id, period_end)")

    @api.depends("previous_read", "current_read")
    def _compute_pages(self):
        for read in self:
            read.pages = max(0, read.current_read - read.previous_read)

    @api.depends("device_id", "output_type", "period_end")
    def _compute_display_name(self):
        labels = dict(self._fields["output_type"]._description_selection(self.env))
        for read in self:
            read.display_name = f"{read.device_id.name} {labels.get(read.output_type, '')} {read.period_end or ''}"
