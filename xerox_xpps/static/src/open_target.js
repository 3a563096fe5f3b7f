/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { whenClosed } from "./when_closed";

/**
 * Open what the server names: an action, or `xmlid` of one with the `domain` and `context` that replace its own, or what
 * its context has besides, `add`.
 *
 * @param {Object} actionService
 * @param {Object} target
 * @param {() => any} onClosed shows anew what a dialog may have changed
 */
export async function openTarget(actionService, target, onClosed) {
    const { xmlid, domain, context, add } = target;
    let action = target;
    if (xmlid) {
        action = { ...(await actionService.loadAction(xmlid)) };
        if (domain) {
            action.domain = domain;
        }
        if (context) {
            action.context = context;
        }
    }
    const options = action.target === "new" ? { onClose: whenClosed(onClosed) } : {};
    if (add) {
        options.additionalContext = add;
    }
    return actionService.doAction(action, options);
}
