# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The vendor report after corrections, undo, changes of history, in other currencies; and what imports keep for it."""

from freezegun import freeze_time

from odoo import Command

from ..support.access import BILLING
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH
from ..support.vendor_reports import VendorReportCase

READS = {"MonoPrevious": 1000, "MonoCurrent": 2500, "MonoIncluded": 500}
NEXT_READS = {"MonoPrevious": 2500, "MonoCurrent": 4000, "MonoIncluded": 500}
FEES = {"BaseServiceFee": 20, "BaseSupplyFee": 5}


class TestExpectations(VendorReportCase):
    """What an import keeps on reads and lines."""

    def _read(self, file):
        return self._evidence(file.meter_read_ids, "expected_previous", "expected_overage", "expected_unit_cost")

    def _fees(self, file):
        return self._evidence(file.line_ids, "expected_service_cost", "expected_supply_cost")

    def test_a_first_bill(self):
        file = self._load([record("SN-1", mono=(1000, "0.004"), **READS, **FEES)])
        self.assertEqual(self._read(file), (None, 1000, None))
        self.assertEqual(self._fees(file), (None, None))
        self.assertEqual(self._flagged(), {})

    def test_the_month_after(self):
        self._load([record("SN-1", mono=(1000, "0.004"), **READS, **FEES)])
        self.agreement.charge_default_ids.unlink()
        file = self._load([record("SN-1", mono=(900, "0.005"), **NEXT_READS, **FEES)], **FEBRUARY)
        self.assertEqual(self._read(file), (2500, 1000, 0.004))
        self.assertEqual(self._fees(file), (20, 5))

    def test_the_agreements_cost_comes_first(self):
        self._default(unit_cost=0.003)
        self.assertEqual(self._read(self._load([record("SN-1", mono=(1000, "0.004"), **READS)])), (None, 1000, 0.003))
        row = self._row()
        self.assertEqual((row.flags, row.expected_cost, row.difference), ("rate_changed", 3.0, 1.0))

    def test_a_default_in_another_currency(self):
        """It says nothing of Xerox's price: the month before does."""
        self.agreement.pricelist_id = self._pricelist("Euro", self.eur)
        self._default(unit_cost=0.003)
        first = self._load([record("SN-1", mono=(1000, "0.004"), **READS)])
        self.assertEqual(self._read(first), (None, 1000, None))
        file = self._load([record("SN-1", mono=(1000, "0.004"), **NEXT_READS)], **FEBRUARY)
        self.assertEqual(self._read(file), (2500, 1000, 0.004))

    def test_last_month_in_another_currency(self):
        first = self._load([record("SN-1", mono=(1000, "0.004"), **READS, **FEES)], Currency="EUR")
        self.assertEqual(first.currency_id, self.eur)
        self.agreement.charge_default_ids.unlink()
        file = self._load([record("SN-1", mono=(1000, "0.004"), **NEXT_READS, **FEES)], **FEBRUARY)
        self.assertEqual((self._read(file), self._fees(file)), ((2500, 1000, None), (None, None)))

    def test_what_is_not_stated_is_not_compared(self):
        self._load([record("SN-1", mono=(1000, "0.004"), **READS)])
        for values in ({"MonoCurrent": 4000}, {"MonoIncluded": 500}, {}):
            file = self._load([record("SN-1", mono=(100, "0.004"), **values)], **FEBRUARY)
            self.assertEqual(self._read(file)[:2], (None, None))
            self.assertEqual(self._flagged(), {})
            file.action_cancel()

    def test_pages_within_the_allowance(self):
        file = self._load([record("SN-1", mono=(0, "0.004"), MonoPrevious=1000, MonoCurrent=1100, MonoIncluded=400)])
        self.assertEqual(self._read(file), (None, 0, None))

    def test_an_opening_read(self):
        device = self._device("SN-2", xpps_install_date="2026-01-10")
        self.env["xpps.meter.read"]._note("opening", device, self.day("2026-01-10"), {"mono": 700})
        self._load([record("SN-1"), record("SN-2", mono=(100, "0.004"), MonoPrevious=600, MonoCurrent=700)])
        row = self._row(serial="SN-2")
        self.assertEqual((row.flags, row.expected_quantity, row.difference), ("read_gap", 0, 0.4))
        self.assertIn("600 instead of 700", row.reason)

    def test_a_read_that_runs_backwards(self):
        self._load([record("SN-1", mono=(10, "0.004"), MonoPrevious=1500, MonoCurrent=1000)])
        row = self._row()
        self.assertEqual((row.flags, row.expected_quantity, row.expected_cost), ("quantity_wrong", 0, 0))

    def test_rows_of_older_imports(self):
        """Without what was expected there is no false alarm."""
        self._load([record("SN-1", mono=(1000, "0.004"), **READS, **FEES)])
        self._load([record("SN-1", mono=(7, "0.005"), **READS, BaseServiceFee=21)], **FEBRUARY)
        self.assertEqual(len(self._flagged()), 3)
        self.env.cr.execute(
            "UPDATE xpps_meter_read SET expected_previous = NULL, expected_overage = NULL, expected_unit_cost = NULL"
        )
        self.env.cr.execute(
            "UPDATE xpps_billing_file_line SET expected_service_cost = NULL, expected_supply_cost = NULL"
        )
        self.assertEqual(self._flagged(), {})
        self.assertEqual(sum(self.env["xpps.vendor.report"].search([]).mapped("difference")), 0)


