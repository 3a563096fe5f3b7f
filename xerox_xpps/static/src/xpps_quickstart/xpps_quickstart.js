/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { openTarget } from "../open_target";

import { Component, onWillStart, status, useState } from "@odoo/owl";

/** The way from an empty database to the first month. The server says what is done (`xpps.quickstart`). */
export class XppsQuickstart extends Component {
    static template = "xerox_xpps.XppsQuickstart";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ data: null });
        this.last = new KeepLast();
        onWillStart(() => this.load());
    }

    async load() {
        this.state.data = await this.last.add(this.orm.call("xpps.quickstart", "get_quickstart", []));
    }

    /** The steps as they are now, unless they are not shown any more. */
    refresh() {
        if (status(this) !== "destroyed") {
            return this.load();
        }
    }

    get isDone() {
        return this.state.data.done === this.state.data.total;
    }

    get doneText() {
        const { done, total } = this.state.data;
        return this.isDone ? _t("All steps are done.") : _t("%(done)s of %(total)s steps done", { done, total });
    }

    get percent() {
        return Math.round((100 * this.state.data.done) / this.state.data.total);
    }

    /** @returns {"done"|"current"|"todo"} the current step is the first that is not done */
    stateOf(step) {
        const current = this.state.data.steps.find(({ done }) => !done);
        return step.done ? "done" : step === current ? "current" : "todo";
    }

    icon(step) {
        const icons = {
            done: "fa-check-circle text-success",
            current: "fa-arrow-circle-right text-primary",
            todo: "fa-circle-o o_xpps_muted",
        };
        return icons[this.stateOf(step)];
    }

    stateText(step) {
        return step.done ? _t("Done") : _t("To do");
    }

    async press({ action, method }) {
        const target = method ? await this.orm.call("xpps.quickstart", method, []) : action;
        return openTarget(this.action, target, () => this.refresh());
    }
}

registry.category("actions").add("xpps_quickstart", XppsQuickstart);
