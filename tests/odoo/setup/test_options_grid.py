# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The options grid: which material codes bill the models of a company, what is missing, and *Create Missing Codes*."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER, USER
from ..support.common import XppsCase, record

TYPES = ("mono", "color", "mono_color1", "clr_lvl12", "clr_lvl3")


class OptionsCase(XppsCase):
    """Two models of a price level, and one alone. Nothing else of the company is in the grid but ``printer``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env["xpps.price.level"].create({"name": "A4 Color", "company_id": cls.company.id})
        cls.first = cls._model("Phaser 8700", "4150", cls.level)
        cls.second = cls._model("Phaser 6700", "2050", cls.level)
        cls.alone = cls._model("VersaLink C405", "C405")

    @classmethod
    def _model(cls, name, number, level=None, **values):
        values = {"company_id": cls.company.id, **values}
        product = cls._printer(
            name, xpps_model_number=number, xpps_price_level_id=level.id if level else False, **values
        )
        return product.product_tmpl_id

    def _row(self, owner, company=None):
        field = "price_level_id" if owner._name == "xpps.price.level" else "product_tmpl_id"
        return self.env["xpps.options.row"]._of_company(company or self.company, [(field, "=", owner.id)])

    def _rows(self):
        return self._row(self.level) | self._row(self.alone)

    def _states(self, row):
        return {output_type: row[f"{output_type}_state"] for output_type in TYPES}

    def _codes_made(self):
        return self.env["product.product"].search(
            [("xpps_role", "=", "material_code"), ("company_id", "=", self.company.id)], order="id"
        )


class TestOptionsGrid(OptionsCase):
    def test_figures(self):
        """Two models in a level and one alone: 10 cells. Four mapped: six codes, then no gaps, then nothing."""
        before = self.env["xpps.options.row"]._counts(self.company)
        self._mapping(self.level, mono=self.mono, color=self.color)
        self._mapping(self.alone, mono=self.mono, clr_lvl3=self.color)
        rows = self._rows()
        self.assertEqual(len(rows) * len(TYPES), 10)
        self.assertEqual(rows.mapped("gap_count"), [3, 3])
        counts = self.env["xpps.options.row"]._counts(self.company)
        self.assertEqual((counts["rows"], counts["gaps"], counts["unpriced"]), (before["rows"], before["gaps"] - 4, 0))
        action = rows.action_create_missing_codes()
        codes = self._codes_made()
        self.assertEqual(
            codes.mapped("name"),
            [
                "Phaser 8700/#4150, Phaser 6700/#2050 - MonoColor1 Overage",
                "Phaser 8700/#4150, Phaser 6700/#2050 - ClrLvl12 Overage",
                "Phaser 8700/#4150, Phaser 6700/#2050 - ClrLvl3 Overage",
                "VersaLink C405/#C405 - Color Overage",
                "VersaLink C405/#C405 - MonoColor1 Overage",
                "VersaLink C405/#C405 - ClrLvl12 Overage",
            ],
        )
        self.assertEqual((set(codes.mapped("list_price")), set(codes.mapped("type"))), ({0}, {"service"}))
        self.assertEqual(action["domain"], [("id", "in", codes.product_tmpl_id.ids)])
        self.assertEqual(action["name"], "6 Material Codes Were Created: Enter Their Prices")
        rows = self._rows()
        self.assertEqual((rows.mapped("gap_count"), rows.mapped("unpriced_count")), ([0, 0], [3, 3]))
        counts = self.env["xpps.options.row"]._counts(self.company)
        self.assertEqual((counts["gaps"], counts["unpriced"]), (before["gaps"] - 10, 6))
        again = rows.action_create_missing_codes()
        self.assertEqual(again["params"]["message"], "No material code is missing.")
        self.assertEqual(self._codes_made(), codes)

    def test_name_of_a_models_first_code(self):
        self._row(self._model("Phaser 8700", "4150")).action_create_missing_codes()
        self.assertEqual(self._codes_made()[0].name, "Phaser 8700/#4150 - Mono Overage")

    def test_name_without_a_number(self):
        action = self._row(self._model("AltaLink", False)).action_create_missing_codes()
        self.assertEqual(self._codes_made()[-1].name, "AltaLink - ClrLvl3 Overage")
        self.assertEqual(action["name"], "5 Material Codes Were Created: Enter Their Prices")

    def test_name_of_many_models(self):
        """Three names, then an ellipsis."""
        self._model("Phaser 3", "3", self.level)
        self._row(self.level)._create_missing_codes()
        self.assertEqual(self._codes_made()[0].name, "Phaser 8700/#4150, Phaser 6700/#2050, Phaser 3/#3 - Mono Overage")
        level = self.level.copy({"name": "A3"})
        for number in range(1, 5):
            self._model(f"M{number}", f"{number}", level)
        self._row(level)._create_missing_codes()
        self.assertEqual(self._codes_made()[5].name, "M1/#1, M2/#2, M3/#3, … - Mono Overage")

    def test_price_missing(self):
        """What was created is listed until it has a price; a gap is no code without a price."""
        self._row(self.alone)._create_missing_codes()
        codes = self._codes_made()
        rows = self.env["xpps.options.row"]
        listed = rows.search([("unpriced_count", ">", 0), ("company_id", "=", self.company.id)])
        self.assertEqual(listed, self._row(self.alone))
        self.assertEqual(set(self._states(listed).values()), {"unpriced"})
        codes[0].list_price = 0.01
        self.assertEqual(self._states(self._row(self.alone))["mono"], "own")
        self.assertEqual(self._row(self.alone).unpriced_count, 4)

    def test_level_without_models_needs_nothing(self):
        level = self.level.copy({"name": "Standard"})
        row = self._row(level)
        self.assertEqual((row.model_count, row.gap_count), (0, 0))
        self.assertEqual(set(self._states(row).values()), {"none"})
        self.assertFalse(row._create_missing_codes())
        self._model("Retired", "9", level)
        self.assertEqual(self._row(level).gap_count, 5)
        level.product_tmpl_ids.active = False
        self.assertEqual(self._row(level).gap_count, 0)

    def test_archived_models_have_no_row(self):
        self.alone.active = False
        self.assertFalse(self._row(self.alone))

    def test_models_of_a_level_with_codes_of_their_own(self):
        """They have a row then; what they lack is their level's gap, which is none once all of them have a code."""
        self.assertFalse(self._row(self.first))
        self._mapping(self.level, color=self.color)
        self._mapping(self.first, mono=self.mono)
        row = self._row(self.first)
        self.assertEqual((row.mono_product_id, row.color_product_id), (self.mono, self.color))
        self.assertEqual(
            self._states(row),
            {"mono": "own", "color": "inherited", "mono_color1": "none", "clr_lvl12": "none", "clr_lvl3": "none"},
        )
        self.assertEqual(self._row(self.level).gap_count, 4)
        self._mapping(self.second, mono=self.mono)
        self.assertEqual((self._row(self.level).gap_count, self._row(self.level).mono_state), (3, "none"))
        row.mono_product_id = False
        self.assertEqual(self._row(self.first), row)
        self.assertEqual((row.mono_state, row.color_product_id), ("none", self.color))

    def test_writing_a_cell(self):
        """By whoever bills: into the mapping there is, or a new one; what is emptied is empty."""
        clerk = self._user("xpps_test_grid", BILLING)
        row = self._row(self.alone).with_user(clerk)
        row.mono_product_id = self.mono
        mapping = self.alone.xpps_mapping_ids
        self.assertEqual((mapping.mono_product_id, mapping.company_id), (self.mono, self.company))
        row.write({"color_product_id": self.color.id, "mono_product_id": False})
        self.assertEqual(mapping, self.alone.xpps_mapping_ids)
        self.assertEqual((mapping.mono_product_id, mapping.color_product_id), (self.mono.browse(), self.color))
        self.assertEqual((row.mono_state, row.color_state), ("gap", "own"))
        level = self._row(self.level).with_user(clerk)
        level.clr_lvl12_product_id = self.color
        self.assertEqual(self.level.mapping_ids.clr_lvl12_product_id, self.color)

    def test_what_is_refused(self):
        """What a mapping refuses the grid refuses, and what only the query says nobody writes."""
        row = self._row(self.alone).with_user(self._user("xpps_test_grid", MANAGER))
        for values in ({"gap_count": 0}, {"company_id": self.company.id}, {"mono_state": "own"}):
            with self.subTest(values):
                self.assertRaisesMessage("cannot be set manually", row.write, values, exception=AccessError)
        self.assertRaisesMessage("is not a material code", row.write, {"mono_product_id": self.base.id})
        other = self._company("XPPS Other Reseller")
        foreign = self._service("Theirs", "material_code", 1, company_id=other.id)
        with self.assertRaises(AccessError), self.cr.savepoint():
            row.write({"mono_product_id": foreign.id})
        with self.assertRaises(UserError), self.cr.savepoint():
            self._row(self.alone).write({"mono_product_id": foreign.id})
        self.assertFalse(self.alone.xpps_mapping_ids)

    def test_who_creates_codes(self):
        """Who may create services. Who may not gets no code, and users see no grid."""
        row = self._row(self.alone)
        clerk = self._user("xpps_test_clerk", BILLING)
        with self.assertRaises(AccessError), self.cr.savepoint():
            row.with_user(clerk).action_create_missing_codes()
        self.assertEqual(self._row(self.alone).gap_count, 5)
        with self.assertRaises(AccessError):
            self.env["xpps.options.row"].with_user(self._user("xpps_test_user", USER)).search([])
        row.with_user(self._user("xpps_test_manager", MANAGER)).action_create_missing_codes()
        self.assertEqual(self._row(self.alone).gap_count, 0)

    def test_without_a_selection_all_rows(self):
        manager = self._user("xpps_test_manager", MANAGER)
        self.env["xpps.options.row"].with_user(manager).action_create_missing_codes()
        self.assertEqual(self.env["xpps.options.row"]._counts(self.company)["gaps"], 0)
        self.assertEqual(self._row(self.printer.product_tmpl_id).mono_product_id, self.mono)

    def test_last_file(self):
        """The models of the company's last file, also while it is a draft; not those of earlier ones."""
        self._device("SN-2", product_id=self.first.product_variant_id.id)
        self._import([record("SN-1", mono=(5, "0.004"))])
        tested = self._rows() | self._row(self.printer.product_tmpl_id)

        def found():
            return self.env["xpps.options.row"]._of_company(
                self.company, [("in_last_file", "=", True), ("id", "in", tested.ids)]
            )

        self.assertEqual(found(), self._row(self.printer.product_tmpl_id))
        later = {"InvoiceNumber": "L-2", "InvoiceDate": "2026-03-03"}
        later |= {"PeriodStart": "2026-02-01", "PeriodEnd": "2026-02-28"}
        file = self._check(build_xml(later, [record("SN-2", mono=(5, "0.004"))]))
        self.assertEqual(found(), self._row(self.level))
        file.action_cancel()
        self.assertEqual(found(), self._row(self.printer.product_tmpl_id))

    def test_queries(self):
        """A list asks the same number of queries, however many rows it has."""
        view = {name: {} for name in ("display_name", "model_names", "mono_product_id", "gap_count")}
        rows = self.env["xpps.options.row"].with_user(self._user("xpps_test_grid", BILLING))

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            rows.web_search_read([], view)
            return self.cr.sql_log_count - before

        count()
        few = count()
        for number in range(20):
            level = self.level.copy({"name": f"Level {number}"})
            self._mapping(self._model(f"Model {number}", f"{number}", level), mono=self.mono)
            self._model(f"Single {number}", f"S{number}")
        count()
        self.assertLessEqual(count(), few)


