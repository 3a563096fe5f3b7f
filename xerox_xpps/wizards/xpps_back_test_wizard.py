# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import date_utils

from ..common.constants import BILLED_READS
from ..common.formats import month_text
from ..common.today import company_today
from ..common.window_actions import open_dialog
from ..documents import write_back_test_xlsx
from ..reports.back_test import BackTestBuilder
from ..rules import add_months
from .back_test_screen import BackTestScreen

MAX_MONTHS = 24
MAX_TERMS = 3
#: What the result depends on.
ASKED = {"agreement_ids", "date_from", "date_to", "terms_ids"}


class XppsBackTestWizard(models.TransientModel):
    """What agreements would have brought by other terms, of what their devices printed in months that are over.

    Nothing is charged, and nothing kept: what the user sees is gone with the wizard.
    """

    _name = "xpps.back.test.wizard"
    _description = "Terms Back-Test"
    _inherit = ["xpps.reference.guard"]

    agreement_ids = fields.Many2many(
        "sale.subscription",
        string="Agreements",
        domain=[("is_xpps", "=", True), ("is_xpps_master", "=", False)],
        default=lambda self: self._default_agreements(),
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    currency_id = fields.Many2one("res.currency", compute="_compute_company_id")
    date_from = fields.Date(
        string="From", compute="_compute_months", store=True, readonly=False, precompute=True, required=True
    )
    date_to = fields.Date(
        string="To",
        compute="_compute_months",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Months are chosen by any day of them, up to 24. A read counts in the month that its period is about.",
    )
    terms_ids = fields.One2many(
        "xpps.back.test.terms",
        "wizard_id",
        default=lambda self: [
            Command.create({"name": self.env._("As they are"), "base_method": "current", "pages_method": "current"})
        ],
    )
    result = fields.Html(readonly=True)
    chart = fields.Json(readonly=True)

    def _default_agreements(self):
        if self.env.context.get("active_model") != "sale.subscription":
            return self.env["sale.subscription"]
        agreements = self.env["sale.subscription"].browse(self.env.context.get("active_ids", ()))
        return agreements.filtered(lambda agreement: agreement.is_xpps and not agreement.is_xpps_master)

    @api.depends("agreement_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.agreement_ids.company_id[:1] or self.env.company
            wizard.currency_id = wizard.agreement_ids.currency_id[:1] or wizard.company_id.currency_id

    @api.depends("agreement_ids")
    def _compute_months(self):
        """The twelve months up to the last one that was read."""
        for wizard in self:
            last = wizard.date_to or wizard._last_read_day() or company_today(wizard.company_id)
            wizard.date_to = date_utils.end_of(last, "month")
            wizard.date_from = wizard.date_from or date_utils.start_of(last - relativedelta(months=11), "month")

    def _last_read_day(self):
        domain = [*BILLED_READS, ("company_id", "=", self.company_id.id)]
        if self.agreement_ids:
            domain.append(("subscription_id", "in", self.agreement_ids.ids))
        return self.env["xpps.meter.read"].search(domain, order="period_end desc", limit=1).period_end

    @api.onchange("agreement_ids", "date_from", "date_to", "terms_ids")
    def _onchange_asked(self):
        """What is shown is of what was asked."""
        self.result = self.chart = False

    @api.onchange("date_from", "date_to")
    def _onchange_months(self):
        if self.date_from:
            self.date_from = date_utils.start_of(self.date_from, "month")
        if self.date_to:
            self.date_to = date_utils.end_of(self.date_to, "month")

    @api.constrains("date_from", "date_to")
    def _check_months(self):
        for wizard in self:
            if wizard.date_from > wizard.date_to:
                raise ValidationError(self.env._("The last month is before the first month."))
            if len(wizard._months()) > MAX_MONTHS:
                raise ValidationError(self.env._("A back-test takes up to %s months.", MAX_MONTHS))

    @api.constrains("terms_ids")
    def _check_terms(self):
        for wizard in self:
            if len(wizard.terms_ids) > MAX_TERMS:
                raise ValidationError(self.env._("A back-test compares up to %s sets of terms.", MAX_TERMS))

    def write(self, vals):
        if not ASKED.isdisjoint(vals):
            vals = {"result": False, "chart": False, **vals}
        return super().write(vals)

    def _months(self):
        self.ensure_one()
        first, last = self.date_from.replace(day=1), self.date_to.replace(day=1)
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return [add_months(first, number) for number in range(count)]

    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("Terms Back-Test")

    def _back_test(self):
        """:return: documents.BackTest"""
        self.ensure_one()
        # Who chose them may have lost the right since then.
        self.agreement_ids.check_access("read")
        if not self.agreement_ids:
            raise UserError(self.env._("Choose the agreements to test first."))
        if not self.terms_ids:
            raise UserError(self.env._("Choose the terms to compare first."))
        if len(self.agreement_ids.company_id) > 1:
            raise UserError(self.env._("Choose agreements of one company."))
        if len(self.agreement_ids.currency_id) > 1:
            raise UserError(self.env._("Choose agreements of one currency: amounts of several do not add up."))
        return BackTestBuilder(self.agreement_ids, self._months(), [terms._terms() for terms in self.terms_ids]).build()

    def action_calculate(self):
        """Rate what was read by all terms, and show what they bring."""
        self.ensure_one()
        self.check_access("write")
        screen = BackTestScreen(self.env, self._back_test())
        self.write(
            {
                "result": self.env["ir.qweb"]._render("xerox_xpps.back_test_result", screen.values()),
                "chart": screen.chart(),
            }
        )
        return open_dialog(self, self.env._("Terms Back-Test"), wide=True)

    def action_download(self):
        """Download the result as XLSX, with each agreement month by month."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/xerox_xpps/back_test/{self.id}",
            "target": "download",
        }

    def _back_test_xlsx(self):
        return write_back_test_xlsx(self.env, self._back_test())

    def _back_test_filename(self):
        months = dict.fromkeys(month_text(self.env, day) for day in (self.date_from, self.date_to))
        title = self.env._("Terms Back-Test")
        return f"{title} {' – '.join(months)}.xlsx"
