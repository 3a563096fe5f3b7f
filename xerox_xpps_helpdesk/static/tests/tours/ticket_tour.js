/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

const DEVICE = ".o_field_widget[name=xpps_device_id] input";

registry.category("web_tour.tours").add("xpps_ticket_tour", {
    steps: () => [
        {
            content: "Scan the serial number",
            trigger: DEVICE,
            run: "edit sn-1",
        },
        {
            content: "A scanner ends with Enter",
            trigger: DEVICE,
            run: "press Enter",
        },
        {
            content: "The device is taken, and says where it stands",
            trigger: ".o_field_widget[name=xpps_location] input:value(2nd floor)",
        },
        { trigger: `${DEVICE}:value(SN-1)` },
        {
            content: "Save the ticket",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Look at what the device prints",
            trigger: ".o_form_saved .o_notebook a[name=xpps_metrics]",
            run: "click",
        },
        { trigger: ".o_xpps_usage .o_xpps_chart canvas[aria-label='Pages a Month']" },
        { trigger: ".o_xpps_usage th:contains('Last Overage')" },
        {
            trigger:
                ".o_xpps_usage tr:contains('Mono'):contains('3,000'):contains('02/28/2026') td:last-child:contains(300)",
        },
    ],
});
