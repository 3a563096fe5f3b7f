/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { Robot, tell } from "./robot";

const RECORD = ".o_data_row .o_data_cell, .o_kanban_record:not(.o_kanban_ghost)";
const ROUNDING = 1; // pixels

/** Go through the menus of an app, and through the first record of each, and measure what is shown. */
class WidthRobot extends Robot {
    seen = { cells: 0, screens: 0 };

    async run(appXmlid) {
        await this.walk(appXmlid, (isDialog) => this.visit(isDialog));
        if (!this.seen.screens) {
            throw new Error("there was nothing to measure");
        }
        return `${this.seen.screens} screens, ${this.seen.cells} cells`;
    }

    async visit(isDialog) {
        this.measure();
        const record = !isDialog && document.querySelector(RECORD);
        if (record) {
            this.place += ", a record";
            await this.click(record);
            this.measure();
        }
    }

    measure() {
        this.seen.screens++;
        this.measureCells();
        this.measureScreen();
    }

    /** What a row is about is shown as a whole. */
    measureCells() {
        for (const cell of document.querySelectorAll(".o_data_row:not(.o_selected_row) > td.o_xpps_whole")) {
            this.seen.cells++;
            if (cell.scrollWidth > cell.clientWidth + ROUNDING) {
                throw new Error(`${this.place}: “${cell.innerText}” is cut`);
            }
        }
    }

    /** Nothing is wider than the screen, unless it is in a table that scrolls by itself. */
    measureScreen() {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth > width + ROUNDING) {
            throw new Error(`${this.place}: the page is ${document.documentElement.scrollWidth} pixels wide`);
        }
        for (const element of document.querySelectorAll(".o_content *, .o_dialog *")) {
            const { right, width: own } = element.getBoundingClientRect();
            if (own && right > width + ROUNDING && !this.scrolls(element)) {
                throw new Error(`${this.place}: <${element.tagName} class="${element.className}"> ends at ${right}`);
            }
        }
    }

    scrolls(element) {
        for (let parent = element.parentElement; parent; parent = parent.parentElement) {
            if (parent.matches(".o_content, .o_dialog")) {
                return false;
            }
            if (["auto", "scroll"].includes(getComputedStyle(parent).overflowX)) {
                return true;
            }
        }
        return false;
    }
}

export function measureEverywhere(appXmlid) {
    return tell("width_robot", () => new WidthRobot().run(appXmlid));
}
