# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a check shows before the import is what the import then does."""

from collections import defaultdict
from random import Random

from odoo.tools import float_round

from ..support.common import record
from ..support.importing import FEBRUARY, ImportCase


class TestPreview(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._device("SN-2")
        cls.other_customer = cls._partner("XPPS Other Customer")
        cls.other = cls._agreement(partner_id=cls.other_customer.id)
        cls.third = cls._device("SN-3", cls.other)

    def _preview(self, file):
        self.assertEqual(len(file.summary_ids.subscription_id), len(file.summary_ids))
        return {
            row.subscription_id: (row.pages, row.cost, row.price, row.margin, round(row.margin_percent, 4))
            for row in file.summary_ids
        }

    def _charged(self, charges):
        """The same of charges, added up."""
        rows = {}
        for agreement, same in charges.grouped("subscription_id").items():
            billable = same.filtered("billable")
            cost = sum(same.mapped("cost_subtotal"))
            price = sum(billable.mapped("price_subtotal"))
            percent = 100 * (price - cost) / price if price else 0
            rows[agreement] = (
                sum(billable.mapped("quantity")),
                float_round(cost, 2),
                float_round(price, 2),
                float_round(price - cost, 2),
                round(percent, 4),
            )
        return rows

    def test_rows(self):
        file = self._upload(
            [
                record("SN-1", mono=(100, "0.004"), color=(10, "0.04")),
                record("SN-2", mono=(50, "0.004")),
                record("SN-3", mono=(7, "0.005")),
            ]
        )
        self.assertRecordValues(
            file.summary_ids.sorted("device_count"),
            [
                {
                    "subscription_id": self.other.id,
                    "partner_id": self.other_customer.id,
                    "company_id": self.company.id,
                    "currency_id": self.usd.id,
                    "device_count": 1,
                    "pages": 7,
                    "cost": 0.04,
                    "price": 0.07,
                    "margin": 0.03,
                },
                {
                    "subscription_id": self.agreement.id,
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "currency_id": self.usd.id,
                    "device_count": 2,
                    "pages": 160,
                    "cost": 1.0,
                    "price": 2.3,
                    "margin": 1.3,
                },
            ],
        )
        before = self._preview(file)
        file.action_import()
        self.assertEqual(self._preview(file), before)
        self.assertEqual(self._charged(file.charge_ids), before)

    def test_pages_that_are_not_billable_cost(self):
        self._default(billable=False)
        file = self._upload([record("SN-1", mono=(100, "0.004"), color=(10, "0.04"))])
        self.assertEqual(self._preview(file), {self.agreement: (10, 0.8, 0.8, 0.0, 0.0)})

    def test_a_check_again_shows_the_same_once(self):
        file = self._upload([record("SN-1", mono=(100, "0.004"))])
        before = self._preview(file)
        file.action_check()
        self.assertEqual(self._preview(file), before)
        self.assertEqual(len(file.cost_change_ids), 1)

    def test_it_follows_prices(self):
        file = self._upload([record("SN-1", mono=(100, "0.004"))])
        self.mono.list_price = 0.02
        file.action_check()
        self.assertEqual(self._preview(file)[self.agreement][2], 2.0)

    def test_faulty_records_are_not_in_it(self):
        file = self._upload(
            [record("SN-1", mono=(100, "0.004")), record("SN-2", mono=(50, "0.004"), clr_lvl3=(5, "1"))]
        )
        self.assertEqual(self._codes(file), ["mapping_missing"])
        self.assertEqual(file.summary_ids.pages, 100)
        self.assertEqual(file.cost_change_ids.device_count, 1)

    def test_a_correction(self):
        self._load([record("SN-1", mono=(100, "0.004")), record("SN-3", mono=(7, "0.005"))])
        file = self._upload([record("SN-1", mono=(40, "0.006")), record("SN-3", mono=(7, "0.005"))], "correction")
        self.assertEqual(
            {agreement: row[:4] for agreement, row in self._preview(file).items()},
            {self.agreement: (-60, -0.16, -0.6, -0.44)},
        )
        before = self._preview(file)
        file.action_import()
        self.assertEqual(self._charged(file.charge_ids), before)

    def test_a_charge_that_was_given_to_another_agreement(self):
        """Its correction goes where the charge is."""
        charge = self._load([record("SN-1", mono=(100, "0.004"))]).charge_ids
        charge.write({"subscription_id": self.other.id, "reason": "The branch pays for its own pages"})
        file = self._upload([record("SN-1", mono=(150, "0.004"))], "correction")
        before = self._preview(file)
        file.action_import()
        self.assertEqual(file.charge_ids.subscription_id, self.other)
        self.assertEqual(self._charged(file.charge_ids), before)

    # Unit costs

    def _changes(self, file):
        return {
            (change.subscription_id, change.product_id): (change.old_cost, change.new_cost, change.device_count)
            for change in file.cost_change_ids
        }

    def test_cost_changes(self):
        default = self._default(unit_cost=0.003)
        file = self._upload(
            [
                record("SN-1", mono=(100, "0.004"), color=(0, "0.04")),
                record("SN-2", mono=(50, "0.005")),
                record("SN-3", mono=(7, "0.005")),
            ]
        )
        expected = {(self.agreement, self.mono): (0.003, 0.005, 2), (self.other, self.mono): (0, 0.005, 1)}
        self.assertEqual(self._changes(file), expected)
        self.assertFalse(any(file.cost_change_ids.mapped("applied")))
        self.assertEqual(default.unit_cost, 0.003)
        file.action_import()
        self.assertEqual(self._changes(file), expected)
        self.assertTrue(all(file.cost_change_ids.mapped("applied")))
        self.assertEqual(default.unit_cost, 0.005)
        self.assertEqual(self.other.charge_default_ids.unit_cost, 0.005)
        again = self._load([record("SN-1", mono=(1, "0.005"))], **FEBRUARY)
        self.assertFalse(again.cost_change_ids)

    # What the file says of itself

    def test_control_totals(self):
        rows = [record("SN-1", mono=(100, "0.004"), BaseServiceFee=20), record("SN-2", BaseServiceFee="10.10")]
        file = self._upload(rows, InvoiceTotal="30.50", DeviceCount=2)
        self.assertEqual(self._codes(file), [])
        self.assertEqual((file.control_total, file.amount_total), (30.5, 30.5))
        self.assertEqual((file.control_count, file.device_count), (2, 2))

    def test_control_totals_that_do_not_agree(self):
        file = self._upload([record("SN-1", BaseServiceFee=20)], InvoiceTotal="30.50", DeviceCount=3)
        self.assertEqual(self._codes(file), ["device_count_mismatch", "total_mismatch"])
        self.assertEqual((file.control_total, file.amount_total), (30.5, 20))
        self.assertEqual((file.control_count, file.device_count), (3, 1))

    def test_no_control_totals(self):
        file = self._upload([record("SN-1", BaseServiceFee=20)])
        self.assertEqual((file.control_total, file.control_count), (0, 0))

    # Any world

    def test_random_worlds(self):
        """Agreements in two currencies, defaults, prices that do not exist, corrections on top."""
        self.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": 0.7, "currency_id": self.eur.id, "company_id": self.company.id}
        )
        foreign = self._agreement(pricelist_id=self._pricelist("Euros", self.eur, mono=0.013579).id)
        self._device("SN-4", foreign)
        random = Random(3)
        for world in range(6):
            with self.subTest(world=world), self.cr.savepoint() as savepoint:
                for agreement in (self.agreement, self.other, foreign):
                    for product in (self.mono, self.color):
                        if random.random() < 0.5:
                            price = random.choice([0, random.randrange(1, 10**5) / 10**6])
                            self._default(product, agreement, unit_price=price, billable=random.random() < 0.7)
                seen = defaultdict(int)
                for kind in ("regular", "correction", "correction"):
                    file = self._upload([self._random_record(random, f"SN-{n}") for n in (1, 2, 3, 4)], kind)
                    self.assertEqual(self._codes(file), [])
                    before = self._preview(file)
                    file.action_import()
                    charged = self._charged(file.charge_ids)
                    nothing = (0, 0.0, 0.0, 0.0, 0.0)
                    for agreement in self.agreement | self.other | foreign:
                        self.assertEqual(before.get(agreement, nothing), charged.get(agreement, nothing))
                    seen[kind] += len(charged)
                    for change in file.cost_change_ids:
                        self.assertEqual(change.default_id.unit_cost, change.new_cost)
                self.assertTrue(all(seen.values()), seen)
                savepoint.rollback()
                self.env.invalidate_all()

    def _random_record(self, random, serial):
        meters = {
            output_type: (random.choice([0, random.randrange(9000)]), f"{random.randrange(1, 99999) / 10**6:.6f}")
            for output_type in ("mono", "color")
            if random.random() < 0.8
        }
        return record(serial, **meters)
