# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...common.constants import ACCRUAL_ASSETS, ACCRUAL_LIABILITIES, BILLING_GROUP
from .res_company import SETTINGS_GROUPS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    xpps_quarantine = fields.Boolean(related="company_id.xpps_quarantine", readonly=False, groups=SETTINGS_GROUPS)
    xpps_overage_missing_passes = fields.Boolean(
        related="company_id.xpps_overage_missing_passes", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_serials_are_devices = fields.Boolean(
        related="company_id.xpps_serials_are_devices", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_customer_reads = fields.Boolean(
        related="company_id.xpps_customer_reads", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_background_threshold = fields.Integer(
        related="company_id.xpps_background_threshold", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_usage_spike_percent = fields.Float(
        related="company_id.xpps_usage_spike_percent", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_margin_floor_percent = fields.Float(
        related="company_id.xpps_margin_floor_percent", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_proration = fields.Selection(related="company_id.xpps_proration", readonly=False, groups=SETTINGS_GROUPS)
    xpps_base_timing = fields.Selection(related="company_id.xpps_base_timing", readonly=False, groups=SETTINGS_GROUPS)
    xpps_invoice_by_run = fields.Boolean(
        related="company_id.xpps_invoice_by_run", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_overage_cycles = fields.Boolean(
        related="company_id.xpps_overage_cycles", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_page_plans = fields.Boolean(related="company_id.xpps_page_plans", readonly=False, groups=SETTINGS_GROUPS)
    xpps_payers = fields.Boolean(related="company_id.xpps_payers", readonly=False, groups=SETTINGS_GROUPS)
    xpps_join_other_items = fields.Boolean(
        related="company_id.xpps_join_other_items", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_approve_services = fields.Boolean(
        related="company_id.xpps_approve_services", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_escalators = fields.Boolean(related="company_id.xpps_escalators", readonly=False, groups=SETTINGS_GROUPS)
    xpps_portal_by_site = fields.Boolean(
        related="company_id.xpps_portal_by_site", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_responsible_id = fields.Many2one(
        related="company_id.xpps_responsible_id",
        readonly=False,
        groups=SETTINGS_GROUPS,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref(BILLING_GROUP).ids),
            ("company_ids", "in", self.env.company.ids),
        ],
    )
    xpps_partner_number = fields.Char(related="company_id.xpps_partner_number", readonly=False, groups=SETTINGS_GROUPS)
    xpps_vendor_id = fields.Many2one(
        related="company_id.xpps_vendor_id",
        readonly=False,
        groups=SETTINGS_GROUPS,
        domain=lambda self: [("company_id", "in", [False, *self.env.company.parent_ids.ids])],
    )
    xpps_vendor_bill_analytic = fields.Boolean(
        related="company_id.xpps_vendor_bill_analytic", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_cutoff_journal_id = fields.Many2one(
        related="company_id.xpps_cutoff_journal_id",
        readonly=False,
        check_company=True,
        domain=[("type", "=", "general")],
        groups=SETTINGS_GROUPS,
    )
    xpps_cutoff_accrued_revenue_account_id = fields.Many2one(
        related="company_id.xpps_cutoff_accrued_revenue_account_id",
        readonly=False,
        check_company=True,
        domain=[("account_type", "in", ACCRUAL_ASSETS)],
        groups=SETTINGS_GROUPS,
    )
    xpps_cutoff_deferred_revenue_account_id = fields.Many2one(
        related="company_id.xpps_cutoff_deferred_revenue_account_id",
        readonly=False,
        check_company=True,
        domain=[("account_type", "in", ACCRUAL_LIABILITIES)],
        groups=SETTINGS_GROUPS,
    )
    xpps_cutoff_accrued_cost_account_id = fields.Many2one(
        related="company_id.xpps_cutoff_accrued_cost_account_id",
        readonly=False,
        check_company=True,
        domain=[("account_type", "in", ACCRUAL_LIABILITIES)],
        groups=SETTINGS_GROUPS,
    )
    xpps_alias_name = fields.Char(related="company_id.xpps_alias_name", readonly=False, groups=SETTINGS_GROUPS)
    xpps_alias_domain_id = fields.Many2one(
        related="company_id.xpps_alias_domain_id", readonly=False, groups=SETTINGS_GROUPS
    )
    xpps_sender_addresses = fields.Text(
        related="company_id.xpps_sender_addresses", readonly=False, groups=SETTINGS_GROUPS
    )
