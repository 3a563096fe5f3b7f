/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { Component } from "@odoo/owl";

/** Figures that belong together; a click opens the records of one. */
export class XppsOverviewSection extends Component {
    static template = "xerox_xpps.XppsOverviewSection";
    static props = {
        section: Object,
        open: Function,
    };

    valueClass({ look, value }) {
        return look ? `text-${look}` : value ? "" : "o_xpps_muted";
    }
}
