# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of base prices share: agreements that are billed by the cron on days that the test chooses."""

from collections import defaultdict
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import Form

from .invoicing import InvoicingCase

DAY = timedelta(days=1)


class BasePeriodCase(InvoicingCase):
    """A base price of 30.00 a device and month. What else is in the database is paused."""

    @classmethod
    def setUpClass(cls):
        # The clock goes on as it does. To enter another day is cheap then: freezegun has been through all modules.
        cls.startClassPatcher(freeze_time(tick=True))
        super().setUpClass()
        cls.env["sale.subscription"].search([]).is_paused = True
        cls.monthly = cls._template("draft")
        cls.count = 0

    def _on(self, day):
        """A context in which it is a day."""
        return freeze_time(f"{day} 10:00:00")

    def _draft(self, date_start="2026-07-01", services=None, by_devices=False, devices=0, **values):
        """An agreement that was not started."""
        services = self.base if services is None else services
        values.setdefault("template_id", self.monthly.id)
        agreement = self._agreement(services, running=False, date_start=date_start, **values)
        if by_devices or devices:
            agreement.sale_subscription_line_ids.xpps_qty_from_devices = True
        for _number in range(devices):
            self._printer_on(agreement)
        return agreement

    def _running(self, date_start="2026-07-01", **values):
        agreement = self._draft(date_start, **values)
        with self._on(date_start):
            agreement.action_start_subscription()
        return agreement

    def _printer_on(self, agreement, **values):
        type(self).count += 1
        return self._device(f"BP-{self.count}", agreement, **values)

    def _nights(self, first, last):
        """The cron of each night of some days; dates as text. Nights in which nothing can happen are left out."""
        day, end = self.day(first), self.day(last)
        while day <= end:
            if day in (self.day(first), end) or self._something_is_due(day):
                with freeze_time(f"{day} 03:00:00"):
                    self.env["sale.subscription"].cron_subscription_management()
            day += DAY

    def _something_is_due(self, day):
        dates = ("recurring_next_date", "date", "paused_until")
        agreements = self.env["sale.subscription"].search([("company_id", "=", self.company.id)])
        return any(
            (agreement[name] and agreement[name] <= day)
            for agreement in agreements
            if not (agreement.is_paused and not agreement.paused_until) and agreement.stage_type != "draft"
            for name in (("date_start",) if agreement.stage_type == "pre" else dates)
            if agreement.stage_type != "post" or name == "recurring_next_date"
        )

    def _billed(self, agreement):
        """:return: [(invoice date, first day, last day, amount)] of recurring services on live invoices, in order"""
        lines = self.env["account.move.line"].search(
            [("xpps_subscription_line_id", "in", agreement.sale_subscription_line_ids.ids)]
        )
        return sorted(
            (
                str(line.move_id.invoice_date),
                str(line.xpps_period_start),
                str(line.xpps_period_end),
                -line.move_id.direction_sign * line.price_subtotal,
            )
            for line in lines
            if line.parent_state != "cancel" and not line.move_id.reversed_entry_id
        )

    def assertBilled(self, agreement, *expected):
        self.assertEqual(self._billed(agreement), list(expected))

    def assertTotal(self, agreement, amount):
        self.assertAlmostEqual(sum(row[3] for row in self._billed(agreement)), amount, 2)

    def assertNext(self, agreement, day):
        self.assertEqual(str(agreement.recurring_next_date or ""), day)

    def assertOnce(self, agreement, first, last, without=()):
        """Each day of each service is on one live line, but those that are not to be billed.

        :param without: [(first day, last day)]
        """
        for service in agreement.sale_subscription_line_ids:
            on = self._lines_by_day(service)
            day, end = self.day(first), self.day(last)
            while day <= end:
                left_out = any(self.day(start) <= day <= self.day(stop) for start, stop in without)
                self.assertEqual(len(on.get(day, ())), 0 if left_out else 1, (service.name, str(day)))
                day += DAY

    def _lines_by_day(self, service):
        lines = self.env["account.move.line"].search(
            [
                ("xpps_subscription_line_id", "=", service.id),
                ("parent_state", "!=", "cancel"),
                ("xpps_base_adjustment", "=", False),
                ("xpps_given_back", "=", False),
                ("move_id.reversed_entry_id", "=", False),
            ]
        )
        on = defaultdict(list)
        for line in lines:
            day = line.xpps_period_start
            while day <= line.xpps_period_end:
                on[day].append(line)
                day += DAY
        return on

    def _choose_template(self, agreement, template):
        """As a user does."""
        with Form(agreement) as form:
            form.template_id = template

    def _close(self, agreement):
        wizard = self.env["close.reason.wizard"].with_context(active_id=agreement.id).create({})
        wizard.button_confirm()

    def _pause(self, agreement, until=False):
        wizard = self.env["sale.subscription.pause.wizard"].with_context(active_id=agreement.id)
        wizard.create({"paused_until": until}).button_confirm()

    def _resume(self, agreement, choice="skip"):
        action = agreement.action_xpps_resume()
        with Form(self.env[action["res_model"]].with_context(**action["context"])) as form:
            form.choice = choice
        form.record.action_resume()

    def _chatter(self, agreement):
        return "\n".join(agreement.message_ids.mapped("body"))

    def _today(self):
        return fields.Date.today()

    def _coffee_too(self, agreement):
        agreement.sale_subscription_line_ids = [Command.create({"product_id": self.coffee.id})]
