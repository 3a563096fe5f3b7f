# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A run says before it sends to whom it cannot: customers who get e-mails and have no address."""

from ..support.access import BILLING
from ..support.billing_runs import BillingRunCase


class TestAddresses(BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.subscription"].search([]).is_paused = True
        cls.partners = [
            cls._partner("Reached"),
            cls._partner("Not Reached", email=False),
            cls._partner("By Hand", email=False),
            cls._partner("Blank", email=""),
        ]
        cls.partners[2].with_company(cls.company).invoice_sending_method = "manual"
        # What another company agreed with the customer does not count here.
        other = cls._company("XPPS Other Reseller")
        cls.partners[1].with_company(other).invoice_sending_method = "manual"

    def _billed(self):
        for partner in self.partners:
            self._contract("draft", self.coffee, partner_id=partner.id)
        run = self._run(user=self._user("xpps_addresses_clerk", BILLING))
        self.assertEqual((run.no_address_count, run.no_address_text[0]), (0, "0"))
        run.action_create_drafts()
        return run

    def test_counted_before_sending(self):
        run = self._billed()
        self.assertEqual(run.no_address_count, 2)
        self.assertEqual(run.no_address_text, "2 customers who get invoices by e-mail have no e-mail address.")
        action = run.action_open_no_address()
        self.assertEqual(self.env["res.partner"].search(action["domain"]), self.partners[1] | self.partners[3])
        self.partners[3].email = "blank@example.com"
        run.invalidate_recordset()
        self.assertEqual(run.no_address_text, "1 customer who gets invoices by e-mail has no e-mail address.")
        run.action_post()
        self.assertEqual(run.no_address_count, 1)

    def test_an_address_of_the_invoice(self):
        """It is the one that the invoice goes to, whosesoever it is."""
        contact = self._partner("Accounts Payable", parent_id=self.partners[1].id, type="invoice")
        self.partners[1].child_ids |= contact
        run = self._billed()
        move = run.move_ids.filtered(lambda move: move.commercial_partner_id == self.partners[1])
        self.assertEqual(move.partner_id, contact)
        self.assertEqual(run.no_address_count, 1)
