# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...billing_file import OUTPUT_TYPES
from ...common.constants import CLICK_DIGITS, COMPONENT_SELECTION
from ...rules import INCLUDED, RATE_OWNERS, UNIT_COST, rate_key

OWNED = " OR ".join(f"(scope = '{scope}' AND {name} IS NOT NULL)" for scope, name in RATE_OWNERS.items())
PAGES = ", ".join(f"'{name}'" for name in OUTPUT_TYPES)


class XppsRateCardLine(models.Model):
    """One rate of a card: what a fee or a page costs, or how many pages are included, and for what that holds.

    The nearest one counts: a device's own before its agreement's, before its model's, before its price level's.
    """

    _name = "xpps.rate.card.line"
    _description = "XPPS Rate Card Line"
    _inherit = ["xpps.guard"]
    _order = "card_id, scope, component, measure, id"
    _rec_names_search = ["device_id.name", "subscription_id.name", "product_tmpl_id.name", "price_level_id.name"]
    _check_company_auto = True

    card_id = fields.Many2one("xpps.rate.card", string="Rate Card", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="card_id.company_id", store=True, precompute=True, index=True)
    currency_id = fields.Many2one(related="card_id.currency_id", store=True, precompute=True)
    date_from = fields.Date(related="card_id.date_from", store=True, precompute=True)
    date_to = fields.Date(related="card_id.date_to", store=True, precompute=True)
    state = fields.Selection(related="card_id.state", store=True, precompute=True)
    scope = fields.Selection(
        [
            ("device", "Device"),
            ("agreement", "Agreement"),
            ("model", "Printer Model"),
            ("price_level", "Price Level"),
        ],
        required=True,
        default="model",
        help="What the rate holds for. The nearest one counts: that of the device itself, else that of its agreement, "
        "of its printer model, of its price level.",
    )
    device_id = fields.Many2one(
        "stock.lot",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain=[("is_xpps_device", "=", True)],
    )
    subscription_id = fields.Many2one(
        "sale.subscription",
        string="Agreement",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain=[("is_xpps", "=", True), ("is_xpps_master", "=", False)],
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Printer Model",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain=[("is_xpps_printer", "=", True)],
    )
    price_level_id = fields.Many2one(
        "xpps.price.level", index="btree_not_null", ondelete="restrict", check_company=True
    )
    item = fields.Char(compute="_compute_item", help="What the rate holds for, by its name.")
    component = fields.Selection(COMPONENT_SELECTION, required=True)
    measure = fields.Selection(
        [(UNIT_COST, "Unit cost"), (INCLUDED, "Included pages")],
        required=True,
        default=UNIT_COST,
        help="Unit cost: the fee of a month, or what a page above the allowance costs. Included pages: the allowance "
        "of a month.",
    )
    unit_cost = fields.Float(
        digits=CLICK_DIGITS,
        min_display_digits=2,
        aggregator=None,
        help="What Xerox may bill for a page above the allowance, or as the fee of a month.",
    )
    included = fields.Integer(
        string="Included Pages", aggregator=None, help="The pages that Xerox has to include in a month."
    )

    _one_owner = models.Constraint(
        f"CHECK (num_nonnulls({', '.join(RATE_OWNERS.values())}) = 1 AND ({OWNED}))",
        "A rate holds for one device, agreement, printer model or price level: choose the one that its scope names, "
        "and no other.",
    )
    _pages_included = models.Constraint(
        f"CHECK (measure <> '{INCLUDED}' OR component IN ({PAGES}))",
        "A base fee includes no pages: choose an output type for included pages.",
    )
    _one_value = models.Constraint(
        f"CHECK (CASE measure WHEN '{INCLUDED}' THEN COALESCE(unit_cost, 0) = 0 ELSE COALESCE(included, 0) = 0 END)",
        "A rate states either a unit cost or included pages. Make two lines to state both.",
    )
    _not_negative = models.Constraint(
        "CHECK (unit_cost >= 0 AND included >= 0)", "Unit costs and included pages of a rate card cannot be below 0."
    )
    _once = models.UniqueIndex(
        f"(card_id, ({rate_key()}))",
        "A rate card states a rate only once. Change the line that it has for the same item, component and measure.",
    )
    # A company and a currency make one number, as does what the line states, so that no extension of PostgreSQL is
    # needed.
    _one_rate = models.Constraint(
        "EXCLUDE USING gist (int8range(company_id::bigint * 2147483648 + currency_id, "
        "company_id::bigint * 2147483648 + currency_id, '[]') WITH &&, "
        f"int8range({rate_key()}, {rate_key()}, '[]') WITH &&, "
        "daterange(date_from, date_to, '[]') WITH &&) WHERE (state = 'active')",
        "Another active rate card states the same rate for days of this one. End one of the cards before the other "
        "begins, or delete the rate from one of them.",
    )

    @api.depends(*RATE_OWNERS.values())
    def _compute_item(self):
        for line in self:
            line.item = next((line[name].display_name for name in RATE_OWNERS.values() if line[name]), False)

    @api.depends("item", "component", "measure")
    def _compute_display_name(self):
        components = dict(self._fields["component"]._description_selection(self.env))
        for line in self:
            values = {"item": line.item or "–", "component": components.get(line.component) or "–"}
            line.display_name = (
                self.env._("%(item)s: %(component)s, included pages", **values)
                if line.measure == INCLUDED
                else self.env._("%(item)s: %(component)s", **values)
            )

    @api.onchange("scope")
    def _onchange_scope(self):
        for scope, name in RATE_OWNERS.items():
            if scope != self.scope:
                self[name] = False

    @api.onchange("measure")
    def _onchange_measure(self):
        if self.measure == INCLUDED:
            self.unit_cost = 0
        else:
            self.included = 0

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._complete_values(self._with_measure(vals)) for vals in vals_list])

    def write(self, vals):
        return super().write(self._complete_values(vals))

    def _rate(self):
        """:return: (scope, id of the owner, component, measure), which a card has once"""
        self.ensure_one()
        return self.scope, self[RATE_OWNERS[self.scope]].id, self.component, self.measure

    @api.model
    def _with_measure(self, vals):
        """What is stated says what the line states, where it is not said: imported, a line has a column for each.

        :raises ValidationError: when nothing is stated
        """
        if "measure" in vals or (UNIT_COST not in vals and INCLUDED not in vals):
            return vals
        # An empty cell is no 0.
        stated = [name for name in (UNIT_COST, INCLUDED) if not any(vals.get(name) is empty for empty in (None, False))]
        if not stated:
            raise ValidationError(self.env._("A line of a rate card states neither a unit cost nor included pages."))
        return {**vals, "measure": INCLUDED if stated == [INCLUDED] else UNIT_COST}

    @api.model
    def _complete_values(self, vals):
        """The scope of a single owner, and nothing but what scope and measure have."""
        vals = dict(vals)
        owned = [scope for scope, name in RATE_OWNERS.items() if vals.get(name)]
        if "scope" not in vals and len(owned) == 1:
            vals["scope"] = owned[0]
        if "scope" in vals:
            for scope, name in RATE_OWNERS.items():
                if scope != vals["scope"]:
                    vals.setdefault(name, False)
        if "measure" in vals:
            vals.setdefault(UNIT_COST if vals["measure"] == INCLUDED else INCLUDED, 0)
        return vals
