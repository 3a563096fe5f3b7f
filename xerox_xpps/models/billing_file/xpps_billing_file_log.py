# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import models

from ...common.log_line import log_line, seconds_since

_logger = logging.getLogger(__name__)


class XppsBillingFile(models.Model):
    """A line of the server's log for each import."""

    _inherit = "xpps.billing.file"

    def _log_import(self, check, charges, started):
        """:param check: importing.CheckResult
        :param int charges: how many were made
        :param started: ``time.monotonic`` of the beginning
        """
        held = len(check.faulty & check.lines.keys())
        log_line(
            _logger,
            self.env.cr,
            "import",
            file=self.id,
            invoice=self.name,
            company=self.company_id.id,
            user=self.env.uid,
            kind=self.kind,
            devices=len(check.lines) - held,
            held=held,
            reads=len(check.reads),
            charges=charges,
            seconds=seconds_since(started),
        )
