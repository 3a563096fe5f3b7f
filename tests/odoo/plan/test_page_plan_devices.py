# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whom a page plan waits for and counts: devices that are under it, on the days on which they are."""

from freezegun import freeze_time

from ..support.plans import MONTHS, PlanCase


class TestCustomer(PlanCase):
    """A pool of all agreements of a customer, one of which has a plan of its own, or ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._agreement(next_date="2026-02-01")
        cls.second = cls._device("SN-2", cls.other)

    def test_a_device_with_a_plan_of_its_own_is_not_waited_for(self):
        pool = self._plan(scope="customer", included_method="device", included_pages=1000)
        self._plan(self.other, name="Own", included_pages=100)
        self._month(6, 2500)
        rating = self._ratings(pool)
        self.assertEqual((rating.state, rating.included, rating.missing_count), ("rated", 1000, 0))
        self.assertEqual(rating.line_ids.device_id, self.device)

    def test_it_is_under_the_pool_until_its_own_plan_begins(self):
        """15 of 30 days of June."""
        pool = self._plan(scope="customer", included_method="device", included_pages=1000)
        self._plan(self.other, name="Own", included_pages=100, date_from="2026-07-01")
        self._month(6, 2500)
        self.assertEqual(self._ratings(pool).state, "waiting")
        self._load([self._row("SN-2", 900)], **MONTHS[6])
        self._month(7, 2500)
        self.assertEqual(self._ratings(pool).mapped("included"), [2000, 1000])

    def test_an_agreement_that_ended_is_not_waited_for(self):
        pool = self._plan(scope="customer", included_pages=1000)
        self.other.date = "2026-06-30"
        self._month(6, 1500, 900)
        self._month(7, 1500)
        self.assertEqual(self._ratings(pool).mapped("state"), ["rated", "rated"])

    def test_its_devices_count_while_it_runs(self):
        self._plan(scope="customer", included_method="device", included_pages=1000)
        self.other.date = "2026-06-15"
        self._month(6, 1500, 900)
        self.assertEqual(self._ratings().included, 1500)

    def test_a_plan_ends_with_its_agreement(self):
        """The customer's other agreement goes on, and Xerox's overage is billed there."""
        self._plan(scope="customer", included_pages=1000)
        self.agreement.date = "2026-06-30"
        self._month(6, 1500, 900)
        file = self._load([self._row("SN-2", 1200)], **MONTHS[7])
        self.assertEqual(self._ratings().mapped("weighted"), [2400])
        self.assertEqual(
            file.charge_ids.mapped(lambda charge: (charge.kind, charge.quantity, charge.billable)),
            [("pages", 200, True)],
        )


class TestDevices(PlanCase):
    """Plans that rate each device by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._device("SN-2")

    @freeze_time("2026-07-05")
    def test_one_that_a_file_does_not_have_is_waited_for(self):
        self._plan(scope="device", included_pages=1000)
        self._month(6, 1500)
        self.assertEqual(self._ratings().mapped("state"), ["rated", "waiting"])
        self.assertIn("SN-2: June 2026", self._ratings()[1].missing)

    def test_one_without_such_a_meter_owes_no_minimum(self):
        color = self.env["xpps.page.group"].create({"name": "Color", "color_weight": 1})
        self._plan(group_id=color.id, scope="device", included_pages=0, minimum_pages=100, unders_price=0.01)
        row = self._row("SN-1", 500, ColorPrevious=0, ColorCurrent=40, ColorIncluded=0, color=(40, "0.01"))
        self._load([row, self._row("SN-2", 500)], **MONTHS[6])
        self.assertEqual(self._lines(), [("plan", 40, 0.0125, 0.5), ("unders", 60, 0.01, 0.6)])

    @freeze_time("2026-12-20")
    def test_one_that_was_taken_away_within_a_quarter_is_rated(self):
        """No file of days on which it was not there is waited for."""
        self._plan(scope="device", included_pages=3000, cycle="3", prorate=False)
        self._load([self._row("SN-1", 4000)], **MONTHS[7])
        self.device.write({"xpps_state": "removed", "xpps_removal_date": "2026-08-10"})
        self.second.write({"xpps_state": "removed", "xpps_removal_date": "2026-06-30"})
        self._load([self._row("SN-1", 500)], **MONTHS[8])
        self.env["xpps.page.rating"]._cron_rate()
        self.assertEqual(self._lines(), [("plan", 1500, 0.0125, 18.75)])


