# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Low margins of agreements whose overage is billed for several months together."""

from freezegun import freeze_time

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, MARCH, ImportCase

APRIL = {"InvoiceDate": "2026-05-03", "PeriodStart": "2026-04-01", "PeriodEnd": "2026-04-30"}
MAY = {"InvoiceDate": "2026-06-03", "PeriodStart": "2026-05-01", "PeriodEnd": "2026-05-31"}
JUNE = {"InvoiceDate": "2026-07-03", "PeriodStart": "2026-06-01", "PeriodEnd": "2026-06-30"}
HALF = (JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE)


class CycleMarginCase(ImportCase):
    """Each month the agreement earns 30 and costs 24; its 1,000 pages are sold at 20 and cost what a test says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_overage_cycles = True
        # All of it is listed.
        cls.company.xpps_margin_floor_percent = 99
        cls.mono.list_price = 0.02
        cls.agreement.xpps_overage_cycle = "6"

    def _month(self, period, cost="0.012", bills=True):
        file = self._load([record("SN-1", BaseServiceFee=24, mono=(1000, cost))], **period)
        file.charge_ids.action_approve()
        if bills:
            self._bill_as_of(period["InvoiceDate"])

    def _bill_as_of(self, day):
        """What is due by then, posted."""
        before = self._moves()
        with freeze_time(day):
            self.env["sale.subscription"].cron_subscription_management()
        (self._moves() - before).action_post()

    def _figures(self):
        self.env["xpps.low.margin"].invalidate_model()
        rows = self.env["xpps.low.margin"].search([("company_id", "=", self.company.id)])
        return [(round(row.revenue, 2), round(row.cost, 2), str(row.date_from), str(row.last_month)) for row in rows]


class TestDeferred(CycleMarginCase):
    def test_an_open_cycle_is_no_loss(self):
        """The pages count together with what they earn."""
        self.company.xpps_margin_floor_percent = 0
        for period in HALF[:5]:
            self._month(period, "0.019")
            self.assertFalse(self._figures())

    def test_a_cycle_counts_once_it_is_billed(self):
        """Six months of 30 and 24; then also of 20 and 12."""
        for period in HALF[:5]:
            self._month(period)
        self.assertEqual(self._figures(), [(150, 120, "2025-12-01", "2026-05-31")])
        self._month(JUNE, bills=False)
        self.assertEqual(self._figures(), [(150, 120, "2025-12-01", "2026-05-31")])
        self._bill_as_of("2026-07-03")
        self.assertEqual(self._figures(), [(300, 216, "2026-01-01", "2026-06-30")])

    def test_what_was_invoiced_before_its_cycle_ends_waits_with_its_cost(self):
        self._month(JANUARY)
        with freeze_time("2026-02-10"):
            self.agreement.manual_invoice()
        self._moves().filtered(lambda move: move.state == "draft").action_post()
        # Of February the base price alone.
        self.assertEqual(self._figures(), [(60, 24, "2025-09-01", "2026-02-28")])

    def test_a_loss_is_a_loss(self):
        self.company.xpps_margin_floor_percent = 0
        for period in HALF:
            self._month(period, "0.03")
        # 6 × 24 and 6 × 30 of 6 × 30 and 6 × 20.
        self.assertEqual(self._figures(), [(300, 324, "2026-01-01", "2026-06-30")])

    def test_every_month_as_ever(self):
        self.agreement.xpps_overage_cycle = "1"
        for period in HALF[:5]:
            self._month(period)
        self.assertEqual(self._figures(), [(150, 108, "2026-03-01", "2026-05-31")])

    def test_two_months_are_looked_at_twice(self):
        self.agreement.xpps_overage_cycle = "2"
        for period in HALF[:5]:
            self._month(period)
        # February to May: four base prices, and the pages of January to April.
        self.assertEqual(self._figures(), [(200, 144, "2026-02-01", "2026-05-31")])


class TestReconciled(CycleMarginCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.xpps_cycle_reconcile = True

    def test_a_cycle_counts_once_it_is_billed(self):
        for period in HALF[:5]:
            self._month(period)
        self.assertEqual(self._figures(), [(150, 120, "2025-12-01", "2026-05-31")])
        self._month(JUNE)
        self.assertEqual(self._figures(), [(300, 216, "2026-01-01", "2026-06-30")])

    def test_base_prices_in_advance(self):
        """Those of July are billed before June's file comes."""
        self.agreement.xpps_base_timing = "advance"
        for period in HALF[:5]:
            self._month(period)
        self._bill_as_of("2026-07-01")
        ((_revenue, cost, _first, _last),) = self._figures()
        self.assertEqual(cost, 4 * 24)
