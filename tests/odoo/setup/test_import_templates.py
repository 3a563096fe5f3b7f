# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The workbooks that *Import records* offers, imported as the web client does: headings map by themselves."""

import io

import openpyxl
from import_templates import CARD, CUSTOMER, NUMBER, OTHER, OTHER_NUMBER, TEMPLATES, workbook

from odoo.tools import mute_logger
from odoo.tools.misc import file_open
from odoo.tools.safe_eval import safe_eval

from ..support.access import BILLING, MANAGER, USER
from ..support.common import XppsCase

MODELS = {
    "xpps_customers": ("res.partner", "action_xpps_customer"),
    "xpps_agreements": ("sale.subscription", "action_xpps_agreement"),
    "xpps_devices": ("stock.lot", "action_xpps_device"),
    "xpps_click_prices": ("sale.subscription.charge.default", "action_sale_subscription_charge_default"),
    "xpps_rates": ("xpps.rate.card.line", "action_xpps_rate_card_line"),
}
#: What the client sends unless somebody chooses otherwise.
OPTIONS = {
    "advanced": True,
    "date_format": "",
    "datetime_format": "",
    "encoding": "",
    "fallback_values": {},
    "float_decimal_separator": ".",
    "float_thousand_separator": ",",
    "has_headers": True,
    "import_set_empty_fields": [],
    "import_skip_records": [],
    "keep_matches": False,
    "limit": 2000,
    "name_create_enabled_fields": {},
    "quoting": '"',
    "separator": "",
    "sheet": "",
    "sheets": [],
    "skip": 0,
    "tracking_disable": True,
}


class ImportTemplateCase(XppsCase):
    """A reseller with the products that the templates name, and no customer of theirs yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_test_clerk", BILLING)
        cls.model = cls._printer("Xerox VersaLink C405")
        cls.price = cls._service("Monthly base price", "base_price", 55)
        cls.fee = cls._service("Base service fee", "base_service", 33)
        cls.supply = cls._service("Base supply fee", "base_supply", 11)
        cls.mono.name, cls.color.name = "Mono pages", "Color pages"
        cls.template.name = "Monthly, draft invoices"
        # The sequence of numbers belongs to the first company.
        cls.agreement.code = "SUB-77"

    def _context(self, name):
        action = self.env.ref(f"xerox_xpps.{MODELS[name][1]}")
        context = safe_eval(action.context or "{}")
        return {key: value for key, value in context.items() if not key.startswith("search_default")}

    def _load_template(self, name, data=None, user=None, fields=None):
        """:return: what the import says, and the records that it made"""
        if data is None:
            with file_open(f"xerox_xpps/static/xls/{name}.xlsx", "rb") as template:
                data = template.read()
        model = MODELS[name][0]
        imports = self.env(user=user or self.clerk)["base_import.import"]
        values = {"res_model": model, "file": data, "file_name": f"{name}.xlsx"}
        values["file_type"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        wizard = imports.create(values)
        preview = wizard.parse_preview(dict(OPTIONS))
        self.assertNotIn("error", preview)
        matches = preview["matches"] or {}
        self.mapped = ["/".join(matches[at]) if at in matches else False for at in range(len(preview["headers"]))]
        wizard = wizard.with_context(**self._context(name), tracking_disable=True)
        titles = [title.lower() for title in preview["headers"]]
        with mute_logger("odoo.models", "odoo.sql_db", "odoo.addons.base.models.ir_model"):
            result = wizard.execute_import(fields or self.mapped, titles, OPTIONS | preview["options"])
        return result, self.env[model].browse(result["ids"] or [])

    def _imported(self, name, *rows, columns=None, **kwargs):
        """Import rows of one's own. :return: the records"""
        data = workbook([(heading, "") for heading in columns], rows) if columns else None
        result, records = self._load_template(name, data, **kwargs)
        self.assertEqual(result["messages"], [])
        return records

    def _refused(self, name, columns, *rows, **kwargs):
        """:return: why rows of one's own are not imported"""
        data = workbook([(heading, "") for heading in columns], rows)
        result, _records = self._load_template(name, data, **kwargs)
        self.assertFalse(result["ids"])
        return "\n".join(message["message"] for message in result["messages"])


