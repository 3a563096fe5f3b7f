# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a file does not state is not 0: overage, unit costs and counters."""

from odoo.exceptions import AccessError
from odoo.tests import Form

from ...billing_file.builder import build_xml
from ..support.access import BILLING, USER
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH, ImportCase

#: 2,000 pages, of which 500 are included.
READS = {"MonoPrevious": 1000, "MonoCurrent": 3000, "MonoIncluded": 500}


class NotStatedCase(ImportCase):
    def _issue(self, file, code):
        issue = file.issue_ids.filtered(lambda issue: issue.code == code)
        self.assertEqual(len(issue), 1, "\n".join(file.issue_ids.mapped("message")))
        return issue


class TestOverage(NotStatedCase):
    def _checked(self, *rows, user=None, **invoice):
        wizard = self._wizard(build_xml(invoice, rows), user=user)
        wizard.action_check()
        return wizard

    def test_an_error_in_words_of_pages(self):
        wizard = self._checked(record("SN-1", **READS))
        file = wizard.billing_file_id
        self.assertEqual(self._codes(file), ["overage_missing"])
        issue = self._issue(file, "overage_missing")
        for words in ("SN-1", "10", "1,500 Mono pages", "1000 to 3000", "500 included"):
            self.assertIn(words, issue.message)
        self.assertEqual((issue.severity, issue.fix_label), ("error", "Charge 1,500"))
        self.assertRaisesMessage("1,500 Mono pages", wizard.action_import)
        self.assertFalse(file.charge_ids)

    def test_charge_them_by_one_click(self):
        clerk = self._user("xpps_test_clerk", BILLING)
        wizard = self._checked(record("SN-1", **READS), user=clerk)
        file = wizard.billing_file_id
        context = {"xpps_import_wizard_id": wizard.id}
        action = self._issue(file, "overage_missing").with_user(clerk).with_context(**context).action_fix()
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))
        self.assertEqual(self._codes(file), [])
        self.assertEqual((file.summary_ids.pages, file.summary_ids.price), (1500, 15.0))
        said = file.message_ids.filtered(lambda message: "1,500 Mono pages of device SN-1 are charged" in message.body)
        self.assertEqual(said.author_id, clerk.partner_id)
        wizard.action_import()
        charge = file.charge_ids
        self.assertEqual((charge.quantity, charge.price_subtotal), (1500, 15.0))
        # What Xerox billed stays what it is, and the vendor report says what was to be expected.
        self.assertEqual(file.meter_read_ids.overage, 0)
        row = self.env["xpps.vendor.report"].search([("component", "=", "mono"), ("billing_file_id", "=", file.id)])
        self.assertEqual((row.xerox_quantity, row.expected_quantity, row.charged_amount), (0, 1500, 15.0))

    def test_on_the_form_of_the_file(self):
        file = self._checked(record("SN-1", **READS)).billing_file_id
        self.assertEqual(self._issue(file, "overage_missing").action_fix(), {"type": "ir.actions.act_window_close"})
        self.assertEqual(self._codes(file), [])
        file.action_check()
        self.assertEqual(self._codes(file), [], "What was decided stays decided.")
        self.assertEqual(file.decision_ids.mapped("pages"), [1500])

    def test_a_decision_is_withdrawn(self):
        file = self._checked(record("SN-1", **READS)).billing_file_id
        self._issue(file, "overage_missing").action_fix()
        file.decision_ids.action_withdraw()
        self.assertFalse(file.decision_ids)
        self.assertEqual(self._codes(file), ["overage_missing"])

    def test_each_type_of_pages_by_itself(self):
        self._device("SN-2")
        color = {"ColorPrevious": 0, "ColorCurrent": 40, "ColorIncluded": 30}
        file = self._checked(
            record("SN-1", **READS, **color), record("SN-2", **READS | {"MonoCurrent": 1501})
        ).billing_file_id
        issues = file.issue_ids.filtered(lambda issue: issue.code == "overage_missing")
        self.assertEqual(issues.mapped("fix_label"), ["Charge 1,500", "Charge 10", "Charge 1"])
        self.assertIn("1 Mono page above", issues[2].message)
        issues[1].action_fix()
        issues = file.issue_ids.filtered(lambda issue: issue.code == "overage_missing")
        self.assertEqual(issues.mapped("fix_label"), ["Charge 1,500", "Charge 1"])
        issues[0].action_fix()
        self._issue(file, "overage_missing").action_fix()
        self.assertEqual(round(file.summary_ids.price, 2), 15.81)

    def test_another_file_in_its_place(self):
        wizard = self._checked(record("SN-1", **READS))
        file = wizard.billing_file_id
        self._issue(file, "overage_missing").action_fix()
        file._replace_upload(build_xml(devices=[record("SN-1", **READS | {"MonoCurrent": 4000})]), "billing.xml")
        file.action_check()
        self.assertEqual(self._issue(file, "overage_missing").fix_label, "Charge 2,500")

    def test_lowered_to_a_warning(self):
        with Form(self.env["res.config.settings"]) as form:
            form.xpps_overage_missing_passes = True
        form.record.execute()
        wizard = self._checked(record("SN-1", **READS))
        file = wizard.billing_file_id
        issue = self._issue(file, "overage_missing")
        self.assertEqual((issue.severity, file.error_count), ("warning", 0))
        self.assertIn("1,500 Mono pages", issue.message)
        wizard.action_import()
        self.assertFalse(file.charge_ids)
        row = self.env["xpps.vendor.report"].search([("component", "=", "mono"), ("billing_file_id", "=", file.id)])
        self.assertEqual((row.xerox_quantity, row.expected_quantity), (0, 1500))
        self.assertIn("quantity_wrong", row.flags)

    def test_of_another_company_alone(self):
        self._company("XPPS Other").xpps_overage_missing_passes = True
        self.assertEqual(self._codes(self._checked(record("SN-1", **READS)).billing_file_id), ["overage_missing"])

    def test_a_warning_can_be_fixed_too(self):
        self.company.xpps_overage_missing_passes = True
        file = self._checked(record("SN-1", **READS)).billing_file_id
        self._issue(file, "overage_missing").action_fix()
        file.action_import()
        self.assertEqual(file.charge_ids.quantity, 1500)

    def test_where_nothing_says_that_there_is_any(self):
        for row in (
            READS | {"MonoIncluded": None},
            READS | {"MonoIncluded": 2000},
            READS | {"MonoPrevious": None},
            READS | {"MonoCurrent": None},
            READS | {"MonoOver": 0},
            READS | {"MonoCurrent": 900},
        ):
            file = self._checked(record("SN-1", **row)).billing_file_id
            self.assertEqual(self._codes(file), [], row)

    def test_from_our_own_last_read(self):
        """Xerox does not say where the meter started; our last read does."""
        self._load([record("SN-1", **READS | {"MonoOver": 0, "MonoPrevious": 0, "MonoCurrent": 1000})], **JANUARY)
        file = self._upload([record("SN-1", MonoCurrent=3000, MonoIncluded=500)], **FEBRUARY)
        self.assertEqual(self._issue(file, "overage_missing").fix_label, "Charge 1,500")

    def test_held_back_and_decided_later(self):
        self.company.xpps_quarantine = True
        self._device("SN-2")
        file = self._checked(record("SN-1", mono=(10, "0.004")), record("SN-2", **READS)).billing_file_id
        file.action_import()
        self.assertEqual(file.line_ids.mapped("state"), ["imported", "held"])
        self._issue(file, "overage_missing").action_fix()
        file.action_import()
        self.assertEqual(file.line_ids.mapped("state"), ["imported", "imported"])
        self.assertEqual(file.charge_ids.mapped("quantity"), [10, 1500])

    def test_a_correction_states_it_afterwards(self):
        """What was charged by decision is not charged again."""
        file = self._checked(record("SN-1", **READS)).billing_file_id
        self._issue(file, "overage_missing").action_fix()
        file.action_import()
        self._correct([record("SN-1", mono=(1500, "0.004"), **READS)], **JANUARY)
        self.assertEqual(self._standing()[:2], (1500, 15.0))
        self._correct([record("SN-1", mono=(1400, "0.004"), **READS)], **JANUARY)
        self.assertEqual(self._standing()[:2], (1400, 14.0))

    def test_a_correction_that_does_not_state_it_either(self):
        self._load([record("SN-1", mono=(1500, "0.004"), **READS)], **JANUARY)
        self._correct([record("SN-1", **READS)], **JANUARY)
        self.assertEqual(self._standing()[:2], (1500, 15.0))

    def test_who_may_decide(self):
        file = self._checked(record("SN-1", **READS)).billing_file_id
        user = self._user("xpps_test_user", USER)
        issue = self._issue(file, "overage_missing")
        self.assertRaisesMessage("access|allowed", issue.with_user(user).action_fix, exception=AccessError)
        self.assertFalse(file.decision_ids)
        issue.action_fix()
        file.action_import()
        self.assertRaisesMessage("no longer a draft", file.decision_ids.action_withdraw)


