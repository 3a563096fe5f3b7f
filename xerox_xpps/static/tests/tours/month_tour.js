/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

import { billingFile, monoDevice, selectFile } from "./tour_files";

const ALLOWED = 9;

let clicks = 0;
const count = () => clicks++;

/** A month in which nothing is wrong, from the overview to invoices that are sent; every click is counted. */
registry.category("web_tour.tours").add("xpps_month_tour", {
    steps: () => [
        {
            content: "The overview says what comes first",
            trigger: ".o_xpps_steps:has([data-step=upload][data-state=current]) .o_xpps_next_step",
            run(helpers) {
                window.addEventListener("click", count, true);
                return helpers.click();
            },
        },
        {
            content: "Select the file",
            trigger: ".o_dialog .o_field_widget[name=file_data]",
            run() {
                // The click that opens the browser's own dialog.
                count();
                selectFile("june.xml", billingFile("MONTH-1", monoDevice("SN-1", "20.00")));
            },
        },
        {
            content: "It is checked; import it and approve its charges",
            trigger: ".o_dialog footer button[name=action_import_and_approve].btn-primary",
            run: "click",
        },
        {
            content: "The file opens",
            trigger: "body:not(:has(.o_dialog)) .o_form_view .o_arrow_button_current:contains('Imported')",
        },
        {
            content: "What was approved is said, with what comes next",
            trigger: ".o_notification:contains('1 charge approved, $10.00') button:contains('Create Billing Run')",
            run: "click",
        },
        {
            content: "The billing run has looked for agreements already",
            trigger: ".o_form_view .o_field_widget[name=line_ids] .o_data_row:contains('Ready')",
        },
        {
            content: "Create the invoices",
            trigger: ".o_form_view button[name=action_create_drafts]",
            run: "click",
        },
        {
            content: "Post and send them",
            trigger: ".o_form_view button[name=action_post_and_send]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "They are posted, and none is left to be sent",
            trigger:
                ".o_form_view:not(:has(button[name=action_send])) .o_statusbar_status button[aria-current='step']:contains('Posted')",
        },
        {
            content: "It took few clicks",
            trigger: ".o_form_view",
            run() {
                window.removeEventListener("click", count, true);
                if (clicks > ALLOWED || clicks < 2) {
                    throw new Error(`${clicks} clicks, ${ALLOWED} are allowed`);
                }
            },
        },
    ],
});
