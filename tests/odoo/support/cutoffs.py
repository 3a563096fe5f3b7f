# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of cut-offs share: the accounts, and what report, ledger and cut-off say of the same time."""

from collections import defaultdict
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from odoo import fields

DAY = timedelta(days=1)
KINDS = ("unbilled_revenue", "unbilled_base", "deferred_revenue", "accrued_cost")


def cents(amount):
    """Half a cent up; a Fraction, or what an amount field has."""
    exact = amount if isinstance(amount, Fraction) else Fraction(str(round(amount, 6)))
    units = exact * 100
    return (Decimal(units.numerator) / units.denominator).quantize(Decimal(1), ROUND_HALF_UP) / 100


def passed(first, last, day):
    """How much of a period has passed by the end of a day."""
    days = (last - first) // DAY + 1
    return Fraction(min(max((day - first) // DAY + 1, 0), days), days)


def month_ending(first, last, end):
    """The month of a longer period, counted from its first day, that ends on a day."""
    start = first
    for number in range(1, 37):
        following = first + relativedelta(months=number)
        if min(following - DAY, last) >= end or following > last:
            return start
        start = following
    return start


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

    # What report, ledger and cut-off say

    def _ledger(self, day):
        """(revenue of XPPS items, cost on the account of Xerox's bills) of what is posted up to a day, but cut-offs."""
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

    def _rows(self, *sources):
        return self.env["xpps.profitability.report"].search(
            [("company_id", "=", self.company.id), ("source", "in", sources)]
        )

    def _earned(self, day):
        """Revenue of the profitability report up to a day, and charges that it shows as not yet invoiced.

        What goes on after the day counts by the days until then, rounded once for each invoice line and charge.
        """
        totals = defaultdict(Fraction)
        for row in self._rows("base", "pages", "other", "waiting"):
            line, charge = row.move_line_id, row.charge_id
            amount = row.revenue
            if row.source == "waiting":
                amount = row.uninvoiced if charge.state == "approved" and charge.period_end else 0
            share = Fraction(row.date <= day)
            if charge.period_end:
                share = passed(charge.period_start or charge.period_end, charge.period_end, day)
            elif row.source == "base" and line.xpps_period_end:
                first = month_ending(line.xpps_period_start, line.xpps_period_end, row.date)
                share = passed(first, row.date, day)
            totals[line, charge] += Fraction(str(round(amount, 6))) * share
        return sum(map(cents, totals.values()), Decimal(0))

    def _used(self, day):
        """Cost of the profitability report up to a day, that of files with a bill up to then as a whole."""
        totals = defaultdict(Fraction)
        for row in self._rows("fee", "read", "held"):
            file = row.billing_file_id
            bill = file.vendor_bill_id
            billed = bill.state == "posted" and bill.date <= day
            share = Fraction(1) if billed else passed(file.period_start, file.period_end, day)
            totals[file, row.component] += Fraction(str(round(row.cost, 6))) * share
        return sum(map(cents, totals.values()), Decimal(0))

    def assertCutoffAgrees(self, day):
        """Ledger and cut-off together are the profitability report, to the cent.

        The report has no base prices that no posted invoice bills.

        :return: the cut-off
        """
        day = fields.Date.to_date(day)
        cutoff = self._cutoff(day)
        self.env.flush_all()
        self.env.invalidate_all()
        lines = cutoff.line_ids
        of_nobody = lines.filtered(
            lambda line: line.kind == "unbilled_base" and line.move_line_id.parent_state != "posted"
        )
        revenue = lines.filtered(lambda line: line.kind != "accrued_cost")
        ledger_revenue, ledger_cost = self._ledger(day)
        self.assertEqual(
            self._earned(day) + cents(sum(of_nobody.mapped("amount"))),
            ledger_revenue + cents(sum(revenue.mapped("result"))),
            f"revenue until {day}",
        )
        self.assertEqual(self._used(day), ledger_cost + cents(cutoff.accrued_cost), f"cost until {day}")
        return cutoff