class TestBaseFees(VendorReportCase):
    def _both(self, first, second):
        """Bill one month after the other. :return: {component: (fee, expected fee)} of the second"""
        self._load([record("SN-1", **first)])
        self._load([record("SN-1", **second)], **FEBRUARY)
        rows = self.env["xpps.vendor.report"].search([("period_end", "=", FEBRUARY["PeriodEnd"])])
        return {row.component: (row.xerox_cost, row.expected_cost) for row in rows}

    def test_not_split_any_more(self):
        self.assertEqual(self._both(FEES, {"MonthlyBasePrice": 25}), {"base_service": (25, 25)})
        self.assertEqual(self._flagged(), {})

    def test_split_for_the_first_time(self):
        found = self._both({"MonthlyBasePrice": 25}, FEES)
        self.assertEqual(found, {"base_service": (20, 20), "base_supply": (5, 5)})
        self.assertEqual(self._flagged(), {})

    def test_moved_from_one_to_the_other(self):
        found = self._both(FEES, {"BaseServiceFee": 15, "BaseSupplyFee": 10})
        self.assertEqual(found, {"base_service": (15, 20), "base_supply": (10, 5)})
        self.assertEqual(set(self._flagged().values()), {"base_changed"})

    def test_left_out(self):
        self.assertEqual(self._both(FEES, {}), {"base_service": (0, 20), "base_supply": (0, 5)})
        self.assertEqual(set(self._flagged().values()), {"base_changed"})


class TestCorrections(VendorReportCase):
    def test_pages(self):
        """The live read counts; what was charged before and with it adds up."""
        self._load([record("SN-1", mono=(1000, "0.004"), **READS, **FEES)])
        default = self.agreement.charge_default_ids
        self._correct([record("SN-1", mono=(1200, "0.005"), **READS)])
        row = self._row()
        self.assertEqual((row.xerox_quantity, row.xerox_cost, row.charged_quantity), (1200, 6.0, 1200))
        self.assertEqual((row.charged_amount, row.expected_cost), (12.0, 5.0))
        self.assertEqual((row.flags, default.unit_cost), ("quantity_wrong", 0.005))
        self.assertEqual(len(self.env["xpps.vendor.report"].search([])), 3)

    def test_what_was_expected_stays(self):
        self._default(unit_cost=0.003)
        self._load([record("SN-1", mono=(1000, "0.004"), **READS)])
        self._correct([record("SN-1", mono=(1000, "0.0035"), **READS)])
        row = self._row()
        self.assertEqual((row.flags, row.expected_unit_cost, row.difference), ("rate_changed", 0.003, 0.5))
        self._correct([record("SN-1", mono=(1000, "0.003"), **READS)])
        self.assertEqual((self._row().flags, self._row().difference), (False, 0))

    def test_base_fees_that_are_not_stated(self):
        """They stay as they were, also when the correction is corrected, and for the month after."""
        self._load([record("SN-1", mono=(1000, "0.004"), **READS, **FEES)])
        for pages in (1100, 1200):
            self._correct([record("SN-1", mono=(pages, "0.004"), **READS)])
            self.assertEqual(self._row("base_service").xerox_cost, 20)
            self.assertEqual(self._row("base_supply").xerox_cost, 5)
        file = self._load([record("SN-1", **FEES)], **FEBRUARY)
        self.assertEqual(self._codes(file, "warning"), [])
        self.assertFalse(self._row("base_service", period_end="2026-02-28").flag)

    def test_base_fees_that_are_corrected(self):
        self._load([record("SN-1", **FEES)])
        self._correct([record("SN-1", BaseServiceFee=0, BaseSupplyFee=0)])
        self.assertEqual((self._row("base_service").xerox_cost, self._row("base_service").flags), (0, False))

    def test_undo(self):
        file = self._load([record("SN-1", mono=(1000, "0.004"), **READS, **FEES)])
        before = {row.id: row.xerox_cost for row in self.env["xpps.vendor.report"].search([])}
        correction = self._correct([record("SN-1", mono=(1200, "0.004"), **READS, BaseServiceFee=30)])
        self.assertEqual((self._row().xerox_cost, self._row("base_service").xerox_cost), (4.8, 30))
        correction.action_cancel()
        self.env.invalidate_all()
        rows = self.env["xpps.vendor.report"].search([])
        self.assertEqual({row.id: row.xerox_cost for row in rows}, before)
        file.action_cancel()
        self.assertFalse(self.env["xpps.vendor.report"].search([]))

    def test_a_correction_that_is_held(self):
        """What it corrects is billed until it is imported."""
        self.company.xpps_quarantine = True
        other = self._device("SN-2")
        self._load([record("SN-1", **FEES), record("SN-2", **FEES)])
        self.mapping.color_product_id = False
        file = self._upload([record("SN-1", **FEES), record("SN-2", color=(9, "0.05"), **FEES)], "correction")
        file.action_import()
        self.assertEqual(file.held_count, 1)
        self.assertEqual(self._row("base_service", "SN-2").line_id.billing_file_id.kind, "regular")
        self.assertEqual(self._row("base_service").line_id.billing_file_id, file)
        self.assertEqual(self._row("base_service", "SN-2").device_id, other)


