# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.fields import Domain

#: Types of contacts that are places. Persons and invoice addresses are at the place that they belong to.
SITE_TYPES = ("delivery", "other")


class ResUsers(models.Model):
    """Which records a customer sees in the portal. The record rules of portal users and their pages both ask here.

    Everybody of a customer sees all that the customer and its addresses have. Where the company that bills says so
    (``xpps_portal_by_site``), those of a site see what that site has, and what stands below it.
    """

    _inherit = "res.users"

    def _xpps_portal_site(self):
        """:return: the site that the user belongs to, or the customer itself"""
        self.ensure_one()
        # Where somebody belongs does not depend on which contacts may be read.
        partner = self.partner_id.sudo()
        customer = partner.commercial_partner_id
        while partner != customer and partner.type not in SITE_TYPES:
            partner = partner.parent_id
        return partner

    def _xpps_portal_domain(self, field_name):
        """:param field_name: the contact that a record belongs to; the record has a ``company_id``
        :return: Domain of the records that the user sees
        """
        site = self._xpps_portal_site()
        ours = Domain(field_name, "child_of", site.id)
        customer = site.commercial_partner_id
        if site == customer:
            return ours
        # Customers follow the company's settings without a right to read them.
        shown_to_all = Domain("company_id", "any!", [("xpps_portal_by_site", "=", False)])
        return ours | (shown_to_all & Domain(field_name, "child_of", customer.id))

    def _xpps_portal_device_domain(self):
        return Domain("is_xpps_device", "=", True) & self._xpps_portal_domain("xpps_partner_id")

    def _xpps_portal_agreement_domain(self):
        """Drafts are no agreements yet, and master agreements are nobody's."""
        concluded = Domain("stage_id", "any!", [("type", "!=", "draft")])
        ours = Domain("is_xpps", "=", True) & Domain("is_xpps_master", "=", False)
        return ours & concluded & self._xpps_portal_domain("partner_id")

    def _xpps_portal_invoice_domain(self):
        """Which invoices a portal user does not lose for being of a site: an annex names all devices of an agreement.

        Whom an invoice is addressed to tells nothing of it. Whatever else is invoiced is as Odoo has it, and so is
        everything for who is no customer.
        """
        site = self._xpps_portal_site()
        if not self.share or site == site.commercial_partner_id:
            return Domain.TRUE
        of_others = Domain("xpps_subscription_id", "any!", ~self._xpps_portal_domain("partner_id"))
        return ~Domain("line_ids", "any!", of_others)

    def _xpps_portal_query_domain(self):
        """Questions about invoices that the user sees."""
        own = Domain("partner_id", "child_of", self.commercial_partner_id.id)
        invoices = self._xpps_portal_invoice_domain()
        return own if invoices.is_true() else own & Domain("move_id", "any!", invoices)

    def _xpps_portal_invoice_line_domain(self):
        domain = self._xpps_portal_invoice_domain()
        return domain if domain.is_true() else Domain("move_id", "any!", domain)
