/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
/* eslint-disable no-await-in-loop -- a robot does one thing after the other */
import { Robot, tell } from "./robot";

const DIALOG = ".o_dialog:not(.o_inactive_modal)";

/**
 * Open each dialog and leave it in every way there is: by its cross, by its last button, and by going to another screen
 * below it. However late what is below it answers, the dialog is gone then, and the screen works.
 */
class DialogRobot extends Robot {
    /**
     * @param {Object[]} places each with the `action` of a screen, `resId` of a form on it, `select` where the rows of
     *  a list are to be chosen, `button` that opens the dialog, as it is called, or `selector` of it
     */
    async run(places) {
        for (const place of places) {
            for (const leave of ["leaveByCross", "leaveByButton", "leaveByScreen"]) {
                this.place = `${place.action} ${place.button || place.selector} ${leave}`;
                await this.openDialog(place);
                await this[leave]();
                await this.wait(() => !document.querySelector(".o_dialog"), "the dialog is still open");
                await this.settle();
                if (document.body.classList.contains("modal-open")) {
                    throw new Error(`${this.place}: the screen is still covered`);
                }
            }
        }
        return `${places.length} dialogs`;
    }

    async openDialog({ action, button, resId, select, selector }) {
        await this.open({ action, resId });
        if (select) {
            await this.click(document.querySelector("thead .o_list_record_selector input"));
        }
        if (button) {
            const isIt = (found) => found.innerText.trim() === button && found.offsetParent;
            await this.click([...document.querySelectorAll(".o_action_manager button")].find(isIt));
        } else if (selector) {
            await this.click(document.querySelector(selector));
        }
        await this.wait(() => document.querySelector(DIALOG), "no dialog opens");
        await this.settle();
    }

    leaveByCross() {
        document.querySelector(`${DIALOG} header .btn-close`).click();
    }

    leaveByButton() {
        const buttons = document.querySelectorAll(
            `${DIALOG} footer button[special=cancel], ${DIALOG} .o_form_button_cancel`
        );
        const button = [...buttons].find((found) => found.offsetParent);
        // One that has none is closed by its cross.
        (button || document.querySelector(`${DIALOG} header .btn-close`)).click();
    }

    async leaveByScreen() {
        await this.env.services.action.doAction("xerox_xpps.action_xpps_meter_read");
    }
}

export function openDialogs(places) {
    return tell("dialog_robot", () => new DialogRobot().run(places));
}