class TestTemplates(ImportTemplateCase):
    def test_from_nothing_to_prices(self):
        """Each of them names what the one before it brought."""
        customers = self._imported("xpps_customers")
        self.assertNotIn(False, self.mapped)
        self.assertEqual(customers.mapped("name"), [CUSTOMER, OTHER])
        self.assertEqual(customers.mapped("xpps_customer_number"), ["0010045", "0010046"])
        self.assertEqual(set(customers.mapped("is_company")), {True})
        self.assertEqual((customers[0].zip, customers[0].state_id.code), ("04101", "ME"))
        seen = self.env["res.partner"].search(safe_eval(self.env.ref("xerox_xpps.action_xpps_customer").domain))
        self.assertLessEqual(customers, seen)

        agreements = self._imported("xpps_agreements")
        self.assertNotIn(False, self.mapped)
        self.assertEqual(agreements.partner_id, customers)
        self.assertEqual(agreements.mapped("xpps_agreement_number"), [NUMBER, OTHER_NUMBER])
        self.assertEqual(set(agreements.mapped("is_xpps")), {True})
        self.assertEqual(agreements.company_id, self.company)
        self.assertEqual(set(agreements.mapped("stage_type")), {"draft"})
        self.assertEqual(set(agreements.mapped("date_start")), {self.day("2026-01-01")})
        self.assertEqual(set(agreements.mapped("recurring_next_date")), {self.day("2026-02-01")})
        self.assertEqual(agreements.template_id.invoicing_mode, "draft")
        self.assertEqual(agreements.pricelist_id.currency_id, self.company.currency_id)
        lines = agreements.sale_subscription_line_ids
        self.assertEqual(
            [(line.sale_subscription_id, line.product_id, line.price_unit) for line in lines.sorted("id")],
            [
                (agreements[0], self.price, 49.9),
                (agreements[1], self.fee, 30),
                # The price of the pricelist, which is not 0.
                (agreements[1], self.supply, 11),
            ],
        )
        self.assertEqual(set(lines.mapped("xpps_qty_from_devices")), {True})

        for agreement in agreements:
            agreement.action_start_subscription()
        self.assertEqual(set(agreements.mapped("date_start")), {self.day("2026-01-01")})

        devices = self._imported("xpps_devices")
        self.assertNotIn(False, self.mapped)
        self.assertEqual(devices.mapped("name"), ["3TX100001", "3TX100002"])
        self.assertEqual(set(devices.mapped("is_xpps_device")), {True})
        self.assertEqual((devices.product_id, devices.company_id), (self.model, self.company))
        self.assertEqual([device.xpps_partner_id for device in devices], list(customers))
        self.assertEqual([device.xpps_subscription_id for device in devices], list(agreements))
        services = [device.xpps_subscription_line_id.product_id for device in devices]
        self.assertEqual(services, [self.price, self.fee])
        installed = [self.day("2026-01-15"), self.day("2026-01-01")]
        self.assertEqual(devices.mapped("xpps_install_date"), installed)
        self.assertEqual(devices.xpps_assignment_ids.mapped("date_from"), installed)
        self.assertEqual((devices[0].xpps_location, devices[0].xpps_asset_number), ("Main office", "A-1001"))
        self.assertEqual(set(lines.mapped("product_uom_qty")), {1})

        prices = self._imported("xpps_click_prices")
        self.assertNotIn(False, self.mapped)
        self.assertEqual(
            [(price.subscription_id, price.product_id, price.unit_price) for price in prices],
            [
                (agreements[0], self.mono, 0.0085),
                (agreements[0], self.color, 0.065),
                (agreements[1], self.mono, 0.009),
            ],
        )
        self.assertEqual(set(prices.mapped("billable")), {True})

        manager = self._user("xpps_test_manager", MANAGER)
        card = self.env["xpps.rate.card"].create({"name": CARD})
        rates = self._imported("xpps_rates", user=manager)
        self.assertNotIn(False, self.mapped)
        self.assertEqual(card.line_ids, rates)
        model = self.model.product_tmpl_id.display_name
        self.assertEqual(
            [(rate.item, rate.component, rate.measure, rate.unit_cost, rate.included) for rate in rates.sorted("id")],
            [
                (model, "base_service", "unit_cost", 11.4, 0),
                (model, "mono", "unit_cost", 0.0068, 0),
                (model, "mono", "included", 0, 1500),
                (agreements[1].display_name, "mono", "unit_cost", 0.0065, 0),
                ("3TX100001", "mono", "unit_cost", 0.0062, 0),
            ],
        )

    def test_as_the_generator_writes_them(self):
        for name, (columns, rows) in TEMPLATES.items():
            with file_open(f"xerox_xpps/static/xls/{name}.xlsx", "rb") as kept:
                sheets = [
                    [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]
                    for data in (kept.read(), workbook(columns, rows))
                ]
            self.assertEqual(*sheets, f"{name}: run setup/lib/import_templates.py")

    def test_what_they_name_is_there_after_installation(self):
        _columns, rows = TEMPLATES["xpps_agreements"]
        templates, pricelists = self.env["sale.subscription.template"], self.env["product.pricelist"]
        templates.search([]).write({"name": "XPPS Test", "recurring_rule_type": "years"})
        self.env["res.company"]._xpps_start_templates()
        self.assertTrue(templates.name_search(rows[0][2], operator="="))
        self.assertTrue(pricelists.with_user(self.clerk).name_search(rows[0][3], operator="="))

    def test_offered_where_they_belong(self):
        def offered(model, user=self.clerk, **context):
            templates = self.env[model].with_user(user).with_context(**context).get_import_templates()
            return [template["template"].rpartition("/")[2] for template in templates]

        for name, (model, _action) in MODELS.items():
            self.assertIn(f"{name}.xlsx", offered(model, **self._context(name)))
        self.assertEqual(offered("res.partner"), ["contacts_import_template.xlsx", "xpps_customers.xlsx"])
        employee = self._user("xpps_test_employee")
        self.assertEqual(offered("res.partner", employee), ["contacts_import_template.xlsx"])
        self.assertEqual(offered("stock.lot"), [])
        self.assertEqual(offered("sale.subscription"), [])
        self.assertEqual(offered("sale.subscription", default_is_xpps=True, default_is_xpps_master=True), [])


