# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...common.constants import BILLING_GROUP, CLICK_DIGITS, OUTPUT_TYPE_SELECTION
from ...common.formats import period_text
from ...rules import CUSTOMER_ORIGIN, known_sql, printed_pages


class XppsMeterRead(models.Model):
    """Pages of one output type that a device printed in a period, as Xerox read and billed them.

    Reads are made by imports, which match everything within the file's company, by what is noted when a device comes
    or goes, and by what customers enter (``rules.customer_read``). So the many2one fields are not checked for their
    company record by record: at fifty thousand reads that would double the import's time.
    """

    _name = "xpps.meter.read"
    _description = "XPPS Meter Read"
    _inherit = ["xpps.guard"]
    _order = "period_end desc, device_id, output_type"
    _check_company_auto = True

    # Always loaded together with its device; an index on the device is the first column of the unique one.
    device_id = fields.Many2one("stock.lot", required=True, ondelete="restrict")
    product_id = fields.Many2one(related="device_id.product_id", string="Printer Model")
    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null", help="The customer who had the device in the period."
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
    overage = fields.Integer(help="Pages above the allowance, as Xerox billed them.")
    currency_id = fields.Many2one("res.currency", groups=BILLING_GROUP)
    unit_cost = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, aggregator="avg", groups=BILLING_GROUP)
    cost = fields.Monetary(groups=BILLING_GROUP)
    cost_unknown = fields.Boolean(
        groups=BILLING_GROUP,
        help="Xerox's file states the pages, but not what one of them costs. So the cost is not 0, but unknown.",
    )
    estimated = fields.Boolean(help="Xerox estimated this read because the device did not report.")
    # What the import found before: the vendor report compares. NULL where there was nothing to compare with.
    expected_previous = fields.Integer(
        string="Expected Previous Read", aggregator=False, help="The expected start of the meter: our last read."
    )
    expected_overage = fields.Integer(
        help="Pages above the allowance, from our last read, if there is one, to Xerox's.",
    )
    expected_unit_cost = fields.Float(
        digits=CLICK_DIGITS,
        min_display_digits=2,
        aggregator="avg",
        groups=BILLING_GROUP,
        help="The agreement's default for the pages; if there is none, what Xerox billed in the previous month.",
    )
    included_stated = fields.Boolean(help="Whether Xerox states how many pages are included.")
    contract_unit_cost = fields.Float(
        digits=CLICK_DIGITS,
        min_display_digits=2,
        aggregator="avg",
        groups=BILLING_GROUP,
        help="What a page costs by the rate card that covered the last day of the period.",
    )
    contract_included = fields.Integer(
        string="Included by Contract",
        aggregator=False,
        groups=BILLING_GROUP,
        help="How many pages are included by the rate card that covered the last day of the period.",
    )
    last_included = fields.Integer(
        string="Last Included Pages",
        aggregator=False,
        groups=BILLING_GROUP,
        help="How many pages were included when Xerox billed the device the last time.",
    )
    cycle_start = fields.Date(help="The first day of the cycle that the pages count towards.")
    cycle_end = fields.Date(help="The last day of the cycle that the pages count towards.")
    cycle_balance = fields.Integer(
        string="Towards the Cycle",
        help="Pages above the allowance that count towards the cycle; below 0, included pages that are left for it.",
    )
    # Whom Xerox billed the pages to; the partner's number is on the file.
    xerox_customer_number = fields.Char(groups=BILLING_GROUP)
    xerox_agreement_number = fields.Char(groups=BILLING_GROUP)
    # It shows Xerox's invoice number, which customers and those without a right to cost do not know.
    billing_file_id = fields.Many2one("xpps.billing.file", index=True, ondelete="restrict", groups=BILLING_GROUP)
    origin = fields.Selection(
        [
            ("file", "Billing File"),
            ("opening", "Opening Read"),
            ("closing", "Closing Read"),
            (CUSTOMER_ORIGIN, "By Customer"),
        ],
        required=True,
        default="file",
        help="Opening and closing reads are recorded when a device is installed, swapped or removed. Customers enter "
        "their reads themselves. None of these bill any pages, and nothing is calculated from customers' reads.",
    )
    superseded_by_id = fields.Many2one(
        "xpps.meter.read",
        index="btree_not_null",
        help="The read that replaces this one, either from a correction file or of the same day.",
    )

    # A customer's read stands beside the one that counts.
    _live_uniq = models.UniqueIndex(
        f"(device_id, output_type, period_end, (origin = '{CUSTOMER_ORIGIN}')) WHERE superseded_by_id IS NULL",
        "This device already has a meter read of this output type for the period.",
    )

    # The few reads that no file brought, for the files of their days.
    _noted_idx = models.Index("(company_id, period_end) WHERE origin <> 'file'")
    # What an agreement's invoice says of its devices, and the agreement's number of reads.
    _agreement_idx = models.Index("(subscription_id, period_end)")

    # What counts towards cycles that are rated as a whole, among the many that do not.
    _cycle_idx = models.Index("(company_id, cycle_end) WHERE cycle_end IS NOT NULL")

    @api.depends("previous_read", "current_read")
    def _compute_pages(self):
        for read in self:
            read.pages = printed_pages(read.previous_read, read.current_read)

    @api.depends("device_id", "output_type", "period_start", "period_end")
    def _compute_display_name(self):
        labels = dict(self._fields["output_type"]._description_selection(self.env))
        for read in self:
            parts = (
                read.device_id.name,
                labels.get(read.output_type),
                period_text(self.env, read.period_start, read.period_end),
            )
            read.display_name = " ".join(filter(None, parts))

    def _read_group_select(self, aggregate_spec, query):
        """Unit costs on average, of pages whose cost is known."""
        if aggregate_spec != "unit_cost:avg":
            return super()._read_group_select(aggregate_spec, query)
        unit_cost, unknown = (self._field_to_sql(self._table, name, query) for name in ("unit_cost", "cost_unknown"))
        return SQL("AVG(%s)", known_sql(unit_cost, unknown))

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(
            self.env._(
                "Meter reads cannot be duplicated. They are created by billing files, by customers, and when a device "
                "comes or goes."
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_charged(self):
        # Whether pages were charged does not depend on what the user may see.
        charges = self.env["sale.subscription.charge"].sudo()
        charge = charges.search([("meter_read_id", "in", self.ids)], limit=1)
        if charge:
            raise UserError(
                self.env._(
                    "Meter read %(read)s cannot be deleted: charge “%(charge)s” is based on it. Undo the import of its "
                    "billing file instead.",
                    read=charge.meter_read_id.display_name,
                    charge=charge.name,
                )
            )
        # What Xerox read stays as long as what it billed by it.
        read = self.sudo().filtered(lambda read: read.billing_file_id.state == "imported")[:1]
        if read:
            raise UserError(
                self.env._(
                    "Meter read %(read)s cannot be deleted: it is of billing file %(file)s. Undo the import of the "
                    "file instead.",
                    read=read.display_name,
                    file=read.billing_file_id.display_name,
                )
            )

    @api.model
    def _note(self, origin, device, day, counters, **values):
        """Note what the counters of a device showed on the day when it came or was taken away, or on which its
        customer looked at them.

        A file's read of the same day counts for more, an earlier note for less. What a customer enters only takes the
        place of what he entered before.

        :param origin: ``opening``, ``closing`` or ``customer``
        :param counters: {output type: pages}
        :param values: other fields of the notes
        :return: the notes, in sudo
        """
        device.check_access("write")
        # Reads are made by imports, so nobody has the right to; whoever may change the device may note these.
        reads = self.sudo()
        same_day = reads.search(
            [
                ("device_id", "=", device.id),
                ("output_type", "in", list(counters)),
                ("period_end", "=", day),
                ("origin", "=" if origin == CUSTOMER_ORIGIN else "!=", CUSTOMER_ORIGIN),
            ]
        )
        live = {read.output_type: read for read in same_day if read.origin == "file" and not read.superseded_by_id}
        noted = same_day.filtered(
            lambda read: read.origin != "file" and read.superseded_by_id.origin in (False, "file")
        ).grouped("output_type")
        # There is one live read a day: the earlier ones step back before those exist that they will name.
        for read in reads.union(*noted.values()):
            read.superseded_by_id = read
        reads.flush_model(["superseded_by_id"])
        notes = reads.create(
            [
                {
                    "device_id": device.id,
                    "company_id": device.company_id.id,
                    "partner_id": device.xpps_partner_id.id or device.xpps_subscription_id.partner_id.id,
                    "subscription_id": device.xpps_subscription_id.id,
                    "output_type": output_type,
                    "period_start": day,
                    "period_end": day,
                    "read_date": day,
                    "previous_read": counter,
                    "current_read": counter,
                    "origin": origin,
                    "superseded_by_id": live[output_type].id if output_type in live else False,
                    **values,
                }
                for output_type, counter in counters.items()
            ]
        )
        for note in notes:
            noted.get(note.output_type, reads).superseded_by_id = note
        return notes
