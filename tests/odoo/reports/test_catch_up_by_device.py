# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What makes up for devices that come or go in a period in advance earns these devices something, and no others."""

from ..support.base_periods import BasePeriodCase


class CatchUpCase(BasePeriodCase):
    """50.00 a device and month in advance, by day; from July on, two devices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_proration = "day"

    def _advance(self, devices=2, **values):
        agreement = self._running(by_devices=True, devices=devices, xpps_base_timing="advance", **values)
        agreement.sale_subscription_line_ids.price_unit = 50
        return agreement

    def _earned(self, agreement, adjustment=None):
        """{device name, "" where it is not known: revenue} of the posted lines."""
        self._moves(agreement).filtered(lambda move: move.state == "draft").action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["xpps.profitability.report"].search(
            [("subscription_id", "=", agreement.id), ("source", "=", "base")]
        )
        if adjustment is not None:
            rows = rows.filtered(lambda row: row.move_line_id.xpps_base_adjustment == adjustment)
        earned = {}
        for row in rows:
            name = row.device_id.name or ""
            earned[name] = round(earned.get(name, 0) + row.revenue, 2)
        lines = rows.move_line_id
        self.assertEqual(round(sum(earned.values()), 2), round(-sum(lines.mapped("balance")), 2))
        return earned

    def _months(self, agreement, device):
        """{month: revenue} of a device."""
        groups = self.env["xpps.profitability.report"]._read_group(
            [("subscription_id", "=", agreement.id), ("source", "=", "base"), ("device_id", "=", device.id)],
            ["date:month"],
            ["revenue:sum"],
        )
        return {month.month: round(revenue, 2) for month, revenue in groups}


class TestCatchUps(CatchUpCase):
    def test_who_comes(self):
        agreement = self._advance()
        first, second = agreement.xpps_device_ids.sorted("name").mapped("name")
        self._nights("2026-07-01", "2026-07-01")
        late = self._printer_on(agreement, xpps_install_date="2026-07-16")
        self._nights("2026-08-01", "2026-08-01")
        self.assertEqual(self._earned(agreement, True), {late.name: 25.81})
        # July's own line bills the two that were there when it was made, August's all three.
        self.assertEqual(self._earned(agreement, False), {first: 100, second: 100, late.name: 50})
        self.assertEqual(self._months(agreement, late), {7: 25.81, 8: 50})

    def test_who_goes(self):
        agreement = self._advance()
        gone, stays = agreement.xpps_device_ids.sorted("name")
        self._nights("2026-07-01", "2026-07-01")
        gone.xpps_removal_date = "2026-07-20"
        self._nights("2026-08-01", "2026-08-01")
        self.assertEqual(self._earned(agreement, True), {gone.name: -17.74})
        self.assertEqual(self._earned(agreement), {gone.name: 32.26, stays.name: 100})

    def test_who_was_never_there(self):
        """Gone before the period, as it turns out: nothing of its history lies in the period that is given back."""
        agreement = self._advance()
        gone, stays = agreement.xpps_device_ids.sorted("name")
        self._nights("2026-07-01", "2026-07-01")
        gone.xpps_removal_date = "2026-06-20"
        # August's base price of one and the credit of the other come to nothing: they wait for September's.
        self._nights("2026-08-01", "2026-09-02")
        self.assertEqual(self._earned(agreement), {gone.name: 0, stays.name: 150})

    def test_both(self):
        agreement = self._advance()
        gone, stays = agreement.xpps_device_ids.sorted("name")
        self._nights("2026-07-01", "2026-07-01")
        gone.xpps_removal_date = "2026-07-20"
        late = self._printer_on(agreement, xpps_install_date="2026-07-26")
        self._nights("2026-08-01", "2026-08-01")
        self.assertEqual(self._earned(agreement, True), {gone.name: -17.74, late.name: 9.68})
        self.assertEqual(self._earned(agreement), {gone.name: 32.26, stays.name: 100, late.name: 59.68})

    def test_of_a_quarter(self):
        """Of the months that it is about: 16 of July's days, and August and September."""
        quarterly = self._template("draft", recurring_interval=3)
        agreement = self._advance(template_id=quarterly.id)
        gone = agreement.xpps_device_ids.sorted("name")[0]
        self._nights("2026-07-01", "2026-07-01")
        late = self._printer_on(agreement, xpps_install_date="2026-07-16")
        gone.xpps_removal_date = "2026-08-10"
        self._nights("2026-10-01", "2026-10-01")
        self.assertEqual(self._earned(agreement, True), {late.name: 41.85, gone.name: -27.72})
        # A quarter of 50.00, less what is given back of August and September.
        for device, expected in ((late, (8.70, 16.85, 16.30)), (gone, (16.85, 5.44, 0))):
            months = self._months(agreement, device)
            for month, amount in zip((7, 8, 9), expected, strict=True):
                self.assertAlmostEqual(months.get(month, 0), amount, delta=0.021)

    def test_a_credit_note(self):
        agreement = self._advance()
        self._nights("2026-07-01", "2026-07-01")
        late = self._printer_on(agreement, xpps_install_date="2026-07-16")
        self._nights("2026-08-01", "2026-08-01")
        self._earned(agreement)
        move = self._moves(agreement).filtered(lambda move: move.line_ids.filtered("xpps_base_adjustment"))
        move._reverse_moves([{"date": move.date}], cancel=True)
        self.assertEqual(self._earned(agreement, True), {late.name: 0})

    def test_whole_devices(self):
        """Where whole devices are counted, nothing says which one a credit is of: all that were there share it."""
        self.company.xpps_proration = "full"
        agreement = self._advance()
        self._nights("2026-07-01", "2026-07-01")
        late = self._printer_on(agreement, xpps_install_date="2026-07-16")
        self._nights("2026-08-01", "2026-08-01")
        earned = self._earned(agreement)
        self.assertEqual(round(sum(earned.values()), 2), 300)
        self.assertIn(late.name, earned)
