# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a ticket says of its device, and which device it may be about."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Date
from odoo.tests import Form
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..support.access import USER
from ..support.tickets import HELPDESK, TicketCase


class TestTicket(TicketCase):
    def test_what_the_device_tells(self):
        ticket = self._ticket()
        self.assertEqual(ticket.xpps_subscription_id, self.agreement)
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.commercial_partner_id, self.customer)
        self.assertEqual(ticket.xpps_location, "2nd floor")
        self.assertEqual(ticket.company_id, self.company)

    def test_no_device(self):
        """Tickets about anything else are what they were."""
        ticket = self.env["helpdesk.ticket"].create({"name": "Network", "description": "Slow"})
        self.assertFalse(ticket.xpps_subscription_id or ticket.xpps_location or ticket.partner_id or ticket.xpps_kind)

    def test_kinds(self):
        kinds = self.env["helpdesk.ticket"]._fields["xpps_kind"].selection
        self.assertEqual(
            [label for _key, label in kinds], ["Repair", "Supplies", "Move", "Removal", "Billing Question"]
        )

    # As it was then

    def test_a_later_move_leaves_it(self):
        ticket = self._ticket()
        self._give(self.other)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.device.xpps_subscription_id, self.other)
        self.assertEqual((ticket.xpps_subscription_id, ticket.xpps_location), (self.agreement, "2nd floor"))
        ticket.write({"partner_id": self._partner("Contact", parent_id=self.customer.id).id, "name": "Still jammed"})
        self.assertEqual(ticket.xpps_subscription_id, self.agreement)

    def test_a_move_that_is_planned(self):
        """Until the day of the move the device is where it was, whatever it says itself."""
        self._assign(self.other, Date.add(self.today, days=1), location="Cellar")
        self.assertEqual(self.device.xpps_subscription_id, self.other)
        ticket = self._ticket()
        self.assertEqual(
            (ticket.xpps_subscription_id, ticket.partner_id, ticket.xpps_location),
            (self.agreement, self.customer, "2nd floor"),
        )

    def test_a_move_of_today(self):
        self._assign(self.other, self.today, location="Cellar")
        ticket = self._ticket()
        self.assertEqual((ticket.xpps_subscription_id, ticket.xpps_location), (self.other, "Cellar"))

    def test_removed(self):
        """A device that is gone is whose it was."""
        self.device.xpps_removal_date = Date.subtract(self.today, days=3)
        ticket = self._ticket(partner_id=self.customer.id)
        self.assertEqual(ticket.xpps_subscription_id, self.agreement)

    def test_many_at_once(self):
        """Each ticket of a batch has the agreement of its own device."""
        devices = self.device | self.other_device
        tickets = self.env["helpdesk.ticket"].create(
            [{"name": d.name, "description": "-", "xpps_device_id": d.id} for d in devices for _time in range(2)]
        )
        self.assertEqual(tickets.mapped("xpps_device_id"), devices)
        for ticket in tickets:
            self.assertEqual(ticket.xpps_subscription_id, ticket.xpps_device_id.xpps_subscription_id)

    def test_place_is_corrected(self):
        ticket = self._ticket()
        ticket.xpps_location = "3rd floor"
        self.assertEqual((ticket.xpps_location, self.device.xpps_location), ("3rd floor", "2nd floor"))
        ticket.partner_id = self._partner("Contact", parent_id=self.customer.id)
        self.assertEqual(ticket.xpps_location, "3rd floor")

    def test_place_is_entered_at_once(self):
        """As a form sends it with the device."""
        ticket = self._ticket(xpps_location="3rd floor")
        self.assertEqual((ticket.xpps_location, ticket.xpps_subscription_id), ("3rd floor", self.agreement))
        self.assertEqual((ticket.xpps_customer_id, ticket.partner_id), (self.customer, self.customer))
        self.assertRefused(lambda: self._ticket(self.other_device, partner_id=self.customer.id, xpps_location="x"))
        form = Form(self.env["helpdesk.ticket"])
        form.name, form.description, form.xpps_device_id = "Jam", "-", self.device
        self.assertEqual(form.save().xpps_subscription_id, self.agreement)

    def test_another_device(self):
        ticket = self._ticket()
        ticket.write({"xpps_device_id": self.other_device.id, "partner_id": self.other.partner_id.id})
        self.assertEqual(ticket.xpps_subscription_id, self.other)
        ticket.xpps_device_id = False
        self.assertFalse(ticket.xpps_subscription_id)

    def test_copy(self):
        ticket = self._ticket(xpps_kind="repair", xpps_service_reference="X-1", xpps_reported_on=self.today)
        copy = ticket.copy()
        self.assertEqual((copy.xpps_device_id, copy.xpps_kind), (self.device, "repair"))
        self.assertEqual(copy.xpps_subscription_id, self.agreement)
        self.assertFalse(copy.xpps_service_reference or copy.xpps_reported_on)

    def test_agreement_is_not_entered(self):
        user = self._user("xpps_test_both", HELPDESK, USER)
        ticket = self._ticket()
        mine = ticket.with_user(user)
        for name, record in (("xpps_subscription_id", self.other), ("xpps_customer_id", self.other.partner_id)):
            with self.subTest(field=name), mute_logger("odoo.addons.base.models.ir_model"):
                self.assertRaisesMessage("set manually", mine.write, {name: record.id}, exception=AccessError)

    # Another's device

    def assertRefused(self, function, *args, text="belongs to XPPS Other Customer"):
        self.assertRaisesMessage(text, function, *args, exception=ValidationError)

    def test_another_customers_device_is_refused(self):
        theirs = self.other.partner_id
        ticket = self._ticket()
        self.assertRefused(lambda: self._ticket(self.other_device, partner_id=self.customer.id))
        self.assertRefused(ticket.write, {"xpps_device_id": self.other_device.id})
        self.assertRefused(ticket.copy, {"xpps_device_id": self.other_device.id})
        self.assertRefused(ticket.write, {"partner_id": theirs.id}, text="belongs to XPPS Test Customer")
        form = Form(self.env["helpdesk.ticket"])
        form.name, form.description, form.partner_id = "Jam", "-", self.customer
        form.xpps_device_id = self.other_device
        self.assertRefused(form.save)
        loaded = self.env["helpdesk.ticket"].load(
            ["name", "description", "partner_id/.id", "xpps_device_id/.id"],
            [["Jam", "-", str(self.customer.id), str(self.other_device.id)]],
        )
        self.assertFalse(loaded["ids"])
        self.assertIn("belongs to XPPS Other Customer", loaded["messages"][0]["message"])

    def test_sites_and_contacts(self):
        """A company's contacts ask about the devices of its sites and subsidiaries, and not the other way round."""
        contact = self._partner("Contact", parent_id=self.customer.id)
        branch = self._partner("Branch", parent_id=self.customer.id, is_company=True)
        self.assertEqual(self._ticket(partner_id=contact.id).commercial_partner_id, self.customer)
        self.device.xpps_partner_id = contact
        self.assertTrue(self._ticket(partner_id=self.customer.id))
        self.device.xpps_partner_id = branch
        self.assertTrue(self._ticket(partner_id=self.customer.id))
        self.device.xpps_partner_id = self.customer
        self.assertRefused(lambda: self._ticket(partner_id=branch.id), text="belongs to XPPS Test Customer")

    def test_nobodys_device(self):
        device = self._device(
            "SN-3", xpps_partner_id=False, xpps_subscription_id=False, xpps_subscription_line_id=False
        )
        ticket = self._ticket(device, partner_id=self.customer.id)
        self.assertFalse(ticket.xpps_subscription_id)

    def test_no_device_at_all(self):
        lot = self.env["stock.lot"].create({"name": "LOT-1", "product_id": self.printer.id})
        self.assertRefused(lambda: self._ticket(lot), text="not an XPPS device")

    def test_another_companys_device_is_refused(self):
        here = self.company
        other = self._company("XPPS Other Reseller")
        theirs = self.device.sudo().create(
            {"name": "SN-1", "product_id": self.printer.id, "is_xpps_device": True, "company_id": other.id}
        )
        self.assertRaisesMessage("company", lambda: self._ticket(theirs))
        ticket = self._ticket()
        self.assertRaisesMessage("company", ticket.write, {"xpps_device_id": theirs.id})
        self.assertRaisesMessage("company", ticket.write, {"company_id": other.id})
        self.assertEqual(ticket.company_id, here)
        user = self._user("xpps_test_both", HELPDESK, USER)
        with mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
            for who in (user, self.agent):
                tickets = self.env(user=who, su=False)["helpdesk.ticket"]
                with self.subTest(who=who.login):
                    self.assertRaisesMessage("", lambda t=tickets: self._ticket(theirs, t.env), exception=AccessError)
                    # Nor does a form tell what it is.
                    values = {"name": "Jam", "xpps_device_id": theirs.id}
                    spec = {"xpps_location": {}, "xpps_device_id": {"fields": {"display_name": {}}}}
                    self.assertRaisesMessage(
                        "", tickets.onchange, values, ["xpps_device_id"], spec, exception=AccessError
                    )

    def test_device_with_tickets_is_kept(self):
        device = self._device("SN-3")
        self._ticket(device)
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            device.unlink()

    # Found

    def _found(self, text, domain=None):
        pairs = self.env["stock.lot"].name_search(text, domain or [("is_xpps_device", "=", True)])
        return [name for _id, name in pairs]

    def test_scanned(self):
        """The whole serial number comes first, however it is written; a scanner's Enter takes the first one."""
        for serial in ("SN-10", "0SN-1", "SN-1B"):
            self._device(serial)
        for text in ("SN-1", "sn-1", " SN-1 ", "S N-1"):
            with self.subTest(text=text):
                self.assertEqual(self._found(text)[0], "SN-1")
        self.assertEqual(sorted(self._found("SN-1")), ["0SN-1", "SN-1", "SN-10", "SN-1B"])
        self.assertEqual(self._found("SN-1", [("name", "!=", "SN-1")])[:1], ["0SN-1"])

    def test_found_by_asset_number_and_model(self):
        self.assertEqual(self._found("inv-77"), ["SN-1"])
        self.assertEqual(self._found("test printer"), ["SN-1", "SN-2"])
        self.assertEqual(self._found("nothing of the kind"), [])
        self.env["stock.lot"].create({"name": "LOT-1", "product_id": self.printer.id})
        self.assertEqual(self._found("test printer", [(1, "=", 1)]), ["SN-1", "SN-2"])

    def test_form(self):
        """The form fills in what the device tells, and offers the devices of the contact's company."""
        form = Form(self.env["helpdesk.ticket"])
        form.xpps_device_id = self.device
        self.assertEqual((form.partner_id, form.partner_name), (self.customer, self.customer.name))
        self.assertEqual((form.xpps_subscription_id, form.xpps_location), (self.agreement, "2nd floor"))
        scope = {"company_id": self.company.id, "company_ids": self.company.ids}
        for customer, offered in ((self.customer, "SN-1"), (self.other.partner_id, "SN-2")):
            domain = safe_eval(
                self.env["helpdesk.ticket"].fields_get(["xpps_device_id"])["xpps_device_id"]["domain"],
                {**scope, "commercial_partner_id": customer.id},
            )
            self.assertEqual(self.env["stock.lot"].search(domain).mapped("name"), [offered])
