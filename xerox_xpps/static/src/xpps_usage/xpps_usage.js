/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { _t } from "@web/core/l10n/translation";
import { Record } from "@web/model/record";
import { registry } from "@web/core/registry";
import { formatInteger } from "@web/views/fields/formatters";
import { Field } from "@web/views/fields/field";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { percentText } from "../formats";

import { Component } from "@odoo/owl";

/**
 * What a device, or the devices of an agreement or a customer, print: see the model xpps.usage.
 *
 * It loads its figures itself, when its page is opened, so that forms are not slower for it.
 */
export class XppsUsage extends Component {
    static template = "xerox_xpps.XppsUsage";
    static components = { Field, Record };
    static props = { ...standardWidgetProps };

    get recordProps() {
        const { resModel, resId, context } = this.props.record;
        const fieldNames = ["xpps_usage", "xpps_usage_chart"];
        return { resModel, resId, context, fieldNames, mode: "readonly" };
    }

    /** Pages; empty where there are none to speak of, such as the read of a whole fleet. */
    pages(value) {
        return formatInteger(value);
    }

    percent(value) {
        return percentText(value);
    }

    pagesLabel(month) {
        return _t("Pages in %s", month);
    }

    /** Whether a column has anything in it. */
    has(usage, column) {
        return usage.rows.some((row) => row[column] !== null);
    }
}

registry.category("view_widgets").add("xpps_usage", { component: XppsUsage });
