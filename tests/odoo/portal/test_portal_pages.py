# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the pages say, as their builders give it."""

import csv
import io
from datetime import date

from lxml import etree

from odoo.addons.xerox_xpps.portal import (
    AgreementBuilder,
    DeviceBuilder,
    DeviceSearch,
    UsageBuilder,
    agreement_rows,
    agreements_domain,
    home_page,
    invoice_rows,
    invoices_domain,
    usage_csv,
    usage_xlsx,
)

from ..support.importing import FEBRUARY, JANUARY
from ..support.invoicing import InvoicingCase
from ..support.plans import PlanCase
from ..support.portal import Customers, texts_of_workbook
from ..support.usage import UsageCase, meters


class PageCase(Customers, UsageCase, InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The company's other device is another customer's here.
        cls.second.write(
            {
                "name": "SN-22",
                "xpps_partner_id": cls.other.partner_id.id,
                "xpps_subscription_id": cls.other.id,
                "xpps_subscription_line_id": cls.other_line.id,
            }
        )
        cls.agreement.code = "SUB-1"
        cls.user = cls._portal_user(cls.customer)
        cls.theirs = cls.env(user=cls.user, context={"lang": "en_US"})

    def _fresh(self):
        """The environment of the customer, who has read nothing yet."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.theirs

    def _search(self, **asked):
        return DeviceSearch(self._fresh(), **asked)

    def _serials(self, offset=0, limit=40, **asked):
        return [row.serial for row in self._search(**asked).rows(offset, limit)]

    def _queries(self, function):
        self._fresh()
        before = self.cr.sql_log_count
        function()
        return self.cr.sql_log_count - before


class TestDevices(PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        site = cls._partner("Harbor Office", parent_id=cls.customer.id, type="delivery")
        other_model = cls._printer("AltaLink B8155")
        cls.device.write(
            {"xpps_location": "Reception", "xpps_asset_number": "A-100", "xpps_install_date": "2025-05-01"}
        )
        cls.harbor = cls._device("sn-02 x", xpps_partner_id=site.id, product_id=other_model.id)
        cls.gone = cls._device("SN-3", xpps_removal_date="2025-12-31", xpps_install_date="2025-01-01")
        cls.foreign = cls._device("SN-4", cls.other)

    def test_which_are_listed(self):
        self.assertEqual(self._serials(), ["SN-1", "sn-02 x"])
        self.assertEqual(self._serials(filterby="removed"), ["SN-3"])
        self.assertEqual(self._serials(filterby="all"), ["SN-1", "SN-3", "sn-02 x"])
        self.assertEqual(self._search(filterby="all").count(), 3)

    def test_search(self):
        for asked, found in (
            ({"search": "sn-1"}, ["SN-1"]),
            ({"search": "02x", "search_in": "model"}, []),
            ({"search": "SN-02X", "search_in": "serial"}, ["sn-02 x"]),
            ({"search": "a-100"}, ["SN-1"]),
            ({"search": "altalink"}, ["sn-02 x"]),
            ({"search": "altalink", "search_in": "place"}, []),
            ({"search": "recept", "search_in": "place"}, ["SN-1"]),
            ({"search": "harbor", "search_in": "place"}, ["sn-02 x"]),
            ({"search": "SN-4"}, []),
            ({"search": "'; --"}, []),
        ):
            with self.subTest(asked):
                self.assertEqual(self._serials(**asked), found)

    def test_sort_and_page(self):
        self.gone.write({"xpps_removal_date": False, "xpps_state": "active"})
        self.assertEqual(self._serials(sortby="installed"), ["SN-1", "SN-3", "sn-02 x"])
        self.assertEqual(self._serials(sortby="serial"), ["SN-1", "SN-3", "sn-02 x"])
        self.assertEqual(self._serials(sortby="place")[:1], ["SN-1"])
        by_model = self._search(sortby="model").rows(0, 9)
        self.assertEqual([row.model for row in by_model], sorted(row.model for row in by_model))
        pages = [self._serials(offset, 1) for offset in range(4)]
        self.assertEqual(pages, [["SN-1"], ["SN-3"], ["sn-02 x"], []])
        self.assertEqual(self._serials(sortby="no such order", filterby="none", search_in="x", search="sn-1"), ["SN-1"])

    def test_of_an_agreement(self):
        agreement = self._agreement()
        self._device("SN-7", agreement)
        self.assertEqual(self._serials(agreement=agreement.with_env(self.theirs)), ["SN-7"])
        self.assertEqual(self._serials(agreement=self.other.with_env(self.theirs)), [])

    def test_row(self):
        self._print_two_months()
        row, second = self._search().rows(0, 9)
        self.assertEqual(
            (row.id, row.model, row.place, row.agreement, row.last_read, row.is_removed),
            (self.device.id, "XPPS Test Printer", "Reception", self.agreement.code, "02/28/2026", False),
        )
        self.assertEqual((second.place, second.last_read), ("Harbor Office", ""))

    def test_queries_do_not_grow(self):
        def add(count):
            first = self.env["stock.lot"].search_count([])
            for number in range(first, first + count):
                self._device(f"Z-{number}", xpps_location=f"Room {number}")

        def look():
            env = self.theirs
            found = DeviceSearch(env, search="Z-", sortby="place")
            found.count()
            self.assertTrue(found.rows(0, 200))

        add(10)
        look()
        few = self._queries(look)
        add(190)
        self.assertEqual(self._queries(look), few)
        self.assertLess(few, 25)


class TestDevice(PageCase):
    def _page(self, device=None, offset=0):
        device = (device or self.device).with_env(self._fresh())
        return DeviceBuilder(device).build(offset)

    def test_what_it_printed(self):
        self._print_two_months()
        page = self._page()
        self.assertEqual(page.output_types, ["Black & white", "Color"])
        self.assertEqual(
            [(month.label, month.pages, month.included, month.total) for month in page.months],
            [("February 2026", [1500, 51], 2000, 1551), ("January 2026", [1000, 100], 800, 1100)],
        )
        self.assertEqual(
            (page.allowance.month, page.allowance.pages, page.allowance.included), ("February 2026", 1500, 2000)
        )
        self.assertEqual((page.allowance.percent, page.allowance.is_exceeded), (75, False))
        self.assertEqual([label.text for label in page.chart.labels], ["Jan", "Feb"])
        self.assertEqual(
            [(read.day, read.output_type, read.previous, read.current, read.pages, read.kind) for read in page.reads],
            [
                ("02/28/2026", "Color", "100", "151", "51", "Actual"),
                ("02/28/2026", "Black & white", "1,000", "2,500", "1,500", "Actual"),
                ("01/31/2026", "Color", "0", "100", "100", "Actual"),
                ("01/31/2026", "Black & white", "0", "1,000", "1,000", "Actual"),
            ],
        )

    def test_kinds_of_reads(self):
        self._load([meters("SN-1", mono=(0, 1000, 800)) | {"ReadType": "Estimated"}], **JANUARY)
        self.env["xpps.meter.read"].create(
            {
                "device_id": self.device.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "output_type": "mono",
                "period_start": "2026-03-05",
                "period_end": "2026-03-05",
                "current_read": 1200,
                "origin": "closing",
            }
        )
        closing, estimated = self._page().reads
        self.assertEqual(
            (closing.kind, closing.current, closing.pages, closing.period), ("Closing Read", "1,200", "", "")
        )
        self.assertEqual((estimated.kind, estimated.included), ("Estimated", "800"))

    def test_reads_by_page(self):
        self._print_two_months()
        self.assertEqual([read.output_type for read in self._page(offset=3).reads], ["Black & white"])
        builder = DeviceBuilder(self.device.with_env(self._fresh()))
        self.assertEqual(builder.read_count(), 4)

    def test_corrected_reads_are_those_that_count(self):
        self._print_two_months()
        self._correct([meters("SN-1", mono=(1000, 2200, 2000))], **FEBRUARY)
        page = self._page()
        self.assertEqual(page.months[0].pages, [1200, 51])
        self.assertEqual([read.pages for read in page.reads if read.output_type == "Black & white"], ["1,200", "1,000"])

    def test_only_as_this_customers(self):
        """A device that another customer had before shows nothing of that time."""
        self._load([meters("SN-1", mono=(0, 1000, 800))], **JANUARY)
        self.device.xpps_location = "Secret Lab"
        self._give(self.other, xpps_install_date="2026-02-01", xpps_location="Mill")
        self._load([meters("SN-1", mono=(1000, 1300, 800))], **FEBRUARY)
        stranger = self._portal_user(self.other.partner_id, "xpps_test_stranger")
        everything = self._user("xpps_test_manager", "xerox_xpps.group_xpps_manager")
        for user in (stranger, everything):
            self.env.flush_all()
            self.env.invalidate_all()
            page = DeviceBuilder(self.device.with_user(user).with_context(lang="en_US")).build()
            self.assertEqual([month.pages for month in page.months], [[300]], user.login)
            self.assertEqual([place.place for place in page.places], ["Mill, XPPS Other Customer"])
            self.assertNotIn("Secret Lab", str(page))
            self.assertNotIn(self.agreement.code, str(page))

    def test_without_reads(self):
        page = self._page()
        self.assertFalse(page.months or page.reads or page.allowance or page.chart.parts)
        self.assertEqual([place.agreement for place in page.places], [self.agreement.code])

    def test_link_to_the_agreement(self):
        def agreement():
            return next(fact for fact in self._page().facts if fact.label == "Agreement")

        self.assertEqual(agreement().url, f"/my/xpps/agreements/{self.agreement.id}")
        self.agreement.partner_id = self.other.partner_id
        self.assertEqual((agreement().value, agreement().url), (self.agreement.code, ""))

    def test_twelve_months(self):
        for month in range(1, 11):
            self.env["xpps.meter.read"].create(self._month_of(2025, month))
        for month in range(1, 5):
            self.env["xpps.meter.read"].create(self._month_of(2026, month))
        page = self._page()
        self.assertEqual(len(page.months), 12)
        self.assertEqual((page.months[0].label, page.months[-1].label), ("April 2026", "May 2025"))
        self.assertEqual(page.months[5].pages, [0], "Months without a read stay in their place")

    def _month_of(self, year, month):
        return {
            "device_id": self.device.id,
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "output_type": "mono",
            "period_start": date(year, month, 1),
            "period_end": date(year, month, 28),
            "previous_read": 100 * month,
            "current_read": 100 * month + 10,
        }


class TestUsage(PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.formula = cls._device("=1+1", xpps_location="@home")

    def _load_both(self):
        self._print_two_months()
        self._load([meters("=1+1", mono=(0, 70, 100))], **FEBRUARY, InvoiceNumber="X-9")

    def test_page_and_files_add_up(self):
        self._load_both()
        env = self._fresh()
        page = UsageBuilder(env).build()
        self.assertEqual(
            [(m.label, m.pages, m.included) for m in page.months],
            [
                ("February 2026", [1570, 51], 2100),
                ("January 2026", [1000, 100], 800),
            ],
        )
        self.assertEqual((page.totals, page.total), ([2570, 151], 2721))
        lines = UsageBuilder(env).lines()
        self.assertEqual(sum(line.pages for line in lines), page.total)
        self.assertEqual(
            [(str(line.month), line.serial, line.output_type, line.pages, line.included) for line in lines],
            [
                ("2026-01-01", "SN-1", "Black & white", 1000, 800),
                ("2026-01-01", "SN-1", "Color", 100, 0),
                ("2026-02-01", "=1+1", "Black & white", 70, 100),
                ("2026-02-01", "SN-1", "Black & white", 1500, 2000),
                ("2026-02-01", "SN-1", "Color", 51, 0),
            ],
        )
        rows = list(csv.reader(io.StringIO(usage_csv(env, lines).decode("utf-8-sig"))))
        self.assertEqual(rows[0][:3], ["Month", "Serial Number", "Model"])
        self.assertEqual(rows[3], ["2026-02", "'=1+1", "XPPS Test Printer", "", "'@home", "Black & white", "70", "100"])
        workbook = texts_of_workbook(usage_xlsx(env, lines))
        self.assertIn("=1+1", workbook)
        self.assertIn("1500", workbook)

    def test_years(self):
        self._load(
            [meters("SN-1", mono=(0, 10, 0))],
            InvoiceDate="2026-01-03",
            PeriodStart="2025-12-01",
            PeriodEnd="2025-12-31",
        )
        self._load([meters("SN-1", mono=(10, 30, 0))], **JANUARY)
        env = self._fresh()
        self.assertEqual(UsageBuilder(env).years(), [2026, 2025])
        self.assertEqual([m.label for m in UsageBuilder(env, year=2025).build().months], ["December 2025"])
        self.assertEqual([line.pages for line in UsageBuilder(env, year=2026).lines()], [20])
        self.assertEqual([m.total for m in UsageBuilder(env).build().months], [20, 10])
        self.assertFalse(UsageBuilder(env, year=2019).build().months)

    def test_nothing_yet(self):
        env = self._fresh()
        page = UsageBuilder(env).build()
        self.assertFalse(page.months or UsageBuilder(env).lines() or UsageBuilder(env).years())

    def test_a_device_that_has_gone(self):
        """Its pages stay the customer's, where it is now does not."""
        self._load([meters("SN-1", mono=(0, 1000, 800))], **JANUARY)
        self._give(self.other, xpps_install_date="2026-02-01", xpps_location="Mill", xpps_asset_number="THEIRS")
        (line,) = UsageBuilder(self._fresh()).lines()
        self.assertEqual((line.serial, line.pages, line.place, line.asset_number), ("SN-1", 1000, "", ""))

    def test_queries_do_not_grow(self):
        def add(first, count, month):
            for number in range(first, first + count):
                self._device(f"Z-{number:03}")
            self._load([meters(f"Z-{n:03}", mono=(0, 5, 1)) for n in range(first, first + count)], **month)

        def look():
            UsageBuilder(self.theirs).build()
            UsageBuilder(self.theirs).lines()
            UsageBuilder(self.theirs).years()

        add(0, 10, JANUARY)
        look()
        few = self._queries(look)
        add(10, 190, JANUARY)
        self.assertEqual(self._queries(look), few)


class TestAgreements(PageCase):
    def test_running_and_ended(self):
        ended = self._agreement(code="SUB-2")
        ended.close_subscription()
        self._agreement(running=False)
        env = self._fresh()

        def numbers(state):
            rows = agreement_rows(env["sale.subscription"].search(agreements_domain(env, state)))
            return sorted((row.number, row.state, row.is_running) for row in rows)

        running, gone = (self.agreement.code, "Running", True), (ended.code, "Ended", False)
        self.assertEqual(numbers("running"), [running])
        self.assertEqual(numbers("ended"), [gone])
        self.assertEqual(numbers("all"), sorted([running, gone]))

    def test_row(self):
        self._device("SN-9")
        self._device("SN-8", xpps_removal_date="2026-01-01")
        (row,) = agreement_rows(self.agreement.with_env(self._fresh()))
        self.assertEqual((row.devices, row.period, row.place), (2, "from 01/01/2025", "XPPS Test Customer"))

    def test_queries_do_not_grow(self):
        def add(count):
            for _number in range(count):
                self._agreement()

        def look():
            env = self.theirs
            self.assertTrue(agreement_rows(env["sale.subscription"].search(agreements_domain(env))))

        add(3)
        look()
        few = self._queries(look)
        add(30)
        self.assertEqual(self._queries(look), few)

    def _page(self):
        agreement = self.agreement.with_env(self._fresh())
        agreement.check_access("read")
        return AgreementBuilder(agreement.sudo()).build()

    def test_terms(self):
        self._default(self.color, unit_price=0.0785, unit_cost=0.066123)
        page = self._page()
        self.assertEqual([(row.name, row.price) for row in page.services], [("XPPS Base Price", "30.00 USD")])
        self.assertEqual(
            {row.name: row.price for row in page.pages}, {"Mono Pages": "0.01 USD", "Color Pages": "0.0785 USD"}
        )
        self.assertNotIn("066123", str(page))
        facts = {fact.label: fact.value for fact in page.facts}
        self.assertEqual((facts["Start"], facts["Currency"]), ("01/01/2025", "USD"))
        self.assertNotIn("End", facts)

    def test_prices_that_would_tell_a_cost(self):
        self._default(self.color, price_method="cost_plus", unit_cost=0.05, markup_percent=20)
        self._default(self.mono, billable=False)
        page = self._page()
        self.assertEqual(
            {row.name: (row.price, row.note) for row in page.pages},
            {"Color Pages": ("", "As agreed"), "Mono Pages": ("", "Not billed")},
        )

    def test_invoices(self):
        self._load([meters("SN-1", mono=(0, 1000, 800))], **JANUARY)
        self._charges().action_approve()
        self.agreement.generate_invoice()
        moves = self._moves()
        self.assertFalse(self.env["account.move"].search(invoices_domain(self._fresh())))
        moves.action_post()
        env = self._fresh()
        (row,) = invoice_rows(env["account.move"].search(invoices_domain(env)))
        self.assertEqual((row.id, row.name, row.amount, row.has_annex), (moves.id, moves.name, "$32.00", True))
        self.assertEqual((row.period, row.is_credit), ("January 2026", False))

    def test_share(self):
        """*Share Link* on the form gives the link to the page, with the token that opens it."""
        clerk = self._user("xpps_test_clerk", "xerox_xpps.group_xpps_billing")
        agreement = self.agreement.with_user(clerk)
        context = {"active_model": agreement._name, "active_id": agreement.id}
        buttons = etree.fromstring(agreement.get_view(view_type="form")["arch"]).xpath("//button[@string='Share Link']")
        action = self.env["ir.actions.act_window"].browse([int(button.get("name")) for button in buttons])
        wizard = self.env[action.res_model].with_user(clerk).with_context(context).create({})
        self.assertEqual(agreement.access_url, f"/my/xpps/agreements/{agreement.id}")
        self.assertIn(self.agreement.access_token, wizard.share_link)
        self.assertEqual(self._agreement(is_xpps=False).access_url, "#")

    def test_home(self):
        counts = {card.url: card.count for card in home_page(self._fresh()).cards}
        self.assertEqual(
            counts,
            {
                "/my/xpps/devices": 1,
                "/my/xpps/agreements": 1,
                "/my/xpps/invoices": 0,
                "/my/xpps/usage": None,
                "/my/xpps/queries": 0,
            },
        )
        # Who may read more sees as a customer what is his own: nothing.
        manager = self._user("xpps_test_manager", "xerox_xpps.group_xpps_manager")
        self.assertFalse([card.count for card in home_page(self.env(user=manager)).cards if card.count])


class TestPlans(Customers, PlanCase):
    def test_what_xerox_includes_is_nobodys_matter(self):
        """Under a page plan the customer has other pages, so what Xerox includes is on no page."""
        self._plan(minimum_pages=4000, unders_price=0.003)
        user = self._portal_user(self.customer)
        self._load([self._row("SN-1", 2500, included=1234)], **JANUARY)
        self.env.flush_all()
        self.env.invalidate_all()
        env = self.env(user=user, context={"lang": "en_US"})
        page = DeviceBuilder(self.device.with_env(env)).build()
        self.assertEqual((page.plans, page.allowance), (["Office pool"], None))
        self.assertEqual(page.months[0].included, None)
        self.assertEqual(page.reads[0].included, "")
        self.assertEqual([line.included for line in UsageBuilder(env).lines()], [None])
        self.assertNotIn("1234", str(page) + str(UsageBuilder(env).build()))
        terms = AgreementBuilder(self.agreement.with_env(env).sudo()).build()
        (plan,) = terms.plans
        facts = {fact.label: fact.value for fact in plan.facts}
        self.assertEqual(
            (plan.name, facts["Included Pages"], facts["Minimum Pages"]), ("Office pool", "6,000", "4,000")
        )
        self.assertEqual([row.price for row in plan.prices], ["0.0125 USD", "0.003 USD"])
