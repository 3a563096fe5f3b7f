# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain

from ...common.window_actions import open_form


class XppsVendorReport(models.Model):
    _inherit = "xpps.vendor.report"

    # Few of many rows are disputed: they are looked up, which the report's query need not do for all the others.
    dispute_id = fields.Many2one(
        "xpps.dispute",
        compute="_compute_dispute_id",
        search="_search_dispute_id",
        help="The open dispute that contains this row.",
    )

    def _compute_dispute_id(self):
        lines = self.env["xpps.dispute.line"].search_fetch(
            [
                ("is_open", "=", True),
                ("billing_file_id", "in", self.billing_file_id.ids),
                ("serial", "in", list(set(self.mapped("serial")))),
            ],
            ["billing_file_id", "sequence", "serial", "component", "dispute_id"],
        )
        disputes = {
            (line.billing_file_id, line.sequence, line.serial, line.component): line.dispute_id for line in lines
        }
        for row in self:
            key = (row.billing_file_id, row.line_id.sequence, row.serial, row.component)
            row.dispute_id = disputes.get(key, False)

    @api.model
    def _search_dispute_id(self, operator, value):
        """Rows in an open dispute: any, or one of those that are named by id."""
        if operator != "in":
            return NotImplemented
        domain = Domain.FALSE
        if any(value):
            lines = self._lines_of_open_disputes([("dispute_id", "in", [number for number in value if number])])
            domain |= lines
        if False in value:
            domain |= ~self._lines_of_open_disputes([])
        return domain

    def _lines_of_open_disputes(self, domain):
        """:return: domain of the rows that open disputes are about"""
        groups = self.env["xpps.dispute.line"]._read_group(
            [("is_open", "=", True), *domain], ["billing_file_id", "component"], ["serial:array_agg"]
        )
        return Domain.OR(
            Domain(
                [("billing_file_id", "=", file.id), ("component", "=", component), ("serial", "in", list(set(serials)))]
            )
            for file, component, serials in groups
        )

    def action_dispute(self):
        """Dispute the rows with Xerox. :return: action that opens the dispute"""
        dispute = self.env["xpps.dispute"]._create_from_rows(self)
        return open_form(dispute)
