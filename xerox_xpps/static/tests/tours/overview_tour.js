/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { billingFile, selectFile } from "./tour_files";

function openApp() {
    return [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='xerox_xpps.menu_xpps_root']",
            run: "click",
        },
    ];
}

const FIGURE = ".o_xpps_company [data-figure=to_approve]";

registry.category("web_tour.tours").add("xpps_overview_tour", {
    steps: () => [
        ...openApp(),
        {
            content: "The app opens with the overview, on the month that is not done",
            trigger: ".o_xpps_overview .o_xpps_month:contains('January 2026')",
        },
        {
            content: "The file is imported, and two charges wait",
            trigger: `${FIGURE}:contains('$1.50'):contains('2')`,
        },
        {
            content: "The charts come after the figures",
            trigger: ".o_xpps_company .o_xpps_chart canvas[aria-label='Pages by Output Type']",
        },
        {
            content: "The next step is to approve; look at the charges",
            trigger: ".o_xpps_steps:has([data-step=approve][data-state=current])",
        },
        {
            content: "A figure opens its records",
            trigger: FIGURE,
            run: "click",
        },
        {
            content: "Just the two that were counted",
            trigger: ".o_list_view:has(.o_data_row:nth-child(2)):not(:has(.o_data_row:nth-child(3)))",
        },
        {
            content: "Choose both",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Approve them",
            trigger: ".o_control_panel button[name=action_approve]",
            run: "click",
        },
        {
            content: "Nothing waits any more",
            trigger: ".o_view_nocontent, .o_list_view:not(:has(.o_data_row))",
        },
        {
            content: "Back to the overview",
            trigger: ".o_breadcrumb .o_back_button a, .o_breadcrumb .breadcrumb-item a",
            run: "click",
        },
        {
            content: "The next step is to invoice",
            trigger: `.o_xpps_steps:has([data-step=invoice][data-state=current])`,
        },
        {
            content: "The charges are to be invoiced now",
            trigger: ".o_xpps_company [data-figure=to_invoice]:contains('$1.50')",
        },
        {
            content: "A month earlier",
            trigger: ".o_xpps_previous",
            run: "click",
        },
        {
            content: "There was no file yet",
            trigger:
                "body:has(.o_xpps_month:contains('December 2025')) [data-figure=file]:contains('Not received yet')",
        },
    ],
});

registry.category("web_tour.tours").add("xpps_overview_import_tour", {
    steps: () => [
        ...openApp(),
        {
            content: "No file is there yet",
            trigger: ".o_xpps_steps:has([data-step=upload][data-state=current]) .o_xpps_next_step",
            run: "click",
        },
        {
            content: "Close the dialog",
            trigger: ".o_dialog:has(.o_field_widget[name=file_data]) header .btn-close",
            run: "click",
        },
        {
            content: "It does not wait for the overview; open it once more",
            trigger: "body:not(:has(.o_dialog)) .o_xpps_next_step",
            run: "click",
        },
        {
            content: "Select the file",
            trigger: ".o_dialog .o_field_widget[name=file_data]",
            run: () => selectFile("june.xml", billingFile("OVERVIEW-1", "<SerialNumber>SN-1</SerialNumber>")),
        },
        {
            content: "It is there, and is checked at once",
            trigger: ".o_dialog:has(button[name=action_discard]) .o_field_widget[name=file_data] input:value(june.xml)",
        },
        {
            content: "Import it",
            trigger: ".o_dialog footer button[name=action_import]",
            run: "click",
        },
        {
            content: "The file opens, and nothing is above it",
            trigger:
                "body:not(:has(.o_dialog)) .o_form_view .o_field_widget[name=issue_ids], body:not(:has(.o_dialog)) .o_form_view .o_arrow_button_current:contains('Imported')",
        },
        {
            content: "It answers: go back to the overview",
            trigger: ".o_breadcrumb .o_back_button a, .o_breadcrumb .breadcrumb-item a",
            run: "click",
        },
        {
            trigger: ".o_xpps_overview .o_xpps_month",
        },
    ],
});

registry.category("web_tour.tours").add("xpps_overview_user_tour", {
    steps: () => [
        ...openApp(),
        {
            content: "The same month, without steps",
            trigger: ".o_xpps_overview:has(.o_xpps_month:contains('January 2026')):not(:has(.o_xpps_steps))",
        },
        {
            content: "Devices come after the charges, and nothing else",
            trigger:
                ".o_xpps_company:has([data-section=charges]):has([data-section=fleet]):not(:has([data-section=file], [data-section=result]))",
        },
        {
            content: "A figure opens its records",
            trigger: ".o_xpps_company [data-figure=devices]:contains('2')",
            run: "click",
        },
        {
            content: "Two devices",
            trigger: ".o_list_view:has(.o_data_row:nth-child(2)):not(:has(.o_data_row:nth-child(3)))",
        },
    ],
});
