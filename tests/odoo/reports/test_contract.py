# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Xerox's bill beside the rate card: what the import keeps and warns of, and what the vendor report says."""

from odoo import fields

from ..support.access import BILLING
from ..support.common import record
from ..support.contracts import Contracts, agreed
from ..support.importing import FEBRUARY, JANUARY, MARCH
from ..support.report_equality import ReportEquality
from ..support.vendor_reports import VendorReportCase

MONTHS = (JANUARY, FEBRUARY, MARCH)
KEPT = ("contract_unit_cost", "contract_included", "last_included")
READS = {"MonoPrevious": 1000, "MonoCurrent": 2400}
FEES = {"BaseServiceFee": 20, "BaseSupplyFee": 5}


class ContractCase(Contracts, VendorReportCase):
    def _kept(self, file):
        return self._evidence(file.meter_read_ids.ensure_one(), *KEPT)

    def _warned(self, file, *codes):
        """The warnings of a file that are about contracts. :return: issues"""
        codes = codes or ("wrong_rate", "wrong_allowance", "allowance_changed")
        return file.issue_ids.filtered(lambda issue: issue.code in codes)


class TestRates(ContractCase):
    def test_every_month_as_long_as_it_differs(self):
        """3,600, 2,800 and 3,100 pages at 0.0045, where the card says 0.0042."""
        card = self._card(agreed(self.printer, "mono", 0.0042), name="Letter of 2026")
        over = []
        for month, pages in zip(MONTHS, (3600, 2800, 3100), strict=True):
            file = self._load([record("SN-1", mono=(pages, "0.0045"))], **month)
            row = self._row(period_end=month["PeriodEnd"])
            self.assertEqual((row.flag, row.flags), ("wrong_rate", "wrong_rate"))
            self.assertEqual((row.xerox_unit_cost, row.expected_unit_cost), (0.0045, 0.0042))
            self.assertEqual(row.reason, "Unit cost 0.0045 instead of 0.0042 by the rate card")
            over.append(row.difference)
            issue = self._warned(file).ensure_one()
            self.assertEqual((issue.code, issue.severity), ("wrong_rate", "warning"))
            self.assertEqual((issue.serial, issue.output_type), ("SN-1", "mono"))
            for text in ("SN-1", "Mono", "0.0045", "0.0042", "Letter of 2026", str(issue.source_line)):
                self.assertIn(text, issue.message)
            action = issue.with_user(self._user("xpps_test_clerk", BILLING)).action_fix() if not over[1:] else {}
            self.assertIn(action.get("res_id"), (card.id, None))
        self.assertEqual([round(amount, 2) for amount in over], [1.08, 0.84, 0.93])
        rows = self.env["xpps.vendor.report"].search([("flags", "like", "wrong_rate")])
        self.assertEqual(round(sum(rows.mapped("difference")), 2), 2.85)

    def test_without_a_card_it_is_accepted(self):
        """As before: flagged once."""
        self._default(unit_cost=0.0042)
        for month, pages in zip(MONTHS, (3600, 2800, 3100), strict=True):
            self._load([record("SN-1", mono=(pages, "0.0045"))], **month)
        rows = self.env["xpps.vendor.report"].search([("flag", "=", "rate_changed")])
        self.assertEqual(rows.mapped("difference"), [1.08])

    def test_the_card_counts_and_not_the_month_before(self):
        """Xerox billed 0.0045 last month and bills what it has agreed to now: nothing is wrong."""
        self._card(agreed(self.printer, "mono", 0.0042))
        self._load([record("SN-1", mono=(1000, "0.0045"))])
        file = self._load([record("SN-1", mono=(1000, "0.0042"))], **FEBRUARY)
        row = self._row(period_end="2026-02-28")
        self.assertEqual((row.flag, row.expected_unit_cost, row.difference), (False, 0.0042, 0))
        self.assertFalse(self._warned(file))
        # That the agreement's cost changes is told all the same.
        self.assertIn("unit_cost_changed", self._codes(file, "info"))

    def test_the_cost_is_what_xerox_bills(self):
        """So margins are those without a card."""

        def bill(month):
            file = self._load([record("SN-1", mono=(3600, "0.0045"), **FEES)], **month)
            charge = file.charge_ids
            row = self._row(period_end=month["PeriodEnd"])
            return (
                (charge.unit_cost, charge.cost_subtotal, charge.margin, row.cost, row.margin, row.xerox_cost),
                self._default_of(charge),
                sum(self._profit(file).mapped("cost")),
            )

        without = bill(JANUARY)
        self._card(
            agreed(self.printer, "mono", 0.0042, 1000),
            agreed(self.printer, "base_service", 18),
            agreed(self.printer, "base_supply", 4),
        )
        self.assertEqual(bill(FEBRUARY), without)
        self.assertEqual(without[0][0], 0.0045)

    def _default_of(self, charge):
        defaults = charge.subscription_id.charge_default_ids
        return defaults.filtered(lambda default: default.product_id == charge.product_id).unit_cost

    def _profit(self, file):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["xpps.profitability.report"].search([("date", "=", file.period_end)])

    def test_no_page_is_billed(self):
        """The rate that is stated is compared all the same; one that is not stated is not 0."""
        self._card(agreed(self.printer, "mono", 0.0042))
        file = self._load([record("SN-1", mono=(0, "0.0045"))])
        row = self._row()
        self.assertEqual((row.flags, row.difference, row.xerox_unit_cost), ("wrong_rate", 0, 0.0045))
        self.assertEqual(self._warned(file).mapped("code"), ["wrong_rate"])
        file = self._load([record("SN-1", MonoOver=0)], **FEBRUARY)
        self.assertFalse(self._row(period_end="2026-02-28").flags)
        self.assertEqual(self._kept(file), (None, None, None))
        self.assertFalse(self._warned(file))

    def test_a_cost_that_is_not_stated(self):
        """Of pages that are billed: what was agreed is expected, and nothing is said to be wrong but that."""
        self._card(agreed(self.printer, "mono", 0.0042))
        file = self._load([record("SN-1", MonoOver=1000)])
        row = self._row()
        self.assertEqual((row.flags, row.cost_unknown, row.expected_cost), ("cost_unknown", True, 4.2))
        self.assertFalse(self._warned(file))

    def test_a_rate_of_nothing(self):
        """0 is a rate: what is free of charge must not be billed."""
        self._card(agreed(self.printer, "mono", 0))
        file = self._load([record("SN-1", mono=(1000, "0.0045"))])
        self.assertEqual(self._kept(file), (0, None, None))
        row = self._row()
        self.assertEqual((row.flags, row.expected_cost, row.difference), ("wrong_rate", 0, 4.5))

    def test_six_decimals(self):
        self._card(agreed(self.printer, "mono", 0.004201))
        self._load([record("SN-1", mono=(1000, "0.004201"))])
        self.assertFalse(self._row().flag)
        self._load([record("SN-1", mono=(1000, "0.0042"))], **FEBRUARY)
        self.assertEqual(self._row(period_end="2026-02-28").flag, "wrong_rate")

    def test_it_may_block(self):
        self._card(agreed(self.printer, "mono", 0.0042, 500))
        for code in ("wrong_rate", "wrong_allowance"):
            self.env["xpps.blocking.warning"].create({"code": code, "company_id": self.company.id})
        file = self._upload([record("SN-1", mono=(1000, "0.0045"), MonoIncluded=400)])
        self.assertEqual(self._codes(file), ["wrong_allowance", "wrong_rate"])


