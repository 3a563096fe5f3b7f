/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

import { billingFile } from "./tour_files";

function transferOf(...numbers) {
    const transfer = new DataTransfer();
    for (const number of numbers) {
        const content = billingFile(number, `<SerialNumber>DROPPED-${number}</SerialNumber>`);
        transfer.items.add(new File([content], `${number}.xml`, { type: "text/xml" }));
    }
    return transfer;
}

registry.category("web_tour.tours").add("xpps_upload_tour", {
    steps: () => [
        {
            content: "An empty list says what to do",
            trigger: ".o_list_renderer .o_nocontent_help .o_xpps_drop_hint:contains('Drop one or more files here')",
        },
        {
            content: "Drag two files over it",
            trigger: ".o_list_renderer",
            run({ anchor }) {
                const dataTransfer = transferOf("UPLOAD-1", "UPLOAD-2");
                anchor.dispatchEvent(new DragEvent("dragenter", { bubbles: true, dataTransfer }));
            },
        },
        {
            content: "Drop them",
            trigger: ".o_drop_area:contains('Drop Xerox')",
            run({ anchor }) {
                const dataTransfer = transferOf("UPLOAD-1", "UPLOAD-2");
                anchor.dispatchEvent(new DragEvent("drop", { bubbles: true, dataTransfer }));
            },
        },
        {
            content: "Both are listed, with their errors",
            trigger: ".o_breadcrumb:contains('Uploaded Billing Files')",
        },
        {
            trigger: ".o_data_row.text-danger:contains('UPLOAD-1')",
        },
        {
            trigger: ".o_data_row.text-danger:contains('UPLOAD-2')",
        },
        {
            content: "The button takes a file, too",
            trigger: ".o_control_panel button:contains('Upload')",
            run() {
                const input = document.querySelector("input.document_file_uploader");
                input.files = transferOf("UPLOAD-3").files;
                input.dispatchEvent(new Event("change"));
            },
        },
        {
            content: "One file opens at once",
            trigger: ".o_form_view .o_field_widget[name=issue_ids] .o_data_row:contains('DROPPED-UPLOAD-3')",
        },
    ],
});