class TestAgreements(ImportTemplateCase):
    def _agreements(self, columns, *rows):
        columns = ["Customer", "Subscription Template", *columns]
        rows = [(self.customer.name, self.template.name, *row) for row in rows]
        return self._imported("xpps_agreements", *rows, columns=columns)

    def test_what_is_not_stated_is_as_in_a_form(self):
        own = self._pricelist("Their prices", mono=0.02)
        self.customer.property_product_pricelist = own
        columns = ["Pricelist", "Start Date", "Next Invoice Date", "Base Price", "Unit Price"]
        (agreement,) = self._agreements(columns, ("", self.day("2026-03-15"), "", "Monthly base price", ""))
        self.assertEqual((agreement.pricelist_id, agreement.stage_type), (own, "draft"))
        self.assertEqual(agreement.recurring_next_date, self.day("2026-03-15"))
        line = agreement.sale_subscription_line_ids
        self.assertEqual((line.price_unit, line.product_uom_qty, line.xpps_qty_from_devices), (55, 1, False))

    def test_a_price_of_0_is_one(self):
        (agreement,) = self._agreements(["Base Price", "Unit Price"], ("Monthly base price", 0))
        self.assertEqual(agreement.sale_subscription_line_ids.price_unit, 0)
        self.assertEqual((agreement.stage_type, bool(agreement.date_start)), ("draft", True))

    def test_without_services(self):
        columns = ["Base Price", "By Devices", "Description"]
        first, second = self._agreements(columns, ("", "", "Later"), ("Monthly base price", "No", ""))
        self.assertEqual((first.description, len(first.sale_subscription_line_ids)), ("Later", 0))
        self.assertFalse(second.sale_subscription_line_ids.xpps_qty_from_devices)

    def test_other_columns_of_the_lines(self):
        columns = ["Base Price", "Sale Subscription Line/Quantity", "Sale Subscription Line/Discount (%)"]
        (agreement,) = self._agreements(columns, ("Monthly base price", 3, 10))
        line = agreement.sale_subscription_line_ids
        self.assertEqual((line.product_uom_qty, line.discount, line.price_subtotal), (3, 10, 148.5))

    def test_other_subscriptions_are_upstreams(self):
        """Outside of XPPS an empty cell says what it always did."""
        data = workbook(
            [(title, "") for title in ("Partner", "Subscription Template", "Pricelist", "Base Price", "Unit Price")],
            [(self.customer.name, self.template.name, self.pricelist.name, "Monthly base price", "")],
        )
        self._context = lambda name: {}
        result, subscription = self._load_template("xpps_agreements", data, user=self.env.user)
        self.assertEqual((result["messages"], subscription.is_xpps), ([], False))
        self.assertEqual(subscription.sale_subscription_line_ids.price_unit, 0)

    def test_unknown_customer(self):
        columns = ["Customer", "Subscription Template"]
        self.assertIn("Nobody Inc.", self._refused("xpps_agreements", columns, ("Nobody Inc.", self.template.name)))

    def test_what_only_the_program_says(self):
        """It has no field to map to, and is refused from whoever maps it."""
        columns = ["Customer", "Subscription Template", "Closed On"]
        row = (self.customer.name, self.template.name, self.day("2026-01-01"))
        fields = ["partner_id", "template_id", "xpps_closed_on"]
        message = self._refused("xpps_agreements", columns, row, fields=fields)
        self.assertFalse(self.mapped[2])
        self.assertIn("cannot be set manually", message)