class TestNearest(ContractCase):
    def test_the_nearest_scope_wins(self):
        level = self.env["xpps.price.level"].create({"name": "Contract Level", "company_id": False})
        self.printer.xpps_price_level_id = level
        places = (level, self.printer, self.agreement, self.device)
        for number, (place, month) in enumerate(
            zip(places, ("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"), strict=True), 1
        ):
            self._card(agreed(place, "mono", number / 1000, number * 100))
            file = self._load(
                [record("SN-1", mono=(1000, "0.1"), MonoIncluded=7, color=(1, "0.1"), ColorIncluded=7)],
                PeriodStart=f"{month[:8]}01",
                PeriodEnd=month,
                InvoiceDate=month,
            )
            mono, color = file.meter_read_ids.sorted(lambda read: read.output_type != "mono")
            self.assertEqual(self._evidence(mono, *KEPT)[:2], (number / 1000, number * 100))
            self.assertEqual(self._evidence(color, *KEPT)[:2], (None, None))

    def test_each_component_and_measure_by_itself(self):
        """The device has a rate of its own; its allowance is the agreement's, its fees are the model's."""
        self._card(
            agreed(self.device, "mono", 0.001),
            agreed(self.agreement, "mono", 0.002, 200),
            agreed(self.printer, "mono", 0.003, 300),
            agreed(self.printer, "base_service", 19),
            agreed(self.printer, "base_supply", 5),
        )
        self._device("SN-2")
        file = self._load(
            [record(serial, mono=(100, "0.001"), MonoIncluded=200, **FEES) for serial in ("SN-1", "SN-2")]
        )
        kept = {read.device_id.name: self._evidence(read, *KEPT)[:2] for read in file.meter_read_ids}
        self.assertEqual(kept, {"SN-1": (0.001, 200), "SN-2": (0.002, 200)})
        self.assertEqual(
            self._flagged(),
            {
                ("SN-2", "mono", "2026-01-31"): "wrong_rate",
                ("SN-1", "base_service", "2026-01-31"): "wrong_rate",
                ("SN-2", "base_service", "2026-01-31"): "wrong_rate",
            },
        )

    def test_the_last_day_of_the_period_decides(self):
        """A card that ends in mid-period does not count, one that begins in it does."""
        for first, last, counts in (
            (False, "2026-01-30", False),
            (False, "2026-01-31", True),
            ("2026-01-31", False, True),
            ("2026-02-01", False, False),
            ("2026-01-15", "2026-02-15", True),
        ):
            with self.subTest(first=first, last=last), self.cr.savepoint() as savepoint:
                self._card(agreed(self.printer, "mono", 0.0042), date_from=first, date_to=last)
                self._load([record("SN-1", mono=(1000, "0.0045"))], **JANUARY)
                self.assertEqual(self._row().flag, "wrong_rate" if counts else False)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_one_card_after_the_other(self):
        self._card(agreed(self.printer, "mono", 0.0042), date_to="2026-02-15")
        self._card(agreed(self.printer, "mono", 0.0045), date_from="2026-02-16")
        for month in (JANUARY, FEBRUARY):
            self._load([record("SN-1", mono=(1000, "0.0045"))], **month)
        self.assertEqual(self._flagged(), {("SN-1", "mono", "2026-01-31"): "wrong_rate"})

    def test_cards_that_do_not_count(self):
        rate = agreed(self.printer, "mono", 0.0042, 1000)
        self._card(rate, state="draft")
        self._card(rate, currency_id=self.eur.id)
        file = self._load([record("SN-1", mono=(1000, "0.0045"), MonoIncluded=500)])
        self.assertEqual(self._kept(file), (None, None, None))
        self.assertEqual(self._flagged(), {})
        self.assertFalse(self._warned(file))
        euro = self._load([record("SN-1", mono=(1000, "0.0045"), MonoIncluded=500)], Currency="EUR", **FEBRUARY)
        self.assertEqual(self._kept(euro), (0.0042, 1000, 500))

    def test_another_companys_card(self):
        other = self._company("XPPS Other Reseller")
        self._card(agreed(self.printer, "mono", 0.0042), company_id=other.id)
        self._load([record("SN-1", mono=(1000, "0.0045"))])
        self.assertEqual(self._flagged(), {})

    def test_an_unknown_device(self):
        """Nobody knows what was agreed for it."""
        self.company.xpps_quarantine = True
        self._card(agreed(self.printer, "mono", 0.0042))
        file = self._upload([record("SN-1"), record("X-9", mono=(10, "0.0045"))])
        file.action_import()
        self.assertEqual(self._row(serial="X-9").flags, "unknown_device")
        self.assertFalse(self._warned(file))


