/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const ROW = ".o_list_view .o_data_row:contains('SN-1'):contains('Mono')";

registry.category("web_tour.tours").add("xpps_dispute_tour", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='xerox_xpps.menu_xpps_root']",
            run: "click",
        },
        {
            content: "See what is reported",
            trigger: ".o_menu_sections button[data-menu-xmlid='xerox_xpps.menu_xpps_reporting']",
            run: "click",
        },
        {
            content: "Open the vendor report",
            trigger: ".o-dropdown--menu [data-menu-xmlid='xerox_xpps.menu_xpps_vendor_report']",
            run: "click",
        },
        {
            content: "It opens with the differences, each with its reason",
            trigger: `${ROW}:contains('110 pages instead of 100')`,
        },
        {
            content: "Choose the row",
            trigger: `${ROW} .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Dispute it",
            trigger: ".o_control_panel button[name=action_dispute]",
            run: "click",
        },
        {
            content: "Ten pages at 0.004 are disputed; send it",
            trigger: ".o_form_view:has(.o_field_widget[name=amount]:contains('0.04')) button[name=action_send]:visible",
            run: "click",
        },
        {
            content: "The workbook is attached",
            trigger: ".modal:contains('.xlsx') button[name=action_send_mail]",
            run: "click",
        },
        {
            content: "Xerox has it",
            trigger: ".o_form_view .o_statusbar_status .o_arrow_button_current:contains('Sent')",
        },
    ],
});