class TestPresence(VendorReportCase):
    def test_a_removal_that_is_noted_later(self):
        self._load([record("SN-1", mono=(1000, "0.004"), **READS, **FEES)], **FEBRUARY)
        self.assertEqual(self._flagged(), {})
        self.device.xpps_removal_date = "2026-01-31"
        self.assertEqual(set(self._flagged().values()), {"billed_after_removal"})
        row = self._row("base_service", period_end="2026-02-28")
        self.assertEqual((row.expected_cost, row.difference, row.expected_quantity), (0, 20, 0))
        self.assertIn("01/31/2026", row.reason)
        self.device.xpps_removal_date = "2026-02-01"
        self.assertEqual(self._flagged(), {})

    def test_a_device_that_came_back(self):
        for month in (JANUARY, FEBRUARY, MARCH):
            self._load([record("SN-1", **FEES)], **month)
        place = {"subscription_id": self.agreement.id, "subscription_line_id": self.base_line.id}
        self.device.xpps_assignment_ids.unlink()
        self.env["xpps.device.assignment"].create(
            [
                {"device_id": self.device.id, "date_to": "2026-01-31", **place},
                {"device_id": self.device.id, "date_from": "2026-03-01", **place},
            ]
        )
        self.assertEqual(
            {key[2]: flags for key, flags in self._flagged().items()}, {"2026-02-28": "billed_after_removal"}
        )
        self.assertIn("not at any customer", self._row("base_service", period_end="2026-02-28").reason)

    def test_no_service(self):
        self._load([record("SN-1", mono=(1000, "0.004"), **READS, **FEES)])
        self.device.xpps_assignment_ids.subscription_line_id = False
        self.assertEqual(
            self._flagged(),
            {
                ("SN-1", "base_service", "2026-01-31"): "not_billed_to_customer",
                ("SN-1", "base_supply", "2026-01-31"): "not_billed_to_customer",
            },
        )
        self.assertEqual(self._row("base_supply").reason, "No service bills the base fee to the customer")

    def test_a_record_that_is_held(self):
        self.company.xpps_quarantine = True
        self._device("SN-2")
        file = self._upload([record("SN-1"), record("SN-2", color=(9, "0.05"), clr_lvl3=(5, "0.1"), BaseServiceFee=3)])
        file.action_import()
        self.assertEqual(file.held_count, 1)
        found = {key[1]: flags for key, flags in self._flagged().items()}
        self.assertEqual(found, dict.fromkeys(("base_service", "color", "clr_lvl3"), "not_billed_to_customer"))
        # 3 + 9 × 0.05 + 5 × 0.1
        rows = self.env["xpps.vendor.report"].search([])
        self.assertEqual((round(sum(rows.mapped("xerox_cost")), 2), file.amount_total), (3.95, 3.95))
        self.assertIn("held back", self._row("color", "SN-2").reason)
        self.mapping.clr_lvl3_product_id = self.color
        file.action_import()
        self.assertEqual(self._flagged(), {})

    def test_a_record_that_was_left_out(self):
        self.company.xpps_quarantine = True
        self._device("SN-2")
        file = self._upload([record("SN-1"), record("SN-2", color=(9, "0.05"), clr_lvl3=(5, "0.1"))])
        file.action_import()
        file.line_ids.filtered(lambda line: line.state == "held").action_leave_out()
        self.assertIn("was left out", self._row("color", "SN-2").reason)

    def test_missing(self):
        self._device("SN-2")
        self._device("SN-3", xpps_install_date="2026-03-01")
        closed = self._agreement()
        self._device("SN-4", closed)
        with freeze_time("2025-12-31"):
            closed.close_subscription()
        both = [record("SN-1", **FEES), record("SN-2", **FEES)]
        self._load(both)
        self._load(both[:1], **FEBRUARY)
        missing = {
            ("SN-2", component, "2026-02-28"): "missing_from_file" for component in ("base_service", "base_supply")
        }
        self.assertEqual(self._flagged(), missing)
        row = self._row("base_supply", "SN-2", "2026-02-28")
        self.assertEqual((row.xerox_cost, row.expected_cost, row.difference), (0, 5, -5))
        self.assertLess(row.id, 2**53)
        self.assertEqual(self.env["xpps.vendor.report"].browse(row.id).reason, row.reason)
        # Xerox may bill its agreements in files of their own.
        self._load(both[1:], **FEBRUARY)
        self.assertEqual(self._flagged(), {})

    def test_missing_for_the_first_time(self):
        """A device that Xerox never billed is there, without a fee."""
        self._device("SN-2")
        self._load([record("SN-1", **FEES)])
        self.assertEqual(self._flagged(), {("SN-2", "base_service", "2026-01-31"): "missing_from_file"})
        self.assertEqual(self._row("base_service", "SN-2").expected_cost, 0)


