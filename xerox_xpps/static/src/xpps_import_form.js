/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** The import wizard: what its button *Close* does, the cross of its dialog and the Escape key do, too. */
export class XppsImportFormController extends FormController {
    setup() {
        super.setup();
        if (this.env.inDialog) {
            this.env.dialogData.dismiss = () => this.leave();
        }
    }

    async leave() {
        const { data, resId, resModel } = this.model.root;
        if (resId && data.is_unusable) {
            await this.orm.call(resModel, "action_close", [resId]);
        }
    }
}

registry.category("views").add("xpps_import_form", { ...formView, Controller: XppsImportFormController });
