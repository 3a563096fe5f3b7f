# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where a device was, and when: kept with the device, and what a billing file of each period bills."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..support.assignment import AssignmentCase
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH


class TestKeeping(AssignmentCase):
    """Device and history are kept in step."""

    def test_a_device_begins_its_history(self):
        self.assertEqual(self._history(), [(self.agreement, False, False)])
        device = self._device("SN-2", xpps_install_date="2026-01-10", xpps_removal_date="2026-01-20", xpps_location="A")
        self.assertEqual(self._history(device), [(self.agreement, "2026-01-10", "2026-01-20")])
        self.assertInStep(device)
        self.assertEqual(device.xpps_assignment_ids.company_id, self.company)

    def test_a_device_in_stock_has_no_history(self):
        device = self._device("SN-2", self.env["sale.subscription"])
        self.assertFalse(device.xpps_assignment_ids)
        self._give(self.agreement, device, xpps_install_date="2026-03-01")
        self.assertEqual(self._history(device), [(self.agreement, "2026-03-01", False)])

    def test_a_plain_serial_number_becomes_a_device(self):
        lot = self._device("SN-2", is_xpps_device=False)
        self.assertFalse(lot.xpps_assignment_ids)
        lot.is_xpps_device = True
        self.assertEqual(self._history(lot), [(self.agreement, False, False)])

    def test_many_devices_at_once(self):
        self.env.flush_all()
        values = {"product_id": self.printer.id, "company_id": self.company.id, "is_xpps_device": True}
        values |= {"xpps_subscription_id": self.agreement.id}
        lots = self.env["stock.lot"].with_context(tracking_disable=True)
        few = self._count_queries(lambda: lots.create([values | {"name": f"F-{n}"} for n in range(5)]))
        many = self._count_queries(lambda: lots.create([values | {"name": f"M-{n}"} for n in range(50)]))
        self.assertLessEqual(many - few, 5)
        devices = lots.search([("name", "like", "M-%"), ("company_id", "=", self.company.id)])
        self.assertEqual(len(devices.xpps_assignment_ids), 50)
        many = self._count_queries(lambda: devices.write({"xpps_install_date": "2026-01-01"}))
        self.assertLess(many, 50)
        self.assertEqual({str(day) for day in devices.xpps_assignment_ids.mapped("date_from")}, {"2026-01-01"})

    def _count_queries(self, function):
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_dates_of_the_device(self):
        self.device.xpps_install_date = "2026-01-05"
        self.device.xpps_removal_date = "2026-03-31"
        self.assertEqual(self._history(), [(self.agreement, "2026-01-05", "2026-03-31")])
        self.device.xpps_removal_date = False
        self.assertEqual(self._history(), [(self.agreement, "2026-01-05", False)])
        self.assertEqual(self.device.xpps_state, "active")

    def test_removed_before_it_came(self):
        self.device.xpps_install_date = "2026-02-01"
        self.assertRaisesMessage(
            "SN-1 cannot leave",
            self.device.write,
            {"xpps_removal_date": "2026-01-31"},
            exception=ValidationError,
        )
        self.assertRaisesMessage(
            "SN-9 cannot leave",
            lambda: self._device("SN-9", xpps_install_date="2026-02-01", xpps_removal_date="2026-01-31"),
            exception=ValidationError,
        )

    def test_a_device_that_was_never_billed_is_corrected(self):
        self._give(self.other)
        self.assertEqual(self._history(), [(self.other, False, False)])
        self.assertInStep()

    def test_a_device_that_was_billed_moves(self):
        self._load([record("SN-1")], **JANUARY)
        self._give(self.other)
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-31"), (self.other, "2026-02-01", False)])
        self.assertInStep()
        self.assertEqual(str(self.device.xpps_install_date), "2026-02-01")
        self._give(self.agreement)
        self.assertEqual(
            self._history(),
            [(self.agreement, False, "2026-01-31"), (self.agreement, "2026-02-01", False)],
            "Nothing was billed to the other one, so there the agreement is corrected.",
        )

    def test_a_billed_device_that_is_given_to_another_service(self):
        self._load([record("SN-1")], **JANUARY)
        self.agreement.sale_subscription_line_ids = [Command.create({"product_id": self.base.id})]
        second = self.agreement.sale_subscription_line_ids[1]
        self.device.xpps_subscription_line_id = second
        self.assertEqual(len(self._history()), 2)
        days = self.env["xpps.device.assignment"]._xpps_device_days(
            self.agreement.sale_subscription_line_ids, self.day("2026-01-31"), self.day("2026-02-02")
        )
        self.assertEqual(days, {self.base_line.id: {self.device.id: 1}, second.id: {self.device.id: 2}})

    def test_a_billed_device_that_moves_on_a_day(self):
        self._load([record("SN-1")], **JANUARY)
        self._give(self.other, xpps_install_date="2026-02-10")
        self.assertEqual(self._history(), [(self.agreement, False, "2026-02-09"), (self.other, "2026-02-10", False)])

    def test_a_billed_device_that_moves_in_the_billed_period(self):
        self._load([record("SN-1")], **JANUARY)
        with self.assertRaisesRegex(UserError, "SN-1 was billed to agreement .* until 01/31/2026"):
            self._give(self.other, xpps_install_date="2026-01-15")

    def test_a_place_and_a_customer_of_the_same_device(self):
        self._load([record("SN-1")], **JANUARY)
        self.device.xpps_location = "Reception"
        self.assertEqual(self._history(), [(self.agreement, False, False)])
        self.assertInStep()

    def test_an_undone_import_did_not_bill(self):
        self._load([record("SN-1")], **JANUARY).action_cancel()
        self._give(self.other)
        self.assertEqual(self._history(), [(self.other, False, False)])

    def test_reinstalled_after_its_removal(self):
        self._load([record("SN-1")], **JANUARY)
        self.device.xpps_removal_date = "2026-02-10"
        self.device.xpps_removal_date = False
        self.assertEqual(self._history(), [(self.agreement, False, False)])
        self.device.xpps_removal_date = "2026-02-10"
        self._give(self.other, xpps_removal_date=False, xpps_install_date="2026-03-01")
        self.assertEqual(self._history(), [(self.agreement, False, "2026-02-10"), (self.other, "2026-03-01", False)])
        self.assertEqual(self.device.xpps_state, "active")

    def test_reinstalled_before_anything_was_billed(self):
        """What Xerox bills late is of who had the device then."""
        for agreement in (self.other, self.agreement):
            device = self._device(f"BACK-{agreement.id}")
            device.xpps_removal_date = "2026-01-20"
            values = {"xpps_removal_date": False, "xpps_install_date": "2026-02-10"}
            if agreement == self.other:
                values |= {
                    "xpps_partner_id": agreement.partner_id.id,
                    "xpps_subscription_id": agreement.id,
                    "xpps_subscription_line_id": agreement.sale_subscription_line_ids[:1].id,
                }
            device.write(values)
            stays = [
                (stay.subscription_id, stay.date_from, stay.date_to) for stay in device.xpps_assignment_ids.sorted("id")
            ]
            self.assertEqual(
                stays, [(self.agreement, False, self.day("2026-01-20")), (agreement, self.day("2026-02-10"), False)]
            )

    def test_reinstalled_on_the_day_of_its_removal(self):
        self.device.xpps_removal_date = "2026-01-20"
        self.device.write({"xpps_removal_date": False, "xpps_install_date": "2026-01-20"})
        self.assertEqual(
            self._history(), [(self.agreement, False, "2026-01-19"), (self.agreement, "2026-01-20", False)]
        )
        self.assertInStep()

    def test_a_removed_device_that_is_cleared(self):
        """Whose it was stays known, and a late file bills it."""
        self.device.write(
            {
                "xpps_removal_date": "2026-01-20",
                "xpps_partner_id": False,
                "xpps_subscription_id": False,
                "xpps_subscription_line_id": False,
            }
        )
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-20")])
        self.assertFalse(self.device.xpps_subscription_id)
        file = self._load([record("SN-1", mono=(100, "0.004"))], **JANUARY)
        self.assertEqual(file.charge_ids.subscription_id, self.agreement)

    def test_the_agreement_of_an_assignment_is_not_deleted(self):
        self._assign(self.other, "2026-03-01")
        with self.assertRaisesRegex(UserError, "cannot be deleted because of its .*device history"):
            self.other.unlink()


