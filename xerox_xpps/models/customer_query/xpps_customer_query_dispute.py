# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...common.constants import BILLING_GROUP, OUTPUT_TYPE_SELECTION
from ...common.today import company_today
from ...common.window_actions import open_form, open_records
from ...rules import OPEN_QUERY_STATES, ends_in_domain, same_period_domain
from .xpps_customer_query_credit import XEROX_CREDITS


class XppsCustomerQuery(models.Model):
    """What Xerox billed of what a customer asks about, and the dispute with Xerox that comes of it."""

    _inherit = "xpps.customer.query"

    dispute_id = fields.Many2one(
        "xpps.dispute",
        string="Dispute with Xerox",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        tracking=True,
        groups=BILLING_GROUP,
    )

    def _vendor_row_domain(self):
        """The rows of the vendor report of the charges that were asked about, or of the base fees of their days."""
        self.ensure_one()
        if not self.charge_ids:
            return self._base_row_domain()
        domains = []
        plain = self.charge_ids.filtered(lambda charge: not charge.page_rating_id)
        for (output_type, start, end), same in plain.grouped(
            lambda charge: (charge.output_type, charge.period_start, charge.period_end)
        ).items():
            domains.append(
                Domain("device_id", "in", same.device_id.ids)
                & Domain("component", "=", output_type)
                & same_period_domain(start, end)
            )
        for rating in self.charge_ids.page_rating_id:
            domains.append(
                Domain("device_id", "in", rating.line_ids.device_id.ids)
                & Domain("component", "in", list(rating.plan_id.group_id._weights()))
                & ends_in_domain("period_end", rating.cycle_start, rating.cycle_end)
            )
        return Domain("company_id", "=", self.company_id.id) & Domain.OR(domains)

    def _base_row_domain(self):
        if not (self.subscription_id and self.period_start and self.period_end):
            return Domain.FALSE
        pages = [output_type for output_type, _label in OUTPUT_TYPE_SELECTION]
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("subscription_id", "=", self.subscription_id.id)
            & Domain("component", "not in", pages)
            & ends_in_domain("period_end", self.period_start, self.period_end)
        )

    def action_open_vendor_rows(self):
        """What Xerox billed of it."""
        self.ensure_one()
        self.check_access("read")
        return open_records(self, "xerox_xpps.action_xpps_vendor_report", self._vendor_row_domain())

    def action_dispute(self):
        """Dispute with Xerox what the customer asks about, or go to the dispute that is about it.

        :return: the action that opens the dispute
        """
        self.ensure_one()
        self.check_access("write")
        if not self.dispute_id:
            self._lock()
            rows = self.env["xpps.vendor.report"].search(self._vendor_row_domain())
            if not rows:
                raise UserError(
                    self.env._("Xerox billed nothing of what %s is about, so there is nothing to dispute.", self.name)
                )
            # Rows of a query do not notice what is disputed since they were read.
            rows.invalidate_recordset(["dispute_id"])
            dispute = rows.dispute_id[:1] or self.env["xpps.dispute"]._create_from_rows(rows)
            self.dispute_id = dispute
            dispute.message_post(
                body=self.env._(
                    "%(customer)s asks about this: %(query)s.",
                    customer=self.partner_id.display_name,
                    query=self.name,
                )
            )
        return open_form(self.dispute_id)

    def _tell_xerox_credits(self):
        """Somebody is to credit the customer what Xerox credits; called as superuser."""
        for query in self.filtered(lambda query: query.state in OPEN_QUERY_STATES):
            user = self.env["xpps.reminder"]._reminded(query.company_id, query.user_id, BILLING_GROUP)
            if user:
                env = query.with_context(lang=user.lang).env
                query.activity_schedule(
                    XEROX_CREDITS,
                    date_deadline=company_today(query.company_id),
                    user_id=user.id,
                    summary=env._("Xerox credits %(dispute)s: credit the customer", dispute=query.dispute_id.name),
                )
