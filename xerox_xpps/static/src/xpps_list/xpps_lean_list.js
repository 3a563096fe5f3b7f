/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

/** A list without the columns in which every row has 0, among those with the option `hide_zero`. */
export class XppsLeanListRenderer extends ListRenderer {
    getActiveColumns() {
        const { records } = this.props.list;
        const isUsed = ({ name, options }) =>
            !options?.hide_zero || !records.length || records.some(({ data }) => data[name]);
        return super.getActiveColumns().filter(isUsed);
    }
}

/** The same of records on a form. */
export class XppsLeanListField extends X2ManyField {
    static components = { ...X2ManyField.components, ListRenderer: XppsLeanListRenderer };
}

registry.category("views").add("xpps_lean_list", { ...listView, Renderer: XppsLeanListRenderer });
registry.category("fields").add("xpps_lean_list", { ...x2ManyField, component: XppsLeanListField });
