# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ...common.plural import plural
from ...common.today import company_today
from ...common.window_actions import open_dialog, open_form
from ..row_ids import health_row_id
from . import agreement_rules, device_rules, model_rules, plan_rules, rate_card_rules
from .catalog import AREA_SELECTION, BY_CODE, COLUMNS, KIND_SELECTION, KINDS

#: What is a part of an agreement, and known by its product.
OF_AGREEMENT = ("sale.subscription.line", "sale.subscription.charge.default")
#: Forms of records that have one of their own.
FORMS = {"product.template": "product.product_template_only_form_view"}


def _merged(*depends):
    names = defaultdict(set)
    for models_of in depends:
        for model, fields_of in models_of.items():
            names[model].update(fields_of)
    return {model: sorted(found) for model, found in names.items()}


class XppsHealth(models.Model):
    """What is wrong with printer models, codes, agreements and devices, as of today: a row for each record and rule.

    The rules stand in ``catalog``. A row is gone once the record is in order; until then it may be snoozed
    (``xpps.health.snooze``). What belongs to no company concerns all of them.
    """

    _name = "xpps.health"
    _description = "XPPS Health Finding"
    _auto = False
    _rec_name = "subscription_id"
    _order = "sequence, id"

    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(
        KIND_SELECTION,
        string="Problem",
        readonly=True,
        help="\n".join(f"{kind.label}: {kind.rule}" for kind in KINDS),
    )
    area = fields.Selection(AREA_SELECTION, readonly=True)
    sequence = fields.Integer(readonly=True, aggregator=False)
    res_id = fields.Integer(string="Record", readonly=True, aggregator=False)
    name = fields.Char(string="Concerns", compute="_compute_name")
    explanation = fields.Char(compute="_compute_explanation")
    product_tmpl_id = fields.Many2one("product.template", string="Printer Model or Service", readonly=True)
    device_id = fields.Many2one("stock.lot", readonly=True)
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    since = fields.Date(
        readonly=True,
        help="The next invoice date or the end of service that has passed, the last day that is not billed, or the end "
        "of an agreement, page plan or rate card.",
    )
    billed = fields.Float(string="Billed Quantity", readonly=True, aggregator=False)
    counted = fields.Integer(string="Active Devices", readonly=True, aggregator=False)
    number = fields.Char(string="Model Number", readonly=True)
    snoozed_until = fields.Date(readonly=True, help="The last day on which the finding is not listed.")
    snooze_reason = fields.Char(readonly=True)
    snooze_user_id = fields.Many2one("res.users", string="Snoozed By", readonly=True)

    # What the query reads, so that the ORM writes it first.
    _depends = _merged(
        model_rules.DEPENDS,
        agreement_rules.DEPENDS,
        device_rules.DEPENDS,
        plan_rules.DEPENDS,
        rate_card_rules.DEPENDS,
        {"xpps.health.snooze": ["company_id", "date_until", "kind", "reason", "res_id", "user_id"]},
    )

    @property
    def _table_query(self):
        today = company_today(self.env.company)
        rules = [*model_rules.rules(), *agreement_rules.rules(today)]
        rules += [*plan_rules.rules(today), *device_rules.rules(today), *rate_card_rules.rules(today)]
        return SQL(
            """
            SELECT %(id)s AS id, found.kind, kind.area, kind.sequence, found.company_id, found.res_id, %(columns)s,
                   snooze.date_until AS snoozed_until, snooze.reason AS snooze_reason,
                   snooze.user_id AS snooze_user_id
              FROM (%(rules)s) found
              JOIN UNNEST(%(codes)s::varchar[], %(areas)s::varchar[]) WITH ORDINALITY AS kind (code, area, sequence)
                ON kind.code = found.kind
         LEFT JOIN xpps_health_snooze snooze
                ON snooze.kind = found.kind AND snooze.res_id = found.res_id
               AND snooze.company_id IS NOT DISTINCT FROM found.company_id AND snooze.date_until >= %(today)s
            """,
            id=health_row_id(SQL("found.res_id"), SQL("kind.sequence"), SQL("found.company_id")),
            columns=SQL(", ").join(SQL.identifier("found", name) for name in COLUMNS),
            rules=SQL(" UNION ALL ").join(rules),
            codes=[kind.code for kind in KINDS],
            areas=[kind.area for kind in KINDS],
            today=today,
        )

    @api.depends("kind", "res_id", "subscription_id")
    def _compute_name(self):
        for kind, rows in self.grouped("kind").items():
            # As Odoo does with every many-to-one: whoever sees a row sees the name of its record.
            records = self.env[BY_CODE[kind].model].sudo()
            for row in rows:
                # All of them are read together by this.
                record = records.browse(row.res_id).with_prefetch(rows.mapped("res_id"))
                if record._name not in OF_AGREEMENT:
                    row.name = record.display_name
                    continue
                # As above.
                agreement = row.sudo().subscription_id
                row.name = self.env._(
                    "%(agreement)s: %(service)s",
                    agreement=agreement.display_name,
                    service=record.product_id.display_name,
                )

    @api.depends("kind", "name")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for row in self:
            row.display_name = self.env._("%(problem)s: %(record)s", problem=labels[row.kind], record=row.name)

    # What the list loads at once: the query is not cheap.
    @api.depends("kind", "since", "billed", "counted", "number")
    def _compute_explanation(self):
        texts = self._explanations()
        for row in self:
            values = {
                "date": format_date(self.env, row.since),
                "number": row.number or "",
                "billed": f"{row.billed:g}",
                "count": row.counted,
            }
            text = texts[row.kind]
            if row.kind == "base_quantity":
                text = plural(row.counted, self.env._("The quantity is %(billed)s, but 1 device is active."), text)
            row.explanation = text % values

    def _explanations(self):
        """:return: {kind: what is wrong, and what to do about it}"""
        return {
            "vendor_missing": self.env._("Choose who Xerox is as a vendor, so that its bills can be checked."),
            "rate_card_ends": self.env._(
                "Its last day is %(date)s, and no active card follows: activate the next one, or enter a later day."
            ),
            "model_no_number": self.env._("Enter Xerox's model number, by which its billing file names the model."),
            "model_number_twice": self.env._("Another printer model has the number %(number)s, too."),
            "model_no_codes": self.env._("Nothing bills its overage pages: choose material codes or a price level."),
            "code_no_price": self.env._("Its pages were billed by Xerox, but it has no price."),
            "agreement_no_device": self.env._("It runs, but has no active device."),
            "agreement_no_service": self.env._("It runs, but no service bills base prices."),
            "agreement_overdue": self.env._("It should have been invoiced on %(date)s."),
            "base_quantity": self.env._("The quantity is %(billed)s, but %(count)s devices are active."),
            "base_gap": self.env._("No base price is billed for days until %(date)s."),
            "cost_plus_zero": self.env._("Its pages are sold at Xerox's cost: enter a markup."),
            "plan_agreement_ended": self.env._(
                "Its agreement has ended: enter the plan's last day, or move the plan to an agreement that runs."
            ),
            "plan_code_archived": self.env._("Nothing can be billed by its material code: unarchive the code."),
            "plan_ends": self.env._("It ends on %(date)s: make a new version, or leave its pages to Xerox's terms."),
            "device_no_agreement": self.env._("Nothing bills it: enter its agreement."),
            "device_no_service": self.env._("Nothing bills its base price: enter its service."),
            "device_no_customer": self.env._("Enter the customer where it is."),
            "device_foreign": self.env._(
                "Its service or agreement is another's: correct customer, agreement or service."
            ),
            "device_service_ended": self.env._(
                "Its service ended on %(date)s, but it is still billed: remove it, or correct its end of service."
            ),
        }

    @api.model
    def _counts(self, company):
        """Findings of a company that are not snoozed, by one query.

        :return: {kind: number}, kinds without any left out
        """
        groups = self._read_group(
            [("company_id", "in", [company.id, False]), ("snoozed_until", "=", False)], ["kind"], ["__count"]
        )
        return dict(groups)

    def action_open(self):
        """Open the record that the row is about, where it is put in order."""
        self.check_access("read")
        self.ensure_one()
        record = self.env[BY_CODE[self.kind].model].browse(self.res_id)
        if record._name == "res.company":
            return self._open_settings()
        if record._name == "stock.lot":
            return record._xpps_form_action()
        if record._name == "sale.subscription.line":
            record = record.sale_subscription_id
        elif record._name == "product.product":
            record = record.product_tmpl_id
        form = FORMS.get(record._name)
        return open_form(record, views=[(self.env.ref(form).id if form else False, "form")])

    def _open_settings(self):
        if not self.env["xpps.settings"].has_access("create"):
            raise UserError(
                self.env._("The vendor is chosen in the settings of XPPS. Ask an XPPS administrator to choose it.")
            )
        return self.env["ir.actions.act_window"]._for_xml_id("xerox_xpps.action_xpps_settings")

    def action_snooze(self):
        """Ask until when the rows are not to be listed, and why."""
        self.check_access("read")
        context = {"active_model": self._name, "active_ids": self.ids}
        return open_dialog(self.env["xpps.health.snooze.wizard"], self.env._("Snooze"), context)

    def action_wake(self):
        """List the rows again."""
        self.check_access("read")
        # Whoever may put a finding off may list it again, whoever put it off.
        self.env["xpps.health.snooze"].sudo()._of(self).unlink()
        self.invalidate_model()
        return True
