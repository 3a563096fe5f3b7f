/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { whenClosed } from "./when_closed";

import { Component } from "@odoo/owl";

/** Forms that outlive a check; issues and device records are made anew by it. */
const LASTING = ["xpps.billing.file", "xpps.import.wizard"];

/**
 * The list or form that shows an issue, as it was when its button was pressed.
 *
 * It may draw its rows anew while a dialog is open, and the button with them. What a component calls by `useService` is
 * refused once it is gone, so neither the button nor this does.
 */
class IssueScreen {
    constructor({ services }, record) {
        this.services = services;
        this.root = record.model.root;
        this.fileId = record.data.billing_file_id.id;
    }

    async checkAgain(wizardId) {
        const { orm, ui } = this.services;
        // What is listed is out of date until the check has answered.
        ui.block();
        try {
            if (wizardId) {
                await orm.call("xpps.import.wizard", "action_recheck", [wizardId]);
            } else {
                await orm.call("xpps.billing.file", "action_check", [this.fileId]);
            }
            await this.reload();
        } finally {
            ui.unblock();
        }
    }

    openFile() {
        return this.services.action.doAction({
            type: "ir.actions.act_window",
            res_model: "xpps.billing.file",
            res_id: this.fileId,
            views: [[false, "form"]],
        });
    }

    reload() {
        const isList = !this.root.resId;
        return isList || LASTING.includes(this.root.resModel) ? this.root.load() : this.openFile();
    }
}

/**
 * The Fix button of an issue: on a billing file, in the import wizard, in the list of all issues, or on its own form.
 *
 * A record that is to be changed (its action's context has `xpps_recheck`) opens above the issues; when it closes, the
 * file is checked again and the issues show what is left. An ordinary action with target "new" would close the import
 * wizard below it.
 */
export class XppsFixButton extends Component {
    static template = "xerox_xpps.FixButton";
    static props = { ...standardWidgetProps };

    /** Information is nothing to fix, unless it proposes something; its severity stands on the same list or form. */
    get isShown() {
        const { can_fix: canFix, is_proposal: isProposal, severity } = this.props.record.data;
        return canFix && (severity !== "info" || isProposal);
    }

    async onClick() {
        const { record } = this.props;
        const { context, resId, resModel } = record;
        const { action: actionService, dialog, orm } = this.env.services;
        const screen = new IssueScreen(this.env, record);
        if (this.env.inDialog && !(await screen.root.save())) {
            return;
        }
        const action = await orm.call(resModel, "action_fix", [resId], { context });
        if (action.type === "ir.actions.act_window_close") {
            // The click was all.
            await screen.reload();
        } else if (action.target !== "new") {
            if (this.env.inDialog) {
                // The dialog closes; the file's form is the way back.
                await screen.openFile();
            }
            await actionService.doAction(action);
        } else if (action.context.xpps_recheck) {
            dialog.add(
                FormViewDialog,
                {
                    resModel: action.res_model,
                    resId: action.res_id,
                    viewId: action.views[0][0],
                    title: action.name,
                    context: action.context,
                },
                { onClose: whenClosed(() => screen.checkAgain(context.xpps_import_wizard_id)) }
            );
        } else {
            // A dialog is replaced by the next one, so there is nothing to show anew.
            const onClose = this.env.inDialog ? undefined : whenClosed(() => screen.reload());
            await actionService.doAction(action, { onClose });
        }
    }
}

registry.category("view_widgets").add("xpps_fix_button", {
    component: XppsFixButton,
    fieldDependencies: [
        { name: "billing_file_id", type: "many2one" },
        { name: "can_fix", type: "boolean" },
        { name: "fix_help", type: "char" },
        { name: "fix_label", type: "char" },
        { name: "is_proposal", type: "boolean" },
    ],
    listViewWidth: [64, 160],
});
