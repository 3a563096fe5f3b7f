# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Take an import back: reads, charges and contract defaults become what they were before it."""

from odoo.exceptions import UserError
from odoo.tools import SQL

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
        self.reads = self.env["xpps.meter.read"]
        self.lines = self.env["xpps.billing.file.line"]

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
                    "drafts first; posted invoices are corrected by a correction file of Xerox's:\n%(invoices)s",
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
                    "The import of %(file)s was corrected by a later one. Undo that first:\n%(files)s",
                    file=self.file.display_name,
                    files=self._listed(corrections),
                )
            )

    def run(self):
        """Undo, and say on the file what was taken back."""
        charges = self.evidence.charge_ids
        counts = {"charges": len(charges), "reads": len(self.evidence.meter_read_ids)}
        # What an import made is deleted by its undo, and by nothing that its user may do else.
        charges.with_env(self.env).check_access("unlink")
        charges.unlink()
        self.env.flush_all()
        self._delete_reads()
        self._release_lines()
        kept = self.evidence.cost_change_ids._revert()
        self.evidence.summary_ids.unlink()
        self.evidence._release_vendor_bill()
        body = self.env._("Import undone: %(reads)s meter reads and %(charges)s charges were taken back.", **counts)
        if kept:
            names = [f"{change.subscription_id.display_name} / {change.product_id.display_name}" for change in kept]
            body += " " + self.env._(
                "These unit costs were changed by hand since then and stay as they are: %s.", ", ".join(names)
            )
        self.file.message_post(body=body)

    def _listed(self, records):
        lines = [f"• {record.display_name}" for record in records[:MAX_LISTED]]
        if len(records) > MAX_LISTED:
            lines.append(self.env._("… and %s more.", len(records) - MAX_LISTED))
        return "\n".join(lines)

    def _corrections(self):
        """The imported files that replaced reads or records of this one."""
        domain = [("billing_file_id", "=", self.file.id), ("superseded_by_id", "!=", False)]
        # What stands against the undo does not depend on what its user may see.
        reads = self.reads.sudo().search(domain)
        lines = self.lines.sudo().search(domain)
        return reads.superseded_by_id.billing_file_id | lines.superseded_by_id.billing_file_id

    def _delete_reads(self):
        """The foreign key of the reads that these replaced is set to null: they are live again."""
        self.env.cr.execute(
            SQL("DELETE FROM %s WHERE billing_file_id = %s", SQL.identifier(self.reads._table), self.file.id)
        )
        self.reads.invalidate_model()
        self.env["stock.lot"].invalidate_model(["xpps_meter_read_ids"])

    def _release_lines(self):
        """The records stay as evidence of what Xerox sent, but count no more; those that they corrected do."""
        table = SQL.identifier(self.lines._table)
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET state = 'draft', billed_period_start = NULL, billed_period_end = NULL "
                "WHERE billing_file_id = %s",
                table,
                self.file.id,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET superseded_by_id = NULL WHERE superseded_by_id IN "
                "(SELECT id FROM %(table)s WHERE billing_file_id = %(file)s)",
                table=table,
                file=self.file.id,
            )
        )
        self.lines.invalidate_model()
