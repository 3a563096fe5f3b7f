# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The overview through a month of billing: every figure, what it opens, and what is to be done next."""

import json

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from odoo.addons.xerox_xpps.overview.charge_section import ChargeSection

from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY
from ..support.overviews import MONTH, OverviewCase

USER = "xerox_xpps.group_xpps_user"

READS = {"MonoPrevious": 600, "MonoCurrent": 1200}


class TestMonth(OverviewCase):
    """January 2026, from the day on which nothing is there to the one on which all is done."""

    def test_before_the_file(self):
        figures = self._figures()
        self.assertEqual((figures["file"]["value"], figures["file"]["formatted"]), (0, "Not received yet"))
        self.assertEqual(figures["file"]["look"], "warning", "January is over.")
        self.assertEqual(self._values("errors", "held", "to_approve", "drafts", "posted", "pages"), [0] * 6)
        self.assertEqual(self._values("ready", "devices", "agreements"), [1, 2, 1])
        self.assertOpensWhatItCounts(figures)
        step = self._step()
        self.assertEqual((step["key"], step["button"]), ("upload", "Import Billing File"))
        self.assertEqual(step["action"]["xmlid"], "xerox_xpps.action_xpps_import_wizard")
        self.assertEqual(step["action"]["context"], {"default_company_id": self.company.id})

    def test_a_file_with_errors(self):
        file = self._upload([record("SN-1", mono=(100, "0.004")), record("UNKNOWN-1"), record("UNKNOWN-2")], **JANUARY)
        self.assertEqual(file.error_count, 2)
        figures = self._figures()
        self.assertEqual((figures["file"]["value"], figures["file"]["formatted"]), (1, "Draft"))
        self.assertIn(f"{file.name}: 3 devices", figures["file"]["detail"])
        self.assertEqual(figures["errors"]["value"], 2)
        self.assertEqual(figures["errors"]["look"], "danger")
        self.assertEqual(figures["warnings"]["value"], file.warning_count)
        self.assertOpensWhatItCounts(figures)
        step = self._step()
        self.assertEqual(step["key"], "import")
        self.assertIn("2 errors prevent the import", step["hint"])
        self.assertEqual((step["action"]["res_model"], step["action"]["res_id"]), (file._name, file.id))
        # Next month's overview has nothing of it.
        self.assertEqual(self._values("file", "errors", month="2026-02-01"), [0, 0])

    def test_what_the_import_waits_for(self):
        """Each state of a file that is not imported yet has its hint."""
        file = self._upload([record("SN-1", mono=(100, "0.004")), record("SN-2")], **JANUARY)
        self.assertFalse(file.error_count or file.warning_count)
        self.assertEqual(self._step()["hint"], "The file has no errors and can be imported.")
        for values, hint in (
            ({"check_queued": True}, "The file is being checked in the background."),
            ({"check_queued": False, "line_digest": False}, "The file has not been checked yet."),
            ({"state": "queued"}, "The file is being imported in the background."),
        ):
            file.write(values)
            self.assertEqual((self._step()["key"], self._step()["hint"]), ("import", hint))

    def test_a_file_with_nothing_to_import(self):
        """It is of no month, and the file of the month is still to come."""
        for name, data in (("broken.xml", b"<oops"), ("report.pdf", b"%PDF")):
            self._check(data, name)
            for month in (MONTH, "2026-02-01"):
                figures = self._figures(month)
                self.assertEqual((figures["file"]["value"], figures["errors"]["value"]), (0, 0))
                self.assertOpensWhatItCounts(figures)
            self.assertEqual(self._step()["key"], "upload")
        self._january().charge_ids.action_approve()
        again = self._check(self.env["xpps.billing.file"].search([("state", "=", "imported")]).attachment_id.raw)
        self.assertEqual(self._codes(again), ["file_duplicate"])
        self.assertEqual(self._values("file", "errors"), [1, 0])
        self.assertEqual(self._step()["key"], "invoice")

    def test_savings(self):
        """The year up to the shown month: SN-1's fee rose by 5.00, SN-2's by 1.00, of which 5.00 are disputed."""
        self._january()
        wrong = [record("SN-1", MonthlyBasePrice="25.00"), record("SN-2", MonthlyBasePrice="21.00")]
        february = self._load(wrong, **FEBRUARY)
        keys = ("over_billed", "disputed_amount", "credited_amount")
        self.assertEqual(self._values(*keys), [0, 0, 0], "Nothing of January.")
        figures = self._figures("2026-02-01")
        self.assertEqual([figures[key]["value"] for key in keys], [6, 0, 0])
        self.assertEqual((figures["over_billed"]["formatted"], figures["over_billed"]["look"]), ("$6.00", "warning"))
        rows = self.env["xpps.vendor.report"].search(
            [("billing_file_id", "=", february.id), ("serial", "=", "SN-1"), ("difference", ">", 0)]
        )
        dispute = self.env["xpps.dispute"]._create_from_rows(rows)
        dispute.action_mark_sent()
        dispute.credited_amount = 4
        dispute.action_credit()
        figures = self._figures("2026-02-01")
        self.assertEqual([figures[key]["value"] for key in keys], [6, 5, 4])
        self.assertEqual(figures["over_billed"]["detail"], "Not claimed: $1.00")
        self.assertOpensWhatItCounts(figures)
        # A year on, and more.
        self.assertEqual(self._values(*keys, month="2027-01-01"), [6, 5, 4])
        self.assertEqual(self._values(*keys, month="2027-02-01"), [0, 0, 0])

    def test_held_records(self):
        self.company.xpps_quarantine = True
        file = self._upload([record("SN-1", mono=(100, "0.004")), record("UNKNOWN-1")], **JANUARY)
        file.action_import()
        figures = self._figures()
        self.assertEqual((figures["file"]["formatted"], figures["held"]["value"]), ("Imported", 1))
        self.assertOpensWhatItCounts(figures)
        step = self._step()
        self.assertEqual(step["key"], "import")
        self.assertIn("1 device record is held back", step["hint"])
        file.line_ids.filtered(lambda line: line.state == "held").action_leave_out()
        self.assertEqual(self._values("held"), [0])
        self.assertEqual(self._step()["key"], "approve")

    def test_nothing_is_invoiced_before_the_charges_are_approved(self):
        """Also where nothing else is due: the agreement's base price waits for another month."""
        self.agreement.recurring_next_date = "2027-01-01"
        self._january()
        self.assertEqual(self._values("ready"), [0])
        self.assertEqual([step["state"] for step in self._steps()], ["done", "done", "current", "todo", "todo", "todo"])

    def test_from_import_to_bill(self):
        file = self._january()
        figures = self._figures()
        self.assertEqual((figures["file"]["formatted"], figures["file"]["look"]), ("Imported", "success"))
        self.assertEqual((figures["to_approve"]["value"], figures["to_invoice"]["value"]), (2, 0))
        self.assertEqual(figures["to_approve"]["detail"], "$1.50")
        self.assertEqual(figures["pages"]["value"], 1150)
        self.assertEqual(
            [figures[key]["value"] for key in ("revenue", "cost", "margin", "uninvoiced")], [0, 40.6, -40.6, 1.5]
        )
        # 30.00 and 1.50 are to come.
        self.assertEqual(figures["expected_margin"]["value"], -9.1)
        self.assertEqual(figures["expected_margin"]["label"], "Expected Margin (-28.89%)")
        self.assertEqual(figures["expected_margin"]["detail"], "With $31.50 to be invoiced or posted.")
        self.assertEqual((figures["margin"]["label"], figures["margin"]["look"]), ("Margin of Posted Invoices", ""))
        self.assertOpensWhatItCounts(figures)
        self.assertEqual(self._step()["key"], "approve")

        file.charge_ids[0].action_approve()
        self.assertEqual(self._values("to_approve", "to_invoice"), [1, 1])
        file.charge_ids[1].action_approve()
        figures = self._figures()
        self.assertEqual((figures["to_approve"]["value"], figures["to_invoice"]["detail"]), (0, "$1.50"))
        self.assertEqual((figures["ready"]["value"], figures["ready"]["label"]), (1, "Agreements to Invoice"))
        self.assertOpensWhatItCounts(figures)
        step = self._step()
        self.assertEqual((step["key"], step["button"]), ("invoice", "New Billing Run"))

        run = self.env["xpps.billing.run"].with_context(**step["action"]["context"]).create({})
        self.assertEqual((run.period_start, run.period_end), (self.day(MONTH), self.day("2026-01-31")))
        run.action_prepare()
        figures = self._figures()
        self.assertEqual((figures["ready"]["value"], figures["ready"]["label"]), (1, "Agreements Ready"))
        self.assertEqual((figures["ready"]["detail"], figures["held_back"]["value"]), ("$31.50", 0))
        self.assertOpensWhatItCounts(figures)
        step = self._step()
        self.assertEqual((step["key"], step["action"]["res_id"]), ("invoice", run.id))

        run.action_create_drafts()
        figures = self._figures()
        self.assertEqual([figures[key]["value"] for key in ("ready", "drafts", "posted", "invoiced")], [0, 1, 0, 2])
        self.assertEqual(figures["drafts"]["detail"], "$31.50 before taxes")
        self.assertEqual(figures["revenue"]["value"], 0, "A draft earns nothing.")
        self.assertEqual(figures["expected_margin"]["value"], -9.1)
        self.assertOpensWhatItCounts(figures)
        step = self._step()
        self.assertEqual((step["key"], step["action"]["res_id"]), ("post", run.id))

        run.action_post()
        figures = self._figures()
        self.assertEqual([figures[key]["value"] for key in ("drafts", "posted")], [0, 1])
        self.assertEqual(figures["posted"]["detail"], "$31.50 before taxes")
        self.assertEqual([figures[key]["value"] for key in ("revenue", "margin", "uninvoiced")], [31.5, -9.1, 0])
        self.assertEqual(figures["margin"]["look"], "danger")
        self.assertNotIn("expected_margin", figures)
        self.assertEqual(figures["vendor_bill"]["formatted"], "Missing")
        self.assertOpensWhatItCounts(figures)
        step = self._step()
        self.assertEqual((step["key"], step["action"]["res_id"]), ("check", file.id))

        self.company.xpps_vendor_id = self._partner("Xerox")
        file.action_create_vendor_bill()
        figures = self._figures()
        self.assertEqual((figures["vendor_bill"]["formatted"], figures["vendor_bill"]["look"]), ("Equal", "success"))
        self.assertIsNone(self._step())
        file.vendor_bill_id.invoice_line_ids[0].price_unit += 5
        figures = self._figures()
        self.assertEqual((figures["vendor_bill"]["formatted"], figures["vendor_bill"]["look"]), ("Different", "danger"))
        self.assertEqual(figures["vendor_bill"]["detail"], "Difference: $5.00")
        self.assertIn("does not match", self._step()["hint"])

    def test_invoices_without_a_run(self):
        """A draft that the agreement's own button makes is found as well, and posted where it lies."""
        self._january().charge_ids.action_approve()
        self.agreement.manual_invoice()
        step = self._step()
        self.assertEqual((step["key"], step["action"]["xmlid"]), ("post", "account.action_move_out_invoice_type"))
        self.assertEqual(self._values("drafts", "posted"), [1, 0])
        self._moves().action_post()
        credit = self._moves()._reverse_moves([{}])
        figures = self._figures()
        self.assertEqual((figures["drafts"]["value"], figures["drafts"]["detail"]), (1, "-$31.50 before taxes"))
        credit.action_post()
        figures = self._figures()
        self.assertEqual((figures["posted"]["value"], figures["posted"]["detail"]), (2, "$0.00 before taxes"))
        self.assertEqual(figures["revenue"]["value"], 0)
        self.assertOpensWhatItCounts(figures)

    def test_held_back_and_failed(self):
        self._january().charge_ids.action_approve()
        broken = self._contract()
        self._make_fail(broken)
        incomplete = self._contract()
        self._device("SN-3", incomplete)
        run = self._run()
        self.assertEqual(self._values("ready", "held_back"), [2, 1])
        with mute_logger("odoo.addons.xerox_xpps.models.billing_run.xpps_billing_run_queue"):
            run.action_create_drafts()
        figures = self._figures()
        self.assertEqual([figures[key]["value"] for key in ("ready", "held_back", "failed", "drafts")], [0, 1, 1, 1])
        self.assertOpensWhatItCounts(figures)
        step = self._step()
        self.assertEqual(step["key"], "invoice")
        self.assertIn("0 agreements are ready to be invoiced. Held back: 2.", step["hint"])
        run.action_undo()
        run.action_cancel()
        self.assertNotIn("held_back", self._figures())

    def test_months_are_compared(self):
        self._january()
        self._load([record("SN-1", MonthlyBasePrice="20.00", mono=(100, "0.004"), **READS)], **FEBRUARY)
        figures = self._figures("2026-02-01")
        self.assertEqual(figures["cost"]["value"], 20.4)
        self.assertEqual(figures["margin"]["detail"], "+$20.20 compared with January 2026")
        self.assertEqual(figures["pages"]["value"], 600)
        self.assertEqual(figures["pages"]["detail"], "-47.83% compared with January 2026")
        self.assertOpensWhatItCounts(figures)
        self.assertEqual(self._values("cost", "pages"), [40.6, 1150])

    def test_differences_with_xerox(self):
        self._january()
        self._load([record("SN-1", MonthlyBasePrice="25.00", mono=(100, "0.004"), **READS)], **FEBRUARY)
        figures = self._figures("2026-02-01")
        rows = self.env["xpps.vendor.report"].search([("period_end", "=", "2026-02-28"), ("flag", "!=", False)])
        # SN-1 costs 5.00 more, SN-2 is missing.
        self.assertEqual(set(rows.mapped("flag")), {"base_changed", "missing_from_file", "quantity_wrong"})
        self.assertEqual(figures["differences"]["value"], len(rows))
        self.assertOpensWhatItCounts(figures)

    def test_charges_in_two_currencies(self):
        """They are never added up."""
        euros = self._agreement(pricelist_id=self._pricelist("Euro", self.eur, mono=0.02).id)
        self._charge(100, 0.01, "draft")
        self._charge(100, 0.02, "draft", subscription_id=euros.id, device_id=self._device("SN-3", euros).id)
        figures = self._figures()
        self.assertEqual((figures["to_approve"]["value"], figures["to_approve"]["detail"]), (2, "$1.00 + 2.00 €"))

    def test_charges_that_wait_for_their_cycle(self):
        """They are not ready to be invoiced until the quarter is over."""
        self.company.xpps_overage_cycles = True
        self.agreement.xpps_overage_cycle = "3"
        charges = self._january().charge_ids
        charges.action_approve()
        for day, ready, waiting in (("2026-02-05", 0, len(charges)), ("2026-03-31", len(charges), 0)):
            with freeze_time(f"{day} 12:00:00"):
                figures = self._figures()
                self.assertEqual((figures["to_invoice"]["value"], figures["waiting"]["value"]), (ready, waiting))
                self.assertOpensWhatItCounts(figures)

    def test_a_charge_without_a_period(self):
        """A run of any month bills it."""
        self._charge(100, 0.01, "draft", period_start=False, period_end=False)
        for month in (MONTH, "2026-02-01"):
            self.assertEqual(self._values("to_approve", month=month), [1])


