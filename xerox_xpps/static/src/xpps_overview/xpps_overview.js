/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KeepLast } from "@web/core/utils/concurrency";
import { formatInteger } from "@web/views/fields/formatters";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { amountText } from "../formats";
import { openTarget } from "../open_target";
import { XppsChart } from "../xpps_chart/xpps_chart";
import { XppsOverviewSection } from "./xpps_overview_section";
import { XppsOverviewSteps } from "./xpps_overview_steps";

import { Component, onWillStart, status, useState } from "@odoo/owl";

/**
 * The first screen of the app: a month of billing, company by company. The server says what there is to see and what
 * each figure opens (`xpps.overview`); what rests on the reports takes longer and comes after the other figures.
 */
export class XppsOverview extends Component {
    static template = "xerox_xpps.XppsOverview";
    static components = { Dropdown, DropdownItem, Layout, XppsChart, XppsOverviewSection, XppsOverviewSteps };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ data: null, reports: null, reportsFailed: false });
        this.lastOverview = new KeepLast();
        this.lastReports = new KeepLast();
        // Coming back from a list, the user sees the month that was left.
        useSetupAction({ getLocalState: () => ({ month: this.month }) });
        onWillStart(() => this.load(this.props.state?.month));
    }

    get month() {
        return this.state.data.month.value;
    }

    async load(month) {
        const data = await this.lastOverview.add(
            this.orm.call("xpps.overview", "get_overview", [], { month: month || false })
        );
        this.state.data = data;
        this.state.reports = null;
        this.state.reportsFailed = false;
        if (data.companies.length) {
            this.loadReports();
        }
    }

    /** The month as it is now, unless the overview is not shown any more. */
    refresh() {
        if (status(this) !== "destroyed") {
            return this.load(this.month);
        }
    }

    async loadReports() {
        try {
            const companies = await this.lastReports.add(
                this.orm.silent.call("xpps.overview", "get_reports", [], { month: this.month })
            );
            this.state.reports = Object.fromEntries(companies.map((company) => [company.id, company]));
        } catch {
            // The other figures stand without them.
            this.state.reportsFailed = true;
        }
    }

    sections(company) {
        return [...company.sections, ...(this.state.reports?.[company.id]?.sections || [])];
    }

    formatValue({ currency_id: currencyId }) {
        return (value) => (currencyId ? amountText(value, currencyId) : formatInteger(value));
    }

    onChartClick(chart, index) {
        this.load(chart.months[index]);
    }

    /**
     * Open what a figure counts, or the place where a step is done.
     *
     * @param {Object} target see `openTarget`
     */
    open(target) {
        return openTarget(this.action, target, () => this.refresh());
    }
}

registry.category("actions").add("xpps_overview", XppsOverview);
