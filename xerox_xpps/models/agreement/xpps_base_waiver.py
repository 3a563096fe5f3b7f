# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from odoo import api, fields, models

from ...common.formats import period_text

KINDS = [
    ("before", "Before the First Invoice Here"),
    ("date", "Next Invoice Date Changed"),
    ("pause", "Paused"),
    ("closing", "Closed"),
    ("added", "Service Added Later"),
    ("nothing", "Nothing to Bill"),
    ("gap", "Reason Unknown"),
]
#: What the program settles by itself, and what is of no interest to who looks after an agreement.
SILENT_KINDS = ("before", "added", "nothing")


class XppsBaseWaiver(models.Model):
    """Days of an agreement that no invoice bills, and why: of one of its recurring services, or of all of them.

    Together with the invoice lines they are all days up to the next invoice date. Both days are inclusive; without a
    first one it is all days before the last, without a last one all that follow.
    """

    _name = "xpps.base.waiver"
    _description = "XPPS Base Price Not Billed"
    _inherit = ["xpps.guard"]
    _order = "date_to desc nulls first, id desc"

    subscription_id = fields.Many2one(
        "sale.subscription", string="Agreement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    subscription_line_id = fields.Many2one(
        "sale.subscription.line", string="Service", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, precompute=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="Until", readonly=True)
    reason = fields.Char(readonly=True)

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for waiver in self:
            waiver.display_name = waiver._period_label()

    def _period_label(self):
        self.ensure_one()
        return period_text(self.env, self.date_from, self.date_to) or self.env._("always")

    def _is_open(self):
        """Whether it is about all that follows the end of a closed agreement."""
        self.ensure_one()
        return self.kind == "closing" and not self.date_to

    def _spans(self):
        """:return: [(first day, last day)], open ends as the first and last day there is"""
        return [(waiver.date_from or date.min, waiver.date_to or date.max) for waiver in self]

    def _drop_from(self, days):
        """Let no waiver stand from a day on.

        :param days: {sale.subscription: day}
        """
        for waiver in self:
            day = days[waiver.subscription_id]
            if waiver.date_from and waiver.date_from >= day:
                waiver.unlink()
            elif not waiver.date_to or waiver.date_to >= day:
                waiver.date_to = day - timedelta(days=1)

    def action_bill(self):
        """Have these days billed after all: the next invoice date goes back to the first of them."""
        self.subscription_id._xpps_check_may_bill_waived()
        self.check_access("read")
        for agreement, waivers in self.grouped("subscription_id").items():
            agreement._xpps_bill_waived(waivers)
        return True
