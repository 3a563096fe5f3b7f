# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where a company holds faulty records back, the sound ones are imported, and the others once they are mended."""

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.access import BILLING, USER
from ..support.common import record
from ..support.importing import FEBRUARY, ImportCase


class QuarantineCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_quarantine = True

    def _states(self, file):
        file.line_ids.invalidate_recordset()
        return {line.serial: line.state for line in file.line_ids}


class TestQuarantine(QuarantineCase):
    def setUp(self):
        super().setUp()
        self.rows = [
            record("SN-1", mono=(100, "0.004"), BaseServiceFee=20),
            record("SN-2", mono=(200, "0.005"), color=(10, "0.04"), BaseServiceFee=30),
            record("SN-3", mono=(300, "0.004")),
        ]

    def _held(self, rows=None, held=2, **invoice):
        """Upload and import a file of which so many records are held."""
        file = self._upload(rows or self.rows, **invoice)
        self.assertEqual(file.state, "draft")
        file.action_import()
        self.assertEqual((file.state, file.held_count), ("imported", held))
        return file

    def test_sound_records_are_imported(self):
        file = self._held()
        self.assertEqual(self._states(file), {"SN-1": "imported", "SN-2": "held", "SN-3": "held"})
        self.assertEqual(file.charge_ids.device_id, self.device)
        self.assertEqual(file.meter_read_ids.device_id, self.device)
        self.assertEqual(self._codes(file), ["device_unknown", "device_unknown"])
        self.assertIn("2 device records", file.message_ids[0].body)
        self.assertEqual(file.line_ids.mapped("billed_period_end"), [self.day("2026-01-31"), False, False])
        self.assertEqual(file.search([("held_count", ">", 0), ("id", "=", file.id)]), file)

    def test_off_by_default(self):
        self.company.xpps_quarantine = False
        file = self._upload(self.rows)
        self.assertRaisesMessage("SN-2", file.action_import)
        self.assertEqual((file.state, self._states(file)["SN-1"]), ("draft", "draft"))
        self.assertFalse(file.charge_ids)

    def test_mended_records_are_imported_once(self):
        file = self._held()
        before = file.charge_ids
        second = self._device("SN-2")
        file.action_check()
        self.assertEqual(self._codes(file), ["device_unknown"])
        self.assertEqual(file.charge_ids, before)
        self.assertEqual(
            self._preview(file), {self.agreement: (210, 2.8, 1.4)}, "What is still to be imported, and can be"
        )
        self.assertEqual(
            {change.product_id: change.new_cost for change in file.cost_change_ids if not change.applied},
            {self.mono: 0.005, self.color: 0.04},
        )
        file.action_import()
        self.assertEqual(self._states(file), {"SN-1": "imported", "SN-2": "imported", "SN-3": "held"})
        added = file.charge_ids - before
        self.assertEqual(added.device_id, second)
        self.assertEqual(sorted(self._rows(added)), [(10, 0.04, 0.08, True), (200, 0.005, 0.01, True)])
        self.assertEqual(sum(added.mapped("price_subtotal")), 2.8)
        self._device("SN-3")
        file.action_import()
        self.assertEqual(file.held_count, 0)
        self.assertEqual(len(file.charge_ids), 4)
        self.assertEqual(len(file.meter_read_ids), 4)
        self.assertEqual((file.error_count, len(file.line_ids)), (0, 3))
        for action in (file.action_check, file.action_import):
            self.assertRaisesMessage("no longer a draft", action)
        self.assertEqual(len(file.charge_ids), 4)

    def _preview(self, file):
        return {row.subscription_id: (row.pages, round(row.price, 2), round(row.cost, 2)) for row in file.summary_ids}

    def test_unit_costs_follow_each_import(self):
        default = self._default(unit_cost=0.001, unit_price=0.01)
        file = self._held()
        self.assertEqual(default.unit_cost, 0.004)
        self._device("SN-2")
        file.action_import()
        self.assertEqual(default.unit_cost, 0.005)
        file.action_cancel()
        self.assertEqual(default.unit_cost, 0.001)
        self.assertFalse(self.agreement.charge_default_ids - default)

    def test_nothing_is_mended(self):
        file = self._held()
        before = file.charge_ids, file.meter_read_ids
        self.assertRaisesMessage("SN-2", file.action_import)
        self.assertEqual((file.charge_ids, file.meter_read_ids), before)

    def test_nothing_is_sound(self):
        file = self._upload(self.rows[1:])
        self.assertRaisesMessage("SN-3", file.action_import)
        self.assertEqual(file.state, "draft")

    def test_errors_of_the_file_block_all(self):
        for invoice, code in (
            ({"InvoiceTotal": "1.00"}, "total_mismatch"),
            ({"DeviceCount": 7}, "device_count_mismatch"),
            ({"Currency": "XTS"}, "currency_unknown"),
            ({"PeriodStart": "2026-02-01", "PeriodEnd": "2026-01-01"}, "period_invalid"),
            ({"InvoiceDate": "yesterday"}, "value_invalid"),
        ):
            with self.subTest(code=code):
                file = self._upload(self.rows[:1], **invoice)
                self.assertEqual(self._codes(file), [code])
                self.assertRaisesMessage("cannot be imported", file.action_import)
                self.assertFalse(file.charge_ids)

    def test_an_invoice_that_stands_behind_the_devices(self):
        """Its errors are not those of the last record."""
        data = build_xml({"InvoiceDate": "yesterday"}, [self.rows[0], record("SN-1b"), record("")])
        head, rest = data.split(b"  <Invoice>", 1)
        invoice, rest = rest.split(b"  </Invoice>\n", 1)
        data = head + rest.replace(b"</XPPSBilling", b"  <Invoice>" + invoice + b"  </Invoice>\n</XPPSBilling")
        file = self._check(data)
        self.assertIn("value_invalid", self._codes(file))
        self.assertRaisesMessage("cannot be imported", file.action_import)

    # Records that cannot be read

    def test_a_value_that_cannot_be_read(self):
        self._device("SN-2")
        rows = [self.rows[0], record("SN-2", mono=("many", "0.004"))]
        file = self._held(rows, 1)
        self.assertEqual(self._states(file), {"SN-1": "imported", "SN-2": "held"})
        issue = file.issue_ids.filtered(lambda issue: issue.severity == "error")
        self.assertEqual((issue.code, issue.line_id.serial), ("value_invalid", "SN-2"))

    def test_an_unknown_element(self):
        file = self._held([self.rows[0], record("SN-2", Colour="red")], 1)
        self.assertEqual(self._states(file), {"SN-1": "imported", "SN-2": "held"})
        self.assertEqual(self._codes(file), ["device_unknown", "file_schema"])

    def test_no_serial(self):
        file = self._held([self.rows[0], record("", mono=(5, "0.004"))], 1)
        self.assertEqual(self._codes(file), ["serial_missing"])
        self.assertEqual(file.charge_ids.device_id, self.device)

    def test_a_serial_twice(self):
        file = self._held([self.rows[0], record("sn-1", mono=(5, "0.004"))], 1)
        self.assertEqual(self._codes(file), ["serial_duplicate"])
        self.assertEqual(self._states(file), {"SN-1": "imported", "sn-1": "held"})
        self.assertEqual(self._rows(file.charge_ids), [(100, 0.004, 0.01, True)])
        # As long as the first is billed, the second is not, whatever is tried.
        for _time in range(2):
            self.assertRaisesMessage("twice", file.action_import)
        file.line_ids.filtered(lambda line: line.state == "held").action_leave_out()
        self.assertEqual(file.error_count, 0)

    def test_all_records_on_one_line_of_the_file(self):
        rows = [
            self.rows[0],
            record("", mono=(1, "0.004")),
            record("", mono=(2, "0.004")),
            record("SN-1", mono=(3, "0.004")),
            record("SN-1", mono=(4, "0.004")),
            record("SN-9", mono=("x", "0.004")),
        ]
        data = build_xml(devices=rows).replace(b"\n", b"")
        wizard = self._wizard(data)
        wizard.action_check()
        file = wizard.billing_file_id
        file.action_import()
        self.assertEqual(file.line_ids.sorted("sequence").mapped("state"), ["imported"] + ["held"] * 5)
        self.assertEqual(self._rows(file.charge_ids), [(100, 0.004, 0.01, True)])

    def test_a_device_total_that_is_wrong(self):
        self._device("SN-2")
        file = self._held([self.rows[0], self.rows[1] | {"DeviceTotal": "1.00"}], 1)
        self.assertEqual(self._codes(file), ["total_mismatch"])
        self.assertEqual(self._states(file)["SN-2"], "held")

    # Leaving out

    def test_leave_out(self):
        file = self._held()
        line = file.line_ids.filtered(lambda line: line.serial == "SN-3")
        line.action_leave_out()
        self.assertEqual(self._states(file)["SN-3"], "left_out")
        self.assertEqual((file.held_count, file.error_count), (1, 1))
        self.assertIn("SN-3", file.message_ids[0].body)
        self._device("SN-2")
        self._device("SN-3")
        file.action_check()
        file.action_import()
        self.assertEqual(self._states(file), {"SN-1": "imported", "SN-2": "imported", "SN-3": "left_out"})
        self.assertNotIn("SN-3", file.charge_ids.device_id.mapped("name"))
        self.assertEqual(file.held_count, 0)
        self.assertRaisesMessage("no longer a draft", file.action_import)

    def test_leave_out_a_record_that_cannot_be_read(self):
        """What is wrong with it is no matter any more."""
        file = self._held([self.rows[0], self.rows[1], record("SN-3", mono=("many", "0.004"))])
        file.line_ids.filtered(lambda line: line.serial == "SN-3").action_leave_out()
        self._device("SN-2")
        file.action_check()
        self.assertEqual(self._codes(file), [])
        file.action_import()
        self.assertEqual(self._states(file)["SN-2"], "imported")
        self.assertEqual(file.held_count, 0)

    def test_leave_out_is_for_held_records(self):
        file = self._held()
        file.line_ids.action_leave_out()
        self.assertEqual(self._states(file), {"SN-1": "imported", "SN-2": "left_out", "SN-3": "left_out"})

    def test_leave_out_is_for_those_who_bill(self):
        line = self._held().line_ids[1]
        line.with_user(self._user("xpps_test_clerk", BILLING)).action_leave_out()
        self.assertEqual(line.state, "left_out")
        reader = self._user("xpps_test_reader", USER)
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            line.with_user(reader).action_leave_out()

    # With other files

    def test_billed_by_another_file_meanwhile(self):
        file = self._held()
        self._device("SN-2")
        other = self._load([record("SN-2", mono=(7, "0.005"))])
        self.assertRaisesMessage(other.name, file.action_import)
        file.action_check()
        self.assertEqual(self._codes(file), ["device_unknown", "period_duplicate"])

    def test_a_held_record_bills_nothing_and_blocks_nothing(self):
        file = self._held()
        self._load([record("SN-1", mono=(1, "0.004"))], **FEBRUARY)
        self._correct([record("SN-1", mono=(150, "0.004"))])
        self._device("SN-2")
        file.action_import()
        self.assertEqual(self._standing(), (151, 1.51, 0.6))

    def test_undo_of_a_file_with_held_records(self):
        file = self._held()
        self._device("SN-2")
        file.action_import()
        file.action_cancel()
        self.assertFalse(file.charge_ids | file.charge_ids.search([("billing_file_id", "=", file.id)]))
        self.assertFalse(file.meter_read_ids)
        self.assertEqual(set(self._states(file).values()), {"draft"})
        self._device("SN-3")
        file.action_draft()
        self.assertEqual(self._codes(file), [])
        file.action_import()
        self.assertEqual(set(self._states(file).values()), {"imported"})
        self.assertEqual(sorted(file.charge_ids.mapped("quantity")), [10, 100, 200, 300])

    def test_a_correction_with_held_records(self):
        regular = self._held()
        file = self._upload([record("SN-1", mono=(150, "0.004")), record("SN-2", mono=(9, "0.005"))], "correction")
        file.action_import()
        self.assertEqual(self._states(file), {"SN-1": "imported", "SN-2": "held"})
        self.assertEqual(self._rows(file.charge_ids), [(50, 0.004, 0.01, True)])
        self.assertRaisesMessage("Undo the later import first", regular.action_cancel)
        self._device("SN-2")
        regular.action_import()
        self.assertRaisesMessage("Undo the later import first", regular.action_cancel)
        file.action_import()
        added = file.charge_ids.filtered(lambda charge: charge.device_id.name == "SN-2")
        self.assertEqual(sorted(self._rows(added)), [(-191, 0.005, 0.01, True)])

    def test_company_changes_its_mind(self):
        """A file that was imported in part stays open, also when the company wants all or nothing by now."""
        file = self._held()
        self._device("SN-2")
        self.company.xpps_quarantine = False
        self.assertRaisesMessage("SN-3", file.action_import)
        self.assertEqual(self._states(file)["SN-2"], "held")
        self._device("SN-3")
        file.action_import()
        self.assertEqual(file.held_count, 0)


