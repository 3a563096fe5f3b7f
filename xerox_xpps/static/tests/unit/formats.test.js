/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { allowTranslations, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { currencies } from "@web/core/currency";
import { localization } from "@web/core/l10n/localization";
import { amountText, percentText } from "@xerox_xpps/formats";

describe.current.tags("headless");

beforeEach(() => {
    allowTranslations();
    patchWithCleanup(localization, { decimalPoint: ".", thousandsSep: ",", grouping: [3, 0] });
    patchWithCleanup(currencies, {
        10: { digits: [69, 2], position: "before", symbol: "$" },
        11: { digits: [69, 2], position: "before", symbol: "CHF" },
        12: { digits: [69, 2], position: "after", symbol: "€" },
        13: { digits: [69, 0], position: "before", symbol: "R$" },
    });
});

test("amounts have their sign before the symbol", () => {
    expect(amountText(1234.5, 10)).toBe("$1,234.50");
    expect(amountText(-192.47, 10)).toBe("-$192.47");
    expect(amountText(-0.004, 10)).toBe("$0.00");
    expect(amountText(-10, 11)).toBe("-CHF\u00a010.00");
    expect(amountText(-5, 12)).toBe("-5.00\u00a0€");
    expect(amountText(-7, 13)).toBe("-R$7");
});

test("percentages are whole, and close to their sign", () => {
    expect(percentText(0)).toBe("0%");
    expect(percentText(150.4)).toBe("150%");
});
