# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who handles tickets without a right to XPPS sees reads and place, never a cost or a price."""

from lxml import etree

from odoo import Command

from ..support.access import COSTS, USER, Denials
from ..support.importing import JANUARY
from ..support.tickets import HELPDESK, OWN_TICKETS, TicketCase
from ..support.usage import meters

#: What Odoo's own valuation tells of a lot.
VALUES = ("standard_price", "avg_cost", "total_value", "note", "product_qty")
MONEY = ("price", "cost", "amount", "margin", "subtotal", "invoice", "charge")
METRICS = ("xpps_usage", "xpps_usage_chart", "xpps_serial", "xpps_last_read_date", "xpps_other_ticket_ids")


class TestTicketAccess(Denials, TicketCase):
    def test_agent_sees_reads_and_place(self):
        self._print_two_months()
        ticket = self._as_agent(self._ticket())
        self.assertEqual(ticket.xpps_location, "2nd floor")
        self.assertEqual(ticket.xpps_usage["rows"][0]["last_read"], 2500)
        self.assertEqual([row["overage"] for row in ticket.xpps_usage["rows"]], [0, 51, 51])
        self.assertEqual(ticket.xpps_last_read_date, self.day("2026-02-28"))

    def test_everything_on_the_agents_form_can_be_read_and_is_no_money(self):
        self._print_two_months()
        self._ticket()
        ticket = self._as_agent(self._ticket(xpps_kind="billing_question"))
        view = self.env.ref("helpdesk_mgmt.ticket_view_form")
        for view_type, xmlid in (("form", view.id), ("list", self.env.ref("helpdesk_mgmt.ticket_view_tree").id)):
            arch = etree.fromstring(ticket.get_view(xmlid, view_type)["arch"])
            nodes = [node for node in arch.iter("field") if not any(a.tag == "field" for a in node.iterancestors())]
            names = {node.get("name") for node in nodes}
            self.assertIn("xpps_device_id", names)
            for name in names:
                self.assertFalse([word for word in MONEY if word in name], name)
            specification = {
                name: {"fields": {"display_name": {}}} if ticket._fields[name].relational else {} for name in names
            }
            (values,) = ticket.web_read(specification)
            self.assertEqual(values["xpps_device_id"]["display_name"], "SN-1")
        self.assertEqual(
            ticket.web_read({"xpps_usage": {}, "xpps_usage_chart": {}})[0]["xpps_usage"]["month"], "Feb 2026"
        )

    def test_agent_makes_tickets(self):
        env = self._as_agent(self.env["helpdesk.ticket"]).env
        ticket = self._ticket(env=env)
        self.assertEqual(ticket.sudo().xpps_subscription_id, self.agreement)
        ticket.write({"xpps_kind": "repair", "xpps_service_reference": "X-1", "xpps_location": "Cellar"})
        self.assertEqual(env["stock.lot"].name_search("sn-1")[0], (self.device.id, "SN-1"))
        self.assertEqual(env["helpdesk.ticket"].search([("xpps_device_id", "ilike", "SN-1")]), ticket)

    def test_agent_sees_no_cost_of_a_device(self):
        self._print_two_months()
        device = self._as_agent(self.device)
        values = device.read(["name", "xpps_location", "xpps_mono_last_read", "xpps_color_last_overage"])[0]
        self.assertEqual(list(values.values())[1:], ["SN-1", "2nd floor", 2500, 51])
        everything = device.read()[0]
        others = ("xpps_charge_ids", "xpps_lease_number", "xpps_meter_read_ids", "xpps_usage")
        for name in (*COSTS["stock.lot"], *VALUES, *others):
            with self.subTest(field=name):
                self.assertNotIn(name, everything)
                self.assertNotIn(name, device.fields_get())
                self.assertDenied(device.read, [name])
                if device._fields[name].store:
                    self.assertDenied(device.search, [(name, "!=", False)])
                    self.assertDenied(device.search, [], 0, 1, name)

    def test_agent_sees_nothing_else(self):
        self._load([meters("SN-1", mono=(0, 1000, 800))], **JANUARY)
        charge = self._charge()
        for records in (self.agreement, charge, self.device.xpps_meter_read_ids[:1], self.device.xpps_assignment_ids):
            mine = self._as_agent(records)
            with self.subTest(model=records._name):
                self.assertDenied(mine.read, ["display_name"])
                self.assertDenied(mine.search, [])
        device = self._as_agent(self.device)
        for method, args in (("write", [{"xpps_location": "x"}]), ("unlink", []), ("copy", [])):
            self.assertDenied(getattr(device, method), *args)
        self.assertDenied(device.create, {"name": "SN-9", "product_id": self.printer.id})

    def test_agent_sees_devices_of_the_company_only(self):
        lot = self.env["stock.lot"].create({"name": "SN-LOT", "product_id": self.printer.id})
        company = self._company("XPPS Other Reseller")
        theirs = self.env["stock.lot"].create(
            {"name": "SN-THEIRS", "product_id": self.printer.id, "is_xpps_device": True, "company_id": company.id}
        )
        for hidden in (lot, theirs):
            self.assertDenied(self._as_agent(hidden).read, ["name"])
        lots = self._as_agent(self.env["stock.lot"])
        self.assertEqual(sorted(lots.search([]).mapped("name")), ["SN-1", "SN-2"])
        self.assertEqual(len(lots.name_search("SN-")), 2)
        self.assertEqual(lots.search_count([("name", "=", "SN-LOT")]), 0)

    def test_others_see_what_they_saw(self):
        """A right to stock stays what it is; without one, and without tickets, no lot is seen."""
        lot = self.env["stock.lot"].create({"name": "SN-LOT", "product_id": self.printer.id})
        keeper = self._user("xpps_test_keeper", "stock.group_stock_user", HELPDESK)
        employee = self._user("xpps_test_employee")
        self.assertEqual(lot.with_user(keeper).read(["name", "standard_price"])[0]["name"], "SN-LOT")
        self.assertDenied(self.device.with_user(keeper).read, ["xpps_mono_unit_cost"])
        for records in (lot, self.device):
            self.assertDenied(records.with_user(employee).read, ["name"])
        both = self._user("xpps_test_both", USER, OWN_TICKETS)
        self.assertTrue(self.device.with_user(both).xpps_charge_ids.browse().has_access("read"))

    def test_customer_does_not_see_what_others_printed(self):
        """Portal users may read their tickets, which are about devices that others had before."""
        user = self._user("xpps_test_portal", partner_id=self.customer.id)
        user.group_ids = [Command.set(self.env.ref("base.group_portal").ids)]
        ticket = self._ticket().with_user(user)
        self.assertEqual(ticket.read(["name", "xpps_service_reference"])[0]["name"], "Paper jam")
        for name in (*METRICS, "xpps_invoice_id", "xpps_charge_ids", "xpps_vendor_id"):
            with self.subTest(field=name):
                self.assertNotIn(name, ticket.fields_get())
                self.assertDenied(ticket.read, [name])
                field = ticket._fields[name]
                self.assertTrue(field.store or not field.search, "Odoo asks nobody who searches by it")
                if field.store:
                    self.assertDenied(ticket.search, [(name, "!=", False)])
        self.assertDenied(ticket.write, {"xpps_device_id": False})
        self.assertDenied(ticket.action_xpps_report_to_xerox)
