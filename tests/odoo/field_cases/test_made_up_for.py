# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What was billed in advance is made up for once, whatever becomes of the invoices."""

from ..support.base_periods import BasePeriodCase


class TestMadeUpFor(BasePeriodCase):
    """Two devices in advance, one of which leaves on 20 July: −10.65 of the 60.00 that July was billed for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_proration = "day"

    def _one_leaves(self, mode="draft"):
        template = self.templates[mode]
        agreement = self._running(devices=2, xpps_base_timing="advance", template_id=template.id)
        self._nights("2026-07-01", "2026-07-20")
        agreement.xpps_device_ids[0].xpps_removal_date = "2026-07-20"
        return agreement

    def test_a_period_that_is_billed_again(self):
        """What was made up for is taken back with the new line, which says the right days itself."""
        agreement = self._one_leaves()
        self._nights("2026-07-21", "2026-08-01")
        self.assertTotal(agreement, 60 - 10.65 + 30)
        self._moves(agreement)[0].unlink()
        self._nights("2026-08-02", "2026-08-02")
        self.assertTotal(agreement, 30 + 19.35 + 30)
        self._nights("2026-08-03", "2026-09-01")
        self.assertTotal(agreement, 30 + 19.35 + 60)

    def test_a_credited_period_that_is_billed_again(self):
        agreement = self._one_leaves("invoice")
        self._nights("2026-07-21", "2026-08-01")
        move = self._moves(agreement)[0]
        move._reverse_moves([{"invoice_date": self.day("2026-08-01")}]).action_post()
        move.action_xpps_bill_again()
        self._nights("2026-08-02", "2026-08-02")
        # Both invoices of July, without the one that was credited.
        self.assertTotal(agreement, 60 + 30 + 19.35 + 30)

    def test_credited_catch_ups_that_are_billed_again(self):
        """Each of two devices that left has a line of its own on the invoice."""
        template = self.templates["invoice"]
        agreement = self._running(devices=3, xpps_base_timing="advance", template_id=template.id)
        self._nights("2026-07-01", "2026-07-20")
        for device in agreement.xpps_device_ids[:2]:
            device.xpps_removal_date = "2026-07-20"
        self._nights("2026-07-21", "2026-08-01")
        august = 30 - 10.65 - 10.65
        self.assertTotal(agreement, 90 + august)
        move = self._moves(agreement)[-1]
        move._reverse_moves([{"invoice_date": self.day("2026-08-01")}]).action_post()
        move.action_xpps_bill_again()
        self._nights("2026-08-02", "2026-09-01")
        # August's invoice, which was credited, and the one that replaces it.
        self.assertTotal(agreement, 90 + august + august + 30)

    def test_of_a_credited_period_nothing_is_made_up_for(self):
        agreement = self._one_leaves("invoice")
        move = self._moves(agreement)
        move._reverse_moves([{"invoice_date": self.day("2026-07-20")}]).action_post()
        self._nights("2026-07-21", "2026-09-01")
        self.assertTotal(agreement, 60 + 30 + 30)

    def test_the_last_credit_of_a_closed_agreement(self):
        """Its draft was deleted or cancelled: nothing else would ever come."""
        for drop in ("unlink", "button_cancel"):
            agreement = self._running(devices=1, xpps_base_timing="advance")
            self._nights("2026-07-01", "2026-07-01")
            with self._on("2026-07-20"):
                self._close(agreement)
            self._nights("2026-07-21", "2026-08-01")
            self.assertTotal(agreement, 30 - 10.65)
            getattr(self._moves(agreement)[-1], drop)()
            self._nights("2026-08-02", "2026-08-03")
            self.assertTotal(agreement, 30 - 10.65)
            self.assertFalse(agreement.recurring_next_date)

    def test_a_closed_agreement_whose_period_is_billed_again(self):
        """The draft of July was deleted after July's credit: it is billed to its last day, and the credit goes."""
        agreement = self._running(devices=1, xpps_base_timing="advance")
        self._nights("2026-07-01", "2026-07-01")
        with self._on("2026-07-20"):
            self._close(agreement)
        self._nights("2026-07-21", "2026-08-01")
        self._moves(agreement)[0].unlink()
        self._nights("2026-08-02", "2026-08-03")
        self.assertTotal(agreement, 19.35)
