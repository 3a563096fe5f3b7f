# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is left to do in earlier months, what the margin will be, and in which month an invoice counts."""

from freezegun import freeze_time

from odoo import Command

from odoo.addons.xerox_xpps.overview.months import Months

from ...billing_file.builder import build_xml
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY
from ..support.overviews import MONTH, OverviewCase

APRIL = {"InvoiceDate": "2026-05-03", "PeriodStart": "2026-04-01", "PeriodEnd": "2026-04-30"}
FEBRUARY_FIRST = "2026-02-01"


class TestLeft(OverviewCase):
    def _left(self, day, month=None):
        with freeze_time(day):
            overview = self._overviews().get_overview(month)
        return [entry["value"] for entry in overview["unfinished"]]

    def _done(self, **period):
        """A month of which all is done, Xerox's bill included."""
        file = self._load(
            [record("SN-1", MonthlyBasePrice="20.00"), record("SN-2", MonthlyBasePrice="20.00")], **period
        )
        self.company.xpps_vendor_id = self.company.xpps_vendor_id or self._partner("Xerox")
        file.action_create_vendor_bill()
        return file

    def setUp(self):
        super().setUp()
        # Its base prices are another matter.
        self.agreement.recurring_next_date = "2027-01-01"

    def test_a_month_without_a_file(self):
        self._done(**JANUARY)
        self.assertEqual(self._left("2026-02-20"), [])
        self.assertEqual(self._left("2026-03-20"), [], "February is the month that billing is at.")
        self.assertEqual(self._left("2026-04-20"), [FEBRUARY_FIRST])
        self._done(**APRIL)
        self.assertEqual(self._left("2026-05-20"), ["2026-03-01", FEBRUARY_FIRST])
        self._done(**FEBRUARY)
        self.assertEqual(self._left("2026-05-20"), ["2026-03-01"])
        self.assertEqual(self._left("2026-05-20", "2026-03-01"), [], "The month that is shown needs no hint.")

    def test_periods_that_are_no_months(self):
        """A border day does not make a month; two halves, and a file of a quarter do."""
        self._done(**JANUARY | {"PeriodEnd": "2026-02-01"})
        self.assertEqual(self._left("2026-04-20"), [FEBRUARY_FIRST])
        self._done(**FEBRUARY | {"PeriodStart": "2026-02-01", "PeriodEnd": "2026-04-30"})
        self.assertEqual(self._left("2026-05-20"), [])

    def test_from_the_middle_of_the_month(self):
        self._done(**JANUARY | {"PeriodStart": "2026-01-16", "PeriodEnd": "2026-02-15"})
        self._done(**FEBRUARY | {"PeriodStart": "2026-02-16", "PeriodEnd": "2026-03-15"})
        self.assertEqual(self._left("2026-04-10"), [])
        # The files of 16 March to 15 May are missing.
        self.assertEqual(self._left("2026-06-10"), ["2026-04-01", "2026-03-01"])

    def test_nothing_is_skipped_without_devices(self):
        self._done(**JANUARY)
        (self.device | self.env["stock.lot"].search([("name", "=", "SN-2")])).write(
            {"xpps_state": "removed", "xpps_removal_date": "2026-01-31"}
        )
        self.assertEqual(self._left("2026-04-20"), [])

    def test_a_file_with_nothing_to_import_is_no_file(self):
        file = self._done(**JANUARY)
        self._check(file.attachment_id.raw, "again.xml")
        self._check(b"<oops", "broken.xml")
        self.assertEqual(self._left("2026-02-20"), [])
        self.assertEqual(self._left("2026-04-20"), [FEBRUARY_FIRST])

    def test_xeroxs_bill(self):
        file = self._january(record("SN-1", MonthlyBasePrice="20.00"), record("SN-2", MonthlyBasePrice="20.00"))
        self._done(**FEBRUARY)
        self.assertEqual(self._left("2026-03-20"), [MONTH], "There is no bill.")
        file.action_create_vendor_bill()
        self.assertEqual(self._left("2026-03-20"), [])
        file.vendor_bill_id.invoice_line_ids[0].price_unit += 5
        self.assertEqual(self._left("2026-03-20"), [MONTH], "It differs.")

    def test_companies_have_their_own_files(self):
        """What another company received is no file of this one."""
        other = self._company("XPPS Other Reseller")
        self._done(**JANUARY)
        draft = self._check(build_xml({"InvoiceNumber": "O-1", **FEBRUARY}, [record("O-1")]), company=other)
        self.assertEqual((draft.company_id, draft.is_unusable), (other, False))
        march = self.day("2026-03-01")
        self.assertEqual(Months(self.company | other).skipped(march), {self.day(FEBRUARY_FIRST)})
        self.assertEqual(Months(other).skipped(march), set())


