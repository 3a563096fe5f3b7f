/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/**
 * The import wizard: a file is checked as soon as it is chosen, and again for another kind or company. What the button
 * *Close* does, the cross of the dialog and the Escape key do, too.
 */
export class XppsImportFormController extends FormController {
    setup() {
        super.setup();
        if (this.env.inDialog) {
            this.env.dialogData.dismiss = () => this.leave();
        }
    }

    get modelParams() {
        const params = super.modelParams;
        params.hooks.onRecordChanged = (record) => this.onRecordChanged(record);
        return params;
    }

    onRecordChanged(record) {
        const { billing_file_id: checked, file_name: name } = record.data;
        if (record.resModel !== this.props.resModel || !name || checked) {
            return;
        }
        // Not waited for: the check saves the record, which waits for the end of this change.
        this.env.onClickViewButton({
            clickParams: { type: "object", name: "action_check" },
            getResParams: () => {
                const { context, evalContext, resId, resIds, resModel } = this.model.root;
                return { context, evalContext, resId, resIds, resModel };
            },
        });
    }

    async leave() {
        const { data, resId, resModel } = this.model.root;
        if (resId && data.is_unusable) {
            await this.orm.call(resModel, "action_close", [resId]);
        }
    }
}

registry.category("views").add("xpps_import_form", { ...formView, Controller: XppsImportFormController });
