# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whose records portal users see: all of their customer's, or those of their site where the company says so."""

from ..support.access import Denials
from ..support.invoicing import InvoicingCase
from ..support.portal import Customers
from ..support.usage import UsageCase, meters


class SiteCase(Denials, Customers, UsageCase, InvoicingCase):
    """``device`` stands at the customer itself, SN-2 at the warehouse, SN-3 at the depot below it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls._partner("Warehouse", parent_id=cls.customer.id, type="delivery")
        cls.depot = cls._partner("Depot", parent_id=cls.warehouse.id, type="other")
        cls.second.xpps_partner_id = cls.warehouse
        cls.third = cls._device("SN-3", xpps_partner_id=cls.depot.id)
        cls.site_agreement = cls._agreement(partner_id=cls.warehouse.id)
        cls.foreign = cls._device("SN-4", cls.other)
        people = {
            "owner": cls.customer,
            "clerk": cls._partner("Clerk", parent_id=cls.customer.id),
            "payable": cls._partner("Payable", parent_id=cls.customer.id, type="invoice"),
            "dock": cls.warehouse,
            "worker": cls._partner("Worker", parent_id=cls.warehouse.id),
            "keeper": cls.depot,
            "stranger": cls.other.partner_id,
        }
        cls.people = {name: cls._portal_user(partner, f"xpps_test_{name}") for name, partner in people.items()}

    def _set_up_once(self):
        super()._set_up_once()
        rows = [meters(serial, mono=(0, 1000, 800)) for serial in ("SN-1", "SN-2", "SN-3", "SN-4")]
        self._load(rows)
        charges = self.env["sale.subscription.charge"].search([("company_id", "=", self.company.id)])
        charges.action_approve()
        self.moves = {}
        for partner in (self.customer, self.warehouse):
            agreement = self.agreement if partner == self.customer else self.site_agreement
            agreement.generate_invoice()
            self.moves[partner] = self._moves(agreement)
            self.moves[partner].action_post()
        self.env.flush_all()

    def _seen(self, name, model="stock.lot", of=None):
        self.env.invalidate_all()
        user = self.people[name]
        context = {"allowed_company_ids": user.company_ids.ids}
        records = self.env[model].with_user(user).with_context(context).search([])
        return of(records.sudo()) if of else records.sudo().sorted("name").mapped("name")


class TestSites(SiteCase):
    ALL = ["SN-1", "SN-2", "SN-3"]

    def test_everybody_sees_all(self):
        for name in self.people:
            self.assertEqual(self._seen(name), ["SN-4"] if name == "stranger" else self.ALL, name)

    def test_by_site(self):
        self.company.xpps_portal_by_site = True
        seen = {
            "owner": self.ALL,
            # Persons and invoice addresses of the customer are its own.
            "clerk": self.ALL,
            "payable": self.ALL,
            "dock": ["SN-2", "SN-3"],
            "worker": ["SN-2", "SN-3"],
            "keeper": ["SN-3"],
            "stranger": ["SN-4"],
        }
        for name, serials in seen.items():
            self.assertEqual(self._seen(name), serials, name)
            self.assertEqual(self._seen(name, "xpps.meter.read", lambda r: sorted(r.device_id.mapped("name"))), serials)
            of_assignments = self._seen(name, "xpps.device.assignment", lambda r: sorted(r.device_id.mapped("name")))
            self.assertEqual(of_assignments, serials)
        for record in (self.device, self.agreement, *self.device.xpps_assignment_ids):
            self.assertDenied(record.with_user(self.people["worker"]).read, ["id"])

    def test_agreements_by_site(self):
        def seen(name):
            return self._seen(name, "sale.subscription", lambda found: found)

        both = self.agreement | self.site_agreement
        self.assertEqual((seen("worker"), seen("owner")), (both.sorted("id", True), both.sorted("id", True)))
        self.company.xpps_portal_by_site = True
        self.assertEqual(seen("worker"), self.site_agreement)
        self.assertFalse(seen("keeper"))
        self.assertEqual(seen("clerk"), both.sorted("id", True))

    def test_invoices_by_site(self):
        """Odoo shows the invoices of the customer to all of its contacts, but those with an annex of all devices."""
        plain = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [(0, 0, {"name": "Coffee", "price_unit": 5, "tax_ids": False})],
            }
        )
        plain.action_post()
        ours, theirs = self.moves[self.customer], self.moves[self.warehouse]
        self.assertTrue(ours and theirs)
        # Odoo addresses both to whoever gets the customer's invoices, and delivers both to the warehouse.
        self.assertEqual((ours | theirs).partner_shipping_id, self.warehouse)

        def seen(name):
            return self._seen(name, "account.move", lambda found: found)

        self.assertEqual(seen("worker"), (ours | theirs | plain).sorted("id", True))
        self.company.xpps_portal_by_site = True
        self.env.registry.clear_cache()
        self.assertEqual(set(seen("worker")), set(theirs | plain))
        self.assertEqual(set(seen("owner")), set(ours | theirs | plain))
        self.assertDenied(ours.with_user(self.people["worker"]).read, ["name"])
        self.assertDenied(ours.invoice_line_ids.with_user(self.people["worker"]).read, ["name"])
        self.assertEqual(theirs.invoice_line_ids.with_user(self.people["worker"]).mapped("move_id"), theirs)
        clerk = self._user("xpps_test_billing", "xerox_xpps.group_xpps_billing")
        self.assertTrue((ours | theirs | plain).with_user(clerk).read(["name"]))

    def test_who_moves_sees_the_new_place(self):
        self.company.xpps_portal_by_site = True
        self.assertEqual(self._seen("worker"), ["SN-2", "SN-3"])
        self.people["worker"].partner_id.parent_id = self.depot
        self.assertEqual(self._seen("worker"), ["SN-3"])
        self.depot.type = "contact"
        self.assertEqual(self._seen("worker"), ["SN-2", "SN-3"])

    def test_each_company_decides(self):
        """What one reseller's company says is not another's."""
        company = self._company("XPPS Other Reseller")
        agreement = self._agreement(company_id=company.id, services=self.base.browse())
        lot = self.env["stock.lot"].create(
            {
                "name": "SN-8",
                "product_id": self.printer.id,
                "company_id": company.id,
                "is_xpps_device": True,
                "xpps_partner_id": self.customer.id,
                "xpps_subscription_id": agreement.id,
            }
        )
        worker = self.people["worker"]
        self.assertEqual(self._seen("worker"), self.ALL)
        worker.company_ids |= company
        self.assertEqual(self._seen("worker"), [*self.ALL, "SN-8"])
        self.company.xpps_portal_by_site = True
        self.assertEqual(self._seen("worker"), ["SN-2", "SN-3", "SN-8"])
        company.xpps_portal_by_site = True
        self.assertEqual(self._seen("worker"), ["SN-2", "SN-3"])
        self.assertEqual(lot.company_id, company)

    def test_only_what_was_concluded(self):
        """Drafts, master agreements and other subscriptions are not the customer's to see."""
        self.agreement.stage_id = self.env["sale.subscription.stage"].search([("type", "=", "post")], limit=1)
        draft = self._agreement(running=False)
        master = self._agreement(running=False, is_xpps_master=True)
        plain = self._agreement(is_xpps=False)
        owner = self.people["owner"]
        self.assertEqual(self.agreement.with_user(owner).read(["code"])[0]["code"], self.agreement.code)
        for agreement in (draft, master, plain, self.other):
            self.assertDenied(agreement.with_user(owner).read, ["code"])

    def test_what_the_reseller_notes(self):
        agreement = self.agreement.with_user(self.people["owner"])
        self.agreement.description = "Pays late"
        for name in ("description", "tag_ids", "close_reason_id", "to_renew", "xpps_next_date_reason"):
            self.assertDenied(agreement.read, [name])
            self.assertNotIn(name, agreement.fields_get())
        stored = [
            name
            for name, field in agreement._fields.items()
            if field.store and field.column_type and not field.relational
        ]
        readable = [name for name in stored if agreement._has_field_access(agreement._fields[name], "read")]
        self.assertIn("code", readable)
        self.assertNotIn("Pays late", str(agreement.read(readable)))
        values = {"name": "offer.pdf", "raw": b"Xerox's offer", "res_model": agreement._name, "res_id": agreement.id}
        attachment = self.env["ir.attachment"].create(values)
        theirs = attachment.with_user(self.people["owner"])
        self.assertDenied(theirs.read, ["raw"])
        self.assertFalse(theirs.search([("name", "=", "offer.pdf")]))
        self.assertTrue(attachment.with_user(self._user("xpps_test_xpps", "xerox_xpps.group_xpps_user")).read(["raw"]))
        # Odoo shows who may read a record what programs log on it.
        for record in (self.agreement, self.device):
            self.assertTrue(record.with_user(self.people["owner"]).has_access("read"))
            message = record.message_post(body="Pays late, says Xerox")
            self.assertDenied(message.with_user(self.people["owner"]).read, ["body"])
        self.assertDenied(agreement.write, {"xpps_customer_reference": "Mine"})
        self.assertDenied(self.base_line.with_user(self.people["owner"]).read, ["price_unit"])
