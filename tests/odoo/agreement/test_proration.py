# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Base prices whose quantity follows the devices, for months in which devices come and go."""

import re

from dateutil.relativedelta import relativedelta

from odoo import Command, fields
from odoo.exceptions import ValidationError

from ..support.invoicing import InvoicingCase


class ProrationCase(InvoicingCase):
    """An agreement with a base price of 30.00 by devices, billed on 1 July 2026 for June, which has 30 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_proration = "day"
        cls.agreement = cls._contract(services=cls.base, next_date="2026-07-01")
        cls.base_line = cls.agreement.sale_subscription_line_ids
        cls.base_line.xpps_qty_from_devices = True
        cls.count = 0

    @classmethod
    def _devices(cls, count=1, agreement=None, **values):
        devices = cls.env["stock.lot"]
        for _number in range(count):
            cls.count += 1
            devices |= cls._device(f"P-{cls.count}", agreement, **values)
        return devices

    def assertBase(self, quantity, price_unit, subtotal, text="", agreement=None):
        """The one base price line of the next invoice."""
        agreement = agreement or self.agreement
        line = self._product_lines(agreement.create_invoice())
        self.assertEqual((line.quantity, line.price_subtotal), (quantity, subtotal))
        self.assertAlmostEqual(line.price_unit, price_unit, 9)
        self.assertEqual(self._days_text(line), text)
        return line

    @staticmethod
    def _days_text(line):
        """The quantity as the line tells it, without service and period above it and the price that follows."""
        return "".join(line.name.split("\n")[2:]).partition(" at ")[0]


class TestByDay(ProrationCase):
    def test_the_example(self):
        self._devices(12)
        self._devices(1, xpps_install_date="2026-06-17")
        line = self.assertBase(1, 374, 374, "12 × 1 month, 1 × 14/30")
        self.assertEqual(
            (line.xpps_period_start, line.xpps_period_end), (self.day("2026-06-01"), self.day("2026-06-30"))
        )
        self.assertEqual(line.xpps_subscription_line_id, self.base_line)

    def test_whole_months_are_a_quantity(self):
        self._devices(3)
        self.assertBase(3, 30, 90)

    def test_installed_and_removed(self):
        self._devices(1, xpps_install_date="2026-06-30")
        self._devices(2, xpps_removal_date="2026-06-10")
        self._devices(1, xpps_install_date="2026-06-11", xpps_removal_date="2026-06-11")
        # (1 + 10 + 10 + 1) / 30 of 30.00
        self.assertBase(1, 22, 22, "2 × 1/30, 2 × 10/30")

    def test_outside_the_period(self):
        self._devices(1, xpps_install_date="2026-07-01")
        self._devices(1, xpps_removal_date="2026-05-31")
        self.assertFalse(self.agreement.create_invoice())

    def test_nothing_left_beside_another_service(self):
        self.agreement.sale_subscription_line_ids = [Command.create({"product_id": self.coffee.id})]
        move = self.agreement.create_invoice()
        self.assertLines(move, [[("Coffee", 1, 5, 5)]])

    def test_rounded_once(self):
        self.base_line.price_unit = 10
        self._devices(3, xpps_install_date="2026-06-21")
        self._devices(1, xpps_install_date="2026-06-30")
        # 31/30 × 10.00; rounded device by device it would be 3 × 3.33 + 0.33 = 10.32.
        self.assertBase(1, 31 / 3, 10.33, "1 × 1/30, 3 × 10/30")

    def test_a_tie_goes_up(self):
        self.base_line.price_unit = 30.01
        self._devices(1, xpps_install_date="2026-06-16")
        self.assertBase(1, 15.005, 15.01, "1 × 15/30")

    def test_discount(self):
        self.base_line.discount = 10
        self._devices(1, xpps_install_date="2026-06-16")
        line = self.assertBase(1, 15, 13.5, "1 × 15/30")
        self.assertEqual(line.discount, 10)

    def test_total_of_many_lines(self):
        """Fractions of a cent must not add up over the document."""
        for _number in range(4):
            line = self.base_line.copy({"price_unit": 10.0, "xpps_devices_line_id": self.base_line.id})
            self.assertTrue(line.xpps_qty_from_devices)
        self.base_line.price_unit = 10
        self._devices(1, xpps_install_date="2026-06-30")
        move = self.agreement.create_invoice()
        self.assertEqual(self._product_lines(move).mapped("price_subtotal"), [0.33] * 5)
        self.assertEqual(move.amount_untaxed, 1.65)

    def test_two_stays(self):
        """A device that went away and came back within the month is billed for both stays, as one."""
        device = self._devices(1, xpps_install_date="2026-06-01", xpps_removal_date="2026-06-05")
        self.env["xpps.device.assignment"].create(
            {
                "device_id": device.id,
                "partner_id": self.customer.id,
                "subscription_id": self.agreement.id,
                "subscription_line_id": self.base_line.id,
                "date_from": "2026-06-21",
            }
        )
        self.assertBase(1, 15, 15, "1 × 15/30")

    def test_move_in_the_month(self):
        """Each day is billed to the one who had the device, and to nobody else."""
        other = self._contract(services=self.base, next_date="2026-07-01")
        line = other.sale_subscription_line_ids
        line.xpps_qty_from_devices = True
        device = self._devices()
        self.env["xpps.device.assignment"].create(
            {
                "device_id": device.id,
                "partner_id": self.customer.id,
                "subscription_id": other.id,
                "subscription_line_id": line.id,
                "date_from": "2026-06-13",
            }
        )
        self.assertBase(1, 12, 12, "1 × 12/30")
        self.assertBase(1, 18, 18, "1 × 18/30", other)

    def test_a_change_after_the_invoice(self):
        """Who had the device was billed for all of the month: the user is told."""
        device = self._devices()
        self.assertEqual(self._change_warnings(device, "2026-06-16"), [False, False])
        move = self.agreement.create_invoice()
        for warning in self._change_warnings(device, "2026-06-16"):
            self.assertRegex(warning, f"already been invoiced until 06/30/2026 by {re.escape(move.display_name)}")
        self.assertEqual(self._change_warnings(self._devices(agreement=self._contract()), "2026-06-16"), [False, False])
        self.assertEqual(self._change_warnings(device, "2026-07-01"), [False, False])

    def _change_warnings(self, device, date):
        """What is said when a device is moved on a day, or removed on the day before."""
        values = {"device_ids": device.ids, "date": date}
        move = self.env["xpps.device.move.wizard"].create({**values, "subscription_id": self.agreement.id})
        values["date"] = self.day(date) - relativedelta(days=1)
        return [move.warning, self.env["xpps.device.remove.wizard"].create(values).warning]

    def test_agreement_started_in_the_month(self):
        self.agreement.date_start = "2026-06-21"
        self._devices(2)
        self.assertBase(1, 20, 20, "2 × 10/30")

    def test_first_billing_on_the_start(self):
        """Upstream bills for the first time on the start date: no device was there before."""
        self.agreement.date_start = "2026-07-01"
        self._devices(2)
        self.assertFalse(self.agreement.create_invoice())

    def test_quarters(self):
        self.agreement.template_id = self._template("draft", recurring_interval=3)
        self._devices(1)
        self._devices(1, xpps_install_date="2026-06-30")
        # April to June are 91 days.
        self.assertBase(1, 30 + 30 / 91, 30.33, "1 × 3 months, 1 × 1/91")

    def test_the_end_of_the_month(self):
        """31 January, 28 February, 31 March: no day is billed twice, and none is forgotten."""
        self.agreement.recurring_next_date = "2026-01-31"
        self._devices()
        for _month in range(3):
            self.agreement.generate_invoice()
        lines = self._product_lines(self._moves())
        self.assertEqual(
            [(line.quantity, line.price_subtotal, self._days_text(line)) for line in lines], [(1, 30, "")] * 3
        )
        self.assertEqual([str(line.xpps_period_end) for line in lines], ["2026-01-30", "2026-02-27", "2026-03-30"])

    def test_days_that_are_billed_already(self):
        """What is left of a period is billed by its days."""
        self._devices()
        self.agreement.generate_invoice()
        self.agreement.recurring_next_date = "2026-07-16"
        self.agreement.generate_invoice()
        lines = self._product_lines(self._moves())
        self.assertEqual([self._days_text(line) for line in lines], ["", "1 × 15/30"])
        self.assertEqual(lines.mapped("price_subtotal"), [30, 15])

    def test_the_same_of_another_service(self):
        """A service without an XPPS role that counts devices, too."""
        self.base_line.write({"product_id": self.coffee.id, "price_unit": 30, "xpps_qty_from_devices": False})
        service = self.base_line.copy({"product_id": self.base.id})
        self._devices(xpps_subscription_line_id=service.id)
        self.base_line.write({"xpps_qty_from_devices": True, "xpps_devices_line_id": service.id})
        self.agreement.generate_invoice()
        self.agreement.recurring_next_date = "2026-07-16"
        self.agreement.generate_invoice()
        lines = self._product_lines(self._moves()).filtered(lambda line: line.product_id == self.coffee)
        self.assertEqual(lines.sorted("id").mapped("price_subtotal"), [30, 15])

    def test_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self._devices(1, xpps_install_date="2026-06-16")
        self.assertBase(1, 15, 15, "1 × 15/30 à $30,00")

    def test_through_an_order(self):
        self.agreement.template_id = self.templates["sale_and_invoice"]
        self._devices(12)
        self._devices(1, xpps_install_date="2026-06-17")
        self.agreement.generate_invoice()
        line = self._product_lines(self._moves())
        self.assertEqual((line.quantity, line.price_unit, line.price_subtotal), (1, 374, 374))
        self.assertIn("12 × 1 month, 1 × 14/30 at $30.00", line.name)
        self.assertEqual(line.xpps_subscription_line_id, self.base_line)
        self.assertEqual(line.xpps_period_end, self.day("2026-06-30"))


class TestNotedLate(ProrationCase):
    def test_devices_of_an_invoiced_month(self):
        """Nothing bills their days any more, so whoever adds them is told."""
        self._devices()
        wizards = self.env["xpps.device.add.wizard"]
        values = {"subscription_id": self.agreement.id, "product_id": self.printer.id, "install_date": "2026-06-20"}
        self.assertFalse(wizards.create(values).warning)
        self.agreement.generate_invoice()
        wizard = wizards.create(values)
        self.assertIn("until 06/30/2026", wizard.warning)
        wizard.install_date = "2026-07-01"
        self.assertFalse(wizard.warning)
        wizard.install_date = "2026-06-30"
        self.assertTrue(wizard.warning)
        self._moves().button_cancel()
        self.assertFalse(wizards.create(values).warning)


class TestFullMonth(ProrationCase):
    def test_one_day_is_a_month(self):
        self.company.xpps_proration = "full"
        self._devices(1, xpps_install_date="2026-06-30")
        self._devices(1, xpps_removal_date="2026-06-01")
        self._devices(1, xpps_removal_date="2026-05-31")
        self._devices(1, xpps_install_date="2026-07-01")
        self.assertBase(2, 30, 60)

    def test_swapped_devices_count_once(self):
        """One place, one month; two places with two swaps in one of them are two months."""
        self.company.xpps_proration = "full"
        old, other = self._devices(2)
        swap = self.env["xpps.device.swap.wizard"]
        for serial, date in (("P-NEW", "2026-06-02"), ("P-NEWER", "2026-06-30")):
            action = swap.create({"device_id": old.id, "date": date, "serial": serial}).action_apply()
            old = old.browse(action["res_id"])
        self.assertEqual(old.xpps_assignment_ids.replaces_id.name, "P-NEW")
        self.assertBase(2, 30, 60)
        # Swapped on the first day of a month, the old one was not there at all.
        swap.create({"device_id": other.id, "date": "2026-07-01", "serial": "P-LATER"}).action_apply()
        self.agreement.recurring_next_date = "2026-08-01"
        self.assertBase(2, 30, 60)

    def test_none(self):
        """Without proration the active devices are billed, whatever the period."""
        self.company.xpps_proration = "none"
        self._devices(1, xpps_install_date="2026-07-10")
        self._devices(1, xpps_removal_date="2026-06-29")
        self.assertBase(1, 30, 30)

    def test_a_typed_quantity_is_billed(self):
        self.base_line.write({"xpps_qty_from_devices": False, "product_uom_qty": 7})
        self._devices(1, xpps_install_date="2026-06-16")
        self.assertBase(7, 30, 210)


class TestClosing(ProrationCase):
    """Devices are billed after the period in which they were there, so an agreement that ends has days to bill."""

    def setUp(self):
        super().setUp()
        self.env["sale.subscription"].search([("id", "!=", self.agreement.id)]).is_paused = True
        self.today = fields.Date.today()
        self.agreement.recurring_next_date = self.today + relativedelta(days=1)
        self.agreement.sale_subscription_line_ids = [Command.create({"product_id": self.coffee.id})]
        self._devices(2)

    def _come_to(self, days):
        """As if the next invoice date and the end lay so many days back."""
        for name in ("recurring_next_date", "date"):
            self.agreement[name] -= relativedelta(days=days)

    def test_last_days(self):
        self.agreement.close_subscription()
        self.assertEqual(self.agreement.date, self.today)
        self.env["sale.subscription"].cron_subscription_management()
        self.assertFalse(self._moves(), "The period is not over.")
        self._come_to(1)
        self.env["sale.subscription"].cron_subscription_management()
        line = self._product_lines(self._moves())
        # Up to and with the day of closing; the coffee was paid for in advance.
        self.assertEqual((line.product_id, line.quantity, line.price_subtotal), (self.base, 2, 60))
        self.assertFalse(self.agreement.recurring_next_date)
        self.env["sale.subscription"].cron_subscription_management()
        self.assertEqual(len(self._moves()), 1)

    def test_day_of_who_closes(self):
        """The last day is the clerk's, who at any hour may have another than UTC."""
        zones = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
        theirs = [self.agreement.with_context(tz=zone) for zone in zones]
        (agreement, *_others) = [one for one in theirs if fields.Date.context_today(one) != self.today]
        agreement.close_subscription()
        self.assertEqual(agreement.date, fields.Date.context_today(agreement))

    def test_closed_within_the_period(self):
        """Devices that nobody removed are billed up to the day of closing."""
        self.agreement.recurring_next_date = self.today + relativedelta(days=10)
        self.agreement.close_subscription()
        self._come_to(10)
        start, end = self.agreement._xpps_recurring_period()
        length = (end - start).days + 1
        self.env["sale.subscription"].cron_subscription_management()
        line = self._product_lines(self._moves())
        self.assertEqual(self._days_text(line), f"2 × {length - 9}/{length}")
        self.assertAlmostEqual(line.price_subtotal, 60 * (length - 9) / length, delta=0.005)

    def test_dragged_to_closed(self):
        self.agreement.stage_id = self.env["sale.subscription.stage"].search([("type", "=", "post")], limit=1)
        self.assertEqual(self.agreement.recurring_next_date, self.today + relativedelta(days=1))
        self._come_to(1)
        self.env["sale.subscription"].cron_subscription_management()
        self.assertEqual(self._moves().amount_untaxed, 60)

    def test_nothing_left(self):
        self.company.xpps_proration = "none"
        self.agreement.close_subscription()
        self.assertFalse(self.agreement.recurring_next_date)
        self.env["sale.subscription"].cron_subscription_management()
        self.assertFalse(self._moves())

    def test_manual_invoice_schedules_nothing(self):
        self.company.xpps_proration = "none"
        self.agreement.close_subscription()
        self.agreement.manual_invoice()
        self.assertFalse(self.agreement.recurring_next_date)

    def test_started_again(self):
        """What was left to bill when it was closed is billed as if it had gone on."""
        self.agreement.generate_invoice()
        next_date = self.agreement.recurring_next_date
        self.agreement.close_subscription()
        self.agreement.action_start_subscription()
        self.assertEqual(self.agreement.recurring_next_date, next_date)
        self.assertTrue(self.agreement._xpps_runs_between(self.today, self.today + relativedelta(months=6)))


