# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...common.listing import enumeration
from ...common.plural import plural

#: Stages in which the scheduled action does something with an agreement, which it does not find archived.
MANAGED_STAGES = ("pre", "in_progress")
#: Order lines that bill something: those of days that are given back stay with a quantity of 0.
LIVE_ORDER_LINES = [("state", "!=", "cancel"), ("product_uom_qty", "!=", 0)]


class SaleSubscription(models.Model):
    """An XPPS agreement is not deleted while something hangs on it, nor archived while it runs or has to be billed."""

    _inherit = "sale.subscription"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for agreement in self.filtered("is_xpps"):
            uses = agreement._xpps_uses()
            if uses:
                raise UserError(
                    self.env._(
                        "%(agreement)s cannot be deleted because of its %(uses)s. Close and archive it instead.",
                        agreement=agreement.display_name,
                        uses=enumeration(self.env, uses, len(uses)),
                    )
                )

    def _xpps_uses(self):
        """What would lose its agreement: [plural of its name]"""
        self.ensure_one()
        uses = (
            ("stock.lot", [("xpps_subscription_id", "=", self.id)], self.env._("devices")),
            ("xpps.device.assignment", [("subscription_id", "=", self.id)], self.env._("device history")),
            ("xpps.meter.read", [("subscription_id", "=", self.id)], self.env._("meter reads")),
            ("sale.subscription.charge", [("subscription_id", "=", self.id)], self.env._("charges")),
            (
                "account.move.line",
                [("xpps_subscription_id", "=", self.id), ("parent_state", "!=", "cancel")],
                self.env._("invoices"),
            ),
            (
                "sale.order.line",
                [("xpps_subscription_id", "=", self.id), *LIVE_ORDER_LINES],
                self.env._("orders"),
            ),
        )
        # What hangs on it does not depend on what the user may see.
        return [name for model, domain, name in uses if self.env[model].sudo().search_count(domain, limit=1)]

    @api.constrains("active")
    def _check_xpps_archived(self):
        for agreement in self:
            reason = agreement.is_xpps and not agreement.active and agreement._xpps_reason_to_keep_active()
            if reason:
                raise ValidationError(reason)

    def _xpps_reason_to_keep_active(self):
        """:return: the sentence that says why an agreement is not archived, or None"""
        self.ensure_one()
        names = {"agreement": self.display_name}
        if self.stage_type in MANAGED_STAGES:
            return self.env._(
                "%(agreement)s cannot be archived: it is running or about to start. Close it first.", **names
            )
        waiting = self._xpps_count_waiting_charges()
        if waiting:
            return plural(
                waiting,
                self.env._(
                    "%(agreement)s cannot be archived: 1 charge is not invoiced yet. Invoice or reject it first.",
                    **names,
                ),
                self.env._(
                    "%(agreement)s cannot be archived: %(count)s charges are not invoiced yet. Invoice or reject them "
                    "first.",
                    count=waiting,
                    **names,
                ),
            )
        if self.stage_type == "post" and self.date and self.recurring_next_date:
            return self.env._(
                "%(agreement)s cannot be archived: its last days are still to be invoiced, on %(date)s.",
                date=format_date(self.env, self.recurring_next_date),
                **names,
            )
        return None

    def _xpps_count_waiting_charges(self):
        """How many charges are to be approved, or to be invoiced."""
        self.ensure_one()
        # Whoever archives agreements need not see their charges.
        charges = self.env["sale.subscription.charge"].sudo()
        return charges.search_count(
            [
                ("subscription_id", "=", self.id),
                ("billable", "=", True),
                ("quantity", "!=", 0),
                ("state", "!=", "rejected"),
                ("invoice_status", "!=", "invoiced"),
            ]
        )

    @api.constrains("stage_id", "is_xpps")
    def _check_xpps_not_started_archived(self):
        for agreement in self:
            if agreement.is_xpps and not agreement.active and agreement.stage_type in MANAGED_STAGES:
                raise ValidationError(
                    self.env._("%s is archived. Unarchive it before it is started.", agreement.display_name)
                )
