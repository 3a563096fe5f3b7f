# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError


class XppsBillingFile(models.Model):
    """What users decide of the records of a file."""

    _inherit = "xpps.billing.file"

    decision_ids = fields.One2many(
        "xpps.billing.file.decision", "billing_file_id", string="Decisions", readonly=True, copy=False
    )

    def _decided_pages(self):
        """:return: {(number of a record, its serial in the file): {output type: pages to charge}}"""
        self.ensure_one()
        pages = {}
        for decision in self.decision_ids.filtered("output_type"):
            key = decision.sequence, decision.serial
            pages.setdefault(key, {})[decision.output_type] = decision.pages
        return pages

    def _decided_devices(self):
        """:return: {(number of a record, its serial in the file): id of the stock.lot that it means}"""
        self.ensure_one()
        return {
            (decision.sequence, decision.serial): decision.device_id.id
            for decision in self.decision_ids
            if decision.device_id
        }

    def _check_open(self):
        """:raises UserError: when none of the file can be imported any more
        :raises AccessError: when the user may not change it
        """
        for file in self:
            file.check_access("write")
            if not file.is_open:
                raise UserError(self.env._("Billing file %s is no longer a draft.", file.display_name))

    def _decide(self, line, **values):
        """Keep what a user decided of a record, and say so on the file.

        :param line: the xpps.billing.file.line of the record
        :param values: of ``xpps.billing.file.decision``
        """
        self.ensure_one()
        self._check_open()
        if line.billing_file_id != self or line.state not in ("draft", "held"):
            raise UserError(self.env._("The device record no longer exists. Check the file again."))
        # Decisions are made by fixes alone, which ask for the right to change the file.
        decisions = self.env["xpps.billing.file.decision"].sudo()
        decisions.search(
            [
                ("billing_file_id", "=", self.id),
                ("sequence", "=", line.sequence),
                ("output_type", "=", values.get("output_type", False)),
            ]
        ).unlink()
        decision = decisions.create(
            {
                "billing_file_id": self.id,
                "sequence": line.sequence,
                "source_line": line.source_line,
                "serial": line.serial,
                **values,
            }
        )
        self.message_post(body=decision._say())

    def _replace_upload(self, data, file_name):
        """Of another file nothing is decided yet."""
        checksum = self.checksum
        result = super()._replace_upload(data, file_name)
        if self.checksum != checksum:
            # See _decide.
            self.sudo().decision_ids.unlink()
        return result
