# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a billing run bills, and what it holds back."""

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import Command, fields
from odoo.tools import mute_logger

from ..support.billing_runs import BillingRunCase
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY


class TestPreparation(BillingRunCase):
    def test_defaults(self):
        """The period of the newest file, else last month; the name follows."""
        run = self.env["xpps.billing.run"].create({})
        last_month = fields.Date.today() - relativedelta(months=1)
        self.assertEqual(run.period_start, last_month.replace(day=1))
        self.assertEqual(run.period_end, last_month.replace(day=1) + relativedelta(months=1, days=-1))
        self._cover("SN-1")
        run = self.env["xpps.billing.run"].create({})
        self.assertEqual((run.period_start, run.period_end), (self.day("2026-01-01"), self.day("2026-01-31")))
        self.assertEqual((run.name, run.invoice_date), ("January 2026", fields.Date.context_today(run)))
        run = self.env["xpps.billing.run"].create({"period_start": "2026-01-15", "period_end": "2026-02-14"})
        self.assertEqual(run.name, "01/15/2026 – 02/14/2026")

    def test_ready(self):
        self._cover("SN-1", "SN-2")
        charges = self._charges(self.agreement)
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.state, line.hold_code, line.reason), ("ready", False, False))
        self.assertEqual((line.recurring_amount, line.charge_amount, line.charge_count), (30.0, 2.3, 3))
        self.assertEqual((line.amount_total, line.device_count, line.covered_count), (32.3, 2, 2))
        self.assertEqual((run.ready_count, run.held_count, run.line_count), (1, 0, 1))
        self.assertIn("32.30", run.ready_amounts)
        moves = self._drafts(run)
        self.assertEqual((moves.state, moves.amount_untaxed), ("draft", 32.3))
        self.assertEqual((moves.invoice_date, moves), (self.day("2026-02-03"), line.move_ids))
        self.assertEqual((line.state, run.state), ("invoiced", "done"))
        self.assertBilledOnce(charges)
        self.assertEqual(self.agreement.recurring_next_date, self.day("2026-03-01"))

    # What is held back

    def test_file_missing(self):
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.state, line.hold_code), ("held", "file_missing"))
        self.assertIn("SN-1, SN-2", line.reason)
        self.assertEqual(line.action_fix()["res_model"], "xpps.billing.file")
        self.assertRaisesMessage("No agreement is ready", run.action_create_drafts)
        self.assertFalse(self._moves())

    def test_devices_missing(self):
        self._cover("SN-1")
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.state, line.hold_code, line.covered_count), ("held", "devices_missing", 1))
        self.assertIn("Not in any billing file of the period: 1 of 2 devices (SN-2).", line.reason)
        self.assertEqual(line.action_fix()["domain"], [("id", "in", self.second.ids)])
        # The file arrives.
        self._cover("SN-2", InvoiceNumber="X-2")
        run.action_prepare()
        self.assertEqual((line.state, line.reason), ("ready", False))

    def test_many_serials(self):
        for number in range(3, 9):
            self._device(f"SN-{number}")
        line = self._line(self._run())
        self.assertIn("SN-1, SN-2, SN-3, SN-4, SN-5 and 3 more", line.reason)

    def test_devices_that_were_not_there(self):
        """Removed before the period, or installed after it."""
        self._cover("SN-1")
        self.second.xpps_removal_date = "2025-12-31"
        self.assertEqual(self._line(self._run()).state, "ready")
        self.second.xpps_removal_date = "2026-01-01"
        self.assertEqual(self._line(self._run()).state, "held")
        contract = self._contract()
        self._device("SN-3", contract, xpps_install_date="2026-02-01")
        self.assertEqual(self._line(self._run(), contract).state, "ready")

    def test_a_file_of_another_period_covers_nothing(self):
        self._cover("SN-1", "SN-2", **FEBRUARY)
        self.assertEqual(self._line(self._run()).hold_code, "file_missing")

    def test_an_undone_import_covers_nothing(self):
        self._cover("SN-1", "SN-2").action_cancel()
        self.assertEqual(self._line(self._run()).hold_code, "file_missing")

    def test_held_records(self):
        self.company.xpps_quarantine = True
        self.mapping.color_product_id = False
        wizard = self._wizard(self._xml([record("SN-1"), record("SN-2", color=(5, "0.04"))], JANUARY))
        wizard.action_check()
        wizard.action_import()
        line = self._line(self._run())
        self.assertEqual(line.hold_code, "devices_missing")
        self.assertIn("Billing file records are held back: SN-2.", line.reason)
        self.second.xpps_removal_date = "2025-12-31"
        line = self._line(self._run())
        self.assertEqual(line.hold_code, "held_records")
        records = self.env["xpps.billing.file.line"].search(line.action_fix()["domain"])
        self.assertEqual((records.serial, records.state), ("SN-2", "held"))

    def test_charges_to_approve(self):
        self._cover("SN-1", "SN-2")
        charge = self._charge(state="draft")
        later = self._charge(state="draft", period_start="2026-02-01", period_end="2026-02-28")
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.state, line.hold_code), ("held", "charges_to_approve"))
        self.assertIn("1 charge is waiting", line.reason)
        self.assertEqual(charge.search(line.action_fix()["domain"]), charge)
        charge.action_approve()
        run.action_prepare()
        self.assertEqual((line.state, line.charge_count), ("ready", 1))
        later.action_approve()
        self._drafts(run)
        self.assertEqual((charge.invoice_status, later.invoice_status), ("invoiced", "to_invoice"))

    def test_paused(self):
        self._cover("SN-1", "SN-2")
        self.agreement.is_paused = True
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.state, line.hold_code), ("held", "paused"))
        self.assertRaisesMessage("Resume the agreement", line.write, {"override_reason": "Never mind"})
        self.assertEqual(line.action_fix()["res_id"], self.agreement.id)

    def test_several_reasons(self):
        self._charge(state="draft")
        line = self._line(self._run())
        self.assertEqual(line.hold_code, "file_missing")
        self.assertIn("1 charge is waiting", line.reason)

    # What is no business of a run

    def test_others(self):
        """Closed before, master, not started, not due and without devices, another company's, no XPPS agreement."""
        with freeze_time("2025-12-31"):
            self.agreement.close_subscription()
        self._contract(running=False)
        self._contract(is_xpps_master=True, running=False)
        self._contract(next_date="2026-02-04")
        self._contract(is_xpps=False)
        other = self._company("XPPS Other Reseller")
        self._contract(company_id=other.id)
        due = self._contract(next_date="2026-02-03")
        run = self._run()
        self.assertEqual(self._states(run), {due: "ready"})

    def test_without_devices(self):
        """Nothing is expected of an agreement that has none, nor of one that began after the period."""
        contract = self._contract()
        self.assertEqual(self._line(self._run(), contract).state, "ready")
        self._device("SN-3", contract)
        self.assertEqual(self._line(self._run(), contract).state, "held")
        contract.date_start = "2026-02-01"
        self.assertEqual(self._line(self._run(), contract).state, "ready")

    def test_not_due(self):
        """The agreement shows although it has nothing to bill, for its file may be missing."""
        self.agreement.recurring_next_date = "2026-03-01"
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.state, line.hold_code), ("held", "file_missing"))
        self._cover("SN-1", "SN-2")
        run.action_prepare()
        self.assertEqual(line.state, "nothing")
        charges = self._charges(self.agreement)
        run.action_prepare()
        self.assertEqual((line.state, line.recurring_due, line.amount_total), ("ready", False, 2.3))
        self._drafts(run)
        self.assertBilledOnce(charges)
        self.assertEqual(self.agreement.recurring_next_date, self.day("2026-03-01"))

    def test_due_for_a_later_period(self):
        """A late run bills its own month: the next one's base prices wait for the next one's file."""
        self._cover("SN-1", "SN-2")
        charges = self._charges(self.agreement)
        self.agreement.recurring_next_date = "2026-03-01"
        line = self._line(self._run(invoice_date="2026-03-15"))
        self.assertEqual((line.state, line.recurring_due, line.charge_amount), ("ready", False, 2.3))
        # Its month begins in January.
        self.agreement.recurring_next_date = "2026-02-15"
        run = self._run(invoice_date="2026-03-15")
        self.assertEqual(self._line(run).recurring_amount, 30)
        self.assertEqual(self._drafts(run).amount_untaxed, 32.3)
        self.assertBilledOnce(charges)

    def test_closed(self):
        """The last pages come after the end of an agreement."""
        contract = self._contract()
        charges = self._charges(contract)
        contract.close_subscription()
        run = self._run()
        line = self._line(run, contract)
        self.assertEqual((line.state, line.recurring_due), ("ready", False))
        self._drafts(run)
        self.assertBilledOnce(charges)

    def test_archived(self):
        """Its last pages are billed all the same."""
        contract = self._contract(next_date="2026-03-01")
        charges = self._charges(contract)
        self._archive_unasked(contract)
        run = self._run()
        line = self._line(run, contract)
        self.assertEqual((line.state, line.recurring_due), ("ready", False))
        self._drafts(run)
        self.assertBilledOnce(charges)

    def test_charges_without_period(self):
        contract = self._contract(next_date="2026-03-01")
        charge = self._charge(subscription_id=contract.id, device_id=False, period_start=False, period_end=False)
        run = self._run()
        self.assertEqual(self._line(run, contract).charge_count, 1)
        self._drafts(run)
        self.assertBilledOnce(charge)

    # Looking again

    def test_look_again(self):
        """What has gone is gone, what has come is there; what was invoiced stays, unless its invoice is gone."""
        first, second = self._contract(), self._contract()
        run = self._run()
        self._drafts(run)
        third = self._contract()
        self._void(self._moves(second))
        second.recurring_next_date = "2026-02-01"
        with freeze_time("2025-12-31"):
            self.agreement.close_subscription()
        run.action_prepare()
        self.assertEqual(self._states(run), {first: "invoiced", second: "ready", third: "ready"})

    def test_other_dates(self):
        """Another invoice date shows at once what is due then; another period begins anew."""
        contract = self._contract(next_date="2026-02-15")
        run = self._run()
        self.assertNotIn(contract, run.line_ids.subscription_id)
        run.invoice_date = "2026-02-15"
        self.assertIn(contract, run.line_ids.subscription_id)
        self._line(run).override_reason = "Known"
        run.write({"period_start": "2026-02-01", "period_end": "2026-02-28"})
        self.assertFalse(self._line(run).override_reason)
        self._drafts(run)
        with self.assertRaisesRegex(Exception, "The run has already been started"):
            run.invoice_date = "2026-02-16"

    # Billing all the same

    def test_override(self):
        charge = self._charge(state="draft")
        approved = self._charge()
        run = self._run()
        line = self._line(run)
        line.override_reason = " The file will never come "
        self.assertEqual((line.state, line.override_reason), ("ready", "The file will never come"))
        self.assertIn("The file will never come", run.message_ids[0].body)
        self.assertIn(self.agreement.name, run.message_ids[0].body)
        run.action_prepare()
        self.assertEqual(line.state, "ready")
        line.override_reason = "  "
        self.assertEqual(line.state, "held")
        line.override_reason = "After all"
        self._drafts(run)
        self.assertEqual((charge.invoice_status, approved.invoice_status), ("no", "invoiced"))
        self.assertRaisesMessage("nothing to release", line.write, {"override_reason": "Late"})

    def test_override_many(self):
        contract = self._contract()
        self._device("SN-3", contract)
        run = self._run()
        action = run.line_ids.action_release()
        wizards = self.env[action["res_model"]].with_context(**action["context"])
        wizards.create({"reason": "Switched off"}).action_release()
        self.assertEqual(set(run.line_ids.mapped("state")), {"ready"})
        self.assertEqual(set(run.line_ids.mapped("override_reason")), {"Switched off"})
        self.assertEqual(len(run.message_ids.filtered(lambda message: "Switched off" in message.body)), 1)

    def test_lines_are_not_written_by_hand(self):
        run = self._run(self._user("xpps_clerk", "xerox_xpps.group_xpps_billing"))
        for values in ({"state": "ready"}, {"recurring_amount": 0}, {"hold_code": False}):
            self.assertRaisesMessage("cannot be set manually", run.line_ids.write, values)
        for values in ({"state": "posted"}, {"task": "post"}):
            self.assertRaisesMessage("cannot be set manually", run.write, values)
        run.line_ids.override_reason = "Known"
        run.write({"line_ids": [Command.update(run.line_ids.id, {"override_reason": "Well known"})]})
        self.assertEqual(run.line_ids.override_reason, "Well known")

    # Money

    def test_preview_is_what_is_invoiced(self):
        """Discounts, taxes, proration by day, foreign currency, negative charges."""
        self.company.xpps_proration = "full"
        tax = self.env["account.tax"].create(
            {"name": "Included", "amount": 19, "price_include_override": "tax_included", "company_id": self.company.id}
        )
        contracts = self._contract() | self._contract(pricelist_id=self._pricelist("Euro", self.eur).id)
        lines = contracts[0].sale_subscription_line_ids
        lines[0].write({"discount": 12.5, "product_uom_qty": 3})
        lines[1].tax_ids = tax
        self.base_line.write({"xpps_qty_from_devices": True})
        for contract in contracts:
            self._charge(37, 0.0123, subscription_id=contract.id)
            self._charge(-100, 0.01, subscription_id=contract.id)
        self._cover("SN-1", "SN-2")
        run = self._run()
        self.assertEqual(set(run.line_ids.mapped("state")), {"ready"})
        preview = {line.subscription_id: line.amount_total for line in run.line_ids}
        self.assertEqual(len(preview), 3)
        moves = self._drafts(run)
        for line in run.line_ids:
            self.assertEqual(sum(line.move_ids.mapped("amount_untaxed")), preview[line.subscription_id])
        self.assertEqual(len(moves), 3)

    def test_preview_of_a_line_for_many_devices(self):
        """Pages of one price are added up and rounded once: 0.0049 × 3 is 0.01, not nothing."""
        self.agreement.xpps_invoice_detail = "material"
        for device in (self.device, self.second, self.device):
            self._charge(1, 0.0049, device_id=device.id)
        self._charge(1, 0.004)
        self._cover("SN-1", "SN-2")
        run = self._run()
        line = self._line(run)
        self.assertEqual((line.charge_amount, line.charge_count, line.amount_total), (0.01, 4, 30.01))
        self.assertEqual(self._drafts(run).amount_untaxed, 30.01)
        self.assertEqual((line.recurring_amount, line.charge_amount), (30, 0.01))

    def test_modes(self):
        separate = self._contract(xpps_invoice_mode="separate")
        orders = self._contract("sale_and_invoice")
        charges = self._charges(separate) | self._charges(orders)
        self.agreement.is_paused = True
        run = self._run()
        self._drafts(run)
        self.assertEqual([len(self._line(run, contract).move_ids) for contract in (separate, orders)], [2, 1])
        self.assertEqual(self._line(run, orders).move_ids.invoice_date, self.day("2026-02-03"))
        self.assertBilledOnce(charges)
        self.assertNothingTwice(separate | orders)
        run.action_post()
        self.assertEqual((run.state, set(run.move_ids.mapped("state"))), ("posted", {"posted"}))


