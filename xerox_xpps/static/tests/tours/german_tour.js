/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

import { billingFile, monoDevice, selectFile } from "./tour_files";

/** The main path as a German clerk sees it, from a file with an error to a posted invoice. */
registry.category("web_tour.tours").add("xpps_german_tour", {
    steps: () => [
        {
            content: "The overview, and what comes first",
            trigger:
                ".o_xpps_steps:has([data-step=upload][data-state=current]) .o_xpps_next_step:contains('Abrechnungsdatei')",
            run: "click",
        },
        {
            content: "Select a file with a device that nobody knows",
            trigger: ".o_dialog .modal-title:contains('Abrechnungsdatei importieren')",
            run: () => selectFile("mai.xml", billingFile("DE-1", monoDevice("NICHT-UNSERES", "20.00"))),
        },
        {
            content: "What is wrong, where, and how it is mended",
            trigger:
                ".o_dialog .o_data_row.text-danger:contains('NICHT-UNSERES'):contains('Kein Gerät hat die Seriennummer') button:contains('Beheben')",
        },
        {
            content: "Discard it",
            trigger: ".o_dialog footer button[name=action_discard]:contains('Verwerfen')",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.o_dialog)) .o_xpps_steps:has([data-step=upload][data-state=current]) .o_xpps_next_step",
            run: "click",
        },
        {
            content: "Select the file of June",
            trigger: ".o_dialog .o_field_widget[name=file_data]",
            run: () => selectFile("juni.xml", billingFile("DE-2", monoDevice("SN-1", "20.00"))),
        },
        {
            content: "Import it and approve its charges",
            trigger:
                ".o_dialog footer button[name=action_import_and_approve].btn-primary:contains('Importieren und genehmigen')",
            run: "click",
        },
        {
            content: "The file opens",
            trigger:
                "body:not(:has(.o_dialog)) .o_form_view:contains('Gerätedatensätze') .o_field_widget[name=name]:contains('DE-2')",
        },
        {
            content: "What was approved is said as Germans write amounts",
            trigger: ".o_notification:contains('1 Abrechnungsposten genehmigt'):contains('10,00')",
        },
        {
            content: "Create a billing run",
            trigger: ".o_notification button:contains('Abrechnungslauf erstellen')",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=line_ids] .o_data_row:contains('Bereit')",
        },
        {
            content: "Create the invoices",
            trigger: ".o_form_view button[name=action_create_drafts]:contains('Entwürfe erstellen')",
            run: "click",
        },
        {
            content: "Post and send them",
            trigger: ".o_form_view button[name=action_post_and_send]:contains('Buchen und senden')",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "They are posted",
            trigger:
                ".o_form_view:not(:has(button[name=action_send])) .o_statusbar_status button[aria-current='step']:contains('Gebucht')",
        },
    ],
});