class TestDevices(ImportTemplateCase):
    columns = ("Serial Number", "Printer Model", "Agreement")

    def _row(self, serial, agreement=None):
        return (serial, self.model.name, (agreement or self.agreement).code)

    def test_serial_numbers_of_digits(self):
        devices = self._imported("xpps_devices", self._row("3512345678"), self._row("0012"), columns=self.columns)
        self.assertEqual(devices.mapped("name"), ["3512345678", "0012"])
        self.assertEqual(devices.xpps_subscription_line_id, self.base_line)
        self.assertEqual(set(devices.mapped("xpps_install_date")), {self.day("2025-01-01")})

    def test_which_service_nobody_knows(self):
        unclear = self._agreement(self.fee | self._service("Another fee", "base_service"), code="SUB-78")
        devices = self._imported("xpps_devices", self._row("A1", unclear), columns=self.columns)
        self.assertEqual((devices.xpps_subscription_id, devices.xpps_partner_id), (unclear, self.customer))
        self.assertFalse(devices.xpps_subscription_line_id)

    def test_without_an_agreement(self):
        columns = ("Serial Number", "Printer Model", "Customer")
        devices = self._imported("xpps_devices", ("A1", self.model.name, self.customer.name), columns=columns)
        self.assertEqual((devices.xpps_partner_id, devices.xpps_install_date), (self.customer, False))
        self.assertFalse(devices.xpps_subscription_id)

    def test_an_agreement_is_called_as_the_screens_do(self):
        names = (self.agreement.code, self.agreement.display_name)
        rows = [(f"A{number}", self.model.name, name) for number, name in enumerate(names)]
        devices = self._imported("xpps_devices", *rows, columns=self.columns)
        self.assertEqual(devices.xpps_subscription_id, self.agreement)

    def test_a_device_twice(self):
        message = self._refused("xpps_devices", self.columns, self._row("SN-1"))
        self.assertIn("already exists in this company", message)

    def test_an_agreement_of_another_company(self):
        other = self._company("XPPS Other Reseller")
        customer = self._partner("Foreign", company_id=other.id)
        pricelist = self._pricelist("Foreign").sudo()
        pricelist.company_id = False
        foreign = self._agreement(
            [], False, company_id=other.id, partner_id=customer.id, pricelist_id=pricelist.id, code="SUB-FOREIGN"
        )
        message = self._refused("xpps_devices", self.columns, self._row("A1", foreign))
        self.assertIn("No matching record found for name 'SUB-FOREIGN'", message)

    def test_rights(self):
        """Who sees devices and prices imports neither."""
        user = self._user("xpps_test_reader", USER)
        self.assertTrue(self._refused("xpps_devices", self.columns, self._row("A1"), user=user))
        columns = ("Agreement", "Material Code", "Unit Price")
        row = (self.agreement.code, self.mono.name, 0.02)
        self.assertTrue(self._refused("xpps_click_prices", columns, row, user=user))
        self.assertFalse(self.env["stock.lot"].search([("name", "=", "A1")]))

    def test_who_handles_stock_says_nothing_of_agreements(self):
        user = self._user("xpps_test_stock", "stock.group_stock_user", USER)
        fields = ["name", "product_id", "xpps_subscription_id"]
        message = self._refused("xpps_devices", self.columns, self._row("A1"), user=user, fields=fields)
        self.assertIn("cannot be set manually", message)

    def test_many(self):
        """Agreements are read together."""

        def queries(count, prefix):
            agreements = [self._agreement(running=False) for _number in range(count)]
            self.env.flush_all()
            self.env.invalidate_all()
            lots = self.env["stock.lot"].with_user(self.clerk)
            before = self.cr.sql_log_count
            vals_list = [
                {"name": f"{prefix}{number}", "xpps_subscription_id": agreement.id}
                for number, agreement in enumerate(agreements)
            ]
            found = lots._xpps_complete_import(vals_list)
            self.assertTrue(all(vals["xpps_subscription_line_id"] for vals in found))
            return self.cr.sql_log_count - before

        few, many = queries(2, "A"), queries(20, "B")
        self.assertLessEqual(many, few)
