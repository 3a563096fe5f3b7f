# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A branch bills with its parent's chart of accounts, taxes, products and material codes; its devices are its own."""

from odoo import Command

from ..support.access import BILLING
from ..support.common import XppsCase, record


class TestBranch(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parent = cls.company
        cls.tax = cls.env["account.tax"].create({"name": "Parent's", "amount": 10, "company_id": cls.parent.id})
        (cls.base + cls.mono).taxes_id = cls.tax
        (cls.base + cls.mono + cls.color + cls.printer).company_id = cls.parent
        cls.parent.write({"child_ids": [Command.create({"name": "XPPS Branch", "currency_id": cls.usd.id})]})
        cls.branch = cls.parent.child_ids
        cls.env.user.company_ids |= cls.branch
        cls.in_branch = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.branch.ids))

    def test_import_and_invoice(self):
        parents = self.device
        type(self).env, parent_env = self.in_branch, self.env
        try:
            self.env = self.in_branch
            pricelist = self._pricelist("Branch Prices")
            agreement = self._agreement(company_id=self.branch.id, pricelist_id=pricelist.id)
            # Also when somebody of the parent company touches the line.
            line = agreement.with_env(parent_env).sale_subscription_line_ids
            line.product_id = line.product_id
            self.assertEqual(line.tax_ids, self.tax)
            device = self._device("SN-1", agreement)
            file = self._import([record("SN-1", mono=(100, "0.004"))], company=self.branch)
        finally:
            type(self).env = parent_env
            self.env = parent_env
        charge = file.charge_ids
        self.assertEqual((charge.device_id, charge.company_id, charge.product_id), (device, self.branch, self.mono))
        self.assertFalse(parents.xpps_charge_ids)
        charge.action_approve()
        move = agreement.with_env(parent_env).create_invoice()
        self.assertEqual(move.company_id, self.branch)
        self.assertEqual((move.amount_untaxed, move.amount_tax), (31, 3.1))
        self.assertEqual(self._product_lines(move).tax_ids, self.tax)
        move.action_post()
        self.assertEqual(move.state, "posted")

    def test_parents_file_leaves_the_branch_alone(self):
        """The same serial number in both companies: each file bills its own company's device."""
        self.env, parent_env = self.in_branch, self.env
        type(self).env = self.in_branch
        try:
            agreement = self._agreement(company_id=self.branch.id, pricelist_id=self._pricelist("Branch Prices").id)
            device = self._device("SN-1", agreement)
        finally:
            self.env = type(self).env = parent_env
        charge = self._bill([record("SN-1", mono=(100, "0.004"))])
        self.assertEqual((charge.company_id, charge.device_id), (self.parent, self.device))
        self.assertFalse(device.xpps_charge_ids)

    def test_vendor_bill(self):
        """Who Xerox is, and how its bills are booked, the parent says."""
        self.parent.xpps_vendor_id = self._partner("Xerox Corporation", company_id=self.parent.id)
        self.tax.type_tax_use = "purchase"
        account = self.env["account.account"].create({"name": "Pages", "code": "XPPS1", "account_type": "expense"})
        setting = {"component": "mono", "account_id": account.id, "tax_ids": self.tax.ids}
        self.env["xpps.component.account"].create(setting)
        clerk = self._user("xpps_test_branch", BILLING, company=self.branch)
        self.env, parent_env = self.in_branch, self.env
        type(self).env = self.in_branch
        try:
            agreement = self._agreement(company_id=self.branch.id, pricelist_id=self._pricelist("Branch Prices").id)
            self._device("SN-1", agreement)
            file = self._import([record("SN-1", mono=(1000, "0.004"))], company=self.branch)
        finally:
            self.env = type(self).env = parent_env
        file = file.with_user(clerk).with_context(allowed_company_ids=self.branch.ids)
        file.action_create_vendor_bill()
        line = file.vendor_bill_id.invoice_line_ids
        self.assertEqual((file.vendor_bill_id.company_id.id, line.price_subtotal), (self.branch.id, 4))
        self.assertEqual((line.account_id.id, line.tax_ids.ids), (account.id, self.tax.ids))
        self.assertEqual(file.vendor_bill_component_ids.mapped("difference"), [0] * 8)
        file.vendor_bill_id.action_post()
        self.assertEqual(file.vendor_bill_state, "equal")
