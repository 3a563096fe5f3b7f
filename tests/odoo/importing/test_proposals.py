# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is proposed for devices that nobody knows: the customer of the file's name, and his only agreement."""

from freezegun import freeze_time

from odoo.tests import Form

from ..support.access import BILLING
from ..support.common import record
from ..support.importing import JANUARY, ImportCase

CREATE = "xpps.device.create.wizard"
NAME = "Bright School District"


class ProposalCase(ImportCase):
    """Nothing in the records but serial number, model and the customer's name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_test_clerk", BILLING)
        cls.bright = cls._partner(NAME, is_company=True)

    def _rows(self, *names, **values):
        """The wizard's rows of unknown devices: a device a name."""
        records = [
            record(f"NEW-{number}", Model=self.printer.name, CustomerName=name, **values)
            for number, name in enumerate(names)
        ]
        file = self._upload(records, **JANUARY)
        return self.env[CREATE].with_user(self.clerk)._create_for(file).row_ids

    def _found(self, name=NAME, **values):
        row = self._rows(name, **values)
        return row.partner_id, row.subscription_id

    def _theirs(self, partner=None, **values):
        return self._agreement(partner_id=(partner or self.bright).id, **values)


class TestCustomers(ProposalCase):
    def test_however_it_is_written(self):
        self.bright.name = "Bright  School District"
        for name in (NAME, "BRIGHT SCHOOL DISTRICT", "  bright school\u00a0 district "):
            with self.subTest(name=name):
                self.assertEqual(self._found(name)[0], self.bright)

    def test_nearly_is_not_exactly(self):
        none = self.bright.browse()
        for name in ("Bright School", "Bright School District, Inc.", "BrightSchoolDistrict", "Bright%", "x", ""):
            with self.subTest(name=name):
                self.assertEqual(self._found(name)[0], none)

    def test_two_of_one_name(self):
        self._partner(NAME.upper())
        self._theirs()
        self.assertFalse(any(self._found()))

    def test_an_archived_one_does_not_count(self):
        self._partner(NAME).active = False
        self.assertEqual(self._found()[0], self.bright)

    def test_an_address_of_the_same_name_is_no_other_customer(self):
        self._partner(NAME, parent_id=self.bright.id, type="invoice")
        agreement = self._theirs()
        self.assertEqual(self._found(), (self.bright, agreement))

    def test_two_addresses_of_the_same_name(self):
        """Which of them it is nobody knows."""
        for kind in ("delivery", "other"):
            self._partner("North Campus", parent_id=self.bright.id, type=kind)
        self.assertFalse(self._found("North Campus")[0])

    def test_one_of_another_company(self):
        other = self._company("XPPS Other Reseller")
        self.clerk.company_ids |= other
        self.bright.company_id = other
        self.assertFalse(any(self._found()))
        ours = self._partner(NAME, company_id=self.company.id)
        self.assertEqual(self._found()[0], ours)

    def test_numbers_are_surer(self):
        self.customer.xpps_customer_number = "CN-1"
        self.assertEqual(self._found(CustomerNumber="CN-1")[0], self.customer)
        self.assertEqual(self._found(CustomerNumber="CN-UNKNOWN")[0], self.bright)
        self.agreement.xpps_agreement_number = "AG-1"
        self.assertEqual(self._found(AgreementNumber="AG-1"), (self.customer, self.agreement))


