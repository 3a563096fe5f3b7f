/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

/**
 * What is done when a dialog is closed, for `onClose` of an action or a dialog.
 *
 * Whoever closes a dialog waits for what `onClose` returns, and the answer to a component that is gone meanwhile never
 * comes: the dialog would stay for ever. So nothing is returned, and nothing is done when the dialog is closed because
 * another screen takes the place of what is below it.
 *
 * @param {() => any} callback shows anew what the dialog may have changed
 * @returns {(closeInfo?: { noReload?: boolean }) => void}
 */
export function whenClosed(callback) {
    return (closeInfo) => {
        if (!closeInfo?.noReload) {
            callback();
        }
    };
}
