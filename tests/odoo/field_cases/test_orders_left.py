# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Orders whose invoices were deleted: what they hold is billed, by whatever comes next, and once."""

from ..support.base_periods import BasePeriodCase


class TestOrdersLeft(BasePeriodCase):
    def _july(self, **values):
        """Billed by an order, whose invoice was deleted."""
        agreement = self._running(template_id=self.templates["sale_and_invoice"].id, **values)
        self._nights("2026-07-01", "2026-08-01")
        self._void(self._moves(agreement))
        return agreement

    def test_billed_without_orders_from_now_on(self):
        for mode in ("draft", "invoice"):
            agreement = self._july()
            self._choose_template(agreement, self._template(mode))
            self._nights("2026-08-02", "2026-09-01")
            self.assertOnce(agreement, "2026-07-01", "2026-08-31")
            self.assertTotal(agreement, 60)
            self._nights("2026-09-02", "2026-10-01")
            self.assertTotal(agreement, 90)

    def test_deleted_after_the_template_was_changed(self):
        agreement = self._running(template_id=self.templates["sale_and_invoice"].id)
        self._nights("2026-07-01", "2026-08-01")
        self._choose_template(agreement, self.monthly)
        self._void(self._moves(agreement))
        self._nights("2026-08-02", "2026-09-01")
        self.assertOnce(agreement, "2026-07-01", "2026-08-31")
        self.assertTotal(agreement, 60)

    def test_by_hand(self):
        agreement = self._july()
        agreement.manual_invoice()
        self.assertOnce(agreement, "2026-07-01", "2026-08-31")
        self.assertTotal(agreement, 60)
        self._nights("2026-10-01", "2026-10-01")
        self.assertTotal(agreement, 90)

    def test_closed_before_or_after(self):
        """No invoice would follow, so the next night bills what the order held."""
        for proration in ("none", "day"):
            self.company.xpps_proration = proration
            agreement = self._july(devices=1)
            with self._on("2026-08-01"):
                self._close(agreement)
            self._nights("2026-08-02", "2026-09-02")
            self.assertTotal(agreement, 30 if proration == "none" else 30.97)
            self._void(self._moves(agreement))
            self.assertTrue(agreement.recurring_next_date)
            self._nights("2026-09-03", "2026-09-05")
            self.assertTotal(agreement, 30 if proration == "none" else 30.97)
            self.assertFalse(agreement.recurring_next_date)

    def test_what_an_order_makes_up_for_is_made_up_for_once(self):
        self.company.xpps_proration = "day"
        template = self.templates["sale_and_invoice"]
        agreement = self._running(devices=2, xpps_base_timing="advance", template_id=template.id)
        self._nights("2026-07-01", "2026-07-20")
        agreement.xpps_device_ids[0].xpps_removal_date = "2026-07-20"
        self._nights("2026-07-21", "2026-08-01")
        self.assertTotal(agreement, 60 - 10.65 + 30)
        self._void(self._moves(agreement)[-1])
        self.assertTotal(agreement, 60)
        self._nights("2026-08-02", "2026-09-01")
        self.assertTotal(agreement, 60 - 10.65 + 60)
        self._nights("2026-09-02", "2026-10-01")
        self.assertTotal(agreement, 60 - 10.65 + 90)
