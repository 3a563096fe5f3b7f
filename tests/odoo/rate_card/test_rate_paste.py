# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rates that are pasted from a spreadsheet, or come in a file: all of them, or none and what is wrong with them."""

import base64
import io
from decimal import Decimal

import openpyxl
from import_templates import CARD, TEMPLATES
from psycopg2.errors import ExclusionViolation

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger
from odoo.tools.misc import file_open

from ..support.access import BILLING, MANAGER
from ..support.rate_cards import RateCardCase


class PasteCase(RateCardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("xpps_test_manager", MANAGER)
        cls.card = cls._card()

    def _paste(self, text="", card=None, data=None, file_name="", env=None):
        """:return: the wizard, after “Add Rates”, and what that said"""
        values = {"card_id": (card or self.card).id, "text": text}
        if data is not None:
            values |= {"file_data": base64.b64encode(data), "file_name": file_name}
        wizard = (env or self.env(user=self.manager))["xpps.rate.paste.wizard"].create(values)
        action = wizard.action_add()
        self.env.flush_all()
        self.env.invalidate_all()
        return wizard, action

    def _added(self, *args, **kwargs):
        """:return: the message"""
        wizard, action = self._paste(*args, **kwargs)
        self.assertFalse(wizard.problems)
        return action["params"]["message"]

    def _problems(self, *args, **kwargs):
        """:return: [problem], of which nothing was written"""
        before = self.card.line_ids
        wizard, action = self._paste(*args, **kwargs)
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))
        self.assertEqual(self.card.line_ids, before)
        return [problem.removeprefix("• ") for problem in (wizard.problems or "").split("\n")]


