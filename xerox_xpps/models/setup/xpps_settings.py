# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from lxml import etree

from odoo import api, fields, models

from ...common.constants import ACCRUAL_ASSETS, ACCRUAL_LIABILITIES, BILLING_GROUP

#: Odoo's settings, which belong to those who administer the database.
SETTINGS_VIEW = "xerox_xpps.view_res_config_settings_form"


class XppsSettings(models.TransientModel):
    """What the current company does with XPPS, for XPPS administrators: the block *XPPS* of Odoo's settings.

    The fields are those of ``res.config.settings``, and so is the form.
    """

    _name = "xpps.settings"
    _description = "XPPS Settings"
    _inherit = ["xpps.guard"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    alias_domain_id = fields.Many2one(related="company_id.alias_domain_id")
    xpps_quarantine = fields.Boolean(related="company_id.xpps_quarantine", readonly=False)
    xpps_overage_missing_passes = fields.Boolean(related="company_id.xpps_overage_missing_passes", readonly=False)
    xpps_serials_are_devices = fields.Boolean(related="company_id.xpps_serials_are_devices", readonly=False)
    xpps_customer_reads = fields.Boolean(related="company_id.xpps_customer_reads", readonly=False)
    xpps_background_threshold = fields.Integer(related="company_id.xpps_background_threshold", readonly=False)
    xpps_usage_spike_percent = fields.Float(related="company_id.xpps_usage_spike_percent", readonly=False)
    xpps_margin_floor_percent = fields.Float(related="company_id.xpps_margin_floor_percent", readonly=False)
    xpps_proration = fields.Selection(related="company_id.xpps_proration", readonly=False)
    xpps_base_timing = fields.Selection(related="company_id.xpps_base_timing", readonly=False)
    xpps_invoice_by_run = fields.Boolean(related="company_id.xpps_invoice_by_run", readonly=False)
    xpps_overage_cycles = fields.Boolean(related="company_id.xpps_overage_cycles", readonly=False)
    xpps_page_plans = fields.Boolean(related="company_id.xpps_page_plans", readonly=False)
    xpps_payers = fields.Boolean(related="company_id.xpps_payers", readonly=False)
    xpps_join_other_items = fields.Boolean(related="company_id.xpps_join_other_items", readonly=False)
    xpps_approve_services = fields.Boolean(related="company_id.xpps_approve_services", readonly=False)
    xpps_escalators = fields.Boolean(related="company_id.xpps_escalators", readonly=False)
    xpps_portal_by_site = fields.Boolean(related="company_id.xpps_portal_by_site", readonly=False)
    xpps_responsible_id = fields.Many2one(
        related="company_id.xpps_responsible_id",
        readonly=False,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref(BILLING_GROUP).ids),
            ("company_ids", "in", self.env.company.ids),
        ],
    )
    xpps_partner_number = fields.Char(related="company_id.xpps_partner_number", readonly=False)
    xpps_vendor_id = fields.Many2one(
        related="company_id.xpps_vendor_id",
        readonly=False,
        domain=lambda self: [("company_id", "in", [False, *self.env.company.parent_ids.ids])],
    )
    xpps_vendor_bill_analytic = fields.Boolean(related="company_id.xpps_vendor_bill_analytic", readonly=False)
    xpps_cutoff_journal_id = fields.Many2one(
        related="company_id.xpps_cutoff_journal_id",
        readonly=False,
        check_company=True,
        domain=[("type", "=", "general")],
    )
    xpps_cutoff_accrued_revenue_account_id = fields.Many2one(
        related="company_id.xpps_cutoff_accrued_revenue_account_id",
        readonly=False,
        check_company=True,
        domain=[("account_type", "in", ACCRUAL_ASSETS)],
    )
    xpps_cutoff_deferred_revenue_account_id = fields.Many2one(
        related="company_id.xpps_cutoff_deferred_revenue_account_id",
        readonly=False,
        check_company=True,
        domain=[("account_type", "in", ACCRUAL_LIABILITIES)],
    )
    xpps_cutoff_accrued_cost_account_id = fields.Many2one(
        related="company_id.xpps_cutoff_accrued_cost_account_id",
        readonly=False,
        check_company=True,
        domain=[("account_type", "in", ACCRUAL_LIABILITIES)],
    )
    xpps_alias_name = fields.Char(related="company_id.xpps_alias_name", readonly=False)
    xpps_alias_domain_id = fields.Many2one(related="company_id.xpps_alias_domain_id", readonly=False)
    xpps_sender_addresses = fields.Text(related="company_id.xpps_sender_addresses", readonly=False)

    @api.depends("company_id")
    def _compute_display_name(self):
        for settings in self:
            settings.display_name = self.env._("XPPS Settings")

    @api.model_create_multi
    def create(self, vals_list):
        """Write to the company what differs from what it has: a name that is written makes an e-mail alias."""
        return super().create([self._changes(vals) for vals in vals_list])

    @api.model
    def _changes(self, vals):
        company, names = self.env.company, self._xpps_names()
        return {name: value for name, value in vals.items() if name not in names or self._differs(company, name, value)}

    @api.model
    def _differs(self, company, name, value):
        field = company._fields[name]
        return field.convert_to_cache(value, company) != field.convert_to_cache(company[name], company)

    @api.model
    def _xpps_names(self):
        """:return: names of the fields of a company that can be set here, a set"""
        return {name for name in self._fields if name.startswith("xpps_")}

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Fill the form with what Odoo's settings show of XPPS."""
        arch, view = super()._get_view(view_id, view_type, **options)
        place = arch.find(".//div[@name='settings']")
        if place is not None:
            # With what other addons have put there. Whoever sets XPPS up need not read views.
            shown = self.env.ref(SETTINGS_VIEW).sudo()._get_combined_arch()
            for block in shown.iterfind(".//app[@name='xerox_xpps']/block"):
                etree.SubElement(place, "h2").text = block.get("title")
                row = etree.SubElement(place, "div", {"class": "row mt16 o_settings_container"})
                row.extend(list(block))
        return arch, view
