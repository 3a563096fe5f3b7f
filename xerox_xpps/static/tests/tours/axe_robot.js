/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
/* eslint-disable no-await-in-loop -- a robot does one thing after the other */
/* global axe -- the test brings it */
import { Robot, tell } from "./robot";

/**
 * Ours is what a template or component of ours draws, or what stands in the arch of a view of ours, such as its
 * paragraphs, buttons, cards, and the words in the cells of its lists …
 */
const OURS = "[class*=xpps], button[name], th[data-name], .o_data_cell, .o_kanban_record > *";
/** … but not what components of Odoo's draw around and inside it. The nearest of them counts. */
const ODOO =
    ".o_control_panel, .o-checkbox, .o_field_widget, .o_kanban_record, .o_list_renderer, .o_notebook_headers, .o_pivot, .o-mail-Form-chatter";

/** What Odoo's frame of a screen or a dialog has in it. */
const PARTS = ".o_control_panel, .o_content > *, .modal-footer > *";
const CARDS = ".o_switch_view.o_kanban:not(.active)";
const TABS = ".o_notebook .nav-link:not(.active)";
const LONG = 150; // characters

/** Have axe-core judge screens, of which only what is ours counts. */
class AxeRobot extends Robot {
    found = new Set();

    /** @param {Object[]} screens what to open, as `open` takes it, each with its `name` */
    async run(screens) {
        for (const screen of screens) {
            await this.open(screen);
            this.place = screen.name;
            await this.judge();
            await this.judgeTabs(screen.name);
            const cards = document.querySelector(CARDS);
            if (cards) {
                this.place = `${screen.name}, cards`;
                await this.click(cards);
                await this.judge();
            }
        }
        if (this.found.size) {
            throw new Error([...this.found].join("\n"));
        }
        return `${screens.length} screens`;
    }

    async judgeTabs(screen) {
        const names = [...document.querySelectorAll(TABS)].map(({ name }) => name);
        for (const name of names) {
            const tab = document.querySelector(`${TABS}[name=${name}]`);
            this.place = `${screen}, ${tab.innerText}`;
            await this.click(tab);
            await this.judge(".o_notebook_content");
        }
    }

    async judge(parts = PARTS) {
        await this.standStill();
        const screen = document.querySelector(".o_dialog") || document.querySelector(".o_action_manager");
        const { violations } = await axe.run([...screen.querySelectorAll(parts)], {
            elementRef: true,
            resultTypes: ["violations"],
        });
        for (const { id, nodes } of violations) {
            for (const { element, failureSummary } of nodes.filter((node) => this.isOurs(node.element))) {
                const html = element.outerHTML.slice(0, LONG);
                this.found.add(`${this.place}: ${id}: ${html}\n${failureSummary}`);
            }
        }
    }

    isOurs(element) {
        const nearest = element.closest(`${OURS}, ${ODOO}`);
        return !nearest || nearest.matches(OURS);
    }

    /** What fades in is paler than it will be. Spinners turn for ever. */
    async standStill() {
        const passing = document.getAnimations().filter(({ effect }) => effect.getTiming().iterations !== Infinity);
        await Promise.allSettled(passing.map(({ finished }) => finished));
    }
}

export function judgeScreens(screens) {
    return tell("axe_robot", () => new AxeRobot().run(screens));
}
