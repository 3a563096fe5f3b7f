/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const STEP = (key) => `.o_xpps_quickstart [data-step=${key}]`;

registry.category("web_tour.tours").add("xpps_quickstart_tour", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='xerox_xpps.menu_xpps_root']",
            run: "click",
        },
        {
            content: "It opens with the steps; the file is the first that is missing",
            trigger: `${STEP("format")}[data-state=current]`,
        },
        {
            content: "What is done has a tick and a count",
            trigger: `${STEP("agreements")}[data-state=done]:contains('1 of 1 agreement started') .fa-check-circle`,
        },
        {
            content: "Open the settings",
            trigger: `${STEP("company")} button:contains('Show')`,
            run: "click",
        },
        {
            content: "An administrator of XPPS may set them",
            trigger: ".o_dialog .o_setting_box .o_field_widget[name=xpps_quarantine] input",
            run: "click",
        },
        {
            trigger: ".o_dialog footer button:contains('Save')",
            run: "click",
        },
        {
            content: "Try the sample file",
            trigger: `body:not(:has(.o_dialog)) ${STEP("format")} button:contains('Use the Sample File')`,
            run: "click",
        },
        {
            content: "It is checked, and says what is missing",
            trigger: ".o_form_view .o_field_widget[name=issue_ids] .o_data_row",
        },
        {
            content: "Back to the steps",
            trigger: ".o_breadcrumb .o_back_button a, .o_breadcrumb .breadcrumb-item a",
            run: "click",
        },
        {
            content: "The next step is a master agreement",
            trigger: `${STEP("master")}[data-state=current] button:contains('Show')`,
            run: "click",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "It needs no customer, and has a pricelist",
            trigger:
                ".o_form_view:not(:has(.o_field_widget[name=partner_id])) .o_field_widget[name=pricelist_id] input:value(Default)",
        },
        {
            trigger: ".o_field_widget[name=template_id] input",
            run: "edit Monthly, sent",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Monthly, sent invoices')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=sale_subscription_line_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=sale_subscription_line_ids] .o_selected_row td[name=product_id] input",
            run: "edit XPPS Base Price",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('XPPS Base Price')",
            run: "click",
        },
        {
            content: "It has its price",
            trigger: ".o_selected_row td[name=price_unit] input:value(30.00)",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
        {
            content: "Back to the steps, by the menu at the beginning",
            trigger: ".o_menu_sections [data-menu-xmlid='xerox_xpps.menu_xpps_quickstart']",
            run: "click",
        },
        {
            content: "All is ready for the first month",
            trigger: `${STEP("month")}[data-state=current]`,
        },
        {
            trigger: `${STEP("master")}[data-state=done]:contains('1 master agreement')`,
        },
    ],
});
