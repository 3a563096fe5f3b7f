# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The health list: each kind of finding once, what is in order, what is opened, and what is put off."""

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError

from odoo.addons.xerox_xpps.rules import in_stock_domain

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER, USER
from ..support.common import XppsCase, record
from ..support.rate_cards import rate_card

TODAY = "2026-03-10"


class HealthCase(XppsCase):
    """A company in good order: with a vendor, a printer model that has a number, and an agreement of one device."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_vendor_id = cls._partner("Xerox")
        cls.printer.write({"xpps_model_number": "T-1", "company_id": cls.company.id})
        cls.agreement.recurring_next_date = "2026-04-01"
        cls.model = cls.printer.product_tmpl_id
        cls.env.flush_all()
        shared = cls.env["xpps.health"].search(
            [("kind", "=", "model_no_codes"), ("product_tmpl_id.company_id", "=", False)]
        )
        cls.shared = {(row.kind, row.res_id) for row in shared}

    def setUp(self):
        super().setUp()
        freezer = freeze_time(f"{TODAY} 10:00:00")
        freezer.start()
        self.addCleanup(freezer.stop)

    def _rows(self, *kinds):
        """The company's rows of some kinds, of all without any; demo data that all companies share is left out."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["xpps.health"].search([("company_id", "=", self.company.id)])
        rows = rows.filtered(lambda row: (row.kind, row.res_id) not in self.shared)
        return rows.filtered(lambda row: not kinds or row.kind in kinds)

    def assertFound(self, kind, *records, **values):
        rows = self._rows(kind)
        self.assertEqual(rows.mapped("res_id"), [record.id for record in records])
        for name, value in values.items():
            self.assertEqual(rows.mapped(name), value)
        return rows

    def _new_model(self, name="XPPS Second Model", **values):
        return self._printer(name, company_id=self.company.id, **values).product_tmpl_id