class TestSteps(OverviewCase):
    def test_what_comes_after_an_open_step_is_not_done(self):
        """Neither where nothing is there to be done, nor where it was done before."""
        states = [step["state"] for step in self._steps()]
        self.assertEqual(states, ["current", *["todo"] * 5])
        file = self._january()
        self.company.xpps_vendor_id = self._partner("Xerox")
        file.action_create_vendor_bill()
        states = [step["state"] for step in self._steps()]
        self.assertEqual(states, ["done", "done", "current", "todo", "todo", "todo"])
        file.charge_ids.action_approve()
        self.agreement.manual_invoice()
        self._moves().action_post()
        states = [step["state"] for step in self._steps()]
        self.assertEqual(states, ["done"] * 6)
        # Somebody else's charge comes late.
        self._charge(100, 0.01, "draft")
        states = [step["state"] for step in self._steps()]
        self.assertEqual(states, ["done", "done", "current", "todo", "todo", "todo"])


class TestExpectedMargin(OverviewCase):
    def _expected(self, month=MONTH):
        return self._figures(month).get("expected_margin", {}).get("value")

    def test_nothing_is_expected_before_the_file(self):
        """Base prices alone would be all margin."""
        self.assertIsNone(self._expected())

    def test_on_the_way(self):
        """It stays the same from import to posting, and is what the margin is then."""
        file = self._january()
        self.assertEqual(self._expected(), -9.1)
        file.charge_ids[0].action_approve()
        file.charge_ids[1].action_approve()
        self.assertEqual(self._expected(), -9.1)
        run = self._run()
        self.assertEqual(self._expected(), -9.1)
        run.action_create_drafts()
        self.assertEqual(self._expected(), -9.1)
        run.action_post()
        self.assertIsNone(self._expected())
        self.assertEqual(self._values("margin"), [-9.1])

    def test_what_is_not_billed_is_not_expected(self):
        file = self._january()
        file.charge_ids.filtered(lambda charge: charge.quantity == 100).action_reject()
        self.assertEqual(self._expected(), -10.1)

    def test_in_advance(self):
        """That of February is due with January's pages, and with January's base price: it is none of January."""
        self.agreement.xpps_base_timing = "advance"
        self._january().charge_ids.action_approve()
        self.assertEqual(self._expected(), -9.1)
        self.agreement.manual_invoice()
        self.assertEqual(self._moves().amount_untaxed, 61.5)
        self.assertEqual(self._expected(), -9.1)

    def test_a_quarter(self):
        quarterly = self._template("draft", recurring_rule_type="months", recurring_interval=3)
        agreement = self._agreement(template_id=quarterly.id, next_date="2026-04-01")
        agreement.sale_subscription_line_ids.price_unit = 90
        self._january()
        # A third is earned in each of its months, whenever it is due.
        for day in ("2026-02-02", "2026-05-02"):
            with freeze_time(day):
                self.assertEqual(self._expected(), 20.9)
        self._load(
            [record("SN-1", MonthlyBasePrice="20.00", MonoPrevious=600, MonoCurrent=600)],
            **JANUARY | {"InvoiceDate": "2026-04-03", "PeriodStart": "2026-03-01", "PeriodEnd": "2026-03-31"},
        )
        self.agreement.recurring_next_date = "2027-01-01"
        self.assertEqual(self._expected("2026-03-01"), 10)

    def test_another_currency(self):
        rate = {"name": "2026-01-01", "rate": 0.5, "currency_id": self.eur.id, "company_id": self.company.id}
        self.env["res.currency.rate"].create(rate)
        self._agreement(pricelist_id=self._pricelist("Euro", self.eur).id)
        self._january()
        # Another 30.00 €, each worth two dollars.
        euros = self.env["sale.subscription"].search([("currency_id", "=", self.eur.id)], limit=1)
        price = euros.sale_subscription_line_ids.price_unit
        self.assertEqual(self._expected(), round(-9.1 + 2 * price, 2))


