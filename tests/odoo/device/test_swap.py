# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Swap, move and remove devices, with the reads that are noted then."""

from odoo.exceptions import UserError

from ..support.access import BILLING, USER, Denials
from ..support.assignment import AssignmentCase
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH

OLD = {"MonoPrevious": 0, "MonoCurrent": 1000}


class ChangeCase(AssignmentCase):
    def _swap(self, date="2026-01-16", serial="SN-NEW", device=None, counters=None, **values):
        """Swap, with {output type: (closing, opening)} instead of the proposed counters. :return: the new device"""
        wizard = self.env["xpps.device.swap.wizard"].create(
            {"device_id": (device or self.device).id, "date": date, "serial": serial, **values}
        )
        for row in wizard.read_ids:
            if counters and row.output_type in counters:
                row.closing_read, row.opening_read = counters[row.output_type]
        return self.env["stock.lot"].browse(wizard.action_apply()["res_id"])

    def _move(self, agreement, date="2026-02-01", devices=None, **values):
        wizard = self.env["xpps.device.move.wizard"].create(
            {
                "device_ids": (devices or self.device).ids,
                "date": date,
                "subscription_id": agreement.id,
                **values,
            }
        )
        wizard.action_apply()
        return wizard

    def _remove(self, date="2026-01-15", devices=None, closing=None, **values):
        wizard = self.env["xpps.device.remove.wizard"].create(
            {"device_ids": (devices or self.device).ids, "date": date, "with_reads": bool(closing), **values}
        )
        for row in wizard.read_ids:
            if closing:
                row.closing_read = closing[row.output_type]
        wizard.action_apply()
        return wizard

    def _noted(self, device=None, live=True):
        """{(origin, output type, day): counter} of opening and closing reads."""
        reads = self.env["xpps.meter.read"].search(
            [("device_id", "=", (device or self.device).id), ("origin", "!=", "file")]
        )
        reads = reads.filtered(lambda read: bool(read.superseded_by_id) != live)
        self.assertEqual(set(reads.mapped("pages")), {0} if reads else set())
        return {(read.origin, read.output_type, str(read.period_end)): read.current_read for read in reads}

    def _warned(self, file, code="read_gap"):
        return [issue.message for issue in file.issue_ids if issue.code == code]


