# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of escalators share: an agreement at 50.00 a month and 0.0125 a page, and the months of its files."""

from freezegun import freeze_time

from .common import record
from .importing import ImportCase

JUNE = {"InvoiceDate": "2026-07-03", "PeriodStart": "2026-06-01", "PeriodEnd": "2026-06-30"}
JULY = {"InvoiceDate": "2026-08-03", "PeriodStart": "2026-07-01", "PeriodEnd": "2026-07-31"}
AUGUST = {"InvoiceDate": "2026-09-03", "PeriodStart": "2026-08-01", "PeriodEnd": "2026-08-31"}
EVE = "2026-05-20"


class PriceCase(ImportCase):
    """``agreement`` bills months in arrears, June 2026 next. It is 20 May unless a test says otherwise."""

    @classmethod
    def setUpClass(cls):
        # The clock goes on as it does. To enter another day is cheap then: freezegun has been through all modules.
        cls.startClassPatcher(freeze_time(f"{EVE} 10:00:00", tick=True))
        super().setUpClass()
        cls.company.xpps_escalators = True
        cls.base.list_price = 50
        cls.base_line.price_unit = 50
        cls.mono.list_price = 0.0125
        cls.agreement.recurring_next_date = "2026-07-01"
        cls.clerk = cls._user("prices-clerk", "xerox_xpps.group_xpps_billing")
        cls.manager = cls._user("prices-manager", "xerox_xpps.group_xpps_manager")

    def _set_up_once(self):
        super()._set_up_once()
        self._counter = 1000

    def _on(self, day):
        """A context in which it is a day."""
        return freeze_time(f"{day} 10:00:00")

    def _rule(self, agreement=None, **values):
        """An escalator from July 2026 on, of 3 % of base prices and 8 % of pages, without notice."""
        return (
            self.env["xpps.price.rule"]
            .with_user(self.manager)
            .create(
                {
                    "subscription_id": (agreement or self.agreement).id,
                    "base_percent": 3,
                    "page_percent": 8,
                    "date_from": "2026-07-01",
                    **values,
                }
            )
        )

    def _propose(self, agreements=None, until=None):
        """As a billing user does. :return: xpps.price.change, as that user sees it"""
        values = {"subscription_ids": [(6, 0, (agreements or self.agreement).ids)]}
        wizard = (
            self.env["xpps.price.propose.wizard"]
            .with_user(self.clerk)
            .create(values | ({"date_until": until} if until else {}))
        )
        return self.env["xpps.price.change"].with_user(self.clerk).search(wizard.action_propose()["domain"])

    def _apply(self, changes):
        changes.action_mark_notified()
        changes.action_apply()
        return changes

    def _rise(self, until=None, **values):
        """An escalator whose increase is proposed, notified and applied. :return: xpps.price.change"""
        if not self.agreement.xpps_price_rule_ids:
            self._rule(**values)
        return self._apply(self._propose(until=until))

    def _default_of(self, product):
        return self.agreement.charge_default_ids.filtered(lambda default: default.product_id == product)

    def _take_effect(self):
        """What the night does."""
        self.env["xpps.price.version"]._cron_take_effect()
        self.env["xpps.price.rule"]._cron_propose()

    def _prices(self, change):
        """{name: (old, new)} of the prices that rise, and {name: reason} of those that are left out."""
        raised = {line.name: (line.old_price, line.new_price) for line in change.line_ids if not line.left_out}
        return raised, {line.name: line.left_out for line in change.line_ids if line.left_out}

    def _month(self, invoice, pages=1000, included=0, cost="0.0042", kind="regular"):
        """Import what SN-1 printed in a month, all of it above the allowance. :return: its charges"""
        before = self._counter
        self._counter += pages
        counters = {"MonoPrevious": before, "MonoCurrent": before + pages, "MonoIncluded": included}
        file = self._load([record("SN-1", mono=(pages - included, cost), **counters)], kind, **invoice)
        return file.charge_ids

    def _bill(self, day):
        """Bill all that is due on a day. :return: [(product, quantity, price)] of the new invoices"""
        before = self._moves()
        with self._on(day):
            self.agreement.generate_invoice()
            while str(self.agreement.recurring_next_date) <= day:
                self.agreement.generate_invoice()
        lines = self._product_lines(self._moves() - before)
        return sorted((line.product_id.name, line.quantity, line.price_unit) for line in lines)