class TestBranchGrid(OptionsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"child_ids": [Command.create({"name": "XPPS Branch", "currency_id": cls.usd.id})]})
        cls.branch = cls.company.child_ids
        cls.env.user.company_ids |= cls.branch

    def test_inherited(self):
        """A branch has its parent's codes, but for those that it says itself."""
        self._mapping(self.level, mono=self.mono, color=self.color)
        row = self._row(self.level, self.branch)
        self.assertEqual((row.mono_product_id, row.color_product_id), (self.mono, self.color))
        self.assertEqual([row.mono_state, row.color_state, row.clr_lvl3_state], ["inherited", "inherited", "gap"])
        row.write({"mono_product_id": self.color.id, "color_product_id": self.color.id})
        own = self.level.mapping_ids.filtered(lambda mapping: mapping.company_id == self.branch)
        self.assertEqual((own.mono_product_id, own.color_product_id), (self.color, self.mono.browse()))
        row = self._row(self.level, self.branch)
        self.assertEqual([row.mono_state, row.color_state], ["own", "inherited"])
        self.assertEqual(self._row(self.level).mono_product_id, self.mono)
        row.mono_product_id = False
        row = self._row(self.level, self.branch)
        self.assertEqual((row.mono_product_id, row.mono_state), (self.mono, "inherited"))
        row.mono_product_id = False
        self.assertEqual(self._row(self.level, self.branch).mono_product_id, self.mono)

    def test_as_the_import_finds_them(self):
        """The grid and the import resolve codes alike."""
        other = self._service("Other Pages", "material_code", 1)
        self._mapping(self.level, mono=self.mono, color=self.color)
        self._mapping(self.first, color=other)
        self._row(self.level, self.branch).write({"mono_product_id": other.id, "clr_lvl3_product_id": other.id})
        self._row(self.first, self.branch).write({"clr_lvl12_product_id": other.id})
        templates = self.first | self.second | self.alone
        for company in (self.company, self.branch):
            found = self.env["xpps.material.mapping"]._material_by_template(templates, company)
            for template in templates:
                row = self._row(template, company) or self._row(template.xpps_price_level_id, company)
                shown = {output_type: row[f"{output_type}_product_id"] for output_type in TYPES}
                self.assertEqual({name: code for name, code in shown.items() if code}, found[template])

    def test_codes_are_created_where_they_are_inherited_from(self):
        rows = self._rows() | self._row(self.level, self.branch) | self._row(self.alone, self.branch)
        codes = rows._create_missing_codes()
        self.assertEqual((len(codes), codes.company_id), (10, self.company))
        self.assertEqual(self._row(self.alone, self.branch).gap_count, 0)

    def test_a_branch_alone(self):
        codes = self._row(self.alone, self.branch)._create_missing_codes()
        self.assertEqual((len(codes), codes.company_id), (5, self.branch))
        self.assertEqual(self._row(self.alone).gap_count, 5)

    def test_another_company_has_rows_of_its_own(self):
        other = self._company("XPPS Other Reseller")
        self.assertFalse(self._row(self.alone, other))
        shared = self._model("Shared", "S1", company_id=False)
        self._mapping(shared, mono=self.mono)
        self.assertEqual((self._row(shared).mono_state, self._row(shared, other).mono_state), ("own", "gap"))


