# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A day of base price is billed once, never twice, never not: what happens to agreements outside the straight path."""

import random
from importlib.util import module_from_spec, spec_from_file_location

from odoo import Command, fields
from odoo.tests import Form
from odoo.tests.common import new_test_user
from odoo.tools.misc import file_path

from ..support.base_periods import DAY, BasePeriodCase
from ..support.common import record
from ..support.invoicing import MODES

JULY = ("2026-08-01", "2026-07-01", "2026-07-31", 30.0)
AUGUST = ("2026-09-01", "2026-08-01", "2026-08-31", 30.0)


class TestTiming(BasePeriodCase):
    def test_in_arrears(self):
        """Start 1 July: the first invoice is of 1 August and bills July."""
        agreement = self._running()
        self.assertNext(agreement, "2026-08-01")
        self._nights("2026-07-01", "2026-07-31")
        self.assertBilled(agreement)
        self._nights("2026-08-01", "2026-09-01")
        self.assertBilled(agreement, JULY, AUGUST)
        self.assertNext(agreement, "2026-10-01")

    def test_in_advance(self):
        agreement = self._running(xpps_base_timing="advance")
        self.assertNext(agreement, "2026-07-01")
        self._nights("2026-07-01", "2026-08-31")
        self.assertBilled(
            agreement,
            ("2026-07-01", "2026-07-01", "2026-07-31", 30.0),
            ("2026-08-01", "2026-08-01", "2026-08-31", 30.0),
        )
        self.assertNext(agreement, "2026-09-01")

    def test_the_company_decides_of_new_agreements(self):
        self.assertEqual(self.agreement.xpps_base_timing, "arrears")
        self.company.xpps_base_timing = "advance"
        self.assertEqual(self._draft().xpps_base_timing, "advance")
        self.assertEqual(self.agreement.xpps_base_timing, "arrears")

    def test_copy_to_customer_keeps_it(self):
        self.agreement.xpps_base_timing = "advance"
        wizard = self.env["xpps.agreement.copy.wizard"].create(
            {"subscription_id": self.agreement.id, "partner_ids": [Command.set(self._partner("Other").ids)]}
        )
        self.assertEqual(wizard.xpps_base_timing, "advance")
        copy = self.env["sale.subscription"].browse(wizard.action_copy()["res_id"])
        self.assertEqual(copy.xpps_base_timing, "advance")
        self.assertFalse(copy.xpps_period_anchor)

    def test_another_timing_loses_nothing(self):
        for before, after in (("arrears", "advance"), ("advance", "arrears")):
            agreement = self._running(xpps_base_timing=before)
            self._nights("2026-07-01", "2026-08-01")
            agreement.xpps_base_timing = after
            self._nights("2026-08-02", "2026-11-02")
            self.assertOnce(agreement, "2026-07-01", "2026-09-30")

    def test_catch_up_and_credit(self):
        """50.00 in advance: installed on 16 July +25.81, last day 20 July −17.74, once a device and period."""
        self.company.xpps_proration = "day"
        for change, amount, text in (
            ({"xpps_install_date": "2026-07-16"}, 25.81, "+16/31"),
            ({"xpps_removal_date": "2026-07-20"}, -17.74, "−11/31"),
        ):
            agreement = self._running(devices=2, xpps_base_timing="advance")
            agreement.sale_subscription_line_ids.price_unit = 50
            self._nights("2026-07-01", "2026-07-02")
            self.assertTotal(agreement, 100)
            if "xpps_install_date" in change:
                self._printer_on(agreement, **change)
                devices = 3
            else:
                agreement.xpps_device_ids[0].write(change)
                devices = 1
            self._nights("2026-08-01", "2026-08-02")
            changes = self.env["account.move.line"].search(
                [("xpps_base_adjustment", "=", True), ("xpps_subscription_id", "=", agreement.id)]
            )
            self.assertEqual((len(changes), changes.price_subtotal), (1, amount))
            self.assertIn(text, changes.name)
            self.assertIn("BP-", changes.name)
            self.assertEqual(str(changes.xpps_period_end), "2026-07-31")
            self.assertTotal(agreement, 100 + amount + 50 * devices)
            self._nights("2026-09-01", "2026-09-02")
            self.assertTotal(agreement, 100 + amount + 100 * devices)

    def test_a_change_comes_back_with_its_draft(self):
        self.company.xpps_proration = "day"
        agreement = self._running(devices=1, xpps_base_timing="advance")
        self._nights("2026-07-01", "2026-07-01")
        self._printer_on(agreement, xpps_install_date="2026-07-16")
        self._nights("2026-08-01", "2026-08-01")
        self.assertTotal(agreement, 30 + 15.48 + 60)
        self._moves(agreement)[-1].unlink()
        self.assertNext(agreement, "2026-08-01")
        self._nights("2026-08-02", "2026-08-02")
        self.assertTotal(agreement, 30 + 15.48 + 60)

    def test_the_first_device_comes_in_the_period(self):
        """A period that came to nothing is settled; who comes then is caught up."""
        self.company.xpps_proration = "day"
        agreement = self._running(by_devices=True, xpps_base_timing="advance")
        agreement.sale_subscription_line_ids.price_unit = 50
        self._nights("2026-07-01", "2026-07-01")
        self.assertBilled(agreement)
        self.assertNext(agreement, "2026-08-01")
        self._printer_on(agreement, xpps_install_date="2026-07-16")
        self._nights("2026-08-01", "2026-09-01")
        self.assertTotal(agreement, 25.81 + 100)

    def test_whole_months_in_advance(self):
        self.company.xpps_proration = "full"
        agreement = self._running(devices=1, xpps_base_timing="advance")
        self._nights("2026-07-01", "2026-07-01")
        self._printer_on(agreement, xpps_install_date="2026-07-16")
        agreement.xpps_device_ids[0].xpps_removal_date = "2026-07-20"
        self._nights("2026-08-01", "2026-09-01")
        self.assertTotal(agreement, 30 + 30 + 30 + 30)

    def test_negative_invoice(self):
        """Nothing but a credit: it is a credit note, it is made once, and it can be credited itself."""
        self.company.xpps_proration = "day"
        agreement = self._running(devices=1, xpps_base_timing="advance")
        self._nights("2026-07-01", "2026-07-01")
        agreement.xpps_device_ids.xpps_removal_date = "2026-07-20"
        self._nights("2026-08-01", "2026-10-01")
        refund = self._moves(agreement)[-1]
        self.assertEqual((refund.move_type, refund.amount_untaxed), ("out_refund", 10.65))
        self.assertTotal(agreement, 30 - 10.65)

    def test_closing_in_advance_gives_the_rest_back(self):
        self.company.xpps_proration = "day"
        agreement = self._running(devices=1, xpps_base_timing="advance")
        self._nights("2026-07-01", "2026-07-01")
        with self._on("2026-07-20"):
            self._close(agreement)
        self._nights("2026-07-21", "2026-09-02")
        self.assertTotal(agreement, 30 - 10.65)
        self.assertFalse(agreement.recurring_next_date)

    def test_a_warning_is_for_arrears_only(self):
        self.company.xpps_proration = "day"
        values = {"product_id": self.printer.id, "install_date": "2026-07-16"}
        for timing, warned in (("arrears", True), ("advance", False)):
            agreement = self._running(devices=1, xpps_base_timing=timing)
            self._nights("2026-07-01", "2026-08-01")
            wizard = self.env["xpps.device.add.wizard"].create({**values, "subscription_id": agreement.id})
            self.assertEqual(bool(wizard.warning), warned, timing)

    def test_in_a_run(self):
        """A run of July bills what is due then: July in arrears, August in advance."""
        arrears, advance = self._running(), self._running(xpps_base_timing="advance")
        self._nights("2026-07-01", "2026-07-01")
        self.company.xpps_invoice_by_run = True
        run = self.env["xpps.billing.run"].create(
            {"period_start": "2026-07-01", "period_end": "2026-07-31", "invoice_date": "2026-08-03"}
        )
        run.action_prepare()
        lines = {line.subscription_id: line for line in run.line_ids}
        self.assertEqual([lines[agreement].recurring_amount for agreement in (arrears, advance)], [30, 30])
        run.action_create_drafts()
        self.assertEqual(self._billed(arrears), [("2026-08-03", "2026-07-01", "2026-07-31", 30.0)])
        self.assertEqual(self._billed(advance)[-1], ("2026-08-03", "2026-08-01", "2026-08-31", 30.0))
        self.assertNext(arrears, "2026-09-01")
        self.assertNext(advance, "2026-09-01")