class TestBlockingWarnings(QuarantineCase):
    """A warning that a company does not let pass is an error of its record."""

    def _block(self, *codes):
        self.env["xpps.blocking.warning"].create([{"code": code, "company_id": self.company.id} for code in codes])

    def _backwards(self):
        self._device("SN-2")
        backwards = record("SN-2", mono=(5, "0.004"), MonoPrevious=100, MonoCurrent=50)
        return [record("SN-1", mono=(100, "0.004")), backwards]

    def test_passes_unless_it_is_blocked(self):
        file = self._load(self._backwards())
        self.assertEqual(self._codes(file, "warning"), ["read_backwards"])

    def test_blocks_the_file_without_quarantine(self):
        self.company.xpps_quarantine = False
        self._block("read_backwards")
        file = self._upload(self._backwards())
        self.assertEqual((self._codes(file), self._codes(file, "warning")), (["read_backwards"], []))
        self.assertRaisesMessage("runs backwards", file.action_import)

    def test_holds_the_record(self):
        self._block("read_backwards")
        file = self._upload(self._backwards())
        file.action_import()
        self.assertEqual(self._states(file), {"SN-1": "imported", "SN-2": "held"})
        self.env["xpps.blocking.warning"].search([]).unlink()
        file.action_import()
        self.assertEqual(self._states(file)["SN-2"], "imported")

    def test_of_another_company(self):
        other = self._company("XPPS Other Reseller")
        self.env["xpps.blocking.warning"].sudo().create({"code": "read_backwards", "company_id": other.id})
        self.assertEqual(self._codes(self._upload(self._backwards())), [])

    def test_margin(self):
        """The pages are not charged, and their cost does not reach the agreement."""
        self._block("margin_low")
        self._device("SN-2")
        file = self._upload([record("SN-1", mono=(100, "0.004")), record("SN-2", mono=(5, "0.5"))])
        self.assertEqual(file.cost_change_ids.mapped("new_cost"), [0.004])
        self.assertEqual(file.summary_ids.mapped("pages"), [100])
        file.action_import()
        self.assertEqual(self._states(file)["SN-2"], "held")
        self.assertEqual(self.agreement.charge_default_ids.unit_cost, 0.004)

    def test_a_device_that_is_absent_blocks_the_file(self):
        self._block("device_absent")
        self._device("SN-2")
        file = self._upload([record("SN-1")])
        self.assertRaisesMessage("not in the file", file.action_import)
        self.assertEqual(file.state, "draft")

    def test_margin_floor(self):
        """The floor is a share of the price: at 0.01 and 20 %, a page may cost 0.008."""
        for floor, cost, warned in (
            (0, "0.010000", False),
            (0, "0.010001", True),
            (20, "0.008000", False),
            (20, "0.008001", True),
            (12.5, "0.008750", False),
            (12.5, "0.008751", True),
        ):
            with self.subTest(floor=floor, cost=cost):
                self.company.xpps_margin_floor_percent = floor
                file = self._upload([record("SN-1", mono=(100, cost))])
                self.assertEqual(self._codes(file, "warning"), ["margin_low"] if warned else [])


