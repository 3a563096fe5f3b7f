# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A rate after a date is not used for a date before it, and what has no rate is empty, not worth 1 to 1."""

from odoo.tools import SQL

from odoo.addons.xerox_xpps.common.rates import converted, exchange_rate_sql, unrated_currencies

from ..support.common import record
from ..support.importing import JANUARY, ImportCase

FEES = {"BaseServiceFee": 20, "BaseSupplyFee": 5}


class RateCase(ImportCase):
    def _rate(self, currency, day, rate, company=False):
        currency.active = True
        return self.env["res.currency.rate"].create(
            {"name": day, "rate": rate, "currency_id": currency.id, "company_id": company and company.id}
        )

    def setUp(self):
        super().setUp()
        (self.eur | self.usd).rate_ids.unlink()

    def _sql(self, source, target, day):
        self.env.flush_all()
        ((rate,),) = self.env.execute_query(
            SQL(
                "SELECT %s FROM res_company company WHERE company.id = %s",
                exchange_rate_sql(
                    SQL("%s", source.id), SQL("%s", target.id), "company", SQL("%s::date", self.day(day))
                ),
                self.company.id,
            )
        )
        return rate if rate is None else round(float(rate), 6)


class TestRule(RateCase):
    def test_by_day(self):
        self._rate(self.eur, "2026-02-01", 0.8)
        self._rate(self.eur, "2026-03-01", 0.5)
        for day, rate in (("2026-01-31", None), ("2026-02-01", 1.25), ("2026-02-28", 1.25), ("2026-03-01", 2.0)):
            with self.subTest(day=day):
                self.assertEqual(self._sql(self.eur, self.usd, day), rate)
                self.assertEqual(bool(unrated_currencies(self.eur, self.company, self.day(day))), rate is None)
                amount = converted(10, self.eur, self.usd, self.company, self.day(day))
                self.assertEqual(amount, rate and rate * 10)
                back = self._sql(self.usd, self.eur, day)
                self.assertEqual(back, rate and round(1 / rate, 6))

    def test_none_at_all(self):
        self.eur.active = True
        self.assertIsNone(self._sql(self.eur, self.usd, "2026-01-31"))
        self.assertIsNone(self._sql(self.usd, self.eur, "2026-01-31"))
        self.assertIsNone(converted(10, self.eur, self.usd, self.company, self.day("2026-01-31")))

    def test_the_same_currency_needs_none(self):
        for currency in (self.usd, self.eur):
            self.assertEqual(self._sql(currency, currency, "2026-01-31"), 1)
            self.assertEqual(converted(10, currency, currency, self.company, self.day("2026-01-31")), 10)

    def test_whose_rates(self):
        """The root's, then those of all companies; never another company's."""
        self._rate(self.eur, "2026-01-01", 0.5, self._company("XPPS Other"))
        self.assertIsNone(self._sql(self.eur, self.usd, "2026-01-31"))
        self._rate(self.eur, "2026-01-02", 0.8)
        self.assertEqual(self._sql(self.eur, self.usd, "2026-01-31"), 1.25)
        self._rate(self.eur, "2026-01-01", 0.4, self.company)
        self.assertEqual(self._sql(self.eur, self.usd, "2026-01-31"), 2.5)
        branch = self.env["res.company"].create({"name": "XPPS Branch", "parent_id": self.company.id})
        self.company = branch
        self.assertEqual(self._sql(self.eur, self.usd, "2026-01-31"), 2.5)