class TestPaste(PasteCase):
    def test_what_each_line_may_name(self):
        """By serial number, number or name of the agreement, model number or name, and price level."""
        self.agreement.code = "SUB-7"
        text = (
            "sn-1;Mono;0.0042;1000\n"
            "XA-1;mono;0.0043\n"
            "SUB-7;Color;0.05\n"
            "t-1;Base Service Fee;11.40\n"
            f"{self.model.name.upper()};base_supply;9.25\n"
            "xpps a4  color;B/W;;500\n"
        )
        self.assertEqual(self._added(text), "7 rates were added.")
        agreement, model = self.agreement.display_name, self.model.display_name
        self.assertLines(
            self.card,
            ("SN-1", "mono", 0.0042),
            ("SN-1", "mono", 1000),
            (agreement, "mono", 0.0043),
            (agreement, "color", 0.05),
            (model, "base_service", 11.4),
            (model, "base_supply", 9.25),
            (self.level.display_name, "mono", 500),
        )
        line = self.card.line_ids[0]
        self.assertEqual((line.company_id, line.currency_id, line.state), (self.company, self.usd, "draft"))
        self.assertEqual(line.create_uid, self.manager)

    def test_titles_in_any_order(self):
        text = "Included Pages\tRemark\tComponent\tItem\tScope\tUnit Cost\n500\tas agreed\tMono\tSN-1\tdevice\t0.004\n"
        self.assertEqual(self._added(text), "2 rates were added.")
        self.assertLines(self.card, ("SN-1", "mono", 0.004), ("SN-1", "mono", 500))

    def test_decimal_comma(self):
        self._added("SN-1;Mono;0,0042;1.500\nSN-1;Color;0,05755;\n")
        self.assertLines(self.card, ("SN-1", "mono", 0.0042), ("SN-1", "mono", 1500), ("SN-1", "color", 0.05755))

    def test_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        fields = self.env["ir.model.fields"]
        selections = self.env["ir.model.fields.selection"].search(
            [("field_id", "=", fields._get("xpps.rate.card.line", "component").id), ("value", "=", "mono")]
        )
        selections.with_context(lang="fr_FR").name = "Noir et blanc"
        self.env.registry.clear_cache()
        self.manager.lang = "fr_FR"
        french = self.env(user=self.manager, context={"lang": "fr_FR", "allowed_company_ids": self.company.ids})
        self._paste("SN-1;Noir et blanc;0.0042\nSN-1;Color;0.05", env=french)
        self.assertLines(self.card, ("SN-1", "mono", 0.0042), ("SN-1", "color", 0.05))

    def test_all_problems_at_once(self):
        twin = self.env["xpps.price.level"].create({"name": "SN-1"})
        self.assertEqual(
            self._problems(
                "SN-1;Mono;0.0042\n"
                "SN-99;Mono;0.0042\n"
                "\n"
                "T-1;Purple;0.0042\n"
                "T-1;Mono;free\n"
                "T-1;Base Service Fee;;500\n"
                "T-1;Color\n"
                "T-1;;1\n"
                ";Mono;1\n"
                "T-1;Mono;0.5\n"
                "t-1;Mono;0.6\n"
                "T-1;Mono;1;2;3\n"
            ),
            [
                "Line 1: “SN-1” is the name of more than one kind of item. Enter the scope, too.",
                "Line 2: No device, agreement, printer model or price level is named “SN-99”. Correct it.",
                "Line 4: “Purple” is no component. Enter one of these: Base Service Fee, Base Supply Fee, Mono, Color, "
                "MonoColor1, ClrLvl12, ClrLvl3.",
                "Line 5: Unit Cost is 'free'. Expected a cost like 0.0065 that is not negative: at most 12 digits, "
                "then at most 6 decimals.",
                "Line 6: A base fee includes no pages. Leave them empty.",
                "Line 7: It states neither a unit cost nor included pages.",
                "Line 8: It has no component: enter a base fee or an output type.",
                "Line 9: It does not say which device, agreement, model or price level it is for.",
                "Line 11: The same rate is also on line 10. Delete one of them.",
                "Line 12: The cell '3' is in a column without a title.",
            ],
        )
        titles = "Scope;Item;Component;Unit Cost\n"
        self._added(titles + "Device;SN-1;Mono;0.0042\nPrice Level;SN-1;Mono;0.0043")
        self.assertLines(self.card, ("SN-1", "mono", 0.0042), (twin.display_name, "mono", 0.0043))
        self.assertEqual(
            self._problems(titles + "Printer;SN-1;Mono;1\nPrinter Model;SN-1;Mono;1"),
            [
                "Line 2: “Printer” is no scope. Enter one of these, or nothing: Device, Agreement, Printer Model, "
                "Price Level.",
                "Line 3: No printer model has the model number or name “SN-1”. Correct it.",
            ],
        )

    def test_two_of_one_name(self):
        second = self._printer("XPPS Second Printer", xpps_model_number="T-1")
        self.assertIn("more than one. Enter what only one", self._problems("T-1;Mono;1")[0])
        self._added(f"{second.name};Mono;1")

    def test_titles_that_do_not_fit(self):
        self.assertEqual(
            self._problems("Component;Unit Cost;Unit Cost\nMono;1;1"),
            [
                "Line 1: There is more than one column titled 'Unit Cost'.",
                "Line 1: There is no column titled 'Item' that says what the rates hold for.",
            ],
        )
        self.assertIn("neither a column titled 'Unit Cost' nor", self._problems("Component;Item\nMono;SN-1")[0])
        self.assertEqual(self._problems("Component;Item;Unit Cost\n"), ["There are no rates."])

    def test_many_problems(self):
        problems = self._problems("\n".join(f"X-{number};Mono;1" for number in range(60)))
        self.assertEqual((len(problems), problems[-1]), (51, "… and 10 more."))

    def test_again_with_other_values(self):
        self._added("SN-1;Mono;0.0042;1000\nSN-1;Color;0.05")
        before = self.card.line_ids
        message = self._added("SN-1;Mono;0.0045;500\nSN-1;Color;0.05\nT-1;Mono;0.004")
        self.assertEqual(message, "1 rate was added. 2 rates were changed.")
        self.assertLines(
            self.card,
            ("SN-1", "mono", 0.0045),
            ("SN-1", "mono", 500),
            ("SN-1", "color", 0.05),
            (self.model.display_name, "mono", 0.004),
        )
        self.assertLessEqual(before, self.card.line_ids)
        self.assertIn("2 rates were changed", self.card.message_ids[0].body)

    def test_a_rate_that_another_active_card_has(self):
        self._card(self._rate(), active=True)
        self._added("T-1;Mono;0.004")
        self.card.action_activate()
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self._paste("SN-1;Mono;0.0042")
        self.assertEqual(len(self.card.line_ids), 1)

    def test_of_another_company(self):
        other = self._company("XPPS Other Reseller")
        self._printer("XPPS Foreign Printer", company_id=other.id, xpps_model_number="F-1")
        self.env["xpps.price.level"].create({"name": "Foreign level", "company_id": other.id})
        self.manager.company_ids |= other
        both = self.env(user=self.manager, context={"allowed_company_ids": (self.company | other).ids})
        self.assertEqual(len(self._problems("F-1;Mono;1\nForeign level;Mono;1", env=both)), 2)

    def test_nothing_or_both(self):
        for kwargs in ({}, {"text": " \n"}, {"text": "SN-1;Mono;1", "data": b"x", "file_name": "x.csv"}):
            with self.assertRaises(UserError):
                self._paste(**kwargs)

    def test_who_may(self):
        clerk = self.env(user=self._user("xpps_test_clerk", BILLING))
        with self.assertRaises(AccessError):
            self._paste("SN-1;Mono;1", env=clerk)
        with self.assertRaises(AccessError):
            self.card.with_env(clerk).action_open_paste()
        action = self.card.with_user(self.manager).action_open_paste()
        self.assertEqual(action["context"]["default_card_id"], self.card.id)

    def test_queries_do_not_grow(self):
        def queries(count, component):
            text = "\n".join(f"{name};{component};0.001" for name in names[:count])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._paste(text)
            return self.cr.sql_log_count - before

        names = [f"Q-{number}" for number in range(200)]
        for name in names:
            self._device(name)
        queries(2, "mono")
        self.assertLessEqual(queries(200, "clr_lvl3"), queries(2, "color") + 5)