class TestUsageSpike(QuarantineCase):
    MONTHS = (
        ("2025-11-01", "2025-11-30", 5000),
        ("2025-12-01", "2025-12-31", 100),
        ("2026-01-01", "2026-01-31", 200),
        ("2026-02-01", "2026-02-28", 300),
    )

    def _printed(self, pages, color=0, current="2026-03", **values):
        row = record("SN-1", MonoPrevious=0, MonoCurrent=pages, ColorPrevious=0, ColorCurrent=color, **values)
        return self._upload([row], InvoiceDate="2026-04-03", PeriodStart=f"{current}-01", PeriodEnd=f"{current}-31")

    def _history(self, months=MONTHS):
        for start, end, pages in months:
            row = record("SN-1", MonoPrevious=0, MonoCurrent=pages)
            self._load([row], InvoiceDate=end, PeriodStart=start, PeriodEnd=end)

    def assertSpike(self, file, spike=True):
        self.assertEqual("usage_spike" in self._codes(file, "warning"), spike)

    def test_no_history(self):
        self.assertSpike(self._printed(1_000_000), False)

    def test_mean_of_three_months(self):
        """Of 100, 200 and 300 pages; November is too old to count."""
        self._history()
        self.assertSpike(self._printed(400), False)
        self.assertSpike(self._printed(401))
        self.assertSpike(self._printed(200, color=201))

    def test_mean_of_fewer_months(self):
        self._history(self.MONTHS[-1:])
        self.assertSpike(self._printed(600), False)
        self.assertSpike(self._printed(601))

    def test_months_that_share_a_border_day(self):
        self._history((("2025-12-31", "2026-01-31", 200), ("2026-01-31", "2026-02-28", 300)))
        row = record("SN-1", MonoPrevious=0, MonoCurrent=501)
        period = {"InvoiceDate": "2026-04-03", "PeriodStart": "2026-02-28", "PeriodEnd": "2026-03-31"}
        self.assertSpike(self._upload([row], **period))
        self.assertSpike(self._upload([row | {"MonoCurrent": 500}], **period), False)

    def test_what_was_corrected_counts(self):
        self._history(self.MONTHS[-1:])
        self._correct(
            [record("SN-1", MonoPrevious=0, MonoCurrent=100)],
            InvoiceDate="2026-03-03",
            PeriodStart="2026-02-01",
            PeriodEnd="2026-02-28",
        )
        self.assertSpike(self._printed(200), False)
        self.assertSpike(self._printed(201))

    def test_percentage(self):
        self._history(self.MONTHS[-1:])
        self.company.xpps_usage_spike_percent = 50
        self.assertSpike(self._printed(451))
        self.assertSpike(self._printed(450), False)
        self.company.xpps_usage_spike_percent = 0
        self.assertSpike(self._printed(1_000_000), False)

    def test_blocked(self):
        self.env["xpps.blocking.warning"].create({"code": "usage_spike", "company_id": self.company.id})
        self._history(self.MONTHS[-1:])
        file = self._printed(601)
        self.assertEqual(self._codes(file), ["usage_spike"])
        with self.assertRaises(UserError):
            file.action_import()
