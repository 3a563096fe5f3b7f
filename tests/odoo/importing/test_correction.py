# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Correction files: what they change becomes charges of its own, and nothing that was billed is overwritten."""

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase

READS = {"MonoPrevious": 1000, "MonoCurrent": 2500, "MonoIncluded": 500}


class TestCorrection(ImportCase):
    def _regular(self, pages=1000, cost="0.004", **values):
        return self._load([record("SN-1", mono=(pages, cost), **values)])

    def _corrected(self, pages, cost="0.004", **values):
        """:return: the charges that a correction of SN-1's Mono pages makes, as rows"""
        return self._rows(self._correct([record("SN-1", mono=(pages, cost), **values)]).charge_ids.sorted("id"))

    # Pages

    def test_more_pages(self):
        self._regular()
        self.assertEqual(self._corrected(1200), [(200, 0.004, 0.01, True)])
        self.assertEqual(self._standing(), (1200, 12.0, 4.8))

    def test_fewer_pages(self):
        self._regular()
        self.assertEqual(self._corrected(400), [(-600, 0.004, 0.01, True)])
        self.assertEqual(self._standing(), (400, 4.0, 1.6))

    def test_no_pages_any_more_and_back(self):
        self._regular()
        self.assertEqual(self._corrected(0), [(-1000, 0.004, 0.01, True)])
        self.assertEqual(self._standing(), (0, 0.0, 0.0))
        self.assertEqual(self._corrected(300), [(300, 0.004, 0.01, True)])
        self.assertEqual(self._standing(), (300, 3.0, 1.2))

    def test_pages_where_there_were_none(self):
        self._regular(0)
        self.assertEqual(self._corrected(70), [(70, 0.004, 0.01, True)])

    def test_a_correction_of_a_correction(self):
        self._regular()
        for pages, delta in ((1200, 200), (900, -300), (1000, 100)):
            self.assertEqual(self._corrected(pages), [(delta, 0.004, 0.01, True)])
            self.assertEqual(self._standing()[0], pages)

    def test_the_same_again_makes_nothing(self):
        file = self._regular(**READS)
        again = self._correct([record("SN-1", mono=(1000, "0.0040"), **READS)])
        self.assertFalse(again.charge_ids | again.charge_ids.browse())
        self.assertFalse(again.meter_read_ids)
        self.assertFalse(file.meter_read_ids.superseded_by_id)
        self.assertEqual(file.line_ids.superseded_by_id, again.line_ids)

    def test_other_reads_replace_the_read_and_charge_nothing(self):
        file = self._regular(**READS)
        again = self._correct([record("SN-1", mono=(1000, "0.004"), **READS | {"MonoCurrent": 2600})])
        self.assertFalse(again.charge_ids)
        self.assertEqual(file.meter_read_ids.superseded_by_id, again.meter_read_ids)
        self.assertEqual(self._live_reads(), {("mono", "2026-01-31"): (2600, 1000, 0.004)})

    def test_name_says_what_changed(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.mono.with_context(lang="fr_FR").name = "Pages noires"
        self._regular()
        charge = self._correct([record("SN-1", mono=(1200, "0.004"))]).charge_ids
        for part in ("Pages noires", "1200", "1000"):
            self.assertIn(part, charge.name)

    def test_chain_of_reads(self):
        first = self._regular().meter_read_ids
        second = self._correct([record("SN-1", mono=(1200, "0.004"))]).meter_read_ids
        third = self._correct([record("SN-1", mono=(1300, "0.004"))]).meter_read_ids
        self.assertEqual((first | second | third).mapped("superseded_by_id"), second | third)
        self.assertEqual((first.superseded_by_id, second.superseded_by_id), (second, third))
        self.assertFalse(third.superseded_by_id)
        self.assertEqual(self.device.xpps_mono_last_overage, 1300)

    # What a correction names, and what not

    def test_an_output_type_that_is_not_named_stays(self):
        self._load([record("SN-1", mono=(1000, "0.004"), color=(50, "0.04"))])
        self.assertEqual(self._corrected(1100), [(100, 0.004, 0.01, True)])
        self.assertEqual(
            self._live_reads(), {("mono", "2026-01-31"): (0, 1100, 0.004), ("color", "2026-01-31"): (0, 50, 0.04)}
        )
        self.assertEqual(self._standing(self._charges(output_type="color")), (50, 4.0, 2.0))

    def test_a_type_left_out_once_is_compared_with_the_read_before(self):
        self._load([record("SN-1", mono=(1000, "0.004"), color=(50, "0.04"))])
        self._corrected(1100)
        file = self._correct([record("SN-1", mono=(1100, "0.004"), color=(60, "0.04"))])
        self.assertEqual(self._rows(file.charge_ids), [(10, 0.04, 0.08, True)])

    def test_an_output_type_that_was_not_named_before(self):
        self._regular()
        file = self._correct([record("SN-1", color=(50, "0.04"))])
        self.assertEqual(self._rows(file.charge_ids), [(50, 0.04, 0.08, True)])
        self.assertEqual(file.charge_ids.product_id, self.color)

    def test_a_device_that_was_not_billed_before(self):
        self._regular()
        second = self._device("SN-2")
        file = self._correct([record("SN-2", mono=(70, "0.004"), BaseServiceFee=20)])
        self.assertEqual(self._rows(file.charge_ids), [(70, 0.004, 0.01, True)])
        self.assertEqual(file.charge_ids.device_id, second)
        self.assertEqual(file.line_ids.billed_period_end, self.day("2026-01-31"))

    def test_a_device_that_was_not_billed_before_is_checked_as_in_a_regular_file(self):
        self._regular()
        self._device("SN-2", xpps_subscription_id=False, xpps_subscription_line_id=False)
        self._device("SN-3", xpps_removal_date="2025-12-01")
        file = self._upload([record("SN-2"), record("SN-3"), record("SN-4")], "correction")
        self.assertEqual(self._codes(file), ["device_no_subscription", "device_removed", "device_unknown"])

    def test_another_month_is_not_touched(self):
        january = self._regular()
        february = self._load([record("SN-1", mono=(10, "0.004"))], **FEBRUARY)
        self.assertEqual(self._corrected(1100), [(100, 0.004, 0.01, True)])
        self.assertTrue(january.meter_read_ids.superseded_by_id)
        self.assertFalse(february.meter_read_ids.superseded_by_id)
        charge = self._charges()[-1]
        self.assertEqual((charge.period_start, charge.period_end), (self.day("2026-01-01"), self.day("2026-01-31")))

    def test_a_regular_file_bills_no_period_twice(self):
        self._regular()
        self.assertEqual(self._codes(self._upload([record("SN-1", mono=(1, "0.004"))])), ["period_duplicate"])
        self._corrected(0)
        self.assertEqual(self._codes(self._upload([record("SN-1", mono=(2, "0.004"))])), ["period_duplicate"])

    def test_corrected_end_of_the_period(self):
        """Xerox corrects the period itself: it still starts on the same day."""
        file = self._regular()
        again = self._correct([record("SN-1", mono=(900, "0.004"))], **JANUARY | {"PeriodEnd": "2026-01-30"})
        self.assertEqual(self._rows(again.charge_ids), [(-100, 0.004, 0.01, True)])
        self.assertEqual(file.meter_read_ids.superseded_by_id, again.meter_read_ids)
        self.assertEqual(file.line_ids.superseded_by_id, again.line_ids)

    def test_period_corrected_time_and_again(self):
        """Neither end is the first file's any more; what stands charged still is what all of them made."""
        self._regular()
        self._correct([record("SN-1", mono=(900, "0.004"))], **JANUARY | {"PeriodEnd": "2026-01-30"})
        period = {"PeriodStart": "2026-01-02", "PeriodEnd": "2026-01-30"}
        file = self._correct([record("SN-1", mono=(950, "0.004"))], **JANUARY | period)
        self.assertEqual(self._rows(file.charge_ids), [(50, 0.004, 0.01, True)])
        self.assertEqual(self._standing(), (950, 9.5, 3.8))

    # On whose account, and at which price

    def test_price_of_the_first_charge(self):
        """The customer gets back what he paid, whatever a page costs today."""
        default = self._default(unit_price=0.02)
        self._regular()
        default.unit_price = 0.03
        self.assertEqual(self._corrected(400), [(-600, 0.004, 0.02, True)])
        default.unit_price = 0
        self.mapping.mono_product_id = self.color
        self.assertEqual(self._corrected(500), [(100, 0.004, 0.02, True)])
        self.assertEqual(self._charges().product_id, self.mono)

    def test_price_that_a_clerk_corrected(self):
        charge = self._regular().charge_ids
        charge.write({"unit_price": 0.015, "reason": "Agreed by phone"})
        self.assertEqual(self._corrected(1200), [(200, 0.004, 0.015, True)])

    def test_pages_that_are_not_billable_stay_so(self):
        default = self._default(billable=False)
        self._regular()
        default.billable = True
        self.assertEqual(self._corrected(1200), [(200, 0.004, 0.01, False)])
        self.assertEqual(self._corrected(1100), [(-100, 0.004, 0.01, False)])
        self.assertEqual(self._standing(), (0, 0.0, 4.4))

    def test_device_that_moved(self):
        self._regular(color=(0, "0.04"))
        owner = self._partner("XPPS Next Customer")
        other = self._agreement(partner_id=owner.id)
        self.device.write(
            {
                "xpps_partner_id": owner.id,
                "xpps_subscription_id": other.id,
                "xpps_subscription_line_id": other.sale_subscription_line_ids.id,
            }
        )
        file = self._correct(
            [record("SN-1", mono=(1200, "0.004"), color=(5, "0.04"), mono_color1=(0, "0.01"), BaseServiceFee=1)]
        )
        self.assertEqual(file.charge_ids.subscription_id, self.agreement)
        self.assertEqual(sorted(self._rows(file.charge_ids)), [(5, 0.04, 0.08, True), (200, 0.004, 0.01, True)])
        self.assertEqual(file.line_ids.subscription_id, self.agreement)
        # Whose device it is today must not get to see what the one before printed.
        for records in (file.line_ids, file.meter_read_ids, file.charge_ids):
            self.assertEqual(records.partner_id, self.customer, records)
        self.assertEqual(len(file.meter_read_ids), 3)
        self.assertEqual(file.meter_read_ids.subscription_id, self.agreement)

    def test_device_that_was_removed_from_an_agreement_that_was_closed(self):
        self._regular()
        self.device.write(
            {"xpps_removal_date": "2025-12-01", "xpps_subscription_id": False, "xpps_subscription_line_id": False}
        )
        self.agreement.close_subscription()
        self.assertEqual(self._corrected(1200), [(200, 0.004, 0.01, True)])

    def test_agreement_that_somebody_wants_to_delete(self):
        """It never had a charge, but what was read on it is corrected there, where its device is no more."""
        other = self._agreement()
        device = self._device("SN-2", other)
        self._load([record("SN-2", mono=(0, "0.004"))])
        device.write({"xpps_subscription_id": self.agreement.id, "xpps_subscription_line_id": self.base_line.id})
        self.assertRaisesMessage("Close and archive", other.unlink)
        file = self._correct([record("SN-2", mono=(30, "0.004"), color=(2, "0.04"))])
        self.assertEqual(file.charge_ids.subscription_id, other)
        self.assertEqual(sorted(self._rows(file.charge_ids)), [(2, 0.04, 0.08, True), (30, 0.004, 0.01, True)])

    # Unit costs

    def test_another_unit_cost_changes_cost_and_not_price(self):
        self._regular()
        self.assertEqual(self._corrected(1000, "0.005"), [(-1000, 0.004, 0.01, False), (1000, 0.005, 0.01, False)])
        self.assertEqual(self._standing(), (1000, 10.0, 5.0))
        self.assertEqual(self._corrected(1000, "0.003"), [(-1000, 0.005, 0.01, False), (1000, 0.003, 0.01, False)])
        self.assertEqual(self._standing(), (1000, 10.0, 3.0))

    def test_more_pages_at_another_unit_cost(self):
        self._regular()
        self.assertEqual(
            self._corrected(1200, "0.005"),
            [(200, 0.005, 0.01, True), (-1000, 0.004, 0.01, False), (1000, 0.005, 0.01, False)],
        )
        self.assertEqual(self._standing(), (1200, 12.0, 6.0))
        self.assertEqual(
            self._corrected(700, "0.006"),
            [(-500, 0.005, 0.01, True), (-700, 0.005, 0.01, False), (700, 0.006, 0.01, False)],
        )
        self.assertEqual(self._standing(), (700, 7.0, 4.2))

    def test_unit_cost_that_came_with_no_pages(self):
        self._regular()
        self.assertEqual(self._corrected(0, "0.008"), [(-1000, 0.004, 0.01, True)])
        self.assertEqual(self._corrected(100, "0.008"), [(100, 0.008, 0.01, True)])
        self.assertEqual(self._standing(), (100, 1.0, 0.8))

    def _foreign(self):
        """An agreement in euros, with a device. Xerox bills in dollars, of which one is worth 0.50 in January."""
        rates = self.env["res.currency.rate"]
        for day, rate in (("2026-02-01", 0.5), ("2026-02-10", 0.8)):
            rates.create({"name": day, "rate": rate, "currency_id": self.eur.id, "company_id": self.company.id})
        agreement = self._agreement(pricelist_id=self._pricelist("Euros", self.eur, mono=0.02).id)
        return self._device("SN-2", agreement)

    def test_another_rate_is_no_correction_of_the_cost(self):
        device = self._foreign()
        self._load([record("SN-2", mono=(1000, "0.004"))])
        later = JANUARY | {"InvoiceDate": "2026-02-15"}
        file = self._correct([record("SN-2", mono=(1000, "0.004"), ReadDate="2026-01-30")], **later)
        self.assertTrue(file.meter_read_ids)
        self.assertFalse(file.charge_ids)
        file = self._correct([record("SN-2", mono=(1200, "0.004"))], **later)
        self.assertEqual(self._rows(file.charge_ids), [(200, 0.002, 0.02, True)])
        self.assertEqual(self._standing(self._charges(device)), (1200, 24.0, 2.4))

    def test_another_unit_cost_is_converted_at_its_own_rate(self):
        device = self._foreign()
        self._load([record("SN-2", mono=(1000, "0.004"))])
        file = self._correct([record("SN-2", mono=(1000, "0.005"))], **JANUARY | {"InvoiceDate": "2026-02-15"})
        self.assertEqual(self._rows(file.charge_ids), [(-1000, 0.002, 0.02, False), (1000, 0.004, 0.02, False)])
        self.assertEqual(file.charge_ids.currency_id, self.eur)
        self.assertEqual(self._standing(self._charges(device)), (1000, 20.0, 4.0))

    def test_what_a_correction_does_not_state_stays(self):
        """An element that is absent is no zero: it credits nothing, and costs nothing less."""
        self._regular(**READS)
        again = self._correct([record("SN-1", MonoCurrent=2600)])
        self.assertFalse(again.charge_ids)
        self.assertEqual(self._live_reads(), {("mono", "2026-01-31"): (2600, 1000, 0.004)})
        again = self._correct([record("SN-1", MonoOver=900)])
        self.assertEqual(self._rows(again.charge_ids), [(-100, 0.004, 0.01, True)])
        self.assertEqual(self._live_reads(), {("mono", "2026-01-31"): (2600, 900, 0.004)})

    def test_a_corrected_unit_cost_becomes_the_contract_default(self):
        self._regular()
        default = self.agreement.charge_default_ids
        self.assertEqual(default.unit_cost, 0.004)
        file = self._correct([record("SN-1", mono=(1000, "0.005"))])
        self.assertEqual(default.unit_cost, 0.005)
        self.assertIn("unit_cost_changed", self._codes(file, "info"))
        file.action_cancel()
        self.assertEqual(default.unit_cost, 0.004)

    def test_a_late_file_of_another_device_changes_no_contract_default(self):
        self._device("SN-2")
        self._load([record("SN-1", mono=(10, "0.006"))], **FEBRUARY)
        self._load([record("SN-2", mono=(10, "0.004"))], **JANUARY)
        self.assertEqual(self.agreement.charge_default_ids.unit_cost, 0.006)

    def test_an_older_period_changes_no_contract_default(self):
        self._load([record("SN-1", mono=(10, "0.006"))], **FEBRUARY)
        default = self.agreement.charge_default_ids
        self._regular(color=(0, "0.04"))
        file = self._correct([record("SN-1", mono=(1000, "0.003"), color=(5, "0.05"))])
        self.assertEqual(self.agreement.charge_default_ids, default)
        self.assertEqual(default.unit_cost, 0.006)
        self.assertFalse(file.cost_change_ids)

    # What was rejected

    def test_rejected_pages_count_as_not_charged(self):
        self._regular().charge_ids.action_reject()
        self.assertEqual(self._corrected(1200), [(1200, 0.004, 0.01, True)])
        self.assertEqual(self._standing(), (1200, 12.0, 4.8))

    def test_a_rejection_counts_once(self):
        """The next correction starts from what stands, not from a rejection before the last one."""
        self._regular().charge_ids.action_reject()
        self._corrected(1200)
        self.assertEqual(self._corrected(1300), [(100, 0.004, 0.01, True)])
        self.assertEqual(self._corrected(0), [(-1300, 0.004, 0.01, True)])
        self.assertEqual(self._standing(), (0, 0.0, 0.0))

    def test_a_rejected_difference(self):
        self._regular()
        self._correct([record("SN-1", mono=(1200, "0.004"))]).charge_ids.action_reject()
        self.assertEqual(self._corrected(1300), [(300, 0.004, 0.01, True)])
        self._correct([record("SN-1", mono=(900, "0.004"))]).charge_ids.action_reject()
        self.assertEqual(self._corrected(800), [(-500, 0.004, 0.01, True)])
        self.assertEqual(self._standing(), (800, 8.0, 3.2))

    def test_a_rejection_stands_while_the_pages_are_the_same(self):
        self._regular().charge_ids.action_reject()
        for cost in ("0.004", "0.005"):
            self.assertEqual(self._corrected(1000, cost, ReadDate="2026-01-30"), [])
        self.assertEqual(self._standing(), (0, 0.0, 0.0))
        # The pages that are billed after all cost what Xerox says by now.
        self.assertEqual(self._corrected(1100, "0.005"), [(1100, 0.005, 0.01, True)])

    def test_pages_rejected_after_their_cost_was_corrected(self):
        """The pair of a corrected cost is never billed; the pages that follow are."""
        charge = self._regular().charge_ids
        self._corrected(1000, "0.005")
        charge.action_reject()
        self.assertEqual(self._corrected(1200, "0.005")[0], (1200, 0.005, 0.01, True))
        self.assertEqual(self._standing()[:2], (1200, 12.0))

    def test_half_of_a_corrected_cost_rejected(self):
        """It is the reseller's cost; what the customer pays does not depend on it."""
        self._regular()
        pair = self._correct([record("SN-1", mono=(1000, "0.005"))]).charge_ids
        pair.filtered(lambda charge: charge.quantity < 0).action_reject()
        self.assertEqual(self._corrected(1200, "0.005"), [(200, 0.005, 0.01, True)])
        self.assertEqual(self._standing()[:2], (1200, 12.0))

    def test_a_rejected_cost_stands_while_nothing_changes(self):
        self._regular()
        self._correct([record("SN-1", mono=(1000, "0.005"))]).charge_ids.action_reject()
        self.assertEqual(self._corrected(1000, "0.005", ReadDate="2026-01-30"), [])

    def test_pages_that_a_clerk_changed(self):
        """As with a rejection: they stand until Xerox bills another number of pages."""
        charge = self._regular().charge_ids
        charge.write({"quantity": 800, "reason": "Test pages of the technician"})
        self.assertEqual(self._corrected(1000, ReadDate="2026-01-30"), [])
        self.assertEqual(self._corrected(1200), [(400, 0.004, 0.01, True)])
        charge.action_reject()
        self.assertEqual(self._corrected(1300), [(900, 0.004, 0.01, True)])
        self.assertEqual(self._standing()[0], 1300)

    def test_pages_whose_charge_was_deleted(self):
        self._regular().charge_ids.unlink()
        self.assertEqual(self._corrected(1000, ReadDate="2026-01-30"), [])
        self.assertEqual(self._corrected(1000, "0.005"), [])
        self.assertEqual(self._corrected(1200, "0.005"), [(1200, 0.005, 0.01, True)])

    # What a charge is

    def test_kinds(self):
        self._regular()
        self._correct([record("SN-1", mono=(1200, "0.005"))])
        self.assertEqual(self._charges().mapped("kind"), ["pages", "correction", "cost_correction", "cost_correction"])
        self._correct([record("SN-1", mono=(1200, "0.005"), color=(50, "0.04"))])
        self.assertEqual(self._charges(output_type="color").kind, "pages", "Nothing was charged of it before.")
        self.assertEqual(self._charge().kind, "pages")
        copy = self._charges()[-1].copy({"period_end": "2026-01-30"})
        self.assertEqual(copy.kind, "pages", "A copy is made by hand.")

    def test_pages_of_a_corrected_cost_that_a_clerk_changed(self):
        """It stays a matter of the reseller's cost: no page of the customer's comes or goes with it."""
        self._regular()
        self._correct([record("SN-1", mono=(1000, "0.005"))])
        self._charges()[-1].write({"quantity": 900, "reason": "Agreed with Xerox"})
        self.assertEqual(self._corrected(1200, "0.005"), [(200, 0.005, 0.01, True)])
        self.assertEqual(self._standing()[:2], (1200, 12.0))

    def test_pages_that_cancel_out_by_chance(self):
        """Two charges of one read that add up to 0 are not for that a corrected cost."""
        self._regular()
        file = self._correct([record("SN-1", mono=(1300, "0.005"))])
        more, back, again = file.charge_ids.sorted("id")
        again.write({"quantity": 0, "reason": "Agreed with Xerox"})
        back.write({"quantity": -300, "reason": "Agreed with Xerox"})
        self.assertEqual((more.kind, more.quantity), ("correction", 300))
        self.assertEqual(self._corrected(1400, "0.005"), [(100, 0.005, 0.01, True)])
        self.assertEqual(self._standing()[:2], (1400, 14.0))

    # What was invoiced

    def test_posted_invoices_are_not_touched(self):
        self._regular().charge_ids.action_approve()
        moves = self._post()
        before = self._frozen(moves)
        file = self._correct([record("SN-1", mono=(400, "0.005"))])
        self.assertEqual(self._frozen(moves), before)
        file.charge_ids.action_approve()
        credit = self._post()
        self.assertEqual(self._frozen(moves), before)
        lines = self._product_lines(credit).filtered(lambda line: line.product_id == self.mono)
        self.assertEqual([(line.quantity, line.price_unit) for line in lines], [(-600, 0.01)])
        # The pair that moves the cost is on no invoice.
        self.assertEqual(sorted(file.charge_ids.mapped("invoice_status")), ["invoiced", "no", "no"])

    def test_a_credit_of_its_own(self):
        """More is taken back than there is to bill: a credit note."""
        charge = self._regular().charge_ids
        charge.action_approve()
        self._post()
        self._correct([record("SN-1", mono=(0, "0.004"))]).charge_ids.action_approve()
        credit = self.agreement._create_xpps_invoices(due=self.env["sale.subscription"])
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 10.0))
        line = self._product_lines(credit)
        self.assertEqual((line.quantity, line.price_unit, line.price_subtotal), (1000, 0.01, 10.0))

    def _frozen(self, moves):
        moves.invalidate_recordset()
        return [
            (move.name, move.state, move.amount_total, line.id, line.name, line.quantity, line.price_unit, line.balance)
            for move in moves
            for line in move.line_ids
        ]