class TestTemplates(BasePeriodCase):
    def test_another_template_of_the_same_length(self):
        """Monthly to monthly: the date stays, and no month is lost."""
        agreement = self._running()
        self._nights("2026-08-01", "2026-08-01")
        self._choose_template(agreement, self._template("draft"))
        self.assertNext(agreement, "2026-09-01")
        self._nights("2026-09-01", "2026-11-01")
        self.assertOnce(agreement, "2026-07-01", "2026-10-31")
        self.assertTotal(agreement, 120)

    def test_from_quarters_to_months(self):
        """The quarter that is open is billed on its date, in months: 90.00."""
        agreement = self._running("2026-01-01", template_id=self._template("draft", recurring_interval=3).id)
        self._nights("2026-04-01", "2026-04-01")
        self._choose_template(agreement, self.monthly)
        self.assertNext(agreement, "2026-07-01")
        before = self._billed(agreement)
        self._nights("2026-04-02", "2026-07-01")
        new = self._billed(agreement)[len(before) :]
        self.assertEqual([row[3] for row in new], [30, 30, 30])
        self.assertEqual(len(self._moves(agreement)), 2)
        self.assertOnce(agreement, "2026-01-01", "2026-06-30")
        self.assertNext(agreement, "2026-08-01")

    def test_from_months_to_quarters(self):
        """The month that is open is a third of a quarter."""
        agreement = self._running("2026-01-01")
        self._nights("2026-02-01", "2026-02-01")
        self._choose_template(agreement, self._template("draft", recurring_interval=3))
        agreement.sale_subscription_line_ids.price_unit = 90
        self.assertNext(agreement, "2026-03-01")
        self._nights("2026-02-02", "2026-06-01")
        self.assertBilled(
            agreement,
            ("2026-02-01", "2026-01-01", "2026-01-31", 30.0),
            ("2026-03-01", "2026-02-01", "2026-02-28", 30.0),
            ("2026-06-01", "2026-03-01", "2026-05-31", 90.0),
        )

    def test_from_months_to_quarters_by_device(self):
        self.company.xpps_proration = "day"
        agreement = self._running("2026-01-01", devices=1)
        self._nights("2026-02-01", "2026-02-01")
        self._choose_template(agreement, self._template("draft", recurring_interval=3))
        agreement.sale_subscription_line_ids.price_unit = 90
        self._printer_on(agreement, xpps_install_date="2026-02-15")
        self._nights("2026-02-02", "2026-03-01")
        self.assertTotal(agreement, 30 + 30 + 15)
        self.assertOnce(agreement, "2026-01-01", "2026-02-28")

    def test_never_invoiced(self):
        """It does not fall back to its start."""
        with self._on("2026-01-10"):
            agreement = self._agreement(date_start="2025-01-01", next_date="2026-02-01")
            self._choose_template(agreement, self._template("draft"))
        self.assertNext(agreement, "2026-02-01")
        self._nights("2026-01-11", "2026-02-04")
        self.assertBilled(agreement, ("2026-02-01", "2026-01-01", "2026-01-31", 30.0))

    def test_the_template_itself_is_changed(self):
        template = self._template("draft", recurring_interval=3)
        agreement = self._running("2026-01-01", template_id=template.id)
        self._nights("2026-04-01", "2026-04-01")
        template.recurring_interval = 1
        self.assertNext(agreement, "2026-07-01")
        self._nights("2026-04-02", "2026-07-02")
        self.assertOnce(agreement, "2026-01-01", "2026-06-30")
        self.assertTotal(agreement, 30 + 90)

    def test_the_template_of_a_closed_agreement_is_changed(self):
        """What is left to bill of it, and what is billed once it runs again, is as if another one had been chosen."""
        self.company.xpps_proration = "day"
        found = {}
        for how in ("changed", "chosen"):
            template = self._template("draft", recurring_interval=3)
            agreement = self._running("2026-01-15", template_id=template.id)
            self._nights("2026-04-15", "2026-04-15")
            with self._on("2026-06-20"):
                self._close(agreement)
                if how == "changed":
                    template.recurring_interval = 1
                else:
                    self._choose_template(agreement, self._template("draft"))
            self._nights("2026-06-21", "2026-08-01")
            with self._on("2026-08-10"):
                agreement.action_start_subscription()
            self._nights("2026-08-11", "2026-10-16")
            self.assertOnce(agreement, "2026-01-15", "2026-06-20")
            found[how] = (agreement.recurring_next_date, agreement.xpps_period_anchor, self._billed(agreement))
        self.assertEqual(*found.values())

    def test_there_and_back(self):
        agreement = self._running("2026-01-15", template_id=self._template("draft", recurring_interval=3).id)
        for template in (self.monthly, agreement.template_id, self._template("draft", recurring_rule_type="weeks")):
            self._choose_template(agreement, template)
            self.assertNext(agreement, "2026-04-15")
        self._nights("2026-04-01", "2026-05-01")
        self.assertOnce(agreement, "2026-01-15", "2026-04-28")

    def test_in_each_mode(self):
        for mode in MODES:
            agreement = self._running(template_id=self.templates[mode].id)
            self._nights("2026-08-01", "2026-08-01")
            self._choose_template(agreement, self._template(mode))
            self._nights("2026-09-01", "2026-09-01")
            self.assertOnce(agreement, "2026-07-01", "2026-08-31")
            self.assertTotal(agreement, 60)


