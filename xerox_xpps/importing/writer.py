# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Write what a check found, and what an import makes of it."""

from odoo.tools import SQL

from ..common.bulk import bulk_create, bulk_delete, bulk_update, next_ids
from ..common.locking import claim
from .plan_rating import PlanRater


class CheckWriter:
    """Lines, issues and preview of a file, as its last check left them; ``result`` is a CheckResult."""

    def __init__(self, file, result):
        # Lines, issues and reads are evidence: nobody has the right to write them, only check and import do.
        self.file = file.sudo()
        self.result = result
        self.env = self.file.env
        self.lines = self.env["xpps.billing.file.line"]

    def save(self):
        """Replace lines, issues and preview by those of the check; records that are imported stay.

        :return: {index of a record: id of its line}
        """
        self.file.issue_ids.unlink()
        line_ids = self._save_lines()
        self.env["xpps.billing.file.issue"].create(
            [issue.create_values(self.file, line_ids) for issue in self.result.issues]
        )
        self._save_preview()
        return line_ids

    def _save_lines(self):
        digest = self.result.line_digest()
        if digest != self.file.line_digest:
            # Through the ORM this takes as long as all the rest of a check.
            bulk_delete(self.lines, self._open_lines())
            bulk_create(self.lines, self.result.line_rows("held" if self.file.state == "imported" else "draft"))
            self.file.line_digest = digest
        rows = self.env.execute_query(
            SQL("SELECT sequence - 1, id FROM %s WHERE %s", SQL.identifier(self.lines._table), self._open_lines())
        )
        return dict(rows)

    def _open_lines(self):
        """The condition that finds the lines of the file which are not imported."""
        return SQL("billing_file_id = %s AND state IN ('draft', 'held')", self.file.id)

    def _save_preview(self):
        """What the import would charge, an agreement a row, and the unit costs that it would change."""
        # Costs that an import changed are what its undo needs.
        self.file.cost_change_ids.filtered(lambda change: not change.applied).unlink()
        self.file.summary_ids.unlink()
        self.file.cost_change_ids.create([change.create_values(self.file) for change in self.result.cost_changes])
        totals = self.result.by_agreement()
        self.file.summary_ids.create(
            [
                self.file.summary_ids._prepare_from_charges(self.file, agreement, **total)
                # Browsed together, they are read together.
                for agreement, total in zip(self.env["sale.subscription"].browse(totals), totals.values(), strict=True)
            ]
        )
        self.file._note_left_out(self.result.absent, self.result.faulty_partners())


class ImportWriter(CheckWriter):
    """What the import of a file leaves. ``progress`` is called with the share that is done, 0 to 1."""

    def __init__(self, file, result, progress=None):
        super().__init__(file, result)
        self.charges = file.env["sale.subscription.charge"]
        self.reads = self.env["xpps.meter.read"]
        self.progress = progress or (lambda share: None)

    def save(self):
        """Write everything.

        :return: the charges, as the user who imports sees them
        """
        # Two files of one cycle that are imported at the same moment would each miss the pages of the other.
        claim(self.env["sale.subscription"].browse(self.result.cycle_agreement_ids))
        line_ids = super().save()
        self.progress(0.2)
        self._mark_lines(line_ids)
        read_ids = self._save_reads()
        charges = self._save_charges(read_ids)
        self._update_defaults()
        return charges | self._rate_plans().with_env(charges.env)

    def _mark_lines(self, line_ids):
        """Say on the lines which are imported and which are held, and by which a corrected one is replaced."""
        pairs = self.result.replaced_lines(line_ids)
        if pairs:
            self._replace(self.lines, pairs)
        held_ids = self.result.held_ids(line_ids)
        bulk_update(
            self.lines,
            SQL("%s AND NOT (id = ANY(%s))", self._open_lines(), held_ids),
            {
                "state": "imported",
                "billed_period_start": self.result.header["period_start"],
                "billed_period_end": self.result.header["period_end"],
            },
        )
        bulk_update(self.lines, SQL("id = ANY(%s)", held_ids), {"state": "held"})

    def _replace(self, model, pairs):
        """Have old records name the new ones that replace them; ``pairs`` are (old id, new id)."""
        old_ids, new_ids = zip(*pairs, strict=True)
        bulk_update(
            model,
            SQL("id = pair.old_id"),
            {"superseded_by_id": SQL("pair.new_id")},
            source=SQL("unnest(%s::int[], %s::int[]) AS pair(old_id, new_id)", list(old_ids), list(new_ids)),
        )

    def _save_reads(self):
        """:return: the ids of the planned reads, in their order"""
        count = len(self.result.reads)
        ids = next_ids(self.reads, count)
        pairs = self.result.replaced_reads(ids)
        if pairs:
            # A device has one live read a period: the old one steps back before the new one exists that it
            # will name, so it names itself for a moment.
            self._replace(self.reads, [(old_id, old_id) for old_id, _new_id in pairs])
        bulk_create(
            self.reads,
            self.result.read_rows(ids),
            on_chunk=lambda written: self.progress(0.2 + 0.5 * written / count),
        )
        if pairs:
            self._replace(self.reads, pairs)
        return ids

    def _save_charges(self, read_ids):
        charges = bulk_create(self.charges, self.result.charge_rows(read_ids))
        self.progress(0.9)
        return charges

    def _rate_plans(self):
        """Rate the page plans that reads of the file are under.

        :return: what they charge
        """
        first = {}
        for read in self.result.reads:
            if read.page_plan_id:
                day = read.base["period_end"]
                first[read.page_plan_id] = min(first.get(read.page_plan_id, day), day)
        for plan_id, day in self._plans_that_missed():
            first[plan_id] = min(first.get(plan_id, day), day)
        plans = self.env["xpps.page.plan"].browse(first)
        return PlanRater(self.env, dict(zip(plans, first.values(), strict=True)), self.file).run()

    def _plans_that_missed(self):
        """Plans that a device of the file was missing in: it is there now, even where it has no such meter.

        :return: [(xpps.page.plan id, last day of the first cycle)]
        """
        bases = {read.base["device_id"]: read.base for read in self.result.reads}
        if not bases:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT plan_id, MIN(cycle_end) FROM xpps_page_rating_device
                 WHERE is_missing AND device_id = ANY(%s) AND cycle_end >= %s
              GROUP BY plan_id
                """,
                list(bases),
                min(base["period_start"] for base in bases.values()),
            )
        )

    def _update_defaults(self):
        """Bring the agreements' unit costs up to date with what Xerox bills now."""
        self.file.cost_change_ids.filtered(lambda change: not change.applied).with_user(self.charges.env.user)._apply()