class TestAgreements(ProposalCase):
    def test_the_only_one(self):
        agreement = self._theirs()
        row = self._rows(NAME)
        self.assertEqual((row.partner_id, row.subscription_id), (self.bright, agreement))
        self.assertEqual(row.subscription_line_id, agreement.sale_subscription_line_ids)
        self.assertFalse(row.missing)
        # Nothing is done before somebody confirms.
        self.assertFalse(self.env["stock.lot"].search([("name", "=", row.serial)]))

    def test_of_a_customer_found_by_number(self):
        self.customer.xpps_customer_number = "CN-1"
        self.assertEqual(self._found("", CustomerNumber="CN-1"), (self.customer, self.agreement))

    def test_two_of_them(self):
        self._theirs()
        self._theirs()
        self.assertEqual(self._found(), (self.bright, self.agreement.browse()))

    def test_only_those_that_run_in_the_period_count(self):
        with freeze_time("2026-02-10"):
            self._theirs(running=False)
            self._theirs(is_xpps=False)
            self._theirs(running=False, is_xpps_master=True)
            self._theirs().date_start = "2026-02-01"
            with freeze_time("2025-12-31"):
                self._theirs().close_subscription()
            self.assertEqual(self._found(), (self.bright, self.agreement.browse()))
            agreement = self._theirs()
            self.assertEqual(self._found()[1], agreement)
            with freeze_time("2026-01-20"):
                agreement.close_subscription()
            # It ran until then.
            self.assertEqual(self._found()[1], agreement)
            self._theirs()
            self.assertFalse(self._found()[1])

    def test_of_any_address_of_the_customer(self):
        campus = self._partner("North Campus", parent_id=self.bright.id, type="delivery")
        agreement = self._theirs(campus)
        self.assertEqual(self._found(), (self.bright, agreement))
        self.assertEqual(self._found("north campus"), (campus, agreement))

    def test_of_another_company(self):
        other = self._company("XPPS Other Reseller")
        self.clerk.company_ids |= other
        self.pricelist.company_id = False
        self._theirs(company_id=other.id)
        self.assertFalse(self._found()[1])
        agreement = self._theirs()
        self.assertEqual(self._found()[1], agreement)

    def test_the_file_names_another_agreement(self):
        agreement = self._theirs()
        self.assertEqual(self._found(AgreementNumber="AG-9")[1], agreement)
        agreement.xpps_agreement_number = "AG-1"
        self.assertEqual(self._found(AgreementNumber="AG-9"), (self.bright, agreement.browse()))

    def test_without_a_base_price(self):
        agreement = self._theirs(services=self.base.browse())
        row = self._rows(NAME)
        self.assertEqual((row.subscription_id, row.missing), (agreement, "Service"))


class TestChosenCustomers(ProposalCase):
    """Whoever chooses the customer gets his only agreement proposed, too."""

    def test_in_a_row(self):
        agreement = self._theirs()
        wizard = self._rows("").wizard_id
        with Form(wizard) as form, form.row_ids.edit(0) as row:
            row.partner_id = self.bright
            self.assertEqual(row.subscription_id, agreement)
            self.assertEqual(row.subscription_line_id, agreement.sale_subscription_line_ids)
        self.assertFalse(wizard.row_ids.missing)

    def test_fill_in(self):
        agreement, other = self._theirs(), self._partner("Other")
        wizard = self._rows("", "Other", "").wizard_id
        wizard.fill_partner_id = self.bright
        wizard.action_fill()
        self.assertEqual(wizard.row_ids.mapped("partner_id.id"), [self.bright.id, other.id])
        none = agreement.browse()
        self.assertEqual([row.subscription_id for row in wizard.row_ids], [agreement, none, agreement])

    def test_fill_in_with_another_agreement(self):
        """What is chosen is not proposed away."""
        self._theirs()
        later = self._theirs()
        later.date_start = "2026-02-01"
        wizard = self._rows("").wizard_id
        wizard.write({"fill_partner_id": self.bright.id, "fill_subscription_id": later.id})
        wizard.action_fill()
        self.assertEqual(wizard.row_ids.subscription_id, later)


class TestManyDevices(ProposalCase):
    def test_queries(self):
        """Their number does not grow with that of devices, customers and agreements, but for the ORM's batches."""

        def queries(prefix, count):
            names = [f"{prefix} {number}" for number in range(count)]
            for name in names:
                self._theirs(self._partner(name))
            records = [
                record(f"{prefix}-{number}", Model=self.printer.name, CustomerName=name.upper())
                for number, name in enumerate(names * 2)
            ]
            file = self._upload(records, **JANUARY)
            self.env.flush_all()
            self.env.invalidate_all()
            lines = self.env["xpps.billing.file.line"].with_user(self.clerk).search([("billing_file_id", "=", file.id)])
            before = self.cr.sql_log_count
            prepared = lines._prepare_devices()
            self.assertEqual(len(prepared), 2 * count)
            self.assertTrue(all(values["xpps_subscription_line_id"] for values in prepared.values()))
            return self.cr.sql_log_count - before

        few, many = queries("FEW", 3), queries("MANY", 60)
        self.assertLessEqual(many, few + 2)