class TestAllowances(ContractCase):
    def test_fewer_pages_than_agreed(self):
        """1,400 pages: 900 above 500, and not 400 above 1,000."""
        self._card(agreed(self.agreement, "mono", 0.0042, 1000))
        file = self._load([record("SN-1", mono=(900, "0.0042"), MonoIncluded=500, **READS)])
        row = self._row()
        self.assertEqual(row.flags, "wrong_allowance")
        self.assertEqual((row.xerox_quantity, row.expected_quantity, row.difference), (900, 400, 2.1))
        self.assertEqual((row.included, row.contract_included), (500, 1000))
        self.assertEqual(row.reason, "Included pages: 500 instead of 1,000 by the rate card")
        issue = self._warned(file).ensure_one()
        self.assertEqual((issue.code, issue.severity, issue.output_type), ("wrong_allowance", "warning", "mono"))
        for text in ("SN-1", "Mono", "500", "1,000", "Price Letter"):
            self.assertIn(text, issue.message)

    def test_with_a_wrong_rate(self):
        """Both are said, the rate first: 900 × 0.0045 and not 400 × 0.0042, 4.05 - 1.68."""
        self._card(agreed(self.agreement, "mono", 0.0042, 1000))
        file = self._load([record("SN-1", mono=(900, "0.0045"), MonoIncluded=500, **READS)])
        row = self._row()
        self.assertEqual((row.flag, row.flags), ("wrong_rate", "wrong_rate,wrong_allowance"))
        self.assertEqual(row.difference, 2.37)
        self.assertEqual(sorted(self._warned(file).mapped("code")), ["wrong_allowance", "wrong_rate"])

    def test_from_our_last_read(self):
        """Xerox starts 100 pages too early, too: 2400 - 1000 - 1000 are expected."""
        self._card(agreed(self.agreement, "mono", 0.0042, 1000))
        self._load([record("SN-1", mono=(0, "0.0042"), MonoIncluded=1000, MonoPrevious=500, MonoCurrent=1000)])
        reads = {"MonoPrevious": 900, "MonoCurrent": 2400}
        self._load([record("SN-1", mono=(1000, "0.0042"), MonoIncluded=500, **reads)], **FEBRUARY)
        row = self._row(period_end="2026-02-28")
        self.assertEqual((row.flags, row.expected_quantity), ("wrong_allowance,read_gap", 400))

    def test_no_page_above_it(self):
        """It is wrong all the same, and costs nothing yet; none at all is an allowance, too."""
        self._card(agreed(self.agreement, "mono", 0.0042, 1000))
        self._load([record("SN-1", mono=(0, "0.0042"), MonoIncluded=0, MonoPrevious=1000, MonoCurrent=1000)])
        self.assertEqual((self._row().flags, self._row().difference), ("wrong_allowance", 0))

    def test_nothing_is_included(self):
        self._card(agreed(self.agreement, "mono", 0.0042, 0))
        file = self._load([record("SN-1", mono=(900, "0.0042"), MonoIncluded=500, **READS)])
        self.assertEqual(self._kept(file), (0.0042, 0, None))
        self.assertEqual((self._row().flags, self._row().expected_quantity), ("wrong_allowance", 1400))

    def test_what_is_not_stated_is_not_compared(self):
        self._card(agreed(self.agreement, "mono", 0.0042, 1000))
        self._load([record("SN-1", mono=(10, "0.0042"), MonoIncluded=1000)])
        file = self._load([record("SN-1", mono=(10, "0.0042"))], **FEBRUARY)
        self.assertEqual(self._kept(file), (0.0042, None, None))
        self.assertFalse(self._warned(file))
        self.assertEqual(self._flagged(), {})

    def test_changed_without_a_card(self):
        """It is said once."""
        flags = []
        april = {"PeriodStart": "2026-04-01", "PeriodEnd": "2026-04-30"}
        for month, included in zip((*MONTHS, april), (1000, 500, 500, 0), strict=True):
            file = self._load([record("SN-1", mono=(10, "0.0042"), MonoIncluded=included)], **month)
            flags.append((self._row(period_end=month["PeriodEnd"]).flags, self._warned(file).mapped("code")))
        changed = ("allowance_changed", ["allowance_changed"])
        self.assertEqual(flags, [(False, []), changed, (False, []), changed])
        row = self._row(period_end="2026-02-28")
        self.assertEqual((row.included, row.last_included, row.difference), (500, 1000, 0))
        self.assertEqual(row.reason, "Included pages: 500 instead of 1,000 the last time")
        issue = self._warned(row.billing_file_id)
        self.assertEqual((issue.res_model, issue.res_id), ("stock.lot", self.device.id))

    def test_a_card_says_more_than_the_month_before(self):
        self._load([record("SN-1", mono=(10, "0.0042"), MonoIncluded=500)])
        self._card(agreed(self.agreement, "mono", 0.0042, 1000))
        file = self._load([record("SN-1", mono=(10, "0.0042"), MonoIncluded=1000)], **FEBRUARY)
        self.assertEqual(self._kept(file), (0.0042, 1000, 500))
        self.assertFalse(self._warned(file))
        self.assertEqual(self._flagged(), {})

    def test_the_last_one_was_not_stated(self):
        """Nothing is known of it: that is not 0."""
        self._load([record("SN-1", mono=(10, "0.0042"))])
        file = self._load([record("SN-1", mono=(10, "0.0042"), MonoIncluded=500)], **FEBRUARY)
        self.assertEqual(self._kept(file), (None, None, None))
        file.action_cancel()
        for stated, last in ((True, 0), (False, None)):
            self.env.cr.execute("UPDATE xpps_meter_read SET included = 0, included_stated = %s", [stated])
            self.env.invalidate_all()
            file.action_draft()
            file.action_import()
            self.assertEqual(self._kept(file), (None, None, last))
            file.action_cancel()

    def test_per_meter(self):
        """The device's last read of the very output type."""
        self._load([record("SN-1", mono=(1, "0.004"), MonoIncluded=700, color=(1, "0.05"), ColorIncluded=50)])
        file = self._load(
            [record("SN-1", mono=(1, "0.004"), MonoIncluded=700, color=(1, "0.05"), ColorIncluded=40)], **FEBRUARY
        )
        self.assertEqual(self._flagged(), {("SN-1", "color", "2026-02-28"): "allowance_changed"})
        self.assertIn("Color", self._warned(file).ensure_one().message)