class TestHistory(AssignmentCase):
    """Assignments that are written themselves."""

    def test_a_later_one_ends_an_open_one(self):
        self._assign(self.other, "2026-02-01", location="Hall")
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-31"), (self.other, "2026-02-01", False)])
        self.assertInStep()
        self.assertEqual((self.device.xpps_location, self.device.xpps_state), ("Hall", "active"))

    def test_an_earlier_one_comes_before(self):
        self._assign(self.other, "2025-01-01", "2025-12-31")
        self.assertEqual(
            self._history(), [(self.other, "2025-01-01", "2025-12-31"), (self.agreement, "2026-01-01", False)]
        )
        self.assertInStep()
        self.assertEqual(self.device.xpps_subscription_id, self.agreement)

    def test_several_of_one_device_at_once(self):
        values = [
            {"device_id": self.device.id, "subscription_id": agreement.id, "date_from": date}
            for agreement, date in ((self.agreement, "2026-03-01"), (self.other, "2026-02-01"))
        ]
        self.env["xpps.device.assignment"].create(values)
        self.assertEqual(
            self._history(),
            [
                (self.agreement, False, "2026-01-31"),
                (self.other, "2026-02-01", "2026-02-28"),
                (self.agreement, "2026-03-01", False),
            ],
        )

    def test_two_places_on_one_day(self):
        self.device.xpps_install_date = "2025-01-01"
        self._assign(self.other, "2026-02-01", "2026-02-28")
        for dates in (
            ("2026-02-28", "2026-03-31"),
            ("2026-01-31", "2026-02-01"),
            (False, "2026-02-01"),
            (False, False),
        ):
            with self.subTest(dates=dates):
                self.assertRaisesMessage(
                    "SN-1 cannot be in two places.*XPPS Other Customer",
                    self._assign,
                    self.agreement,
                    *dates,
                    exception=ValidationError,
                )
        last = self.device.xpps_assignment_ids[0]
        self.assertRaisesMessage(
            "SN-1 cannot be in two places", last.write, {"date_from": "2026-01-31"}, exception=ValidationError
        )

    def test_the_database_keeps_devices_at_one_place(self):
        """Two users at the same moment do not see each other's history."""
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "device_excl"), self.cr.savepoint():
            self.env.cr.execute(
                "INSERT INTO xpps_device_assignment (device_id, company_id, date_from) VALUES (%s, %s, '2030-01-01')",
                [self.device.id, self.company.id],
            )

    def test_dates_in_order(self):
        self.assertRaisesMessage(
            "SN-1 cannot leave", self._assign, self.other, "2026-02-02", "2026-02-01", exception=ValidationError
        )

    def test_service_of_another_agreement(self):
        self.assertRaisesMessage(
            "base price service of device SN-1",
            lambda: self._assign(self.other, "2026-02-01", subscription_line_id=self.base_line.id),
            exception=ValidationError,
        )

    def test_it_stays_with_its_device(self):
        second = self._device("SN-2")
        self.assertRaisesMessage(
            "cannot be moved to another device", self.device.xpps_assignment_ids.write, {"device_id": second.id}
        )

    def test_a_change_of_the_last_one(self):
        self._assign(self.other, "2026-02-01")
        self.device.xpps_assignment_ids[0].write({"date_to": "2026-02-28", "location": "Hall"})
        self.assertInStep()
        self.assertEqual(self.device.xpps_state, "removed")

    def test_a_last_one_that_is_deleted(self):
        self._assign(self.other, "2026-02-01").unlink()
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-31")])
        self.assertInStep()

    def test_the_form_of_the_device(self):
        """It sends its history together with its own fields: neither is lost."""
        first = self.device.xpps_assignment_ids
        self.device.write(
            {
                "xpps_asset_number": "A-1",
                "xpps_location": "Hall",
                "xpps_assignment_ids": [
                    Command.update(first.id, {"date_to": "2026-01-31"}),
                    Command.create({"subscription_id": self.other.id, "date_from": "2026-02-01"}),
                ],
            }
        )
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-31"), (self.other, "2026-02-01", False)])
        self.assertEqual(first.location, "Hall")
        self.assertInStep()

    def test_a_row_that_is_added_in_the_form(self):
        """Customer and service follow from the agreement."""
        with Form(self.device, "xerox_xpps.view_xpps_device_form") as form, form.xpps_assignment_ids.new() as row:
            row.date_from = "2026-02-01"
            row.subscription_id = self.other
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-31"), (self.other, "2026-02-01", False)])
        self.assertEqual(self.device.xpps_subscription_line_id, self.other_line)
        self.assertEqual(self.device.xpps_partner_id, self.other.partner_id)


