# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is measured of sending. Samples are milliseconds an invoice, of the clock and of CPU time with wkhtmltopdf's."""

import resource
import time

from .send_world import make_send_world
from .server import web_server

#: As billing runs do.
TOGETHER = 10


class SendSteps:
    """The documents of some posted invoices.

    :param BenchDatabase database:
    """

    unit = "invoices"

    def __init__(self, database, invoices):
        self.database = database
        self.invoices = invoices

    def send(self):
        """Odoo's PDF of each invoice alone; with the annex as PDF; with both files of the annex, as when it is sent."""
        self.database.reset(self.invoices, make_send_world, lambda env: None)
        samples = {}
        with web_server(self.database.name) as address, self.database.environment(login=None) as env:
            env["ir.config_parameter"].set_param("report.url", address)
            moves = env["account.move"].search([("move_type", "=", "out_invoice"), ("state", "=", "posted")])
            moves = moves.filtered("has_xpps_usage")[: self.invoices]
            if len(moves) != self.invoices:
                raise RuntimeError(f"There are {len(moves)} instead of {self.invoices} invoices to send.")
            env.cr.commit()
            # The first time, style sheets are made, and templates are read.
            self._send(moves[:1], self._settings(moves[:1]))
            env.cr.rollback()
            for name, what in (("alone", self._print), ("annex_pdf", self._print_annex), ("annex", self._send)):
                samples |= self._cost(name, what, moves)
                env.cr.rollback()
                env.invalidate_all()
        return samples

    @staticmethod
    def _settings(moves):
        """How each invoice is sent, to whom and with which text: that is no part of its files."""
        send = moves.env["account.move.send"]
        return {move: send._get_default_sending_settings(move) for move in moves}

    @staticmethod
    def _print(moves, _settings):
        reports = moves.env["ir.actions.report"].with_company(moves.company_id)
        for move in moves:
            reports._pre_render_qweb_pdf("account.report_invoice_with_payments", res_ids=move.ids)

    def _print_annex(self, moves, settings):
        self._print(moves, settings)
        moves.env["account.move.send"]._render_xpps_usage_pdfs(moves)

    @staticmethod
    def _send(moves, settings):
        moves.env["account.move.send"]._generate_invoice_documents(settings)
        files = moves.mapped("xpps_usage_pdf_id") | moves.mapped("xpps_usage_xlsx_id") | moves.invoice_pdf_report_id
        if len(files) != 3 * len(moves):
            raise RuntimeError(f"{len(moves)} invoices have {len(files)} files.")

    def _cost(self, name, what, moves):
        batches = [moves[first : first + TOGETHER] for first in range(0, len(moves), TOGETHER)]
        settings = [self._settings(batch) for batch in batches]
        started, cpu = time.perf_counter(), _cpu()
        for batch, of_batch in zip(batches, settings, strict=True):
            what(batch, of_batch)
        return {
            name: 1000 * (time.perf_counter() - started) / len(moves),
            f"{name}_cpu": 1000 * (_cpu() - cpu) / len(moves),
        }


def _cpu():
    """CPU time of this process, and of those that it has started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)
