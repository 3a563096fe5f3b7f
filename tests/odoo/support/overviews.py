# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of the overview share: its figures by name, and what they open."""

from .billing_runs import BillingRunCase
from .common import record
from .importing import JANUARY, ImportCase

BILLING = "xerox_xpps.group_xpps_billing"

#: Figures that are sums and not numbers of records: {key: field that is summed up}.
SUMS = {
    "pages": "pages",
    "revenue": "revenue",
    "cost": "cost",
    "margin": "margin",
    "uninvoiced": "uninvoiced",
    "over_billed": "over_billed",
    "disputed_amount": "disputed_amount",
    "credited_amount": "credited_amount",
}

MONTH = "2026-01-01"


class OverviewCase(ImportCase, BillingRunCase):
    """``agreement`` (30.00 a month, due on 2026-02-01) has the devices SN-1 and SN-2."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("xpps_overview_clerk", BILLING)

    def _overviews(self, user=None, companies=None):
        companies = companies or self.company
        overviews = self.env["xpps.overview"].with_user(user or self.clerk)
        return overviews.with_context(allowed_company_ids=companies.ids)

    def _entry(self, entries, company=None):
        (found,) = [entry for entry in entries if entry["id"] == (company or self.company).id]
        return found

    def _figures(self, month=MONTH, company=None, **who):
        """:return: {key: figure} of one company, those of the reports included"""
        overviews = self._overviews(**who)
        quick = self._entry(overviews.get_overview(month)["companies"], company)
        late = self._entry(overviews.get_reports(month), company)
        sections = [*quick["sections"], *late["sections"]]
        return {
            # The space of an amount is one that does not break.
            figure["key"]: {**figure, "detail": figure["detail"].replace("\xa0", " ")}
            for section in sections
            for figure in section["figures"]
        }

    def _values(self, *keys, **kwargs):
        figures = self._figures(**kwargs)
        return [figures[key]["value"] for key in keys]

    def _step(self, month=MONTH):
        """:return: the current step, or None when all are done"""
        steps = self._steps(month)
        states = [step["state"] for step in steps]
        self.assertLessEqual(states.count("current"), 1)
        return next((step for step in steps if step["state"] == "current"), None)

    def _steps(self, month=MONTH):
        return self._entry(self._overviews().get_overview(month)["companies"])["steps"]

    def assertOpensWhatItCounts(self, figures, user=None, companies=None):
        """Each figure is the number of records that its list shows the user, or the sum of their amounts."""
        env = self._overviews(user, companies).env
        for key, figure in figures.items():
            with self.subTest(figure=key):
                action = figure["action"]
                opened = env["ir.actions.act_window"]._for_xml_id(action["xmlid"])
                self.assertEqual(opened["res_model"], action["res_model"])
                records = env[action["res_model"]].with_context(**action["context"]).search(action["domain"])
                if key == "expected_margin":
                    self.assertEqual(action, figures["margin"]["action"], "Its rows are the posted ones.")
                elif key in SUMS:
                    self.assertAlmostEqual(sum(records.mapped(SUMS[key])), figure["value"], 2)
                else:
                    self.assertEqual(len(records), figure["value"])

    def _january(self, *rows):
        """Import a file of January with both devices: 100 and 50 pages at 0.004, base fees of 20.00 each."""
        rows = rows or (
            record("SN-1", MonthlyBasePrice="20.00", mono=(100, "0.004"), MonoPrevious=0, MonoCurrent=600),
            record("SN-2", MonthlyBasePrice="20.00", mono=(50, "0.004"), MonoPrevious=0, MonoCurrent=550),
        )
        return self._load(rows, **JANUARY)
