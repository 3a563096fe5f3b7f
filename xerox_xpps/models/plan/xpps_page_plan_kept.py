# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

#: What a plan may change at any time: it moves no amount.
FREE = {"name", "active", "date_to", "message_follower_ids", "activity_ids", "message_ids"}


class XppsPagePlan(models.Model):
    """What was rated stays so: a plan that pages were read under keeps its terms, and its days as far as files came.

    Other terms are another version, from the next cycle on.
    """

    _inherit = "xpps.page.plan"

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        plans._check_not_imported()
        return plans

    def write(self, vals):
        self.filtered(lambda plan: plan._changes_terms(vals))._check_unused()
        self._check_end(vals)
        result = super().write(vals)
        if not {"date_from", "subscription_id", "scope", "group_id"}.isdisjoint(vals):
            self._check_not_imported()
        return result

    def _take_price(self, name, price):
        """Write a price whose day has come: cycles before it keep theirs."""
        return super().write({name: price})

    def _check_unused(self):
        """:raises UserError: when pages were rated by one of the plans"""
        last = self._last_read_days()
        used = next((plan for plan in self if plan in last), None)
        if used:
            raise UserError(
                self.env._(
                    "Plan “%(plan)s” rated pages until %(day)s and keeps its terms. Press New Version to change them "
                    "from the next cycle on.",
                    plan=used.display_name,
                    day=format_date(self.env, last[used]),
                )
            )

    def _changes_terms(self, vals):
        for name in vals.keys() & self._fields.keys() - FREE:
            field = self._fields[name]
            if field.type == "one2many":
                if any(command[0] != 4 for command in vals[name] or ()):
                    return True
            elif field.convert_to_record(field.convert_to_cache(vals[name], self), self) != self[name]:
                return True
        return False

    def _check_end(self, vals):
        """:raises UserError: when a plan would end before pages that it rated, or be archived while it rates"""
        if "date_to" not in vals and vals.get("active", True):
            return
        end = fields.Date.to_date(vals.get("date_to"))
        for plan, last in self._last_read_days().items():
            ended = end if "date_to" in vals else plan.date_to
            if (ended and ended < last) or (not vals.get("active", True) and not ended):
                raise UserError(
                    self.env._(
                        "Plan “%(plan)s” rated pages until %(day)s and cannot end before. Enter that day or a later "
                        "one as its end.",
                        plan=plan.display_name,
                        day=format_date(self.env, last),
                    )
                )

    def _check_not_imported(self):
        """:raises UserError: when files were imported for days of the plan, by other terms"""
        for plan in self:
            if plan.is_master or not plan.active:
                continue
            agreements = plan._agreements()[plan]
            domain = Domain(
                [
                    ("subscription_id", "in", agreements.ids),
                    ("output_type", "in", list(plan.group_id._weights())),
                    ("origin", "=", "file"),
                    ("superseded_by_id", "=", False),
                    ("page_plan_id", "!=", plan.id),
                ]
            )
            if plan.date_from:
                domain &= Domain("period_end", ">=", plan.date_from)
            if plan.date_to:
                domain &= Domain("period_end", "<=", plan.date_to)
            if plan.scope == "customer":
                # What an agreement's own plan rates is none of the customer's.
                domain &= Domain("page_plan_id", "=", False)
            # See _last_read_days.
            read = self.env["xpps.meter.read"].sudo().search(domain, order="period_end desc", limit=1)
            if read:
                raise UserError(
                    self.env._(
                        "Plan “%(plan)s” cannot begin before the last day that was imported: pages until %(day)s are "
                        "charged by other terms. Let it begin after that day, or undo the imports first.",
                        plan=plan.name,
                        day=format_date(self.env, read.period_end),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        last = self._last_read_days()
        if last:
            plan = next(iter(last))
            raise UserError(
                self.env._(
                    "Plan “%(plan)s” rated pages and cannot be deleted. Enter its last day as its end instead.",
                    plan=plan.display_name,
                )
            )