class TestSwap(ChangeCase):
    def test_the_new_device_takes_the_place(self):
        self.device.write({"xpps_location": "Hall", "xpps_asset_number": "A-7"})
        new = self._swap()
        self.assertEqual((new.name, new.product_id, new.company_id), ("SN-NEW", self.printer, self.company))
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-15")])
        self.assertEqual(self._history(new), [(self.agreement, "2026-01-16", False)])
        self.assertInStep()
        self.assertInStep(new)
        self.assertEqual((self.device.xpps_state, new.xpps_state), ("removed", "active"))
        self.assertEqual((new.xpps_partner_id, new.xpps_subscription_line_id), (self.customer, self.base_line))
        self.assertEqual((new.xpps_location, new.xpps_asset_number), ("Hall", "A-7"))

    def test_what_goes_with_the_place(self):
        """Contact and IP address are the place's; what names the machine itself stays with it."""
        contact = self._partner("Reception", parent_id=self.customer.id)
        own = {
            "xpps_mac_address": "9C:93:4E:00:A1:B2",
            "xpps_lease_number": "L-1",
            "xpps_end_of_service": self.day("2027-12-31"),
        }
        self.device.write({**own, "xpps_contact_id": contact.id, "xpps_ip_address": "10.0.0.9"})
        new = self._swap()
        self.assertEqual((new.xpps_contact_id, new.xpps_ip_address), (contact, "10.0.0.9"))
        self.assertFalse(any(new[name] for name in own))
        self.assertEqual({name: self.device[name] for name in own}, own)

    def test_it_is_said_on_both(self):
        new = self._swap()
        self.assertIn(f'href="/odoo/xpps-devices/{new.id}"', self.device.message_ids[0].body)
        self.assertIn(f'href="/odoo/xpps-devices/{self.device.id}"', new.message_ids[0].body)

    def test_both_are_charged_in_the_period(self):
        new = self._swap()
        file = self._load([record("SN-1", mono=(100, "0.004")), record("SN-NEW", mono=(50, "0.004"))], **JANUARY)
        self.assertEqual(
            sorted((charge.device_id.name, charge.quantity, charge.price_subtotal) for charge in file.charge_ids),
            [("SN-1", 100, 1.0), ("SN-NEW", 50, 0.5)],
        )
        self.assertEqual(file.charge_ids.subscription_id, self.agreement)
        file.charge_ids.action_approve()
        lines = self._product_lines(self.agreement.create_invoice())
        pages = lines.filtered(lambda line: line.product_id == self.mono)
        self.assertEqual(sorted(pages.mapped("quantity")), [50, 100])
        self.assertFalse(self._warned(file, "device_absent"))
        self.assertEqual(self._codes(self._upload([record("SN-1")], **FEBRUARY)), ["device_removed"])
        self.assertTrue(new)

    def test_no_day_is_counted_twice(self):
        self.base_line.xpps_qty_from_devices = True
        self.assertEqual(self.base_line.product_uom_qty, 1)
        self._swap()
        self.assertEqual(self.base_line.product_uom_qty, 1)
        days = self.env["xpps.device.assignment"]._xpps_device_days(
            self.base_line, self.day("2026-01-01"), self.day("2026-01-31")
        )
        self.assertEqual(list(days[self.base_line.id].values()), [15, 16])

    def test_counters_are_proposed_and_noted(self):
        self._load([record("SN-1", ColorCurrent=70, **OLD)], **JANUARY)
        wizard = self.env["xpps.device.swap.wizard"].create(
            {"device_id": self.device.id, "date": "2026-02-10", "serial": "SN-NEW"}
        )
        self.assertEqual(
            [(row.output_type, row.last_read, row.closing_read, row.opening_read) for row in wizard.read_ids],
            [("color", 70, 70, 0), ("mono", 1000, 1000, 0)],
        )
        wizard.read_ids[0].unlink()
        wizard.read_ids.write({"closing_read": 1200, "opening_read": 5})
        new = self.env["stock.lot"].browse(wizard.action_apply()["res_id"])
        self.assertEqual(self._noted(), {("closing", "mono", "2026-02-09"): 1200})
        self.assertEqual(self._noted(new), {("opening", "mono", "2026-02-10"): 5})
        reads = self.env["xpps.meter.read"].search([("origin", "!=", "file"), ("company_id", "=", self.company.id)])
        self.assertEqual((reads.subscription_id, reads.partner_id), (self.agreement, self.customer))

    def test_a_new_device_that_is_billed_from_zero(self):
        self._load([record("SN-1", **OLD)], **JANUARY)
        self._swap("2026-02-10", counters={"mono": (1200, 5000)})
        row = {"MonoPrevious": 0, "MonoCurrent": 5600}
        file = self._load([record("SN-1", MonoPrevious=1000, MonoCurrent=1200), record("SN-NEW", **row)], **FEBRUARY)
        (message,) = self._warned(file)
        self.assertRegex(
            message, "Mono meter of device SN-NEW starts at 0, but it was at 5000 when the device was installed"
        )

    def test_a_new_device_that_starts_as_noted(self):
        self._load([record("SN-1", **OLD)], **JANUARY)
        new = self._swap("2026-02-10", counters={"mono": (1200, 5000)})
        rows = [
            record("SN-1", MonoPrevious=1000, MonoCurrent=1200),
            record("SN-NEW", MonoPrevious=5000, MonoCurrent=5600),
        ]
        file = self._load(rows, **FEBRUARY)
        self.assertEqual(self._warned(file), [])
        self.assertEqual(new.xpps_mono_last_read, 5600)
        file = self._load([record("SN-NEW", MonoPrevious=5500, MonoCurrent=5900)], **MARCH)
        self.assertRegex(self._warned(file)[0], "starts at 5500, but our last read is 5600")

    def test_an_old_device_that_is_billed_beyond_its_closing_read(self):
        self._load([record("SN-1", **OLD)], **JANUARY)
        self._swap("2026-02-10", counters={"mono": (1200, 0)})
        file = self._load([record("SN-1", MonoPrevious=1000, MonoCurrent=1201)], **FEBRUARY)
        (message,) = self._warned(file)
        self.assertRegex(
            message, "Mono meter of device SN-1 ends at 1201, but it was at 1200 when the device was removed"
        )

    def test_an_existing_device(self):
        """One that was somewhere else before, and one that is in stock."""
        used = self._device("SN-USED", self.other, xpps_install_date="2025-01-01", xpps_removal_date="2025-12-31")
        stocked = self._device("SN-STOCK", self.env["sale.subscription"], xpps_partner_id=False)
        self.assertEqual(self._swap(serial=" sn-used "), used)
        self.assertEqual(
            self._history(used), [(self.other, "2025-01-01", "2025-12-31"), (self.agreement, "2026-01-16", False)]
        )
        self.assertEqual(self._swap("2026-02-01", "SN-STOCK", used), stocked)
        self.assertEqual(self._history(stocked), [(self.agreement, "2026-02-01", False)])
        self.assertEqual(stocked.xpps_state, "active")

    def test_a_plain_serial_number(self):
        lot = self._device("SN-PLAIN", self.env["sale.subscription"], is_xpps_device=False, xpps_partner_id=False)
        self.assertEqual(self._swap(serial="SN-PLAIN"), lot)
        self.assertTrue(lot.is_xpps_device)
        self.assertEqual(self._history(lot), [(self.agreement, "2026-01-16", False)])

    def test_a_serial_number_in_use(self):
        self._device("SN-2", self.other)
        self.assertRaisesMessage("SN-2 is in use at XPPS Other Customer", lambda: self._swap(serial="sn-2"))
        self.assertRaisesMessage("serial number of the old device", lambda: self._swap(serial="SN-1"))
        self.assertEqual(self._history(), [(self.agreement, False, False)], "Nothing is done by halves.")

    def test_the_serial_number_of_another_company(self):
        other_company = self._company("XPPS Other Reseller")
        twin = self.env["stock.lot"].create(
            {
                "name": "SN-NEW",
                "product_id": self.printer.id,
                "company_id": other_company.id,
                "is_xpps_device": True,
                "xpps_partner_id": self.customer.id,
            }
        )
        new = self._swap()
        self.assertNotEqual(new, twin)
        self.assertEqual(new.company_id, self.company)
        self.assertFalse(twin.xpps_subscription_id)

    def test_a_serial_number_of_another_model(self):
        model = self._printer("XPPS Other Printer")
        self._device("SN-2", self.env["sale.subscription"], product_id=model.id, xpps_partner_id=False)
        self.assertRaisesMessage("SN-2 is known as a XPPS Other Printer", lambda: self._swap(serial="SN-2"))
        self.assertTrue(self._swap(serial="SN-2", product_id=model.id))

    def test_dates(self):
        self.device.xpps_install_date = "2026-01-10"
        self.assertRaisesMessage("has been with XPPS Test Customer", lambda: self._swap("2026-01-10"))
        self._swap("2026-01-11")
        self.assertRaisesMessage("SN-1 has already been removed", lambda: self._swap("2026-02-01", "SN-3"))

    def test_a_swap_that_is_noted_after_its_period_was_billed(self):
        """What Xerox billed of the old device stays; the new one is in next month's file."""
        self._load([record("SN-1", mono=(100, "0.004"))], **JANUARY)
        wizard = self.env["xpps.device.swap.wizard"].create(
            {"device_id": self.device.id, "date": "2026-01-16", "serial": "SN-NEW"}
        )
        self.assertRegex(wizard.warning, "SN-1: already billed until 01/31/2026 by X-1")
        wizard.action_apply()
        self.assertEqual(self._charges().quantity, 100)


