/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
/* eslint-disable no-await-in-loop -- a robot does one thing after the other */
import { Robot, tell } from "./robot";

const SWITCH = "nav.o_cp_switch_buttons > button.o_switch_view";
const TOGGLER = ".o_control_panel .o_searchview_dropdown_toggler";
const GROUPINGS =
    ".o_group_by_menu > .o_menu_item:not(.o_add_custom_group_menu), .o_group_by_menu > .o_accordion > .o_accordion_toggle";

/**
 * Go through the menus of an app, and group the records of each view by whatever its search offers. Odoo's own robot
 * (`@web/webclient/clickbot/clickbot`) tries views and filters, but no groupings.
 */
class GroupByRobot extends Robot {
    count = 0;

    async run(appXmlid) {
        await this.walk(appXmlid, (isDialog) => !isDialog && this.groupViews());
        if (!this.count) {
            throw new Error("there was nothing to group by");
        }
        return `${this.count} groupings`;
    }

    async groupViews() {
        await this.group();
        const types = [...document.querySelectorAll(`${SWITCH}:not(.active)`)].map(({ classList }) =>
            [...classList].find((name) => name.startsWith("o_") && name !== "o_switch_view")
        );
        const menu = this.place;
        for (const type of types) {
            this.place = `${menu}, ${type}`;
            // A second click within this time counts as the same.
            await new Promise((resolve) => setTimeout(resolve, 250));
            await this.click(document.querySelector(`${SWITCH}.${type}`));
            await this.group();
        }
    }

    /** Each grouping alone: the one before is taken back in the same breath, so that the view asks but once. */
    async group() {
        const names = await this.open();
        let last = null;
        for (const name of names) {
            this.place = `${this.place.split(" by ")[0]} by ${name}`;
            const before = last && (await this.find(last));
            const item = await this.find(name);
            before?.click();
            await this.click(item);
            last = name;
            this.count++;
        }
        if (last) {
            await this.click(await this.find(last));
        }
    }

    /** @returns {Promise<string[]>} what the open search menu groups by */
    async open() {
        const toggler = document.querySelector(TOGGLER);
        if (!toggler) {
            return [];
        }
        if (!document.querySelector(".o_search_bar_menu")) {
            await this.click(toggler);
        }
        return [...document.querySelectorAll(GROUPINGS)].map((item) => item.innerText.trim());
    }

    /** @returns {Promise<Element>} what to click to group by a name, in the open search menu: of dates the first option */
    async find(name) {
        await this.open();
        const item = [...document.querySelectorAll(GROUPINGS)].find((found) => found.innerText.trim() === name);
        if (!item.classList.contains("o_accordion_toggle")) {
            return item;
        }
        const first = () => item.closest(".o_accordion").querySelector(".o_accordion_values > .dropdown-item");
        if (!first()) {
            await this.click(item);
        }
        return first();
    }
}

export function groupEverywhere(appXmlid) {
    return tell("group_by_robot", () => new GroupByRobot().run(appXmlid));
}
