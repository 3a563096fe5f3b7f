/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

const HELD = ".o_data_row:contains('Run tour incomplete')";
const READY = ".o_data_row:contains('Run tour complete')";

registry.category("web_tour.tours").add("xpps_billing_run_tour", {
    steps: () => [
        {
            content: "Begin a billing run",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Look for agreements",
            trigger: "button[name=action_prepare]:contains('Find Agreements')",
            run: "click",
        },
        {
            content: "One is ready",
            trigger: `${READY}:contains('Ready')`,
        },
        {
            content: "One is held back, and says which device is missing",
            trigger: `${HELD}:contains('Held Back'):contains('RUN-TOUR-1') td[name=override_reason]`,
            run: "click",
        },
        {
            content: "Say why it is billed anyway",
            trigger: `${HELD} td[name=override_reason] input`,
            run: "edit Switched off all month",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Both are ready",
            trigger: `${HELD}:contains('Ready')`,
        },
        {
            content: "Create the invoices",
            trigger: "button[name=action_create_drafts]",
            run: "click",
        },
        {
            trigger: `${HELD}:contains('Invoiced')`,
        },
        {
            trigger: ".o_statusbar_status button[aria-current='step']:contains('Drafts Created')",
        },
        {
            content: "Post them",
            trigger: "button[name=action_post]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "All are posted",
            trigger: ".o_statusbar_status button[aria-current='step']:contains('Posted')",
        },
    ],
});
