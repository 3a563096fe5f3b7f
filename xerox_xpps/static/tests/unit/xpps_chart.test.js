/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { Component, useState, xml } from "@odoo/owl";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    models,
    mountView,
    mountWithCleanup,
    patchWithCleanup,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { cookie } from "@web/core/browser/cookie";
import { XppsChart } from "@xerox_xpps/xpps_chart/xpps_chart";

describe.current.tags("desktop");
preloadBundle("web.chartjs_lib");

const PAGES = {
    type: "bar",
    stacked: true,
    title: "Pages",
    labels: ["Jan", "Feb"],
    datasets: [
        { label: "Mono", data: [1200, 800.5] },
        { label: "Color", data: [300, null] },
    ],
};

class Device extends models.Model {
    _name = "stock.lot";

    usage = fields.Json({ string: "Pages a Month" });

    _records = [{ id: 1, usage: { ...PAGES, title: undefined } }, { id: 2 }];
}

defineMailModels();
defineModels([Device]);

class Parent extends Component {
    static components = { XppsChart };
    static props = ["*"];
    static template = xml`<XppsChart t-props="state"/>`;

    setup() {
        this.state = useState(this.props.chart);
    }
}

const chartOn = (target) => Chart.getChart(queryOne(target));

async function mountChart(changes = {}) {
    const chart = { ...JSON.parse(JSON.stringify(PAGES)), ...changes };
    return (await mountWithCleanup(Parent, { props: { chart } })).state;
}

test("draws the figures, and tells them to screen readers", async () => {
    await mountChart();
    const { config, data, options } = chartOn("canvas");
    expect(config.type).toBe("bar");
    expect(data.labels).toEqual(["Jan", "Feb"]);
    expect(data.datasets.map(({ label }) => label)).toEqual(["Mono", "Color"]);
    expect(data.datasets.map((dataset) => dataset.data)).toEqual([
        [1200, 800.5],
        [300, null],
    ]);
    expect(data.datasets[0].backgroundColor).not.toBe(data.datasets[1].backgroundColor);
    expect([options.scales.x.stacked, options.scales.y.stacked]).toEqual([true, true]);
    expect("canvas").toHaveAttribute("aria-label", "Pages");
    expect(queryAllTexts(".o_xpps_chart th")).toEqual(["Mono", "Color", "Jan", "Feb"]);
    expect(queryAllTexts(".o_xpps_chart td")).toEqual(["", "1,200", "300", "800.5", ""]);
});

test("draws anew when the figures change, and only then", async () => {
    const state = await mountChart();
    const first = chartOn("canvas");
    state.labels = [...state.labels];
    await animationFrame();
    expect(chartOn("canvas") === first).toBe(true);
    state.datasets[0].data = [1, 2];
    await animationFrame();
    const second = chartOn("canvas");
    expect(second === first).toBe(false);
    expect(first.canvas).toBe(null, { message: "the old chart is destroyed" });
    expect(second.data.datasets[0].data).toEqual([1, 2]);
});

test("says so when there is nothing to show", async () => {
    const state = await mountChart({ emptyText: "No pages" });
    const chart = chartOn("canvas");
    state.datasets = [{ label: "Mono", data: [0, 0] }];
    await animationFrame();
    expect("canvas").toHaveCount(0);
    expect(chart.canvas).toBe(null, { message: "the chart is destroyed" });
    expect(".o_xpps_chart").toHaveText("No pages");
    state.datasets = [{ label: "Mono", data: [0, 7] }];
    await animationFrame();
    expect(chartOn("canvas").data.datasets[0].data).toEqual([0, 7]);
});

test("tells which bar is clicked", async () => {
    await mountChart({ onClick: (datasetIndex, index) => expect.step([datasetIndex, index]) });
    const chart = chartOn("canvas");
    const { x, y } = chart.getDatasetMeta(1).data[0].getCenterPoint();
    await click("canvas", { position: { x, y }, relative: true });
    expect.verifySteps([[1, 0]]);
    await click("canvas", { position: { x: 1, y: 1 }, relative: true });
    expect.verifySteps([]);
});

test("wears the colors of the theme", async () => {
    patchWithCleanup(cookie, { get: () => "dark" });
    await mountChart({ type: "line", stacked: false });
    const { config, options } = chartOn("canvas");
    expect(config.type).toBe("line");
    expect(options.scales.x.ticks.color).toBe("#e4e4e4");
});

test("shows what a field holds", async () => {
    const arch = `<form><field name="usage" widget="xpps_chart"/></form>`;
    await mountView({ type: "form", resModel: "stock.lot", resIds: [1, 2], resId: 1, arch });
    expect(chartOn("canvas").data.datasets[0].data).toEqual([1200, 800.5]);
    expect("canvas").toHaveAttribute("aria-label", "Pages a Month");
    await click(".o_pager_next");
    await animationFrame();
    expect("canvas").toHaveCount(0);
});
