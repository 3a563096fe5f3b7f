# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A customer's form: one button and one tab have all that is its own of XPPS, by the user's rights."""

from lxml import etree

from odoo.tests import Form

from ..support.access import BILLING, USER, Denials
from ..support.common import record
from ..support.importing import FEBRUARY, JANUARY, ImportCase

FOR_BILLING = {"action_open_xpps_files", "action_open_xpps_vendor_report", "action_open_xpps_profitability"}
FOR_ALL = {"action_open_xpps_charges", "action_open_xpps_meter_reads", "action_open_xpps_usage_alerts"}


class TestCustomerForm(Denials, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls._partner("XPPS Test Site", parent_id=cls.customer.id)
        cls.at_site = cls._device("SN-2", xpps_partner_id=cls.site.id)
        cls.stranger = cls._partner("XPPS Test Stranger")
        cls.theirs = cls._device("SN-3", cls._agreement(partner_id=cls.stranger.id))
        cls.clerk = cls._user("xpps_test_clerk", BILLING)
        cls.user = cls._user("xpps_test_user", USER)

    def _arch(self, user):
        view = self.env.ref("base.view_partner_form")
        return etree.fromstring(self.customer.with_user(user).get_view(view.id, "form")["arch"])

    def test_one_button_and_one_tab(self):
        for user, expected in ((self.user, FOR_ALL), (self.clerk, FOR_ALL | FOR_BILLING)):
            arch = self._arch(user)
            buttons = {node.get("name") for node in arch.xpath("//div[@name='button_box']//button")}
            self.assertEqual({name for name in buttons if "xpps" in name}, {"action_open_xpps"})
            (page,) = arch.xpath("//notebook/page[contains(@name, 'xpps')]")
            self.assertEqual({node.get("name") for node in page.iter("button")}, expected)
            fields = {node.get("name") for node in page.iter("field")}
            self.assertLessEqual({"xpps_customer_number", "xpps_invoice_mode", "xpps_reference_required"}, fields)
            outside = arch.xpath("//group//field[contains(@name, 'xpps_')]")
            self.assertFalse([node.get("name") for node in outside if page not in node.iterancestors()])
        arch = self._arch(self._user("xpps_test_salesman", "sales_team.group_sale_salesman"))
        self.assertFalse(arch.xpath("//button[contains(@name, 'xpps')] | //page[contains(@name, 'xpps')]"))

    def test_what_it_shows(self):
        master = self._agreement(running=False, is_xpps_master=True)
        customer, site = self.customer.with_user(self.user), self.site.with_user(self.user)
        self.assertEqual(customer.xpps_agreement_ids, self.agreement.with_user(self.user))
        self.assertNotIn(master.id, customer.xpps_agreement_ids.ids)
        self.assertEqual(set(customer.xpps_fleet_ids.ids), {self.device.id, self.at_site.id})
        self.assertEqual(customer.xpps_fleet_text, "1 agreement · 2 devices")
        self.assertEqual(site.xpps_fleet_text, "0 agreements · 1 device")
        with Form(self.customer.with_user(self.clerk)) as form:
            form.xpps_customer_number = "0721"
        self.assertEqual(self.customer.xpps_customer_number, "0721")

    def test_what_the_button_opens(self):
        action = self.customer.with_user(self.user).action_open_xpps()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self.device | self.at_site)
        fresh = self._partner("XPPS Test Fresh")
        agreement = self._agreement(partner_id=fresh.id)
        action = fresh.with_user(self.user).action_open_xpps()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), agreement)

    def test_links_of_the_tab(self):
        file = self._load([record("SN-2"), record("SN-3", BaseServiceFee=20)], **JANUARY)
        other = self._load([record("SN-3", BaseServiceFee=20)], **FEBRUARY)
        for partner, files in ((self.customer, file), (self.stranger, file | other)):
            partner = partner.with_user(self.clerk)
            action = partner.action_open_xpps_files()
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), files)
        action = self.stranger.with_user(self.clerk).action_open_xpps_vendor_report()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.mapped("device_id"), self.theirs)
        for method in sorted(FOR_BILLING):
            self.assertDenied(getattr(self.customer.with_user(self.user), method))