class TestMove(ChangeCase):
    def test_many_devices(self):
        second = self._device("SN-2", self.other, xpps_location="Hall")
        third = self._agreement()
        wizard = self._move(third, devices=self.device | second)
        self.assertEqual(wizard.subscription_line_id, third.sale_subscription_line_ids)
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-31"), (third, "2026-02-01", False)])
        self.assertEqual(self._history(second), [(self.other, False, "2026-01-31"), (third, "2026-02-01", False)])
        self.assertInStep()
        self.assertInStep(second)
        self.assertEqual(second.xpps_partner_id, self.customer)
        self.assertFalse(second.xpps_location, "The place of another customer")
        self.assertIn("Moved from XPPS Other Customer / ", second.message_ids[0].body)

    def test_contact_and_address(self):
        """They stay with the customer, wherever there; another customer's are others."""
        contact = self._partner("Reception", parent_id=self.customer.id)
        site = self._partner("Site", parent_id=self.customer.id)
        self.device.write({"xpps_contact_id": contact.id, "xpps_ip_address": "10.0.0.9"})
        self._move(self._agreement(), partner_id=site.id)
        self.assertEqual((self.device.xpps_contact_id, self.device.xpps_ip_address), (contact, "10.0.0.9"))
        self._remove("2026-02-15")
        self.assertEqual((self.device.xpps_contact_id, self.device.xpps_ip_address), (contact, "10.0.0.9"))
        self._move(self.other, "2026-03-01")
        self.assertFalse(self.device.xpps_contact_id or self.device.xpps_ip_address)

    def test_the_place_at_the_same_customer(self):
        self.device.xpps_location = "Hall"
        third = self._agreement()
        self._move(third)
        self.assertEqual(self.device.xpps_location, "Hall")
        self._move(third, "2026-03-01", location="Attic")
        self.assertEqual(
            [row.location for row in self.device.xpps_assignment_ids.sorted("id")], ["Hall", "Hall", "Attic"]
        )

    def test_each_period_bills_who_had_it(self):
        self._move(self.other)
        row = record("SN-1", mono=(100, "0.004"))
        self.assertEqual(self._load([row], **FEBRUARY).charge_ids.subscription_id, self.other)
        self.assertEqual(self._load([row], **JANUARY).charge_ids.subscription_id, self.agreement)

    def test_a_billed_period(self):
        self._load([record("SN-1")], **JANUARY)
        self.assertRaisesMessage("SN-1: January 2026, to .* by billing file X-1", self._move, self.other, "2026-01-31")
        self._move(self.other, "2026-02-01")
        self.assertEqual(self.device.xpps_subscription_id, self.other)

    def test_before_it_came(self):
        self.device.xpps_install_date = "2026-01-10"
        self.assertRaisesMessage("since 01/10/2026", self._move, self.other, "2026-01-09")

    def test_on_the_day_it_came(self):
        """It never was where it was said to be."""
        self.device.xpps_install_date = "2026-01-10"
        self._move(self.other, "2026-01-10")
        self.assertEqual(self._history(), [(self.other, "2026-01-10", False)])

    def test_a_removed_device(self):
        self._remove("2026-01-15")
        self._move(self.other, "2026-03-01")
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-15"), (self.other, "2026-03-01", False)])
        self.assertEqual((self.device.xpps_state, self.device.xpps_removal_date), ("active", False))

    def test_a_removal_that_turns_out_to_be_a_move(self):
        self._remove("2026-01-15")
        self._move(self.other, "2026-01-12")
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-11"), (self.other, "2026-01-12", False)])

    def test_a_service_is_needed(self):
        empty = self._agreement(services=self.env["product.product"])
        self.assertRaisesMessage("Choose the service", self._move, empty)

    def test_devices_of_two_companies(self):
        company = self._company("XPPS Other Reseller")
        foreign = self.env["stock.lot"].create(
            {"name": "SN-X", "product_id": self.printer.id, "company_id": company.id, "is_xpps_device": True}
        )
        wizards = self.env["xpps.device.move.wizard"].with_context(allowed_company_ids=(self.company | company).ids)
        self.assertRaisesMessage(
            "devices of one company",
            wizards.with_context(active_ids=(self.device | foreign).ids).default_get,
            ["device_ids"],
        )

    def test_queries_do_not_grow_with_devices(self):
        def move(count, serial):
            devices = self.env["stock.lot"].union(*(self._device(f"{serial}-{number}") for number in range(count)))
            wizard = self.env["xpps.device.move.wizard"].create(
                {"device_ids": devices.ids, "date": "2026-02-01", "subscription_id": self.other.id}
            )
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            devices._xpps_assign_from(wizard.date, {device: {"subscription_id": self.other.id} for device in devices})
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        move(2, "A")
        self.assertLess(move(22, "B") - move(2, "C"), 20)


