/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

import { billingFile, selectFile } from "./tour_files";

function device(serial, model, overage = "") {
    return `
    <SerialNumber>${serial}</SerialNumber>
    <ModelNumber>${model}</ModelNumber>
    <AgreementNumber>FIX-TOUR-AGREEMENT</AgreementNumber>
    <MonthlyBasePrice>30.00</MonthlyBasePrice>${overage}
  `;
}

const OVERAGE = `
    <ClrLvl3Over>100</ClrLvl3Over>
    <ClrLvl3OverUnitCost>0.05</ClrLvl3OverUnitCost>`;

const FILE = billingFile(
    "FIX-TOUR",
    device("FIX-1", "FT-100"),
    device("FIX-2", "FT-100", OVERAGE),
    device("FIX-3", "FT-UNKNOWN")
);

const TOP = ".o_dialog:not(.o_inactive_modal)";

registry.category("web_tour.tours").add("xpps_fix_tour", {
    steps: () => [
        {
            content: "Open the import wizard",
            trigger: ".o_control_panel button:contains('Import Billing File')",
            run: "click",
        },
        {
            content: "Select the file",
            trigger: ".o_dialog .o_field_widget[name=file_data]",
            run: () => selectFile("fix.xml", FILE),
        },
        {
            content: "It is there, and is checked at once",
            trigger: ".o_dialog:has(button[name=action_discard]) .o_field_widget[name=file_data] input:value(fix.xml)",
        },
        {
            content: "Three serial numbers are unknown",
            trigger: ".o_dialog .o_field_widget[name=issue_ids]:has(.o_data_row:nth-child(3))",
        },
        {
            content: "Fix the first of them",
            trigger: ".o_dialog .o_data_row:contains('FIX-1') button[name=action_fix]",
            run: "click",
        },
        {
            content: "All three are there, and the unknown model is missing",
            trigger:
                ".o_dialog .o_field_widget[name=row_ids]:has(.o_data_row:nth-child(3)) .o_data_row.text-danger:contains('FIX-3'):contains('Printer Model')",
        },
        {
            content: "Create the two that are complete",
            trigger: ".o_dialog footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "The third is kept",
            trigger:
                ".o_dialog:contains('2 devices were created') .o_data_row:contains('FIX-3'):contains('Printer Model')",
        },
        {
            content: "Choose a model for the rest",
            trigger: ".o_dialog .o_field_widget[name=fill_product_id] input",
            run: "edit Fix tour printer",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Fix tour printer')",
            run: "click",
        },
        {
            trigger: ".o_dialog button[name=action_fill]",
            run: "click",
        },
        {
            trigger: ".o_dialog .o_data_row:not(.text-danger):contains('FIX-3')",
        },
        {
            trigger: ".o_dialog footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "Back in the import wizard, checked again: what is left is a material code",
            trigger:
                ".o_dialog .o_field_widget[name=issue_ids] .o_data_row:contains('ClrLvl3') button[name=action_fix]",
            run: "click",
        },
        {
            content: "The mapping opens above the wizard, its missing code focused",
            trigger: `${TOP} .o_field_widget[name=clr_lvl3_product_id] input:focus`,
            run: "edit Fix tour color",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Fix tour color')",
            run: "click",
        },
        {
            trigger: `${TOP} .o_form_button_save`,
            run: "click",
        },
        {
            content: "Checked again, nothing stands against it",
            trigger: `${TOP} footer button[name=action_import]`,
            run: "click",
        },
        {
            content: "The file is imported",
            trigger: ".o_form_view button[name=action_approve_charges]",
        },
    ],
});
