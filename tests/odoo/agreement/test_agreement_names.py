# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How agreements are called where they are chosen, and by what they are found."""

from ..support.access import BILLING, USER
from ..support.common import XppsCase


class TestAgreementNames(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.school = cls._partner("Bright School District")
        cls.agreement.write({"code": "SUB00003", "partner_id": cls.school.id, "xpps_agreement_number": "PC-2025-10"})
        cls.other = cls._agreement(code="SUB00030", xpps_agreement_number="PC-2025-20")
        cls.foreign = cls._agreement(running=False, is_xpps=False, code="SUB00300", partner_id=cls.school.id)

    def _found(self, name, operator="ilike", user=None):
        subscriptions = self.env["sale.subscription"].with_user(user or self.env.user)
        ours = [("id", "in", (self.agreement | self.other | self.foreign).ids)]
        return dict(subscriptions.name_search(name, ours, operator))

    def test_number_and_customer(self):
        self.assertEqual(self.agreement.display_name, "SUB00003 · Bright School District")
        self.agreement.code = False
        self.assertEqual(
            self.agreement.display_name, "XT · Bright School District", "Without a number, upstream's name"
        )
        self.school.name = "Brighter School"
        self.assertEqual(self.agreement.display_name, "XT · Brighter School")
        contact = self._partner("Hall", parent_id=self.school.id)
        self.other.partner_id = contact
        self.assertEqual(self.other.display_name, "SUB00030 · Brighter School, Hall")

    def test_number_alone(self):
        """Lists that have the customer, too, do not say it twice."""
        listed = self.agreement.with_context(xpps_number_only=True)
        self.assertEqual(listed.display_name, "SUB00003")
        self.assertEqual(self.agreement.display_name, "SUB00003 · Bright School District")
        self.assertEqual(self.foreign.with_context(xpps_number_only=True).display_name, self.foreign.display_name)
        charge = self._charge()
        specification = {"subscription_id": {"fields": {"display_name": {}}, "context": {"xpps_number_only": True}}}
        self.assertEqual(charge.web_read(specification)[0]["subscription_id"]["display_name"], "SUB00003")

    def test_other_subscriptions_keep_their_names(self):
        self.assertEqual(self.foreign.display_name, self.foreign.name)
        self.assertNotIn(self.foreign.id, self._found("bright"))
        self.assertIn(self.foreign.id, self._found("sub00300"))
        self.foreign.is_xpps = True
        self.assertEqual(self.foreign.display_name, "SUB00300 · Bright School District")

    def test_found_by_number_and_customer(self):
        ours, other, foreign = self.agreement.id, self.other.id, self.foreign.id
        for text, expected in (
            ("bright", {ours}),
            ("SUB00003", {ours}),
            ("sub0003", {other}),
            ("sub0000", {ours}),
            ("SUB", {ours, other, foreign}),
            ("XT/SUB00003", {ours}),
            ("PC-2025", {ours, other}),
            ("pc-2025-20", {other}),
            ("SUB00003 · Bright School District", {ours}),
            ("sub00003 · bri", {ours}),
            ("SUB00030 · Bright", set()),
            (" · ", {ours, other}),
            ("", {ours, other, foreign}),
            ("nobody", set()),
        ):
            with self.subTest(text=text):
                self.assertEqual(set(self._found(text)), expected)
        self.assertEqual(self._found("bright"), {ours: "SUB00003 · Bright School District"})

    def test_exactly(self):
        """As an import of what was exported looks for it."""
        for text, expected in (
            ("SUB00003 · Bright School District", {self.agreement.id}),
            ("SUB00003", {self.agreement.id}),
            ("XT/SUB00003", {self.agreement.id}),
            ("XT/SUB00300", {self.foreign.id}),
            ("SUB00003 · Bright", set()),
            ("Bright School District", set()),
            ("", set()),
        ):
            with self.subTest(text=text):
                self.assertEqual(set(self._found(text, "=")), expected)
        loaded = self.env["stock.lot"].load(
            ["name", "product_id", "is_xpps_device", "xpps_subscription_id"],
            [["SN-7", self.printer.display_name, "1", "SUB00003 · Bright School District"]],
        )
        self.assertFalse(loaded["messages"])
        self.assertEqual(self.env["stock.lot"].browse(loaded["ids"]).xpps_subscription_id, self.agreement)

    def test_what_is_not_called_so(self):
        """The negation finds just the others."""
        everything = {self.agreement.id, self.other.id, self.foreign.id}
        for text in ("bright", "SUB0000", "PC-2025", "XT/SUB00300", "SUB00003 · Bright School District"):
            for operator, negation in (("ilike", "not ilike"), ("=", "!=")):
                with self.subTest(text=text, operator=operator):
                    found, others = (
                        set(self.env["sale.subscription"].search([("display_name", name, text)]).ids) & everything
                        for name in (operator, negation)
                    )
                    self.assertEqual(others, everything - found)

    def test_devices_find_theirs_by_it(self):
        devices = self.env["stock.lot"].search([("xpps_subscription_id", "ilike", "bright")])
        self.assertEqual(devices, self.device)

    def test_every_user_reads_it(self):
        salesman = self._user("xpps_names_sales", "sales_team.group_sale_salesman_all_leads")
        for user in (self._user("xpps_names_user", USER), self._user("xpps_names_billing", BILLING), salesman):
            with self.subTest(user=user.login):
                self.assertEqual(set(self._found("bright", user=user)), {self.agreement.id})
                self.assertIn("Bright School District", self.agreement.with_user(user).display_name)

    def test_a_new_one(self):
        values = {"is_xpps": True, "code": "SUB7", "partner_id": self.school.id}
        self.assertEqual(self.env["sale.subscription"].new(values).display_name, "SUB7 · Bright School District")
        self.assertEqual(self.env["sale.subscription"].new(values | {"partner_id": False}).display_name, "SUB7")
