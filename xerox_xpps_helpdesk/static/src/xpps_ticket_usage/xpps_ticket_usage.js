/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

import { XppsUsage } from "@xerox_xpps/xpps_usage/xpps_usage";

/** What the device of a ticket prints, with the last overage of each output type. */
export class XppsTicketUsage extends XppsUsage {
    static template = "xerox_xpps_helpdesk.XppsTicketUsage";
}

registry.category("view_widgets").add("xpps_ticket_usage", { component: XppsTicketUsage });
