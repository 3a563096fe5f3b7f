# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ...common.constants import OUTPUT_TYPE_SELECTION
from ...common.plural import plural


class XppsBillingFileDecision(models.Model):
    """What a user decided of a record of a billing file where the file does not say it.

    Checks read the file anew each time, and make its lines anew; what was decided stays. It is about a record by its
    place in the file, and by its serial number as it stands there: of another file in the same place nothing is known.
    """

    _name = "xpps.billing.file.decision"
    _description = "XPPS Billing File Decision"
    _inherit = ["xpps.guard"]
    _order = "billing_file_id, sequence, id"
    _rec_name = "serial"
    _check_company_auto = True

    billing_file_id = fields.Many2one("xpps.billing.file", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="billing_file_id.company_id", store=True, index=True)
    sequence = fields.Integer(string="Record", readonly=True, help="Number of the device record in the file.")
    source_line = fields.Integer(string="Line", readonly=True, aggregator=False, help="Line of the file.")
    serial = fields.Char(string="Serial Number", readonly=True, help="Serial number as it is in the file.")
    output_type = fields.Selection(OUTPUT_TYPE_SELECTION, readonly=True, help="The pages that are decided on.")
    device_id = fields.Many2one(
        "stock.lot", readonly=True, ondelete="cascade", help="The device that is meant by the serial number."
    )
    pages = fields.Integer(
        readonly=True, help="Pages that are charged to the customer although the file does not state how many it bills."
    )

    decision = fields.Char(compute="_compute_decision")

    _record_uniq = models.UniqueIndex(
        "(billing_file_id, sequence, COALESCE(output_type, ''))", "This has already been decided. Check the file again."
    )

    @api.depends("source_line", "serial", "output_type", "pages", "device_id")
    def _compute_decision(self):
        for decision in self:
            decision.decision = decision._say()

    def action_withdraw(self):
        """Take a decision back, and check the file again."""
        self.ensure_one()
        self.check_access("read")
        file = self.billing_file_id
        file._check_open()
        file.message_post(body=self.env._("Withdrawn: %s", self._say()))
        # Who may change the file may take back what was decided of it.
        self.sudo().unlink()
        file.action_check()
        return True

    def _say(self):
        """The decision as a sentence."""
        self.ensure_one()
        if self.device_id:
            return self.env._(
                "Line %(line)s: serial number %(serial)s is device %(device)s.",
                line=self.source_line,
                serial=self.serial,
                device=self.device_id.name,
            )
        values = {
            "line": self.source_line,
            "serial": self.serial,
            "type": dict(self._fields["output_type"]._description_selection(self.env))[self.output_type],
            "pages": formatLang(self.env, self.pages, digits=0),
        }
        return plural(
            self.pages,
            self.env._(
                "Line %(line)s: 1 %(type)s page of device %(serial)s is charged, although the file does not state it.",
                **values,
            ),
            self.env._(
                "Line %(line)s: %(pages)s %(type)s pages of device %(serial)s are charged, although the file does not "
                "state them.",
                **values,
            ),
        )
