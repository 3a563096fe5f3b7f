/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const LINE = "#xpps_lines details:contains('Mono Pages')";

tours.add("xpps_question_tour", {
    steps: () => [
        {
            content: "Open the line",
            trigger: `${LINE} summary`,
            run: "click",
        },
        {
            content: "It says how it came about",
            trigger: `${LINE}[open] p:contains('SN-1 counted 620 pages in January 2026, of which 500 are included')`,
        },
        {
            content: "Ask",
            trigger: `${LINE} textarea`,
            run: "edit Why so many?",
        },
        {
            content: "Send it",
            trigger: `${LINE} button[type=submit]`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It has arrived",
            trigger: ".o_xpps_query [role=status]:contains('Your question has arrived')",
        },
    ],
});

tours.add("xpps_question_answer_tour", {
    steps: () => [
        {
            content: "Take it on",
            trigger: ".o_form_view button[name=action_look_at]:contains('Look At')",
            run: "click",
        },
        {
            content: "Write the answer",
            trigger:
                ".o_form_view:has(.o_arrow_button_current:contains('Looked At')) .o_field_widget[name=answer] textarea",
            run: "edit Your meter counted 620 pages.",
        },
        {
            content: "Send it",
            trigger: ".o_form_view button[name=action_answer]",
            run: "click",
        },
        {
            content: "The customer has it",
            trigger: ".o_form_view:has(.o_arrow_button_current:contains('Answered'))",
        },
    ],
});

tours.add("xpps_question_read_tour", {
    steps: () => [
        {
            content: "The answer is there",
            trigger: ".o_xpps_query dd:contains('Your meter counted 620 pages.')",
        },
        {
            content: "So is its status",
            trigger: ".o_xpps_query .badge:contains('Answered')",
        },
    ],
});
