/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

import { selectFile } from "./tour_files";

const SAMPLE = [
    "Rechnung;Datum;Von;Bis;Geraet;Mono Over;Mono Unit Cost",
    "TOUR-7;02.07.2026;01.06.2026;30.06.2026;TOUR 0001;1000;0,0051",
].join("\r\n");

function assign(column, field) {
    const row = `.o_dialog .o_data_row:has(td[name=path]:contains(/^${column}$/))`;
    return [
        {
            content: `Say what ${column} is`,
            trigger: `${row} td[name=target]`,
            run: "click",
        },
        {
            trigger: `${row} td[name=target] input`,
            run: "click",
        },
        {
            trigger: `.o_select_menu_item:contains(/^${field}$/)`,
            run: "click",
        },
        {
            content: "It is chosen",
            trigger: `${row} td[name=target] input:value(${field})`,
        },
    ];
}

registry.category("web_tour.tours").add("xpps_file_format_tour", {
    steps: () => [
        {
            content: "Start with a sample",
            trigger: ".o_control_panel button:contains('New Format from Sample')",
            run: "click",
        },
        {
            content: "Select the file",
            trigger: ".o_dialog .o_field_widget[name=file_data]",
            run: () => selectFile("Xerox June.csv", SAMPLE),
        },
        {
            content: "The file is there",
            trigger: ".o_dialog .o_field_widget[name=file_data] input:value(Xerox June.csv)",
        },
        {
            content: "Look into it",
            trigger: ".o_dialog footer button[name=action_read_sample]",
            run: "click",
        },
        {
            content: "Its columns are listed with sample values; what is known is assigned",
            trigger:
                ".o_dialog .o_data_row:contains('Mono Unit Cost'):contains('0,0051') td[name=target]:contains('Mono Unit Cost')",
        },
        {
            content: "What is missing is said",
            trigger: ".o_dialog .alert-warning:contains('Still to be assigned'):contains('Serial Number')",
        },
        ...assign("Rechnung", "Invoice Number"),
        ...assign("Datum", "Invoice Date"),
        ...assign("Von", "Period Start"),
        ...assign("Bis", "Period End"),
        ...assign("Geraet", "Serial Number"),
        {
            content: "Nothing is missing now",
            trigger: ".o_dialog:not(:has(.alert-warning:contains('Still to be assigned'):visible))",
        },
        {
            content: "Try it",
            trigger: ".o_dialog footer button[name=action_dry_run]",
            run: "click",
        },
        {
            content: "The values are those of the file, read with comma and day first",
            trigger:
                ".o_dialog .o_field_widget[name=preview]:contains('TOUR-7'):contains('07/02/2026'):contains('TOUR 0001'):contains('0.0051'):contains('5.10')",
        },
        {
            content: "Create the format",
            trigger: ".o_dialog footer button[name=action_create_format]",
            run: "click",
        },
        {
            content: "The format is open",
            trigger:
                "body:not(:has(.o_dialog)) .o_form_view .o_field_widget[name=device_field_ids] .o_data_row:contains('Geraet')",
        },
    ],
});