class TestStart(BasePeriodCase):
    def test_in_the_past_by_the_wizard(self):
        """Copy to Customer from 1 October, started on 28 November: October's base price is billed."""
        with self._on("2026-11-28"):
            wizard = self.env["xpps.agreement.copy.wizard"].create(
                {
                    "subscription_id": self.agreement.id,
                    "partner_ids": [Command.set(self._partner("Late").ids)],
                    "date_start": "2026-10-01",
                    "start": True,
                }
            )
            agreement = self.env["sale.subscription"].browse(wizard.action_copy()["res_id"])
        self.assertEqual(str(agreement.date_start), "2026-10-01")
        self.assertNext(agreement, "2026-11-01")
        self._nights("2026-11-28", "2026-12-01")
        self.assertOnce(agreement, "2026-10-01", "2026-11-30")
        self.assertTotal(agreement, 60)

    def test_in_the_past_by_the_button(self):
        for timing, date in (("arrears", "2026-11-01"), ("advance", "2026-10-01")):
            agreement = self._draft("2026-10-01", xpps_base_timing=timing)
            with self._on("2026-11-28"):
                agreement.action_start_subscription()
            self.assertNext(agreement, date)
            self._nights("2026-11-28", "2026-12-05")
            self.assertOnce(agreement, "2026-10-01", "2026-11-30")

    def test_in_the_future(self):
        """Nothing is billed before the start, and starting does not move it."""
        for timing, first in (("arrears", "2027-02-01"), ("advance", "2027-01-01")):
            agreement = self._draft("2027-01-01", xpps_base_timing=timing)
            with self._on("2026-11-28"):
                agreement.action_start_subscription()
            self.assertEqual((str(agreement.date_start), agreement.stage_type), ("2027-01-01", "in_progress"))
            self.assertNext(agreement, first)
            self._nights("2026-11-28", "2026-12-10")
            self._nights("2026-12-30", "2026-12-31")
            self.assertBilled(agreement)

    def test_by_dragging_it(self):
        stage = self.env["sale.subscription.stage"].search([("type", "=", "in_progress")], limit=1)
        for start in ("2026-10-01", "2027-01-01"):
            agreement = self._draft(start)
            with self._on("2026-11-28"), Form(agreement) as form:
                form.stage_id = stage
            self.assertEqual(str(agreement.date_start), start)

    def test_ready_to_start(self):
        agreement = self._draft("2026-07-01")
        agreement.stage_id = self.env["sale.subscription.stage"].search([("type", "=", "pre")], limit=1)
        self._nights("2026-06-29", "2026-08-01")
        self.assertBilled(agreement, JULY)

    def test_new_agreements_start_today(self):
        """Today is the user's, not the day on which the server was started."""
        for zone, day in (("UTC", "2031-03-05"), ("Pacific/Kiritimati", "2031-03-06")):
            with self._on("2031-03-05"):
                Agreement = self.env["sale.subscription"].with_context(default_is_xpps=True, tz=zone)
                self.assertEqual(str(Form(Agreement).date_start), day)
                values = Agreement.default_get(["recurring_next_date"])
                self.assertEqual(str(values["recurring_next_date"]), day)

    def test_a_start_within_the_period(self):
        """By day, the first period is shorter where the next invoice date was set to another day."""
        self.company.xpps_proration = "day"
        agreement = self._running("2026-06-21")
        agreement.recurring_next_date = "2026-07-01"
        self._nights("2026-07-01", "2026-08-01")
        self.assertBilled(agreement, ("2026-07-01", "2026-06-21", "2026-06-30", 10.0), JULY)

    def test_the_last_day_of_the_month(self):
        """31 January, 28 February, 31 March."""
        agreement = self._running("2026-01-31")
        self._nights("2026-02-01", "2026-06-01")
        self.assertEqual(
            [row[:3] for row in self._billed(agreement)],
            [
                ("2026-02-28", "2026-01-31", "2026-02-27"),
                ("2026-03-31", "2026-02-28", "2026-03-30"),
                ("2026-04-30", "2026-03-31", "2026-04-29"),
                ("2026-05-31", "2026-04-30", "2026-05-30"),
            ],
        )
        self.assertNext(agreement, "2026-06-30")
        leap = self._running("2028-01-31", xpps_base_timing="advance")
        self._nights("2028-01-31", "2028-03-31")
        self.assertEqual([row[0] for row in self._billed(leap)], ["2028-01-31", "2028-02-29", "2028-03-31"])