class TestOpenMonth(OverviewCase):
    def _shown(self, **who):
        return self._overviews(**who).get_overview()["month"]["value"]

    def _finish_january(self):
        self._january().charge_ids.action_approve()
        run = self._run()
        run.action_create_drafts()
        run.action_post()

    def test_nothing_there(self):
        """The last month that has ended: its file is due."""
        with freeze_time("2026-03-05"):
            self.assertEqual(self._shown(), "2026-02-01")

    def test_a_late_month(self):
        file = self._upload([record("SN-1", mono=(100, "0.004"))], **JANUARY)
        with freeze_time("2026-03-05"):
            self.assertEqual(self._shown(), MONTH, "The file waits to be imported.")
            file.action_import()
            self.assertEqual(self._shown(), MONTH, "A charge waits for approval.")
            file.charge_ids.action_reject()
            self.assertEqual(self._shown(), MONTH, "An agreement is due.")
            moves = self._run(invoice_date="2026-03-05").line_ids.filtered(lambda line: line.state == "held")
            moves.override_reason = "SN-2 is switched off"
            moves.run_id.action_create_drafts()
            self.assertEqual(self._shown(), MONTH, "A draft invoice waits to be posted.")
            moves.run_id.action_post()
            self.assertEqual(self._shown(), "2026-02-01", "February's file is due.")

    def test_done_and_nothing_due(self):
        self._finish_january()
        with freeze_time("2026-02-20"):
            self.assertEqual(self._shown(), MONTH)

    def test_a_file_that_comes_early(self):
        self._january()
        with freeze_time("2026-01-31"):
            self.assertEqual(self._shown(), MONTH)

    def test_what_was_left_over(self):
        """It does not hold up the month after, and is not forgotten."""
        self._finish_january()
        self._charge(100, 0.01, "draft", period_start="2025-06-01", period_end="2025-06-30")
        with freeze_time("2026-02-20"):
            overview = self._overviews().get_overview()
            self.assertEqual(overview["month"]["value"], MONTH)
            self.assertEqual(overview["unfinished"], [{"value": "2025-06-01", "label": "June 2025"}])
            self.assertEqual(self._overviews().get_overview("2025-06-01")["unfinished"], [])

    def test_all_users_find_the_same_month(self):
        """Also those who may not see files."""
        user = self._user("xpps_overview_user", USER)
        self._january()
        with freeze_time("2026-03-05"):
            self.assertEqual(self._shown(user=user), MONTH)

    def test_to_and_fro(self):
        self._january()
        with freeze_time("2026-02-20"):
            overview = self._overviews().get_overview("2026-01-17")
            self.assertEqual(overview["month"], {"value": MONTH, "label": "January 2026"})
            self.assertEqual(overview["previous"]["value"], "2025-12-01")
            self.assertEqual(overview["next"]["value"], "2026-02-01")
            self.assertEqual([month["value"] for month in overview["months"]], [MONTH])
            self.assertFalse(self._overviews().get_overview("2026-02-01")["next"])

    def test_no_month(self):
        for text in ("soon", "2026-13-01", 5):
            with self.subTest(text=text):
                self.assertRaisesMessage("is not a month", self._overviews().get_overview, text)
                self.assertRaisesMessage("is not a month", self._overviews().get_reports, text)


