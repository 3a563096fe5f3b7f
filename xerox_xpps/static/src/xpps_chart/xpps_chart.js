/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor, hexToRGBA } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";

import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

/**
 * A bar or line chart of Odoo's own Chart.js, in the colors of the light or dark theme.
 *
 * It is as wide as its parent and 16rem high, unless the style of the parent says otherwise. Screen readers get the
 * figures as a table. Without a figure other than 0 it says that there is nothing to show.
 */
export class XppsChart extends Component {
    static template = "xerox_xpps.XppsChart";
    static props = {
        type: { validate: (type) => ["bar", "line"].includes(type) },
        labels: { type: Array, element: String },
        /** As many numbers in each `data` as there are labels; null leaves a gap. */
        datasets: {
            type: Array,
            element: { type: Object, shape: { label: String, data: Array } },
        },
        stacked: { type: Boolean, optional: true },
        /** What the chart shows, for those who cannot see it. */
        title: { type: String, optional: true },
        /** What is said where there is nothing to show. */
        emptyText: { type: String, optional: true },
        /** A number as the reader sees it: (number) => string. */
        formatValue: { type: Function, optional: true },
        /** A bar or point is clicked: (datasetIndex, index) => … */
        onClick: { type: Function, optional: true },
    };
    static defaultProps = {
        stacked: false,
        title: _t("Chart"),
        emptyText: _t("Nothing to show yet"),
        formatValue: (value) => formatFloat(value, { trailingZeros: false }),
    };

    setup() {
        this.canvasRef = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (canvas) => {
                if (!canvas) {
                    return;
                }
                this.chart = new Chart(canvas, this.config);
                return () => this.chart.destroy();
            },
            // Parents make new arrays whenever they are rendered; only other figures are drawn anew.
            () => {
                const { type, labels, datasets, stacked } = this.props;
                return [this.canvasRef.el, JSON.stringify([type, labels, datasets, stacked])];
            }
        );
    }

    get isEmpty() {
        return !this.props.datasets.some(({ data }) => data.some((value) => value));
    }

    /** A cell of the table, empty where the chart has a gap. */
    cell(value) {
        return typeof value === "number" ? this.props.formatValue(value) : "";
    }

    onClick(ev) {
        const [element] = this.chart.getElementsAtEventForMode(ev, "nearest", { intersect: true }, false);
        if (element) {
            this.props.onClick?.(element.datasetIndex, element.index);
        }
    }

    get config() {
        const scheme = cookie.get("color_scheme");
        const text = getCustomColor(scheme, "#111827", "#e4e4e4");
        const grid = getCustomColor(scheme, "rgba(0,0,0,.1)", "rgba(255,255,255,.15)");
        const { type, labels, datasets, stacked } = this.props;
        return {
            type,
            data: {
                labels: [...labels],
                datasets: datasets.map(({ label, data }, index) => {
                    const color = getColor(index, scheme, datasets.length);
                    return {
                        label,
                        data: [...data],
                        borderColor: color,
                        backgroundColor: type === "line" ? hexToRGBA(color, 0.2) : color,
                        fill: type === "line" && stacked,
                        maxBarThickness: 64,
                    };
                }),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                onHover: (event, elements) => {
                    const clickable = this.props.onClick && elements.length;
                    event.native.target.style.cursor = clickable ? "pointer" : "";
                },
                plugins: {
                    legend: { display: datasets.length > 1, labels: { color: text } },
                    tooltip: {
                        callbacks: {
                            label: ({ dataset, parsed }) => `${dataset.label}: ${this.props.formatValue(parsed.y)}`,
                        },
                    },
                },
                scales: {
                    x: { stacked, grid: { display: false }, ticks: { color: text } },
                    y: {
                        stacked,
                        beginAtZero: true,
                        grid: { color: grid },
                        ticks: {
                            color: text,
                            maxTicksLimit: 6,
                            callback: (value) => this.props.formatValue(value),
                        },
                    },
                },
            },
        };
    }
}