class TestFees(ContractCase):
    def _fees(self, file):
        return self._evidence(file.line_ids.ensure_one(), "contract_service_cost", "contract_supply_cost")

    def _agree(self, service=None, supply=None):
        lines = []
        if service is not None:
            lines.append(agreed(self.printer, "base_service", service))
        if supply is not None:
            lines.append(agreed(self.printer, "base_supply", supply))
        return self._card(*lines)

    def test_every_month(self):
        self._agree(18, 5)
        for month in (JANUARY, FEBRUARY):
            file = self._load([record("SN-1", **FEES)], **month)
            self.assertEqual(self._fees(file), (18, 5))
            row = self._row("base_service", period_end=month["PeriodEnd"])
            self.assertEqual((row.flags, row.expected_cost, row.difference), ("wrong_rate", 18, 2))
            self.assertEqual(row.reason, "Base fee $20.00 instead of $18.00 by the rate card")
            self.assertFalse(self._row("base_supply", period_end=month["PeriodEnd"]).flags)
            issue = self._warned(file).ensure_one()
            for text in ("SN-1", "$20.00", "$18.00", "service fee", "Price Letter"):
                self.assertIn(text, issue.message)

    def test_corrected_by_xerox(self):
        """Last month's fee is of no account, neither for the check nor for the report."""
        self._agree(18, 5)
        self._load([record("SN-1", **FEES)])
        file = self._load([record("SN-1", BaseServiceFee=18, BaseSupplyFee=5)], **FEBRUARY)
        self.assertEqual(self._codes(file, "warning"), [])
        self.assertFalse(self._row("base_service", period_end="2026-02-28").flags)

    def test_a_fee_that_no_card_has(self):
        self._agree(20)
        self._load([record("SN-1", **FEES)])
        file = self._load([record("SN-1", BaseServiceFee=20, BaseSupplyFee=6)], **FEBRUARY)
        self.assertEqual(self._fees(file), (20, None))
        self.assertEqual(self._codes(file, "warning"), ["base_fee_changed"])
        self.assertEqual(self._flagged(), {("SN-1", "base_supply", "2026-02-28"): "base_changed"})

    def test_a_supply_fee_that_is_not_billed(self):
        """Stated as nothing where 5.00 are agreed: there is a row of it."""
        self._agree(20, 5)
        self._load([record("SN-1", BaseServiceFee=20, BaseSupplyFee=0)])
        row = self._row("base_supply")
        self.assertEqual((row.flags, row.xerox_cost, row.expected_cost), ("wrong_rate", 0, 5))

    def test_not_split(self):
        """The base price is compared with both fees, on the row of the service fee."""
        self._agree(20, 5)
        file = self._load([record("SN-1", MonthlyBasePrice="25.00")])
        self.assertEqual((self._fees(file), self._flagged()), ((25, None), {}))
        file = self._load([record("SN-1", MonthlyBasePrice="27.00")], **FEBRUARY)
        self.assertEqual(self._flagged(), {("SN-1", "base_service", "2026-02-28"): "wrong_rate"})
        self.assertEqual(self._row("base_service", period_end="2026-02-28").difference, 2)
        self.assertEqual(self._codes(file, "warning"), ["wrong_rate"])

    def test_not_split_on_the_card_either(self):
        self._agree(25)
        file = self._load([record("SN-1", MonthlyBasePrice="25.00")])
        self.assertEqual((self._fees(file), self._flagged()), ((25, None), {}))

    def test_not_stated(self):
        self._agree(20, 5)
        file = self._load([record("SN-1", BaseServiceFee=20)])
        self.assertEqual((self._fees(file), self._flagged()), ((20, None), {}))
        file = self._load([record("SN-1")], **FEBRUARY)
        self.assertEqual(self._fees(file), (None, None))
        self.assertFalse(self._warned(file))

    def test_rounded_as_it_is_billed(self):
        """A card may have more decimals than money."""
        self._agree(20.125, 4.995)
        file = self._load([record("SN-1", BaseServiceFee="20.13", BaseSupplyFee="5.00")])
        self.assertEqual((self._fees(file), self._flagged()), ((20.13, 5), {}))
        self.assertFalse(self._warned(file))


