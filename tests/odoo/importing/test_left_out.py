# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The preview shows base fees beside pages, and names the customers for whom the import brings nothing."""

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase


class LeftOutCase(ImportCase):
    """SN-2 is of the same customer, SN-3 and SN-4 of another, SN-5 of a third."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._device("SN-2")
        cls.others = [cls._agreement(partner_id=cls._partner(name).id) for name in ("Harbor", "Bright")]
        cls._device("SN-3", cls.others[0])
        cls._device("SN-4", cls.others[0])
        cls._device("SN-5", cls.others[1])

    def _row(self, file, agreement=None):
        agreement = agreement or self.agreement
        return file.summary_ids.filtered(lambda row: row.subscription_id == agreement)


class TestLeftOut(LeftOutCase):
    def test_absent(self):
        file = self._upload([record("SN-1", mono=(100, "0.004"))], **JANUARY)
        self.assertEqual(file.left_out_text, "Not in the file: Bright (1 device), Harbor (2 devices).")

    def test_one_of_several_devices(self):
        """Who is in the file with one device is not left out."""
        file = self._upload([record(serial, mono=(100, "0.004")) for serial in ("SN-1", "SN-3", "SN-5")], **JANUARY)
        self.assertFalse(file.left_out_text)

    def test_without_pages(self):
        """A record without pages is in the file, too."""
        rows = [record(serial, MonthlyBasePrice="20.00") for serial in ("SN-1", "SN-3", "SN-5")]
        file = self._upload(rows, **JANUARY)
        self.assertFalse(file.left_out_text)
        self.assertEqual(file.summary_ids.subscription_id, self.agreement | self.others[0] | self.others[1])

    def test_faulty(self):
        rows = [record(serial, mono=(100, "0.004")) for serial in ("SN-1", "SN-5")]
        rows += [record(serial, clr_lvl3=(5, "1")) for serial in ("SN-2", "SN-3", "SN-4")]
        file = self._upload(rows, **JANUARY)
        self.assertEqual(self._codes(file), ["mapping_missing"] * 3)
        # The customer of SN-2 has another device that is charged.
        self.assertEqual(file.left_out_text, "Held up by errors: Harbor (2 devices).")

    def test_both(self):
        rows = [record("SN-1", mono=(100, "0.004")), record("SN-5", clr_lvl3=(5, "1"))]
        file = self._upload(rows, **JANUARY)
        self.assertEqual(
            file.left_out_text, "Not in the file: Harbor (2 devices).\nHeld up by errors: Bright (1 device)."
        )

    def test_mended(self):
        file = self._upload([record("SN-1", mono=(100, "0.004"))], **JANUARY)
        for agreement in self.others:
            agreement.xpps_device_ids.write({"xpps_state": "removed", "xpps_removal_date": "2025-12-31"})
        file.action_check()
        self.assertFalse(file.left_out_text)

    def test_wizard(self):
        wizard = self._wizard(self._upload([record("SN-1")], **JANUARY).attachment_id.raw)
        wizard.action_check()
        self.assertEqual(wizard.left_out_text, wizard.billing_file_id.left_out_text)
        self.assertIn("Harbor", wizard.left_out_text)

    def test_a_correction_names_what_it_corrects(self):
        self._load([record("SN-1", mono=(100, "0.004"))], **JANUARY)
        file = self._upload([record("SN-1", mono=(40, "0.004"))], "correction", **JANUARY)
        self.assertFalse(file.left_out_text)

    def test_many(self):
        """Twenty are named, the others counted."""
        for number in range(25):
            agreement = self._agreement(partner_id=self._partner(f"Customer {number:02}").id)
            self._device(f"LO-{number}", agreement)
        file = self._upload([record(serial, mono=(1, "0.004")) for serial in ("SN-1", "SN-3", "SN-5")], **JANUARY)
        self.assertIn("Customer 19 (1 device) and 5 more.", file.left_out_text)
        self.assertNotIn("Customer 20", file.left_out_text)


class TestBaseFees(LeftOutCase):
    def test_added_up(self):
        rows = [
            record("SN-1", mono=(100, "0.004"), MonthlyBasePrice="20.00"),
            record("SN-2", BaseServiceFee="12.50", BaseSupplyFee="3.25"),
            record("SN-3", mono=(7, "0.005")),
        ]
        file = self._upload(rows, **JANUARY)
        row = self._row(file)
        self.assertEqual((row.base_cost, row.device_count, row.pages, row.cost), (35.75, 2, 100, 0.4))
        self.assertEqual(self._row(file, self.others[0]).base_cost, 0)

    def test_faulty_records_do_not_count(self):
        rows = [
            record("SN-1", mono=(100, "0.004"), MonthlyBasePrice="20.00"),
            record("SN-2", clr_lvl3=(5, "1"), MonthlyBasePrice="20.00"),
        ]
        self.assertEqual(self._row(self._upload(rows, **JANUARY)).base_cost, 20.0)

    def test_in_the_agreement_s_currency(self):
        rate = {"name": "2026-01-01", "rate": 0.8, "currency_id": self.eur.id, "company_id": self.company.id}
        self.env["res.currency.rate"].create(rate)
        euros = self._agreement(pricelist_id=self._pricelist("Euros", self.eur).id)
        self._device("SN-6", euros)
        row = self._row(self._upload([record("SN-6", MonthlyBasePrice="20.01")], **JANUARY), euros)
        self.assertEqual((row.currency_id, row.base_cost), (self.eur, 16.01))

    def test_a_correction_has_none(self):
        """It says what the fee is, not by how much it differs."""
        self._load([record("SN-1", mono=(100, "0.004"), MonthlyBasePrice="20.00")], **JANUARY)
        rows = [record("SN-1", mono=(40, "0.004"), MonthlyBasePrice="25.00")]
        self.assertEqual(self._row(self._upload(rows, "correction", **JANUARY)).base_cost, 0)

    def test_the_import_keeps_it(self):
        file = self._load([record("SN-1", mono=(100, "0.004"), MonthlyBasePrice="20.00")], **FEBRUARY)
        self.assertEqual(self._row(file).base_cost, 20.0)


class TestPastTense(LeftOutCase):
    def _message(self, file):
        return file.issue_ids.filtered(lambda issue: issue.code == "unit_cost_changed").message

    def test_unit_cost(self):
        self._default(unit_cost=0.004, unit_price=0.02)
        for rows, devices in (
            ([record("SN-1", mono=(5, "0.0045"))], "1 device differs"),
            ([record(serial, mono=(5, "0.005")) for serial in ("SN-1", "SN-2")], "2 devices differs"),
        ):
            with self.subTest(devices=devices):
                period = JANUARY if len(rows) == 1 else FEBRUARY
                file = self._upload(rows, **period)
                self.assertIn("will change from 0.004", self._message(file))
                self.assertIn(devices, self._message(file))
                file.action_import()
                self.assertIn("was changed from 0.004", self._message(file))
                self.assertNotIn("will", self._message(file))
