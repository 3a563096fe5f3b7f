/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { XppsChart } from "./xpps_chart";

import { Component } from "@odoo/owl";

/** The chart that a Json field holds: the props of XppsChart that are data, such as `emptyText`. */
export class XppsChartField extends Component {
    static template = "xerox_xpps.XppsChartField";
    static components = { XppsChart };
    static props = { ...standardFieldProps };

    get chart() {
        return this.props.record.data[this.props.name];
    }

    get title() {
        return this.props.record.fields[this.props.name].string;
    }
}

export const xppsChartField = {
    component: XppsChartField,
    displayName: _t("Chart"),
    supportedTypes: ["json"],
};

registry.category("fields").add("xpps_chart", xppsChartField);
