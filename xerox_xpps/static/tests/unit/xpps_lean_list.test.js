/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Meter extends models.Model {
    _name = "meter";

    mono = fields.Integer();
    color = fields.Integer();
    level = fields.Integer();

    _records = [
        { id: 1, mono: 10, color: 0, level: 0 },
        { id: 2, mono: 0, color: 0, level: 3 },
    ];
}

class Form extends models.Model {
    _name = "form";

    meter_ids = fields.One2many({ relation: "meter" });

    _records = [{ id: 1, meter_ids: [1] }];
}

defineMailModels();
defineModels([Meter, Form]);

const COLUMNS = `
    <field name="mono" options="{'hide_zero': True}" />
    <field name="color" options="{'hide_zero': True}" />
    <field name="level" options="{'hide_zero': True}" />`;
const titles = () => queryAllTexts("thead th[data-name]");

test("columns without a value are hidden", async () => {
    await mountView({ type: "list", resModel: "meter", arch: `<list js_class="xpps_lean_list">${COLUMNS}</list>` });
    expect(titles()).toEqual(["Mono", "Level"]);
});

test("other columns, and those of an empty list, are shown", async () => {
    const arch = `<list js_class="xpps_lean_list"><field name="color" /></list>`;
    await mountView({ type: "list", resModel: "meter", arch });
    expect(titles()).toEqual(["Color"]);
});

test("an empty list has all of them", async () => {
    const arch = `<list js_class="xpps_lean_list">${COLUMNS}</list>`;
    await mountView({ type: "list", resModel: "meter", arch, domain: [["id", "=", 0]] });
    expect(titles()).toEqual(["Mono", "Color", "Level"]);
});

test("records on a form", async () => {
    const arch = `<form><field name="meter_ids" widget="xpps_lean_list"><list>${COLUMNS}</list></field></form>`;
    await mountView({ type: "form", resModel: "form", resId: 1, arch });
    expect(titles()).toEqual(["Mono"]);
});
