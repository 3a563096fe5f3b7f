# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
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
        disputes = self._disputes([("is_open", "=", True), ("serial", "in", list(set(self.mapped("serial"))))])
        for row in self:
            row.dispute_id = disputes.get(row._row_key(), False)

    def _row_key(self):
        """What the row is known by: a record that is checked again gets another id, but keeps its place."""
        return self.billing_file_id.id, self.line_id.sequence, self.serial, self.component

    def _disputes(self, domain):
        """Which disputes are about rows of the same files, with one query.

        :param domain: which of their lines count
        :return: {what a row is known by: xpps.dispute}
        """
        lines = self.env["xpps.dispute.line"].search_fetch(
            [("billing_file_id", "in", self.billing_file_id.ids), *domain],
            ["billing_file_id", "sequence", "serial", "component", "dispute_id"],
        )
        return {line._row_key(): line.dispute_id for line in lines}

    def _undisputed(self):
        """Rows that no dispute is about, whatever Xerox answered to it; one that was withdrawn does not count."""
        disputed = self._disputes([("dispute_id.state", "!=", "cancelled")])
        return self.filtered(lambda row: row._row_key() not in disputed) if disputed else self

    @api.model
    def _dispute_overbilled(self, files):
        """Dispute all rows of files for which Xerox bills more than was expected, as far as nobody did so yet.

        :param files: xpps.billing.file
        :return: action that opens the dispute
        :raises UserError: when there is no such row
        """
        rows = self.search([("billing_file_id", "in", files.ids), ("difference", ">", 0)])
        left = rows._undisputed()
        if not left:
            raise UserError(
                self.env._("All rows for which Xerox billed more than was expected have been disputed already.")
                if rows
                else self.env._("Xerox did not bill more than was expected, so there is nothing to dispute.")
            )
        return open_form(self.env["xpps.dispute"]._create_from_rows(left))

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
