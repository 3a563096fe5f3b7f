# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a ticket shows of its device, what devices, agreements and customers count, and what a long list costs."""

from lxml import etree

from odoo.tests import Form

from ..support.access import USER
from ..support.tickets import OWN_TICKETS, TicketCase

#: Queries of a list of tickets, however long it is.
MOST_QUERIES = 12


class TestTicketMetrics(TicketCase):
    def test_usage(self):
        self.device.xpps_install_date = "2025-12-01"
        self._print_two_months()
        ticket = self._ticket()
        rows = [
            tuple(row[name] for name in ("label", "last_read", "read_date", "included", "overage"))
            for row in ticket.xpps_usage["rows"]
        ]
        self.assertEqual(
            rows,
            [
                ("Mono", 2500, "02/28/2026", 2000, 0),
                ("Color", 151, "02/28/2026", 0, 51),
                ("All", None, None, 2000, 51),
            ],
        )
        self.assertEqual(ticket.xpps_usage["month"], "Feb 2026")
        self.assertEqual(ticket.xpps_usage_chart, self.device.xpps_usage_chart)
        self.assertEqual(self._usage(ticket)[2], {"Mono": [1000, 1500], "Color": [100, 51]})
        self.assertEqual(
            (ticket.xpps_serial, ticket.xpps_product_id, ticket.xpps_asset_number), ("SN-1", self.printer, "INV-77")
        )
        contact = self._partner("Reception", parent_id=self.customer.id)
        self.device.write({"xpps_contact_id": contact.id, "xpps_ip_address": "10.0.0.9"})
        ticket.invalidate_recordset()
        self.assertEqual((ticket.xpps_device_contact_id, ticket.xpps_ip_address), (contact, "10.0.0.9"))
        self.assertEqual(ticket.xpps_install_date, self.day("2025-12-01"))
        self.assertEqual(ticket.xpps_last_read_date, self.day("2026-02-28"))

    def test_nothing_read(self):
        self.assertEqual(self._ticket().xpps_usage["rows"], [])
        ticket = self.env["helpdesk.ticket"].create({"name": "Network", "description": "Slow"})
        self.assertFalse(ticket.xpps_usage or ticket.xpps_usage_chart or ticket.xpps_other_ticket_ids)

    def test_other_open_tickets(self):
        first, second, closed, _apart = (
            self._ticket(name="First"),
            self._ticket(name="Second"),
            self._ticket(name="Closed", stage_id=self.done.id),
            self._ticket(self.other_device),
        )
        self.assertEqual(first.xpps_other_ticket_ids, second)
        self.assertEqual(closed.xpps_other_ticket_ids, first | second)
        form = Form(first)
        form.xpps_device_id = self.env["stock.lot"]
        self.assertFalse(form.xpps_other_ticket_ids[:])

    def test_counts(self):
        self._ticket()
        self._ticket(stage_id=self.done.id)
        self._ticket(self.other_device)
        self._ticket(active=False)
        both = self.device | self.other_device
        self.assertEqual(both.mapped("xpps_ticket_count"), [2, 1])
        self.assertEqual(both.mapped("xpps_open_ticket_count"), [1, 1])
        self.assertEqual((self.agreement | self.other).mapped("xpps_ticket_count"), [2, 1])
        # The customer's button is helpdesk_mgmt's.
        self.assertEqual(self.customer.helpdesk_ticket_count_string, "1 / 2")
        for records, count in ((self.device, 2), (self.agreement, 2), (self.other, 1)):
            action = records.action_open_xpps_tickets()
            self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), count)

    def test_counts_are_those_that_the_user_sees(self):
        own = self._user("xpps_test_own", OWN_TICKETS, USER)
        self._ticket()
        self._ticket(user_id=own.id)
        self.env.flush_all()
        self.env.invalidate_all()
        mine = self.device.with_user(own)
        self.assertEqual((mine.xpps_ticket_count, mine.xpps_open_ticket_count), (1, 1))
        self.assertEqual(self.agreement.with_user(own).xpps_ticket_count, 1)

    def test_column_and_buttons(self):
        """Who handles tickets has them, others do not."""
        user = self._user("xpps_test_user", USER)
        handler = self._user("xpps_test_both", USER, OWN_TICKETS)
        for view_type, xmlid, model, name in (
            ("list", "xerox_xpps.view_xpps_device_list", "stock.lot", "xpps_open_ticket_count"),
            ("form", "xerox_xpps.view_xpps_device_form", "stock.lot", "action_open_xpps_tickets"),
            ("form", "xerox_xpps.view_xpps_device_form", "stock.lot", "action_xpps_new_ticket"),
            ("form", "subscription_oca.sale_subscription_form", "sale.subscription", "action_open_xpps_tickets"),
        ):
            for who, has_it in ((handler, True), (user, False)):
                with self.subTest(view=xmlid, name=name, who=who.login):
                    arch = self.env[model].with_user(who).get_view(self.env.ref(xmlid).id, view_type)["arch"]
                    self.assertEqual(f'name="{name}"' in arch, has_it)

    def test_queries_of_a_long_list(self):
        agreements = [self.agreement, self.other, self._agreement(), self._agreement(partner_id=self.customer.id)]
        devices = [self._device(f"T-{number}", agreements[number % 4]) for number in range(40)]
        # What is not read is not written: messages and followers take most of the time.
        self.env["helpdesk.ticket"].with_context(tracking_disable=True).create(
            [
                {
                    "name": f"Ticket {number}",
                    "description": "-",
                    "xpps_device_id": devices[number % 40].id,
                    "xpps_kind": "repair",
                    "user_id": (self.agent if number % 2 else self.env.user).id,
                }
                for number in range(1000)
            ]
        )
        arch = self.env["helpdesk.ticket"].get_view(self.env.ref("helpdesk_mgmt.ticket_view_tree").id, "list")["arch"]
        names = [node.get("name") for node in etree.fromstring(arch).iter("field")]
        self.assertIn("xpps_device_id", names)
        tickets = self.env["helpdesk.ticket"]
        specification = {
            name: {"fields": {"display_name": {}}} if tickets._fields[name].relational else {} for name in names
        }
        for who in (self.env.user, self.agent):
            mine = tickets.with_user(who)
            mine.web_search_read([], specification, limit=1)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            found = mine.web_search_read([("company_id", "=", self.company.id)], specification, limit=2000)
            queries = self.cr.sql_log_count - before
            self.assertEqual(len(found["records"]), 1000)
            self.assertLessEqual(queries, MOST_QUERIES, who.login)
