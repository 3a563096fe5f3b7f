/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView, onRpc, preloadBundle } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
preloadBundle("web.chartjs_lib");

const row = (label, values) => ({
    label,
    last_read: null,
    read_date: null,
    average: 1250,
    pages: 1500,
    included: 0,
    percent: null,
    ...values,
});

const chart = (...data) => ({
    type: "bar",
    stacked: true,
    labels: ["Jan 2026", "Feb 2026"],
    datasets: data.length ? [{ label: "Mono", data }] : [],
    emptyText: "No pages yet",
});

class Device extends models.Model {
    _name = "stock.lot";

    name = fields.Char();
    xpps_usage = fields.Json();
    xpps_usage_chart = fields.Json({ string: "Pages a Month" });

    _records = [
        {
            id: 1,
            name: "SN-1",
            xpps_usage: {
                month: "Feb 2026",
                devices: null,
                rows: [
                    row("Mono", { last_read: 2500, read_date: "02/28/2026", included: 1000, percent: 150 }),
                    row("Color", { last_read: 151, read_date: "02/28/2026", pages: 0 }),
                    row("All", { included: 1000, percent: 150.6 }),
                ],
            },
            xpps_usage_chart: chart(1000, 1500),
        },
        {
            id: 2,
            name: "Fleet",
            xpps_usage: {
                month: "Feb 2026",
                devices: 3,
                rows: [row("Mono", { included: 2000, percent: 75 }), row("All", { included: 2000, percent: 75 })],
            },
            xpps_usage_chart: chart(7, 8),
        },
        {
            id: 3,
            name: "SN-3",
            xpps_usage: { month: null, devices: 0, rows: [] },
            xpps_usage_chart: chart(),
        },
    ];
}

defineMailModels();
defineModels([Device]);

async function mountDevice(resId) {
    onRpc("stock.lot", "web_read", ({ kwargs }) => {
        expect.step(Object.keys(kwargs.specification).filter((name) => name.startsWith("xpps")));
    });
    await mountView({
        type: "form",
        resModel: "stock.lot",
        resIds: [1, 2, 3],
        resId,
        arch: `<form><notebook>
            <page string="Name"><field name="name"/></page>
            <page string="Usage" name="usage"><widget name="xpps_usage"/></page>
        </notebook></form>`,
    });
    // The form itself does not wait for the figures.
    expect.verifySteps([[]]);
    await click("a[name=usage]");
    await animationFrame();
    await animationFrame();
    expect.verifySteps([["xpps_usage", "xpps_usage_chart"]]);
}

const cells = () => queryAllTexts(".o_xpps_usage .table tbody :is(th, td)");

test("loads the usage of a device when its page is opened", async () => {
    await mountDevice(1);
    expect(Chart.getChart(queryOne("canvas")).data.datasets[0].data).toEqual([1000, 1500]);
    expect(cells()).toEqual([
        ...["Mono", "2,500", "02/28/2026", "1,250", "1,500", "1,000", "150%"],
        ...["Color", "151", "02/28/2026", "1,250", "0", "", ""],
        ...["All", "", "", "1,250", "1,500", "1,000", "151%"],
    ]);
    expect(".o_xpps_usage .table thead th:eq(4)").toHaveText("Pages in Feb 2026");
    expect("[role=progressbar]").toHaveCount(2);
    expect("[role=progressbar]:eq(0) .o_progressbar_complete").toHaveClass("bg-warning");
    expect(".o_xpps_usage").not.toHaveText(/Active devices/);
});

test("shows a fleet without counters, and follows the record", async () => {
    await mountDevice(2);
    expect(cells().slice(0, 5)).toEqual(["Mono", "1,250", "1,500", "2,000", "75%"]);
    expect(".o_xpps_usage p").toHaveText("Active devices: 3");
    expect("[role=progressbar]:eq(0) .o_progressbar_complete").toHaveClass("bg-primary");
    expect("[role=progressbar]:eq(0)").toHaveAttribute("aria-valuenow", "75");
    await click(".o_pager_next");
    await animationFrame();
    await animationFrame();
    expect.verifySteps([[], ["xpps_usage", "xpps_usage_chart"]]);
    expect("canvas").toHaveCount(0);
    expect(".o_xpps_usage").toHaveText("No pages yet");
});