class TestCompanies(OverviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._company("XPPS Euro Reseller", cls.eur)
        cls.clerk.company_ids = [Command.link(cls.other.id)]
        company, env, agreement = cls.company, cls.env, cls.agreement
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.other.ids))
        cls.pricelist = cls._pricelist("Euro", cls.eur)
        cls.other_agreement = cls._agreement(pricelist_id=cls.pricelist.id)
        cls.other_device = cls._device("SN-9", cls.other_agreement)
        cls._charge(7, 1, "draft", subscription_id=cls.other_agreement.id, device_id=cls.other_device.id)
        cls.company, cls.env, cls.agreement = company, env, agreement

    def test_each_has_its_own(self):
        self._january()
        both = self.company | self.other
        figures = self._figures(companies=both)
        self.assertEqual(figures["to_approve"]["detail"], "$1.50")
        self.assertEqual((figures["file"]["value"], figures["devices"]["value"]), (1, 2))
        self.assertOpensWhatItCounts(figures, companies=both)
        others = self._figures(companies=both, company=self.other)
        self.assertEqual(others["to_approve"]["detail"], "7.00 €")
        self.assertEqual((others["file"]["value"], others["devices"]["value"], others["cost"]["value"]), (0, 1, 0))
        self.assertOpensWhatItCounts(others, companies=both)
        with freeze_time("2026-03-05"):
            self.assertEqual(self._overviews(companies=both).get_overview()["month"]["value"], MONTH)
            # It never had a file; what waits there is not forgotten.
            alone = self._overviews(companies=self.other).get_overview()
            self.assertEqual(alone["month"]["value"], "2026-02-01")
            self.assertEqual([month["value"] for month in alone["unfinished"]], [MONTH])

    def test_only_those_of_the_switcher(self):
        self._january()
        overview = self._overviews(companies=self.other).get_overview(MONTH)
        self.assertEqual([company["name"] for company in overview["companies"]], ["XPPS Euro Reseller"])
        reports = self._overviews(companies=self.other).get_reports(MONTH)
        self.assertEqual([company["id"] for company in reports], self.other.ids)

    def test_a_company_that_is_not_the_users(self):
        self.clerk.company_ids = [Command.set(self.company.ids)]
        with mute_logger("odoo.http"), self.assertRaises(AccessError):
            self._overviews(companies=self.other).get_overview(MONTH)