class TestDays(AssignmentCase):
    def _days(self, date_from="2026-01-01", date_to="2026-01-31", lines=None):
        lines = self.base_line if lines is None else lines
        days = self.env["xpps.device.assignment"]._xpps_device_days(lines, self.day(date_from), self.day(date_to))
        return {line: list(days[line.id].values()) for line in lines}

    def test_whole_and_part_of_a_period(self):
        for number, (first, last) in enumerate(
            (("2026-01-18", False), (False, "2026-01-01"), ("2026-02-01", False), (False, "2025-12-31"))
        ):
            self._device(f"D-{number}", xpps_install_date=first, xpps_removal_date=last)
        self.assertEqual(self._days(), {self.base_line: [31, 14, 1]})

    def test_a_device_that_came_back(self):
        self.device.xpps_install_date = "2025-01-01"
        self._assign(self.other, "2026-01-11", "2026-01-20")
        self._assign(self.agreement, "2026-01-22")
        self.assertEqual(
            self._days(lines=self.base_line | self.other_line), {self.base_line: [10 + 10], self.other_line: [10]}
        )

    def test_a_service_without_devices(self):
        self.assertEqual(self._days(lines=self.other_line), {self.other_line: []})

    def test_removed_nobody_knows_when(self):
        self.device.xpps_state = "removed"
        self.assertEqual(self._days(), {self.base_line: []})

    def test_many_lines_with_one_query(self):
        lines = self.base_line | self.other_line
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self._days(lines=lines)
        self.assertEqual(self.env.cr.sql_log_count - before, 1)


