/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { _t } from "@web/core/l10n/translation";

import { Component } from "@odoo/owl";

/** The steps of the month, and what is to be done next. */
export class XppsOverviewSteps extends Component {
    static template = "xerox_xpps.XppsOverviewSteps";
    static props = {
        steps: Array,
        month: String,
        open: Function,
    };

    get current() {
        return this.props.steps.find(({ state }) => state === "current");
    }

    get doneText() {
        return _t("%s is done.", this.props.month);
    }

    icon({ state }) {
        const icons = {
            done: "fa-check-circle text-success",
            current: "fa-arrow-circle-right text-primary",
            todo: "fa-circle-o o_xpps_muted",
        };
        return icons[state];
    }

    stateText({ state }) {
        return state === "done" ? _t("Done") : _t("To do");
    }
}
