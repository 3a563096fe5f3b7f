# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...common.constants import MANAGER_GROUP
from ...common.formats import percent_text
from ...common.plural import plural
from ...common.window_actions import open_records
from ...rules import ALLOWANCE, FORECAST, NO_READ, UNUSUAL, most_specific

KIND_SELECTION = [
    (ALLOWANCE, "Allowance Used"),
    (FORECAST, "Forecast Above Allowance"),
    (NO_READ, "Not Read"),
    (UNUSUAL, "Unusual Pages"),
]
#: What is proposed: percent of the allowance, percent of it, days, and percent above the mean.
THRESHOLDS = {ALLOWANCE: 80, FORECAST: 100, NO_READ: 60, UNUSUAL: 100}
MAX_THRESHOLD = 10_000
TEMPLATE = "xerox_xpps.mail_template_usage_notice"
CRON = "xerox_xpps.ir_cron_usage_alerts"


class XppsUsageAlertRule(models.Model):
    """Of what pages and devices somebody is told, and who.

    Rules are of an agreement, of a customer or of the whole company. Of each kind those count that are nearest to the
    agreement: its own, else those of its customer, else those of the company. Several thresholds of a kind go together.
    """

    _name = "xpps.usage.alert.rule"
    _description = "XPPS Usage Alert Rule"
    _inherit = ["xpps.guard"]
    _order = "kind, threshold, id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    kind = fields.Selection(
        KIND_SELECTION,
        required=True,
        default=ALLOWANCE,
        help="Allowance used: the pages used of those that Xerox or a page plan includes in a cycle.\nForecast above "
        "allowance: what the cycle will come to, by the months that were read, once a quarter of it was.\nNot read: "
        "days since the last read. Xerox's estimates do not count as reads.\nUnusual pages: a device printed more in "
        "a month than on the average of the three months before.",
    )
    threshold = fields.Integer(
        compute="_compute_threshold",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        aggregator=False,
        help="Percent of the included pages that are reached, or that the forecast is above; days without a read; or "
        "percent above the average.",
    )
    threshold_text = fields.Char(string="Tells From", compute="_compute_threshold_text")
    subscription_id = fields.Many2one(
        "sale.subscription",
        string="Agreement",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain=[("is_xpps", "=", True), ("is_xpps_master", "=", False)],
        help="If empty, the rule is for all agreements of the customer, or of the company.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="If customer and agreement are empty, the rule is for all agreements of the company that have none of "
        "their own.",
    )
    by_mail = fields.Boolean(
        string="E-mail to Customer", help="Contacts of the customer get an e-mail, unless they have opted out of it."
    )
    recipients = fields.Selection(
        [("contacts", "Customer and its contacts"), ("customer", "Customer only")],
        string="E-mail Goes To",
        required=True,
        default="contacts",
        help="Invoice and delivery addresses get none.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain=[("model", "=", "xpps.usage.notice")],
        ondelete="restrict",
        default=lambda self: self.env.ref(TEMPLATE, raise_if_not_found=False),
    )
    by_note = fields.Boolean(string="Note on Agreement")
    by_activity = fields.Boolean(
        string="Activity",
        default=True,
        help="For the salesperson of the agreement, else who looks after billing files.",
    )
    alert_ids = fields.One2many("xpps.usage.alert", "rule_id", string="Alerts", readonly=True)
    alert_count = fields.Integer(compute="_compute_alert_count")
    checked_at = fields.Datetime(string="Last Checked", readonly=True, copy=False)

    _threshold_in_range = models.Constraint(
        f"CHECK (threshold BETWEEN 1 AND {MAX_THRESHOLD})", f"A threshold has to be between 1 and {MAX_THRESHOLD}."
    )
    _owner = models.Constraint(
        "CHECK (subscription_id IS NULL OR partner_id IS NULL)",
        "A rule is for an agreement or for a customer, not for both.",
    )
    _rule_uniq = models.UniqueIndex(
        "(company_id, kind, threshold, COALESCE(subscription_id, 0), COALESCE(partner_id, 0)) WHERE active",
        "There is a rule of this kind and threshold already.",
    )

    @api.depends("kind")
    def _compute_threshold(self):
        for rule in self:
            rule.threshold = THRESHOLDS.get(rule.kind, 0)

    @api.depends("kind", "threshold")
    def _compute_threshold_text(self):
        for rule in self:
            if rule.kind == NO_READ:
                text = plural(rule.threshold, self.env._("1 day"), self.env._("%s days", rule.threshold))
            elif rule.kind == UNUSUAL:
                text = self.env._("%s above average", percent_text(self.env, rule.threshold))
            else:
                text = percent_text(self.env, rule.threshold)
            rule.threshold_text = text

    @api.depends("kind", "threshold")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for rule in self:
            rule.display_name = f"{labels.get(rule.kind, '')}: {rule.threshold_text}"

    def _compute_alert_count(self):
        counts = dict(self.env["xpps.usage.alert"]._read_group([("rule_id", "in", self.ids)], ["rule_id"], ["__count"]))
        for rule in self:
            rule.alert_count = counts.get(rule, 0)

    @api.constrains("by_mail", "mail_template_id")
    def _check_template(self):
        for rule in self:
            # Whoever sets rules up need not read templates.
            template = rule.mail_template_id.sudo()
            if rule.by_mail and template.model != "xpps.usage.notice":
                raise ValidationError(
                    rule.env._("Choose an e-mail template for usage alerts: %s tells customers.", rule.display_name)
                )

    @api.constrains("subscription_id")
    def _check_agreement(self):
        for rule in self:
            agreement = rule.subscription_id
            if agreement and (not agreement.is_xpps or agreement.is_xpps_master):
                raise ValidationError(
                    rule.env._(
                        "%s is no agreement that is billed by PageConnect/XPPS: it has no usage to tell of.",
                        agreement.display_name,
                    )
                )

    def write(self, vals):
        if "kind" in vals:
            told = self.filtered(lambda rule: rule.kind != vals["kind"] and rule.alert_count)[:1]
            if told:
                raise UserError(
                    self.env._(
                        "%s has alerts already. Archive it, and create another rule of the other kind.",
                        told.display_name,
                    )
                )
        result = super().write(vals)
        if vals.keys() - {"checked_at"}:
            self._check_soon()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_alerts(self):
        told = self.filtered("alert_count")[:1]
        if told:
            raise UserError(
                self.env._("%s has alerts, which say what customers were told. Archive it instead.", told.display_name)
            )

    # Which rules hold

    @api.model
    def _of(self, agreements):
        """The rules that hold for agreements.

        :param agreements: of one company
        :return: {sale.subscription: {kind: xpps.usage.alert.rule}}, agreements without any left out
        """
        rules = self.search([("company_id", "in", agreements.company_id.ids), ("active", "=", True)])
        owned = [(rule.kind, rule.subscription_id or rule.partner_id or None, rule) for rule in rules]
        found = {}
        for agreement in agreements if rules else ():
            nearest = most_specific(owned, [agreement, *_and_above(agreement.partner_id), None])
            if nearest:
                found[agreement] = {kind: rules.browse().union(*same) for kind, same in nearest.items()}
        return found

    # Buttons

    def action_open_alerts(self):
        return open_records(self, "xerox_xpps.action_xpps_usage_alert", [("rule_id", "in", self.ids)])

    def action_add_usual(self):
        """Add the rules that most companies want, as far as there are none of their kind: they tell no customer."""
        # The list's button hands over the rules that are ticked, whichever these are.
        self.check_access("read")
        if not self.env.user.has_group(MANAGER_GROUP):
            self.check_access("create")
        company = self.env.company
        kept = self.search(
            [("company_id", "=", company.id), ("subscription_id", "=", False), ("partner_id", "=", False)]
        )
        usual = [(ALLOWANCE, 100), *THRESHOLDS.items()]
        missing = [
            {"company_id": company.id, "kind": kind, "threshold": threshold}
            for kind, threshold in usual
            if kind not in kept.mapped("kind")
        ]
        self.create(missing)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._check_soon()
        return rules

    @api.model
    def _check_soon(self):
        """Have the agreements looked at as soon as this transaction is committed."""
        # Whoever imports, or sets up rules, has the cron do it without a right to crons.
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if cron and cron.sudo().active:
            cron.sudo()._trigger()


def _and_above(partner):
    """:return: [res.partner], and those whose addresses it is, the nearest first"""
    found = []
    while partner:
        found.append(partner)
        partner = partner.parent_id
    return found
