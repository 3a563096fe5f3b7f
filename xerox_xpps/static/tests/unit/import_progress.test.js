/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { describe, expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, MockServer, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

const BAR = ".o_field_xpps_import_progress";

class BillingFile extends models.Model {
    _name = "xpps.billing.file";

    progress = fields.Float();
    check_queued = fields.Boolean();
    state = fields.Selection({
        selection: [
            ["draft", "Draft"],
            ["queued", "Queued"],
            ["imported", "Imported"],
        ],
    });

    _records = [{ id: 1, progress: 0, check_queued: false, state: "queued" }];
}

defineMailModels();
defineModels([BillingFile]);

async function mountFile(attributes = "") {
    onRpc("xpps.billing.file", "read", () => expect.step("read"));
    onRpc("xpps.billing.file", "web_read", () => expect.step("load"));
    await mountView({
        type: "form",
        resModel: "xpps.billing.file",
        resId: 1,
        arch: `<form>
            <field name="state" readonly="1"/>
            <field name="progress" widget="xpps_import_progress" ${attributes} invisible="state != 'queued'"/>
        </form>`,
    });
    expect.verifySteps(["load"]);
}

function importing(values) {
    MockServer.env["xpps.billing.file"].write([1], values);
}

async function nextSecond() {
    await advanceTime(1000);
    await animationFrame();
}

test("follows the import until it is done", async () => {
    await mountFile();
    expect(BAR).toHaveText("Waiting to start");
    importing({ progress: 42.9 });
    await nextSecond();
    expect.verifySteps(["read"]);
    expect(BAR).toHaveText("Importing… 42%");
    expect(`${BAR} [role=progressbar]`).toHaveAttribute("aria-valuenow", "42");
    expect(`${BAR} .o_progressbar_complete`).toHaveStyle({ width: "42%" }, { inline: true });
    importing({ state: "imported" });
    await nextSecond();
    expect.verifySteps(["read", "load"]);
    expect(BAR).toHaveCount(0);
    expect(".o_field_widget[name=state]").toHaveText("Imported");
    await nextSecond();
    expect.verifySteps([]);
});

test("does not ask about a file that is not queued", async () => {
    BillingFile._records[0].state = "draft";
    await mountFile();
    await nextSecond();
    expect(BAR).toHaveCount(0);
    expect.verifySteps([]);
});

test("says what is done in the background", async () => {
    BillingFile._records[0].progress = 42;
    await mountFile('title="Working"');
    expect(BAR).toHaveText("Working… 42%");
});

test("follows what another field says is queued", async () => {
    Object.assign(BillingFile._records[0], { state: "draft", check_queued: true, progress: 42 });
    onRpc("xpps.billing.file", "action_show", ({ args }) => {
        expect.step(`show ${args[0]}`);
        return true;
    });
    await mountView({
        type: "form",
        resModel: "xpps.billing.file",
        resId: 1,
        arch: `<form>
            <field name="progress" widget="xpps_import_progress" title="Checking"
                options="{'queued_field': 'check_queued', 'when_done': 'action_show'}"/>
        </form>`,
    });
    expect(BAR).toHaveText("Checking… 42%");
    await nextSecond();
    expect.verifySteps([]);
    importing({ check_queued: false });
    await nextSecond();
    expect.verifySteps(["show 1"]);
    expect(`${BAR} [role=progressbar]`).toHaveCount(0);
});