class TestNextDate(BasePeriodCase):
    def test_a_change_leaves_its_reason(self):
        agreement = self._running()
        with Form(agreement) as form:
            self.assertFalse(form.xpps_next_date_changed)
            form.recurring_next_date = "2026-09-01"
            self.assertTrue(form.xpps_next_date_changed)
            with self.assertRaisesRegex(AssertionError, "xpps_next_date_reason"):
                form.save()
            form.xpps_next_date_reason = "July was on paper"
        self.assertIn("July was on paper", self._chatter(agreement))
        self.assertIn("08/01/2026", self._chatter(agreement))
        waiver = agreement.xpps_base_waiver_ids
        self.assertEqual((waiver.kind, str(waiver.date_to)), ("date", "2026-07-31"))
        self._nights("2026-08-01", "2026-09-01")
        self.assertBilled(agreement, AUGUST)

    def test_without_a_reason(self):
        agreement = self._running()
        agreement.recurring_next_date = "2026-09-01"
        self.assertIn("No reason was given.", self._chatter(agreement))

    def test_back_bills_nothing_twice(self):
        agreement = self._running()
        self._nights("2026-08-01", "2026-10-01")
        agreement.recurring_next_date = "2026-08-01"
        self._nights("2026-10-02", "2026-11-01")
        self.assertOnce(agreement, "2026-07-01", "2026-10-31")

    def test_forth_and_back_bills_what_was_left_out(self):
        agreement = self._running()
        agreement.recurring_next_date = "2026-10-01"
        agreement.recurring_next_date = "2026-09-01"
        self._nights("2026-09-01", "2026-10-01")
        self.assertOnce(agreement, "2026-07-01", "2026-09-30", without=[("2026-07-01", "2026-07-31")])

    def test_bill_it(self):
        agreement = self._running()
        agreement.recurring_next_date = "2026-10-01"
        agreement.xpps_base_waiver_ids.action_bill()
        self.assertNext(agreement, "2026-08-01")
        self.assertIn("To be billed after all", self._chatter(agreement))
        self._nights("2026-10-01", "2026-10-05")
        self.assertOnce(agreement, "2026-07-01", "2026-09-30")

    def test_billing_twice_a_period_bills_it_once(self):
        """Each call bills what is free, whoever calls it."""
        agreement = self._running()
        for _time in range(3):
            agreement.create_invoice()
        self.assertBilled(agreement, JULY)
        agreement.generate_invoice()
        self.assertBilled(agreement, JULY)
        self.assertNext(agreement, "2026-09-01")
        agreement.manual_invoice()
        self.assertBilled(agreement, JULY, AUGUST)

    def test_a_service_that_is_added(self):
        """It is billed from the period on that is not billed yet."""
        agreement = self._running()
        self._nights("2026-08-01", "2026-09-01")
        self._coffee_too(agreement)
        self.assertNext(agreement, "2026-10-01")
        self._nights("2026-10-01", "2026-11-01")
        coffee = agreement.sale_subscription_line_ids.filtered(lambda line: line.product_id == self.coffee)
        self.assertEqual(sorted(map(str, self._lines_by_day(coffee)))[0], "2026-09-01")
        self.assertTotal(agreement, 4 * 30 + 2 * 5)

    def test_an_agreement_becomes_ours(self):
        agreement = self._agreement(self.coffee, is_xpps=False, date_start="2026-01-01", next_date="2026-09-01")
        agreement.date_start = "2026-01-01"
        agreement.is_xpps = True
        self.assertNext(agreement, "2026-09-01")
        self._nights("2026-09-01", "2026-10-01")
        self.assertOnce(agreement, "2026-08-01", "2026-09-30")
        self.assertTotal(agreement, 10)