class TestRemove(ChangeCase):
    def test_many_devices(self):
        second = self._device("SN-2", self.other)
        self._remove(devices=self.device | second, reason="Contract ended")
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-15")])
        self.assertEqual(self._history(second), [(self.other, False, "2026-01-15")])
        self.assertEqual({self.device.xpps_state, second.xpps_state}, {"removed"})
        self.assertIn("Contract ended", self.device.message_ids[0].body)
        self.assertEqual(self._codes(self._upload([record("SN-1")], **FEBRUARY)), ["device_removed"])

    def test_the_last_period_is_billed(self):
        self._remove()
        file = self._load([record("SN-1", mono=(100, "0.004"))], **JANUARY)
        self.assertEqual(file.charge_ids.subscription_id, self.agreement)

    def test_again_and_back(self):
        self._remove("2026-01-15")
        self._remove("2026-01-20")
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-20")])
        self.device.xpps_removal_date = False
        self.assertEqual(self._history(), [(self.agreement, False, False)])
        self._remove("2026-02-20")
        self.assertEqual(self._history(), [(self.agreement, False, "2026-02-20")])

    def test_before_it_came(self):
        self.device.xpps_install_date = "2026-01-16"
        self.assertRaisesMessage("since 01/16/2026", self._remove)

    def test_a_billed_period_warns(self):
        self._load([record("SN-1", mono=(100, "0.004"))], **JANUARY)
        wizard = self._remove()
        self.assertRegex(wizard.warning, "SN-1: already billed until 01/31/2026 by X-1")
        self.assertEqual(self.device.xpps_state, "removed")
        self.assertEqual(self._charges().quantity, 100)
        self.assertFalse(
            self.env["xpps.device.remove.wizard"].create({"device_ids": self.device.ids, "date": "2026-01-31"}).warning
        )

    # Closing reads

    def _closed(self, date="2026-02-28", closing=1500):
        self._load([record("SN-1", **OLD)], **JANUARY)
        self._remove(date, closing={"mono": closing})

    def test_closing_reads_are_noted_on_demand(self):
        self._load([record("SN-1", **OLD)], **JANUARY)
        self._remove("2026-02-10")
        self.assertFalse(self._noted())
        self._remove("2026-02-10", closing={"mono": 1100})
        self.assertEqual(self._noted(), {("closing", "mono", "2026-02-10"): 1100})
        self.assertEqual(self.device.xpps_mono_last_read, 1100)

    def test_a_closing_read_below_the_last_one(self):
        self._load([record("SN-1", **OLD)], **JANUARY)
        wizard = self._remove("2026-02-10", closing={"mono": 999})
        self.assertIn("Mono, 999, is below the last read, 1000", wizard.warning)

    def test_a_file_of_the_same_day_takes_its_place_and_its_undo_gives_it_back(self):
        self._closed()
        before = self._noted()
        self.assertEqual(before, {("closing", "mono", "2026-02-28"): 1500})
        file = self._load([record("SN-1", MonoPrevious=1000, MonoCurrent=1500)], **FEBRUARY)
        self.assertEqual(self._noted(), {})
        self.assertEqual(self._live_reads()["mono", "2026-02-28"][0], 1500)
        file.action_cancel()
        self.assertEqual(self._noted(), before)
        self._load([record("SN-1", MonoPrevious=1000, MonoCurrent=1500)], **FEBRUARY)
        self.assertEqual(self._noted(), {})

    def test_a_file_of_the_same_day_beyond_it(self):
        self._closed()
        file = self._load([record("SN-1", MonoPrevious=1000, MonoCurrent=1501)], **FEBRUARY)
        self.assertRegex(self._warned(file)[0], "ends at 1501, but it was at 1500")

    def test_noted_after_the_file_of_the_same_day(self):
        file = self._load([record("SN-1", **OLD)], **JANUARY)
        self._remove("2026-01-31", closing={"mono": 1001})
        self._remove("2026-01-31", closing={"mono": 1002})
        self.assertEqual(self._noted(), {})
        self.assertEqual(self.device.xpps_mono_last_read, 1000)
        file.action_cancel()
        self.assertEqual(self._noted(), {("closing", "mono", "2026-01-31"): 1002})

    def test_noted_twice(self):
        self._closed("2026-02-10", 1100)
        self._remove("2026-02-10", closing={"mono": 1200})
        self.assertEqual(self._noted(), {("closing", "mono", "2026-02-10"): 1200})
        self.assertEqual(self._noted(live=False), {("closing", "mono", "2026-02-10"): 1100})

    def test_a_correction_of_a_period_with_a_closing_read(self):
        """What was noted was not billed, so there is nothing of it to correct."""
        self._closed("2026-02-01", 1000)
        self._load([record("SN-1", color=(5, "0.04"))], **FEBRUARY)
        row = record("SN-1", mono=(20, "0.004"), MonoPrevious=1000, MonoCurrent=1020, color=(5, "0.04"))
        file = self._correct([row], **FEBRUARY)
        self.assertEqual(file.charge_ids.mapped("quantity"), [20])
        self.assertEqual(self._noted(), {("closing", "mono", "2026-02-01"): 1000})

    def test_a_device_that_was_not_removed_after_all(self):
        self._closed("2026-02-10", 1100)
        self.device.xpps_removal_date = False
        file = self._load([record("SN-1", MonoPrevious=1000, MonoCurrent=1500)], **FEBRUARY)
        self.assertEqual(self._warned(file), [])

    def test_the_next_period_starts_at_the_closing_read(self):
        self._closed("2026-02-10", 1100)
        self._move(self.agreement, "2026-03-01")
        file = self._load([record("SN-1", MonoPrevious=1050, MonoCurrent=1500)], **MARCH)
        self.assertRegex(self._warned(file)[0], "starts at 1050, but our last read is 1100")

    def test_noted_reads_are_no_billed_months(self):
        self._load([record("SN-1", mono=(40, "0.004"), **OLD)], **JANUARY)
        device = self.device
        mean = device._xpps_mean_pages(device.ids, self.day("2026-03-01"))
        self._remove("2026-02-10", closing={"mono": 1100})
        self.assertEqual(device._xpps_mean_pages(device.ids, self.day("2026-03-01")), mean)
        self.assertEqual(mean, {device.id: 1000})
        self.assertEqual((device.xpps_mono_last_overage, device.xpps_mono_unit_cost), (40, 0.004))


