# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _xpps_copies_in(self, move):
        """The lines of a credit note of the invoice that take this line back.

        Of what bills no pages, credit notes say which service and days they are about.
        """
        self.ensure_one()
        lines = move.invoice_line_ids.filtered(lambda copy: copy.display_type == "product")
        copies = lines.filtered(lambda copy: copy.xpps_source_line_id == self)
        if copies or self.sudo().xpps_charge_ids:  # which charges a line bills does not depend on who credits it
            return copies
        lines = lines.filtered(lambda copy: not copy.xpps_source_line_id and copy.product_id == self.product_id)
        if self.xpps_subscription_line_id:
            return self._xpps_of_same_days(lines)
        return lines.filtered(lambda copy: copy.name == self.name)
