/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineActions,
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");
preloadBundle("web.chartjs_lib");

class Charge extends models.Model {
    _name = "sale.subscription.charge";

    name = fields.Char();
    state = fields.Char();

    _records = [
        { id: 1, name: "Mono Pages", state: "draft" },
        { id: 2, name: "Color Pages", state: "draft" },
        { id: 3, name: "Old Pages", state: "approved" },
    ];
    _views = {
        list: `<list><field name="name"/></list>`,
        form: `<form><field name="name"/></form>`,
        "form,7": `<form><field name="name"/><footer><button name="action_import" type="object" string="Import"/></footer></form>`,
        search: `<search><filter name="to_approve" domain="[('name', '=', 'Mono Pages')]"/></search>`,
    };
}

defineMailModels();
defineModels([Charge]);
defineActions([
    { id: 1, name: "Overview", tag: "xpps_overview", type: "ir.actions.client" },
    {
        id: 2,
        xml_id: "xerox_xpps.action_sale_subscription_charge",
        name: "Charges",
        res_model: "sale.subscription.charge",
        type: "ir.actions.act_window",
        context: { search_default_to_approve: 1 },
        views: [
            [false, "list"],
            [false, "form"],
        ],
    },
    {
        id: 3,
        xml_id: "xerox_xpps.action_xpps_import_wizard",
        name: "Import",
        res_model: "sale.subscription.charge",
        type: "ir.actions.act_window",
        target: "new",
        views: [[7, "form"]],
    },
]);

const MONTHS = {
    "2025-12-01": "December 2025",
    "2026-01-01": "January 2026",
    "2026-02-01": "February 2026",
};
const month = (value) => ({ value, label: MONTHS[value] });

const TO_APPROVE = {
    key: "to_approve",
    label: "To Approve",
    value: 2,
    formatted: "2",
    detail: "$1.50",
    look: "warning",
    action: {
        xmlid: "xerox_xpps.action_sale_subscription_charge",
        res_model: "sale.subscription.charge",
        domain: [["state", "=", "draft"]],
        context: {},
    },
};
const FAILED = {
    key: "to_invoice",
    label: "Not available",
    value: null,
    formatted: "–",
    detail: "An unexpected error",
    look: "danger",
    action: null,
};
const DEVICES = {
    ...TO_APPROVE,
    key: "devices",
    label: "Active Devices",
    value: 0,
    formatted: "0",
    detail: "",
    look: "",
};

function company(changes = {}) {
    return {
        id: 1,
        name: "Reseller",
        steps: [
            { key: "upload", label: "Upload the file", state: "done" },
            {
                key: "approve",
                label: "Approve charges",
                state: "current",
                hint: "2 charges wait",
                button: "Review Charges",
                action: TO_APPROVE.action,
            },
            { key: "post", label: "Post invoices", state: "todo" },
        ],
        sections: [{ key: "charges", label: "Overage Charges", figures: [TO_APPROVE, FAILED] }],
        ...changes,
    };
}

function overview(value = "2026-01-01", changes = {}) {
    return {
        month: month(value),
        previous: month("2025-12-01"),
        next: value === "2026-02-01" ? false : month("2026-02-01"),
        months: [month("2026-01-01"), month("2025-12-01")],
        unfinished: [],
        with_cost: true,
        companies: [company()],
        setup: [],
        ...changes,
    };
}

const REPORTS = [
    {
        id: 1,
        sections: [{ key: "fleet", label: "Devices", figures: [DEVICES] }],
        charts: [
            {
                key: "pages",
                title: "Pages by Output Type",
                type: "bar",
                stacked: true,
                months: ["2025-12-01", "2026-01-01"],
                labels: ["Dec 2025", "Jan 2026"],
                datasets: [{ label: "Mono", data: [0, 1150] }],
                currency_id: false,
            },
        ],
    },
];