class TestCorrections(ReportEquality, ContractCase):
    def test_the_correcting_read_has_its_own(self):
        """Of the card of its day, as it is by then."""
        card = self._card(agreed(self.printer, "mono", 0.0042, 1000))
        self._load([record("SN-1", mono=(900, "0.0045"), MonoIncluded=500, **READS)])
        self.assertEqual(self._row().flags, "wrong_rate,wrong_allowance")
        file = self._correct([record("SN-1", mono=(900, "0.0042"))])
        self.assertEqual(self._kept(file), (0.0042, 1000, None))
        self.assertEqual((self._row().flags, self._row().difference), ("wrong_allowance", 2.1))
        file = self._correct([record("SN-1", mono=(400, "0.0042"), MonoIncluded=1000)])
        self.assertEqual((self._row().flags, self._row().difference), (False, 0))
        self.assertReportsAgree()
        card.line_ids.filtered(lambda line: line.measure == "unit_cost").unit_cost = 0.004
        self.env.flush_all()
        self._correct([record("SN-1", mono=(410, "0.0042"))])
        self.assertEqual(self._row().flags, "quantity_wrong,wrong_rate")
        self.assertReportsAgree()

    def test_an_allowance_that_was_never_stated(self):
        self._card(agreed(self.printer, "mono", 0.0042, 1000))
        self._load([record("SN-1", mono=(900, "0.0042"))])
        file = self._correct([record("SN-1", mono=(910, "0.0042"))])
        self.assertEqual(self._kept(file), (0.0042, None, None))
        self.assertFalse(file.meter_read_ids.included_stated)

    def test_what_stands_of_fees(self):
        self._card(agreed(self.printer, "base_service", 20), agreed(self.printer, "base_supply", 4))
        self._load([record("SN-1", mono=(10, "0.004"), **FEES)])
        self.assertEqual(self._flagged(), {("SN-1", "base_supply", "2026-01-31"): "wrong_rate"})
        self._correct([record("SN-1", mono=(11, "0.004"))])
        self.assertEqual(self._flagged(), {("SN-1", "base_supply", "2026-01-31"): "wrong_rate"})
        self._correct([record("SN-1", mono=(11, "0.004"), BaseSupplyFee=4)])
        self.assertEqual(self._flagged(), {})
        self.assertReportsAgree()

    def test_what_stands_of_a_base_price(self):
        self._card(agreed(self.printer, "base_service", 20), agreed(self.printer, "base_supply", 4))
        self._load([record("SN-1", mono=(10, "0.004"), MonthlyBasePrice=24)])
        self._correct([record("SN-1", mono=(11, "0.004"))])
        self.assertEqual(self._flagged(), {})

    def test_undone(self):
        card = self._card(agreed(self.printer, "mono", 0.0042, 1000))
        file = self._load([record("SN-1", mono=(900, "0.0045"), MonoIncluded=1000)])
        correction = self._correct([record("SN-1", mono=(900, "0.0042"))])
        self.assertEqual(self._flagged(), {})
        correction.action_cancel()
        self.assertEqual(self._flagged(), {("SN-1", "mono", "2026-01-31"): "wrong_rate"})
        file.action_cancel()
        card.line_ids.filtered(lambda line: line.measure == "unit_cost").unit_cost = 0.0045
        file.action_draft()
        file.action_import()
        self.assertEqual(self._kept(file), (0.0045, 1000, None))
        self.assertEqual(self._flagged(), {})


