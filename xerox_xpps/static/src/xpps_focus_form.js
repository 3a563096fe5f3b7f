/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";

import { onMounted, useRef } from "@odoo/owl";

/** Honours `default_focus` on existing records, too; Odoo's own form does so on new ones only. */
export class XppsFocusFormRenderer extends FormRenderer {
    setup() {
        super.setup();
        const root = useRef("compiled_view_root");
        onMounted(() => {
            const [fieldId] = this.props.archInfo.autofocusFieldIds;
            if (fieldId && root.el) {
                root.el.querySelector(`#${fieldId}`)?.focus();
            }
        });
    }
}

registry.category("views").add("xpps_focus_form", { ...formView, Renderer: XppsFocusFormRenderer });
