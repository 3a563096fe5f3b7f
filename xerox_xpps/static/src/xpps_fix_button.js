/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component } from "@odoo/owl";

/**
 * The Fix button of an issue in a list: on a billing file, in the import wizard, or of all files.
 *
 * A record that is to be changed (its action's context has `xpps_recheck`) opens above the list; when it closes, the
 * file is checked again and the list shows what is left. An action with target "new" of the server would close the
 * import wizard below it.
 */
export class XppsFixButton extends Component {
    static template = "xerox_xpps.FixButton";
    static props = { ...standardWidgetProps };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.orm = useService("orm");
    }

    async onClick() {
        const { record } = this.props;
        const root = record.model.root;
        if (this.env.inDialog && !(await root.save())) {
            return;
        }
        const fileId = record.data.billing_file_id.id;
        const wizardId = record.context.xpps_import_wizard_id;
        const action = await this.orm.call(record.resModel, "action_fix", [record.resId], { context: record.context });
        if (action.target !== "new") {
            if (this.env.inDialog) {
                // The wizard closes; its file's form is the way back.
                await this.action.doAction({
                    type: "ir.actions.act_window",
                    res_model: "xpps.billing.file",
                    res_id: fileId,
                    views: [[false, "form"]],
                });
            }
            await this.action.doAction(action);
        } else if (action.context && action.context.xpps_recheck) {
            this.dialog.add(
                FormViewDialog,
                {
                    resModel: action.res_model,
                    resId: action.res_id,
                    viewId: action.views[0][0],
                    title: action.name,
                    context: action.context,
                },
                {
                    onClose: async () => {
                        if (wizardId) {
                            await this.orm.call("xpps.import.wizard", "action_recheck", [wizardId]);
                        } else {
                            await this.orm.call("xpps.billing.file", "action_check", [fileId]);
                        }
                        await root.load();
                    },
                }
            );
        } else {
            await this.action.doAction(action, { onClose: () => root.load() });
        }
    }
}

registry.category("view_widgets").add("xpps_fix_button", {
    component: XppsFixButton,
    fieldDependencies: [
        { name: "billing_file_id", type: "many2one" },
        { name: "can_fix", type: "boolean" },
        { name: "fix_help", type: "char" },
    ],
    listViewWidth: [64],
});