class TestOrder(PlanCase):
    """Cycles of one device, one after the other."""

    def test_a_month_that_no_file_has_is_a_cycle(self):
        """It has its minimum, and what is carried over gets older."""
        self._plan(included_pages=1000, rollover_months=2)
        self._month(1, 800)
        self._month(4, 1500)
        self.assertEqual(self._ratings().mapped("state"), ["rated", "waiting", "waiting", "waiting"])
        for rating in self._ratings():
            if rating.state == "waiting":
                rating.action_waive("Nothing was printed")
        self.assertEqual(self._ratings().mapped("rolled_in"), [0, 200, 1200, 2000])
        self.assertFalse(self._plan_charges())

    def test_a_version_does_not_wait_for_files_of_the_next(self):
        self._device("SN-2")
        plan = self._plan(included_pages=1000)
        self._month(6, 1500)
        version = self.env["xpps.page.plan"].browse(plan.action_new_version()["res_id"])
        self._month(7, 1500)
        self._load([self._row("SN-2", 900)], **MONTHS[6])
        self.assertEqual(self._ratings(plan).state, "rated")
        self.assertEqual(self._ratings(version).state, "waiting")

    def test_a_version_that_carries_nothing_over_waits_for_what_it_is_left(self):
        self._device("SN-2")
        plan = self._plan(included_pages=3000, rollover_months=1)
        self._month(6, 1500)
        version = self.env["xpps.page.plan"].browse(plan.action_new_version()["res_id"])
        version.rollover_months = 0
        self._month(7, 3000, 500)
        self.assertEqual(self._ratings(version).state, "waiting")
        self._load([self._row("SN-2", 1400)], **MONTHS[6])
        self.env["xpps.page.rating"]._cron_rate()
        self.assertEqual(self._ratings(version).rolled_in, 100)
        self.assertEqual(self._lines(), [("plan", 400, 0.0125, 5.0)])


class TestUndo(PlanCase):
    """What an undo leaves is what stands without the file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second, cls.third = cls._device("SN-2"), cls._device("SN-3")
        cls.plan = cls._plan(included_pages=1000)

    def test_a_waiver_does_not_outlive_what_it_charged(self):
        """Else the pages of the other device would never be charged."""
        self._month(6, 1500)
        file = self._load([self._row("SN-2", 0)], **MONTHS[6])
        rating = self._ratings()
        rating.action_waive("Lost")
        self.assertEqual(self._lines(), [("plan", 500, 0.0125, 6.25)])
        file.action_cancel()
        self.assertEqual((rating.state, rating.waived, rating.waive_reason), ("waiting", False, False))
        self.assertFalse(self._plan_charges())
        rating.action_waive("Lost, too")
        self.assertEqual(self._lines(), [("plan", 500, 0.0125, 6.25)])

    def test_a_waiver_stays_when_only_what_came_later_is_undone(self):
        self._month(6, 1500)
        self._ratings().action_waive("Lost")
        late = self._load([self._row("SN-2", 900)], **MONTHS[6])
        self.assertEqual(self._plan_charges().mapped("quantity"), [500, 900])
        late.action_cancel()
        self.assertEqual((self._ratings().state, self._ratings().waived), ("rated", True))
        self.assertEqual(self._plan_charges().mapped("quantity"), [500])

    def test_what_the_last_file_charged_of_others_is_charged_again(self):
        """The night rated the cycle, and its charge went by the last file, which was a correction."""
        self._month(6, 1500, 900)
        self.counters = {}
        correction = self._correct([self._row("SN-1", 1600)], **MONTHS[6])
        self.third.write({"xpps_state": "removed", "xpps_removal_date": "2026-05-31"})
        self.env["xpps.page.rating"]._cron_rate()
        self.assertEqual(self._plan_charges().billing_file_id, correction)
        correction.action_cancel()
        self.assertEqual(self._ratings().state, "rated")
        self.assertEqual(self._lines(), [("plan", 1400, 0.0125, 17.5)])

    def test_a_month_without_a_file_stays_a_cycle(self):
        self._month(4, 1500, 100, 100)
        self._month(6, 1500, 100, 100)
        gap = self._ratings()[1]
        gap.action_waive("Nothing was printed")
        self._month(7, 1500, 100, 100).action_cancel()
        self.counters = {}
        self._correct([self._row("SN-1", 1600)], **MONTHS[4]).action_cancel()
        self.assertEqual((gap.exists(), gap.state), (gap, "rated"))