async function mountOverview({ changes = {}, reports = () => REPORTS } = {}) {
    onRpc("xpps.overview", "get_overview", ({ kwargs }) => {
        expect.step(`overview of ${kwargs.month}`);
        return overview(kwargs.month || undefined, changes);
    });
    onRpc("xpps.overview", "get_reports", ({ kwargs }) => {
        expect.step(`reports of ${kwargs.month}`);
        return reports();
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction(1);
    await animationFrame();
}

test("shows figures, steps and charts", async () => {
    await mountOverview();
    expect.verifySteps(["overview of false", "reports of 2026-01-01"]);
    expect(".o_xpps_month").toHaveText("January 2026");
    expect(queryAllTexts(".o_xpps_overview .card h3")).toEqual(["Overage Charges", "Devices", "Pages by Output Type"]);
    expect("[data-figure=to_approve]").toHaveText(/To Approve\s*\$1.50\s*2/);
    expect("[data-figure=to_approve] .o_xpps_value").toHaveClass("text-warning");
    expect("[data-figure=devices] .o_xpps_value").toHaveClass("o_xpps_muted");
    expect("[data-step=approve]").toHaveAttribute("aria-current", "step");
    expect("[data-step=post]").not.toHaveAttribute("aria-current");
    expect(".o_xpps_hint").toHaveText("2 charges wait");
    expect("canvas").toHaveAttribute("aria-label", "Pages by Output Type");
    expect(queryAllTexts(".o_xpps_chart tbody td")).toEqual(["0", "1,150"]);
    expect(".o_xpps_company h2").toHaveCount(0);
});

test("a figure that failed opens nothing, and leaves the others alone", async () => {
    await mountOverview();
    expect("[data-figure=to_invoice]").toHaveText(/Not available\s*An unexpected error\s*–/);
    expect("[data-figure=to_invoice]").not.toBeEnabled();
    expect("[data-figure=to_approve]").toBeEnabled();
    expect.verifySteps(["overview of false", "reports of 2026-01-01"]);
});

test("a figure opens its records and nothing else; the month is kept on the way back", async () => {
    await mountOverview();
    await contains(".o_xpps_next").click();
    await animationFrame();
    await contains("[data-figure=to_approve]").click();
    expect(queryAllTexts(".o_data_row")).toEqual(["Mono Pages", "Color Pages"]);
    expect(".o_facet_value").toHaveCount(0);
    expect.verifySteps([
        "overview of false",
        "reports of 2026-01-01",
        "overview of 2026-02-01",
        "reports of 2026-02-01",
    ]);
    await contains(".breadcrumb-item a, .o_back_button").click();
    await animationFrame();
    expect(".o_xpps_month").toHaveText("February 2026");
    expect.verifySteps(["overview of 2026-02-01", "reports of 2026-02-01"]);
});

test("goes from month to month", async () => {
    await mountOverview({ changes: { unfinished: [month("2025-12-01")] } });
    await contains(".o_xpps_next").click();
    await animationFrame();
    expect(".o_xpps_month").toHaveText("February 2026");
    expect(".o_xpps_next").not.toBeEnabled();
    await contains(".o_xpps_month").click();
    expect(queryAllTexts(".o_xpps_months .o-dropdown-item")).toEqual(["January 2026", "December 2025"]);
    await contains(".o_xpps_months .o-dropdown-item:first").click();
    await animationFrame();
    expect(".o_xpps_month").toHaveText("January 2026");
    await contains(".o_xpps_unfinished button").click();
    await animationFrame();
    expect(".o_xpps_month").toHaveText("December 2025");
    expect.verifySteps([
        "overview of false",
        "reports of 2026-01-01",
        "overview of 2026-02-01",
        "reports of 2026-02-01",
        "overview of 2026-01-01",
        "reports of 2026-01-01",
        "overview of 2025-12-01",
        "reports of 2025-12-01",
    ]);
});

test("the other figures are there before the reports, and without them", async () => {
    const reports = new Deferred();
    await mountOverview({ reports: () => reports });
    expect("[data-figure=to_approve]").toHaveCount(1);
    expect(".o_xpps_loading").toHaveCount(1);
    expect("[data-section=fleet]").toHaveCount(0);
    reports.reject(new Error("too slow"));
    await animationFrame();
    await animationFrame();
    expect(".o_xpps_loading").toHaveCount(0);
    expect(".o_xpps_reports_failed").toHaveCount(1);
    expect("[data-figure=to_approve]").toHaveCount(1);
    expect.verifySteps(["overview of false", "reports of 2026-01-01"]);
});

test("a step that opens a dialog is looked at again when that is closed", async () => {
    const action = { xmlid: "xerox_xpps.action_xpps_import_wizard", context: { default_name: "Wanted" } };
    const steps = [{ key: "upload", label: "Upload", state: "current", hint: "Import it", button: "Import", action }];
    await mountOverview({ changes: { companies: [company({ steps })] } });
    expect.verifySteps(["overview of false", "reports of 2026-01-01"]);
    await contains(".o_xpps_next_step").click();
    expect(".o_dialog .o_field_widget[name=name] input").toHaveValue("Wanted");
    await contains(".o_dialog .btn-close").click();
    await animationFrame();
    expect.verifySteps(["overview of 2026-01-01", "reports of 2026-01-01"]);
});

test("a dialog that leads to another screen closes, however long the overview takes", async () => {
    const late = new Deferred();
    const action = { xmlid: "xerox_xpps.action_xpps_import_wizard", context: {} };
    const steps = [{ key: "upload", label: "Upload", state: "current", hint: "Import it", button: "Import", action }];
    await mountOverview({ changes: { companies: [company({ steps })] } });
    expect.verifySteps(["overview of false", "reports of 2026-01-01"]);
    onRpc("xpps.overview", "get_overview", () => late);
    onRpc("sale.subscription.charge", "action_import", () => ({
        type: "ir.actions.act_window",
        res_model: "sale.subscription.charge",
        res_id: 3,
        views: [[false, "form"]],
    }));
    await contains(".o_xpps_next_step").click();
    await contains(".o_dialog button[name=action_import]").click();
    await animationFrame();
    expect(".o_dialog").toHaveCount(0);
    expect(".o_form_view .o_field_widget[name=name] input").toHaveValue("Old Pages");
    late.resolve(overview());
    await animationFrame();
    expect(".o_form_view").toHaveCount(1);
    expect.verifySteps([]);
});

test("a dialog that is closed does not wait for the overview", async () => {
    const late = new Deferred();
    const action = { xmlid: "xerox_xpps.action_xpps_import_wizard", context: {} };
    const steps = [{ key: "upload", label: "Upload", state: "current", hint: "Import it", button: "Import", action }];
    await mountOverview({ changes: { companies: [company({ steps })] } });
    onRpc("xpps.overview", "get_overview", () => late);
    await contains(".o_xpps_next_step").click();
    await contains(".o_dialog .btn-close").click();
    await animationFrame();
    expect(".o_dialog").toHaveCount(0);
    late.resolve(overview("2026-02-01"));
    await animationFrame();
    expect(".o_xpps_month").toHaveText("February 2026");
    expect.verifySteps(["overview of false", "reports of 2026-01-01", "reports of 2026-02-01"]);
});

test("says when a month is done", async () => {
    const steps = [{ key: "post", label: "Post invoices", state: "done" }];
    await mountOverview({ changes: { companies: [company({ steps })] } });
    expect(".o_xpps_hint").toHaveText("January 2026 is done.");
    expect(".o_xpps_next_step").toHaveCount(0);
    expect.verifySteps(["overview of false", "reports of 2026-01-01"]);
});

test("names the companies when there are several", async () => {
    await mountOverview({ changes: { companies: [company(), company({ id: 2, name: "Branch", steps: [] })] } });
    expect(queryAllTexts(".o_xpps_company h2")).toEqual(["Reseller", "Branch"]);
    expect("[data-company='2'] .o_xpps_steps").toHaveCount(0);
    expect("[data-company='2'] [data-figure=to_approve]").toHaveCount(1);
    expect("[data-company='2'] canvas").toHaveCount(0);
    expect.verifySteps(["overview of false", "reports of 2026-01-01"]);
});

test("says how to begin where nothing is there", async () => {
    const action = { xmlid: "xerox_xpps.action_xpps_import_wizard", context: {} };
    const setup = [{ key: "import", label: "Import the file", hint: "With a few clicks", button: "Import", action }];
    await mountOverview({ changes: { companies: [], setup } });
    expect.verifySteps(["overview of false"]);
    expect(".o_view_nocontent").toHaveText(/Import the file\s*With a few clicks/);
    expect(".o_xpps_month").toHaveCount(0);
    await contains(".o_xpps_setup .btn-primary").click();
    expect(".o_dialog").toHaveCount(1);
});