class TestReports(RateCase):
    """A file in euros of 3 February, whose rate somebody has deleted or entered anew for a later day since."""

    def _file(self):
        rate = self._rate(self.eur, "2026-02-01", 0.5)
        file = self._load([record("SN-1", mono=(1000, "0.004"), **FEES)], Currency="EUR", **JANUARY)
        file.charge_ids.action_approve()
        self._post()
        self.env.flush_all()
        return file, rate

    def _profit(self):
        self.env.invalidate_all()
        report = self.env["xpps.profitability.report"]
        domain = [("company_id", "=", self.company.id)]
        names = ("cost:sum", "margin:sum", "margin_percent:avg", "cost_unknown_count:sum")
        (rows,) = report._read_grouping_sets(domain, [[]], names)
        return rows[0]

    def test_with_its_rate(self):
        file, _rate = self._file()
        cost, margin, _percent, unknown = self._profit()
        self.assertEqual((round(cost, 2), unknown), (58.0, 0))
        self.assertTrue(margin)
        rows = self.env["xpps.vendor.report"].search([("billing_file_id", "=", file.id)])
        self.assertEqual(round(sum(rows.mapped("cost")), 2), 58.0)

    def test_a_later_rate(self):
        file, rate = self._file()
        rate.name = "2026-02-04"
        cost, margin, percent, unknown = self._profit()
        self.assertEqual((cost or 0, margin, percent), (0, False, False))
        # Service fee, supply fee and pages.
        self.assertEqual(unknown, 3)
        rows = self.env["xpps.vendor.report"].search([("billing_file_id", "=", file.id)])
        self.assertEqual((set(rows.mapped("cost")), set(rows.mapped("margin"))), ({0}, {0}))
        self.assertEqual(set(rows.mapped("cost_unknown_count")), {1})
        self.assertEqual(round(sum(rows.mapped("xerox_cost")), 2), 29.0, "In its own currency it is what it was.")
        self.assertFalse(self.env["xpps.low.margin"].search([]))

    def test_no_rate(self):
        _file, rate = self._file()
        rate.unlink()
        self.assertEqual(self._profit()[1:3], (False, False))

    def test_a_charge_in_another_currency(self):
        """What is not invoiced yet, and what the vendor report says that the customer is charged."""
        rate = self._rate(self.eur, "2026-01-01", 0.5)
        self.agreement.pricelist_id = self._pricelist("Euro", self.eur, mono=0.03)
        file = self._load([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        report = self.env["xpps.profitability.report"]
        waiting = report.search([("charge_id", "=", file.charge_ids.id), ("source", "=", "waiting")])
        self.assertEqual(waiting.uninvoiced, 60)
        domain = [("billing_file_id", "=", file.id), ("component", "=", "mono")]
        row = self.env["xpps.vendor.report"].search(domain)
        self.assertEqual((row.charged_amount, row.margin), (60, 56))
        rate.unlink()
        self.env.invalidate_all()
        self.assertEqual(report.browse(waiting.id).uninvoiced, 0)
        row = self.env["xpps.vendor.report"].search(domain)
        self.assertEqual((row.charged_amount, row.cost, row.margin, row.cost_unknown_count), (0, 4, 0, 1))

    def test_base_costs_on_the_agreement(self):
        _file, rate = self._file()
        self.assertEqual(self.base_line.xpps_base_cost, 50)
        rate.name = "2099-01-01"
        self.env.invalidate_all()
        self.assertEqual(self.base_line.xpps_base_cost, 0)

    def test_xeroxs_bill(self):
        """A bill of a file in euros, of which somebody makes one in dollars."""
        file, rate = self._file()
        self.company.xpps_vendor_id = self._partner("Xerox")
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.company.xpps_vendor_id.id,
                "invoice_date": "2026-02-03",
                "ref": file.name,
                "currency_id": self.eur.id,
                "invoice_line_ids": [(0, 0, {"name": "XPPS", "quantity": 1, "price_unit": 58, "tax_ids": False})],
            }
        )
        file.action_match_vendor_bill()
        bill.currency_id = self.usd
        self.assertEqual((file.vendor_bill_id, file.vendor_bill_amount), (bill, 29))
        rate.name = "2026-02-04"
        bill.invoice_line_ids.price_unit = 60
        self.assertEqual((file.vendor_bill_amount, file.vendor_bill_difference), (0, 0))
        self.assertEqual(file.vendor_bill_state, "different")
        self.assertIn("EUR has no exchange rate of 02/03/2026", file.vendor_bill_comparison)
