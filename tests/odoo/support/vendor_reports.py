# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How tests read the vendor report, and what an import kept for it."""

from .importing import ImportCase


class VendorReportCase(ImportCase):
    def _row(self, component="mono", serial="SN-1", period_end="2026-01-31"):
        """:return: the only such row"""
        self.env.invalidate_all()
        return (
            self.env["xpps.vendor.report"]
            .search([("serial", "=", serial), ("component", "=", component), ("period_end", "=", period_end)])
            .ensure_one()
        )

    def _flagged(self):
        """{(serial, component, period end): all flags} of the rows that have some."""
        self.env.invalidate_all()
        rows = self.env["xpps.vendor.report"].search([("flag", "!=", False)])
        return {(row.serial, row.component, str(row.period_end)): row.flags for row in rows}

    def _evidence(self, record, *names):
        """What the columns have, NULL as None."""
        self.env.flush_all()
        self.env.cr.execute(f"SELECT {', '.join(names)} FROM {record._table} WHERE id = %s", [record.id])
        return tuple(value if value is None else float(value) for value in self.env.cr.fetchone())
