# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsBillingRun(models.Model):
    """Post the invoices of a run and send them by one click.

    They are sent when all of them have been posted, or could not be: in the same way, and of many of them in the
    background, too.
    """

    _inherit = "xpps.billing.run"

    send_after_post = fields.Boolean(
        readonly=True, copy=False, help="The invoices are sent as soon as the run has posted them."
    )

    def action_post_and_send(self):
        """Post the draft invoices, and send what is posted then and was not sent yet or did not arrive."""
        self._begin(("done", "posted"))
        lines = self._lines_to_post()
        if not lines:
            return self.action_send()
        # Nobody sets by hand what a run is doing.
        self.sudo().send_after_post = True
        return self._start("post", lines)

    def _finish(self):
        background, sends = self.state == "queued", self.task == "post" and self.send_after_post
        result = super()._finish()
        if sends:
            self._send_posted(background)
        return result

    def _send_posted(self, background):
        # What could not be posted keeps its reason.
        lines = (self.line_ids - self._lines_to_post()).filtered(lambda line: line._moves_to_send())
        if lines:
            self._start("send", lines, background)

    def _stop(self, reason):
        # The last of the batches that end now finishes the run, and nothing comes after it.
        # See action_post_and_send.
        self.sudo().send_after_post = False
        return super()._stop(reason)

    def _leave_queue(self):
        result = super()._leave_queue()
        if self.send_after_post:
            # See action_post_and_send.
            self.sudo().send_after_post = False
        return result
