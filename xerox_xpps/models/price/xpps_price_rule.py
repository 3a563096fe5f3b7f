# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...common.today import company_today
from ...rules import add_months, next_increase

BASE_ROUNDINGS = [("0.01", "0.01"), ("0.05", "0.05"), ("1.00", "1.00")]
PAGE_ROUNDINGS = [
    ("0.000001", "0.000001"),
    ("0.00001", "0.00001"),
    ("0.0001", "0.0001"),
    ("0.001", "0.001"),
]
#: States of increases that settle what was due.
SETTLED = ("applied", "skipped")
#: What says how prices rise; a copy of an agreement has the same.
TERMS = (
    "base_percent",
    "page_percent",
    "index_text",
    "every_months",
    "date_from",
    "cap_year_percent",
    "cap_term_percent",
    "base_rounding",
    "page_rounding",
    "round_up",
    "notice_days",
    "mail_template_id",
)


class XppsPriceRule(models.Model):
    """How the prices of an agreement rise: an escalator.

    Each time that it is due, it proposes an ``xpps.price.change``; see ``xpps_price_rule_proposal.py``. One of a master
    agreement proposes nothing: copies of the agreement get it.
    """

    _name = "xpps.price.rule"
    _description = "XPPS Escalator"
    _inherit = ["mail.thread", "xpps.guard"]
    _order = "next_date, id"
    _rec_name = "subscription_id"
    _check_company_auto = True

    active = fields.Boolean(default=True, tracking=True)
    subscription_id = fields.Many2one(
        "sale.subscription",
        string="Agreement",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("is_xpps", "=", True)],
        check_company=True,
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, precompute=True, index=True)
    partner_id = fields.Many2one(
        related="subscription_id.partner_id", string="Customer", store=True, precompute=True, index=True
    )
    is_xpps_master = fields.Boolean(related="subscription_id.is_xpps_master")
    base_percent = fields.Float(
        string="Base Prices (%)",
        digits=(16, 4),
        min_display_digits=2,
        tracking=True,
        help="By how much base prices rise.",
    )
    page_percent = fields.Float(
        string="Prices per Page (%)",
        digits=(16, 4),
        min_display_digits=2,
        tracking=True,
        help="By how much the prices of pages rise.",
    )
    index_text = fields.Char(
        string="Index", tracking=True, help="What the percentages follow, as the letter to the customer says it."
    )
    every_months = fields.Integer(
        string="Every (Months)", required=True, default=12, tracking=True, help="Months from one increase to the next."
    )
    date_from = fields.Date(
        string="First Increase",
        tracking=True,
        help="The day of the first increase, from which the others are counted. If it is empty, they are counted from "
        "the start date of the agreement.",
    )
    cap_year_percent = fields.Float(
        string="Cap per Year (%)",
        digits=(16, 4),
        min_display_digits=2,
        tracking=True,
        help="No price rises by more than this within twelve months, also by rounding. With 0, there is no cap.",
    )
    cap_term_percent = fields.Float(
        string="Cap over the Term (%)",
        digits=(16, 4),
        min_display_digits=2,
        tracking=True,
        help="No price rises by more than this from what it was before the first increase. With 0, there is no cap.",
    )
    base_rounding = fields.Selection(
        BASE_ROUNDINGS, string="Base Prices Rounded To", required=True, default="0.01", tracking=True
    )
    page_rounding = fields.Selection(
        PAGE_ROUNDINGS, string="Prices per Page Rounded To", required=True, default="0.000001", tracking=True
    )
    round_up = fields.Boolean(
        string="Always Round Up", tracking=True, help="Otherwise, prices are rounded half up, to the nearest."
    )
    notice_days = fields.Integer(
        string="Days of Notice",
        tracking=True,
        help="How many days before an increase the customer has to be notified. If it is later, the increase takes "
        "effect a month later, or more.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Letter",
        domain=[("model", "=", "xpps.price.change")],
        ondelete="restrict",
        default=lambda self: self.env.ref("xerox_xpps.mail_template_price_change", raise_if_not_found=False),
        help="The e-mail that notifies the customer, in his language.",
    )
    change_ids = fields.One2many("xpps.price.change", "rule_id", string="Price Increases", readonly=True)
    next_date = fields.Date(
        string="Next Increase",
        compute="_compute_next_date",
        store=True,
        index=True,
        help="The day on which prices should rise next. It goes on once an increase is applied or skipped.",
    )
    is_missed = fields.Boolean(
        string="Missed",
        compute="_compute_is_missed",
        search="_search_is_missed",
        help="The day of the increase has come, and no increase was applied.",
    )

    _agreement_uniq = models.UniqueIndex(
        "(subscription_id) WHERE active",
        "This agreement already has an escalator. Its prices rise together: change that one, or archive it.",
    )
    _months = models.Constraint(
        "CHECK (every_months BETWEEN 1 AND 120)", "The months from one increase to the next are from 1 to 120."
    )
    _notice = models.Constraint("CHECK (notice_days BETWEEN 0 AND 365)", "The days of notice are from 0 to 365.")

    @api.depends(
        "date_from",
        "every_months",
        "subscription_id.date_start",
        "change_ids.state",
        "change_ids.date_due",
        "change_ids.date_effective",
    )
    def _compute_next_date(self):
        for rule in self:
            start = rule.subscription_id.date_start
            first = rule.date_from or (start and add_months(start, rule.every_months))
            # Dates are computed whoever changes the agreement.
            settled = rule.sudo().change_ids.filtered(lambda change: change.state in SETTLED)
            after = [change.date_due for change in settled]
            after += [change.date_effective for change in settled if change.state == "applied"]
            after = max(filter(None, [start, *after]), default=None)
            months = max(rule.every_months, 1)
            rule.next_date = first and next_increase(first, months, after)

    @api.depends("next_date", "subscription_id.stage_id", "active")
    def _compute_is_missed(self):
        missed = self.filtered_domain(self._search_is_missed("in", [True]))
        for rule in self:
            rule.is_missed = rule in missed

    @api.model
    def _search_is_missed(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            ("is_xpps_master", "=", False),
            ("subscription_id.stage_id.type", "=", "in_progress"),
            ("next_date", "<=", company_today(self.env.company)),
        ]

    @api.constrains("base_percent", "page_percent", "cap_year_percent", "cap_term_percent")
    def _check_percents(self):
        for rule in self:
            percents = (rule.base_percent, rule.page_percent, rule.cap_year_percent, rule.cap_term_percent)
            if not all(0 <= percent <= 100 for percent in percents):
                raise ValidationError(self.env._("The percentages of an escalator are from 0 to 100."))
            if not rule.base_percent and not rule.page_percent:
                raise ValidationError(
                    self.env._("State by how much base prices or prices per page rise: both percentages are 0.")
                )

    @api.constrains("subscription_id", "active")
    def _check_agreement(self):
        for rule in self.filtered("active"):
            if not rule.subscription_id.is_xpps:
                raise ValidationError(self.env._("%s is not an XPPS agreement.", rule.subscription_id.display_name))
            # Whoever may set escalators up need not read the settings of the company.
            if not rule.company_id.sudo().xpps_escalators:
                raise ValidationError(
                    self.env._(
                        "%s does not use escalators. Switch them on in the settings first.", rule.company_id.name
                    )
                )

    @api.constrains("mail_template_id")
    def _check_mail_template(self):
        # Whoever chooses a letter need not administer templates.
        for template in self.sudo().mail_template_id:
            if template.model != "xpps.price.change":
                raise ValidationError(
                    self.env._("“%s” is not a letter about price increases. Choose another template.", template.name)
                )

    def write(self, vals):
        if "subscription_id" in vals and any(rule.subscription_id.id != vals["subscription_id"] for rule in self):
            raise ValidationError(
                self.env._("An escalator stays with its agreement. Archive it, and make another one.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # What became of it does not depend on what the user may see.
        for rule in self.sudo():
            if rule.change_ids:
                raise ValidationError(
                    self.env._(
                        "The escalator of %s cannot be deleted, as it has proposed increases. Archive it instead.",
                        rule.subscription_id.display_name,
                    )
                )

    # How prices rise

    def _percent(self, follows):
        """:param follows: ``base`` or ``page``"""
        return self.base_percent if follows == "base" else self.page_percent

    def _rounding(self, follows):
        return self.base_rounding if follows == "base" else self.page_rounding

    def _caps(self, day):
        """What limits an increase of a day.

        :return: [(day at the end of which the price is compared, percent that it may be above that)]
        """
        caps = []
        if self.cap_year_percent:
            caps.append((add_months(day, -12), self.cap_year_percent))
        if self.cap_term_percent:
            first = self.date_from or add_months(self.subscription_id.date_start or day, self.every_months)
            caps.append((min(first, day) - timedelta(days=1), self.cap_term_percent))
        return caps

    # Copies of an agreement

    def _copy_to(self, agreements):
        """Give copies of an agreement its escalator. Called as superuser."""
        self.create(
            [
                {"subscription_id": agreement.id}
                | {name: self._fields[name].convert_to_write(rule[name], rule) for name in TERMS}
                for rule in self
                for agreement in agreements
            ]
        )
