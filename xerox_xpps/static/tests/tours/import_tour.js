/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

import { billingFile, monoDevice, selectFile } from "./tour_files";

function openWizard(name, content) {
    return [
        {
            content: "Open the import wizard",
            trigger: ".o_control_panel button:contains('Import Billing File')",
            run: "click",
        },
        {
            content: "Select the file",
            trigger: ".o_dialog .o_field_widget[name=file_data]",
            run: () => selectFile(name, content),
        },
        {
            content: "The file is there, and is checked at once",
            trigger: `.o_dialog:has(button[name=action_discard]) .o_field_widget[name=file_data] input:value(${name})`,
        },
    ];
}

registry.category("web_tour.tours").add("xpps_import_tour", {
    steps: () => [
        ...openWizard("unknown.xml", billingFile("TOUR-1", monoDevice("NOT-OURS-1", "30.00"))),
        {
            content: "An unknown serial is an error that names line and serial",
            trigger: ".o_dialog .o_data_row.text-danger:contains('NOT-OURS-1'):contains('no device has the serial')",
        },
        {
            content: "A file with an error cannot be imported",
            trigger: ".o_dialog footer:not(:has(button[name=action_import]))",
        },
        {
            content: "Close the wizard",
            trigger: ".o_dialog footer button:contains('Close')",
            run: "click",
        },
        {
            content: "The draft stays in the list",
            trigger: "body:not(:has(.o_dialog))",
        },
        ...openWizard("june.xml", billingFile("TOUR-2", monoDevice("tour 0001", "30.00"))),
        {
            content: "The file can be imported",
            trigger: ".o_dialog footer button[name=action_import]",
        },
        {
            content: "Material codes of the file's models stand on the Options tab",
            trigger: ".o_dialog .nav-link[name=options]",
            run: "click",
        },
        {
            trigger: ".o_dialog .o_field_widget[name=mapping_ids] .o_data_row:contains('Tour mono')",
        },
        {
            content: "Import",
            trigger: ".o_dialog footer button[name=action_import]",
            run: "click",
        },
        {
            content: "The file is imported; approve its charges",
            trigger: ".o_form_view button[name=action_approve_charges]",
            run: "click",
        },
        {
            content: "Nothing is left to approve",
            trigger: ".o_form_view:not(:has(button[name=action_approve_charges]))",
        },
        {
            content: "Open the charges",
            trigger: "button[name=action_open_charges]",
            run: "click",
        },
        {
            content: "The click price keeps its decimals",
            trigger: ".o_list_view .o_data_row:contains('TOUR 0001'):contains('0.008915'):contains('8.92')",
        },
        {
            content: "Open the charge",
            trigger: ".o_list_view .o_data_row td[name=device_id]",
            run: "click",
        },
        {
            content: "Open the agreement",
            trigger: ".o_form_view .o_field_widget[name=subscription_id] .o_external_button:not(:visible)",
            run: "click",
        },
        {
            content: "Invoice it",
            trigger: "button[name=manual_invoice]",
            run: "click",
        },
        {
            content: "The draft invoice names device, pages and price",
            trigger:
                ".o_form_view .o_field_widget[name=invoice_line_ids] .o_data_row:contains('TOUR 0001'):contains('1,000 pages × 0.008915')",
        },
    ],
});