class TestFiles(PasteCase):
    def _workbook(self, *rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        output = io.BytesIO()
        book.save(output)
        return output.getvalue()

    def test_workbook(self):
        data = self._workbook(
            ("Serial Number", "Printer Model", "Component", "Unit Cost", "Included Pages"),
            ("SN-1", None, "Mono", Decimal("0.0042"), 1500),
            (None, "T-1", "Color", 0.05755, None),
        )
        self.assertEqual(self._added(data=data, file_name="rates.xlsx"), "3 rates were added.")
        model = self.model.display_name
        self.assertLines(self.card, ("SN-1", "mono", 0.0042), ("SN-1", "mono", 1500), (model, "color", 0.05755))

    def test_serial_numbers_of_digits(self):
        self._device("3512345678")
        self._added(data=self._workbook((3512345678, "Mono", 0.004)), file_name="rates.xlsx")
        self.assertLines(self.card, ("3512345678", "mono", 0.004))
        lost = self._problems(data=self._workbook((3.512345678e20, "Mono", 0.004)), file_name="rates.xlsx")
        self.assertIn("Line 1: Item in cell A1", lost[0])

    def test_two_items_on_a_row(self):
        data = self._workbook(("Device", "Printer Model", "Component", "Unit Cost"), ("SN-1", "T-1", "Mono", 1))
        problem = self._problems(data=data, file_name="rates.xlsx")[0]
        self.assertEqual(problem, "Line 2: It names more than one item: SN-1, T-1. Make a line for each.")

    def test_text_file(self):
        data = "Item,Component,Unit Cost\nSN-1,Mono,0.0042\n".encode("utf-16")
        self._added(data=data, file_name="rates.csv")
        self.assertLines(self.card, ("SN-1", "mono", 0.0042))

    def test_files_that_are_none(self):
        for data, name, problem in (
            (b"PK\x03\x04nothing", "rates.xlsx", "damaged"),
            (b"SN-1", "rates.pdf", "Please select a .csv or .xlsx file."),
            (b"<Rates/>", "rates.xml", "Please select a .csv or .xlsx file."),
            (b" ", "rates.csv", "The file is empty."),
            (b"SN-1;Mono;1\n" * 20_002, "rates.csv", "There are more than 20,000 rates."),
            (b"SN-1;Mono;1;;;;\n" * 600_000, "rates.csv", "At most 8.0 MiB are read."),
        ):
            with self.subTest(name=name, problem=problem):
                self.assertIn(problem, self._problems(data=data, file_name=name)[0])

    def test_the_template(self):
        """It fits the card as well as Odoo's import."""
        self._printer("Xerox VersaLink C405")
        self._device("3TX100001")
        self._agreement(xpps_agreement_number="XA-10002")
        self.card.name = CARD
        with file_open("xerox_xpps/static/xls/xpps_rates.xlsx", "rb") as template:
            self._added(data=template.read(), file_name="xpps_rates.xlsx")
        self.assertEqual(len(self.card.line_ids), len(TEMPLATES["xpps_rates"][1]))
