/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

const DELAY = 15000; // milliseconds: long enough to read it and to go on from it

/**
 * Say that something is done, with a button that does what comes next: see `say_done` in common/window_actions.py.
 *
 * @param {Object} env
 * @param {Object} action its `params` are {message, next} and, where there is a next step, `button`: {label, model, id,
 *  method}
 * @returns {Object} the action that is run besides
 */
export function saidDone(env, { params }) {
    const { button, message, next } = params;
    const options = { type: "success", autocloseDelay: DELAY };
    const shown = {};
    if (button) {
        const onClick = () => {
            shown.close();
            return env.services.action.doActionButton({
                type: "object",
                name: button.method,
                resModel: button.model,
                resId: button.id,
                resIds: [button.id],
                context: {},
            });
        };
        options.buttons = [{ name: button.label, primary: true, onClick }];
    }
    shown.close = env.services.notification.add(message, options);
    return next;
}

registry.category("actions").add("xpps_said_done", saidDone);
