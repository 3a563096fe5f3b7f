/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { registry } from "@web/core/registry";

const chart = {
    content: "Its pages are drawn",
    trigger: ".o_xpps_usage .o_xpps_chart canvas[aria-label='Pages a Month']",
    run: ({ anchor }) => {
        const { data } = anchor.getContext("2d").getImageData(0, 0, anchor.width, anchor.height);
        if (!data.some((value) => value)) {
            throw new Error("The chart is blank");
        }
    },
};

registry.category("web_tour.tours").add("xpps_usage_tour", {
    steps: () => [
        {
            content: "Look at what the device prints",
            trigger: ".o_form_view .o_notebook a[name=usage]",
            run: "click",
        },
        chart,
        { trigger: ".o_xpps_usage tr:contains('Mono'):contains('1,500'):contains('75%')" },
        {
            content: "Go to its agreement",
            trigger: ".o_form_view button[name=action_open_xpps_subscription]",
            run: "click",
        },
        {
            content: "Look at what all its devices print",
            trigger: ".o_form_view .o_notebook a[name=xpps_usage]",
            run: "click",
        },
        chart,
        { trigger: ".o_xpps_usage:contains('Active devices: 1')" },
    ],
});