class TestGivenBack(BasePeriodCase):
    def _july(self, mode="draft", **values):
        agreement = self._running(services=self.base + self.coffee, template_id=self.templates[mode].id, **values)
        self._nights("2026-08-01", "2026-08-01")
        self.assertTotal(agreement, 35)
        return agreement

    def test_a_deleted_draft(self):
        """35.00 are billed again, by the next night."""
        agreement = self._july()
        self._moves(agreement).unlink()
        self.assertNext(agreement, "2026-08-01")
        self._nights("2026-08-02", "2026-09-02")
        self.assertOnce(agreement, "2026-07-01", "2026-08-31")
        self.assertTotal(agreement, 70)

    def test_a_cancelled_draft(self):
        agreement = self._july()
        self._moves(agreement).button_cancel()
        self.assertNext(agreement, "2026-08-01")
        self._nights("2026-08-02", "2026-09-02")
        self.assertOnce(agreement, "2026-07-01", "2026-08-31")

    def test_posted_then_cancelled(self):
        agreement = self._july("invoice")
        move = self._moves(agreement)
        move.button_draft()
        self.assertNext(agreement, "2026-09-01")
        move.button_cancel()
        self.assertNext(agreement, "2026-08-01")
        self._nights("2026-08-02", "2026-09-02")
        self.assertTotal(agreement, 70)

    def test_a_deleted_line(self):
        agreement = self._july()
        line = self._moves(agreement).invoice_line_ids.filtered(lambda line: line.product_id == self.base)
        line.unlink()
        self._nights("2026-08-02", "2026-09-02")
        self.assertOnce(agreement, "2026-07-01", "2026-08-31")
        self.assertTotal(agreement, 70)

    def test_an_earlier_one_of_several(self):
        agreement = self._july()
        self._nights("2026-09-01", "2026-11-01")
        self._moves(agreement)[1].unlink()
        self.assertNext(agreement, "2026-09-01")
        self._nights("2026-11-02", "2026-11-03")
        self.assertNext(agreement, "2026-12-01")
        self.assertOnce(agreement, "2026-07-01", "2026-10-31")

    def test_by_whoever_may_delete_it(self):
        agreement = self._july()
        user = new_test_user(
            self.env, "xpps_bp_accountant", "account.group_account_manager", company_id=self.company.id
        )
        self._moves(agreement).with_user(user).unlink()
        self.assertNext(agreement, "2026-08-01")

    def test_a_cancelled_one_is_not_used_beside_another(self):
        agreement = self._july()
        move = self._moves(agreement)
        move.button_cancel()
        self._nights("2026-08-02", "2026-08-02")
        self.assertRaisesMessage("is billed by", move.button_draft)
        (self._moves(agreement) - move).unlink()
        move.button_draft()
        self._nights("2026-08-03", "2026-09-02")
        self.assertOnce(agreement, "2026-07-01", "2026-08-31")

    def test_a_cancelled_order(self):
        agreement = self._july("sale_and_invoice")
        self._void(self._moves(agreement))
        agreement.sale_order_ids.action_unlock()
        agreement.sale_order_ids.with_context(disable_cancel_warning=True).action_cancel()
        self.assertNext(agreement, "2026-08-01")
        self._nights("2026-08-02", "2026-09-02")
        self.assertOnce(agreement, "2026-07-01", "2026-08-31")

    def test_an_order_whose_invoice_is_deleted(self):
        """The order still holds the days, and is invoiced with the next one."""
        agreement = self._july("sale_and_invoice")
        self._void(self._moves(agreement))
        self._nights("2026-09-01", "2026-09-01")
        self.assertOnce(agreement, "2026-07-01", "2026-08-31")
        self.assertTotal(agreement, 70)

    def _credit(self, move):
        credit = move._reverse_moves([{"invoice_date": move.invoice_date}])
        credit.action_post()
        return credit

    def test_credited_and_billed_again(self):
        """Not by itself; by *Bill Again* on the invoice, once."""
        for mode in ("invoice", "sale_and_invoice"):
            agreement = self._july(mode)
            move = self._moves(agreement)
            self.assertFalse(move.xpps_can_bill_again)
            self.assertRaisesMessage("Nothing on", move.action_xpps_bill_again)
            credit = self._credit(move)
            self.assertNext(agreement, "2026-09-01")
            self.assertTrue(move.xpps_can_bill_again)
            move.action_xpps_bill_again()
            self.assertFalse(move.xpps_can_bill_again)
            self.assertNext(agreement, "2026-08-01")
            self.assertRaisesMessage("billed again", credit.button_draft)
            self.assertRaisesMessage("billed again", move.button_draft)
            self._nights("2026-08-03", "2026-09-02")
            self.assertOnce(agreement, "2026-07-01", "2026-08-31")
            # Credited once, billed three times.
            self.assertTotal(agreement, 105)

    def test_bill_again_of_pages_gives_base_prices_back(self):
        agreement = self._running(services=self.base, template_id=self.templates["invoice"].id)
        charge = self._charge(subscription_id=agreement.id)
        self._nights("2026-08-01", "2026-08-01")
        move = self._moves(agreement)
        self.assertEqual(move.amount_untaxed, 31)
        self._credit(move)
        charge.action_rebill()
        self.assertNext(agreement, "2026-08-01")
        self._nights("2026-08-02", "2026-08-02")
        self.assertEqual(
            (self._moves(agreement) - move).filtered(lambda m: m.move_type == "out_invoice").amount_untaxed, 31
        )

    def test_partly_credited_stays(self):
        agreement = self._july("invoice")
        move = self._moves(agreement)
        credit = move._reverse_moves()
        credit.invoice_line_ids.filtered(lambda line: line.product_id == self.base).price_unit = 10
        credit.action_post()
        move.action_xpps_bill_again()
        base = agreement.sale_subscription_line_ids.filtered(lambda line: line.product_id == self.base)
        self._nights("2026-08-02", "2026-09-01")
        self.assertEqual(len(self._lines_by_day(base)[self.day("2026-07-15")]), 1)
        self.assertTotal(agreement, 35 + 5 + 35)

    def test_reverse_and_create_invoice(self):
        agreement = self._july("invoice")
        move = self._moves(agreement)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        draft = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertNext(agreement, "2026-09-01")
        self.assertOnce(agreement, "2026-07-01", "2026-07-31")
        draft.unlink()
        self.assertNext(agreement, "2026-08-01")
        self._nights("2026-08-02", "2026-08-02")
        self.assertOnce(agreement, "2026-07-01", "2026-07-31")

    def test_after_closing(self):
        """What a closed agreement was billed for is billed again, too."""
        agreement = self._july()
        with self._on("2026-08-01"):
            self._close(agreement)
        self._moves(agreement).unlink()
        self._nights("2026-08-02", "2026-08-03")
        self.assertOnce(agreement, "2026-07-01", "2026-07-31")
        self.assertTotal(agreement, 35)


class TestFixedTerm(BasePeriodCase):
    def test_three_months(self):
        """90.00 in each setting, billed in time or late, by devices or not."""
        template = self._template("draft", recurring_rule_boundary="limited", recurring_rule_count=3)
        for proration in ("none", "full", "day"):
            self.company.xpps_proration = proration
            for timing in ("arrears", "advance"):
                for devices in (0, 1):
                    with self.subTest(proration=proration, timing=timing, devices=devices):
                        agreement = self._running(template_id=template.id, xpps_base_timing=timing, devices=devices)
                        self.assertEqual(str(agreement.date), "2026-09-30")
                        self._nights("2026-07-01", "2026-07-02")
                        self._nights("2026-07-31", "2026-08-02")
                        self._nights("2026-08-31", "2026-09-02")
                        self._nights("2026-09-29", "2026-10-03")
                        self._nights("2026-10-31", "2026-11-02")
                        self.assertOnce(agreement, "2026-07-01", "2026-09-30")
                        self.assertTotal(agreement, 90)
                        self.assertEqual(agreement.stage_type, "post")
                        self.assertFalse(agreement.recurring_next_date)

    def test_late(self):
        template = self._template("draft", recurring_rule_boundary="limited", recurring_rule_count=3)
        agreement = self._draft(template_id=template.id, services=self.base + self.coffee)
        with self._on("2026-12-15"):
            agreement.action_start_subscription()
        self._nights("2026-12-15", "2026-12-22")
        self.assertOnce(agreement, "2026-07-01", "2026-09-30")
        self.assertTotal(agreement, 105)

    def test_by_runs(self):
        self.company.xpps_invoice_by_run = True
        template = self._template("draft", recurring_rule_boundary="limited", recurring_rule_count=3)
        agreement = self._running(template_id=template.id)
        self._nights("2026-09-29", "2026-10-02")
        for month, last in (("07", "31"), ("08", "31"), ("09", "30"), ("10", "31")):
            run = self.env["xpps.billing.run"].create(
                {
                    "period_start": f"2026-{month}-01",
                    "period_end": f"2026-{month}-{last}",
                    "invoice_date": "2026-11-15",
                }
            )
            run.action_prepare()
            if "ready" in run.line_ids.mapped("state"):
                run.action_create_drafts()
        self.assertOnce(agreement, "2026-07-01", "2026-09-30")
        self.assertTotal(agreement, 90)

    def test_its_form(self):
        """The end that a form computes is the last day."""
        template = self._template("draft", recurring_rule_boundary="limited", recurring_rule_count=3)
        with Form(self._draft()) as form:
            form.template_id = template
            self.assertEqual(str(form.date), "2026-09-30")

    def test_another_end(self):
        """Two months and a half, by day."""
        self.company.xpps_proration = "day"
        agreement = self._running()
        agreement.date = "2026-09-15"
        agreement.recurring_rule_boundary = False
        self._nights("2026-08-01", "2026-10-02")
        self.assertOnce(agreement, "2026-07-01", "2026-09-15")
        self.assertTotal(agreement, 75)


