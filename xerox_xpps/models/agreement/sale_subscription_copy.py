# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models

from ...common.today import company_today

#: What an agreement has by its life, and what a copy of it finds anew.
LIFE = ("code", "date", "close_reason_id", "sale_order_id")


class SaleSubscription(models.Model):
    """A copy of an XPPS agreement is a draft with its services and prices, which nobody bills before it is started."""

    _inherit = "sale.subscription"

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        given = default or {}
        for agreement, vals in zip(self, vals_list, strict=True):
            if agreement.is_xpps:
                fresh = agreement._xpps_prepare_copy() if vals else {}
                vals |= {name: value for name, value in fresh.items() if name not in given}
                for name in LIFE:
                    if name not in given:
                        vals.pop(name, None)
        return vals_list

    def _xpps_prepare_copy(self):
        """Values by which a copy begins anew. Odoo copies no lines; their taxes are found as for any new line."""
        self.ensure_one()
        today = company_today(self.company_id)
        draft = self.env["sale.subscription.stage"].search([("type", "=", "draft")], limit=1)
        lines = self.sale_subscription_line_ids.copy_data()
        return {
            "active": True,
            "stage_id": draft.id,
            "in_progress": False,
            "to_renew": False,
            "date_start": today,
            "recurring_next_date": today,
            "sale_subscription_line_ids": [
                Command.create({name: value for name, value in vals.items() if name != "sale_subscription_id"})
                for vals in lines
            ],
        }

    def copy(self, default=None):
        copies = super().copy(default)
        for agreement, copy in zip(self, copies, strict=True):
            if agreement.is_xpps and "sale_subscription_line_ids" not in (default or {}):
                copy.sale_subscription_line_ids.sorted("id")._xpps_count_like(agreement.sale_subscription_line_ids)
        return copies
