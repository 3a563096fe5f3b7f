/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
/* eslint-disable no-await-in-loop, no-console -- a robot does one thing after the other, and tells the test by the console */
import { rpcBus } from "@web/core/network/rpc";

import { App } from "@odoo/owl";

const CROSS = ".o_dialog header .btn-close, .o_dialog header .oi-arrow-left";
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

    /** Go through the menus of an app, and `visit(isDialog)` what each opens. */
    async walk(appXmlid, visit) {
        const { menu: menuService } = this.env.services;
        const app = menuService.getApps().find(({ xmlid }) => xmlid === appXmlid);
        const menus = menuService.getAll().filter(({ appID, actionID }) => appID === app.id && actionID);
        for (const menu of menus) {
            this.place = menu.name;
            await menuService.selectMenu(menu);
            await this.settle();
            const isDialog = Boolean(document.querySelector(CROSS));
            await visit(isDialog);
            if (isDialog) {
                await this.click(document.querySelector(CROSS));
            }
        }
    }

    /** Open an action, by itself or at the form of a record. */
    async open({ action, resId }) {
        const options = resId ? { viewType: "form", props: { resId } } : {};
        await this.env.services.action.doAction(action, { clearBreadcrumbs: true, ...options });
        await this.settle();
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

/** Let a robot work, which says what it has seen, and tell the test how it went. */
export async function tell(name, work) {
    try {
        console.log(`${name}: ${await work()}`);
        console.log(`${name} succeeded`);
    } catch (error) {
        console.error(error.message);
    }
}
