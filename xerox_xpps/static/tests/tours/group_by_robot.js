/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
/* eslint-disable no-await-in-loop, no-console -- a robot does one thing after the other, and tells the test by the console */
import { Robot } from "./robot";

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
        const { menu: menuService } = this.env.services;
        const app = menuService.getApps().find(({ xmlid }) => xmlid === appXmlid);
        const menus = menuService.getAll().filter(({ appID, actionID }) => appID === app.id && actionID);
        for (const menu of menus) {
            this.place = menu.name;
            await menuService.selectMenu(menu);
            await this.settle();
            const cross = document.querySelector(".o_dialog header .btn-close");
            if (cross) {
                await this.click(cross);
            } else {
                await this.groupViews();
            }
        }
        if (!this.count) {
            throw new Error("there was nothing to group by");
        }
        return this.count;
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

export async function groupEverywhere(appXmlid) {
    try {
        const count = await new GroupByRobot().run(appXmlid);
        console.log(`group-by robot: ${count} groupings`);
        console.log("group-by robot succeeded");
    } catch (error) {
        console.error(error.message);
    }
}