class TestHealth(HealthCase):
    def test_in_order(self):
        self.assertFalse(self._rows().mapped("display_name"))

    def test_model_without_number(self):
        for number in (False, " "):
            with self.subTest(number):
                self.model.xpps_model_number = number
                row = self.assertFound("model_no_number", self.model)
                self.assertEqual((row.name, row.area), (self.model.display_name, "model"))
        self.model.active = False
        self.assertFound("model_no_number")

    def test_two_models_of_one_number(self):
        second = self._new_model(xpps_model_number=" t-1")
        rows = self.assertFound("model_number_twice", self.model, second)
        self.assertEqual(rows[0].explanation, "Another printer model has the number T-1, too.")
        other = self._company("XPPS Other Reseller")
        second.write({"xpps_price_level_id": False, "company_id": other.id})
        self.assertFound("model_number_twice")
        second.company_id = False
        self.assertFound("model_number_twice", self.model)
        shared = self.env["xpps.health"].search([("kind", "=", "model_number_twice"), ("res_id", "=", second.id)])
        self.assertFalse(shared.company_id)

    def test_model_without_codes(self):
        """Of itself, of its price level, or of a company above."""
        second = self._new_model(xpps_model_number="T-2")
        self.assertFound("model_no_codes", second)
        mapping = self._mapping(second.product_variant_id)
        self.assertFound("model_no_codes", second)
        mapping.clr_lvl3_product_id = self.color
        self.assertFound("model_no_codes")
        mapping.unlink()
        level = self.env["xpps.price.level"].create({"name": "XPPS Health A4", "company_id": self.company.id})
        second.xpps_price_level_id = level
        self.assertFound("model_no_codes", second)
        self._mapping(level, mono=self.mono)
        self.assertFound("model_no_codes")

    def test_code_without_price(self):
        """Once its pages were charged, or could not be. A price of the agreement or its pricelist is one, too."""
        self.mono.list_price = 0
        self.assertFound("code_no_price")
        self._charge(quantity=100)
        row = self.assertFound("code_no_price", self.mono)
        self.assertEqual(row.name, "Mono Pages")
        default = self._default(unit_price=0.02)
        self.assertFound("code_no_price")
        default.unit_price = 0
        self.assertFound("code_no_price", self.mono)
        item = self.env["product.pricelist.item"].create(
            {
                "pricelist_id": self.pricelist.id,
                "applied_on": "0_product_variant",
                "product_id": self.mono.id,
                "compute_price": "fixed",
                "fixed_price": 0.03,
            }
        )
        self.assertFound("code_no_price")
        item.product_id = self.color
        self.assertFound("code_no_price", self.mono)
        self.mono.list_price = 0.01
        self.assertFound("code_no_price")

    def test_code_whose_price_a_file_asks_for(self):
        self.color.list_price = 0
        file = self._check(build_xml(devices=[record("SN-1", color=(5, "0.004"))]))
        self.assertEqual(self._codes(file), ["price_missing"])
        self.assertFound("code_no_price", self.color)
        file.action_cancel()
        self.assertFound("code_no_price")

    def test_rate_card_that_ends(self):
        """From 60 days before its end to 60 days after, unless a card follows that states one of its rates."""
        rates = [{"device_id": self.device.id, "component": "mono", "unit_cost": 0.004}]
        card = rate_card(self.company, rates)
        self.assertFound("rate_card_ends")
        for day, is_found in (("2026-05-09", 1), ("2026-05-10", 0), ("2026-01-09", 1), ("2026-01-08", 0)):
            card.date_to = day
            self.assertFound("rate_card_ends", *card[:is_found])
        card.date_to = "2026-03-31"
        row = self.assertFound("rate_card_ends", card, since=[self.day("2026-03-31")], area=["company"])
        self.assertEqual(row.name, card.display_name)
        self.assertIn("03/31/2026", row.explanation)
        action = row.action_open()
        self.assertEqual((action["res_model"], action["res_id"]), ("xpps.rate.card", card.id))
        following = rate_card(self.company, rates, active=False, date_from="2026-04-01")
        rate_card(self.company, [rates[0] | {"component": "color"}], date_from="2026-04-01")
        rate_card(self.company, rates, date_from="2026-04-01", currency_id=self.eur.id)
        self.assertFound("rate_card_ends", card)
        following.action_activate()
        self.assertFound("rate_card_ends")
        following.action_set_draft()
        card.action_set_draft()
        self.assertFound("rate_card_ends")

    def test_agreement_without_devices(self):
        other = self._agreement(next_date="2026-04-01")
        row = self.assertFound("agreement_no_device", other)
        self.assertEqual((row.partner_id, row.subscription_id, row.area), (self.customer, other, "agreement"))
        device = self._device("SN-2", other)
        self.assertFound("agreement_no_device")
        device.write({"xpps_removal_date": "2026-03-01", "xpps_state": "removed"})
        self.assertFound("agreement_no_device", other)

    def test_agreements_that_do_not_run(self):
        """A draft, a master, one that starts later and one that is closed say nothing."""
        self._agreement(services=self.mono.browse(), running=False)
        self._agreement(running=False, is_xpps_master=True)
        self._agreement(date_start="2026-05-01", next_date="2026-06-01")
        closed = self._agreement(next_date="2026-02-01")
        closed.close_subscription()
        closed.xpps_closed_on = "2026-03-01"
        self.assertFalse(self._rows("agreement_no_device", "agreement_no_service", "agreement_overdue"))

    def test_agreement_without_base_service(self):
        other = self._agreement(services=self.mono, next_date="2026-04-01")
        self._device("SN-2", other)
        self.assertFound("agreement_no_service", other)
        other.sale_subscription_line_ids = [Command.create({"product_id": self.base.id})]
        self.assertFound("agreement_no_service")

    def test_next_date_in_the_past(self):
        self.agreement.recurring_next_date = TODAY
        self.assertFound("agreement_overdue")
        self.agreement.recurring_next_date = "2026-03-09"
        row = self.assertFound("agreement_overdue", self.agreement, since=[self.day("2026-03-09")])
        self.assertEqual(row.explanation, "It should have been invoiced on 03/09/2026.")
        self.agreement.is_paused = True
        self.assertFound("agreement_overdue")

    def test_base_quantity(self):
        self._device("SN-2")
        rows = self.assertFound("base_quantity", self.base_line, billed=[1.0], counted=[2])
        self.assertEqual(rows.explanation, "The quantity is 1, but 2 devices are active.")
        self.assertEqual(rows.subscription_id, self.agreement)
        self.assertEqual(rows.name, f"{self.agreement.display_name}: XPPS Base Price")
        self.base_line.product_uom_qty = 2
        self.assertFound("base_quantity")
        self.base_line.product_uom_qty = 3
        self.assertFound("base_quantity", self.base_line)
        self.base_line.xpps_qty_from_devices = True
        self.assertFound("base_quantity")

    def test_base_quantity_of_a_supply_fee(self):
        """It counts the devices of the only service fee, or those of the line that it names."""
        service, supply = self._service("Fee", "base_service", 20), self._service("Supplies", "base_supply", 10)
        agreement = self._agreement(services=service + supply, next_date="2026-04-01")
        fee, supplies = agreement.sale_subscription_line_ids
        for serial in ("SN-2", "SN-3"):
            self._device(serial, agreement, xpps_subscription_line_id=fee.id)
        (fee + supplies).product_uom_qty = 2
        self.assertFound("base_quantity")
        supplies.product_uom_qty = 1
        self.assertFound("base_quantity", supplies)
        agreement.sale_subscription_line_ids = [Command.create({"product_id": service.id, "product_uom_qty": 0})]
        self.assertFound("base_quantity", supplies, counted=[0])
        supplies.write({"xpps_devices_line_id": fee.id, "product_uom_qty": 2})
        self.assertFound("base_quantity")

    def test_base_gap(self):
        gap = {"subscription_id": self.agreement.id, "kind": "gap"}
        waivers = self.env["xpps.base.waiver"]
        waivers.create([{**gap, "date_to": "2026-01-31"}, {**gap, "date_to": "2026-02-28"}])
        row = self.assertFound("base_gap", self.agreement)
        self.assertEqual(row.explanation, "No base price is billed for days until 02/28/2026.")

    def test_cost_plus(self):
        default = self._default(price_method="cost_plus")
        row = self.assertFound("cost_plus_zero", default)
        self.assertEqual(row.name, f"{self.agreement.display_name}: Mono Pages")
        default.markup_percent = 1
        self.assertFound("cost_plus_zero")
        default.write({"markup_percent": 0, "billable": False})
        self.assertFound("cost_plus_zero")

    def test_devices(self):
        self.device.xpps_subscription_line_id = False
        self.assertFound("device_no_service", self.device)
        self.device.xpps_partner_id = False
        self.assertFound("device_no_customer", self.device)
        self.device.xpps_subscription_id = False
        self.assertFound("device_no_agreement", self.device)
        self.assertFalse(self._rows("device_no_service", "device_no_customer", "device_foreign"))
        self.device.write({"xpps_removal_date": TODAY, "xpps_state": "removed"})
        self.assertFound("device_no_agreement")

    def test_devices_in_stock(self):
        """Nobody need bill them until somebody has them."""
        self.device.write({"xpps_subscription_line_id": False, "xpps_subscription_id": False, "xpps_partner_id": False})
        self.assertFound("device_no_agreement", self.device)
        stock = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)], limit=1).lot_stock_id
        self.env["stock.quant"]._update_available_quantity(self.printer, stock, 1, lot_id=self.device)
        self.assertFound("device_no_agreement")
        self.assertEqual(self.device.filtered_domain(in_stock_domain()), self.device)
        self.device.xpps_partner_id = self.customer
        self.assertFound("device_no_agreement", self.device)
        self.assertFalse(self.device.filtered_domain(in_stock_domain()))

    def test_service_has_ended(self):
        self.device.xpps_end_of_service = TODAY
        self.assertFound("device_service_ended")
        self.device.xpps_end_of_service = "2026-01-31"
        row = self.assertFound("device_service_ended", self.device)
        self.assertIn("01/31/2026", row.explanation)
        self.device.write({"xpps_removal_date": TODAY, "xpps_state": "removed"})
        self.assertFound("device_service_ended")

    def test_device_of_anothers_agreement(self):
        """Its customer's own places are no others."""
        self.device.xpps_partner_id = self._partner("Branch Office", parent_id=self.customer.id)
        self.assertFound("device_foreign")
        self.device.xpps_partner_id = self._partner("Somebody Else")
        row = self.assertFound("device_foreign", self.device)
        self.assertEqual((row.device_id, row.name), (self.device, "SN-1"))

    def test_device_of_anothers_service(self):
        """As it may be after services were moved to another agreement."""
        other = self._agreement(next_date="2026-04-01")
        self.env.flush_all()
        self.cr.execute(
            "UPDATE stock_lot SET xpps_subscription_line_id = %s WHERE id = %s",
            [other.sale_subscription_line_ids.id, self.device.id],
        )
        self.assertFound("device_foreign", self.device)

    def test_vendor(self):
        """A branch has its parent's; a company that has nothing to do with Xerox needs none."""
        self.company.write({"child_ids": [Command.create({"name": "XPPS Branch", "currency_id": self.usd.id})]})
        branch = self.company.child_ids
        self.env.user.company_ids |= branch
        other = self._company("XPPS Other Reseller")
        mappings = self.env["xpps.material.mapping"]
        mappings.create({"company_id": branch.id, "product_tmpl_id": self.model.id, "mono_product_id": self.mono.id})

        def companies():
            self.env.flush_all()
            found = self.env["xpps.health"].search([("kind", "=", "vendor_missing")]).company_id
            return found & (self.company | branch | other)

        self.assertFalse(companies())
        self.company.xpps_vendor_id = False
        self.assertEqual(companies(), self.company | branch)

    def test_counts(self):
        self._agreement(services=self.mono, next_date="2026-03-01")
        self.device.xpps_subscription_line_id = False
        clerk = self.env["xpps.health"].with_user(self._user("xpps_test_health", BILLING))
        counts = clerk._counts(self.company)
        kinds = ("agreement_no_device", "agreement_no_service", "agreement_overdue", "device_no_service")
        self.assertEqual([counts.get(kind) for kind in kinds], [1, 1, 1, 1])
        clerk._counts(self.company)
        self.env.flush_all()
        with self.assertQueryCount(1):
            clerk._counts(self.company)

    def test_queries(self):
        """As many for many findings as for few."""
        view = {name: {} for name in ("kind", "name", "explanation", "subscription_id", "partner_id")}
        rows = self.env["xpps.health"].with_user(self._user("xpps_test_health", BILLING))

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            rows.web_search_read([], view)
            return self.cr.sql_log_count - before

        def break_things(number):
            self._new_model(f"Model {number}")
            agreement = self._agreement(partner_id=self._partner(f"Customer {number}").id, next_date="2026-03-01")
            self._device(f"Q-{number}", agreement, xpps_subscription_line_id=False)
            self._device(f"R-{number}", agreement)
            self._default(agreement=agreement, price_method="cost_plus")

        break_things(0)
        count()
        few = count()
        for number in range(1, 15):
            break_things(number)
        count()
        self.assertLessEqual(count(), few)


