# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""60,000 pages a year: what is told of them when, and what becomes of it by corrections and undos."""

from freezegun import freeze_time

from ..support.plans import MONTHS, PlanCase
from ..support.usage_alerts import Alerts


class YearCase(Alerts, PlanCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time("2026-07-05", tick=True)
        freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.plan = cls._plan(cycle="12", included_pages=60000)

    def _half_year(self, *pages):
        """8,100 pages a month, by the end of June 48,600. :return: the billing files"""
        return self._months(*(pages or (8100,) * 6))

    def _correct_june(self, pages):
        self.counters["SN-1"] -= 8100
        return self._correct([self._row("SN-1", pages)], **MONTHS[6])

    def assertFigures(self, alert, value, percent, projection, state="reached"):
        found = (alert.value, round(alert.percent, 1), alert.projection, alert.state)
        self.assertEqual(found, (value, percent, projection, state))


class TestYear(YearCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule()

    def test_81_percent_by_the_end_of_june(self):
        self._half_year()
        self.assertFalse(self._alerts(), "Nothing is told in the transaction of an import.")
        alert = self._look()
        self.assertEqual((len(alert), len(self._usage_mails())), (1, 1))
        self.assertFigures(alert, 48600, 81.0, 97200)
        self.assertEqual((alert.page_plan_id, alert.subscription_id), (self.plan, self.agreement))
        self.assertEqual((str(alert.cycle_start), str(alert.cycle_end)), ("2026-01-01", "2026-12-31"))
        self.assertEqual(
            alert.explanation,
            "48,600 pages used until 06/30/2026: 81% of the 60,000 that are included in January 2026 – December 2026. "
            "At the present rate, it will be 97,200 pages.",
        )
        self.assertIn(alert.explanation, self._usage_mails().body_html)

    def test_the_same_again_is_not_told(self):
        self._half_year()
        self._look()
        self._send()
        self._look()
        self._month(7, 100, serials=["SN-1"])
        alert = self._look()
        self.assertEqual((len(self._usage_mails()), alert.told_count), (1, 1))
        self.assertFigures(alert, 48700, 81.1, 83486)

    def test_79_9_percent(self):
        self._half_year(8100, 8100, 8100, 8100, 8100, 7499)
        self.assertFalse(self._look())

    def test_corrected_to_78_3_percent(self):
        """Below again, and nothing is told; when it rises anew, that is told once more."""
        self._half_year()
        self._look()
        self._send()
        self._correct_june(6480)
        alert = self._look()
        self.assertFigures(alert, 46980, 78.3, 93960, "below")
        self.assertEqual(len(self._usage_mails()), 1)
        self._month(7, 1500, serials=["SN-1"])
        alert = self._look()
        self.assertFigures(alert, 48480, 80.8, 83109)
        self.assertEqual((len(self._usage_mails()), alert.told_count, len(alert.notice_ids)), (2, 2, 2))
        self._look()
        self.assertEqual(len(self._usage_mails()), 2)

    def test_corrected_before_it_was_sent(self):
        """Nobody was told, so there is nothing to keep."""
        self._half_year()
        self._look()
        self._correct_june(6480)
        self.assertFalse(self._look() | self._alerts())
        self.assertFalse(self._usage_mails() | self._notices().mail_id)

    def test_a_correction_that_is_undone(self):
        """What was told holds again: it is no new rise."""
        self._half_year()
        self._look()
        self._send()
        correction = self._correct_june(6480)
        self.assertEqual(self._look().state, "below")
        correction.action_cancel()
        self.assertFigures(self._look(), 48600, 81.0, 97200)
        self.assertEqual(len(self._usage_mails()), 1)

    def test_undone_before_it_was_sent(self):
        june = self._half_year()[-1]
        self._look()
        june.action_cancel()
        self.assertFalse(self._alerts() | self._notices().alert_ids)
        self.assertFalse(self._usage_mails())
        self.assertFalse(self._look())
        self.counters["SN-1"] -= 8100
        self._month(6, 8100, serials=["SN-1"])
        self.assertEqual((len(self._look()), len(self._usage_mails())), (1, 1))

    def test_undone_after_it_was_sent(self):
        june = self._half_year()[-1]
        self._look()
        self._send()
        june.action_cancel()
        self.assertEqual(self._alerts().state, "withdrawn")
        self.assertFigures(self._look(), 40500, 67.5, 97200, "withdrawn")
        self.counters["SN-1"] -= 8100
        self._month(6, 8100, serials=["SN-1"])
        self.assertFigures(self._look(), 48600, 81.0, 97200)
        self.assertEqual(len(self._usage_mails()), 1, "The customer knows it already.")

    def test_a_month_without_a_read_is_not_one_of_0_pages(self):
        self._half_year(8100, 8100, 8100, 8100)
        self._month(6, 16200, serials=["SN-1"])
        self.assertFigures(self._look(), 48600, 81.0, 116640)

    def test_all_thresholds_in_one_mail(self):
        self._rule(threshold=100)
        self._half_year(*(11000,) * 6)
        alerts = self._look()
        self.assertEqual(sorted(alerts.mapped("threshold")), [80, 100])
        self.assertEqual(len(self._usage_mails()), 1)
        self.assertEqual(len(self._notices()._rows()), 1)

    def test_another_threshold(self):
        self._half_year()
        self._look()
        self.rule.threshold = 75
        alerts = self._look()
        self.assertEqual(sorted(alerts.mapped("threshold")), [75, 80])
        self.assertEqual(len(self._usage_mails()), 2)

    def test_a_closed_agreement(self):
        self._half_year()
        self.agreement.date = "2026-06-30"
        self.assertFalse(self._look())

    def test_a_cycle_of_long_ago(self):
        self.plan.write({"cycle": "1", "included_pages": 5000})
        self._months(8100, 8100, 8100, 100, 100, 100)
        self.assertFalse(self._look())
        self._month(7, 8100, serials=["SN-1"])
        self.assertEqual(self._look().mapped(lambda alert: str(alert.cycle_start)), ["2026-07-01"])


class TestForecast(YearCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("forecast", 100)

    def test_from_a_quarter_of_the_cycle_on(self):
        self._months(8100, 8100)
        self.assertFalse(self._look())
        self._month(3, 8100, serials=["SN-1"])
        alert = self._look()
        self.assertFigures(alert, 97200, 162.0, 97200)
        self.assertEqual(
            alert.explanation,
            "At the present rate, 97,200 pages in January 2026 – December 2026: 162% of the 60,000 that are included.",
        )
        self._month(4, 100, serials=["SN-1"])
        self._look()
        self.assertEqual(len(self._usage_mails()), 1)

    def test_exactly_what_is_included(self):
        self._months(5000, 5000, 5000)
        self.assertFalse(self._look())
        self._month(4, 5001, serials=["SN-1"])
        self.assertFigures(self._look(), 60003, 100.0, 60003)

    def test_no_forecast_of_what_is_over(self):
        self.plan.write({"cycle": "1", "included_pages": 5000})
        self._half_year()
        self.assertFalse(self._look())

    def test_no_allowance(self):
        """A plan that includes nothing has no share and no forecast."""
        self._rule("allowance", 80)
        self.plan.included_pages = 0
        self._half_year()
        self.assertFalse(self._look())

    def test_one_sentence_with_the_share(self):
        self._rule("allowance", 80)
        self._half_year()
        self.assertEqual(sorted(self._look().mapped("kind")), ["allowance", "forecast"])
        ((what, sentence),) = self._notices()._rows()
        self.assertEqual((what, sentence.count("97,200"), sentence.count("48,600")), ("Office pool", 1, 1))

    def test_a_pool_of_devices(self):
        """Each goes on as in its own months: SN-2 came in April, of SN-3 there are no reads of May and June."""
        self.plan.included_pages = 32999
        self._device("SN-2", xpps_install_date="2026-04-01")
        self._device("SN-3")
        for month in range(1, 7):
            serials = ["SN-1", *(["SN-2"] if month > 3 else []), *(["SN-3"] if month < 5 else [])]
            self._month(month, *(1000 for _serial in serials), serials=serials)
        # 6,000, 3,000 and 4,000 until June; in the year 12,000, 9,000 (of April to December) and 12,000.
        self.assertFigures(self._look(), 33000, 100.0, 33000)

    def test_each_device_by_itself(self):
        self._device("SN-2")
        self.plan.write({"scope": "device", "included_pages": 12000})
        for month in range(1, 7):
            self._month(month, 900, 1100, serials=["SN-1", "SN-2"])
        alert = self._look()
        self.assertEqual(alert.device_id.name, "SN-2")
        self.assertFigures(alert, 13200, 110.0, 13200)
        attention = self.env["xpps.device.attention"].search(
            [("company_id", "=", self.company.id), ("kind", "=", "allowance")]
        )
        self.assertFalse(attention)
        self._month(7, 900, 4000, serials=["SN-1", "SN-2"])
        attention = self.env["xpps.device.attention"].search(
            [("company_id", "=", self.company.id), ("kind", "=", "allowance")]
        )
        self.assertEqual(attention.device_id.name, "SN-2")
        self.assertEqual(
            attention.explanation,
            "10,600 pages (weighted) until 07/31/2026: 88% of the 12,000 that are included until 12/31/2026.",
        )