class TestBilling(AssignmentCase):
    """A file bills who had the device in its period."""

    ROW = record("SN-1", mono=(100, "0.004"))

    def assertBilled(self, agreement, row=None, **invoice):
        """:return: the file"""
        file = self._load([row or self.ROW], **invoice)
        line = file.line_ids
        self.assertEqual((line.subscription_id, line.partner_id), (agreement, agreement.partner_id))
        self.assertEqual(file.charge_ids.subscription_id, agreement)
        self.assertEqual(file.charge_ids.partner_id, agreement.partner_id)
        self.assertEqual(file.meter_read_ids.subscription_id, agreement)
        self.assertEqual(file.meter_read_ids.partner_id, agreement.partner_id)
        return file

    def test_a_late_file(self):
        """January's file comes after the device moved on the first of February."""
        self._assign(self.other, "2026-02-01")
        self.assertBilled(self.agreement, **JANUARY)
        self.assertBilled(self.other, **FEBRUARY)

    def test_a_late_file_of_a_device_that_moved_because_it_was_billed(self):
        self.assertBilled(self.agreement, **FEBRUARY)
        self._give(self.other)
        self.assertBilled(self.agreement, **JANUARY)
        self.assertBilled(self.other, **MARCH)

    def test_a_late_file_costs_where_it_belongs(self):
        """The price is that of the agreement of then, and today's one learns nothing of it."""
        self._default(unit_price=0.03)
        self._default(agreement=self.other, unit_price=0.05)
        self._assign(self.other, "2026-02-01")
        file = self.assertBilled(self.agreement, **JANUARY)
        self.assertEqual(file.charge_ids.price_subtotal, 3.0)
        self.assertEqual(self.agreement.charge_default_ids.unit_cost, 0.004)
        self.assertEqual(self.other.charge_default_ids.unit_cost, 0)

    def test_most_days_of_the_period(self):
        self._assign(self.other, "2026-01-17")
        self.assertBilled(self.agreement, **JANUARY)

    def test_most_days_of_the_period_are_the_later_ones(self):
        self._assign(self.other, "2026-01-16")
        self.assertBilled(self.other, **JANUARY)

    def test_of_equal_days_the_later_ones(self):
        self._assign(self.other, "2026-02-15")
        self.assertBilled(self.other, **FEBRUARY)

    def test_three_in_one_period(self):
        self.device.xpps_install_date = "2025-01-01"
        self._assign(self.other, "2026-01-10", "2026-01-28")
        self._assign(self.agreement, "2026-01-29")
        self.assertBilled(self.other, **JANUARY)

    def test_before_the_first_assignment(self):
        self.device.xpps_install_date = "2026-02-05"
        self._assign(self.other, "2026-03-01")
        self.assertBilled(self.agreement, **JANUARY)

    def test_removed_before_the_period(self):
        self.device.xpps_install_date = "2025-01-01"
        self._assign(self.other, "2026-01-20", "2026-01-31")
        self.assertEqual(self._codes(self._upload([self.ROW], **FEBRUARY)), ["device_removed"])

    def test_between_two_assignments(self):
        self.device.xpps_removal_date = "2026-01-31"
        self._assign(self.other, "2026-03-01")
        file = self._upload([self.ROW], **FEBRUARY)
        self.assertEqual(self._codes(file), ["device_no_subscription"])
        self.assertRegex(file.issue_ids[0].message, "Line 10: device SN-1 was not on any agreement in the period")

    def test_the_agreement_of_then_is_checked(self):
        """Today's one may not have run then, and the one of then need not run today."""
        young = self._agreement(date_start="2026-02-01", partner_id=self.other.partner_id.id)
        self._assign(young, "2026-02-01")
        self.assertBilled(self.agreement, **JANUARY)
        self.agreement.date = "2026-01-31"
        self.assertBilled(young, **FEBRUARY)

    def test_the_customer_of_then_is_compared(self):
        stranger = self._partner("XPPS Stranger")
        self.device.xpps_assignment_ids.partner_id = stranger
        self._assign(self.other, "2026-02-01")
        file = self._upload([self.ROW], **JANUARY)
        self.assertEqual(self._codes(file), ["customer_mismatch"])
        self.assertIn("XPPS Stranger", file.issue_ids.filtered(lambda i: i.code == "customer_mismatch").message)

    def test_a_correction_after_a_move(self):
        self.assertBilled(self.agreement, **JANUARY)
        self._assign(self.other, "2026-02-01")
        self.assertBilled(self.other, **FEBRUARY)
        file = self._correct([record("SN-1", mono=(130, "0.004"))], **JANUARY)
        self.assertEqual((file.charge_ids.subscription_id, file.charge_ids.quantity), (self.agreement, 30))

    def test_undo_and_again(self):
        self._assign(self.other, "2026-02-01")
        self.assertBilled(self.agreement, **JANUARY).action_cancel()
        self.assertFalse(self._charges())
        self.assertBilled(self.agreement, **JANUARY)
        self.assertEqual(len(self._charges()), 1)

    def test_queries_do_not_grow_with_moved_devices(self):
        def check(count, month):
            file = self._upload([record(f"Q-{number}") for number in range(count)], **month)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            file._check()
            return self.env.cr.sql_log_count - before

        devices = [self._device(f"Q-{number}", xpps_install_date="2025-06-01") for number in range(12)]
        for device in devices:
            self._assign(self.other, "2026-01-20", device=device)
        check(2, JANUARY)
        self.assertGreaterEqual(check(2, JANUARY), check(12, JANUARY))

    # Who should be in a file

    def _absent(self, **invoice):
        file = self._upload([], **invoice)
        issues = file.issue_ids.filtered(lambda issue: issue.code == "device_absent")
        return {issue.serial: issue.message for issue in issues}

    def test_absent_in_the_period(self):
        self._device("SN-2", xpps_removal_date="2026-01-10")
        self._device("SN-3", xpps_install_date="2026-02-20")
        self.assertEqual(sorted(self._absent(**JANUARY)), ["SN-1", "SN-2"])
        self.assertEqual(sorted(self._absent(**FEBRUARY)), ["SN-1", "SN-3"])

    def test_absent_of_whoever_had_it(self):
        self._assign(self.other, "2026-02-01")
        self.assertIn("XPPS Test Customer", self._absent(**JANUARY)["SN-1"])
        self.assertIn("XPPS Other Customer", self._absent(**FEBRUARY)["SN-1"])
        # It ran then, whatever it does today.
        self.agreement.close_subscription()
        self.assertEqual(list(self._absent(**JANUARY)), ["SN-1"])
        self.agreement.date = "2025-12-31"
        self.assertEqual(list(self._absent(**JANUARY)), [])
        self.assertEqual(list(self._absent(**FEBRUARY)), ["SN-1"])

    def test_the_same_serial_number_in_two_companies(self):
        """Neither is billed, nor missed, for the other."""
        company = self._company("XPPS Other Reseller")
        prices = self.env["product.pricelist"].create({"name": "XPPS Shared Prices", "currency_id": self.usd.id})
        foreign = self._agreement(
            services=self.env["product.product"],
            company_id=company.id,
            partner_id=self._partner("XPPS Foreign Customer").id,
            pricelist_id=prices.id,
        )
        twin = self._device("SN-1", foreign, company_id=company.id)
        self.assertEqual(twin.xpps_assignment_ids.company_id, company)
        self._assign(self.other, "2026-02-01")
        file = self._upload([], **JANUARY)
        self.assertEqual(len(file.issue_ids.filtered(lambda issue: issue.code == "device_absent")), 1)
        self.assertIn("XPPS Test Customer", self._absent(**JANUARY)["SN-1"])
        self.assertBilled(self.agreement, **JANUARY)
        self.assertEqual(self._history(twin), [(foreign, False, False)])
        self.assertFalse(twin.xpps_meter_read_ids)