class TestHealthScreen(HealthCase):
    def setUp(self):
        super().setUp()
        self.clerk = self._user("xpps_test_health", BILLING)

    def _row(self, kind):
        row = self._rows(kind).with_user(self.clerk)
        self.assertEqual(len(row), 1)
        return row

    def _opened(self, kind):
        action = self._row(kind).action_open()
        return action["res_model"], action["res_id"]

    def test_what_is_opened(self):
        self.device.xpps_subscription_line_id = False
        self.assertEqual(self._opened("device_no_service"), ("stock.lot", self.device.id))
        self.base_line.product_uom_qty = 7
        self.assertEqual(self._opened("base_quantity"), ("sale.subscription", self.agreement.id))
        self.agreement.recurring_next_date = "2026-03-01"
        self.assertEqual(self._opened("agreement_overdue"), ("sale.subscription", self.agreement.id))
        default = self._default(price_method="cost_plus")
        self.assertEqual(self._opened("cost_plus_zero"), ("sale.subscription.charge.default", default.id))
        self.model.xpps_model_number = False
        self.assertEqual(self._opened("model_no_number"), ("product.template", self.model.id))
        self.mono.list_price = 0
        self.env["sale.subscription.charge.default"].search([("product_id", "=", self.mono.id)]).unlink()
        self._charge()
        self.assertEqual(self._opened("code_no_price"), ("product.template", self.mono.product_tmpl_id.id))

    def test_where_the_vendor_is_chosen(self):
        self.company.xpps_vendor_id = False
        row = self._row("vendor_missing")
        self.assertRaisesMessage("Ask an XPPS administrator", row.with_user(self.clerk).action_open)
        administrator = self._user("xpps_test_administrator", MANAGER)
        self.assertEqual(row.with_user(administrator).action_open()["res_model"], "xpps.settings")

    def _snooze(self, rows, until="2026-03-31", reason="Delivered in April"):
        action = rows.action_snooze()
        wizard = self.env[action["res_model"]].with_user(self.clerk).with_context(action["context"])
        wizard.create({"date_until": until, "reason": reason}).action_snooze()

    def test_snooze(self):
        """Until the day, with the reason, and for this finding only."""
        self.device.write({"xpps_subscription_line_id": False, "xpps_partner_id": False})
        self._snooze(self._row("device_no_service"))
        row = self._row("device_no_service")
        self.assertEqual(
            (row.snoozed_until, row.snooze_reason, row.snooze_user_id),
            (self.day("2026-03-31"), "Delivered in April", self.clerk),
        )
        self.assertFalse(self._row("device_no_customer").snoozed_until)
        self.assertNotIn("device_no_service", self.env["xpps.health"]._counts(self.company))
        self._snooze(row, "2026-03-20", "Earlier")
        self.assertEqual(self._row("device_no_service").snooze_reason, "Earlier")
        with freeze_time("2026-03-20 10:00:00"):
            self.assertTrue(self._row("device_no_service").snoozed_until)
        with freeze_time("2026-03-21 10:00:00"):
            row = self._row("device_no_service")
            self.assertFalse(row.snoozed_until)
            self._snooze(row, "2026-03-22", "Again")
            self.assertEqual(self._row("device_no_service").snooze_reason, "Again")
            self._row("device_no_service").action_wake()
            self.assertFalse(self._row("device_no_service").snoozed_until)

    def test_snooze_what_all_companies_share(self):
        shared = self._new_model()
        shared.company_id = False
        row = self.env["xpps.health"].search([("kind", "=", "model_no_number"), ("res_id", "=", shared.id)])
        self._snooze(row.with_user(self.clerk))
        row.invalidate_model()
        self.assertTrue(row.snoozed_until)

    def test_what_is_refused(self):
        self.device.xpps_subscription_line_id = False
        row = self._row("device_no_service")
        self.assertRaisesMessage("from today on", self._snooze, row, "2026-03-09")
        wizards = self.env["xpps.health.snooze.wizard"].with_user(self.clerk)
        empty = wizards.create({"reason": "None"})
        self.assertRaisesMessage("Select the findings", empty.action_snooze)
        snoozes = self.env["xpps.health.snooze"].with_user(self.clerk)
        values = {"kind": "device_no_service", "res_id": self.device.id, "date_until": "2026-12-31", "reason": "x"}
        with self.assertRaises(AccessError), self.cr.savepoint():
            snoozes.create(values)
        user = self._user("xpps_test_user", USER)
        for method in ("action_open", "action_snooze", "action_wake"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(row.with_user(user), method)()

    def test_other_companies(self):
        """Neither seen nor snoozed."""
        self.device.xpps_subscription_line_id = False
        row = self._row("device_no_service")
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", BILLING, company=other)
        theirs = row.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(theirs.search([("id", "=", row.id)]))
        with self.assertRaises(AccessError):
            theirs.action_open()
        wizard = self.env["xpps.health.snooze.wizard"].with_user(stranger)
        wizard = wizard.with_context(allowed_company_ids=other.ids, active_ids=row.ids).create({"reason": "Mine"})
        self.assertRaises(UserError, wizard.action_snooze)
