/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("xpps_copy_tour", {
    steps: () => [
        {
            content: "A master agreement has nothing to start or to invoice",
            trigger:
                ".o_form_view:not(:has(button[name=manual_invoice])):not(:has(.o_statusbar_status)) .o_xpps_master",
        },
        {
            trigger: "button[name=action_xpps_copy_to_customer]",
            run: "click",
        },
        {
            content: "Choose a customer",
            trigger: ".o_dialog .o_field_widget[name=partner_ids] input:focus",
            run: "edit Setup tour customer",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Setup tour customer')",
            run: "click",
        },
        {
            content: "Leave out the second service",
            trigger: ".o_dialog .o_data_row:nth-child(2) td[name=selected]",
            run: "click",
        },
        {
            content: "Change the price of the first",
            trigger: ".o_dialog .o_data_row:nth-child(1) td[name=price_unit]",
            run: "click",
        },
        {
            trigger: ".o_dialog .o_data_row:nth-child(1) td[name=price_unit] input",
            run: "edit 41.25",
        },
        {
            trigger: ".o_dialog footer button[name=action_copy]",
            run: "click",
        },
        {
            content: "The new agreement is the customer's",
            trigger:
                ".o_form_view:not(:has(.o_xpps_master)) .o_field_widget[name=partner_id] input:value(Setup tour customer)",
        },
        {
            content: "It takes devices",
            trigger: "button[name=action_xpps_add_devices]",
        },
    ],
});

registry.category("web_tour.tours").add("xpps_add_devices_tour", {
    steps: () => [
        {
            trigger: "button[name=action_xpps_add_devices]",
            run: "click",
        },
        {
            content: "Serial numbers are scanned at once: the cursor waits for them",
            trigger: ".o_dialog .o_field_widget[name=serials] textarea:focus",
            run: (helpers) => helpers.edit("SETUP-1\nSETUP-2; 2nd floor; A-7\nSETUP-9"),
        },
        {
            trigger: ".o_dialog .o_field_widget[name=product_id] input",
            run: "edit Setup tour printer",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Setup tour printer')",
            run: "click",
        },
        {
            trigger: ".o_dialog footer button[name=action_check]",
            run: "click",
        },
        {
            content: "The one that another agreement has is explained",
            trigger: ".o_dialog .o_data_row.text-danger:contains('SETUP-9'):contains('currently')",
        },
        {
            trigger: ".o_dialog footer button[name=action_add]",
            run: "click",
        },
        {
            content: "It is kept, the others are added",
            trigger: ".o_dialog:contains('2 devices were added') .o_field_widget[name=serials] textarea:value(SETUP-9)",
            run: "edit SETUP-3",
        },
        {
            trigger: ".o_dialog footer button[name=action_check]",
            run: "click",
        },
        {
            trigger: ".o_dialog .o_data_row:not(.text-danger):contains('SETUP-3')",
        },
        {
            trigger: ".o_dialog footer button[name=action_add]",
            run: "click",
        },
        {
            content: "The devices of the agreement are shown",
            trigger: ".o_list_view:has(.o_data_row:nth-child(3)) .o_data_row:contains('SETUP-3')",
        },
        {
            content: "More can be added from here",
            trigger: ".o_control_panel button[name=action_xpps_add_devices]",
        },
    ],
});
