# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: What makes a mapping another one's.
OWNER_FIELDS = ("product_tmpl_id", "price_level_id", "company_id")


class XppsMaterialMapping(models.Model):
    """Which material codes charges were made of is kept: its codes may be changed, but it stays its owner's."""

    _inherit = "xpps.material.mapping"

    def write(self, vals):
        self.filtered(
            lambda mapping: any(name in vals and mapping[name].id != (vals[name] or False) for name in OWNER_FIELDS)
        )._xpps_check_unused()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._xpps_check_unused()

    def _xpps_check_unused(self):
        """:raises UserError: when charges that are not rejected are of the material codes of one of the mappings"""
        # What charges were made of does not depend on what the user may see.
        for mapping in self.sudo():
            domain = mapping._xpps_charge_domain()
            charge = not domain.is_false() and mapping.env["sale.subscription.charge"].search(domain, limit=1)
            if charge:
                raise UserError(
                    self.env._(
                        "The material codes of %(owner)s cannot be deleted or given to another one: charges were made "
                        "of them, such as “%(charge)s” of device %(serial)s. Change or empty the codes instead.",
                        owner=mapping.display_name,
                        charge=charge.name,
                        serial=charge.device_id.name,
                    )
                )

    def _xpps_charge_domain(self):
        """:return: Domain of the charges that the mapping led to; a branch has the material codes of its parents"""
        self.ensure_one()
        owner = (
            Domain("device_id.product_id.product_tmpl_id", "=", self.product_tmpl_id.id)
            if self.product_tmpl_id
            else Domain("device_id.product_id.product_tmpl_id.xpps_price_level_id", "=", self.price_level_id.id)
        )
        codes = Domain.OR(
            Domain("output_type", "=", output_type) & Domain("product_id", "=", product.id)
            for output_type, product in self._materials().items()
        )
        of_company = Domain("company_id", "child_of", self.company_id.id)
        return codes & of_company & owner & Domain("state", "!=", "rejected")
