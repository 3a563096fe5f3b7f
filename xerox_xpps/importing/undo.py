# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Take an import back: reads, charges and contract defaults become what they were before it."""

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.bulk import bulk_delete, bulk_update
from ..common.listing import bullets
from ..common.locking import claim
from ..rules import beyond_border_sql
from .difference import CYCLE
from .plan_rating import PlanRater

#: How many invoices a refusal names.
MAX_LISTED = 20


class ImportUndo:
    """The undo of one imported file; ``file`` is of a user who may undo."""

    def __init__(self, file):
        self.file = file
        self.env = file.env
        # Whether something stands against the undo does not depend on what its user may see; and lines and
        # reads are evidence that nobody has the right to write.
        self.evidence = file.sudo()
        self.reads = self.evidence.env["xpps.meter.read"]
        self.lines = self.evidence.env["xpps.billing.file.line"]

    def check(self):
        """:raises UserError: when a charge is or was invoiced, Xerox's bill posted, or a later import corrects this"""
        charges = self.evidence.charge_ids
        invoiced = charges.filtered(lambda charge: charge.invoice_status == "invoiced")
        # Without its charge nothing would keep the credit note of an earlier invoice from being taken back.
        lines = invoiced.invoice_line_ids | charges.earlier_line_ids
        moves = lines.move_id.filtered(lambda move: move.state != "cancel")
        if moves:
            raise UserError(
                self.env._(
                    "The import of %(file)s cannot be undone while its charges are on invoices. Delete or cancel the "
                    "drafts first; posted invoices are corrected by a correction file from Xerox:\n%(invoices)s",
                    file=self.file.display_name,
                    invoices=self._listed(moves),
                )
            )
        bill = self.evidence._posted_vendor_bill()
        if bill:
            raise UserError(
                self.env._(
                    "The import of %(file)s cannot be undone while the vendor bill that was drafted from it is posted: "
                    "%(bill)s. Reset it to draft first.",
                    file=self.file.display_name,
                    bill=bill.display_name,
                )
            )
        corrections = self._corrections()
        if corrections:
            raise UserError(
                self.env._(
                    "The import of %(file)s was corrected by a later import. Undo the later import first:\n%(files)s",
                    file=self.file.display_name,
                    files=self._listed(corrections),
                )
            )

        rated = self._rated_later() | self._plans_rated_later()
        if rated:
            raise UserError(
                self.env._(
                    "The import of %(file)s cannot be undone while later imports charge cycles that its pages count "
                    "towards. Undo them first:\n%(files)s",
                    file=self.file.display_name,
                    files=self._listed(rated),
                )
            )
        in_the_way = self._billed_again()
        if in_the_way:
            raise UserError(
                self.env._(
                    "The import of %(file)s cannot be undone while days that it corrected are billed by another file. "
                    "Undo that import first:\n%(files)s",
                    file=self.file.display_name,
                    files=self._listed(in_the_way),
                )
            )

    def run(self):
        """Undo, and say on the file what was taken back."""
        charges = self.evidence.charge_ids
        # No import may count pages towards their cycle that are taken back at the same moment.
        claim(self._cycle_agreements())
        counts = {"charges": len(charges), "reads": len(self.evidence.meter_read_ids)}
        # What an import made is deleted by its undo, and by nothing that its user may do else.
        charges.with_env(self.env).check_access("unlink")
        plans, lost = self._rated_plans(), charges.page_rating_id.ids
        charges.unlink()
        # The foreign key of the reads that these replaced is set to null: they are live again.
        bulk_delete(self.reads, self._of_file())
        PlanRater(self.env, plans, lost=lost).run()
        self._release_lines()
        kept = self.evidence.cost_change_ids._revert()
        self.evidence.summary_ids.unlink()
        self.evidence._release_vendor_bill()
        body = self.env._("Import undone. Meter reads removed: %(reads)s. Charges removed: %(charges)s.", **counts)
        if kept:
            names = [f"{change.subscription_id.display_name} / {change.product_id.display_name}" for change in kept]
            body += " " + self.env._(
                "These unit costs have been changed manually since then and are not reset: %s.", ", ".join(names)
            )
        self.file.message_post(body=body)

    def _listed(self, records):
        return bullets(self.env, records[:MAX_LISTED].mapped("display_name"), MAX_LISTED, len(records))

    def _corrections(self):
        """The imported files that replaced reads or records of this one."""
        domain = [("billing_file_id", "=", self.file.id), ("superseded_by_id", "!=", False)]
        reads = self.reads.search(domain)
        lines = self.lines.search(domain)
        return reads.superseded_by_id.billing_file_id | lines.superseded_by_id.billing_file_id

    def _billed_again(self):
        """The files that bill days of records which the undo would bring back to life."""
        self.lines.flush_model()
        rows = self.lines.env.execute_query(
            SQL(
                """
                SELECT DISTINCT live.billing_file_id
                  FROM xpps_billing_file_line own
                  JOIN xpps_billing_file_line old ON old.superseded_by_id = own.id
                  JOIN xpps_billing_file_line live
                    ON live.device_id = old.device_id AND live.billing_file_id <> own.billing_file_id
                 WHERE own.billing_file_id = %s AND live.superseded_by_id IS NULL
                   AND live.billed_period_end IS NOT NULL AND %s
                """,
                self.file.id,
                beyond_border_sql(
                    SQL("old.billed_period_start"),
                    SQL("old.billed_period_end"),
                    SQL("live.billed_period_start"),
                    SQL("live.billed_period_end"),
                ),
            )
        )
        return self.evidence.browse(file_id for (file_id,) in rows)

    def _rated_later(self):
        """The files that charged cycles by reads of this one, and were imported after it."""
        self.reads.flush_model()
        self.evidence.charge_ids.flush_model()
        rows = self.reads.env.execute_query(
            SQL(
                """
                SELECT DISTINCT charge.billing_file_id
                  FROM xpps_meter_read own
                  JOIN xpps_meter_read other
                    ON other.subscription_id = own.subscription_id AND other.period_end >= own.cycle_start
                   AND other.device_id = own.device_id AND other.output_type = own.output_type
                   AND other.cycle_start = own.cycle_start
                  JOIN sale_subscription_charge charge
                    ON charge.meter_read_id = other.id AND charge.kind = %s
                   AND charge.billing_file_id <> own.billing_file_id
                 WHERE own.billing_file_id = %s AND own.cycle_start IS NOT NULL
                   AND own.id < (SELECT MAX(id) FROM xpps_meter_read last
                                  WHERE last.billing_file_id = charge.billing_file_id)
                """,
                CYCLE,
                self.file.id,
            )
        )
        return self.evidence.browse(file_id for (file_id,) in rows)

    def _rated_plans(self):
        """:return: {xpps.page.plan: first day}, of the periods that the file's reads are rated in"""
        groups = self.reads._read_group(
            [("billing_file_id", "=", self.file.id), ("page_plan_id", "!=", False)],
            ["page_plan_id"],
            ["period_end:min"],
        )
        return dict(groups)

    def _plans_rated_later(self):
        """The files that charged cycles of page plans by reads of this one, and were imported after it.

        What a plan carries over goes on: of such a one later cycles count, too.
        """
        self.reads.flush_model()
        self.evidence.charge_ids.flush_model()
        rows = self.reads.env.execute_query(
            SQL(
                """
                SELECT DISTINCT charge.billing_file_id
                  FROM (SELECT page_plan_id, MIN(period_end) AS day, MAX(id) AS last_id
                          FROM xpps_meter_read
                         WHERE billing_file_id = %(file)s AND page_plan_id IS NOT NULL
                      GROUP BY page_plan_id) own
                  JOIN xpps_page_plan plan ON plan.id = own.page_plan_id
                  JOIN xpps_page_rating rating
                    ON rating.subscription_id = plan.subscription_id AND rating.cycle_end >= own.day
                   AND (rating.cycle_start <= own.day OR plan.rollover_months > 0)
                  JOIN xpps_page_plan rated
                    ON rated.id = rating.plan_id AND rated.group_id = plan.group_id AND rated.scope = plan.scope
                  JOIN sale_subscription_charge charge ON charge.page_rating_id = rating.id
                 WHERE charge.billing_file_id <> %(file)s
                   AND own.last_id < (SELECT MAX(id) FROM xpps_meter_read last
                                       WHERE last.billing_file_id = charge.billing_file_id)
                """,
                file=self.file.id,
            )
        )
        return self.evidence.browse(file_id for (file_id,) in rows)

    def _cycle_agreements(self):
        """The agreements whose cycles the file added pages to, or charged."""
        rows = self.reads.env.execute_query(
            SQL(
                """
                SELECT subscription_id FROM xpps_meter_read
                 WHERE billing_file_id = %(file)s AND cycle_start IS NOT NULL
                 UNION
                SELECT read.subscription_id FROM sale_subscription_charge charge
                  JOIN xpps_meter_read read ON read.id = charge.meter_read_id
                 WHERE charge.billing_file_id = %(file)s AND read.cycle_start IS NOT NULL
                """,
                file=self.file.id,
            )
        )
        return self.evidence.env["sale.subscription"].browse(agreement_id for (agreement_id,) in rows)

    def _of_file(self):
        """The condition that finds the reads, or the lines, of the file."""
        return SQL("billing_file_id = %s", self.file.id)

    def _release_lines(self):
        """The records stay as evidence of what Xerox sent, but count no more; those that they corrected do."""
        released = {"state": "draft", "billed_period_start": None, "billed_period_end": None}
        lines = bulk_update(self.lines, self._of_file(), released)
        bulk_update(self.lines, SQL("superseded_by_id = ANY(%s)", lines.ids), {"superseded_by_id": None})
