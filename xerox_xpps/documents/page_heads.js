/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

/**
 * Lay a document out on pages, each with the heads of the tables that go on there.
 *
 * A table is cut where the page ends, and its head stands again on the next one; headings stay with what they are of,
 * and no row is cut. What stands in each `div.page` is laid out from top to bottom.
 *
 * @param {number} width of what is printed on a page
 * @param {number} height of the same
 */
// eslint-disable-next-line no-unused-vars
function repeatHeads(width, height) {
    const HEADINGS = ["H2", "H3", "H4", "H5"];
    // Borders, which count half, and fractions of pixels.
    const SLACK = 4;

    function breaks(block, side) {
        return window.getComputedStyle(block).getPropertyValue(`page-break-${side}`) === "always";
    }

    function rowsOf(table) {
        return Array.from(table.rows).filter((row) => row.parentNode !== table.tHead);
    }

    /** All parts of a table have the same columns. */
    function fixColumns(table) {
        const columns = document.createElement("colgroup");
        const widths = Array.from(table.tHead.rows[0].cells).map((cell) => cell.getBoundingClientRect().width);
        for (const size of widths) {
            columns.appendChild(document.createElement("col")).style.width = `${size}px`;
        }
        table.insertBefore(columns, table.firstChild);
        table.style.tableLayout = "fixed";
    }

    /** A table with some rows of another one. */
    function part(table, rows) {
        const copy = table.cloneNode(false);
        copy.appendChild(table.querySelector("colgroup").cloneNode(true));
        copy.appendChild(table.tHead.cloneNode(true));
        let group = null;
        let body = null;
        for (const row of rows) {
            if (row.parentNode !== group) {
                group = row.parentNode;
                body = copy.appendChild(group.cloneNode(false));
            }
            body.appendChild(row);
        }
        return copy;
    }

    /** Leave a table the rows up to the first of some numbers of rows, which a page each begins with. */
    function cutTable(table, rows, starts) {
        const next = table.nextSibling;
        starts.forEach((start, number) => {
            breakBefore(table.parentNode.insertBefore(part(table, rows.slice(start, starts[number + 1])), next));
        });
    }

    function breakBefore(block) {
        block.style.pageBreakBefore = "always";
        const before = block.previousElementSibling;
        if (before) {
            // A margin that does not fit on a page would get one of its own.
            before.style.marginBottom = "0";
        }
    }

    /** Where the first page of a document begins: several may stand in one. */
    function topOf(page) {
        let article = page;
        while (article.parentNode !== document.body) {
            article = article.parentNode;
        }
        // Margins at the top are part of the page.
        const mark = article.previousElementSibling;
        return mark && mark.className === "o_xpps_mark" ? mark.getBoundingClientRect().bottom : 0;
    }

    /** Where pages end: functions that cut there. */
    function cuts(blocks, tables, start) {
        const found = [];
        // Where the page begins, and the first of the headings that what comes next is kept with.
        let top = start;
        let heading = null;
        for (const block of blocks) {
            const box = block.getBoundingClientRect();
            const first = heading || block;
            const fits = (bottom) => bottom - top <= height - SLACK;
            const move = () => {
                top = first.getBoundingClientRect().top;
                found.push(() => breakBefore(first));
            };
            if (breaks(block, "before")) {
                top = box.top;
            }
            if (HEADINGS.includes(block.tagName)) {
                heading = first;
                continue;
            }
            heading = null;
            if (tables.includes(block)) {
                const head = block.tHead.getBoundingClientRect().height;
                const rows = rowsOf(block);
                const starts = [];
                rows.forEach((row, number) => {
                    const place = row.getBoundingClientRect();
                    if (fits(place.bottom)) {
                        return;
                    }
                    if (number) {
                        top = place.top - head;
                        starts.push(number);
                    } else {
                        move();
                    }
                });
                found.push(() => cutTable(block, rows, starts));
            } else if (!fits(box.bottom)) {
                move();
            }
            if (breaks(block, "after")) {
                top = box.bottom;
            }
        }
        return found;
    }

    document.body.style.cssText += `; box-sizing: border-box; width: ${width}px; max-width: none; margin: 0`;
    for (const page of Array.from(document.querySelectorAll("div.page"))) {
        const blocks = Array.from(page.children);
        const tables = blocks.filter((block) => block.tHead);
        tables.forEach(fixColumns);
        // Everything is measured before anything moves.
        cuts(blocks, tables, topOf(page)).forEach((cut) => cut());
    }
    if (document.body.scrollWidth > width) {
        // All of it is shrunk: other documents must not be, so that these cannot be printed together.
        Array.from(document.getElementsByClassName("o_xpps_mark")).forEach((mark) => mark.remove());
    }
}
