# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.window_actions import open_form, open_records
from ..row_ids import read_savings_row_ids
from ..vendor_report.row_filter import DATE_OPERATORS, RowFilter, find_row_filter, of_rows
from ..vendor_report.xpps_vendor_report import ASKED, CONDENSED
from .sources import MEASURES, OTHER, savings_rows

#: What customers are charged for the pages of more files is found sooner among all of them.
FEW_FILES = 3


class XppsSavingsReport(models.Model):
    """What Xerox billed too much, what was claimed of it, and what Xerox credited, by month and kind.

    A row adds up differences of ``xpps.vendor.report``, or lines of a dispute, that are of one file, customer, month
    and kind. Differences of which something is not claimed have a row of their own. Amounts are in the company's
    currency, at the rate of the file's invoice date and not rounded, so that they add up to what the vendor report and
    the disputes say.
    """

    _name = "xpps.savings.report"
    _description = "XPPS Savings"
    _auto = False
    _order = "month desc, kind, id"
    _rec_name = "billing_file_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    xerox_currency_id = fields.Many2one("res.currency", string="Xerox's Currency", readonly=True)
    month = fields.Date(readonly=True, help="First day of the month that the billed period is about.")
    kind = fields.Selection(
        selection="_selection_kind",
        readonly=True,
        help="What is wrong; if there are several problems, the most severe one. Disputes keep what it was then.",
    )
    billing_file_id = fields.Many2one("xpps.billing.file", string="Xerox Invoice", readonly=True)
    dispute_id = fields.Many2one("xpps.dispute", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    over_billed = fields.Monetary(string="Overbilled", readonly=True, help="How much more Xerox billed than expected.")
    under_billed = fields.Monetary(
        string="Underbilled", readonly=True, help="How much less Xerox billed than expected, as a negative amount."
    )
    not_claimed = fields.Monetary(readonly=True, help="The part of the overbilled amount that nobody disputed.")
    disputed_amount = fields.Monetary(
        string="Disputed", readonly=True, help="What is claimed by disputes that were not withdrawn."
    )
    credited_amount = fields.Monetary(
        string="Credited",
        readonly=True,
        help="What Xerox credited of it, shared among the rows of a dispute in proportion to their amounts.",
    )
    open_amount = fields.Monetary(string="Open", readonly=True, help="Disputed amount while Xerox's answer is pending.")
    rejected_amount = fields.Monetary(
        string="Rejected",
        readonly=True,
        help="What Xerox did not credit: rejected disputes, and the rest of those that it credited in part.",
    )

    @api.model
    def _selection_kind(self):
        flags = self.env["xpps.vendor.report"]._fields["flag"]._description_selection(self.env)
        return [*flags, (OTHER, self.env._("Other Difference"))]

    # The query

    @property
    def _table_query(self):
        measures = SQL(", ").join(
            SQL("CASE WHEN item.%(name)s = 0 THEN 0 ELSE item.%(name)s * rate.rate END AS %(name)s", name=name)
            for name in map(SQL.identifier, MEASURES)
        )
        return SQL(
            """
            SELECT item.id, item.company_id, company.currency_id, item.currency_id AS xerox_currency_id, item.month,
                   item.kind, item.billing_file_id, item.dispute_id, item.partner_id, %s
              FROM (%s) item
              JOIN res_company company ON company.id = item.company_id
         LEFT JOIN (%s) rate ON rate.file_id = item.billing_file_id
            """,
            measures,
            self._sums(
                "company_id currency_id month kind billing_file_id dispute_id partner_id",
                SQL("MIN(id) AS id"),
                by=SQL("not_claimed <> 0"),
            ),
            self.env["xpps.vendor.report"]._rates(),
        )

    @api.model
    def _sums(self, names, *columns, by=None, files=None):
        """The rows of the report in Xerox's currency, added up.

        :param names: what they are grouped by
        :param SQL columns: what is selected behind the sums
        :param SQL by: what else they are grouped by
        :param files: [id], those of which it is asked; by default those of the search, as far as there are differences
        :return: SQL: the names, the ``MEASURES``, the columns
        """
        for name in ("xpps.dispute", "xpps.dispute.line"):
            self.env[name].flush_model()
        asked = self.env.context.get(ASKED) if files is None else RowFilter(files)
        if not isinstance(asked, RowFilter):
            asked = RowFilter()
        # Which rows there are does not depend on how a client asks for those of the vendor report.
        rows = self.env["xpps.vendor.report"].with_context(**{ASKED: asked, CONDENSED: None})._table_query
        groups = [SQL.identifier(name) for name in names.split()]
        sums = [SQL("SUM(%s) AS %s", name, name) for name in map(SQL.identifier, MEASURES)]
        return SQL(
            "SELECT %s FROM (%s) detail GROUP BY %s",
            SQL(", ").join([*groups, *sums, *columns]),
            savings_rows(rows, RowFilter(files).of_file(SQL("line.billing_file_id"))),
            SQL(", ").join([*groups, by] if by else groups),
        )

    @api.model
    def _search(self, domain, *args, **kwargs):
        report = self.with_context(**{ASKED: self._asked(domain)})
        return super(XppsSavingsReport, report)._search(domain, *args, **kwargs)

    @api.model
    def _asked(self, domain):
        """:return: RowFilter, the files of a search"""
        domain = Domain(domain).optimize(self)
        if "!" in list(domain):
            # What is not known of a row is taken as true, which must not be turned round.
            return RowFilter()
        asked = find_row_filter(self.env["xpps.vendor.report"], domain.map_conditions(self._of_vendor_report))
        return RowFilter() if asked.files is None or len(asked.files) > FEW_FILES else asked

    @api.model
    def _of_vendor_report(self, condition):
        """What a condition on rows says of those of the vendor report."""
        name, operator, value = condition.field_expr, condition.operator, condition.value
        if name in ("company_id", "billing_file_id"):
            return condition
        if name == "month" and operator in DATE_OPERATORS and operator.startswith(">"):
            # No period ends before the month that it is about.
            return Domain("period_end", ">=", value)
        if name == "id" and operator == "in" and not any(isinstance(number, str) for number in value):
            return self._of_files(value)
        return Domain.TRUE

    @api.model
    def _of_files(self, ids):
        """Rows of the vendor report that are of the same files as some rows."""
        vendor, lines = read_savings_row_ids(ids)
        files = of_rows(self.env["xpps.vendor.report"], vendor).files
        # Which files those are does not depend on the right to see them: rows are checked by the report's own rule.
        disputed = self.env["xpps.dispute.line"].sudo().browse(lines).exists()
        return Domain("billing_file_id", "in", files + disputed.billing_file_id.ids)

    @api.model
    def _sums_of_files(self, files):
        """What the document of some files says.

        :param files: xpps.billing.file, which the user may see
        :return: [(currency id, month, kind, and the ``MEASURES`` in Xerox's currency)]
        """
        self.check_access("read")
        files.check_access("read")
        return self.env.execute_query(self._sums("currency_id month kind", files=files.ids))

    # What is behind it

    def action_open(self):
        """Open the dispute, or the rows of the vendor report that differ."""
        self.check_access("read")
        self.ensure_one()
        if self.dispute_id:
            return open_form(self.dispute_id)
        domain = [
            ("billing_file_id", "=", self.billing_file_id.id),
            ("partner_id", "=", self.partner_id.id),
            ("flag", "=", False if self.kind == OTHER else self.kind),
            ("difference", "!=", 0),
        ]
        return open_records(self, "xerox_xpps.action_xpps_vendor_report", domain)
