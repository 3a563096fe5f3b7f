# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...billing_file import to_decimal
from ...common.constants import CLICK_DIGITS, COMPONENT_SELECTION, VENDOR_ROW_FIELDS
from ...common.formats import amount_text
from ...rating import in_proportion
from .xpps_dispute import CREDITED_STATES, OPEN_STATES

#: Fields that a line takes over from the report's row as they are.
COPIED_FIELDS = (*VENDOR_ROW_FIELDS, "reason")


class XppsDisputeLine(models.Model):
    """A row of the vendor report as it was when it was disputed, and what is claimed of it.

    Lines are made of rows of the report alone; see ``xpps.dispute``. While a dispute is a draft its lines' amounts can
    be changed, and lines taken out.
    """

    _name = "xpps.dispute.line"
    _description = "Row of a Dispute with Xerox"
    _inherit = ["xpps.guard"]
    _order = "dispute_id desc, id"
    _rec_name = "serial"
    _check_company_auto = True

    dispute_id = fields.Many2one("xpps.dispute", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="dispute_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    state = fields.Selection(related="dispute_id.state")
    is_open = fields.Boolean(compute="_compute_is_open", store=True, precompute=True)
    billing_file_id = fields.Many2one(
        "xpps.billing.file",
        string="Xerox Invoice",
        required=True,
        readonly=True,
        ondelete="restrict",
        check_company=True,
    )
    line_id = fields.Many2one(
        "xpps.billing.file.line",
        string="Device Record",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Empty for a device that is missing from the file.",
    )
    sequence = fields.Integer(
        readonly=True, help="Number of the device record in the file; 0 for a device that is missing from it."
    )
    device_id = fields.Many2one("stock.lot", readonly=True, index="btree_not_null", check_company=True)
    serial = fields.Char(string="Serial Number", readonly=True)
    product_id = fields.Many2one("product.product", string="Printer Model", readonly=True, check_company=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True, index="btree_not_null")
    component = fields.Selection(COMPONENT_SELECTION, required=True, readonly=True)
    period_start = fields.Date(readonly=True)
    period_end = fields.Date(readonly=True)
    xerox_quantity = fields.Integer(string="Xerox's Quantity", readonly=True)
    xerox_unit_cost = fields.Float(
        string="Xerox's Unit Cost", digits=CLICK_DIGITS, min_display_digits=2, aggregator=None, readonly=True
    )
    xerox_cost = fields.Monetary(string="Xerox's Cost", readonly=True)
    cost_unknown = fields.Boolean(
        readonly=True, help="Xerox bills the pages, but does not state what one of them costs. That is not 0."
    )
    expected_quantity = fields.Integer(readonly=True)
    expected_unit_cost = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, aggregator=None, readonly=True)
    expected_cost = fields.Monetary(readonly=True)
    difference = fields.Monetary(readonly=True)
    flag = fields.Selection(selection="_selection_flag", readonly=True)
    reason = fields.Text(readonly=True)
    amount = fields.Monetary(
        string="Disputed", help="The amount claimed for this row. A positive amount means that Xerox billed too much."
    )
    credited_amount = fields.Monetary(
        string="Credited",
        compute="_compute_credited_amount",
        store=True,
        help="The share of this row in what Xerox credits, in proportion to the disputed amounts.",
    )

    # Two users who dispute the same rows at the same moment do not see each other's lines; this index does. A record
    # that is checked again gets another id, but keeps its place in the file.
    _open_uniq = models.UniqueIndex(
        "(billing_file_id, sequence, serial, component) WHERE is_open",
        "One of these rows is already in another open dispute. Remove it here.",
    )

    @api.model
    def _selection_flag(self):
        return self.env["xpps.vendor.report"]._fields["flag"]._description_selection(self.env)

    @api.depends("dispute_id.state")
    def _compute_is_open(self):
        for line in self:
            line.is_open = line.dispute_id.state in OPEN_STATES

    def _row_key(self):
        """As ``xpps.vendor.report._row_key``."""
        return self.billing_file_id.id, self.sequence, self.serial, self.component

    @api.depends("amount", "dispute_id.line_ids.amount", "dispute_id.state", "dispute_id.credited_amount")
    def _compute_credited_amount(self):
        for dispute, lines in self.grouped("dispute_id").items():
            shares = {}
            if dispute.state in CREDITED_STATES:
                every = dispute.line_ids
                shares = dict(
                    zip(
                        every,
                        in_proportion(
                            to_decimal(dispute.credited_amount),
                            [to_decimal(line.amount) for line in every],
                            to_decimal(dispute.currency_id.rounding),
                        ),
                        strict=True,
                    )
                )
            for line in lines:
                line.credited_amount = shares.get(line, 0)

    @api.model
    def _prepare_from_row(self, dispute, row):
        """:param row: xpps.vendor.report
        :return: values of the line
        """
        values = {name: row._fields[name].convert_to_write(row[name], row) for name in COPIED_FIELDS}
        return values | {
            "dispute_id": dispute.id,
            "sequence": row.line_id.sequence,
            "amount": dispute.currency_id.round(row.difference),
        }

    @api.constrains("amount")
    def _check_amount(self):
        """More than Xerox billed cannot be claimed; nor more than the difference, where Xerox should have paid."""
        for line in self:
            most = max(0.0, line.xerox_cost, line.difference)
            if line.currency_id.compare_amounts(line.amount, most) > 0:
                raise ValidationError(
                    self.env._(
                        "%(serial)s: you dispute %(amount)s, but Xerox billed only %(cost)s.",
                        serial=line.serial,
                        amount=amount_text(self.env, line.amount, line.currency_id),
                        cost=amount_text(self.env, line.xerox_cost, line.currency_id),
                    )
                )

    def write(self, vals):
        # What is claimed was told to Xerox when the dispute was sent.
        if "amount" in vals:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._check_draft()

    def _check_draft(self):
        for dispute in self.dispute_id:
            if dispute.state != "draft":
                raise UserError(self.env._("%s is no longer a draft: its rows cannot be changed.", dispute.name))