class TestUnitCost(NotStatedCase):
    def test_unknown_is_not_free(self):
        file = self._load([record("SN-1", mono=(1000, None))])
        issue = self._issue(file, "unit_cost_missing")
        self.assertEqual(issue.severity, "warning")
        for words in ("SN-1", "1,000 pages", "Mono"):
            self.assertIn(words, issue.message)
        charge = file.charge_ids
        self.assertEqual((charge.price_subtotal, charge.cost_unknown), (10.0, True))
        self.assertEqual((charge.margin, charge.margin_percent, charge.margin_low), (0, 0, False))
        charge.write({"quantity": 2000, "reason": "counted again"})
        self.assertEqual((charge.price_subtotal, charge.margin, charge.margin_percent), (20.0, 0, 0))

    def test_the_preview_has_no_margin_either(self):
        file = self._upload([record("SN-1", mono=(1000, None))])
        summary = file.summary_ids
        self.assertEqual((summary.price, summary.cost_unknown, summary.margin_percent), (10.0, True, 0))

    def test_a_stated_cost_of_0_is_known(self):
        charge = self._load([record("SN-1", mono=(1000, "0"))]).charge_ids
        self.assertEqual((charge.cost_unknown, charge.margin, charge.margin_percent), (False, 10.0, 100.0))

    def test_no_cost_is_needed_without_pages(self):
        file = self._load([record("SN-1", mono=(0, None), MonoPrevious=1, MonoCurrent=5, MonoIncluded=9)])
        self.assertEqual(self._codes(file, "warning"), [])

    def test_it_may_block(self):
        self.env["xpps.blocking.warning"].create({"code": "unit_cost_missing", "company_id": self.company.id})
        self.assertEqual(self._codes(self._upload([record("SN-1", mono=(1000, None))])), ["unit_cost_missing"])

    def test_the_agreements_cost_stays(self):
        default = self._default(unit_cost=0.004)
        self._load([record("SN-1", mono=(1000, None))])
        self.assertEqual(default.unit_cost, 0.004)

    def test_a_correction_states_it(self):
        self._load([record("SN-1", mono=(1000, None))], **JANUARY)
        correction = self._correct([record("SN-1", mono=(1000, "0.004"))], **JANUARY)
        self.assertEqual(self._standing(), (1000, 10.0, 4.0))
        self.assertEqual(correction.charge_ids.mapped("cost_unknown"), [True, False])

    def test_a_correction_without_it(self):
        self._load([record("SN-1", mono=(1000, None))], **JANUARY)
        correction = self._correct([record("SN-1", mono=(1200, None))], **JANUARY)
        self.assertEqual((correction.charge_ids.quantity, correction.charge_ids.cost_unknown), (200, True))


