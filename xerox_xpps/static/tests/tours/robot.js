/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
/* eslint-disable no-await-in-loop -- a robot does one thing after the other */
import { rpcBus } from "@web/core/network/rpc";

import { App } from "@odoo/owl";

const INTERVAL = 25; // milliseconds
const PATIENCE = 30000; // milliseconds

/** What the robots share that click through the app. `place` is where one is, for what it says of an error. */
export class Robot {
    constructor() {
        this.env = odoo.__WOWL_DEBUG__.root.env;
        this.place = "";
        this.pending = new Set();
        rpcBus.addEventListener("RPC:REQUEST", ({ detail }) => this.pending.add(detail.data.id));
        rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => this.pending.delete(detail.data.id));
    }

    async click(target) {
        if (!target) {
            throw new Error(`${this.place}: there is nothing to click`);
        }
        target.click();
        await this.settle();
    }

    /** Wait until nothing is asked for and nothing is drawn any more. */
    async settle() {
        await new Promise((resolve) => setTimeout(resolve));
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const isBusy = () => this.pending.size || [...App.apps].some((app) => app.scheduler.tasks.size);
        await this.wait(() => !isBusy(), "no answer");
        const error = document.querySelector(".o_error_dialog, .o_notification_bar.bg-danger");
        if (error) {
            throw new Error(`${this.place}: ${(error.closest(".o_notification") || error).innerText}`);
        }
    }

    /** Wait for a condition, or say what is missing. */
    async wait(condition, missing) {
        for (let waited = 0; !condition(); waited += INTERVAL) {
            if (waited > PATIENCE) {
                throw new Error(`${this.place}: ${missing}`);
            }
            await new Promise((resolve) => setTimeout(resolve, INTERVAL));
        }
    }
}
