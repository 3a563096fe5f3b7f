/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineActions,
    defineModels,
    fields,
    getService,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");

class BillingFile extends models.Model {
    _name = "xpps.billing.file";

    name = fields.Char();

    _records = [{ id: 1, name: "X-1001" }];
    _views = { form: `<form><field name="name"/></form>` };
}

class Issue extends models.Model {
    _name = "xpps.billing.file.issue";

    message = fields.Char();
    billing_file_id = fields.Many2one({ relation: "xpps.billing.file" });
    can_fix = fields.Boolean({ default: true });
    fix_help = fields.Char();
    fix_label = fields.Char({ default: "Fix" });
    severity = fields.Char();
    is_proposal = fields.Boolean();

    _records = [
        { id: 1, message: "Device unknown", billing_file_id: 1 },
        { id: 2, message: "Price missing", billing_file_id: 1 },
    ];
    _views = {
        list: `<list><field name="message"/><widget name="xpps_fix_button"/></list>`,
        search: `<search/>`,
    };
}

class Mapping extends models.Model {
    _name = "xpps.material.mapping";

    name = fields.Char();

    _records = [{ id: 1, name: "Model 1" }];
    _views = {
        form: `<form><field name="name"/><footer>
            <button name="action_leave" type="object" string="Leave"/>
            <button special="cancel" string="Close"/>
        </footer></form>`,
        "form,7": `<form><field name="name"/></form>`,
    };
}

defineMailModels();
defineModels([BillingFile, Issue, Mapping]);
defineActions([
    {
        id: 1,
        name: "Issues",
        res_model: "xpps.billing.file.issue",
        type: "ir.actions.act_window",
        views: [[false, "list"]],
    },
]);

const DIALOG = {
    type: "ir.actions.act_window",
    name: "Mend it",
    res_model: "xpps.material.mapping",
    res_id: 1,
    target: "new",
    views: [[false, "form"]],
    context: {},
};

async function mountIssues(action) {
    onRpc("xpps.billing.file.issue", "action_fix", () => action);
    await mountWithCleanup(WebClient);
    await getService("action").doAction(1);
    expect(queryAllTexts(".o_data_row td[name=message]")).toEqual(["Device unknown", "Price missing"]);
}

test("a dialog that leads to another screen closes, however long the list takes", async () => {
    const late = new Deferred();
    await mountIssues(DIALOG);
    onRpc("xpps.material.mapping", "action_leave", () => ({
        type: "ir.actions.act_window",
        res_model: "xpps.billing.file",
        res_id: 1,
        views: [[false, "form"]],
    }));
    onRpc("xpps.billing.file.issue", "web_search_read", () => late);
    await contains(".o_data_row:first button[name=action_fix]").click();
    await contains(".o_dialog button[name=action_leave]").click();
    await animationFrame();
    expect(".o_dialog").toHaveCount(0);
    expect(".o_form_view .o_field_widget[name=name] input").toHaveValue("X-1001");
    late.resolve({ length: 0, records: [] });
    await animationFrame();
    expect(".o_form_view").toHaveCount(1);
});

test("a dialog that is closed does not wait for the list", async () => {
    const late = new Deferred();
    let isLate = false;
    await mountIssues(DIALOG);
    onRpc("xpps.billing.file.issue", "web_search_read", async ({ parent }) => {
        if (isLate) {
            expect.step("list");
            await late;
        }
        return parent();
    });
    await contains(".o_data_row:first button[name=action_fix]").click();
    isLate = true;
    await contains(".o_dialog button:contains(Close)").click();
    await animationFrame();
    expect(".o_dialog").toHaveCount(0);
    expect.verifySteps(["list"]);
    late.resolve();
    await animationFrame();
    expect(".o_data_row").toHaveCount(2);
});

test("a fix is followed by a check, although the rows were drawn anew meanwhile", async () => {
    const check = new Deferred();
    onRpc("xpps.billing.file", "action_check", async ({ args }) => {
        expect.step(`check ${args}`);
        await check;
        return true;
    });
    await mountIssues({ ...DIALOG, views: [[7, "form"]], context: { xpps_recheck: true } });
    await contains(".o_data_row:first button[name=action_fix]").click();
    const row = queryFirst(".o_list_view .o_data_row");
    queryFirst("th[data-name=message]").click();
    await animationFrame();
    expect(row.isConnected).toBe(false);
    await contains(".o_dialog .o_field_widget[name=name] input").edit("Model 2");
    await contains(".o_dialog .o_form_button_save").click();
    await animationFrame();
    expect(".o_dialog").toHaveCount(0);
    expect.verifySteps(["check 1"]);
    expect(".o_blockUI").toHaveCount(1);
    check.resolve();
    await animationFrame();
    await animationFrame();
    expect(".o_blockUI").toHaveCount(0);
    expect(".o_data_row").toHaveCount(2);
});

test("information has nothing to fix", async () => {
    Issue._records = ["error", "warning", "info"].map((severity, index) => ({
        id: index + 1,
        message: severity,
        severity,
        billing_file_id: 1,
    }));
    const arch = `<list><field name="severity"/><field name="message"/><widget name="xpps_fix_button"/></list>`;
    await mountView({ type: "list", resModel: "xpps.billing.file.issue", arch });
    expect(".o_data_row").toHaveCount(3);
    expect(".o_data_row button[name=action_fix]").toHaveCount(2);
    expect(".o_data_row:last button[name=action_fix]").toHaveCount(0);
});

test("information that proposes something has a button", async () => {
    const common = { severity: "info", billing_file_id: 1, fix_label: "Take Over" };
    Issue._records = [
        { id: 1, message: "Numbers missing", is_proposal: true, ...common },
        { id: 2, message: "Unit cost changed", is_proposal: false, ...common },
    ];
    const arch = `<list><field name="severity"/><field name="message"/><widget name="xpps_fix_button"/></list>`;
    await mountView({ type: "list", resModel: "xpps.billing.file.issue", arch });
    expect(".o_data_row button[name=action_fix]").toHaveCount(1);
    expect(".o_data_row:first button[name=action_fix]").toHaveText("Take Over");
});
