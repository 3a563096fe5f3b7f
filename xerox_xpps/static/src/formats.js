/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { _t } from "@web/core/l10n/translation";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";

/**
 * An amount as texts have it: “$1,234.50”, “-$192.47”, “CHF 10.00”. The sign stands before all else, and a symbol in
 * front stands close to the number, unless it ends with a letter. The server does the same: common/formats.py.
 *
 * @param {number} value
 * @param {number} currencyId
 */
export function amountText(value, currencyId) {
    const text = formatMonetary(Math.abs(value), { currencyId }).replace(/^([^\d\s]*[^\d\s\p{L}])\s(?=\d)/u, "$1");
    return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

/**
 * A whole percentage: “42%”.
 *
 * @param {number} value
 */
export function percentText(value) {
    return _t("%s%%", formatFloat(value, { digits: [16, 0] })).toString();
}
