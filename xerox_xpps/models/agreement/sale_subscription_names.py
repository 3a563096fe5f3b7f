# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain

#: Between the number and the customer of an agreement.
SEPARATOR = "·"


class SaleSubscription(models.Model):
    """An agreement is chosen by its number and its customer: “SUB00003 · Bright School District”.

    It is found by either of them, by Xerox's number, and by the whole text. Other subscriptions keep upstream's name.
    """

    _inherit = "sale.subscription"

    @api.depends("is_xpps", "code", "partner_id.complete_name")
    @api.depends_context("xpps_number_only")
    def _compute_display_name(self):
        """With ``xpps_number_only`` in the context, as in lists that have the customer, too, without the customer."""
        result = super()._compute_display_name()
        number_only = self.env.context.get("xpps_number_only")
        for agreement in self._xpps_ours():
            if number_only:
                agreement.display_name = agreement._xpps_number()
                continue
            # Whoever sees an agreement sees whose it is.
            customer = agreement.partner_id.sudo().complete_name
            parts = (agreement._xpps_number(), customer)
            agreement.display_name = f" {SEPARATOR} ".join(part for part in parts if part)
        return result

    def _xpps_number(self):
        """:return: what an agreement is called where its customer is named beside it"""
        return self.code or self.name

    @api.model
    def _search_display_name(self, operator, value):
        domain = Domain(super()._search_display_name(operator, value))
        negative = operator in Domain.NEGATIVE_OPERATORS
        if negative:
            operator = "=" if operator == "!=" else operator.removeprefix("not ")
        named = Domain("is_xpps", "=", True) & self._xpps_named(operator, value)
        return domain & ~named if negative else domain | named

    @api.model
    def _xpps_named(self, operator, value):
        """Domain of the agreements that a text names, in one of the ways above."""
        if not isinstance(value, str):
            texts = [text for text in value or () if isinstance(text, str)] if operator == "in" else []
            return Domain.OR(self._xpps_named("=", text) for text in texts)
        parts = value.split(SEPARATOR) if operator in ("=", "like", "ilike") else [value]
        parts = [part.strip() for part in parts if part.strip()]
        if not parts:
            return Domain(operator.endswith("like"))
        fields = ("name", "code", "xpps_agreement_number", "partner_id.complete_name")
        if operator == "=" and len(parts) == 1:
            # The name of a customer alone is not that of an agreement.
            fields = fields[:-1]
        return Domain.AND(Domain.OR(Domain(name, operator, part) for name in fields) for part in parts)
