# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Nothing that devices or invoices hang on vanishes silently: services with devices, and devices without a service."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from ..support.access import BILLING, USER
from ..support.base_periods import BasePeriodCase
from ..support.billing_runs import BillingRunCase

RUN = {"period_start": "2026-07-01", "period_end": "2026-07-31", "invoice_date": "2026-08-03"}


class TestReplaceService(BasePeriodCase):
    def _set_up_once(self):
        super()._set_up_once()
        self.agreement_2 = self._running(devices=2)
        self.old = self.agreement_2.sale_subscription_line_ids
        self.better = self._service("Better Base Price", "base_price", 40)
        self._nights("2026-08-01", "2026-08-01")
        self.assertTotal(self.agreement_2, 60)

    def _remove_in_form(self):
        with Form(self.agreement_2) as form:
            form.sale_subscription_line_ids.remove(0)

    def _replace(self, price=None):
        action = self.old.action_xpps_replace()
        with Form(self.env[action["res_model"]].with_context(**action["context"])) as form:
            form.product_id = self.better
            self.assertEqual(form.price_unit, 40)
            if price:
                form.price_unit = price
        form.record.action_replace()
        return self.agreement_2.sale_subscription_line_ids

    def test_a_service_with_devices_stays(self):
        """By the form, by deleting it, by emptying the agreement: it names the devices and the way out."""
        names = ", ".join(self.agreement_2.xpps_device_ids.sorted("name").mapped("name"))
        commands = ([Command.clear()], [Command.delete(self.old.id)], [Command.unlink(self.old.id)])
        for remove in (
            self._remove_in_form,
            self.old.unlink,
            *(lambda c=c: self.agreement_2.write({"sale_subscription_line_ids": c}) for c in commands),
        ):
            with self.assertRaisesRegex(UserError, f"{names}.*Replace Service"), self.cr.savepoint():
                remove()
                self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(self.agreement_2.xpps_device_ids.xpps_subscription_line_id, self.old)

    def test_also_when_its_devices_are_gone(self):
        """Who had the devices, and for which service, is history that a later invoice may ask for."""
        self.agreement_2.xpps_device_ids.xpps_removal_date = "2026-07-31"
        self.assertRaisesMessage("cannot be removed", self.old.unlink)

    def test_a_service_without_devices_goes(self):
        self._coffee_too(self.agreement_2)
        (self.agreement_2.sale_subscription_line_ids - self.old).unlink()
        self.assertEqual(self.agreement_2.sale_subscription_line_ids, self.old)

    def test_devices_history_and_periods_move(self):
        devices = self.agreement_2.xpps_device_ids
        new = self._replace()
        self.assertFalse(self.old.exists())
        self.assertEqual((new.product_id, new.price_unit, new.product_uom_qty), (self.better, 40, 2))
        self.assertEqual(devices.xpps_subscription_line_id, new)
        self.assertEqual(devices.xpps_assignment_ids.subscription_line_id, new)
        self.assertEqual(len(devices.xpps_assignment_ids), 2)
        self.assertNext(self.agreement_2, "2026-09-01")
        self._nights("2026-08-02", "2026-10-01")
        self.assertOnce(self.agreement_2, "2026-07-01", "2026-09-30")
        self.assertTotal(self.agreement_2, 60 + 160)

    def test_what_is_deleted_afterwards_is_billed_by_the_new_one(self):
        self._replace(price=35)
        self._moves(self.agreement_2).unlink()
        self.assertNext(self.agreement_2, "2026-08-01")
        self._nights("2026-08-02", "2026-08-02")
        self.assertOnce(self.agreement_2, "2026-07-01", "2026-07-31")
        self.assertTotal(self.agreement_2, 70)

    def test_a_run_before_the_next_file(self):
        """The issue's figures: 2 devices are billed, not 0."""
        self._replace(price=30)
        self.company.xpps_invoice_by_run = True
        values = {"period_start": "2026-08-01", "period_end": "2026-08-31", "invoice_date": "2026-09-03"}
        run = self.env["xpps.billing.run"].create(values)
        run.action_prepare()
        line = run.line_ids.filtered(lambda line: line.subscription_id == self.agreement_2)
        self.assertEqual(line.recurring_amount, 60)

    def test_a_supply_fee_follows(self):
        supply = self._service("Supply", "base_supply", 5)
        line = self.old.copy({"product_id": supply.id, "xpps_devices_line_id": self.old.id})
        new = self._replace() - line
        self.assertEqual(line.xpps_devices_line_id, new)
        self.assertEqual(line.product_uom_qty, 2)

    def test_who_may_replace(self):
        clerk = self._user("xpps_ht_clerk", BILLING, "sales_team.group_sale_manager")
        reader = self._user("xpps_ht_reader", USER)
        with self.assertRaises(AccessError):
            self.old.with_user(reader).action_xpps_replace()
        wizard = self.env["xpps.service.replace.wizard"].with_user(clerk)
        wizard.create({"subscription_line_id": self.old.id, "product_id": self.better.id}).action_replace()
        self.assertEqual(self.agreement_2.sale_subscription_line_ids.product_id, self.better)


class TestHeldDevices(BillingRunCase):
    def setUp(self):
        super().setUp()
        self._cover("SN-1", "SN-2")

    def _held(self, agreement=None):
        line = self._line(self._run(), agreement)
        return line.state, line.hold_code, line

    def test_nothing_is_held(self):
        self.assertEqual(self._held()[:2], ("ready", False))

    def test_a_device_without_a_service(self):
        self.second.xpps_assignment_ids.subscription_line_id = False
        state, code, line = self._held()
        self.assertEqual((state, code), ("held", "no_service"))
        self.assertIn("SN-2", line.reason)
        self.assertEqual(line.action_fix()["domain"], [("id", "in", self.second.ids)])
        line.override_reason = "Billed by hand"
        self.assertEqual(line.state, "ready")

    def test_a_device_without_an_agreement(self):
        """All agreements of its customer are held: nobody bills it."""
        other = self._contract()
        foreign = self._contract(partner_id=self._partner("Other").id)
        self._device("SN-3", xpps_subscription_id=False, xpps_subscription_line_id=False)
        run = self._run()
        held = {line.subscription_id: line.hold_code for line in run.line_ids}
        self.assertEqual(held, {self.agreement: "no_service", other: "no_service", foreign: False})

    def test_devices_that_are_not_there(self):
        """Removed before the period, installed after it, or nobody's."""
        loose = {"xpps_subscription_id": False, "xpps_subscription_line_id": False}
        self._device("SN-4", xpps_removal_date="2025-12-31", **loose)
        self._device("SN-5", xpps_install_date="2026-02-01", **loose)
        self._device("SN-6", xpps_partner_id=False, **loose)
        self.assertEqual(self._held()[:2], ("ready", False))
