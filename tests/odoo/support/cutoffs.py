# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of cut-offs share: the accounts, and what report, ledger and cut-off say of the same time."""

from decimal import Decimal

KINDS = ("unbilled_revenue", "unbilled_base", "deferred_revenue", "accrued_cost")


def cents(amount):
    return Decimal(str(round(float(amount), 2)))


class Cutoffs:
    """To be mixed into cases of one company."""

    @classmethod
    def _make_cutoff_accounts(cls):
        """Journal and accounts of the company's cut-offs, and an account of what Xerox bills."""
        accounts = cls.env["account.account"].create(
            [
                {"name": name, "code": code, "account_type": kind}
                for name, code, kind in (
                    ("Accrued revenue", "XC1", "asset_current"),
                    ("Deferred revenue", "XC2", "liability_current"),
                    ("Accrued cost", "XC3", "liability_current"),
                    ("Xerox", "XC4", "expense_direct_cost"),
                )
            ]
        )
        cls.accrued_revenue, cls.deferred_revenue, cls.accrued_cost, cls.xerox_cost = accounts
        cls.cutoff_journal = cls.env["account.journal"].create({"name": "Cut-offs", "code": "XCUT", "type": "general"})
        cls.company.write(
            {
                "xpps_cutoff_journal_id": cls.cutoff_journal.id,
                "xpps_cutoff_accrued_revenue_account_id": cls.accrued_revenue.id,
                "xpps_cutoff_deferred_revenue_account_id": cls.deferred_revenue.id,
                "xpps_cutoff_accrued_cost_account_id": cls.accrued_cost.id,
                "xpps_vendor_id": cls._partner("Xerox Corporation").id,
            }
        )
        cls.env["xpps.component.account"].create(
            [
                {"company_id": cls.company.id, "component": component, "account_id": cls.xerox_cost.id}
                for component, _label in cls.env["xpps.component.account"]._fields["component"].selection
            ]
        )

    def _cutoff(self, day):
        """:return: the cut-off of a day, computed"""
        cutoff = self.env["xpps.cutoff"].search([("company_id", "=", self.company.id), ("date", "=", day)])
        cutoff = cutoff or self.env["xpps.cutoff"].create({"date": day})
        cutoff.action_compute()
        return cutoff

    def _amounts(self, cutoff):
        """:return: {kind: amount} of the kinds that it has"""
        return {kind: cutoff[kind] for kind in KINDS if cutoff[kind]}

    def _pay_xerox(self, file, day):
        """Post Xerox's bill of a file."""
        file.action_create_vendor_bill()
        bill = file.vendor_bill_id
        bill.write({"invoice_date": day, "date": day})
        bill.action_post()
        return bill

    def _ledger(self, day, accounts=None):
        """(revenue of XPPS items, cost on the account of Xerox's bills) of posted entries up to a day.

        The entries of cut-offs, which are on the same accounts, are not among them.
        """
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
                ("date", "<=", day),
                ("journal_id", "!=", self.cutoff_journal.id),
            ]
        )
        revenue = lines.filtered(lambda line: line.product_id.xpps_role)
        cost = lines.filtered(lambda line: line.account_id == self.xerox_cost)
        return cents(-sum(revenue.mapped("balance"))), cents(sum(cost.mapped("balance")))

    def _reported(self, day):
        """(revenue, cost) of the profitability report up to a day."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["xpps.profitability.report"].search([("company_id", "=", self.company.id), ("date", "<=", day)])
        return cents(sum(rows.mapped("revenue"))), cents(sum(rows.mapped("cost")))

    def _waiting(self, day):
        """Approved charges that no posted invoice bills, up to a day, as the report has them."""
        rows = self.env["xpps.profitability.report"].search(
            [("company_id", "=", self.company.id), ("date", "<=", day), ("source", "=", "waiting")]
        )
        rows = rows.filtered(lambda row: row.charge_id.state == "approved" and row.charge_id.period_end)
        return cents(sum(rows.mapped("uninvoiced")))

    def assertCutoffAgrees(self, day):
        """Ledger and cut-off are the report, together with what the report knows of what is not invoiced.

        The report has no base prices that no posted invoice bills, and pages that wait for theirs in a column of their
        own.

        :param day: the end of a month in which all periods end
        :return: the cut-off
        """
        cutoff = self._cutoff(day)
        lines = cutoff.line_ids
        billed_by_nobody = lines.filtered(
            lambda line: line.kind == "unbilled_base" and line.move_line_id.parent_state != "posted"
        )
        revenue = lines.filtered(lambda line: line.kind != "accrued_cost")
        ledger_revenue, ledger_cost = self._ledger(day)
        reported_revenue, reported_cost = self._reported(day)
        self.assertEqual(
            reported_revenue + self._waiting(day) + cents(sum(billed_by_nobody.mapped("amount"))),
            ledger_revenue + cents(sum(revenue.mapped("result"))),
            f"revenue until {day}",
        )
        self.assertEqual(reported_cost, ledger_cost + cents(cutoff.accrued_cost), f"cost until {day}")
        return cutoff
