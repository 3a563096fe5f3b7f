/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KeepLast } from "@web/core/utils/concurrency";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { XppsChart } from "../xpps_chart/xpps_chart";
import { XppsOverviewSection } from "./xpps_overview_section";
import { XppsOverviewSteps } from "./xpps_overview_steps";

import { Component, onWillStart, useState } from "@odoo/owl";

/**
 * The first screen of the app: a month of billing, company by company. The server says what there is to see and what
 * each figure opens (`xpps.overview`); the charts, which take longer, come after the figures.
 */
export class XppsOverview extends Component {
    static template = "xerox_xpps.XppsOverview";
    static components = { Dropdown, DropdownItem, Layout, XppsChart, XppsOverviewSection, XppsOverviewSteps };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ data: null, charts: {}, chartsFailed: false });
        this.lastOverview = new KeepLast();
        this.lastCharts = new KeepLast();
        // Coming back from a list, the user sees the month that was left.
        useSetupAction({ getLocalState: () => ({ month: this.month }) });
        onWillStart(() => this.load(this.props.state?.month));
    }

    get month() {
        return this.state.data.month.value;
    }

    async load(month) {
        this.state.data = await this.lastOverview.add(
            this.orm.call("xpps.overview", "get_overview", [], { month: month || false })
        );
        this.loadCharts();
    }

    async loadCharts() {
        if (!this.state.data.companies.length) {
            return;
        }
        let companies = [];
        try {
            companies = await this.lastCharts.add(
                this.orm.silent.call("xpps.overview", "get_charts", [], { month: this.month })
            );
            this.state.chartsFailed = false;
        } catch {
            // The figures stand without the charts.
            this.state.chartsFailed = true;
        }
        this.state.charts = Object.fromEntries(companies.map(({ id, charts }) => [id, charts]));
    }

    onChartClick(chart, index) {
        this.load(chart.months[index]);
    }

    /**
     * Open what a figure counts, or the place where a step is done.
     *
     * @param {Object} target an action, or `xmlid` of one with what is to replace of it
     */
    async open(target) {
        const { xmlid, domain, context } = target;
        let action = target;
        if (xmlid) {
            action = { ...(await this.action.loadAction(xmlid)) };
            if (domain) {
                action.domain = domain;
            }
            if (context) {
                action.context = context;
            }
        }
        const onClose = () => this.load(this.month);
        return this.action.doAction(action, action.target === "new" ? { onClose } : {});
    }
}

registry.category("actions").add("xpps_overview", XppsOverview);