class TestPause(BasePeriodCase):
    def _paused(self, first="2026-08-01", last="2026-12-01", **values):
        """July is billed, then the agreement is paused. It is to be resumed on the last day."""
        agreement = self._running(**values)
        self._nights("2026-07-01", "2026-08-01")
        with self._on(first):
            self._pause(agreement)
        self.assertEqual(str(agreement.xpps_paused_on), first)
        self._nights("2026-09-01", "2026-09-02")
        self.assertTotal(agreement, 30 if agreement.xpps_base_timing == "arrears" else 60)
        return agreement

    def test_skipped(self):
        agreement = self._paused()
        with self._on("2026-12-01"):
            self._resume(agreement)
        self.assertNext(agreement, "2027-01-01")
        self.assertIn("No base price is billed for", self._chatter(agreement))
        self._nights("2026-12-01", "2026-12-05")
        self._nights("2027-01-01", "2027-01-01")
        self.assertTotal(agreement, 60)
        self.assertOnce(agreement, "2026-07-01", "2026-12-31", without=[("2026-08-01", "2026-11-30")])

    def test_skipped_by_default(self):
        """Upstream's button, and its cron at the end of a pause."""
        agreement = self._paused()
        with self._on("2026-12-01"):
            agreement.action_resume()
        self.assertNext(agreement, "2027-01-01")
        other = self._paused()
        other.paused_until = "2026-12-01"
        self._nights("2026-12-01", "2026-12-04")
        self.assertNext(other, "2027-01-01")
        self.assertTotal(other, 30)

    def test_billed_on_one_invoice(self):
        agreement = self._paused()
        with self._on("2026-12-01"):
            self._resume(agreement, "bill")
        self._nights("2026-12-01", "2026-12-05")
        self.assertEqual(self._moves(agreement).mapped("amount_untaxed"), [30, 120])
        self.assertEqual(len(self._product_lines(self._moves(agreement)[1])), 4)
        self.assertOnce(agreement, "2026-07-01", "2026-11-30")
        self.assertNext(agreement, "2027-01-01")

    def test_by_day(self):
        """Days before the pause and after it are billed; 10 of 31 and 12 of 30."""
        self.company.xpps_proration = "day"
        agreement = self._paused("2026-08-11")
        with self._on("2026-11-19"):
            self._resume(agreement)
        self._nights("2026-11-19", "2026-12-01")
        self.assertOnce(agreement, "2026-07-01", "2026-11-30", without=[("2026-08-11", "2026-11-18")])
        self.assertTotal(agreement, 30 + 9.68 + 12)

    def test_a_draft_from_before_is_given_back(self):
        agreement = self._paused()
        with self._on("2026-12-01"):
            self._resume(agreement)
        self._moves(agreement).unlink()
        self._nights("2026-12-02", "2027-01-01")
        self.assertOnce(agreement, "2026-07-01", "2026-12-31", without=[("2026-08-01", "2026-11-30")])

    def test_short(self):
        """Nothing became due."""
        agreement = self._paused("2026-08-05")
        with self._on("2026-08-20"):
            self._resume(agreement)
        self._nights("2026-08-20", "2026-10-01")
        self.assertOnce(agreement, "2026-07-01", "2026-09-30")

    def test_in_advance(self):
        agreement = self._paused("2026-08-01", xpps_base_timing="advance")
        with self._on("2026-12-01"):
            self._resume(agreement)
        self.assertNext(agreement, "2027-01-01")


class TestClosed(BasePeriodCase):
    def test_started_again(self):
        """Its dates stay: what it ran is billed, what it stood still is not."""
        for proration in ("none", "day"):
            self.company.xpps_proration = proration
            agreement = self._running(devices=1)
            self._nights("2026-08-01", "2026-08-01")
            with self._on("2026-08-31"):
                self._close(agreement)
            self._nights("2026-09-01", "2026-09-02")
            with self._on("2026-11-01"):
                agreement.action_start_subscription()
            self.assertEqual(str(agreement.date_start), "2026-07-01")
            self.assertFalse(agreement.date)
            self._nights("2026-11-01", "2026-12-01")
            self.assertOnce(agreement, "2026-07-01", "2026-11-30", without=[("2026-09-01", "2026-10-31")])
            self.assertTotal(agreement, 90)

    def test_what_is_not_billed_is_kept(self):
        agreement = self._running()
        with self._on("2026-08-20"):
            self._close(agreement)
        self.assertFalse(agreement.recurring_next_date)
        waiver = agreement.xpps_base_waiver_ids
        self.assertEqual((waiver.kind, str(waiver.date_from), waiver.date_to), ("closing", "2026-07-01", False))
        waiver.action_bill()
        self._nights("2026-08-21", "2026-09-02")
        self.assertTotal(agreement, 60)

    def test_an_end_that_was_planned_stays(self):
        agreement = self._running()
        agreement.date = "2026-12-31"
        with self._on("2026-08-20"):
            self._close(agreement)
        self.assertEqual(str(agreement.date), "2026-12-31")