class TestRights(Denials, ChangeCase):
    def _as(self, user):
        self.env.invalidate_all()
        return self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})

    def _try(self, user):
        """All that changes where a device is, as a user."""
        env = self._as(user)
        values = {"device_ids": self.device.ids, "date": "2026-02-01"}
        yield lambda: env["xpps.device.remove.wizard"].create(values).action_apply()
        yield (
            lambda: (
                env["xpps.device.move.wizard"]
                .create(values | {"subscription_id": self.other.id, "subscription_line_id": self.other_line.id})
                .action_apply()
            )
        )
        yield (
            lambda: (
                env["xpps.device.swap.wizard"]
                .create({"device_id": self.device.id, "date": "2026-02-01", "serial": "SN-NEW"})
                .action_apply()
            )
        )
        yield lambda: env["xpps.device.assignment"].create({"device_id": self.device.id, "date_from": "2026-02-01"})
        yield (
            lambda: (
                env["xpps.device.assignment"]
                .browse(self.device.xpps_assignment_ids.ids)
                .write({"date_to": "2026-02-01"})
            )
        )

    def test_users_see_but_do_not_change(self):
        user = self._user("xpps_test_reader", USER)
        self.assertEqual(self.device.xpps_assignment_ids.with_env(self._as(user)).subscription_id, self.agreement)
        for attempt in self._try(user):
            self.assertDenied(attempt)
        self.assertEqual(self._history(), [(self.agreement, False, False)])

    def test_strangers_change_nothing(self):
        stranger = self._user("xpps_test_foreigner", BILLING, company=self._company("XPPS Other Reseller"))
        for attempt in self._try(stranger):
            self.assertDenied(attempt)
        self.assertEqual(self._history(), [(self.agreement, False, False)])

    def test_clerks_do(self):
        self._load([record("SN-1", **OLD)], **JANUARY)
        clerk = self._user("xpps_test_clerk", BILLING)
        for attempt in self._try(clerk):
            with self.cr.savepoint() as savepoint:
                attempt()
                self.assertNotEqual(self._history(), [(self.agreement, False, False)])
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_clerk_deletes_no_history(self):
        clerk = self._user("xpps_test_clerk", BILLING)
        self.assertDenied(self.device.xpps_assignment_ids.with_env(self._as(clerk)).unlink)

    def test_whoever_changes_devices_keeps_their_history(self):
        """Also a warehouse worker who has no right to it."""
        worker = self._user("xpps_test_worker", "stock.group_stock_manager", "xerox_xpps.group_xpps_user")
        self.device.with_env(self._as(worker)).xpps_removal_date = "2026-01-15"
        self.assertEqual(self._history(), [(self.agreement, False, "2026-01-15")])

    def test_errors_are_not_access_errors(self):
        clerk = self._user("xpps_test_clerk", BILLING)
        wizards = self._as(clerk)["xpps.device.remove.wizard"]
        with self.assertRaisesRegex(UserError, "Choose XPPS devices"):
            wizards.default_get(["device_ids"])