class TestWizardGrid(OptionsCase):
    """The wizard's tab *Options*, before and after the check of a file."""

    def setUp(self):
        super().setUp()
        self._device("SN-2", product_id=self.first.product_variant_id.id)
        self.manager = self._user("xpps_test_manager", MANAGER)
        self.data = build_xml(devices=[record("SN-2", color=(5, "0.004"))])

    def _names(self, rows):
        return {row.product_tmpl_id or row.price_level_id for row in rows}

    def test_before_a_check(self):
        """All rows of the company. What is chosen there is kept by the check, and then the file's models are shown."""
        wizards = self.env["xpps.import.wizard"].with_user(self.manager)
        form = Form(wizards)
        rows = [form.mapping_ids.edit(index) for index in range(len(form.mapping_ids))]
        place = next(index for index, row in enumerate(rows) if row.price_level_id == self.level)
        self.assertTrue(any(row.product_tmpl_id == self.alone for row in rows))
        self.assertEqual(rows[place].name, "A4 Color: Phaser 8700, Phaser 6700")
        with form.mapping_ids.edit(place) as row:
            self.assertEqual(row.color_state, "gap")
            row.color_product_id = self.color
        wizard = form.save()
        wizard.write({"file_data": self._wizard(self.data).file_data, "file_name": "billing.xml"})
        wizard.action_check()
        self.assertEqual(self.level.mapping_ids.color_product_id, self.color)
        self.assertEqual(self._codes(wizard.billing_file_id), [])
        self.assertEqual(self._names(wizard.mapping_ids), {self.level})
        self.assertEqual((wizard.mapping_ids.name, wizard.mapping_ids.color_state), ("A4 Color: Phaser 8700", "own"))

    def test_another_file_brings_all_rows_back(self):
        wizard = self._wizard(self.data)
        wizard.action_check()
        with Form(wizard) as form:
            form.kind = "correction"
            self.assertGreater(len(form.mapping_ids), 1)
        self.assertIn(self.alone, self._names(wizard.mapping_ids))

    def test_choices_outlast_the_choice_of_a_file(self):
        form = Form(self.env["xpps.import.wizard"])
        place = next(
            index for index in range(len(form.mapping_ids)) if form.mapping_ids.edit(index).price_level_id == self.level
        )
        with form.mapping_ids.edit(place) as row:
            row.color_product_id = self.color
        form.kind = "correction"
        self.assertEqual(form.mapping_ids.edit(place).color_product_id, self.color)

    def test_create_before_a_check(self):
        wizard = Form(self.env["xpps.import.wizard"].with_user(self.manager)).save()
        action = wizard.action_create_missing_codes()
        self.assertEqual((action["res_model"], action["res_id"]), ("xpps.import.wizard", wizard.id))
        self.assertEqual(self._rows().mapped("gap_count"), [0, 0])
        self.assertEqual(len(wizard.mapping_ids), self.env["xpps.options.row"]._counts(self.company)["rows"])

    def test_create_after_a_check(self):
        """For the models of the file; then the file says that their pages have no price."""
        wizard = self._wizard(self.data, user=self.manager)
        wizard.action_check()
        self.assertEqual(self._codes(wizard.billing_file_id), ["mapping_missing"])
        wizard.action_create_missing_codes()
        self.assertEqual(self._codes(wizard.billing_file_id), ["price_missing"])
        self.assertEqual(self._rows().mapped("gap_count"), [0, 5])
        self.assertEqual(wizard.mapping_ids.color_state, "unpriced")
        codes = self._codes_made()
        self.assertEqual((len(codes), codes[1].name[-16:]), (5, " - Color Overage"))
        wizard.action_create_missing_codes()
        self.assertEqual(self._codes_made(), codes)
        codes[1].list_price = 0.08
        wizard.action_recheck()
        self.assertEqual(self._codes(wizard.billing_file_id), [])

    def test_who_may_not_create(self):
        wizard = self._wizard(self.data, user=self._user("xpps_test_clerk", BILLING))
        wizard.action_check()
        with self.assertRaises(AccessError), self.cr.savepoint():
            wizard.action_create_missing_codes()
        self.assertFalse(self._codes_made())

    def test_an_inherited_code_stays_inherited(self):
        """A branch does not make its parent's codes its own by checking a file."""
        self.company.write({"child_ids": [Command.create({"name": "XPPS Branch", "currency_id": self.usd.id})]})
        branch = self.company.child_ids
        self.env.user.company_ids |= branch
        self._mapping(self.level, color=self.color)
        wizard = self.env["xpps.import.wizard"].create({"company_id": branch.id, "file_name": "billing.xml"})
        wizard.mapping_ids = [Command.create(values) for values in wizard._mapping_values()]
        row = wizard.mapping_ids.filtered(lambda row: row.price_level_id == self.level)
        self.assertEqual((row.color_product_id, row.color_state), (self.color, "inherited"))
        wizard.action_check()
        self.assertEqual(self.level.mapping_ids.company_id, self.company)