class TestLookedAt(BasePeriodCase):
    """Days that nobody bills, or two invoices do, are seen: on the agreement, in the run, among devices to look at."""

    def _lost(self):
        """An agreement from 1 October that an earlier version began to bill on 1 November."""
        agreement = self._running("2026-10-01", devices=1)
        with self._on("2026-10-02"):
            agreement.recurring_next_date = "2026-12-01"
        agreement.sudo().env["xpps.base.waiver"].search([("subscription_id", "=", agreement.id)]).write(
            {"kind": "gap", "date_from": "2026-10-01"}
        )
        return agreement

    def test_a_gap_on_the_agreement(self):
        agreement = self._lost()
        self.assertIn("Runs since 10/01/2026; no base price is billed for October 2026", agreement.xpps_base_notice)
        with self._on("2026-11-05"):
            agreement.action_xpps_bill_gaps()
        self.assertNext(agreement, "2026-11-01")
        self.assertFalse(agreement.xpps_base_notice)
        self._nights("2026-12-01", "2026-12-02")
        self.assertOnce(agreement, "2026-10-01", "2026-11-30")

    def test_a_gap_in_the_run(self):
        agreement = self._lost()
        self.company.xpps_invoice_by_run = True
        run = self.env["xpps.billing.run"].create(
            {"period_start": "2026-11-01", "period_end": "2026-11-30", "invoice_date": "2026-12-03"}
        )
        run.action_prepare()
        line = run.line_ids.filtered(lambda line: line.subscription_id == agreement)
        line.override_reason = "The file comes later."
        self.assertIn("October 2026", line.base_notice)
        self.assertEqual(line.recurring_amount, 30)
        line.action_bill_gaps()
        self.assertFalse(line.base_notice)
        self.assertEqual(line.recurring_due, True)

    def test_an_overlap(self):
        """A duplicated invoice bills the days once more."""
        agreement = self._running(devices=1)
        self._nights("2026-08-01", "2026-08-01")
        self.assertFalse(agreement.xpps_base_notice)
        copy = self._moves(agreement).copy()
        agreement.invalidate_recordset()
        self.assertIn("is billed twice", agreement.xpps_base_notice)
        self.assertIn("July 2026", agreement.xpps_base_notice)
        copy.unlink()
        agreement.invalidate_recordset()
        self.assertFalse(agreement.xpps_base_notice)
        self.assertNext(agreement, "2026-09-01")

    def test_devices_to_look_at(self):
        lost, twice = self._lost(), self._running(devices=1)
        self._nights("2026-08-01", "2026-08-01")
        self._moves(twice).copy()
        loose = self._device("LOOSE-1", xpps_subscription_id=False, xpps_subscription_line_id=False)
        rows = [record(lot.name, MonthlyBasePrice="20.00") for lot in lost.xpps_device_ids | twice.xpps_device_ids]
        october = {"InvoiceDate": "2026-11-03", "PeriodStart": "2026-10-01", "PeriodEnd": "2026-10-31"}
        with self._on("2026-11-05"):
            self._import(rows, **october)
            found = self.env["xpps.device.attention"].search(
                [("kind", "in", ("no_service", "base_gap", "base_twice")), ("company_id", "=", self.company.id)]
            )
            self.assertEqual(
                {(row.device_id, row.kind) for row in found},
                {
                    (lost.xpps_device_ids, "base_gap"),
                    (twice.xpps_device_ids, "base_twice"),
                    (loose, "no_service"),
                },
            )
            self.assertTrue(all(found.mapped("explanation")))