class TestCharges(VendorReportCase):
    def _bill_one(self, **values):
        self._load([record("SN-1", mono=(1000, "0.004"), **READS, **values)])
        return self._charges()

    def test_pages_that_are_not_billed_by_contract(self):
        self._default(billable=False)
        self._bill_one()
        row = self._row()
        self.assertEqual((row.flag, row.charged_quantity, row.charged_amount, row.margin), (False, 0, 0, -4.0))

    def test_fewer_pages_than_xerox_bills(self):
        charge = self._bill_one()
        charge.write({"quantity": 900, "reason": "Agreed"})
        self.assertEqual((self._row().flag, self._row().charged_amount), ("not_billed_to_customer", 9.0))
        charge.action_reject()
        self.assertEqual((self._row().flag, self._row().charged_amount), ("not_billed_to_customer", 0))

    def test_a_charge_by_hand(self):
        self._bill_one().action_reject()
        self._charge(quantity=1000, unit_price=0.02)
        self.assertEqual((self._row().flag, self._row().charged_amount), (False, 20.0))

    def test_a_credit_note(self):
        self._bill_one(**FEES).action_approve()
        move = self._post()
        self.assertEqual((self._row().invoiced_amount, self._row("base_service").invoiced_amount), (10.0, 24.0))
        credit = move._reverse_moves()
        self.assertEqual(self._row().invoiced_amount, 10.0)
        credit.action_post()
        self.assertEqual((self._row().invoiced_amount, self._row().charged_amount), (0, 10.0))
        self.assertEqual(self._row("base_service").invoiced_amount, 0)
        self._charges().action_rebill()
        self._post()
        self.assertEqual(self._row().invoiced_amount, 10.0)

    def test_one_invoice_line_for_several_devices(self):
        """Its amount is split to the cent: 3 × 333 pages at 0.005 are 4.995, so 5.00 (each of them 1.665)."""
        self.agreement.xpps_invoice_detail = "material"
        self._default(unit_price=0.005)
        for number in (2, 3):
            self._device(f"SN-{number}")
        self._load([record(f"SN-{number}", mono=(333, "0.004")) for number in (1, 2, 3)])
        self.env["sale.subscription.charge"].search([("subscription_id", "=", self.agreement.id)]).action_approve()
        move = self._post()
        line = self._product_lines(move).filtered("xpps_charge_ids")
        self.assertEqual((len(line), line.price_subtotal), (1, 5.0))
        amounts = [self._row(serial=f"SN-{number}").invoiced_amount for number in (1, 2, 3)]
        self.assertEqual(sorted(amounts), [1.66, 1.67, 1.67])

    def test_a_draft_is_charged_and_not_invoiced(self):
        self._bill_one(**FEES).action_approve()
        self.agreement.generate_invoice()
        row = self._row("base_supply")
        self.assertEqual((row.charged_amount, row.invoiced_amount), (6.0, 0))
        self.assertEqual((self._row().charged_amount, self._row().invoiced_amount), (10.0, 0))