class TestInvoiceMonths(OverviewCase):
    """An invoice counts once, in the month that it bills."""

    def _counted(self, key, *months):
        return [self._figures(month)[key]["value"] for month in months or (MONTH, FEBRUARY_FIRST)]

    def _invoice(self, agreement=None):
        agreement = agreement or self.agreement
        before = self._moves(agreement)
        agreement.manual_invoice()
        return self._moves(agreement) - before

    def test_pages_and_base_price_in_advance(self):
        self.agreement.xpps_base_timing = "advance"
        self._january().charge_ids.action_approve()
        move = self._invoice()
        ends = {str(line.xpps_period_end) for line in move.invoice_line_ids}
        self.assertEqual(ends, {"2026-01-31", "2026-02-28"})
        self.assertEqual(self._counted("drafts"), [1, 0])
        self.assertOpensWhatItCounts(self._figures())
        move.action_post()
        self.assertEqual(self._counted("posted"), [1, 0])
        credit = move._reverse_moves([{}])
        self.assertEqual(self._counted("drafts"), [1, 0], "A credit note counts where its invoice does.")
        credit.action_post()
        self.assertEqual(self._counted("posted"), [2, 0])

    def test_base_price_in_advance(self):
        self.agreement.xpps_base_timing = "advance"
        self._invoice()
        self.assertEqual(self._counted("drafts"), [0, 1])

    def test_late_pages(self):
        """Those of January and February on one invoice: it is February's."""
        self._charge(100, 0.01)
        self._charge(100, 0.01, period_start="2026-02-01", period_end="2026-02-28")
        self._invoice()
        self.assertEqual(self._counted("drafts"), [0, 1])

    def test_a_period_that_begins_in_the_month(self):
        """Its pages are January's, its base price goes on into February."""
        self.agreement.write({"recurring_next_date": "2026-02-15", "xpps_next_date_reason": "Agreed"})
        self._january().charge_ids.action_approve()
        move = self._invoice()
        self.assertTrue(move)
        self.assertEqual(self._counted("drafts"), [1, 0])

    def test_what_a_run_makes_is_of_its_month(self):
        """Also a late charge, and a base price in advance."""
        self.agreement.xpps_base_timing = "advance"
        self._charge(100, 0.01, period_start="2025-12-01", period_end="2025-12-31")
        self._cover("SN-1", "SN-2")
        run = self._run()
        run.action_create_drafts()
        self.assertEqual(self._counted("drafts", "2025-12-01", MONTH, FEBRUARY_FIRST), [0, 1, 0])
        run.action_post()
        self.assertEqual(self._counted("posted", "2025-12-01", MONTH, FEBRUARY_FIRST), [0, 1, 0])

    def test_only_its_month_is_left(self):
        self.agreement.xpps_base_timing = "advance"
        self._january().charge_ids.action_approve()
        self._invoice()
        self.assertEqual(Months(self.company).unfinished(), {self.day(MONTH)})

    def test_invoices_of_others(self):
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create({"name": "By hand", "price_unit": 1})],
            }
        )
        self.assertEqual(self._counted("drafts"), [0, 0])