class TestHeldRecords(ReportEquality, ContractCase):
    def test_what_is_held_is_compared_too(self):
        """Xerox bills it: 900 pages at 0.0045 where 400 at 0.0042 are agreed, and 25.00 instead of 22.00."""
        self.company.xpps_quarantine = True
        self._card(
            agreed(self.printer, "mono", 0.0042, 1000),
            agreed(self.printer, "color", 0.05),
            agreed(self.printer, "base_service", 18),
            agreed(self.printer, "base_supply", 4),
        )
        self._device("SN-2")
        self.mapping.mono_product_id = False
        file = self._upload(
            [
                record("SN-1"),
                record("SN-2", mono=(900, "0.0045"), MonoIncluded=500, ColorOver=0, **READS, **FEES),
            ]
        )
        file.action_import()
        self.assertEqual(file.held_count, 1)
        held = ",not_billed_to_customer"
        self.assertEqual(
            {key[1]: flags for key, flags in self._flagged().items()},
            {
                "mono": "wrong_rate,wrong_allowance" + held,
                "base_service": "wrong_rate" + held,
                "base_supply": "wrong_rate" + held,
            },
        )
        row = self._row(serial="SN-2")
        self.assertEqual((row.difference, row.expected_quantity, row.contract_included), (2.37, 400, 1000))
        self.assertIn("Included pages: 500 instead of 1,000 by the rate card", row.reason)
        self.assertIn("Unit cost 0.0045 instead of 0.0042 by the rate card", row.reason)
        self.assertReportsAgree()
        self.mapping.mono_product_id = self.mono
        file.action_import()
        self.assertEqual(file.held_count, 0)
        found = {key[1]: flags for key, flags in self._flagged().items()}
        self.assertEqual(found["mono"], "wrong_rate,wrong_allowance")
        self.assertEqual(self._row(serial="SN-2").difference, 2.37)
        self.assertReportsAgree()