class TestCompanies(VendorReportCase):
    def _rate(self, day, rate, company=False):
        self.env["res.currency.rate"].create(
            {"currency_id": self.eur.id, "name": day, "rate": rate, "company_id": company and company.id}
        )

    def test_a_file_in_another_currency(self):
        """At the rate of the invoice date, the company's own rate before that of all companies."""
        self.eur.rate_ids.unlink()
        self._rate("2026-02-01", 0.8)
        self._rate("2026-03-01", 0.5, self.company)
        self._rate("2026-04-01", 0.4, self.company)
        charges = self._bill([record("SN-1", mono=(1001, "0.0043"), **FEES)], Currency="EUR", **FEBRUARY)
        row = self._row(period_end="2026-02-28")
        # 1001 × 0.0043 = 4.3043; at 0.5 euro a dollar 8.60
        self.assertEqual((row.currency_id, row.xerox_cost, row.expected_cost), (self.eur, 4.3, 4.3))
        self.assertEqual((row.company_currency_id, row.cost), (self.usd, 8.6))
        self.assertEqual(row.margin, round(charges.price_subtotal - 8.6, 2))
        self.assertEqual(self._row("base_service", period_end="2026-02-28").cost, 40)

    def test_as_odoo_converts(self):
        self.eur.rate_ids.unlink()
        for number, (day, rate) in enumerate((("2026-02-02", 0.81), ("2026-02-04", 0.93), ("2026-03-01", 1.17))):
            self._rate(day, rate, self.company if number == 1 else False)
            self._load([record("SN-1", **FEES)], Currency="EUR")
            file = self._row("base_service").billing_file_id
            expected = self.eur._convert(20.0, self.usd, self.company, file.invoice_date)
            self.assertEqual(round(self._row("base_service").cost, 2), expected)
            file.action_cancel()

    def test_a_branch_has_its_parents_rates(self):
        self.eur.rate_ids.unlink()
        self._rate("2026-01-01", 0.5, self.company)
        self.company.write({"child_ids": [Command.create({"name": "Branch", "currency_id": self.usd.id})]})
        branch = self.company.child_ids
        self._rate("2026-01-01", 0.1)
        self._load([record("SN-1", **FEES)], Currency="EUR")
        self.env.cr.execute("UPDATE xpps_billing_file SET company_id = %s", [branch.id])
        self.env.cr.execute("UPDATE xpps_billing_file_line SET company_id = %s", [branch.id])
        self.env.invalidate_all()
        row = self.env["xpps.vendor.report"].sudo().search([("component", "=", "base_service")])
        self.assertEqual((row.company_id, row.cost), (branch, 40))

    def test_an_agreement_in_another_currency(self):
        """Its charges are converted, too."""
        self.eur.rate_ids.unlink()
        self._rate("2026-01-01", 0.5)
        self.agreement.pricelist_id = self._pricelist("Euro", self.eur, mono=0.03)
        self._bill([record("SN-1", mono=(100, "0.004"))])
        # 100 × 0.03 = 3 euro = 6 dollars
        self.assertEqual(self._row().charged_amount, 6.0)

    def test_two_companies(self):
        """The same serial number in both: each sees its own."""
        user = self._user("xpps_test_billing", BILLING)
        other = self._company("XPPS Other Reseller")
        self._load([record("SN-1", **FEES)])
        user.company_ids |= other
        for company, count in ((self.company, 2), (other, 0), (self.company | other, 2)):
            report = self.env["xpps.vendor.report"].with_user(user).with_context(allowed_company_ids=company.ids)
            self.assertEqual(report.search_count([]), count)
