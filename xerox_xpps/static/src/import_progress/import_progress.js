/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { percentText } from "../formats";

import { Component, useEffect, useState } from "@odoo/owl";

const INTERVAL = 1000; // milliseconds

/**
 * How far the background work on a queued record is, in percent: the import of a file, or, with a `title`, whatever
 * that says. The server is asked every second, as the record is not changed meanwhile; it is loaded anew when it is
 * not queued any more.
 *
 * Options:
 *  - queued_field: a boolean that says whether the record is queued; else its state does
 *  - when_done: a method of the record to call before it is loaded anew
 */
export class ImportProgressField extends Component {
    static template = "xerox_xpps.ImportProgressField";
    static props = {
        ...standardFieldProps,
        doing: { type: String, optional: true },
        queuedField: { type: String, optional: true },
        whenDone: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ progress: this.props.record.data[this.props.name] });
        useEffect(
            (resId, isQueued) => {
                this.state.progress = this.props.record.data[this.props.name];
                return resId && isQueued ? this.poll(resId) : undefined;
            },
            () => [this.props.record.resId, this.isQueued]
        );
    }

    get isQueued() {
        return this.isQueuedIn(this.props.record.data);
    }

    isQueuedIn(values) {
        return this.props.queuedField ? values[this.props.queuedField] : values.state === "queued";
    }

    get percent() {
        return Math.floor(this.state.progress);
    }

    get text() {
        if (!this.percent) {
            return _t("Waiting to start");
        }
        const { doing } = this.props;
        const percent = percentText(this.percent);
        return doing ? _t("%(doing)s… %(percent)s", { doing, percent }) : _t("Importing… %s", percent);
    }

    /** Ask until the file is not queued any more. Returns what stops it. */
    poll(resId) {
        let timeout;
        let stopped = false;
        const { name, queuedField, record, whenDone } = this.props;
        const ask = async () => {
            let values;
            try {
                [values] = await this.orm.silent.read(record.resModel, [resId], [name, queuedField || "state"]);
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    throw error;
                }
                values = { ...record.data, [name]: this.state.progress };
            }
            if (stopped) {
                return;
            }
            if (values && this.isQueuedIn(values)) {
                this.state.progress = values[name];
                timeout = browser.setTimeout(ask, INTERVAL);
            } else {
                if (whenDone) {
                    await this.orm.call(record.resModel, whenDone, [resId]);
                }
                await record.load();
            }
        };
        timeout = browser.setTimeout(ask, INTERVAL);
        return () => {
            stopped = true;
            browser.clearTimeout(timeout);
        };
    }
}

export const importProgressField = {
    component: ImportProgressField,
    displayName: _t("Import Progress"),
    supportedTypes: ["float"],
    fieldDependencies: ({ options }) => [
        options.queued_field ? { name: options.queued_field, type: "boolean" } : { name: "state", type: "selection" },
    ],
    extractProps: ({ attrs, options }) => ({
        doing: attrs.title,
        queuedField: options.queued_field,
        whenDone: options.when_done,
    }),
};

registry.category("fields").add("xpps_import_progress", importProgressField);