class TestDocuments(ContractCase):
    def test_document_and_dispute(self):
        """Both say what is wrong; what is claimed is the difference."""
        self._card(agreed(self.printer, "mono", 0.0042, 1000))
        file = self._load([record("SN-1", mono=(900, "0.0042"), MonoIncluded=500, color=(0, "0.05"), **READS)])
        section = file._vendor_document().sections[0]
        self.assertEqual([row.flag for row in section.differences], ["Wrong Included Pages"])
        self.assertEqual(section.differences[0].reason, "Included pages: 500 instead of 1,000 by the rate card")
        self.assertEqual([summary.name for summary in section.flags], ["Wrong Included Pages", "As expected"])
        self.assertTrue(file._vendor_document_xlsx())
        line = self.env["xpps.dispute"]._create_from_rows(self._row()).line_ids
        self.assertEqual((line.flag, line.amount), ("wrong_allowance", 2.1))
        self.assertEqual(line.reason, section.differences[0].reason)


class TestManyDevices(ContractCase):
    def test_queries(self):
        """As many as without a card, whatever the number of devices, agreements, models and rates."""
        rates, devices = [], []
        for number in range(12):
            printer = self._printer(f"Contract Printer {number}")
            self._mapping(printer, mono=self.mono, color=self.color)
            agreement = self._agreement(partner_id=self._partner(f"Contract Customer {number}").id)
            device = self._device(f"CT-{number}", agreement, product_id=printer.id)
            rates += [agreed(place, "mono", 0.0045, 500) for place in (printer, agreement, device)]
            devices.append(record(device.name, mono=(100, "0.0045"), MonoIncluded=500, **FEES))
        card = self._card(*rates)
        file = self._upload(devices, **JANUARY)

        def count(state):
            card.state = state
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.registry.clear_all_caches()
            before = self.env.cr.sql_log_count
            file._check_now()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        # Either time the lines are written anew.
        without = count("draft")
        self.assertLessEqual(count("active"), without)

    def test_listed_up_to_a_limit(self):
        """One issue for each meter that differs, as of all other kinds."""
        self._card(agreed(self.printer, "mono", 0.0042))
        for number in range(3):
            self._device(f"MD-{number}")
        file = self._load([record(f"MD-{number}", mono=(1, "0.0045")) for number in range(3)])
        self.assertEqual(self._warned(file).mapped("serial"), ["MD-0", "MD-1", "MD-2"])
        self.assertEqual(fields.Date.to_string(file.period_end), "2026-01-31")