class TestAccess(OverviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("xpps_overview_user", USER)

    def test_a_user_sees_no_cost(self):
        self._january().charge_ids.action_approve()
        figures = self._figures(user=self.user)
        self.assertEqual(
            set(figures), {"to_approve", "to_invoice", "invoiced", "devices", "agreements", "pages", "attention"}
        )
        self.assertOpensWhatItCounts(figures, user=self.user)
        overview = self._overviews(self.user).get_overview(MONTH)
        self.assertFalse(overview["with_cost"] or overview["unfinished"])
        self.assertEqual(self._entry(overview["companies"])["steps"], [])
        (reports,) = self._overviews(self.user).get_reports(MONTH)
        self.assertEqual([chart["key"] for chart in reports["charts"]], ["pages"])
        # 40.60 is what Xerox bills: in no text of any part of it.
        self.assertNotIn("40.6", json.dumps([overview, reports]))
        self.assertIn("40.6", json.dumps(self._overviews().get_reports(MONTH)))

    def test_others_are_refused(self):
        stranger = self._user("xpps_overview_stranger")
        for group in (None, "account.group_account_manager"):
            if group:
                stranger.group_ids = [Command.link(self.env.ref(group).id)]
            for method, args in (("get_overview", ()), ("get_overview", (MONTH,)), ("get_reports", (MONTH,))):
                with self.subTest(group=group, method=method):
                    overviews = self._overviews(stranger)
                    self.assertRaisesMessage("not allowed", getattr(overviews, method), *args, exception=AccessError)

    def test_nothing_else_is_public(self):
        mine = {name for name in vars(type(self.env["xpps.overview"]).__mro__[1]) if not name.startswith("_")}
        self.assertLessEqual({name for name in mine if name.startswith("get")}, {"get_overview", "get_reports"})


class TestRobust(OverviewCase):
    def test_one_figure_that_fails(self):
        """Its error stays its own, also when it is the database's."""

        def broken(section):
            section.env.cr.execute("SELECT 1 / 0")

        self._january()
        self.patch(ChargeSection, "_to_approve", broken)
        with mute_logger("odoo.sql_db", "odoo.addons.xerox_xpps.overview.section"):
            figures = self._figures()
        self.assertEqual(figures["broken"]["value"], None)
        self.assertEqual((figures["broken"]["formatted"], figures["broken"]["action"]), ("–", None))
        self.assertIn("unexpected error", figures["broken"]["detail"])
        self.assertEqual((figures["file"]["value"], figures["devices"]["value"]), (1, 2))

    def test_number_of_queries(self):
        """It does not depend on the number of agreements, devices or charges."""

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._overviews().get_overview(MONTH)
            self._overviews().get_reports(MONTH)
            return self.cr.sql_log_count - before

        self._january()
        queries()
        few = queries()
        for number in range(10, 30):
            agreement = self._agreement()
            device = self._device(f"SN-{number}", agreement)
            self._charge(10, 0.01, "draft", subscription_id=agreement.id, device_id=device.id)
        self.assertEqual(self._values("ready", "to_approve"), [21, 22])
        self.assertLessEqual(queries(), few)

    def test_empty(self):
        company = self._company("XPPS New Reseller")
        self.clerk.company_ids = [Command.link(company.id)]
        overview = self._overviews(companies=company).get_overview()
        self.assertFalse(overview["companies"])
        steps = {step["key"]: step["action"]["xmlid"] for step in overview["setup"]}
        self.assertEqual(steps["import"], "xerox_xpps.action_xpps_import_wizard")
        for xmlid in steps.values():
            self.assertTrue(self.env.ref(xmlid))
        self.assertEqual(self._overviews(companies=company).get_reports(MONTH), [])
        user = self._user("xpps_overview_user", USER, company=company)
        self.assertEqual(self._overviews(user, company).get_overview()["setup"], [])


class TestCharts(OverviewCase):
    def _charts(self, month, user=None):
        (entry,) = self._overviews(user).get_reports(month)
        return {chart["key"]: chart for chart in entry["charts"]}

    def test_twelve_months(self):
        self._january().charge_ids.action_approve()
        run = self._run()
        run.action_create_drafts()
        run.action_post()
        self._load([record("SN-1", MonthlyBasePrice="20.00", mono=(100, "0.004"), **READS)], **FEBRUARY)
        charts = self._charts("2026-03-01")
        for chart in charts.values():
            self.assertEqual(
                (len(chart["labels"]), chart["labels"][0], chart["labels"][-1]), (12, "Apr 2025", "Mar 2026")
            )
            self.assertEqual(chart["months"][-3:], ["2026-01-01", "2026-02-01", "2026-03-01"])
        pages = charts["pages"]
        self.assertEqual([dataset["label"] for dataset in pages["datasets"]], ["Mono"])
        self.assertEqual(pages["datasets"][0]["data"], [0] * 9 + [1150, 600, 0])
        earnings = {dataset["label"]: dataset["data"][-3:] for dataset in charts["earnings"]["datasets"]}
        self.assertEqual(
            earnings,
            {"Revenue": [31.5, 0, 0], "Xerox's Cost": [40.6, 20.4, 0], "Margin": [-9.1, -20.4, 0]},
        )
        self.assertEqual(charts["earnings"]["currency_id"], self.usd.id)
        # A month later, the first month is another.
        self.assertEqual(self._charts("2025-12-01")["pages"]["datasets"], [])

    def test_a_correction_counts_once(self):
        self._january()
        self._correct(
            [record("SN-1", MonthlyBasePrice="20.00", mono=(90, "0.004"), MonoPrevious=0, MonoCurrent=590)], **JANUARY
        )
        charts = self._charts(MONTH)
        self.assertEqual(charts["pages"]["datasets"][0]["data"][-1], 1140)
        self.assertEqual(self._values("pages"), [1140])
