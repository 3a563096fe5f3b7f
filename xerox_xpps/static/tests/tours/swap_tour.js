/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("xpps_swap_tour", {
    steps: () => [
        {
            content: "Swap the device",
            trigger: ".o_form_view .o_statusbar_buttons button:contains('Swap')",
            run: "click",
        },
        {
            content: "Its model is proposed",
            trigger: ".o_dialog .o_field_widget[name=product_id] input:value(Swap tour printer)",
        },
        {
            content: "Give the serial number of the new one",
            trigger: ".o_dialog .o_field_widget[name=serial] input",
            run: "edit SWAP-NEW",
        },
        {
            content: "The last counter of the old one is proposed; correct it",
            trigger: ".o_dialog .o_field_widget[name=read_ids] .o_data_row:contains('1,500') td[name=closing_read]",
            run: "click",
        },
        {
            trigger: ".o_dialog .o_selected_row .o_field_widget[name=closing_read] input",
            run: "edit 1600",
        },
        {
            content: "Give the counter of the new one",
            trigger: ".o_dialog .o_selected_row .o_field_widget[name=opening_read] input",
            run: "edit 70",
        },
        {
            content: "Do it",
            trigger: ".o_dialog footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "The new device is open, and stands where the old one did",
            trigger:
                ".o_form_view:has(.o_field_widget[name=name] input:value(SWAP-NEW)) .o_field_widget[name=xpps_location] input:value(Hall)",
        },
        {
            content: "It says where it comes from; go to the old one",
            trigger: ".o-mail-Message:contains('Installed in place of') a:contains('SWAP-OLD')",
            run: "click",
        },
        {
            content: "That one is removed",
            trigger:
                ".o_form_view:has(.o_field_widget[name=name] input:value(SWAP-OLD)) .o_arrow_button_current:contains('Removed')",
        },
        {
            content: "See its history",
            trigger: ".o_notebook .nav-link[name=history]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=xpps_assignment_ids] .o_data_row:contains('Swap tour customer')",
        },
    ],
});
