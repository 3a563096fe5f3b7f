# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter

from odoo import fields, models

from ...common.listing import enumeration
from ...common.plural import plural

#: How many customers are named.
MAX_LISTED = 20


class XppsBillingFile(models.Model):
    """The preview names the customers for whom the import brings nothing."""

    _inherit = "xpps.billing.file"

    left_out_text = fields.Text(
        string="Customers Left Out",
        readonly=True,
        copy=False,
        help="Customers whose devices are not in the file, or have errors: the import brings nothing for them.",
    )

    def _note_left_out(self, absent, faulty):
        """Only checks and imports say it; the caller has seen to that.

        :param absent: {sale.subscription id: number of devices that are not in the file}
        :param faulty: {res.partner id: number of device records with an error}
        """
        self.ensure_one()
        absent_partners = Counter()
        for agreement in self.env["sale.subscription"].browse(absent):
            absent_partners[agreement.partner_id] += absent[agreement.id]
        faulty_partners = {partner: faulty[partner.id] for partner in self.env["res.partner"].browse(faulty)}
        texts = []
        if names := self._name_left_out(absent_partners):
            texts.append(self.env._("Not in the file: %s.", names))
        if names := self._name_left_out(faulty_partners):
            texts.append(self.env._("Held up by errors: %s.", names))
        text = "\n".join(texts) or False
        if self.left_out_text != text:
            self.left_out_text = text

    def _name_left_out(self, counts):
        """:param counts: {res.partner: number of devices}
        :return: those without a row in the preview, in words; empty where there are none
        """
        shown = self.summary_ids.partner_id
        left_out = sorted(
            (partner.display_name or "", count) for partner, count in counts.items() if partner not in shown
        )
        names = [
            plural(
                count,
                self.env._("%(customer)s (1 device)", customer=name),
                self.env._("%(customer)s (%(count)s devices)", customer=name, count=count),
            )
            for name, count in left_out[:MAX_LISTED]
        ]
        return enumeration(self.env, names, MAX_LISTED, len(left_out))
