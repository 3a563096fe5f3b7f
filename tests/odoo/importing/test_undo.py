# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The undo of an import: everything is as it was before, or nothing is undone and the reason is said."""

from odoo.exceptions import AccessError

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER
from ..support.common import record
from ..support.importing import FEBRUARY, MARCH, ImportCase

ROWS = [record("SN-1", mono=(1000, "0.004"), color=(50, "0.04"), BaseServiceFee=20, MonoPrevious=1, MonoCurrent=1501)]


class TestUndo(ImportCase):
    def _state(self):
        """All that an import may have changed, as plain values."""
        self.env.flush_all()
        self.env.invalidate_all()
        models = {
            "xpps.meter.read": ("device_id", "output_type", "overage", "unit_cost", "superseded_by_id"),
            "sale.subscription.charge": ("device_id", "output_type", "quantity", "unit_cost", "state"),
            "sale.subscription.charge.default": ("product_id", "unit_cost", "unit_price", "billable"),
        }
        state = {
            model: self.env[model].search([("company_id", "=", self.company.id)], order="id").read(fields)
            for model, fields in models.items()
        }
        lines = self.env["xpps.billing.file.line"].search([("billed_period_end", "!=", False)], order="id")
        state["lines"] = lines.read(["device_id", "state", "billed_period_end", "superseded_by_id"])
        return state

    # What is taken back

    def test_first_import(self):
        before = self._state()
        file = self._load(ROWS)
        self.assertNotEqual(self._state(), before)
        file.action_cancel()
        self.assertEqual(self._state(), before)
        self.assertEqual(file.state, "cancelled")
        self.assertFalse(file.summary_ids)
        self.assertEqual(file.line_ids.mapped("state"), ["draft"])
        self.assertFalse(self.device.xpps_last_read_date)

    def test_it_is_said_on_the_file(self):
        file = self._load(ROWS)
        file.action_cancel()
        body = " ".join(file.message_ids.mapped("body"))
        self.assertIn("Meter reads removed: 2. Charges removed: 2.", body)

    def test_approved_and_rejected_charges(self):
        before = self._state()
        file = self._load(ROWS)
        file.charge_ids[0].action_approve()
        file.charge_ids[1].action_reject()
        file.action_cancel()
        self.assertEqual(self._state(), before)

    def test_correction(self):
        regular = self._load(ROWS)
        before = self._state()
        file = self._correct([record("SN-1", mono=(900, "0.005"), mono_color1=(0, "0.01"))])
        self.assertNotEqual(self._state(), before)
        file.action_cancel()
        self.assertEqual(self._state(), before)
        self.assertFalse(regular.meter_read_ids.superseded_by_id)
        self.assertFalse(regular.line_ids.superseded_by_id)

    def test_chain_of_corrections(self):
        states = [self._state()]
        files = [self._load(ROWS)]
        for pages in (900, 0, 1100):
            states.append(self._state())
            files.append(self._correct([record("SN-1", mono=(pages, "0.004"))]))
        while files:
            for corrected in files[:-1]:
                self.assertRaisesMessage("Undo the later import first", corrected.action_cancel)
            files.pop().action_cancel()
            self.assertEqual(self._state(), states.pop())

    def test_several_files_at_once(self):
        before = self._state()
        files = self._load(ROWS) | self._load([record("SN-1", mono=(5, "0.006"))], **FEBRUARY)
        files.action_cancel()
        self.assertEqual(self._state(), before)

    def test_another_files_import_stays(self):
        january = self._load(ROWS)
        february = self._load([record("SN-1", mono=(5, "0.004"))], **FEBRUARY)
        january.action_cancel()
        self.assertEqual(self._rows(self._charges()), [(5, 0.004, 0.01, True)])
        self.assertEqual(self._live_reads(), {("mono", "2026-02-28"): (0, 5, 0.004)})
        self.assertEqual(february.state, "imported")

    # Contract defaults

    def _cost(self, product=None):
        defaults = self.agreement.charge_default_ids.filtered(
            lambda default: default.product_id == (product or self.mono)
        )
        return round(defaults.unit_cost, 6) if defaults else None

    def _months(self, *costs):
        """Import a month after the other, each with its unit cost of Mono pages."""
        return [
            self._load([record("SN-1", mono=(10, cost))], **period)
            for cost, period in zip(costs, ({}, FEBRUARY, MARCH), strict=False)
        ]

    def test_default_that_the_import_made(self):
        self._months("0.004")[0].action_cancel()
        self.assertFalse(self.agreement.charge_default_ids)

    def test_default_that_was_there(self):
        self._default(unit_cost=0.003, unit_price=0.02)
        file = self._months("0.004")[0]
        self.assertEqual(self._cost(), 0.004)
        file.action_cancel()
        self.assertEqual(self._cost(), 0.003)
        self.assertEqual(self.agreement.charge_default_ids.unit_price, 0.02)

    def test_chain_undone_from_the_end(self):
        files = self._months("0.004", "0.005", "0.006")
        for cost in (0.005, 0.004, None):
            files.pop().action_cancel()
            self.assertEqual(self._cost(), cost)

    def test_chain_undone_from_the_start(self):
        files = self._months("0.004", "0.005", "0.006")
        for file, cost in zip(files, (0.006, 0.006, None), strict=True):
            file.action_cancel()
            self.assertEqual(self._cost(), cost)

    def test_chain_undone_from_the_middle(self):
        first, second, third = self._months("0.004", "0.005", "0.006")
        second.action_cancel()
        self.assertEqual(self._cost(), 0.006)
        third.action_cancel()
        self.assertEqual(self._cost(), 0.004)
        first.action_cancel()
        self.assertEqual(self._cost(), None)

    def test_chain_undone_at_once(self):
        self._default(unit_cost=0.003)
        first, second, third = self._months("0.004", "0.005", "0.006")
        (first | second | third).action_cancel()
        self.assertEqual(self._cost(), 0.003)

    def test_default_that_was_changed_by_hand(self):
        file = self._months("0.004")[0]
        self.agreement.charge_default_ids.unit_cost = 0.0077
        file.action_cancel()
        self.assertEqual(self._cost(), 0.0077)
        self.assertIn(self.mono.name, file.message_ids[0].body)

    def test_default_that_was_changed_by_hand_between_two_imports(self):
        first = self._months("0.004")[0]
        self.agreement.charge_default_ids.unit_cost = 0.0077
        second = self._load([record("SN-1", mono=(10, "0.005"))], **FEBRUARY)
        first.action_cancel()
        self.assertEqual(self._cost(), 0.005)
        second.action_cancel()
        self.assertEqual(self._cost(), 0.0077)

    def test_default_that_got_a_price_of_its_own(self):
        file = self._months("0.004")[0]
        self.agreement.charge_default_ids.unit_price = 0.02
        file.action_cancel()
        self.assertEqual((self._cost(), self.agreement.charge_default_ids.unit_price), (0, 0.02))

    def test_default_that_was_deleted(self):
        file = self._months("0.004")[0]
        self.agreement.charge_default_ids.unlink()
        file.action_cancel()
        self.assertEqual((file.state, self._cost()), ("cancelled", None))

    # What stands against it

    def test_invoiced(self):
        file = self._load(ROWS)
        file.charge_ids.action_approve()
        moves = self._post()
        before = self._state()
        self.assertRaisesMessage(moves.name, file.action_cancel)
        self.assertEqual((self._state(), file.state), (before, "imported"))

    def test_one_charge_of_many_invoiced_in_a_draft(self):
        file = self._load(ROWS)
        file.charge_ids[0].action_approve()
        moves = self.agreement.create_invoice()
        before = self._state()
        self.assertRaisesMessage(moves.display_name, file.action_cancel)
        self.assertEqual(self._state(), before)

    def test_every_invoice_is_listed(self):
        second = self._device("SN-2", self._agreement())
        file = self._load([*ROWS, record("SN-2", mono=(5, "0.004"))])
        file.charge_ids.action_approve()
        moves = self._post() | self._post(second.xpps_subscription_id)
        for move in moves:
            self.assertRaisesMessage(move.name, file.action_cancel)

    def test_invoice_that_was_cancelled_or_deleted(self):
        before = self._state()
        file = self._load(ROWS)
        file.charge_ids.action_approve()
        self.agreement.create_invoice().button_cancel()
        self.agreement.create_invoice().unlink()
        file.action_cancel()
        self.assertEqual(self._state(), before)

    def test_correction_is_named(self):
        file = self._load(ROWS)
        correction = self._correct([record("SN-1", mono=(900, "0.005"))])
        self.assertRaisesMessage(f"corrected by a later import.*\n.*{correction.name}", file.action_cancel)
        correction.action_cancel()
        file.action_cancel()
        self.assertEqual(file.state, "cancelled")

    def test_correction_that_changed_nothing(self):
        """It replaces the record all the same: it says that the month was right."""
        file = self._load(ROWS)
        correction = self._correct([record("SN-1", mono=(1000, "0.004"), MonoPrevious=1, MonoCurrent=1501)])
        self.assertRaisesMessage("Undo the later import first", file.action_cancel)
        correction.action_cancel()
        file.action_cancel()

    def test_correction_of_another_device(self):
        self._device("SN-2")
        file = self._load(ROWS)
        self._correct([record("SN-2", mono=(900, "0.005"))])
        file.action_cancel()
        self.assertEqual(file.state, "cancelled")

    def test_all_or_nothing(self):
        january = self._load(ROWS)
        february = self._load([record("SN-1", mono=(5, "0.004"))], **FEBRUARY)
        february.charge_ids.action_approve()
        self._post()
        before = self._state()
        self.assertRaisesMessage("cannot be undone", (january | february).action_cancel)
        self.assertEqual(self._state(), before)

    # Who may

    def test_only_a_manager(self):
        file = self._load(ROWS)
        clerk = self._user("xpps_test_clerk", BILLING)
        self.assertRaisesMessage(
            "Only an XPPS administrator", file.with_user(clerk).action_cancel, exception=AccessError
        )
        self.assertEqual(file.state, "imported")
        file.with_user(self._user("xpps_test_manager", MANAGER)).action_cancel()
        self.assertEqual((file.state, len(file.charge_ids)), ("cancelled", 0))

    def test_a_clerk_gives_up_a_draft(self):
        file = self._upload(ROWS).with_user(self._user("xpps_test_clerk", BILLING))
        file.action_cancel()
        self.assertEqual(file.state, "cancelled")
        self.assertRaisesMessage("no longer a draft", file.action_import)

    # Once more

    def test_the_same_file_uploaded_again(self):
        data = build_xml(devices=ROWS)
        file = self._check(data)
        file.action_import()
        state = [charge[2:] for charge in self._rows(self._charges())]
        self.assertEqual(self._codes(self._check(data)), ["file_duplicate"])
        file.action_cancel()
        again = self._check(data)
        self.assertEqual(self._codes(again), [])
        again.action_import()
        self.assertEqual([charge[2:] for charge in self._rows(self._charges())], state)
        # The one that was undone cannot come back beside it.
        file.action_draft()
        self.assertEqual(self._codes(file), ["file_duplicate"])
        self.assertRaisesMessage("already been imported", file.action_import)

    def test_the_same_file_taken_up_again(self):
        file = self._load(ROWS)
        charges = self._rows(self._charges())
        file.action_cancel()
        # What it would do is checked anew, against the database as it is now.
        self.mono.list_price = 0.03
        file.action_draft()
        self.assertEqual((file.state, self._codes(file), len(file.line_ids)), ("draft", [], 1))
        self.assertEqual(file.summary_ids.pages, 1050)
        file.action_import()
        self.assertEqual(self._rows(self._charges()), [(1000, 0.004, 0.03, True), charges[1]])
        self.assertEqual(len(self._live_reads()), 2)
        file.action_cancel()
        self.assertFalse(self._charges())

    def test_a_correction_taken_up_again(self):
        self._load(ROWS)
        file = self._correct([record("SN-1", mono=(900, "0.004"))])
        file.action_cancel()
        self._correct([record("SN-1", mono=(1300, "0.004"))])
        file.action_draft()
        file.action_import()
        self.assertEqual(self._rows(file.charge_ids), [(-400, 0.004, 0.01, True)])
        self.assertEqual(self._standing(self._charges(output_type="mono")), (900, 9.0, 3.6))

    def test_an_imported_file_is_not_taken_up(self):
        file = self._load(ROWS)
        file.action_draft()
        self.assertEqual((file.state, len(file.charge_ids)), ("imported", 2))

    def test_an_imported_file_cannot_be_deleted(self):
        file = self._load(ROWS)
        self.assertRaisesMessage("Undo the import first", file.unlink)
        file.action_cancel()
        file.unlink()
        self.assertFalse(file.exists())