class TestOneInvoicePerCustomer(BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.is_paused = True
        cls.two = cls._contract(xpps_invoice_mode="customer") | cls._contract(xpps_invoice_mode="customer")

    def test_together(self):
        run = self._run()
        moves = self._drafts(run)
        self.assertEqual((len(moves), moves.amount_untaxed), (1, 70.0))
        for contract in self.two:
            self.assertEqual(self._line(run, contract).move_ids, moves)
        self.assertNothingTwice(self.two)

    def test_two_customers_of_one_payer(self):
        """As without a run: an invoice for each of them."""
        for mode in ("draft", "sale_and_invoice"):
            with self.subTest(mode=mode):
                values = {"xpps_invoice_mode": "customer", "partner_invoice_id": self._partner("Payer").id}
                contracts = self._contract(mode, **values)
                contracts |= self._contract(mode, partner_id=self._partner("Their Customer").id, **values)
                self._drafts(self._run())
                self.assertFalse(self._moves(contracts[0]) & self._moves(contracts[1]))
                self.assertTrue(all(self._moves(contract) for contract in contracts))

    def test_one_is_held_back(self):
        """The invoice is to be complete: the other one waits, unless the user says why not."""
        self._device("SN-3", self.two[0])
        run = self._run()
        held, other = (self._line(run, contract) for contract in self.two)
        self.assertEqual((held.hold_code, other.hold_code, other.state), ("file_missing", "joint", "held"))
        self.assertIn(self.two[0].name, other.reason)
        self.assertEqual(other.search(other.action_fix()["domain"]), held)
        held.override_reason = "Known"
        self.assertEqual((held.state, other.state, other.reason), ("ready", "ready", False))
        held.override_reason = False
        self.assertEqual((held.state, other.state), ("held", "held"))
        other.override_reason = "The other one comes later"
        self.assertEqual((held.state, other.state), ("held", "ready"))
        self.assertEqual(self._drafts(run).amount_untaxed, 35.0)

    @mute_logger("odoo.addons.xerox_xpps.models.billing_run.xpps_billing_run_queue")
    def test_one_fails(self):
        for contract in self.two:
            self._make_fail(contract)
        single = self._contract()
        run = self._run()
        self._drafts(run)
        self.assertEqual(self._line(run, single).state, "invoiced")
        for contract in self.two:
            line = self._line(run, contract)
            self.assertEqual((line.state, line.move_ids.ids), ("failed", []))
            self.assertIn("invoiced together", line.error)
        self.two.journal_id = False
        run.action_retry()
        self.assertEqual(self._line(run, self.two[0]).move_ids, self._line(run, self.two[1]).move_ids)
        self.assertNothingTwice(self.two | single)


class TestUndo(BillingRunCase):
    def test_undo(self):
        """Charges are to invoice again, and next invoice dates are what they were."""
        orders = self._contract("sale_and_invoice", next_date="2026-02-02")
        self._cover("SN-1", "SN-2")
        charges = self._charges(self.agreement) | self._charges(orders)
        run = self._run()
        self._drafts(run)
        self.assertNothingTwice(self.agreement | orders)
        run.action_undo()
        self.assertEqual((run.state, run.move_count), ("draft", 0))
        self.assertEqual(set(run.line_ids.mapped("state")), {"undone"})
        self.assertEqual(set(charges.mapped("invoice_status")), {"to_invoice"})
        self.assertEqual(self.agreement.recurring_next_date, self.day("2026-02-01"))
        self.assertEqual(orders.recurring_next_date, self.day("2026-02-02"))
        self.assertEqual(set(orders.sale_order_ids.mapped("state")), {"cancel"})
        self.assertFalse(self._moves(orders) | self._moves())
        run.action_prepare()
        self._drafts(run)
        self.assertNothingTwice(self.agreement | orders)

    def test_a_later_run_is_undone_first(self):
        """Otherwise the earlier period would be billed by nobody."""
        self._cover("SN-1", "SN-2")
        earlier = self._run()
        self._drafts(earlier)
        later = self._run(period_start="2026-02-01", period_end="2026-02-28", invoice_date="2026-03-03")
        self._line(later).override_reason = "February's file comes later."
        self._drafts(later)
        self.assertEqual(self.agreement.recurring_next_date, self.day("2026-04-01"))
        self.assertRaisesMessage("February", earlier.action_undo)
        self.assertTrue(earlier.move_ids)
        later.action_undo()
        earlier.action_undo()
        self.assertEqual(self.agreement.recurring_next_date, self.day("2026-02-01"))

    def test_a_date_that_somebody_changed_stays(self):
        contract = self._contract()
        run = self._run()
        self._drafts(run)
        contract.recurring_next_date = "2026-04-01"
        run.action_undo()
        self.assertEqual(contract.recurring_next_date, self.day("2026-04-01"))

    def test_refused_after_posting(self):
        contracts = self._contract() | self._contract()
        run = self._run()
        moves = self._drafts(run)
        moves[0].action_post()
        self.assertRaisesMessage(f"1 of its invoices is posted.*\n• {moves[0].name}", run.action_undo)
        self.assertEqual(len(run.move_ids), 2)
        moves[0].button_draft()
        run.action_undo()
        self.assertEqual(set(contracts.mapped("recurring_next_date")), {self.day("2026-02-01")})

    def test_a_draft_that_somebody_deleted(self):
        """Looked at again, its agreement is offered again; a cancelled one is, too."""
        charges = self._charges(self.agreement)
        self._cover("SN-1", "SN-2")
        run = self._run()
        for give_up in ("unlink", "button_cancel"):
            moves = self._drafts(run)
            self.assertEqual(self.agreement.recurring_next_date, self.day("2026-03-01"))
            getattr(moves, give_up)()
            run.action_prepare()
            line = self._line(run)
            self.assertEqual((line.state, line.amount_total), ("ready", 32.3))
            self.assertEqual(self.agreement.recurring_next_date, self.day("2026-02-01"))
        self._drafts(run)
        self.assertBilledOnce(charges)
        self.assertEqual(self.agreement.recurring_next_date, self.day("2026-03-01"))

    def test_a_run_with_invoices_stays(self):
        self._contract()
        run = self._run()
        self._drafts(run)
        self.assertRaisesMessage("Undo it first", run.unlink)
        self.assertRaisesMessage("Undo it first", run.action_cancel)
        run.action_undo()
        run.action_cancel()
        self.assertEqual(run.state, "cancelled")
        self.assertRaisesMessage("its status is “Cancelled”", run.action_create_drafts)
        run.action_draft()
        run.unlink()