class TestCounters(NotStatedCase):
    def _counter(self):
        self.device.invalidate_recordset()
        return self.device.xpps_mono_last_read

    def test_a_record_without_a_counter_keeps_the_last_read(self):
        self._load([record("SN-1", mono=(0, "0.004"), MonoPrevious=1000, MonoCurrent=3000)], **JANUARY)
        file = self._load([record("SN-1", mono=(10, "0.004"))], **FEBRUARY)
        self.assertEqual((self._counter(), file.meter_read_ids.pages), (3000, 0))
        march = self._load(
            [record("SN-1", mono=(0, "0.004"), MonoPrevious=3000, MonoCurrent=3500, MonoIncluded=900)], **MARCH
        )
        self.assertEqual(self._codes(march, "warning"), [])
        self.assertEqual((self._counter(), march.meter_read_ids.pages), (3500, 500))

    def test_a_gap_is_found_behind_it(self):
        self._load([record("SN-1", mono=(0, "0.004"), MonoPrevious=1000, MonoCurrent=3000)], **JANUARY)
        self._load([record("SN-1", mono=(10, "0.004"))], **FEBRUARY)
        march = self._load([record("SN-1", mono=(0, "0.004"), MonoPrevious=3100, MonoCurrent=3500)], **MARCH)
        self.assertIn("3000", self._issue(march, "read_gap").message)

    def test_of_a_meter_that_was_never_read(self):
        self._load([record("SN-1", mono=(10, "0.004"))], **JANUARY)
        self.assertEqual((self._counter(), self.device.xpps_last_read_date), (0, False))
        row = record("SN-1", mono=(0, "0.004"), MonoPrevious=3000, MonoCurrent=3500, MonoIncluded=900)
        february = self._load([row], **FEBRUARY)
        self.assertEqual(self._codes(february, "warning"), [], "Nobody knows that it was at 0.")

    def test_a_first_read_counts_no_pages(self):
        file = self._load([record("SN-1", mono=(0, "0.004"), MonoCurrent=250000)], **JANUARY)
        self.assertEqual((file.meter_read_ids.pages, self._counter()), (0, 250000))

    def test_a_start_that_is_not_stated(self):
        self._load([record("SN-1", mono=(0, "0.004"), MonoCurrent=250000)], **JANUARY)
        file = self._load([record("SN-1", mono=(0, "0.004"), MonoCurrent=251000)], **FEBRUARY)
        self.assertEqual((file.meter_read_ids.previous_read, file.meter_read_ids.pages), (250000, 1000))

    def test_from_the_read_of_its_installation(self):
        self.device.xpps_install_date = "2026-01-10"
        self.env["xpps.meter.read"]._note("opening", self.device, self.day("2026-01-10"), {"mono": 700})
        file = self._load([record("SN-1", mono=(0, "0.004"), MonoCurrent=1000)], **JANUARY)
        self.assertEqual(file.meter_read_ids.pages, 300)

    def test_a_stated_start_of_0(self):
        file = self._load([record("SN-1", mono=(0, "0.004"), MonoPrevious=0, MonoCurrent=500)], **JANUARY)
        self.assertEqual(file.meter_read_ids.pages, 500)

    def test_a_correction_keeps_a_start_of_0(self):
        self._load([record("SN-1", mono=(0, "0.004"), MonoPrevious=0, MonoCurrent=500)], **JANUARY)
        correction = self._correct([record("SN-1", mono=(0, "0.004"), MonoCurrent=600)], **JANUARY)
        self.assertEqual((correction.meter_read_ids.previous_read, correction.meter_read_ids.pages), (0, 600))

    def test_imported_out_of_order(self):
        self._load([record("SN-1", mono=(10, "0.004"))], **FEBRUARY)
        self._load([record("SN-1", mono=(0, "0.004"), MonoPrevious=1000, MonoCurrent=3000)], **JANUARY)
        self.assertEqual(self._counter(), 3000)
