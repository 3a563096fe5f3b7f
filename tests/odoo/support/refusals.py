# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of the checks share: a file with an error is refused, and leaves nothing behind."""

from odoo.exceptions import UserError

from ...billing_file.builder import build_xml
from .common import XppsCase

#: What a check may not touch, nor an import that fails.
WRITTEN_BY_IMPORT = (
    "xpps.meter.read",
    "sale.subscription.charge",
    "sale.subscription.charge.default",
    "xpps.material.mapping",
    "stock.lot",
    "sale.subscription",
    "sale.subscription.line",
    "product.product",
    "res.partner",
    "account.move",
)


class RefusalCase(XppsCase):
    def assertRefused(
        self,
        code,
        devices=(),
        invoice=None,
        data=None,
        file_name="billing.xml",
        line=0,
        serial="",
        names=(),
        others=(),
    ):
        """The wizard finds one error with this code, and neither it nor the file can be imported.

        :param line: line of the file that the issue has to name, 0 for none
        :param names: what the message has to contain
        :param others: codes of further errors that come with this one
        :return: the issue
        """
        data = build_xml(invoice, devices) if data is None else data
        before = self._counts()
        wizard = self._wizard(data, file_name)
        wizard.action_check()
        file = wizard.billing_file_id
        self.assertEqual(self._codes(file), sorted([code, *others]), "\n".join(file.issue_ids.mapped("message")))
        self.assertEqual(file.error_count, 1 + len(others))
        issue = file.issue_ids.filtered(lambda issue: issue.code == code)
        self.assertEqual(issue.severity, "error")
        self.assertEqual(issue.serial or "", serial)
        self.assertEqual(issue.source_line, line)
        for name in names:
            self.assertIn(name, issue.message)
        for importer in (wizard, file):
            with self.assertRaises(UserError) as caught, self.cr.savepoint():
                importer.action_import()
            refusal = caught.exception.args[0]
            self.assertIn(issue.message, refusal)
            # Whoever reads nothing but the refusal must find the place, too.
            self.assertIn(serial, refusal)
            self.assertRegex(refusal, rf"\b{line or ''}\b")
        self.assertEqual(file.state, "draft")
        self.assertEqual(file.attachment_id.raw, data)
        self.assertEqual(self._counts(), before)
        return issue

    def _counts(self):
        return {model: self.env[model].sudo().search_count([]) for model in WRITTEN_BY_IMPORT}