class TestServices(ProrationCase):
    """Service and supply fee as two services, or as a bundle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls._service("Service Fee", "base_service", 20)
        cls.supply = cls._service("Supply Fee", "base_supply", 11)
        cls.fees = cls._contract(services=cls.service + cls.supply, next_date="2026-07-01")
        cls.service_line, cls.supply_line = cls.fees.sale_subscription_line_ids.sorted("id")
        cls.fees.sale_subscription_line_ids.xpps_qty_from_devices = True

    def test_a_supply_fee_follows_the_service_fee(self):
        self._devices(2, self.fees)
        self.assertEqual(self._product_uom_qty(), [2, 2])
        self._devices(1, self.fees, xpps_install_date="2026-06-16")
        self.assertEqual(self._product_uom_qty(), [3, 3])
        lines = self._product_lines(self.fees.create_invoice())
        self.assertEqual([(line.price_subtotal, line.quantity) for line in lines], [(50, 1), (27.5, 1)])
        self.assertEqual({self._days_text(line) for line in lines}, {"2 × 1 month, 1 × 15/30"})

    def test_a_supply_fee_with_devices_of_its_own(self):
        self._devices(2, self.fees)
        self._devices(1, self.fees, xpps_subscription_line_id=self.supply_line.id)
        self.assertEqual(self._product_uom_qty(), [2, 1])

    def test_pairs_of_fees(self):
        """With several service fees the supply fee says whose devices it counts."""
        other = self.service_line.copy({"price_unit": 25})
        self._devices(1, self.fees)
        self._devices(3, self.fees, xpps_subscription_line_id=other.id)
        self.assertEqual(self.supply_line.product_uom_qty, 0)
        self.supply_line.xpps_devices_line_id = other
        self.assertEqual(self.supply_line.product_uom_qty, 3)
        lines = self._product_lines(self.fees.create_invoice())
        self.assertEqual(sorted(lines.mapped("price_subtotal")), [20, 33, 75])

    def test_devices_of_another_agreement(self):
        with self.assertRaisesRegex(ValidationError, "same agreement"), self.cr.savepoint():
            self.supply_line.xpps_devices_line_id = self.base_line
        with self.assertRaisesRegex(ValidationError, "another service"), self.cr.savepoint():
            self.supply_line.xpps_devices_line_id = self.supply_line

    def _product_uom_qty(self):
        return (self.service_line + self.supply_line).mapped("product_uom_qty")

    def test_costs(self):
        """What Xerox last billed: of a bundle by component, of a single fee its own."""
        components = (self.service + self.supply).product_tmpl_id
        self.base.xpps_bundle_component_ids = components
        bundle = self._devices(2)
        fees = self._devices(1, self.fees)
        # Xerox bills a base price, too, for devices without fees.
        rows = [
            {"SerialNumber": bundle[0].name, "BaseServiceFee": "12.50", "BaseSupplyFee": "7.25"},
            {"SerialNumber": bundle[1].name, "MonthlyBasePrice": "20.00"},
            {"SerialNumber": fees.name, "BaseServiceFee": "12.50", "BaseSupplyFee": "7.25"},
        ]
        self._import(rows)
        line = self.base_line
        self.assertEqual(
            (line.xpps_base_cost, line.xpps_base_service_cost, line.xpps_base_supply_cost), (39.75, 12.5, 7.25)
        )
        self.assertEqual(self.service_line.xpps_base_cost, 12.5)
        self.assertEqual(self.supply_line.xpps_base_cost, 7.25)
        self.assertEqual((self.service_line.xpps_base_supply_cost, self.supply_line.xpps_base_service_cost), (0, 0))
        # One line of the invoice bills the bundle.
        self.assertEqual(len(self._product_lines(self.agreement.create_invoice())), 1)