class TestUpdate(BasePeriodCase):
    """What an update says of agreements that were billed before."""

    def _forget(self, agreements):
        """As if an earlier version had billed them."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM xpps_base_waiver")
        self.env.cr.execute("UPDATE sale_subscription SET xpps_period_anchor = NULL, xpps_paused_on = NULL")
        self.env.cr.execute(
            "UPDATE account_move_line SET xpps_period_start = NULL, xpps_period_end = NULL WHERE product_id = %s",
            [self.coffee.id],
        )
        self.env.invalidate_all()

    def _update(self):
        self.env.flush_all()
        path = file_path("xerox_xpps/migrations/19.0.1.2.0/post-periods_billed.py")
        spec = spec_from_file_location("post_periods_billed", path)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.flush_all()
        self.env.invalidate_all()

    def test_what_was_billed_stays_billed(self):
        both = self.base + self.coffee
        agreements = [
            self._running(services=both),
            self._running("2026-01-31", template_id=self._template("draft", recurring_interval=3).id),
            self._running("2020-01-01"),
        ]
        with self._on("2026-07-01"):
            agreements[2].recurring_next_date = "2026-08-01"
        self._nights("2026-04-30", "2026-04-30")
        self._nights("2026-07-31", "2026-09-01")
        dates = [str(agreement.recurring_next_date) for agreement in agreements]
        billed = [self._billed(agreement) for agreement in agreements]
        self._forget(agreements)
        self._update()
        self.assertEqual([str(agreement.recurring_next_date) for agreement in agreements], dates)
        self.assertEqual([self._billed(agreement) for agreement in agreements], billed)
        self.assertEqual(set(agreements[0].mapped("xpps_base_timing")), {"arrears"})
        self.assertFalse(any(agreement.xpps_base_notice for agreement in agreements))
        self._nights("2026-09-02", "2026-11-01")
        self.assertOnce(agreements[0], "2026-07-01", "2026-10-31")
        self.assertOnce(agreements[1], "2026-01-31", "2026-10-30")
        self.assertOnce(agreements[2], "2026-07-01", "2026-10-31")
        self._moves(agreements[0])[0].unlink()
        self.assertNext(agreements[0], "2026-08-01")

    def test_lost_months_are_gaps(self):
        agreement, never = self._running(), self._running("2026-10-01")
        self._nights("2026-08-01", "2026-09-01")
        with self._on("2026-09-02"):
            agreement.recurring_next_date = "2026-11-01"
            never.recurring_next_date = "2026-12-28"
        self.env.cr.execute("UPDATE sale_subscription SET create_date = '2026-11-28' WHERE id = %s", [never.id])
        self._forget(agreement | never)
        self._update()
        gaps = self.env["xpps.base.waiver"].search([("kind", "=", "gap"), ("company_id", "=", self.company.id)])
        found = {gap.subscription_id: (str(gap.date_from), str(gap.date_to)) for gap in gaps}
        self.assertEqual(found[agreement], ("2026-09-01", "2026-09-30"))
        self.assertEqual(found[never], ("2026-10-01", "2026-11-27"))
        self.assertNext(agreement, "2026-11-01")
        agreement.action_xpps_bill_gaps()
        self._nights("2026-11-01", "2026-11-02")
        self.assertOnce(agreement, "2026-07-01", "2026-10-31")

    def test_lines_that_do_not_say_their_service(self):
        agreement = self._running(services=self.base + self.coffee)
        self._nights("2026-08-01", "2026-08-01")
        self._forget(agreement)
        self.env.cr.execute(
            "UPDATE account_move_line SET xpps_subscription_line_id = NULL, xpps_subscription_id = NULL, "
            "xpps_period_start = NULL, xpps_period_end = NULL WHERE move_id = %s",
            [self._moves(agreement).id],
        )
        self._update()
        self.assertBilled(agreement, ("2026-08-01", "2026-07-01", "2026-07-31", 5.0), JULY)

    def test_ends_of_terms(self):
        template = self._template("draft", recurring_rule_boundary="limited", recurring_rule_count=3)
        agreement = self._running(template_id=template.id)
        other = self._running(template_id=template.id)
        other.date = "2026-09-15"
        self._forget(agreement | other)
        self.env.cr.execute("UPDATE sale_subscription SET date = '2026-10-01' WHERE id = %s", [agreement.id])
        self.env.invalidate_all()
        self._update()
        self.assertEqual((str(agreement.date), str(other.date)), ("2026-09-30", "2026-09-15"))

    def test_closed_ones_are_not_billed_anew(self):
        agreement = self._running()
        self._nights("2026-08-01", "2026-08-01")
        with self._on("2026-08-20"):
            self._close(agreement)
        self._forget(agreement)
        self._update()
        with self._on("2026-08-25"):
            agreement.action_start_subscription()
        self.assertNext(agreement, "2026-09-01")


class TestHistories(BasePeriodCase):
    """Whatever happens to agreements, each of their days is on one live invoice line in the end."""

    STEPS = ("template", "pause", "close", "delete", "cancel", "credit", "nothing", "nothing")

    def _histories(self, count, seed, proration):
        self.company.xpps_proration = proration
        chance = random.Random(seed)
        templates = [
            self.templates["invoice"],
            self._template("invoice"),
            self._template("invoice", recurring_interval=3),
            self._template("draft", recurring_interval=2),
        ]
        agreements = []
        for _number in range(count):
            start = self.day("2026-01-01") + DAY * chance.randrange(59)
            timing = chance.choice(("arrears", "advance"))
            agreement = self._running(
                str(start), devices=1, xpps_base_timing=timing, template_id=chance.choice(templates).id
            )
            agreements.append(agreement)
        skipped = {agreement: [] for agreement in agreements}
        day = self.day("2026-03-01")
        while day < self.day("2027-01-01"):
            self._nights(str(day), str(day + 2 * DAY))
            for agreement in agreements:
                step = chance.choice(self.STEPS)
                with self._on(day + 2 * DAY), self.subTest(seed=seed, day=day, step=step, agreement=agreement.id):
                    self._step(step, agreement, chance, templates)
                    self._look(agreement)
            day += DAY * chance.randrange(9, 20)
        for agreement in agreements:
            with self._on("2027-01-05"):
                if agreement.is_paused:
                    self._resume(agreement, "bill")
                if agreement.stage_type == "post":
                    agreement.action_start_subscription()
        self._nights("2027-01-06", "2027-04-30")
        for agreement in agreements:
            self._look(agreement, "2026-12-31")
        return skipped

    def _step(self, step, agreement, chance, templates):
        moves = self._moves(agreement).filtered(
            lambda move: move.state != "cancel" and move.move_type == "out_invoice" and not move.reversal_move_ids
        )
        move = chance.choice(moves) if moves else moves
        if step == "template" and agreement.stage_type == "in_progress":
            self._choose_template(agreement, chance.choice(templates))
        elif step == "pause" and agreement.stage_type == "in_progress":
            if agreement.is_paused:
                self._resume(agreement, chance.choice(("skip", "bill")))
            else:
                self._pause(agreement)
        elif step == "close":
            if agreement.stage_type == "post":
                agreement.action_start_subscription()
            elif not agreement.is_paused:
                self._close(agreement)
        elif step == "delete" and move.state == "draft":
            move.unlink()
        elif step == "cancel" and move:
            move.button_cancel()
        elif step == "credit" and move.state == "posted":
            move._reverse_moves([{"invoice_date": fields.Date.today()}]).action_post()
            if move.xpps_can_bill_again:
                move.action_xpps_bill_again()

    def _look(self, agreement, last=None):
        """No day twice; no day that is not free or waived without a line; at the end, none free until a day."""
        for service in agreement.sale_subscription_line_ids:
            on = self._lines_by_day(service)
            self.assertEqual({len(lines) for lines in on.values()} - {1}, set(), agreement.name)
            waived = (
                agreement.sudo()
                .env["xpps.base.waiver"]
                .search([("subscription_id", "=", agreement.id), ("subscription_line_id", "in", (False, service.id))])
            )
            day = agreement.date_start
            end = self.day(last) if last else None
            while end and day <= end:
                left_out = any(start <= day <= stop for start, stop in waived._spans())
                self.assertTrue(on.get(day) or left_out, (agreement.name, str(day)))
                day += DAY

    def test_without_parts_of_months(self):
        self._histories(2, 1, "none")

    def test_by_day(self):
        self._histories(2, 2, "day")
